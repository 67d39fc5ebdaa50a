"""The streams of one call (bxml.md 4.18): begun, refused, ended, and told of.

They belong to the call and outlive documents. All of them together have four tracks.
"""

from typing import Any, Final, Protocol

from offhook.calls.journal import Journal
from offhook.calls.mail import CallMail
from offhook.calls.plant import Plant
from offhook.calls.stream import Stream, Verdict
from offhook.clock import duration, timestamp
from offhook.errors import streams
from offhook.errors.calls import bare_url
from offhook.errors.entry import Entry
from offhook.records import CallRecord
from offhook.verbs.streaming import StreamOrder
from offhook.webhooks.websocket import Closed, HandshakeError

TRACKS: Final = 4  # of a call


class Owner(Protocol):
    """The call that is streamed."""

    mail: CallMail

    @property
    def record(self) -> CallRecord:
        """The call as it is now."""
        ...


class Streams:
    """Begins and ends them."""

    def __init__(self, plant: Plant, journal: Journal, owner: Owner) -> None:
        self._plant = plant
        self._journal = journal
        self._owner = owner
        self._live: dict[str, Stream] = {}  # by name

    async def start(self, order: StreamOrder) -> None:
        """Begin one; returns when it is connected or refused."""
        plant = self._plant
        stream = Stream(plant, order, self._owner.record, self._journal)
        if refusal := self._refusal(stream):
            self._refuse(stream, refusal)
            return
        try:
            await stream.connect(plant.channels, lambda closed: self._left(stream, closed))
        except HandshakeError as error:
            entry = streams.NOT_STARTED if error.ours else streams.REFUSED
            self._refuse(stream, _verdict(entry, stream, error.reason))
            return
        self._live[stream.name] = stream
        self._log("started", stream, tracks=list(order.tracks), plays=order.plays)
        self._tell(stream, "mediaStreamStarted")
        stream.start()

    def stop(self, name: str) -> None:
        """End one, if it is there."""
        if name in self._live:
            self._end(self._live[name])

    async def wait(self, name: str) -> None:
        """Wait until one has ended, if it is there."""
        if name in self._live:
            await self._live[name].ended.wait()

    def lose(self, reason: str) -> None:
        """The sound of the call is gone."""
        for stream in list(self._live.values()):
            self._end(stream, _verdict(streams.BROKEN, stream, reason), alive=False)

    def end(self) -> None:
        """The call ends (bxml.md 10.8)."""
        for stream in list(self._live.values()):
            self._end(stream)

    def _refusal(self, stream: Stream) -> Verdict | None:
        """Return why a stream cannot be begun beside those that there are."""
        if stream.name in self._live:
            return _verdict(streams.DUPLICATE, stream)
        taken = sum(len(each.order.tracks) for each in self._live.values())
        if taken + len(stream.order.tracks) > TRACKS:
            return _verdict(streams.TRACK_LIMIT, stream)
        return None

    def _refuse(self, stream: Stream, verdict: Verdict) -> None:
        self._log("rejected", stream, **_told(verdict))
        fields: dict[str, Any] = {"cause": verdict.entry.type, "errorMessage": verdict.message}
        if verdict.entry is streams.DUPLICATE:
            fields["originalMediaStream"] = described(self._live[stream.name])
        self._tell(stream, "mediaStreamRejected", **fields)

    def _left(self, stream: Stream, closed: Closed) -> None:
        """The other end has closed it, or is gone."""
        if self._live.get(stream.name) is not stream:
            return  # it went in the moment in which it was begun
        if closed.clean:
            self._end(stream)
            return
        why = closed.reason if closed.code is None else f"closed with {closed.code} {closed.reason}"
        entry = streams.BROKEN if closed.ours else streams.LOST
        self._end(stream, _verdict(entry, stream, why.strip()))

    def _end(self, stream: Stream, verdict: Verdict | None = None, *, alive: bool = True) -> None:
        del self._live[stream.name]
        counted = stream.end(alive=alive)
        lasted_s = self._plant.clock.wall() - stream.started
        told = _told(verdict) if verdict else {"cause": "closed"}
        self._log("stopped", stream, duration_s=round(lasted_s, 3), **counted, **told)
        fields = {"cause": "closed"}
        if verdict is not None:
            fields = {"cause": verdict.entry.type, "errorMessage": verdict.message}
        lasted = {"duration": duration(lasted_s)}
        self._tell(stream, "mediaStreamStopped", **fields, mediaStream=described(stream) | lasted)

    def _log(self, kind: str, stream: Stream, **data: Any) -> None:
        shown = {"stream": stream.name, "destination": bare_url(stream.order.destination)}
        self._journal.log(f"stream.{kind}", **shown, **data)

    def _tell(self, stream: Stream, event: str, **fields: Any) -> None:
        if stream.order.events is not None:
            told = {"mediaStream": described(stream), **fields}
            self._owner.mail.notify(event, told, stream.order.events)


def described(stream: Stream) -> dict[str, Any]:
    """Return what webhooks say of a stream (webhooks.md 7.4)."""
    return {
        "id": stream.id,
        "name": stream.name,
        "destination": stream.order.destination,
        "startTime": timestamp(stream.started),
        "tracks": list(stream.order.tracks),
        "type": "WebSocket",
    }


def _verdict(entry: Entry, stream: Stream, why: str = "") -> Verdict:
    values = {"name": stream.name, "destination": bare_url(stream.order.destination)}
    needed = {name: value for name, value in values.items() if name in entry.placeholders}
    return Verdict(entry, entry.text(**needed), why)


def _told(verdict: Verdict) -> dict[str, str]:
    told = {"cause": verdict.entry.type, "message": verdict.message, "why": verdict.why}
    return {name: value for name, value in told.items() if value}
