"""`<Conference>` (bxml.md 4.2)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.hooks import Credentials, Hook, Target
from offhook.verbs import Admission
from offhook.verbs.conference import Conference


def admission(xml: str) -> Admission:
    line = ScriptedLine()
    assert line.run(verb(xml)) == (None, 1.0)
    (made,) = line.admissions
    return made


def test_all_that_can_be_said() -> None:
    xml = (
        '<Conference mute="true" hold="TRUE" callIdsToCoach=" c-1 ,c-2" tag="t"'
        ' conferenceEventUrl="/ce" conferenceEventMethod="GET" username="u" password="p"'
        ' conferenceEventFallbackUrl="/f" fallbackUsername="v" callbackTimeout="2.5"> room '
        "</Conference>"
    )
    hook = Hook(Target("/ce", "GET", Credentials("u", "p")), Target("/f", "POST", Credentials("v")))

    assert verb(xml).new_tag == "t"
    assert admission(xml) == Admission("room", True, True, ("c-1", "c-2"), hook, 2.5)


def test_little_needs_to_be_said() -> None:
    assert admission("<Conference>room</Conference>") == Admission("room")


@pytest.mark.parametrize(
    ("xml", "name"),
    [
        ('<Conference name="desk"/>', "desk"),
        ('<Conference name="desk"> </Conference>', "desk"),
        ('<Conference name="desk">room</Conference>', "room"),
        (f"<Conference>{'x' * 100}</Conference>", "x" * 100),
        ("<Conference>A-b_c.9</Conference>", "A-b_c.9"),
    ],
)
def test_the_name_is_the_text_or_else_an_attribute(xml: str, name: str) -> None:
    assert admission(xml).name == name


@pytest.mark.parametrize(
    "xml",
    [
        "<Conference/>",
        "<Conference> </Conference>",
        "<Conference>a b</Conference>",
        "<Conference>a/b</Conference>",
        f"<Conference>{'x' * 101}</Conference>",
        '<Conference name="a b"/>',
        f'<Conference name="{"x" * 101}">room</Conference>',
        '<Conference callbackTimeout="25.5">room</Conference>',
        '<Conference calbackTimeout="0">room</Conference>',
        "<Conference><Pause/></Conference>",
    ],
)
def test_what_is_wrong_is_said(xml: str) -> None:
    assert "<Conference> " in fault(xml) or "inside <Conference>" in fault(xml)


def test_the_misspelt_timeout_is_one_too() -> None:
    assert admission('<Conference calbackTimeout="3">room</Conference>').callback_timeout_s == 3.0


def test_it_answers_and_is_not_for_a_leg_that_is_not_joined() -> None:
    made = Conference(text="room")

    assert (made.answers, Conference.moves, Conference.blocks) == (True, True, True)
    assert not Conference.in_conference


def test_urls_are_relative_to_the_document() -> None:
    hook = Hook(Target("ce"), Target("/f"))

    assert Admission("room", events=hook).resolve("http://a.test/b/c").events == Hook(
        Target("http://a.test/b/ce"), Target("http://a.test/f")
    )
    assert Admission("room").resolve("http://a.test/").events is None
