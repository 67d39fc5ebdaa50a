"""The client of a media worker: starts it, feeds it, watches it, starts another when it dies.

Commands are written without waiting, and those of one turn of the event loop together: each write
wakes the worker, which goes before everybody else on the machine. A worker that dies, hangs (no
beat), or does not read is killed; each of its legs and rooms is reported Lost, exactly once, and a
new worker is started after a pause. Clips survive: they are loaded again. Legs that are opened
meanwhile wait for the new worker, but not for long.
"""

import asyncio
import contextlib
import math
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from typing import cast

import msgspec

from offhook.media import frames
from offhook.media.frames import Beat, FrameError
from offhook.media.messages import (
    Close,
    Closed,
    Command,
    Forget,
    Load,
    Lost,
    Open,
    OpenFailed,
    OpenRoom,
    Patch,
    Report,
    Sink,
    subject,
)
from offhook.media.work import WorkerSettings
from offhook.scopes import TaskOwner

START_S = 10.0  # from the start of a worker to its first beat
SILENCE_S = 5.0  # without a beat, and the worker counts as hung
LATE_S = 2.5  # without a beat, and it gets no more legs if there is another one
HOLD_S = 3.0  # that a leg waits for a new worker
FAREWELL_S = 2.0  # for a worker to finish its recordings
EXIT_S = 1.0  # for a worker that has let go of its socket, so that we learn its exit status
PATIENT_S = 0.01  # a command that nobody waits for goes with the next one, or so much later
BACKLOG_BYTES = 1 << 27  # of commands that the worker has not read: two of the longest clips
FIRST_PAUSE_S, LAST_PAUSE_S = 0.1, 5.0  # before a new worker; doubles while workers die young
GROWN_UP_S = 30.0

# One tick uses one core: numpy's matrix library must not start a thread on every other one.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class _Link(asyncio.Protocol):
    """Control's end of the socket to one worker."""

    def __init__(self, on_message: Callable[[Report | Beat], None]) -> None:
        self._on_message = on_message
        self._unpacker = frames.reports()
        self._transport: asyncio.Transport | None = None
        self._finished = False
        self._unsent = bytearray()
        self._soon: asyncio.Handle | None = None  # sends it
        self._late: asyncio.Handle | None = None
        self.fault: str | None = None
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the worker."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclasses

    def data_received(self, data: bytes) -> None:
        """Take in reports and beats."""
        try:
            messages = self._unpacker.feed(data)
        except FrameError as error:
            self.fail(f"the media worker spoke nonsense: {error}")
            return
        for message in messages:
            self._on_message(message)

    def connection_lost(self, exc: Exception | None) -> None:
        """The worker is gone, or we have let it go."""
        self.lost.set()

    def write(self, command: Command) -> None:
        """Send a command, soon or when the worker reads; what comes too late is lost."""
        self._unsent += frames.pack(command)
        loop = asyncio.get_running_loop()
        if not isinstance(command, Close):
            self._soon = self._soon or loop.call_soon(self._flush)
        elif self._soon is None:
            self._late = self._late or loop.call_later(PATIENT_S, self._flush)

    def _flush(self) -> None:
        """Send what has gathered."""
        assert self._transport is not None
        if self._late is not None:
            self._late.cancel()
        self._soon = self._late = None
        over = self._finished or self._transport.is_closing()  # then uvloop would raise
        if self._unsent and not over:
            self._transport.write(bytes(self._unsent))
        self._unsent.clear()

    def write_bounded(self, command: Command) -> None:
        """Send a command unless the worker has long stopped reading."""
        assert self._transport is not None
        if self._transport.get_write_buffer_size() + len(self._unsent) > BACKLOG_BYTES:
            self.fail("the media worker does not read its commands")
        else:
            self.write(command)

    def finish(self) -> None:
        """Let the worker end its work and go."""
        assert self._transport is not None
        self._flush()
        if not (self._finished or self._transport.is_closing()):
            self._finished = True
            self._transport.write_eof()

    def fail(self, fault: str) -> None:
        """Give the worker up."""
        self.fault = self.fault or fault
        self.abort()

    def abort(self) -> None:
        """Let go of the socket."""
        if self._transport is not None:
            self._transport.abort()


class WorkerMedia:
    """The MediaPlane of one worker process."""

    def __init__(self, sink: Sink, settings: WorkerSettings | None = None) -> None:
        self._sink = sink
        self._settings = settings or WorkerSettings()
        self._files = [self._settings.patch_file] if self._settings.patches else []
        self._legs: set[str] = set()  # and rooms, that the present worker carries
        self._clips: dict[str, Load] = {}
        self._held: list[Command] = []  # about legs that wait for a worker
        self._waiting: set[str] = set()  # those
        self._link: _Link | None = None
        self._ready = asyncio.Event()
        self._closing = False
        self._tasks = TaskOwner()
        self._watch: asyncio.Timeout | None = None
        self.beat: Beat | None = None  # the last one: how the worker is doing
        self._beaten = 0.0  # when that was
        self.pid: int | None = None

    @property
    def capacity(self) -> int:
        """How many legs and rooms the worker takes."""
        return self._settings.capacity

    def begin(self) -> None:
        """Let the worker start while other things are done; `start` waits for it."""
        if not len(self._tasks):
            self._tasks.start(self._supervise(), "media worker")

    async def start(self) -> None:
        """Start the worker; returns when it is ready, raises TimeoutError when it never is."""
        self.begin()
        try:
            async with asyncio.timeout(START_S):
                await self._ready.wait()
        except TimeoutError:
            await self.close()
            raise

    async def close(self) -> None:
        """Let the worker finish its recordings and end it."""
        self._closing = True
        if self._link is not None:
            self._link.finish()
            await self._tasks.close(FAREWELL_S)
        await self._tasks.close()

    @property
    def load(self) -> float:
        """The share of its core that the worker uses; infinite when there is none or it is late."""
        late = asyncio.get_running_loop().time() - self._beaten > LATE_S
        if self._link is None or self.beat is None or late:
            return math.inf
        return self.beat.busy_ms / 1000

    def send(self, command: Command) -> None:
        """Carry out a command; never blocks."""
        match command:
            case Load(clip):
                self._clips[clip] = command
            case Forget(clip):
                self._clips.pop(clip, None)
            case Open() | OpenRoom() | Patch() if self._link is None:
                self._hold(subject(command))
            case Open() | OpenRoom() | Patch():
                self._legs.add(subject(command))
            case _:
                pass
        if self._link is not None:
            self._link.write_bounded(command)
        elif not isinstance(command, Load | Forget) and subject(command) in self._waiting:
            self._held.append(command)

    def _hold(self, leg: str) -> None:
        """Let a leg or room wait for the next worker."""
        self._waiting.add(leg)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(HOLD_S, self._give_up, self._held)

    def _give_up(self, held: list[Command]) -> None:
        """Refuse legs and rooms that have waited for too long."""
        if self._held is not held or self._link is not None:
            return
        waiting, self._waiting, self._held = self._waiting, set(), []
        for leg in sorted(waiting):
            self._sink(OpenFailed(leg, "the media worker is being restarted"))

    def _welcome(self, link: _Link) -> None:
        """Give a new worker what is there for it."""
        for load in self._clips.values():
            link.write(load)
        for command in self._held:
            link.write(command)
        self._legs, self._waiting, self._held = self._waiting, set(), []
        self._link = link

    async def _supervise(self) -> None:
        """Have one worker after another."""
        loop = asyncio.get_running_loop()
        pause_s = FIRST_PAUSE_S
        while not self._closing:
            born = loop.time()
            self._lose(await self._employ())
            if loop.time() - born > GROWN_UP_S:
                pause_s = FIRST_PAUSE_S
            if not self._closing:
                await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LAST_PAUSE_S)

    async def _employ(self) -> str:
        """Live through the life of one worker; return why it ended."""
        link = _Link(self._on_message)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            try:
                process = await self._spawn(theirs)
            except OSError as error:
                return f"no media worker can be started: {error}"
            try:
                theirs.close()
                await asyncio.get_running_loop().create_unix_connection(lambda: link, sock=ours)
                self._welcome(link)
                self.pid = process.pid
                await self._wait_end(link)
            finally:
                self._link = self.pid = self.beat = None
                patience_s = EXIT_S if link.lost.is_set() and link.fault is None else 0.0
                link.abort()
                await _bury(process, patience_s)
        return link.fault or _ending(process.returncode)

    async def _spawn(self, theirs: socket.socket) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "offhook.media.worker"),
            *(str(theirs.fileno()), msgspec.json.encode(self._settings).decode()),
            pass_fds=(theirs.fileno(), *self._files),
            stdin=asyncio.subprocess.DEVNULL,
            env={**os.environ, **_ONE_THREAD},
        )

    async def _wait_end(self, link: _Link) -> None:
        """Wait until the worker has gone, or give it up when its beats stay away."""
        try:
            async with asyncio.timeout(START_S) as self._watch:
                await link.lost.wait()
        except TimeoutError:
            link.fail("the media worker does not answer")
        finally:
            self._watch = None

    def _on_message(self, message: Report | Beat) -> None:
        match message:
            case Beat():
                self.beat = message
                self._beaten = asyncio.get_running_loop().time()
                self._ready.set()
                if self._watch is not None and not self._watch.expired():
                    self._watch.reschedule(asyncio.get_running_loop().time() + SILENCE_S)
                return
            case OpenFailed(leg) | Closed(leg):
                self._legs.discard(leg)
            case _:
                pass
        self._sink(message)

    def _lose(self, reason: str) -> None:
        """Tell of the legs and rooms that went down with their worker."""
        lost, self._legs = self._legs, set()
        for leg in sorted(lost):
            self._sink(Lost(leg, reason))


async def _bury(process: Process, patience_s: float) -> None:
    """See a process end, with force after a while."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await process.wait()
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def _ending(status: int | None) -> str:
    """Say how a worker ended."""
    if status is not None and status < 0:
        return f"the media worker was killed by {signal.Signals(-status).name}"
    return f"the media worker ended with status {status}"
