"""A stream of a call, for plain test functions: the test is the WebSocket server at its other end.

It hears what the server would hear, and plays what the server would play.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from offhook.testing.callers import Hearing, Missing, hidden
from offhook.testing.sound import Pcm
from offhook.testing.words import speak

if TYPE_CHECKING:
    from offhook.testing.lab import Lab
    from offhook.testing.sockets import Link
    from offhook.webhooks.websocket import Closed

__tracebackhide__ = hidden

TICK = 160  # samples: 20 ms


class Stream:
    """The other end of a stream that a call has started."""

    def __init__(self, lab: Lab, link: Link) -> None:
        self.start: dict[str, Any] = link.of("start")[0]  # the first message
        self._lab = lab
        self._link = link
        self._hearings: dict[str, Hearing] = {}

    def __repr__(self) -> str:
        return f"the stream {self.name}"

    @property
    def name(self) -> str:
        """Its name, or its id if it was given none."""
        name: str = self.start["metadata"]["streamName"]
        return name

    @property
    def params(self) -> dict[str, str]:
        """What its StreamParams say."""
        return dict(self.start.get("streamParams", {}))

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Every message that came, in order."""
        return [each.json for each in self._link.messages]

    def sound(self, track: str = "inbound") -> Pcm:
        """Return everything heard on a track: int16, 8000 Hz, mono."""
        return self._link.sound(track)

    def hears(self, words: str, *, track: str = "inbound", within: float = 30.0) -> None:
        """Wait for words on a track, after those that were found last."""
        hearing = self._hearing(track)
        if not self._lab.until(lambda: hearing.words(words), within, self._is_over):
            heard = f"it heard {hearing.rest!r}" if hearing.rest else "it heard no words"
            raise self._missing(f"{self} did not hear {words!r} within {within:g} s: {heard}")

    def hears_tone(
        self, frequency_hz: float, *, track: str = "inbound", within: float = 30.0
    ) -> None:
        """Wait for a tone of 0.2 s or more on a track, after the one that was found last."""
        hearing = self._hearing(track)
        if not self._lab.until(lambda: hearing.tone(frequency_hz), within, self._is_over):
            raise self._missing(f"{self} heard no tone of {frequency_hz:g} Hz in {within:g} s")

    def say(self, what: str | Pcm) -> None:
        """Have words, or samples, played to the party."""
        self._link.play(speak(f"{what}\n") if isinstance(what, str) else what)

    def send(self, message: dict[str, Any] | str) -> None:
        """Send any message, as JSON or as it is."""
        self._link.send(message)

    def clear(self) -> None:
        """Have nothing more played of what was said."""
        self._link.clear()

    def close(self, code: int = 1000) -> None:
        """Close the connection, as a server does that has had enough."""
        self._link.close(code)

    def drop(self) -> None:
        """Lose the connection."""
        self._link.drop()

    def ended(self, *, within: float = 60.0) -> Closed:
        """Wait for the end of the connection; tells how it was closed."""
        if not self._lab.until(self._is_over, within):
            raise self._missing(f"{self} did not end within {within:g} s")
        assert self._link.end is not None
        return self._link.end

    def _hearing(self, track: str) -> Hearing:
        return self._hearings.setdefault(track, Hearing(Track(self._link, track)))

    def _is_over(self) -> bool:
        return self._link.end is not None

    def _missing(self, what: str) -> Missing:
        return self._lab.missing(what, self.start["metadata"]["callId"])


class Track:
    """One track of a link, as a telephone hears (callers.py: Ear)."""

    def __init__(self, link: Link, track: str) -> None:
        self._link = link
        self._track = track

    @property
    def end(self) -> object:
        """Whether nothing more will come."""
        return self._link.end

    def heard_after(self, tick: int) -> Pcm:
        """Return what was heard from a tick on."""
        return self._link.sound(self._track)[tick * TICK :]


def find(lab: Lab, call_id: str | None, name: str | None) -> Stream | None:
    """Return the latest stream of a call, of that name if one is given."""
    for link in reversed(lab.world.app.sockets.links):
        start = next(iter(link.of("start")), None)
        metadata = start["metadata"] if start else {}
        if metadata.get("callId") == call_id and name in (None, metadata.get("streamName")):
            return Stream(lab, link)
    return None
