"""Where an outbound call goes, and that it says so when there is no way."""

import pytest
from msgspec.structs import replace

from offhook.calls.journal import Journal
from offhook.calls.routes import outgoing
from offhook.clock import Clock
from offhook.directory import Directory, Trunk
from offhook.errors import CallError, Cause
from offhook.records import CallRecord, CallState, Direction
from offhook.sip.transport import Address
from offhook.sip.trunks import NotRegisteredError, Way, way_to
from offhook.store import Store

CLOCK = Clock(lambda: 0.0, lambda: 0.0)
RECORD = CallRecord(
    "c-1", "1", "a", "+12025550143", "+12025550100", Direction.OUTBOUND, CallState.INITIATED, 0.0
)
DIRECTORY = Directory(trunks=[Trunk("us", "192.0.2.9", 5070, "tcp", patterns=("+1*",))])


def find(to: str) -> Way:
    return way_to(DIRECTORY, to)


def nobody(to: str) -> Way:
    raise NotRegisteredError("phone desk is not registered")


def test_a_number_goes_to_its_trunk() -> None:
    store = Store.open("sqlite://", CLOCK, threaded=False)
    make = outgoing(RECORD, find, "10.0.0.1", Journal(store, CLOCK, "c-1"))

    call = make(b"sdp")

    assert call.next_hop == Address("tcp", "192.0.2.9", 5070)
    assert call.target == "sip:+12025550143@192.0.2.9:5070"
    assert call.sdp == b"sdp"
    store.close()


def test_a_number_that_no_trunk_takes_ends_the_call_and_the_log_says_why() -> None:
    store = Store.open("sqlite://", CLOCK, threaded=False)
    lost = replace(RECORD, to="+49301234567")
    make = outgoing(lost, find, "10.0.0.1", Journal(store, CLOCK, "c-1"))

    with pytest.raises(CallError) as failure:
        make(b"")

    assert failure.value.cause is Cause.ERROR
    (event,) = store.events("c-1")
    assert event.data["reason"] == "no trunk takes +49301234567: us takes +1*"
    store.close()


def test_a_phone_that_is_not_there_is_a_call_without_an_answer() -> None:
    store = Store.open("sqlite://", CLOCK, threaded=False)
    make = outgoing(RECORD, nobody, "10.0.0.1", Journal(store, CLOCK, "c-1"))
    with pytest.raises(CallError) as failure:
        make(b"")

    assert failure.value.cause is Cause.TIMEOUT
    (event,) = store.events("c-1")
    assert (event.kind, event.data["reason"]) == (
        "call.unregistered",
        "phone desk is not registered",
    )
    store.close()
