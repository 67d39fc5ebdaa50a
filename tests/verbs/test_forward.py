"""`<Forward>` (bxml.md 4.4)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.errors import Cause
from offhook.verbs import End
from offhook.verbs.forward import Forward
from offhook.verbs.legs import Destination, Manner


def test_it_is_read() -> None:
    xml = (
        '<Forward to="sip:a@b.test" from="anonymous" privacy="true" callTimeout="3"'
        ' callerDisplayName="private" diversionTreatment="STACK" diversionReason="away"'
        ' uui="aGk=;encoding=base64"/>'
    )

    assert verb(xml) == Forward(
        to="sip:a@b.test",
        caller="Anonymous",
        privacy=True,
        caller_display_name="Private",
        call_timeout_s=3.0,
        diversion="stack",
        diversion_reason="away",
        uui="aGk=;encoding=base64",
    )


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ("", "needs the attribute to"),
        ('to="bob"', "attribute to must be a number"),
        ('to="sip:b ob@x"', "attribute to must be a SIP URI"),
        ('to="+12025550111" from="Nobody"', "attribute from must be a number"),
        ('to="+12025550111" callTimeout="301"', "attribute callTimeout must be within [1, 300]"),
        ('to="+12025550111" diversionReason="bored"', "attribute diversionReason must be one of"),
        ('to="+12025550111" uui="x"', "attribute uui must be"),
        (
            'to="+12025550111" privacy="1" callerDisplayName="Ann"',
            "attribute callerDisplayName with privacy must be one of",
        ),
    ],
)
def test_its_attributes_are_checked(attributes: str, reason: str) -> None:
    assert reason in fault(f"<Forward {attributes}/>")


def test_it_ends_the_document_with_what_came_of_it() -> None:
    line = ScriptedLine()

    assert line.run(Forward(to="+12025550111", uui="x")) == (End(Cause.HANGUP), 0.0)
    manner = Manner(None, None, False, 30.0, "none", "unknown")
    assert line.placed == [(Destination(to="+12025550111", uui="x"), manner)]


def test_it_does_not_answer_and_is_not_for_a_leg_that_is_not_joined() -> None:
    assert (Forward(to="+12025550111").answers, Forward.moves) == (False, True)
