"""A media plane in this process, ticking on the running event loop: for tests, phones and stories.

Under virtual time it is exact. With no leg open nothing is scheduled, so that a world with nothing
to do can jump. Recordings are written in place; a server uses a worker process (`control`).
"""

import asyncio
import random

from offhook.media.messages import Command, Sink
from offhook.media.packets import Ports
from offhook.media.plane import Pace, Plane
from offhook.media.recorder import InlineWriter, Recorder, Recordings


class LocalMedia:
    """The MediaPlane of this process."""

    def __init__(
        self,
        ports: Ports,
        sink: Sink,
        rng: random.Random,
        capacity: int = 64,
        recorder: Recordings | None = None,
    ) -> None:
        if recorder is None:
            recorder = Recorder(InlineWriter())
        self._plane = Plane(ports, rng, capacity, recorder)
        self._sink = sink
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._pace = Pace(0.0)

    def start(self) -> None:
        """Live on the running event loop."""
        self._loop = asyncio.get_running_loop()

    async def close(self) -> None:
        """Close all legs; returns when their last reports have been given."""
        loop = self._running()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for report in self._plane.close(loop.time()):
            self._sink(report)

    def send(self, command: Command) -> None:
        """Carry out a command; what comes of it is told from the event loop, not from here."""
        loop = self._running()
        self._plane.command(command, loop.time())
        for report in self._plane.reports(loop.time()):
            loop.call_soon(self._sink, report)
        if self._timer is None and self._plane.busy:
            self._pace = Pace(loop.time())
            self._timer = loop.call_at(self._pace.due, self._tick)

    def _tick(self) -> None:
        loop = self._running()
        now = loop.time()
        for _ in range(self._pace.take(now)):
            self._plane.tick(now)
        self._timer = loop.call_at(self._pace.due, self._tick) if self._plane.busy else None
        for report in self._plane.reports(now):
            self._sink(report)

    def _running(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None, "start() comes first"
        return self._loop
