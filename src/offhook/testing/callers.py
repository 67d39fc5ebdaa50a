"""Telephones and calls for plain test functions: each step runs virtual time and then returns.

What does not come true within its patience is a `Missing`, an AssertionError that says what there
was instead, and for a call what `offhook explain` says about it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from offhook.records import CallRecord
from offhook.testing import sound
from offhook.testing.handset import CallOverError, Handset
from offhook.testing.sound import Pcm
from offhook.testing.words import Reader, plain, speak

if TYPE_CHECKING:
    from offhook.testing.lab import Lab
    from offhook.testing.streams import Stream

TICK = 160  # samples: 20 ms
TONE_S = 0.2  # a shorter one may be part of something else


class Missing(AssertionError):  # noqa: N818  # it reads as what it says in a report
    """Something that a test expected has not come about."""


def hidden(error: Any) -> bool:
    """Whether pytest leaves our own lines out of a traceback: if the test is at fault, not we."""
    return bool(error.errisinstance(Missing))


__tracebackhide__ = hidden


class Ear(Protocol):
    """Something that hears a call: its telephone, or a stream."""

    @property
    def end(self) -> object:
        """Whether nothing more will be heard."""
        ...

    def heard_after(self, tick: int) -> Pcm:
        """Return what was heard from a tick of 20 ms on."""
        ...


class Hearing:
    """What has been heard in one call, and up to where a test has listened."""

    def __init__(self, handset: Ear) -> None:
        self.handset = handset
        self._reader = Reader()
        self._words_seen = 0
        self._ticks_seen = 0

    @property
    def text(self) -> str:
        """The words so far, one sentence a line."""
        self._reader.feed(self.handset.heard_after(self._reader.ticks))
        return self._reader.text

    @property
    def rest(self) -> str:
        """The words that no expectation has gone past."""
        return plain(self.text)[self._words_seen :].strip()

    def words(self, wanted: str) -> bool:
        """Whether the words come after those found last; if so, the next ones come after these."""
        self._reader.feed(self.handset.heard_after(self._reader.ticks))
        said = plain(self._reader.whole if self.handset.end is None else self._reader.text)
        place = f" {said} ".find(f" {plain(wanted)} ", self._words_seen)
        if place < 0:
            return False
        self._words_seen = place + len(plain(wanted)) + 1
        return True

    def tone(self, frequency_hz: float) -> bool:
        """Whether a tone sounds after the one found last; if so, the next comes after it."""
        pcm = self.handset.heard_after(self._ticks_seen)
        spans = sound.tones(pcm, frequency_hz, gap_s=0.02)
        long = next((span for span in spans if span.duration_s >= TONE_S), None)
        if long is not None:
            self._ticks_seen += round(long.end_s * sound.RATE_HZ) // TICK
        return long is not None


class Telephone:
    """A telephone outside, with a number: it dials, is called, presses keys, speaks and hears."""

    def __init__(self, lab: Lab, number: str) -> None:
        self.number = number
        self._lab = lab
        self._phone = lab.world.phone(number)
        self._phone.behaviour = _ring
        self._hearings: dict[Handset, Hearing] = {}

    def __repr__(self) -> str:
        return f"the phone {self.number}"

    @property
    def heard(self) -> str:
        """The words heard in the latest call, one sentence a line."""
        return self._hearing().text

    @property
    def sound(self) -> Pcm:
        """Everything heard in the latest call: int16, 8000 Hz, mono."""
        return self._handset().heard

    @property
    def digits(self) -> str:
        """The keys that the far end pressed in the latest call."""
        return self._handset().digits

    @property
    def is_over(self) -> bool:
        """Whether the latest call is over for this telephone."""
        return self._handset().end is not None

    def dial(self, number: str | None = None) -> Call:
        """Call the application's number, or another one; returns once the server knows of it."""
        known = {record.call_id for record in self._lab.records()}
        handset = self._lab.run(self._phone.dial(number or self._lab.number))

        def arrived() -> bool:
            return handset.end is not None or bool(new())

        def new() -> list[CallRecord]:
            return [each for each in self._lab.records() if each.call_id not in known]

        self._lab.until(arrived)
        record = next((each for each in new() if each.from_ == self.number), None)
        return Call(self._lab, record.call_id if record else None, self)

    def answer(self, *, within: float = 30.0) -> None:
        """Wait until it rings, and answer."""
        handset = self._ringing(within)
        self._do(handset.answer())
        self._lab.until(lambda: handset.when("confirmed") is not None or handset.end is not None)

    def refuse(self, code: int = 486, *, within: float = 30.0) -> None:
        """Wait until it rings, and refuse with a SIP status; 486 is busy."""
        self._lab.run(_at_once(lambda call: call.refuse(code), self._ringing(within)))

    def press(self, keys: str) -> None:
        """Press keys, one after the other."""
        self._talking()
        self._do(self._handset().press(keys))

    def say(self, what: str | Pcm) -> None:
        """Speak: words, which other telephones and recordings can be asked for, or samples."""
        self._talking()
        self._do(self._handset().say(speak(what) if isinstance(what, str) else what))

    def hang_up(self) -> None:
        """Hang up, or cancel what is dialled, or decline what rings."""
        self._lab.run(_at_once(lambda call: call.hang_up(), self._handset()))

    def hears(self, words: str, *, within: float = 30.0) -> None:
        """Wait for these words, after those that were found last; punctuation does not matter."""
        hearing = self._hearing()
        if not self._lab.until(lambda: hearing.words(words), within, self._ended):
            heard = f"it heard {hearing.rest!r}" if hearing.rest else "it heard no words"
            raise self._lab.missing(f"{self} did not hear {words!r} within {within:g} s: {heard}")

    def hears_tone(self, frequency_hz: float, *, within: float = 30.0) -> None:
        """Wait for a tone of 0.2 s or more, after the one that was found last."""
        hearing = self._hearing()
        if not self._lab.until(lambda: hearing.tone(frequency_hz), within, self._ended):
            raise self._lab.missing(f"{self} heard no tone of {frequency_hz:g} Hz in {within:g} s")

    def _handset(self) -> Handset:
        if not self._phone.calls:
            raise self._lab.missing(f"{self} has no call")
        return self._phone.call

    def _hearing(self) -> Hearing:
        handset = self._handset()
        return self._hearings.setdefault(handset, Hearing(handset))

    def _ended(self) -> bool:
        return self.is_over

    def _talking(self) -> None:
        """Wait until the call is answered; a key pressed before would go nowhere."""
        handset = self._handset()
        self._lab.until(lambda: handset.when("answered") is not None, 30.0, self._ended)
        if handset.end is not None:
            raise self._over(handset.end)

    def _ringing(self, within: float) -> Handset:
        """Wait for a call that nobody has answered."""

        def rings() -> bool:
            if not self._phone.calls:
                return False
            call = self._phone.call
            return call.invite is not None and call.when("answered") is None and call.end is None

        if not self._lab.until(rings, within):
            raise self._lab.missing(f"{self} did not ring within {within:g} s")
        return self._phone.call

    def _do(self, work: Any) -> None:
        try:
            self._lab.run(work)
        except CallOverError as error:
            raise self._over(str(error)) from None

    def _over(self, why: str) -> Missing:
        return self._lab.missing(f"{self} cannot do that, the call is over: {why}")


class Call:
    """A call of the application, and the telephone at its other end."""

    def __init__(self, lab: Lab, call_id: str | None, phone: Telephone) -> None:
        self.id = call_id  # None: the server has refused it before it was one
        self.phone = phone
        self._lab = lab

    def __repr__(self) -> str:
        return f"call {self.id} of {self.phone.number}"

    @property
    def heard(self) -> str:
        """The words that the telephone has heard, one sentence a line."""
        return self.phone.heard

    @property
    def events(self) -> list[dict[str, Any]]:
        """The webhooks of this call that the application received, in order."""
        return self._lab.world.app.events(callId=self.id)

    @property
    def timeline(self) -> str:
        """Everything that happened, a line each."""
        return self._lab.timeline(self.id)

    def hears(self, words: str, *, within: float = 30.0) -> None:
        """Wait until the telephone hears these words (`Telephone.hears`)."""
        self.phone.hears(words, within=within)

    def hears_tone(self, frequency_hz: float, *, within: float = 30.0) -> None:
        """Wait until the telephone hears a tone (`Telephone.hears_tone`)."""
        self.phone.hears_tone(frequency_hz, within=within)

    def stream(self, name: str | None = None, *, within: float = 30.0) -> Stream:
        """Wait until the call streams, under this name if one is given; be the server of it."""
        from offhook.testing.streams import find

        if self._lab.until(lambda: find(self._lab, self.id, name), within, self._is_over):
            found = find(self._lab, self.id, name)
            assert found is not None
            return found
        named = f" named {name!r}" if name else ""
        raise self._lab.missing(f"{self} has no stream{named} within {within:g} s", self.id)

    def _is_over(self) -> bool:
        return self.id is None or self._end() is not None

    def sent(self, event_type: str, *, within: float = 30.0, **fields: object) -> dict[str, Any]:
        """Wait for a webhook with these fields, as on the wire: `sent("gather", digits="1")`."""
        app, wanted = self._lab.world.app, {**fields, "callId": self.id}
        if self._lab.until(lambda: app.events(event_type, **wanted), within):
            return app.events(event_type, **wanted)[0]
        with_fields = f" with {_told(fields)}" if fields else ""
        raise self._lab.missing(
            f"the app got no {event_type} webhook{with_fields} within {within:g} s: {self._got()}",
            self.id,
        )

    def ended(self, *, cause: str | None = None, within: float = 60.0) -> CallRecord:
        """Wait for the end of the call, for this cause if one is given; return its record."""
        if not self._lab.until(lambda: self._end() is not None, within):
            raise self._lab.missing(f"{self} did not end within {within:g} s", self.id)
        record = self._end()
        assert record is not None
        if cause not in (None, record.disconnect_cause):
            text = f"{self} ended with {str(record.disconnect_cause)!r}, not with {cause!r}"
            raise self._lab.missing(text, self.id)
        return record

    def _end(self) -> CallRecord | None:
        """Return the record of the call once it is over."""
        if self.id is None:
            raise self._lab.missing(
                f"the server did not take the call of {self.phone.number}: it is no call"
            )
        record = self._lab.world.store.any_call(self.id)
        return record if record is not None and record.disconnect_cause is not None else None

    def _got(self) -> str:
        """Say which webhooks came instead."""
        events = self.events
        names = [
            f"{event['eventType']} ({_told({'digits': event['digits']})})"
            if event.get("digits")
            else str(event["eventType"])
            for event in events
        ]
        return f"it got {', '.join(names)}" if names else "it got none"


def _told(fields: dict[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in fields.items())


async def _at_once(do: Callable[[Handset], None], call: Handset) -> None:
    """Do something inside the loop that takes no time."""
    do(call)


async def _ring(call: Handset) -> None:
    """Ring until the test answers."""
    call.ring()
