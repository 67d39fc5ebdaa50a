"""A media worker at work: the real one, driven through its client, with real far ends.

The far ends are another process. CPU and memory are the worker's alone.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench._process import HOST, TICK_S, Peers, cpu_s, rss_bytes
from bench._scenes import Scene, names
from bench.floor import WARM_UP_S, far_ends
from offhook.media.control import WorkerMedia
from offhook.media.frames import Beat
from offhook.media.messages import (
    Close,
    Closed,
    Connect,
    Counters,
    Heard,
    Lost,
    Open,
    Opened,
    Report,
)
from offhook.media.ports import raise_file_limit
from offhook.media.work import WorkerSettings

Sockets = Literal["shared", "per-leg"]
PATIENCE_S = 60.0  # on a busy machine


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker has used, and how well it did."""

    cpu_ms: float  # per leg and second
    memory_kib: float  # per leg
    kept_up: float  # packets of the far ends, as a part of what they should have sent
    beats: list[Beat]
    counters: list[Counters]
    missing: int  # packets that we sent and no far end got
    gaps_ms: list[float]  # at the far ends: p50, p99, p99.9, longest, p99 of the worst leg, or none

    @property
    def lost(self) -> int:
        """Packets that were lost on the way in."""
        return sum(each.packets_lost for each in self.counters)

    @property
    def skipped(self) -> int:
        """Ticks that were given up."""
        return sum(beat.skipped for beat in self.beats)


class Desk:
    """A worker and its reports, counted."""

    def __init__(self, capacity: int, sockets: Sockets = "shared") -> None:
        self.reports: list[Report] = []
        self.hear: Callable[[Heard], None] = lambda _: None
        settings = WorkerSettings(host=HOST, capacity=capacity, sockets=sockets)
        self.media = WorkerMedia(self._on_report, settings)

    def _on_report(self, report: Report) -> None:
        if isinstance(report, Heard):
            self.hear(report)
        else:
            self.reports.append(report)

    async def all(self, kind: type[Report], count: int) -> list[Report]:
        """Wait until there are so many reports of a kind."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = [report for report in self.reports if isinstance(report, kind)]
                for lost in (each for each in self.reports if isinstance(each, Lost)):
                    raise RuntimeError(f"the machine is too busy to measure: {lost.reason}")
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.01)


async def measure(legs: int, scene: Scene, seconds: float, sockets: Sockets = "shared") -> Work:
    """Watch one worker with so many connected legs in a scene."""
    with tempfile.TemporaryDirectory(prefix="offhook-bench-") as folder:
        return await _measure(legs, scene, Path(folder), seconds, sockets)


async def _measure(legs: int, scene: Scene, folder: Path, seconds: float, sockets: Sockets) -> Work:
    raise_file_limit()
    desk = Desk(2 * legs, sockets)
    await desk.media.start()
    assert desk.media.pid is not None
    empty_bytes = rss_bytes(desk.media.pid)
    for name in names(legs):
        desk.media.send(Open(name))
    opened = await desk.all(Opened, legs)
    ports = {report.leg: report.rtp_port for report in opened if isinstance(report, Opened)}
    with Peers(far_ends(), legs, ["keys"] * scene.keys) as load:
        for name, port in zip(names(legs), load.ports, strict=True):
            connect = Connect(name, HOST, port, port + 1, dtmf_payload_type=101, send=scene.speaks)
            desk.media.send(connect)
        for command in scene.commands(names(legs), folder):
            desk.media.send(command)
        load.start([ports[name] for name in names(legs)])
        await asyncio.sleep(WARM_UP_S)
        before, began = cpu_s(desk.media.pid), time.monotonic()
        beats = await _watch(desk.media, seconds)
        used, elapsed = cpu_s(desk.media.pid) - before, time.monotonic() - began
        full_bytes = rss_bytes(desk.media.pid)
        ran_s = time.monotonic() - began + WARM_UP_S
        sent, _, missing, *gaps_us = load.stop()
    return Work(
        cpu_ms=used * 1000 / legs / elapsed,
        memory_kib=(full_bytes - empty_bytes) / legs / 1024,
        kept_up=sent / legs * TICK_S / ran_s,
        beats=beats,
        counters=await _close(desk, legs),
        missing=missing,
        gaps_ms=[gap / 1000 for gap in gaps_us],
    )


async def _close(desk: Desk, legs: int) -> list[Counters]:
    for name in names(legs):
        desk.media.send(Close(name))
    closed: Sequence[Report] = await desk.all(Closed, legs)
    await desk.media.close()
    return [report.counters for report in closed if isinstance(report, Closed)]


async def _watch(media: WorkerMedia, seconds: float) -> list[Beat]:
    """Wait, and collect the beats meanwhile."""
    beats: list[Beat] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(0.1)
        if media.beat is not None and media.beat.ticks and media.beat not in beats:
            beats.append(media.beat)
    return beats
