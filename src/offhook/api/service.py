"""What the API needs of call control: the exchange, rooms, endpoints, archive and memory."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from offhook.directory import Account
from offhook.hooks import Hook
from offhook.records import (
    CallRecord,
    ConferenceRecord,
    Delivery,
    EndpointRecord,
    Event,
    KeptAnswer,
    Member,
    Recording,
    Transcript,
    Transcription,
)
from offhook.requests import (
    CallFilter,
    ConferenceFilter,
    DeliveryFilter,
    EndpointFilter,
    EndpointPage,
    EndpointRequest,
    MemberChange,
    OutboundRequest,
    RecordingFilter,
    Standing,
)

Tell = Callable[[Mapping[str, Any]], None]
Keep = Callable[[CallRecord], KeptAnswer]  # what is written together with a call


class CallService(Protocol):
    """Places calls, shows them and changes them. Refusals are raised as ApiError."""

    async def create(
        self, account: Account, request: OutboundRequest, keep: Keep | None = None
    ) -> CallRecord:
        """Queue or place a call; 429 for the account's limits, 503 when the node is full.

        Returns when the call is on disk, and what `keep` makes of it as well.
        """
        ...

    async def get(self, account_id: str, call_id: str) -> CallRecord | None:
        """Return a call, live or ended up to seven days ago."""
        ...

    async def list(self, account_id: str, wanted: CallFilter) -> list[CallRecord]:
        """Return at most `wanted.limit` calls after `wanted.after`, by `requests.position`."""
        ...

    async def locate(self, account_id: str, call_id: str) -> Standing:
        """Tell whether the call can be spoken of, before what is said is looked at."""
        ...

    async def queued(self, account_id: str) -> int:
        """Return how many calls of the account wait to be placed."""
        ...

    async def redirect(self, account_id: str, call_id: str, hook: Hook, tag: str | None) -> None:
        """Stop the document and ask `hook`; tag None leaves, blank clears; 404 or 409."""
        ...

    async def complete(self, account_id: str, call_id: str) -> None:
        """End the call; 404 or 409."""
        ...

    async def rescript(
        self, account_id: str, call_id: str, body: bytes, charset: str | None
    ) -> None:
        """Stop the document and run this one; 404, 400 for invalid BXML, 409 in this order."""
        ...

    async def is_recorded(self, account_id: str, call_id: str) -> bool:
        """Tell whether a recording of the call runs in the background, paused or not."""
        ...

    async def transcribe(self, recording: Recording, wish: Transcription) -> None:
        """Have a text made of a recording, and tell of it; an older one is forgotten."""
        ...

    async def pause_recording(self, account_id: str, call_id: str, paused: bool) -> None:
        """Pause or resume that recording."""
        ...


class ConferenceService(Protocol):
    """Shows conferences and changes live ones. Refusals are raised as ApiError."""

    async def get(self, account_id: str, conference_id: str) -> ConferenceRecord | None:
        """Return a conference, live or ended up to seven days ago."""
        ...

    async def list(self, account_id: str, wanted: ConferenceFilter) -> list[ConferenceRecord]:
        """Return at most `wanted.limit` conferences after `wanted.after`, oldest first."""
        ...

    def members(self, account_id: str, conference_id: str) -> Sequence[Member] | None:
        """Return who is in it; None if it is not live."""
        ...

    def complete(self, account_id: str, conference_id: str) -> None:
        """End it; 404."""
        ...

    def redirect(self, account_id: str, conference_id: str, hook: Hook) -> None:
        """Ask `hook` for a document to play in it; 404."""
        ...

    async def play(
        self, account_id: str, conference_id: str, body: bytes, charset: str | None
    ) -> None:
        """Play this document in it; 404, 400 for what is no document for it, 503."""
        ...

    def change_member(
        self, account_id: str, conference_id: str, call_id: str, change: MemberChange
    ) -> None:
        """Let a member sit otherwise; 404, 400 if there is another coach."""
        ...


class EndpointService(Protocol):
    """Keeps WebRTC endpoints, and runs documents for them. Refusals are raised as ApiError."""

    async def create(
        self, account: Account, request: EndpointRequest
    ) -> tuple[EndpointRecord, str]:
        """Make an endpoint; returns it and its token, once it is on disk; 429 at the limit."""
        ...

    async def list(self, account_id: str, wanted: EndpointFilter) -> EndpointPage:
        """Return at most `wanted.limit` endpoints after `wanted.after`, oldest first."""
        ...

    async def get(self, account_id: str, endpoint_id: str) -> EndpointRecord | None:
        """Return an endpoint that has not vanished."""
        ...

    async def delete(self, record: EndpointRecord) -> None:
        """Let it vanish, and its devices with it."""
        ...

    async def rescript(self, record: EndpointRecord, body: bytes, charset: str | None) -> None:
        """Run this document for its device; 400 for invalid BXML, or where no device is there."""
        ...

    async def admit(
        self, token: str, name: str | None, tell: Tell, dismiss: Callable[[str], None]
    ) -> "DeviceDoor":
        """Take a device in by its endpoint's token; raises GatewayError.

        `tell` sends it a message, `dismiss` ends its connection with a reason; neither blocks.
        """
        ...


class DeviceDoor(Protocol):
    """A device that has been taken in: what it says, and its end."""

    @property
    def device_id(self) -> str:
        """The id of the device."""
        ...

    @property
    def endpoint_id(self) -> str:
        """The id of its endpoint."""
        ...

    def answers_by_itself(self, automatic: bool) -> None:
        """Say whether calls are taken at once, or somebody lifts the receiver."""
        ...

    async def offer(self, sdp: str) -> str:
        """Take its SDP offer; returns the answer; raises GatewayError."""
        ...

    def hint(self, candidate: Mapping[str, Any]) -> None:
        """Take a candidate; empty: there are no more."""
        ...

    def lift(self) -> None:
        """Take the call that rings."""
        ...

    def hang(self) -> None:
        """Leave the call, or refuse the one that rings."""
        ...

    def request(self, to: str) -> str | None:
        """Ask the application for a call to somebody; returns why it is not asked, if so."""
        ...

    def close(self, reason: str) -> None:
        """It has left."""
        ...


class AnswerService(Protocol):
    """Remembers the answers to requests that named a key."""

    async def recall(self, account_id: str, operation: str, key: str) -> KeptAnswer | None:
        """Return the answer to an earlier request of this name, if it still counts."""
        ...


class MailService(Protocol):
    """Shows webhooks and sends them again."""

    async def find(self, account_id: str, wanted: DeliveryFilter) -> list[Delivery]:
        """Return the account's webhooks that pass the filter, oldest first."""
        ...

    async def get(self, account_id: str, event_id: str) -> Delivery | None:
        """Return a webhook of the account."""
        ...

    async def attempts(self, delivery: Delivery) -> list[Event]:
        """Return the attempts to deliver it that are in its call's event log."""
        ...

    async def resend(self, account_id: str, event_id: str, by: str) -> Delivery:
        """Send a settled webhook again, on the word of a user; 404 or 409."""
        ...


class RecordingService(Protocol):
    """Shows, reads and removes recordings."""

    async def of_call(self, account_id: str, call_id: str) -> list[Recording]:
        """Return at most 1000 recordings of a call, oldest first; none of an unknown one."""
        ...

    async def find(self, account_id: str, wanted: RecordingFilter) -> list[Recording]:
        """Return recordings of the account that pass the filter, oldest first."""
        ...

    async def get(self, account_id: str, call_id: str, recording_id: str) -> Recording | None:
        """Return a recording of the account's call."""
        ...

    async def size(self, recording: Recording) -> int | None:
        """Return how many bytes its media has, None if it cannot be had."""
        ...

    async def read(self, recording: Recording, start: int, length: int) -> bytes:
        """Return a part of its media."""
        ...

    async def remove_media(self, recording: Recording) -> None:
        """Remove its media and keep its record."""
        ...

    async def text(self, recording: Recording) -> Transcript | None:
        """Return its text, if it is there."""
        ...

    async def live_texts(self, account_id: str, call_id: str) -> list[Transcript]:
        """Return the live transcriptions of a call, oldest first; none of an unknown one."""
        ...

    async def remove_text(self, text: Transcript) -> None:
        """Forget a live transcription that is over."""
        ...

    async def remove_transcription(self, recording: Recording) -> None:
        """Forget the wish for its text, and what became of it."""
        ...

    async def remove(self, recording: Recording) -> None:
        """Remove everything of it."""
        ...
