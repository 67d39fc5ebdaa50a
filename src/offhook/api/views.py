"""How calls, conferences and recordings read in JSON (rest.md 4.2, 4.4, 5, 6).

Every key is always there; absent is null.
"""

from typing import Annotated, TypedDict

from offhook.api.creation import CreateCall
from offhook.api.described import Duration, Moment, Uri
from offhook.api.validation import METHODS, told
from offhook.clock import duration, timestamp
from offhook.errors import Cause
from offhook.records import (
    CallRecord,
    CallState,
    ConferenceRecord,
    Direction,
    Member,
    Recording,
    RecordingStatus,
    TranscriptionStatus,
)
from offhook.requests import OutboundRequest

MASK = "*****"
SHOWN = [each for each in RecordingStatus if each.shown is each is not RecordingStatus.REMOVED]

Method = Annotated[str, told(enum=METHODS)]
Status = Annotated[str, told(enum=SHOWN)]
Format = Annotated[str, told(enum=("wav", "mp3"))]

CreatedCallView = TypedDict(
    "CreatedCallView",
    {
        "applicationId": str,
        "accountId": str,
        "callId": str,
        "to": str,
        "from": str,
        "enqueuedTime": Moment | None,
        "callUrl": Uri,
        "callTimeout": float,
        "callbackTimeout": float,
        "tag": str | None,
        "answerMethod": Method,
        "answerUrl": str,
        "answerFallbackMethod": Method,
        "answerFallbackUrl": str | None,
        "disconnectMethod": Method,
        "disconnectUrl": str | None,
        "username": str | None,
        "password": str | None,
        "fallbackUsername": str | None,
        "fallbackPassword": str | None,
        "priority": int,
    },
)

CallView = TypedDict(
    "CallView",
    {
        "callId": str,
        "parentCallId": str | None,
        "applicationId": str,
        "accountId": str,
        "to": str,
        "from": str,
        "direction": Direction,
        "state": CallState,
        "stirShaken": dict[str, str] | None,
        "identity": str | None,
        "enqueuedTime": Moment | None,
        "startTime": Moment | None,
        "answerTime": Moment | None,
        "endTime": Moment | None,
        "disconnectCause": Cause | None,
        "errorMessage": str | None,
        "errorId": str | None,
        "lastUpdate": Moment,
    },
)


class TranscriptionView(TypedDict):
    """What became of the wish for the text of a recording."""

    id: str
    status: TranscriptionStatus
    completedTime: Moment | None
    url: Uri


RecordingView = TypedDict(
    "RecordingView",
    {
        "applicationId": str,
        "accountId": str,
        "callId": str,
        "parentCallId": str | None,
        "recordingId": str,
        "to": str,
        "from": str,
        "transferCallerId": str | None,
        "transferTo": str | None,
        "direction": Direction | None,
        "duration": Duration | None,
        "channels": int,
        "startTime": Moment,
        "endTime": Moment | None,
        "fileFormat": Format,
        "status": Status,
        "mediaUrl": Uri | None,
        "transcription": TranscriptionView | None,
        "recordingName": str | None,
    },
)


class ConferenceView(TypedDict):
    """A conference in a list."""

    id: str
    name: str
    createdTime: Moment
    completedTime: Moment | None
    conferenceEventUrl: str | None
    conferenceEventMethod: str | None
    tag: str | None


class MemberView(TypedDict):
    """A member of a conference."""

    callId: str
    conferenceId: str
    memberUrl: Uri
    mute: bool
    hold: bool
    callIdsToCoach: list[str] | None


class WholeConferenceView(ConferenceView):
    """A conference with its members."""

    activeMembers: list[MemberView]


class ConferenceRecordingView(TypedDict):
    """A recording of a conference."""

    accountId: str
    conferenceId: str
    name: str | None
    recordingId: str
    duration: Duration | None
    channels: int
    startTime: Moment
    endTime: Moment | None
    fileFormat: Format
    status: Status
    mediaUrl: Uri | None
    recordingName: str | None


def created(
    record: CallRecord, request: OutboundRequest, body: CreateCall, url: str
) -> CreatedCallView:
    """Return createCall's answer."""
    return {
        "applicationId": record.application_id,
        "accountId": record.account_id,
        "callId": record.call_id,
        "to": record.to,
        "from": record.from_,
        "enqueuedTime": _time(record.enqueued_time),
        "callUrl": url,
        "callTimeout": float(request.call_timeout_s),
        "callbackTimeout": float(request.callback_timeout_s),
        "tag": request.tag,
        "answerMethod": request.answer.primary.method,
        "answerUrl": request.answer.primary.url,
        "answerFallbackMethod": body.answer_fallback_method or "POST",
        "answerFallbackUrl": body.answer_fallback_url,
        "disconnectMethod": body.disconnect_method or "POST",
        "disconnectUrl": body.disconnect_url,
        "username": body.username,
        "password": _masked(body.password),
        "fallbackUsername": body.fallback_username,
        "fallbackPassword": _masked(body.fallback_password),
        "priority": request.priority,
    }


def state(record: CallRecord) -> CallView:
    """Return a call as getCall and listCalls show it."""
    return {
        "callId": record.call_id,
        "parentCallId": record.parent_call_id,
        "applicationId": record.application_id,
        "accountId": record.account_id,
        "to": record.to,
        "from": record.from_,
        "direction": record.direction,
        "state": record.state,
        "stirShaken": record.stir_shaken,
        "identity": None,
        "enqueuedTime": _time(record.enqueued_time),
        "startTime": _time(record.start_time),
        "answerTime": _time(record.answer_time),
        "endTime": _time(record.end_time),
        "disconnectCause": record.disconnect_cause,
        "errorMessage": record.error_message,
        "errorId": record.error_id,
        "lastUpdate": timestamp(record.last_update),
    }


def recording(made: Recording, account_url: str) -> RecordingView:
    """Return a recording of a call; there is a media URL while the media can be had."""
    media_url = f"{account_url}/calls/{made.call_id}/recordings/{made.recording_id}/media"
    return {
        "applicationId": made.application_id,
        "accountId": made.account_id,
        "callId": made.call_id,
        "parentCallId": made.parent_call_id,
        "recordingId": made.recording_id,
        "to": made.to,
        "from": made.from_,
        "transferCallerId": None,
        "transferTo": None,
        "direction": made.direction,
        "duration": None if made.duration_s is None else duration(made.duration_s),
        "channels": made.channels,
        "startTime": timestamp(made.start_time),
        "endTime": _time(made.end_time),
        "fileFormat": made.file_format,
        "status": made.status.shown,
        "mediaUrl": media_url if made.downloadable else None,
        "transcription": _transcription(made, account_url),
        "recordingName": made.name,
    }


def _transcription(made: Recording, account_url: str) -> TranscriptionView | None:
    wish = made.transcription
    if wish is None:
        return None
    url = f"{account_url}/calls/{made.call_id}/recordings/{made.recording_id}/transcription"
    return {
        "id": wish.id,
        "status": wish.status,
        "completedTime": _time(wish.completed),
        "url": url,
    }


def conference(record: ConferenceRecord) -> ConferenceView:
    """Return a conference as listConferences shows it."""
    target = record.hook.primary if record.hook else None
    return {
        "id": record.conference_id,
        "name": record.name,
        "createdTime": timestamp(record.created),
        "completedTime": _time(record.completed),
        "conferenceEventUrl": target.url if target else None,
        "conferenceEventMethod": target.method if target else None,
        "tag": record.tag,
    }


def member(seated: Member, conference_id: str, account_url: str) -> MemberView:
    """Return a member of a conference."""
    return {
        "callId": seated.call_id,
        "conferenceId": conference_id,
        "memberUrl": f"{account_url}/conferences/{conference_id}/members/{seated.call_id}",
        "mute": seated.mute,
        "hold": seated.hold,
        "callIdsToCoach": list(seated.coached) or None,
    }


def conference_recording(made: Recording, account_url: str) -> ConferenceRecordingView:
    """Return a recording of a conference."""
    media_url = f"{account_url}/conferences/{made.call_id}/recordings/{made.recording_id}/media"
    return {
        "accountId": made.account_id,
        "conferenceId": made.call_id,
        "name": made.conference,
        "recordingId": made.recording_id,
        "duration": None if made.duration_s is None else duration(made.duration_s),
        "channels": made.channels,
        "startTime": timestamp(made.start_time),
        "endTime": _time(made.end_time),
        "fileFormat": made.file_format,
        "status": made.status.shown,
        "mediaUrl": media_url if made.downloadable else None,
        "recordingName": made.name,
    }


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else timestamp(seconds)


def _masked(secret: str | None) -> str | None:
    return None if secret is None else MASK
