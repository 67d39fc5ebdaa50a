"""`<Ring>` (bxml.md 4.13)."""

import pytest
from tests.verbs.line import ScriptedLine
from tests.verbs.reading import fault, verb

from offhook.verbs.ring import Ring


@pytest.mark.parametrize(
    ("xml", "ring"),
    [
        ("<Ring/>", Ring(duration_s=5.0, answer_call=True)),
        ('<Ring duration="2" answerCall="false"/>', Ring(duration_s=2.0, answer_call=False)),
        ('<Ring answerCall="False"/>', Ring(answer_call=False)),
        ('<Ring answerCall="0"/>', Ring(answer_call=False)),
        ('<Ring answerCall="TRUE"/>', Ring()),
    ],
)
def test_it_is_read(xml: str, ring: Ring) -> None:
    assert verb(xml) == ring


@pytest.mark.parametrize("answer_call", [True, False])
def test_it_answers_as_the_document_says(answer_call: bool) -> None:
    assert Ring(answer_call=answer_call).answers is answer_call


def test_it_rings_for_its_duration_and_goes_on() -> None:
    line = ScriptedLine()

    assert line.run(Ring(duration_s=3.0)) == (None, 3.0)
    assert line.heard == [("ringing", 0.0, 3.0)]


def test_its_attributes_are_checked() -> None:
    assert "must be within [0.1, 86400], but was 0.05" in fault('<Ring duration="0.05"/>')
    assert 'answerCall must be true or false, but was "no"' in fault('<Ring answerCall="no"/>')
