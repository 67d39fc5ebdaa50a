"""The JSON of call webhooks: field blocks C, Q, A, T, S and X of webhooks.md 6."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from offhook.clock import duration, timestamp
from offhook.hooks import Target
from offhook.records import (
    CallRecord,
    ConferenceRecord,
    Member,
    Recording,
    Transcript,
    Transcription,
)

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
        "applicationId": record.application_id or None,  # of a document for an endpoint
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


def media_url(base_url: str, recording: Recording) -> str:
    """Return where the media of a recording is downloaded."""
    account = f"{base_url}/api/v2/accounts/{recording.account_id}"
    owners = "calls" if recording.conference is None else "conferences"
    return f"{account}/{owners}/{recording.call_id}/recordings/{recording.recording_id}/media"


def recording_fields(recording: Recording, base_url: str) -> dict[str, Any]:
    """Return what events say of a recording that has ended."""
    return {
        "recordingId": recording.recording_id,
        "mediaUrl": media_url(base_url, recording),
        "startTime": timestamp(recording.start_time),
        "endTime": _time(recording.end_time),
        "duration": duration(recording.duration_s or 0.0),
        "channels": recording.channels,
        "fileFormat": recording.file_format,
    }


@dataclass(frozen=True, slots=True)
class News:
    """An asynchronous event that is due."""

    event: str
    fields: dict[str, Any]  # beside the common block
    target: Target
    timeout_s: float | None = None  # None: that of the call


def recording_news(recording: Recording, what: str, base_url: str) -> Iterator[News]:
    """Yield the events that tell of a recording that was `made` (or never can be) or `transcribed`.

    What became of the text may be known when it is made.
    """
    if what == "made" and recording.available is not None:
        fields = available_fields(recording, base_url)
        yield News("recordingAvailable", fields, recording.available)
    wish = recording.transcription
    if wish is not None and wish.completed is not None and wish.available is not None:
        fields = transcription_fields(recording, wish, base_url)
        if wish.tag is not None:
            fields["tag"] = wish.tag
        yield News("transcriptionAvailable", fields, wish.available, wish.timeout_s)


def transcription_fields(
    recording: Recording, wish: Transcription, base_url: str
) -> dict[str, Any]:
    """Return what `transcriptionAvailable` says beside the common block."""
    fields = available_fields(recording, base_url)
    for name in ("channels", "status", "recordingName"):
        del fields[name]
    media = media_url(base_url, recording)
    fields["transcription"] = {
        "id": wish.id,
        "status": str(wish.status),
        "completedTime": _time(wish.completed),
        "url": f"{media.removesuffix('media')}transcription",
    }
    return fields


def live_text(text: Transcript) -> dict[str, Any]:
    """Return what events say of a live transcription (webhooks.md 7.5)."""
    shown: dict[str, Any] = {
        "id": text.transcription_id,
        "name": text.name,
        "startTime": timestamp(text.created),
        "tracks": list(text.tracks),
    }
    if text.destination is not None:
        shown["destination"] = text.destination
        shown["stabilized"] = "true" if text.stabilized else "false"  # a string, as in samples
    return shown


def text_available(text: Transcript, base_url: str) -> dict[str, Any]:
    """Return what `realTimeTranscriptionAvailable` says of it."""
    call = f"{base_url}/api/v2/accounts/{text.account_id}/calls/{text.call_id}"
    shown = live_text(text) | {"status": text.status, "completedTime": _time(text.completed)}
    if text.status == "available":
        shown["url"] = f"{call}/transcriptions/{text.transcription_id}"
    return shown


def available_fields(recording: Recording, base_url: str) -> dict[str, Any]:
    """Return what `recordingAvailable` says beside the common block, which loses answerTime."""
    fields = recording_fields(recording, base_url) | {
        "answerTime": None,
        "status": str(recording.status),
        "recordingName": recording.name,
    }
    return fields if recording.downloadable else fields | {"mediaUrl": None}


def conference_event(
    record: ConferenceRecord, event: str, at: float, member: Member | None = None
) -> dict[str, Any]:
    """Return the payload of a conference's event (webhooks.md 7.1); it names no account."""
    payload: dict[str, Any] = {
        "eventType": event,
        "eventTime": timestamp(at),
        "conferenceId": record.conference_id,
        "name": record.name,
    }
    if record.tag:
        payload["tag"] = record.tag
    if member is not None:
        payload |= {"callId": member.call_id, "from": member.from_, "to": member.to}
    return payload


def conference_recording(
    record: ConferenceRecord, recording: Recording, at: float, base_url: str
) -> dict[str, Any]:
    """Return the payload of `conferenceRecordingAvailable`."""
    payload = {
        **conference_event(record, "conferenceRecordingAvailable", at),
        "accountId": record.account_id,
        **recording_fields(recording, base_url),
        "status": str(recording.status),
    }
    if not recording.downloadable:
        del payload["mediaUrl"]
    return {name: value for name, value in payload.items() if value is not None}


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else timestamp(seconds)
