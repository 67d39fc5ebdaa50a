"""Calls that are bridged from one media worker to another: what a patch costs, and what is heard.

Every leg of one worker is joined with one of the other; beside them, in the same run, the same
number bridged within a worker. Far ends speak without a pause, so that any silence in what a leg
hears is a gap of ours; it is looked for in recordings of some legs.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from bench import Figure, Plan
from bench._process import HOST, Peers, cpu_s
from bench._scenes import SCENES, names
from bench._worker import measure
from bench.engine import gaps
from bench.floor import WARM_UP_S, far_ends
from offhook.media.messages import Connect, Join, Open, Opened, Record, Recorded, Report, StopRecord
from offhook.media.pool import Pool
from offhook.media.ports import raise_file_limit
from offhook.media.work import WorkerSettings

LEGS = (200, 1000)
EARS = 20  # legs that are recorded
RATE_HZ = 8000
QUIET = 64  # of 32768: no noise is so faint for long


def run(plan: Plan) -> Iterator[Figure]:
    """Measure at every size."""
    seconds = 2.0 if plan.quick else 10.0
    for legs in plan.legs or ((20,) if plan.quick else LEGS):
        work = asyncio.run(measure(legs, SCENES["bridged"], seconds))
        title = f"patched {legs} legs:"
        yield Figure(f"{title} CPU per leg-second within a worker", work.cpu_ms, "ms")
        yield from asyncio.run(_measure(legs, seconds, title))


class Desk:
    """Two workers and their reports."""

    def __init__(self, legs: int) -> None:
        self._reports: list[Report] = []
        self._more = asyncio.Event()
        settings = WorkerSettings(host=HOST, capacity=2 * legs)
        self.pool = Pool(self._on_report, settings, workers=2)

    def _on_report(self, report: Report) -> None:
        self._reports.append(report)
        self._more.set()

    async def all(self, kind: type[Report], count: int) -> list[Report]:
        """Wait until there are so many reports of a kind."""
        while True:
            found = [report for report in self._reports if isinstance(report, kind)]
            if len(found) >= count:
                return found
            self._more.clear()
            await self._more.wait()

    def used_s(self) -> float:
        """Return the CPU time of both workers."""
        return sum(cpu_s(pid) for pid in self.pool.pids if pid is not None)


async def _measure(legs: int, seconds: float, title: str) -> list[Figure]:
    raise_file_limit()
    desk = Desk(legs)
    await desk.pool.start()
    for name in names(legs):  # in turn on one worker and the other
        desk.pool.send(Open(name))
    opened = await desk.all(Opened, legs)
    ports = {report.leg: report.rtp_port for report in opened if isinstance(report, Opened)}
    with Peers(far_ends(), legs) as load, tempfile.TemporaryDirectory() as folder:
        for name, port in zip(names(legs), load.ports, strict=True):
            desk.pool.send(Connect(name, HOST, port, port + 1))
        for leg, other in zip(names(legs)[::2], names(legs)[1::2], strict=True):
            desk.pool.send(Join(leg, other))
        load.start([ports[name] for name in names(legs)])
        await asyncio.sleep(WARM_UP_S)
        ears = names(legs)[:: max(1, legs // EARS)]
        for name in ears:
            desk.pool.send(Record(name, name, f"{folder}/{name}.wav", ("outbound",)))
        used = desk.used_s()
        await asyncio.sleep(seconds)
        used = desk.used_s() - used
        for name in ears:
            desk.pool.send(StopRecord(name, name))
        await desk.all(Recorded, len(ears))
        silence = max(_longest_silence(Path(folder) / f"{name}.wav") for name in ears)
        _, _, missing, *gaps_us = load.stop()
        await desk.pool.close()
    return [
        Figure(f"{title} CPU per leg-second, both workers", used * 1000 / legs / seconds, "ms"),
        Figure(f"{title} longest silence", silence * 1000, "ms"),
        Figure(f"{title} lost on the way out", missing, "packets"),
        *gaps(title, [gap / 1000 for gap in gaps_us]),
    ]


def _longest_silence(path: Path) -> float:
    """Return the seconds of the longest run of samples that are next to nothing."""
    pcm, _ = soundfile.read(path, dtype="int16")
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > QUIET)
    edges = np.concatenate([[-1], loud, [len(pcm)]])
    return float(np.diff(edges).max() - 1) / RATE_HZ
