"""`<Transfer>` (bxml.md 4.21)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import document, fault, verb

from offhook.hooks import Credentials, Hook, Target
from offhook.verbs import Goto
from offhook.verbs.legs import Manner, PhoneNumber, SipUri
from offhook.verbs.transfer import Transfer

ONE = "<PhoneNumber>+12025550111</PhoneNumber>"


def test_it_is_read_with_whom_it_rings() -> None:
    xml = """<Transfer transferCallerId="+12025550100" transferCompleteUrl="/tc" tag="t">
      <PhoneNumber transferAnswerUrl="/ta" transferAnswerFallbackUrl="/tf" username="u"
        transferDisconnectUrl="/td" transferDisconnectMethod="GET" tag="b">
        12025550111
      </PhoneNumber>
      <SipUri uui="x;encoding=jwt">ann@example.com</SipUri>
    </Transfer>"""
    login = Credentials("u")

    assert verb(xml) == Transfer(
        caller="+12025550100",
        hook=Hook(Target("/tc")),
        tag="t",
        destinations=(
            PhoneNumber(
                to="+12025550111",
                answer=Hook(Target("/ta", "POST", login), Target("/tf")),
                disconnect=Hook(Target("/td", "GET", login)),
                tag="b",
            ),
            SipUri(to="sip:ann@example.com", uui="x;encoding=jwt"),
        ),
    )


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<Transfer/>", "<Transfer> needs 1 to 8 <PhoneNumber> or <SipUri>, but has 0"),
        (f"<Transfer>{ONE * 9}</Transfer>", "but has 9"),
        ("<Transfer><Pause/></Transfer>", "only PhoneNumber and SipUri are"),
        ("<Transfer><PhoneNumber/></Transfer>", "<PhoneNumber> needs text: the number"),
        ("<Transfer><SipUri>nobody</SipUri></Transfer>", "<SipUri> text must be a SIP URI"),
        ("<Transfer><PhoneNumber>1</PhoneNumber></Transfer>", "<PhoneNumber> text must be"),
        (f'<Transfer callTimeout="0.5">{ONE}</Transfer>', "must be within [1, 300]"),
        (
            f'<Transfer privacy="true" transferCallerDisplayName="A">{ONE}</Transfer>',
            "transferCallerDisplayName with privacy must be one of",
        ),
        (ONE, "<PhoneNumber> is not a verb: it belongs in <Transfer>"),
    ],
)
def test_a_fault_says_where_it_is(xml: str, reason: str) -> None:
    assert reason in fault(xml)


def test_an_unknown_attribute_of_a_party_is_named() -> None:
    found = document("<Transfer><PhoneNumber tags='x'>+12025550111</PhoneNumber></Transfer>")

    assert "<PhoneNumber> attribute tags is unknown" in found.warnings[0]


def test_it_reports_what_came_of_it() -> None:
    hook = Hook(Target("/tc"))
    line = ScriptedLine(outcome={"cause": "hangup"})
    party = PhoneNumber(to="+12025550111")

    step = line.run(Transfer(destinations=(party,), hook=hook, call_timeout_s=9.0))

    assert step == (Goto(hook, "transferComplete", {"cause": "hangup"}), 1.0)
    assert line.placed == [(party, Manner(None, None, False, 9.0, "none", "unknown"))]


def test_without_a_url_the_next_verb_runs() -> None:
    transfer = Transfer(destinations=(PhoneNumber(to="+12025550111"),))

    assert ScriptedLine().run(transfer) == (None, 1.0)
    assert (transfer.answers, Transfer.moves, Transfer.blocks) == (True, True, True)
