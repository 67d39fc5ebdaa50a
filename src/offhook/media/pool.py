"""The media workers of a server: as many processes as there are cores to spare, seen as one plane.

Each has RTP ports and rows of its own. One that dies takes its legs and rooms with it and nobody
else's; new legs go to the others until there is a new one.
"""

import asyncio
import os
from collections.abc import Sequence
from functools import partial

import msgspec

from offhook.media.control import WorkerMedia
from offhook.media.frames import Beat
from offhook.media.messages import Command, Sink
from offhook.media.rings import local_memory, shared_file, shared_memory
from offhook.media.work import WorkerSettings
from offhook.media.workers import Workers

LEGS_PER_WORKER = 500  # for which it pays to have another one
LEAST_PORTS = 8  # of a worker


def count(calls: int, cores: int, ports: int) -> int:
    """Return how many workers serve so many calls at best: one core is for call control."""
    return max(1, min(cores - 1, -(-calls // LEGS_PER_WORKER), ports // LEAST_PORTS))


def shares(settings: WorkerSettings, workers: int) -> Sequence[WorkerSettings]:
    """Divide the ports of one worker between several; raises ValueError if there are too few."""
    first = settings.first_port + settings.first_port % 2  # RTP has the even ports
    each = (settings.last_port + 1 - first) // workers // 2 * 2
    if workers > 1 and each < LEAST_PORTS:
        many = f"{settings.first_port}-{settings.last_port}"
        raise ValueError(f"the ports {many} are too few for {workers} media workers")
    return [
        msgspec.structs.replace(
            settings,
            first_port=settings.first_port if number == 0 else first + number * each,
            last_port=settings.last_port
            if number == workers - 1
            else first + (number + 1) * each - 1,
        )
        for number in range(workers)
    ]


class Pool:
    """The MediaPlane of several worker processes."""

    def __init__(self, sink: Sink, settings: WorkerSettings, workers: int = 1) -> None:
        patches = 2 * settings.capacity if workers > 1 else 0
        self._file = shared_file(patches) if patches else -1
        memory = shared_memory(self._file, patches) if patches else local_memory(0)
        ours = msgspec.structs.replace(settings, patches=patches, patch_file=self._file)
        self._workers: list[WorkerMedia] = []
        make = [partial(self._hire, each) for each in shares(ours, workers)]
        self._plane = Workers(sink, make, memory)

    def _hire(self, settings: WorkerSettings, sink: Sink) -> WorkerMedia:
        worker = WorkerMedia(sink, settings)
        self._workers.append(worker)
        return worker

    @property
    def capacity(self) -> int:
        """How many legs and rooms each worker takes."""
        return self._workers[0].capacity

    @property
    def beats(self) -> Sequence[Beat | None]:
        """How each worker is doing; None: there is none in that place just now."""
        return [worker.beat for worker in self._workers]

    @property
    def pids(self) -> Sequence[int | None]:
        """The processes."""
        return [worker.pid for worker in self._workers]

    def begin(self) -> None:
        """Let the workers start while other things are done; `start` waits for them."""
        for worker in self._workers:
            worker.begin()

    async def start(self) -> None:
        """Start the workers; returns when all are ready, raises TimeoutError when one never is."""
        try:
            async with asyncio.TaskGroup() as group:
                for worker in self._workers:
                    group.create_task(worker.start())
        except* TimeoutError as errors:
            await self.close()
            raise TimeoutError("a media worker does not start") from errors

    async def close(self) -> None:
        """Let the workers finish their recordings and end them."""
        await asyncio.gather(*(worker.close() for worker in self._workers))
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def send(self, command: Command) -> None:
        """Carry out a command; never blocks."""
        self._plane.send(command)
