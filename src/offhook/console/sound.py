"""What was to be heard in a call, as spans of time; and how well, as numbers and lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from offhook.console import quality
from offhook.records import Event

TICKS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)  # s between marks
MARKS = 8  # at most
PLAYED = ("speech.played", "audio.played")
END = ("call.ended", "media.closed", "call.lost")
SAMPLE = "media.sample"
UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the strip, in percent of its width."""

    left: float
    width: float
    title: str
    number: int  # of the event it is told by


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the strip."""

    left: float  # percent
    title: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Plot:
    """A small line of samples."""

    title: str
    unit: str
    latest: str
    points: str  # of a polyline in a box of 100 by 30; empty without two samples
    mood: str  # good, bad or nothing


@dataclass(frozen=True, slots=True)
class Sound:
    """The media of a call."""

    codec: str
    far_end: str
    played: tuple[Span, ...]
    spoken: tuple[Span, ...]
    recorded: tuple[Span, ...]
    keys: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    length_s: float
    plots: tuple[Plot, ...]
    final: bool  # the numbers are those of the whole call


@dataclass(frozen=True, slots=True)
class _Scale:
    start: float
    length: float

    def left(self, at: float) -> float:
        """Return a time as percent of the width, within the strip."""
        return round(max(0.0, min(100.0, 100 * (at - self.start) / self.length)), 2)

    def span(self, begin: float, end: float, title: str, number: int) -> Span:
        left = self.left(begin)
        return Span(left, max(0.3, round(self.left(end) - left, 2)), title, number)


def sound(events: Sequence[Event], now: float) -> Sound | None:
    """Return what is known of a call's media; None if it never had any."""
    first = next((event for event in events if event.kind == "media.opened"), None)
    if first is None:
        return None
    ended = next((event.at for event in events if event.kind in END), None)
    scale = _Scale(first.at, max(1.0, (ended if ended is not None else now) - first.at))
    connected = next((e.data for e in reversed(events) if e.kind == "media.connected"), {})
    until = scale.start + scale.length
    return Sound(
        str(connected.get("codec", "")),
        f"{connected['host']}:{connected['rtp_port']}" if connected else "",
        tuple(_played(events, scale, until)),
        tuple(_between(events, scale, until, _voice)),
        tuple(_between(events, scale, until, _recording)),
        tuple(_keys(events, scale)),
        tuple(_ticks(scale)),
        scale.length,
        tuple(plots(events)),
        any(event.kind == "media.closed" for event in events),
    )


def _played(events: Sequence[Event], scale: _Scale, until: float) -> Iterable[Span]:
    """Return what Offhook played; what cuts it short is the end of its verb, or the next sound."""
    for place, event in enumerate(events):
        if event.kind not in PLAYED:
            continue
        end = min(until, event.at + float(event.data.get("duration_s", 0)))
        for later in events[place + 1 :]:
            if later.at >= end:
                break
            if later.kind in PLAYED or later.kind == "verb.ended":
                end = later.at
                break
        what = "speech" if event.kind == "speech.played" else str(event.data.get("url", "audio"))
        yield scale.span(event.at, end, what, event.number)


def _voice(event: Event) -> bool | None:
    return bool(event.data.get("active")) if event.kind == "media.voice" else None


def _recording(event: Event) -> bool | None:
    if event.kind in ("recording.started", "recording.resumed"):
        return True
    return False if event.kind in ("recording.stopped", "recording.paused") else None


def _between(events: Sequence[Event], scale: _Scale, until: float, on: Any) -> Iterable[Span]:
    """Return the spans from each event that switches on to the one that switches off."""
    since: Event | None = None
    for event in events:
        switched = on(event)
        if switched and since is None:
            since = event
        elif switched is False and since is not None:
            yield scale.span(since.at, event.at, f"{event.at - since.at:.1f} s", since.number)
            since = None
    if since is not None:
        yield scale.span(since.at, until, f"{until - since.at:.1f} s", since.number)


def _keys(events: Iterable[Event], scale: _Scale) -> Iterable[Mark]:
    for event in events:
        if event.kind == "media.digit":
            yield Mark(scale.left(event.at), str(event.data.get("digit", ""))[:1], event.number)


def _ticks(scale: _Scale) -> Iterable[Mark]:
    step = next((each for each in TICKS if scale.length / each <= MARKS), TICKS[-1])
    count = min(int(scale.length / step), 50)
    for index in range(count + 1):
        seconds = index * step
        text = f"{seconds:g} s" if scale.length < 120 else f"{seconds // 60:g}:{seconds % 60:02g}"
        yield Mark(scale.left(scale.start + seconds), text)


def plots(events: Iterable[Event]) -> Iterable[Plot]:
    """Return the quality, by what was counted in the course of the call and at its end."""
    counted = [
        event.data
        for event in events
        if event.kind in (SAMPLE, "media.closed") and event.data.get("packets_received") is not None
    ]
    if not counted:
        return
    last = counted[-1]
    if not (last["packets_received"] or last["packets_sent"]):
        return
    yield _mos("MOS here", [quality.heard(each) for each in counted])
    yield _mos("MOS there", [quality.sent(each) for each in counted])
    losses = [
        quality.lost_percent(each["packets_lost"], each["packets_received"]) for each in counted
    ]
    yield _plot("Loss", "%", losses, limit=1.0, digits=2)
    yield _plot("Jitter", "ms", [each["jitter_ms"] for each in counted], limit=30.0)
    yield _plot("Round trip", "ms", [each["round_trip_ms"] for each in counted], limit=300.0)


def _mos(title: str, values: list[float | None]) -> Plot:
    known = [value for value in values if value is not None]
    mood = "" if not known else "good" if known[-1] >= 3.6 else "bad"
    text = f"{known[-1]:.2f}" if known else UNKNOWN
    return Plot(title, "", text, line(known, 1.0, 4.5), mood)


def _plot(
    title: str, unit: str, values: list[float | None] | list[float], limit: float, digits: int = 1
) -> Plot:
    known = [value for value in values if value is not None]
    if not known:
        return Plot(title, unit, UNKNOWN, "", "")
    mood = "bad" if known[-1] > limit else ""
    top = max(limit, *known) if len(known) > 1 else limit
    return Plot(title, unit, f"{known[-1]:.{digits}f}", line(known, 0.0, top), mood)


def line(values: Sequence[float], low: float, high: float) -> str:
    """Return the points of a polyline in a box of 100 by 30; nothing for fewer than two values."""
    if len(values) < 2:
        return ""
    step = 100 / (len(values) - 1)
    scale = 28 / (high - low or 1)
    return " ".join(
        f"{index * step:.1f},{29 - (min(high, max(low, value)) - low) * scale:.1f}"
        for index, value in enumerate(values)
    )
