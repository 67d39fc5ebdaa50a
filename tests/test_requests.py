"""The list filter's own rules (rest.md 4.4)."""

import pytest
from msgspec.structs import replace

from offhook.errors import Cause
from offhook.records import CallRecord, CallState, Direction
from offhook.requests import CallFilter, position

RECORD = CallRecord(
    call_id="c-1",
    account_id="9900000",
    application_id="app",
    to="+12025550143",
    from_="+12025550100",
    direction=Direction.OUTBOUND,
    state=CallState.DISCONNECTED,
    last_update=30.0,
    enqueued_time=5.0,
    start_time=10.0,
    disconnect_cause=Cause.BUSY,
)


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (CallFilter(), True),
        (CallFilter(to="+12025550143", from_="+12025550100"), True),
        (CallFilter(to="+12025550100"), False),
        (CallFilter(from_="+12025550143"), False),
        (CallFilter(disconnect_cause="busy"), True),
        (CallFilter(disconnect_cause="no-such-cause"), False),
        (CallFilter(min_start=10.0, max_start=10.0), True),
        (CallFilter(min_start=10.001), False),
        (CallFilter(max_start=9.999), False),
        (CallFilter(min_start=20.0, max_start=1.0), False),
    ],
)
def test_filter_takes_what_matches_exactly_and_within_inclusive_bounds(
    criteria: CallFilter, expected: bool
) -> None:
    assert criteria.takes(RECORD) is expected


def test_a_queued_call_matches_only_without_a_time_filter() -> None:
    queued = replace(RECORD, start_time=None)

    assert CallFilter().takes(queued)
    assert not CallFilter(min_start=0.0).takes(queued)
    assert not CallFilter(max_start=99.0).takes(queued)


def test_calls_are_sorted_by_the_time_they_were_asked_for_then_by_id() -> None:
    assert position(RECORD) == (5.0, "c-1")
    assert position(replace(RECORD, enqueued_time=None)) == (10.0, "c-1")
