"""The life of a call as a table (rest.md 4.7); the only place that changes a call's state.

A call is queued (outbound only), placed or received, perhaps answered, and ended exactly once: an
ended call has no row, so a second end is a bug that shows. Everything between `answer` and `end` is
the script's business and is no state.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from msgspec.structs import replace

from offhook.records import CallRecord, CallState


class Step(StrEnum):
    """What moves a call from one state to the next."""

    PLACE = "place"
    ANSWER = "answer"
    END = "end"


@dataclass(frozen=True, slots=True)
class Move:
    """Where a step leads, and the time it stamps."""

    state: CallState
    stamp: str


#  state               step           next state             time set
MOVES: dict[tuple[CallState, Step], Move] = {
    (CallState.QUEUED, Step.PLACE): Move(CallState.INITIATED, "start_time"),
    (CallState.QUEUED, Step.END): Move(CallState.DISCONNECTED, "end_time"),
    (CallState.INITIATED, Step.ANSWER): Move(CallState.ANSWERED, "answer_time"),
    (CallState.INITIATED, Step.END): Move(CallState.DISCONNECTED, "end_time"),
    (CallState.ANSWERED, Step.END): Move(CallState.DISCONNECTED, "end_time"),
}


def advance(record: CallRecord, step: Step, at: float, **changes: Any) -> CallRecord:
    """Return the record after `step` at wall time `at`; a step without a row is a bug."""
    move = MOVES.get((record.state, step))
    assert move is not None, f"{step} on a call that is {record.state}"
    return amend(record, at, state=move.state, **{move.stamp: at}, **changes)


def amend(record: CallRecord, at: float, **changes: Any) -> CallRecord:
    """Return the record with other changes (a tag, a SIP Call-ID), stamped and counted."""
    return replace(record, last_update=at, version=record.version + 1, **changes)
