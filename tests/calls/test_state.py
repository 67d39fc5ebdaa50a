"""The state table itself, and what a step does to a record."""

import pytest

from offhook.calls.state import MOVES, Step, advance, amend
from offhook.records import CallRecord, CallState, Direction


def record(state: CallState) -> CallRecord:
    """A call in some state, last changed at second 1."""
    return CallRecord("c-1", "1", "a", "+1", "+2", Direction.OUTBOUND, state, last_update=1.0)


def test_every_state_can_be_reached_from_queued() -> None:
    reached = {CallState.QUEUED}
    for _ in CallState:
        reached |= {move.state for (state, _), move in MOVES.items() if state in reached}

    assert reached == set(CallState)


@pytest.mark.parametrize("state", [s for s in CallState if s is not CallState.DISCONNECTED])
def test_every_live_state_can_end(state: CallState) -> None:
    assert MOVES[state, Step.END].state is CallState.DISCONNECTED


def test_an_ended_call_takes_no_step() -> None:
    for step in Step:
        with pytest.raises(AssertionError):
            advance(record(CallState.DISCONNECTED), step, 2.0)


def test_a_step_stamps_its_time_and_counts_the_version() -> None:
    answered = advance(record(CallState.INITIATED), Step.ANSWER, 5.0)

    assert (answered.state, answered.answer_time) == (CallState.ANSWERED, 5.0)
    assert (answered.last_update, answered.version) == (5.0, 1)


def test_a_queued_call_cannot_be_answered() -> None:
    with pytest.raises(AssertionError, match="answer on a call that is queued"):
        advance(record(CallState.QUEUED), Step.ANSWER, 2.0)


def test_an_amendment_leaves_the_state() -> None:
    tagged = amend(record(CallState.QUEUED), 3.0, tag="x")

    assert (tagged.state, tagged.tag, tagged.version) == (CallState.QUEUED, "x", 1)
