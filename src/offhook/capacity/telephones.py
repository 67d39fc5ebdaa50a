"""The sound of telephones: legs of a media worker of the measurement's own, which never rest."""

import asyncio
from collections.abc import Callable
from typing import Final

import numpy as np

from offhook.capacity.parties import HOST, Answer
from offhook.media.control import WorkerMedia
from offhook.media.messages import (
    Connect,
    Load,
    Look,
    Looked,
    Lost,
    Open,
    Opened,
    OpenFailed,
    Play,
    Report,
)
from offhook.media.work import WorkerSettings

FIRST_PORT, LAST_PORT = 40_000, 49_998
NOISE: Final = "noise"
ANSWER_S: Final = 10.0  # for the worker to say what it has counted


class TelephonesError(Exception):
    """The telephones do not work, so nothing is measured."""


class Telephones:
    """All telephones; each is called once."""

    def __init__(self, most: int) -> None:
        settings = WorkerSettings(
            host=HOST, first_port=FIRST_PORT, last_port=LAST_PORT, capacity=most
        )
        self._media = WorkerMedia(self._on_report, settings)
        self._opening: dict[str, Callable[[int], None]] = {}
        self._speaking: set[str] = set()
        self._looked: dict[str, tuple[int, int]] = {}
        self._more = asyncio.Event()
        self.fault = ""

    async def start(self) -> None:
        """Start the worker; raises TimeoutError."""
        await self._media.start()
        noise = np.random.default_rng(1).integers(-8000, 8000, 16_000, np.int16)  # two seconds
        self._media.send(Load(NOISE, noise.tobytes()))

    async def close(self) -> None:
        """Hang up everywhere."""
        await self._media.close()

    @property
    def speaking(self) -> int:
        """How many there are that speak."""
        return len(self._speaking)

    def ring(self, name: str, far_port: int, answer: Answer) -> None:
        """Answer a call, and speak; a call that rings again is answered again."""

        def opened(port: int) -> None:
            self._media.send(Connect(name, HOST, far_port, far_port + 1))
            self._media.send(Play(name, 1, NOISE, loop=True))
            self._speaking.add(name)
            answer(port)

        if name not in self._speaking and name not in self._opening:
            self._opening[name] = opened
            self._media.send(Open(name, HOST, far_port))

    async def counted(self) -> tuple[int, int]:
        """Return packets received and lost by all so far; raises TelephonesError."""
        self._looked.clear()
        for name in self._speaking:
            self._media.send(Look(name))
        try:
            async with asyncio.timeout(ANSWER_S):
                while len(self._looked) < len(self._speaking) and not self.fault:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            self.fault = self.fault or "their media worker does not answer"
        if self.fault:
            raise TelephonesError(f"the telephones do not work: {self.fault}")
        received, lost = zip(*self._looked.values(), strict=True) if self._looked else ((), ())
        return sum(received), sum(lost)

    @property
    def skipped(self) -> int:
        """Ticks that the worker gave up in the last second."""
        beat = self._media.beat
        return beat.skipped if beat is not None else 0

    def _on_report(self, report: Report) -> None:
        match report:
            case Opened(leg, _, rtp_port):
                self._opening.pop(leg)(rtp_port)
            case OpenFailed(_, reason) | Lost(_, reason):
                self.fault = reason
            case Looked(leg, counters):
                self._looked[leg] = counters.packets_received, counters.packets_lost
            case _:
                return
        self._more.set()
