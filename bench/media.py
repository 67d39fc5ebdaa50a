"""What a leg costs in the media worker: full duplex, each playing a prompt and being listened to.

The worker is the real one, driven through its client; the far ends are another process. CPU and
memory are the worker's alone.
"""

import asyncio
import time
from collections.abc import Iterable

import numpy as np

from bench import Figure
from bench._process import HOST, TICK_S, Peers, cpu_s, rss_bytes
from bench.floor import LOAD, WARM_UP_S
from offhook.media.control import WorkerMedia
from offhook.media.frames import Beat
from offhook.media.messages import (
    Close,
    Closed,
    Connect,
    Load,
    Open,
    Opened,
    Play,
    Report,
)
from offhook.media.worker import WorkerSettings

LEGS = (100, 500)
PATIENCE_S = 10.0


class Desk:
    """A worker and its reports, counted."""

    def __init__(self, capacity: int) -> None:
        self.reports: list[Report] = []
        settings = WorkerSettings(host=HOST, capacity=capacity)
        self.media = WorkerMedia(self.reports.append, settings)

    async def all(self, kind: type[Report], count: int) -> list[Report]:
        """Wait until there are so many reports of a kind."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = [report for report in self.reports if isinstance(report, kind)]
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.01)


def run(quick: bool) -> list[Figure]:
    """Measure a worker at every size."""
    figures: list[Figure] = []
    for legs in (20,) if quick else LEGS:
        figures += asyncio.run(measure(legs, 1.5 if quick else 10.0))
    return figures


async def measure(legs: int, seconds: float) -> list[Figure]:
    """Return the figures of one worker with so many legs."""
    desk = Desk(legs)
    await desk.media.start()
    assert desk.media.pid is not None
    empty_bytes = rss_bytes(desk.media.pid)
    names = [f"leg{number}" for number in range(legs)]
    for name in names:
        desk.media.send(Open(name))
    opened = await desk.all(Opened, legs)
    with Peers(LOAD, legs) as load:
        _connect(desk.media, names, load.ports)
        ports = {report.leg: report.rtp_port for report in opened if isinstance(report, Opened)}
        load.start([ports[name] for name in names])
        await asyncio.sleep(WARM_UP_S)
        before, began = cpu_s(desk.media.pid), time.monotonic()
        beats = await _watch(desk.media, seconds)
        used, elapsed = cpu_s(desk.media.pid) - before, time.monotonic() - began
        full_bytes = rss_bytes(desk.media.pid)
        played_s = time.monotonic() - began + WARM_UP_S
        sent, _, missing = load.stop()
    for name in names:
        desk.media.send(Close(name))
    closed = await desk.all(Closed, legs)
    await desk.media.close()
    title = f"media {legs} legs:"
    return [
        Figure(f"{title} CPU per leg-second", used * 1000 / legs / elapsed, "ms"),
        Figure(f"{title} memory per leg", (full_bytes - empty_bytes) / legs / 1024, "KiB"),
        Figure(f"{title} far ends kept up", sent / legs * TICK_S / played_s * 100, "%"),
        *_quality(title, beats, closed, missing),
    ]


def _connect(media: WorkerMedia, names: list[str], far_ports: list[int]) -> None:
    noise = np.random.default_rng(1).integers(-8000, 8000, 80_000, np.int16)  # ten seconds
    media.send(Load("prompt", noise.tobytes()))
    for name, port in zip(names, far_ports, strict=True):
        media.send(Connect(name, HOST, port, port + 1, dtmf_payload_type=101))
        media.send(Play(name, 1, "prompt", loop=True))


async def _watch(media: WorkerMedia, seconds: float) -> list[Beat]:
    """Wait, and collect the beats meanwhile."""
    beats: list[Beat] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(0.1)
        if media.beat is not None and media.beat.ticks and media.beat not in beats:
            beats.append(media.beat)
    return beats


def _quality(title: str, beats: list[Beat], closed: Iterable[Report], missing: int) -> list[Figure]:
    counters = [report.counters for report in closed if isinstance(report, Closed)]
    received = sum(each.packets_received for each in counters)
    return [
        Figure(f"{title} packets received", received, "packets"),
        Figure(f"{title} lost on the way in", sum(c.packets_lost for c in counters), "packets"),
        Figure(f"{title} late on the way in", sum(c.packets_late for c in counters), "packets"),
        Figure(f"{title} lost on the way out", missing, "packets"),
        Figure(f"{title} ticks skipped", sum(beat.skipped for beat in beats), "ticks"),
        Figure(f"{title} tick lateness, mean", _mean(beat.late_ms_mean for beat in beats), "ms"),
        Figure(f"{title} tick lateness, worst", max(beat.late_ms_max for beat in beats), "ms"),
    ]


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
