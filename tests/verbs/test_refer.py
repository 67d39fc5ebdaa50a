"""`<Refer>` (bxml.md 4.12)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import document, fault, verb

from offhook.errors import Cause
from offhook.facts import Referred
from offhook.hooks import Hook, Target
from offhook.verbs import End, Goto
from offhook.verbs.refer import Refer, SipUri

TO = (SipUri(to="sip:z@far.test"),)
DONE = Hook(Target("/rf", "GET"))


def test_everything_can_be_said() -> None:
    xml = (
        '<Refer referCompleteUrl="/rf" referCompleteMethod="get" tag="t">'
        "<SipUri> z@far.test </SipUri></Refer>"
    )

    assert verb(xml) == Refer(targets=TO, complete=DONE, tag="t")
    assert verb(xml).new_tag == "t"


def test_it_has_no_credentials_and_no_fallback() -> None:
    found = document(
        '<Refer referCompleteUrl="/rf" referCompleteFallbackUrl="/x" username="u">'
        "<SipUri>z@far.test</SipUri></Refer>"
    )

    assert found.verbs == (Refer(targets=TO, complete=Hook(Target("/rf"))),)
    assert len(found.warnings) == 2


def test_what_transfer_says_of_an_address_is_ignored() -> None:
    xml = '<Refer><SipUri transferAnswerUrl="ftp://x" uui="?">sip:z@far.test</SipUri></Refer>'

    assert verb(xml) == Refer(targets=TO)


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "sip:z@far.test",
        "<SipUri/>",
        "<SipUri>sip:z@far.test</SipUri><SipUri>sip:y@far.test</SipUri>",
        "<PhoneNumber>+12025550100</PhoneNumber>",
        "<SipUri>tel:+12025550100</SipUri>",
    ],
)
def test_it_needs_one_address(inside: str) -> None:
    assert "SipUri" in fault(f"<Refer>{inside}</Refer>")


def test_a_failure_asks_what_to_do() -> None:
    line = ScriptedLine(referral=Referred(405, None))
    step, at = line.run(Refer(targets=TO, complete=DONE))

    fields = {
        "referCallStatus": "failure",
        "referSipResponseCode": 405,
        "notifySipResponseCode": None,
    }
    assert (step, at) == (Goto(DONE, "referComplete", fields), 1.0)
    assert (line.referred, line.notices) == (["sip:z@far.test"], [])


def test_a_failure_without_a_url_goes_on() -> None:
    assert ScriptedLine(referral=Referred(202, 486)).run(Refer(targets=TO)) == (None, 1.0)


def test_a_success_is_told_and_hangs_up() -> None:
    line = ScriptedLine(referral=Referred(202, 200))
    step, _ = line.run(Refer(targets=TO, complete=DONE))

    assert step == End(Cause.HANGUP)
    ((event, fields, target),) = line.notices
    assert (event, fields["referCallStatus"], target) == ("referComplete", "success", DONE.primary)


def test_a_success_without_a_url_hangs_up() -> None:
    line = ScriptedLine(referral=Referred(202, 200))

    assert line.run(Refer(targets=TO))[0] == End(Cause.HANGUP)
    assert line.notices == []


def test_it_answers_and_is_not_for_a_leg_that_is_not_joined() -> None:
    assert (Refer(targets=TO).answers, Refer.moves, Refer.blocks) == (True, True, True)
