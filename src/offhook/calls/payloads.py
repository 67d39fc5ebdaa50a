"""The JSON of call webhooks: field blocks C, Q, A, T, S and X of webhooks.md 6."""

from collections.abc import Mapping
from typing import Any

from offhook.clock import timestamp
from offhook.records import CallRecord

WITH_SIP_CALL_ID = {"initiate", "answer", "disconnect"}  # block S
WITHOUT_TAG = {"initiate"}  # nothing is set yet (webhooks.md 6.1)


def call_url(base_url: str, record: CallRecord) -> str:
    """Return the address of the call's REST resource."""
    return f"{base_url}/api/v2/accounts/{record.account_id}/calls/{record.call_id}"


def call_event(
    record: CallRecord, event: str, at: float, base_url: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Return an event's payload; absent fields are left out, never null."""
    shown = record.origin or record  # a leg shows the call that has placed it (webhooks.md 6)
    payload: dict[str, Any] = {
        "eventType": event,
        "eventTime": timestamp(at),
        "accountId": record.account_id,
        "applicationId": record.application_id,
        "from": shown.from_,
        "to": shown.to,
        "direction": str(record.direction),
        "callId": record.call_id,
        "callUrl": call_url(base_url, record),
        "parentCallId": record.parent_call_id,
        "enqueuedTime": _time(shown.enqueued_time),
        "startTime": _time(record.start_time),
        "answerTime": _time(record.answer_time),
    }
    if record.origin:
        payload |= {"transferCallerId": record.from_, "transferTo": record.to}
    if event not in WITHOUT_TAG:
        payload["tag"] = record.tag or None
    if event in WITH_SIP_CALL_ID:
        payload["sipCallId"] = record.sip_call_id
    payload |= fields
    return {name: value for name, value in payload.items() if value is not None}


def disconnect_event(record: CallRecord, at: float, base_url: str) -> dict[str, Any]:
    """Return the payload of `disconnect`; of a leg's `transferDisconnect`."""
    fields: dict[str, Any] = {
        "endTime": _time(record.end_time),
        "cause": str(record.disconnect_cause),
        "errorMessage": record.error_message,
        "errorId": record.error_id,
    }
    if record.origin:
        return call_event(record, "transferDisconnect", at, base_url, fields)
    fields["sipResponseCode"] = record.sip_response_code
    return call_event(record, "disconnect", at, base_url, fields)


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else timestamp(seconds)
