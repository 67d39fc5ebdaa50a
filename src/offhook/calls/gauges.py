"""What is counted of every leg in the course of its call, for the plots of the console.

Each leg is asked every few seconds; never more than POINTS answers are kept: when there are that
many every second one is dropped, and asking goes on half as often. At the end of the call they are
part of the `media.closed` event.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from offhook.media.messages import Command, Counters, Look, Looked

EVERY_S: Final = 5.0  # at first
POINTS: Final = 40
LEGS: Final = 10_000  # of more, the oldest are forgotten
FIELDS: Final = ("at_s", "loudest_dbfs", *Counters.__struct_fields__)  # of a row
Row = list[float | None]


@dataclass(slots=True)
class _Kept:
    began: float  # of the loop's clock
    every_s: float = EVERY_S
    rows: list[Row] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None


class Gauges:
    """Looks at legs; rows are FIELDS, times in seconds since the leg's media was connected."""

    def __init__(self, send: Callable[[Command], None]) -> None:
        self._send = send
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def start(self, leg: str) -> None:
        """Begin to look at a leg; again is nothing new."""
        if leg in self._kept:
            return
        self._kept[leg] = kept = _Kept(asyncio.get_running_loop().time())
        self._wait(leg, kept)
        if len(self._kept) > LEGS:
            self.take(next(iter(self._kept)))

    def stop(self, leg: str) -> None:
        """Look no more; what was seen is kept until it is taken."""
        if (kept := self._kept.get(leg)) is not None and kept.timer is not None:
            kept.timer.cancel()
            kept.timer = None

    def take(self, leg: str) -> list[Row]:
        """Return what was seen of a leg, and forget it."""
        self.stop(leg)
        kept = self._kept.pop(leg, None)
        return kept.rows if kept else []

    def seen(self, leg: str) -> list[Row]:
        """Return what was seen of a leg so far."""
        kept = self._kept.get(leg)
        return list(kept.rows) if kept else []

    def on_looked(self, report: Looked) -> None:
        """Take an answer of the media plane."""
        kept = self._kept.get(report.leg)
        if kept is None:
            return
        at = round(asyncio.get_running_loop().time() - kept.began, 1)
        values = msgspec.structs.astuple(report.counters)
        kept.rows.append([at, round(report.loudest_dbfs, 1), *map(_short, values)])
        if len(kept.rows) >= POINTS:
            del kept.rows[::2]
            kept.every_s *= 2

    def _wait(self, leg: str, kept: _Kept) -> None:
        loop = asyncio.get_running_loop()
        kept.timer = loop.call_later(kept.every_s, self._look, leg, kept)

    def _look(self, leg: str, kept: _Kept) -> None:
        self._send(Look(leg))
        self._wait(leg, kept)


def _short(value: float | None) -> float | None:
    return round(value, 2) if isinstance(value, float) else value
