"""`<Bridge>` (bxml.md 4.1)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.hooks import Credentials, Hook, Target
from offhook.verbs import Goto
from offhook.verbs.bridge import Bridge

DONE, TARGET_DONE = Hook(Target("/bc")), Hook(Target("/bt"))


def test_its_two_webhooks_share_credentials() -> None:
    xml = (
        '<Bridge bridgeCompleteUrl="/bc" bridgeCompleteFallbackUrl="/f" username="u"'
        ' bridgeTargetCompleteUrl="/bt" bridgeTargetCompleteMethod="GET" tag="t">\n c-1 \n</Bridge>'
    )
    login = Credentials("u")

    assert verb(xml) == Bridge(
        target="c-1",
        complete=Hook(Target("/bc", "POST", login), Target("/f")),
        target_complete=Hook(Target("/bt", "GET", login)),
        tag="t",
    )


@pytest.mark.parametrize("xml", ["<Bridge/>", "<Bridge> </Bridge>", "<Bridge>c-1 c-2</Bridge>"])
def test_it_needs_one_call(xml: str) -> None:
    assert "<Bridge> " in fault(xml)


def test_it_reports_what_came_of_it() -> None:
    line = ScriptedLine(outcome={"cause": "busy"})
    bridge = Bridge(target="c-1", complete=DONE, target_complete=TARGET_DONE)

    assert line.run(bridge) == (Goto(DONE, "bridgeComplete", {"cause": "busy"}), 1.0)
    assert line.bridged == [("c-1", TARGET_DONE)]


def test_without_a_url_the_next_verb_runs() -> None:
    assert ScriptedLine().run(Bridge(target="c-1")) == (None, 1.0)


def test_it_answers_and_is_not_for_a_leg_that_is_not_joined() -> None:
    assert (Bridge(target="c-1").answers, Bridge.moves, Bridge.blocks) == (True, True, True)
