"""What was to be heard in a call, as spans of time; and how well, as numbers and lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from offhook.calls.gauges import FIELDS, Row
from offhook.media import mos
from offhook.records import Event

TICKS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)  # s between marks
MARKS = 8  # at most
PLAYED = ("speech.played", "audio.played")
END = ("call.ended", "media.closed", "call.lost")
SUMS = ("packets_sent", "packets_received", "packets_lost", "packets_late")
Counted = Mapping[str, Any]
UNKNOWN = "-"
SILENT_DBFS = -90.0


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


def sound(events: Sequence[Event], now: float, live: Sequence[Row] = ()) -> Sound | None:
    """Return what is known of a call's media; None if it never had any.

    `live` is what was counted so far, if it goes on.
    """
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
        tuple(plots(counters(events, live))),
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


def plots(counted: Sequence[Counted]) -> Iterable[Plot]:
    """Return the quality: numbers of the whole call, lines of its course.

    `counted` are counters since the beginning, oldest first, perhaps with `loudest_dbfs`.
    """
    if not counted or not (counted[-1]["packets_received"] or counted[-1]["packets_sent"]):
        return
    last = counted[-1]
    steps = [_between_looks(*pair) for pair in pairwise(({}, *counted))]
    yield _mos("MOS here", mos.heard(last), [mos.heard(each) for each in steps])
    yield _mos("MOS there", mos.sent(last), [mos.sent(each) for each in steps])
    loss = mos.lost_percent(last["packets_lost"], last["packets_received"])
    losses = [mos.lost_percent(e["packets_lost"], e["packets_received"]) for e in steps]
    yield _plot("Loss", "%", loss, losses, (0.0, 1.0), digits=2)
    yield _plot("Jitter", "ms", last["jitter_ms"], [e["jitter_ms"] for e in steps], (0.0, 30.0))
    trips = [each["round_trip_ms"] for each in steps]
    yield _plot("Round trip", "ms", last["round_trip_ms"], trips, (0.0, 300.0))
    levels = [each["loudest_dbfs"] for each in counted if "loudest_dbfs" in each]
    if levels:
        loudest = f"{max(levels):.0f}" if max(levels) > SILENT_DBFS else UNKNOWN
        yield Plot("Level", "dBFS", loudest, line(levels, -60.0, 0.0), "")


def counters(events: Iterable[Event], live: Sequence[Row]) -> list[Counted]:
    """Return what was counted in the course of a call, and at its end if it is over."""
    closed = next((dict(each.data) for each in events if each.kind == "media.closed"), None)
    rows = closed.pop("samples", []) if closed else live
    found: list[Counted] = [dict(zip(FIELDS, row, strict=False)) for row in rows]
    if closed and "packets_received" in closed:
        found.append(closed)
    return found


def _between_looks(before: Counted, after: Counted) -> Counted:
    """Return counters of the time between two looks; what is no sum stays as it is."""
    sums = {name: after[name] - before.get(name, 0) for name in SUMS}
    if after["remote_lost"] is not None:
        sums["remote_lost"] = after["remote_lost"] - (before.get("remote_lost") or 0)
    return {**after, **sums}


def _mos(title: str, whole: float | None, course: Sequence[float | None]) -> Plot:
    known = [value for value in course if value is not None]
    if whole is None:
        return Plot(title, "", UNKNOWN, "", "")
    mood = "good" if whole >= 3.6 else "bad"
    return Plot(title, "", f"{whole:.2f}", line(known, 1.0, 4.5), mood)


def _plot(
    title: str,
    unit: str,
    whole: float | None,
    course: Sequence[float | None],
    usual: tuple[float, float],
    digits: int = 1,
) -> Plot:
    """Return a plot; what is above the usual is bad, and stretches the box."""
    known = [value for value in course if value is not None]
    if whole is None:
        return Plot(title, unit, UNKNOWN, "", "")
    low, high = usual
    mood = "bad" if whole > high else ""
    return Plot(title, unit, f"{whole:.{digits}f}", line(known, low, max((high, *known))), mood)


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
