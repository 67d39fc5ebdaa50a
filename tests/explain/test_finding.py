"""Explanations as JSON and as text."""

from offhook.errors import CATALOGUE, Who
from offhook.explain.finding import Explanation, Finding
from offhook.records import Event

ENDED = Event("c-1", 7, 12.5, "call.ended", {"cause": "busy", "message": "Callee is busy"})
BUSY = Finding("It was busy.", "Call later.", Who.CALLER, CATALOGUE["callee-busy"], (ENDED,))
TOLD = Explanation("c-1", "a call", BUSY, (Finding("It rained."),), 10.0, "c-1")


def test_the_json_holds_the_evidence_in_full() -> None:
    data = TOLD.as_data()

    assert data["evidence"] == [7]
    assert data["events"] == [
        {
            "number": 7,
            "kind": "call.ended",
            "text": "2.500  call   ended: busy Callee is busy",
            "data": ENDED.data,
        }
    ]
    assert data["also"][0] == {
        "sentence": "It rained.",
        "fix": None,
        "who": None,
        "error": None,
        "reference": None,
        "evidence": [],
    }


def test_the_text_says_who_must_do_what() -> None:
    assert TOLD.lines() == [
        "a call",
        "",
        "It was busy.",
        "  To do (caller): Call later.",
        "  Reference: docs/errors/callee-busy.md",
        "  [7] 2.500  call   ended: busy Callee is busy",
        "",
        "Also: It rained.",
    ]
