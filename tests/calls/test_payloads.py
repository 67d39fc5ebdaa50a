"""The JSON of call events (webhooks.md 6 and 7)."""

from msgspec.structs import replace

from offhook.calls.payloads import call_event, disconnect_event
from offhook.errors import Cause
from offhook.records import CallRecord, CallState, Direction

RECORD = CallRecord(
    call_id="c-00000001-11111111-2222-4333-8444-555555555555",
    account_id="9900000",
    application_id="3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa",
    to="+12025550143",
    from_="+12025550100",
    direction=Direction.OUTBOUND,
    state=CallState.ANSWERED,
    last_update=3.0,
    enqueued_time=1.0,
    start_time=2.0,
    answer_time=3.0,
    tag="menu",
    sip_call_id="abc@host",
)
BASE = "https://voice.example.test"


def test_a_gather_event_has_the_call_block_and_its_own_fields() -> None:
    fields = {"digits": "42", "terminatingDigit": ""}

    assert call_event(RECORD, "gather", 4.0, BASE, fields) == {
        "eventType": "gather",
        "eventTime": "1970-01-01T00:00:04.000Z",
        "accountId": "9900000",
        "applicationId": "3d4f7c5e-2a51-4c59-9b6f-6f0a61f8d1aa",
        "from": "+12025550100",
        "to": "+12025550143",
        "direction": "outbound",
        "callId": RECORD.call_id,
        "callUrl": f"{BASE}/api/v2/accounts/9900000/calls/{RECORD.call_id}",
        "enqueuedTime": "1970-01-01T00:00:01.000Z",
        "startTime": "1970-01-01T00:00:02.000Z",
        "answerTime": "1970-01-01T00:00:03.000Z",
        "tag": "menu",
        "digits": "42",
        "terminatingDigit": "",
    }


def test_initiate_carries_no_tag_but_the_sip_call_id() -> None:
    payload = call_event(RECORD, "initiate", 4.0, BASE, {})

    assert "tag" not in payload
    assert payload["sipCallId"] == "abc@host"


def test_absent_values_are_left_out_never_null() -> None:
    payload = call_event(replace(RECORD, tag=None, answer_time=None), "redirect", 4.0, BASE, {})

    assert not {"tag", "answerTime", "parentCallId"} & payload.keys()
    assert None not in payload.values()


def test_disconnect_tells_cause_and_error_pair() -> None:
    ended = replace(
        RECORD,
        end_time=9.0,
        disconnect_cause=Cause.BUSY,
        error_message="Callee is busy",
        error_id="e",
        sip_response_code=486,
    )

    payload = disconnect_event(ended, 9.5, BASE)

    assert (payload["cause"], payload["errorMessage"], payload["errorId"]) == (
        "busy",
        "Callee is busy",
        "e",
    )
    assert payload["sipResponseCode"] == 486
    assert payload["endTime"] == "1970-01-01T00:00:09.000Z"


def test_a_normal_end_has_no_error_pair() -> None:
    payload = disconnect_event(
        replace(RECORD, end_time=9.0, disconnect_cause=Cause.HANGUP), 9.0, BASE
    )

    assert not {"errorMessage", "errorId", "sipResponseCode"} & payload.keys()
