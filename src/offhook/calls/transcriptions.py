"""The live transcriptions of one call (bxml.md 4.19): begun, refused, ended, and told of.

They belong to the call and outlive documents. All of them together have four tracks; what was said
last is recognised after the call has ended.
"""

from typing import Any, Final, Protocol

from offhook.calls.journal import Journal
from offhook.calls.mail import CallMail
from offhook.calls.payloads import live_text, text_available
from offhook.calls.plant import Plant
from offhook.calls.stream import Verdict
from offhook.calls.transcription import Transcription
from offhook.clock import duration
from offhook.errors import transcriptions
from offhook.errors.calls import bare_url
from offhook.errors.entry import Entry
from offhook.records import CallRecord
from offhook.speech import RecognitionError
from offhook.verbs.dictating import TranscriptionOrder
from offhook.webhooks.websocket import Closed, HandshakeError

TRACKS: Final = 4  # of a call, counted apart from streams


class Owner(Protocol):
    """The call that is transcribed."""

    mail: CallMail

    @property
    def record(self) -> CallRecord:
        """The call as it is now."""
        ...


class Transcriptions:
    """Begins and ends them."""

    def __init__(self, plant: Plant, journal: Journal, owner: Owner) -> None:
        self._plant = plant
        self._journal = journal
        self._owner = owner
        self._live: dict[str, Transcription] = {}  # by name

    async def start(self, order: TranscriptionOrder) -> None:
        """Begin one; returns when it is connected or refused."""
        one = Transcription(self._plant, order, self._owner.record, self._journal)
        if refusal := self._refusal(one):
            self._refuse(one, refusal)
            return
        try:
            await one.connect(lambda closed: self._left(one, closed))
        except HandshakeError as error:
            entry = transcriptions.UNAVAILABLE if error.ours else transcriptions.REFUSED
            self._refuse(one, _verdict(entry, one, error.reason))
            return
        self._live[one.name] = one
        self._log("started", one, tracks=list(order.tracks))
        if order.destination is not None:
            self._tell(one, "Started", realTimeTranscription=live_text(one.text))
        one.start(self._done)

    def stop(self, name: str | None) -> None:
        """End one, if it is there; None ends all."""
        for one in [each for each in self._live.values() if name in (None, each.name)]:
            self._end(one)

    def lose(self, reason: str) -> None:
        """The sound of the call is gone."""
        for one in list(self._live.values()):
            self._end(one, _verdict(transcriptions.BROKEN, one, reason))

    def end(self) -> None:
        """The call ends (bxml.md 10.8)."""
        self.stop(None)

    def _refusal(self, one: Transcription) -> Verdict | None:
        """Return why one cannot be begun beside those that there are, or at all."""
        if one.name in self._live:
            return _verdict(transcriptions.DUPLICATE, one)
        taken = sum(len(each.order.tracks) for each in self._live.values())
        if taken + len(one.order.tracks) > TRACKS:
            return _verdict(transcriptions.TRACK_LIMIT, one)
        try:
            self._plant.hearing.language(one.order.languages)
        except RecognitionError as error:
            return _verdict(transcriptions.UNAVAILABLE, one, str(error))
        return None

    def _refuse(self, one: Transcription, verdict: Verdict) -> None:
        self._log("rejected", one, **_told(verdict))
        fields: dict[str, Any] = {"cause": verdict.entry.type, "errorMessage": verdict.message}
        if verdict.entry is transcriptions.DUPLICATE:
            fields["originalTranscription"] = live_text(self._live[one.name].text)
        self._tell(one, "Rejected", **fields, **_both(live_text(one.text)))

    def _left(self, one: Transcription, closed: Closed) -> None:
        """The other end has closed it, or is gone."""
        if self._live.get(one.name) is not one:
            return  # it went in the moment in which it was begun
        if closed.clean:
            self._end(one)
            return
        why = closed.reason if closed.code is None else f"closed with {closed.code} {closed.reason}"
        entry = transcriptions.BROKEN if closed.ours else transcriptions.LOST
        self._end(one, _verdict(entry, one, why.strip()))

    def _end(self, one: Transcription, verdict: Verdict | None = None) -> None:
        del self._live[one.name]
        one.end()
        lasted_s = self._plant.clock.wall() - one.text.created
        told = _told(verdict) if verdict else {"cause": "closed"}
        self._log("stopped", one, duration_s=round(lasted_s, 3), **told)
        if one.order.destination is None:
            return
        fields = {"cause": "closed"}
        if verdict is not None:
            fields = {"cause": verdict.entry.type, "errorMessage": verdict.message}
        shown = live_text(one.text) | {"duration": duration(lasted_s)}
        self._tell(one, "Stopped", **fields, **_both(shown))

    def _done(self, one: Transcription) -> None:
        """The text is whole; the call may be over."""
        text = one.text
        self._log("written", one, status=text.status, why=text.failure, pieces=len(text.pieces))
        fields = text_available(text, self._plant.settings.base_url)
        self._tell(one, "Available", realTimeTranscription=fields)

    def _log(self, kind: str, one: Transcription, **data: Any) -> None:
        destination = one.order.destination
        shown = {"transcription": one.name, "destination": destination and bare_url(destination)}
        known = {name: value for name, value in {**shown, **data}.items() if value is not None}
        self._journal.log(f"transcription.{kind}", **known)

    def _tell(self, one: Transcription, event: str, **fields: Any) -> None:
        if one.order.events is not None:
            self._owner.mail.notify(f"realTimeTranscription{event}", fields, one.order.events)


def _both(shown: dict[str, Any]) -> dict[str, Any]:
    """Name it in both ways: the documents disagree (webhooks.md 7.5)."""
    return {"realTimeTranscription": shown, "transcription": shown}


def _verdict(entry: Entry, one: Transcription, why: str = "") -> Verdict:
    values = {"name": one.name, "destination": bare_url(one.order.destination or ""), "reason": why}
    needed = {name: value for name, value in values.items() if name in entry.placeholders}
    return Verdict(entry, entry.text(**needed), why)


def _told(verdict: Verdict) -> dict[str, str]:
    told = {"cause": verdict.entry.type, "message": verdict.message, "why": verdict.why}
    return {name: value for name, value in told.items() if value}
