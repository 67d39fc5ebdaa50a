"""Faults of Offhook's own."""

from offhook.errors import CATALOGUE, Cause, Who, calls
from offhook.explain import Story, explain_call
from offhook.records import CallRecord, CallState, Direction, Event

RECORD = CallRecord(
    "c-1", "1", "a", "+12025550143", "+12025550100", Direction.OUTBOUND, CallState.DISCONNECTED, 0.0
)
ENDED = {
    "cause": str(Cause.UNKNOWN),
    "message": calls.unknown_failure().message,
    "error_id": "e-1",
}


def test_a_bug_is_told_with_its_place() -> None:
    event = Event("c-1", 1, 0.0, "call.ended", {**ENDED, "why": "KeyError at leg.py:7"})
    cause = explain_call(Story(RECORD, (event,))).cause

    assert cause.sentence == "Offhook failed by a fault of its own (KeyError at leg.py:7)."
    assert cause.who is Who.OFFHOOK
    assert "e-1" in cause.fix
    assert cause.entry is CATALOGUE["call-unknown-error"]


def test_a_call_that_a_dead_server_left_behind() -> None:
    log = (
        Event("c-1", 1, 0.0, "call.lost", {"state": "answered"}),
        Event("c-1", 2, 0.0, "call.ended", ENDED),
    )
    cause = explain_call(Story(RECORD, log)).cause

    assert "The server was stopped or died while the call was answered" in cause.sentence
    assert cause.who is Who.OPERATOR
    assert cause.evidence == log
