"""How calls read."""

from msgspec.structs import replace

from offhook.api import views
from offhook.errors import Cause
from offhook.records import CallRecord, CallState, Direction

RECORD = CallRecord(
    "c-1", "1", "a", "+1", "sip:a@b", Direction.INBOUND, CallState.INITIATED, 1.0, start_time=0.0
)


def test_an_inbound_call_has_no_enqueued_time_and_keeps_its_identity_facts() -> None:
    seen = views.state(replace(RECORD, stir_shaken={"verstat": "TN-Validation-Passed"}))

    assert (seen["enqueuedTime"], seen["startTime"]) == (None, "1970-01-01T00:00:00.000Z")
    assert seen["stirShaken"] == {"verstat": "TN-Validation-Passed"}
    assert seen["from"] == "sip:a@b"


def test_a_failed_call_says_why() -> None:
    seen = views.state(
        replace(RECORD, disconnect_cause=Cause.BUSY, error_message="Callee is busy", error_id="e")
    )

    assert (seen["disconnectCause"], seen["errorMessage"], seen["errorId"]) == (
        "busy",
        "Callee is busy",
        "e",
    )
