"""What is kept of a call: its state, event log, outgoing webhooks and recordings.

And of the request that made it, if that named a key: its answer. What every call makes many of is a
struct: to change one takes a thirtieth of the time that a dataclass takes.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from offhook.errors import Cause
from offhook.hooks import Hook, Target


class CallState(StrEnum):
    """The four states REST shows (rest.md 4.4)."""

    QUEUED = "queued"
    INITIATED = "initiated"
    ANSWERED = "answered"
    DISCONNECTED = "disconnected"


class Direction(StrEnum):
    """Who called whom, seen from Offhook."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Origin:
    """What the webhooks of a leg tell of the call that has placed it (webhooks.md 6)."""

    from_: str
    to: str
    enqueued_time: float | None


class CallRecord(msgspec.Struct, frozen=True):
    """A call as REST shows it, and what is needed to place it and report its end.

    Times are seconds since the epoch. `version` grows with each change, so that late writes lose.
    """

    call_id: str
    account_id: str
    application_id: str
    to: str
    from_: str
    direction: Direction
    state: CallState
    last_update: float
    version: int = 0
    parent_call_id: str | None = None
    enqueued_time: float | None = None
    start_time: float | None = None
    answer_time: float | None = None
    end_time: float | None = None
    disconnect_cause: Cause | None = None
    error_message: str | None = None
    error_id: str | None = None
    sip_response_code: int | None = None
    sip_call_id: str | None = None
    stir_shaken: dict[str, str] | None = None
    tag: str | None = None
    origin: Origin | None = None  # with parent_call_id
    # how to run it
    hook: Hook | None = None  # answer or initiate webhook
    status: Target | None = None  # where `disconnect` goes
    status_fallback: Target | None = None
    call_timeout_s: float = 30.0
    callback_timeout_s: float = 15.0
    priority: int = 5
    display_name: str | None = None
    privacy: bool = False
    uui: str | None = None
    machine_detection: dict[str, Any] | None = None  # rest.md 4.3, names as on the wire


class RecordingStatus(StrEnum):
    """How far a recording is (errors.md 8.9)."""

    PROCESSING = "processing"  # it runs, or its file is being made
    COMPLETE = "complete"
    PARTIAL = "partial"  # parts are missing; what there is can be downloaded
    DELETED = "deleted"  # the media is; this record stays until it is removed
    ERROR = "error"
    # never shown; these rows stay until the storage has done what REST has asked for
    DELETING = "deleting"  # the media is to go: shown as deleted
    REMOVED = "removed"  # everything is to go: not shown at all

    @property
    def shown(self) -> "RecordingStatus":
        """What REST says."""
        return RecordingStatus.DELETED if self is RecordingStatus.DELETING else self


class TranscriptionStatus(StrEnum):
    """What became of the wish for a text (errors.md 8.9)."""

    PROCESSING = "processing"  # the recording is, or the text
    AVAILABLE = "available"
    ERROR = "error"
    TOO_BIG = "file-size-too-big"
    TOO_SMALL = "file-size-too-small"


@dataclass(frozen=True, slots=True)
class Transcription:
    """The wish for the text of a recording, and what became of it."""

    id: str
    status: TranscriptionStatus = TranscriptionStatus.PROCESSING
    completed: float | None = None  # seconds since the epoch
    available: Target | None = None  # where `transcriptionAvailable` goes
    failure: str | None = None  # why there is no text
    # of a wish that came by REST
    tag: str | None = None  # instead of the call's
    timeout_s: float | None = None  # of the webhook, instead of the call's


DOWNLOADABLE = frozenset({RecordingStatus.COMPLETE, RecordingStatus.PARTIAL})


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of a call or conference as REST shows it. `version` grows with each change."""

    recording_id: str
    call_id: str  # or the conference's
    account_id: str
    start_time: float  # of the recording; seconds since the epoch
    channels: int
    file_format: str  # wav or mp3
    # of a call
    application_id: str = ""
    to: str = ""
    from_: str = ""
    direction: Direction | None = None
    parent_call_id: str | None = None
    # of a conference
    conference: str | None = None  # its name
    status: RecordingStatus = RecordingStatus.PROCESSING
    version: int = 0
    end_time: float | None = None
    duration_s: float | None = None  # pauses left out
    failure: str | None = None  # why parts of it are missing
    name: str | None = None
    available: Target | None = None  # where `recordingAvailable` goes
    transcription: Transcription | None = None  # if one was asked for

    @property
    def downloadable(self) -> bool:
        """Whether its media can be had."""
        return self.status in DOWNLOADABLE


@dataclass(frozen=True, slots=True)
class Piece:
    """What somebody said without a long pause."""

    speaker: int  # the channel of a recording, the place of a track
    text: str
    confidence: float  # 0 to 1
    start_s: float  # since the beginning of the recording or transcription
    end_s: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text of a recording, or of a call while it is spoken. `version` grows."""

    transcription_id: str
    call_id: str
    account_id: str
    created: float  # seconds since the epoch
    recording_id: str | None = None  # None: of a call
    version: int = 0
    completed: float | None = None  # None: it is under way
    pieces: tuple[Piece, ...] = ()  # in order of time
    failure: str | None = None  # why it is not all there
    # of a call
    name: str | None = None
    tracks: tuple[str, ...] = ()
    language: str = "en-US"
    events: Target | None = None  # where `realTimeTranscriptionAvailable` goes
    destination: str | None = None  # ws or wss, with `stabilized`
    stabilized: bool = True

    @property
    def status(self) -> str:
        """What became of the text of a call (errors.md 8.9)."""
        return "failed" if self.failure is not None and not self.pieces else "available"


@dataclass(frozen=True, slots=True)
class ConferenceRecord:
    """A conference as REST shows it, and what its webhooks need (rest.md 5).

    All of it is the word of the call that opened it. Times are seconds since the epoch.
    """

    conference_id: str
    account_id: str
    name: str
    created: float
    completed: float | None = None
    version: int = 0
    hook: Hook | None = None  # of its events
    tag: str | None = None
    callback_timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Member:
    """A call in a conference."""

    call_id: str
    from_: str
    to: str
    mute: bool = False  # hears, is not heard
    hold: bool = False  # neither hears nor is heard
    coached: tuple[str, ...] = ()  # the calls that alone hear this one


class DeviceStatus(StrEnum):
    """Whether a device, or any device of an endpoint, is there."""

    CONNECTED = "CONNECTED"
    DISCONNECTED = "DISCONNECTED"


@dataclass(frozen=True, slots=True)
class Device:
    """A browser or app that speaks for an endpoint; one that has left stays in the list."""

    device_id: str
    created: float  # seconds since the epoch
    name: str | None = None
    status: DeviceStatus = DeviceStatus.CONNECTED


@dataclass(frozen=True, slots=True)
class EndpointRecord:
    """A WebRTC endpoint as REST shows it (rest.md 11). `version` grows with each change."""

    endpoint_id: str
    account_id: str
    direction: str  # INBOUND, OUTBOUND or BIDIRECTIONAL
    created: float  # seconds since the epoch
    expires: float
    token_digest: str  # SHA-256 of the token that opens it, in hex
    events: Hook | None = None  # where devices that come and go are told of
    tag: str | None = None
    devices: tuple[Device, ...] = ()
    deleted: float | None = None
    version: int = 0

    @property
    def status(self) -> DeviceStatus:
        """Whether a device is there."""
        there = any(each.status is DeviceStatus.CONNECTED for each in self.devices)
        return DeviceStatus.CONNECTED if there else DeviceStatus.DISCONNECTED

    @property
    def vanishes(self) -> float:
        """When it is no more."""
        return self.expires if self.deleted is None else self.deleted


class Event(msgspec.Struct, frozen=True):
    """One entry of the append-only log of a call or conference, numbered from 1 (design.md 4)."""

    call_id: str  # or the conference's
    number: int
    at: float  # seconds since the epoch
    kind: str  # "noun.verb": call.state, sip.sent, webhook.replied, verb.started, media.opened …
    data: dict[str, Any] = msgspec.field(default_factory=dict)  # JSON values, secrets redacted


class IncidentKind(StrEnum):
    """What an incident's id was told with."""

    REQUEST = "request"  # an HTTP answer: the id is its X-Request-Id
    INVITE = "invite"  # a caller's INVITE that became no call
    PHONE = "phone"  # a REGISTER or INVITE of a phone that proved not to be itself
    FAILURE = "failure"  # the errorId of a webhook or of call state


@dataclass(frozen=True, slots=True)
class Incident:
    """What an id that somebody was told opens: a failure inside a call's log, or one outside."""

    id: str  # UUID
    at: float  # seconds since the epoch
    kind: IncidentKind
    account_id: str | None = None  # whose it is; None where nobody was authenticated
    call_id: str | None = None
    number: int | None = None  # of the event in the call's log that tells of it
    data: dict[str, Any] = field(default_factory=dict)  # JSON values, secrets redacted


class Delivery(msgspec.Struct, frozen=True):
    """A webhook: where it goes, what it says, and whether it has arrived.

    Synchronous ones of calls are sent by their call, which waits for the reply; all else by the
    outbox, one lane per call or conference, in `sequence` order.
    """

    id: str  # UUID; the wire's Offhook-Event-Id
    call_id: str  # or the conference's, or the endpoint's
    account_id: str
    sequence: int  # of all webhooks of the call or conference, from 1
    event_type: str
    payload: dict[str, Any]
    target: Target
    fallback: Target | None
    timeout_s: float
    created: float
    delivered: float | None = None
    failed: str | None = None
    asks: bool = False  # the reply matters: it may be a document for a conference
    sync: bool = False  # sent by its call
    once: bool = False  # not repeated on the same URL, whatever happens (webhooks.md 9)
    redeliveries: int = 0  # how often somebody had it sent again

    @property
    def state(self) -> str:
        """What became of it: pending, delivered or failed."""
        if self.failed is not None:
            return "failed"
        return "pending" if self.delivered is None else "delivered"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to a request that named a key; the request repeated gets it again."""

    account_id: str
    operation: str  # as rest.md names it: createCall
    key: str
    digest: str  # of the request's body
    call_id: str
    created: float  # seconds since the epoch
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str  # as it was sent
