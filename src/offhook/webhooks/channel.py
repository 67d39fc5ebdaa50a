"""Channels: WebSockets that call control talks to without ever waiting for the far end.

`Channels.open` waits for the handshake (10 s) and raises HandshakeError; from then on everything is
a plain call. `Channel.send` queues a text. One that may be left out (audio) goes when it has waited
for more than BACKLOG_S, the oldest first: a far end that does not keep up hears gaps, and the call
never notices. Texts that come in are handed to `hear`, a coroutine function, in order and one at a
time, and no faster than the limits below: whoever sends more waits in its own TCP. A ping goes out
every PING_S; without a pong for DEAD_S the far end counts as gone.

The end is told once, by `over(closed)`: the far end said goodbye, or was lost, or `hear` failed
(`closed.ours`). `Channel.close(last)` is the other way round: what is queued still goes out, then
`last`, then the close frame with 1000; `over` is not called, since whoever closes knows. It returns
at once and takes FAREWELL_S at most. A node waits for its channels with `Channels.drain`.

    channel = await plant.channels.open(Handshake(url, credentials), Ends(hear, over), name)
    channel.send(start)
    channel.send(media, droppable=True)
    channel.close(stop)

What is pinned by tests/webhooks/test_channel.py holds for the real client and for the virtual one.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from offhook.scopes import TaskOwner, background
from offhook.webhooks.websocket import NORMAL, Closed, Handshake, Pong, WebSocket, WebSockets

HANDSHAKE_S = 10.0  # bxml.md 10.11
PING_S = 20.0  # bxml.md 4.18
DEAD_S = 60.0  # without a pong
BACKLOG_S = 5.0  # of audio that the far end has not taken (bxml.md 8.1)
FAREWELL_S = 3.0  # for what is queued at the end
MESSAGES_PER_S = 500.0  # that are read in the long run …
MESSAGES_AT_ONCE = 2000.0  # … and in a burst

SILENT = Closed(None, f"no answer to pings for {DEAD_S:g} seconds")
FAULT = Closed(None, "a fault of this server", ours=True)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ends:
    """Who is told what comes from the far end."""

    hear: Callable[[str | bytes], Awaitable[None]]  # a message
    over: Callable[[Closed], None]  # the end, unless we have closed it


class Channels:
    """All channels of a node."""

    def __init__(self, sockets: WebSockets) -> None:
        self._sockets = sockets
        self._tasks = TaskOwner()

    def __len__(self) -> int:
        """Return how many are open, or on their way to be closed."""
        return len(self._tasks)

    async def open(self, handshake: Handshake, ends: Ends, name: str) -> "Channel":
        """Connect; raises HandshakeError."""
        socket = await self._sockets.connect(handshake, timeout_s=HANDSHAKE_S)
        channel = Channel(socket, ends)
        task = self._tasks.start(channel.run(), f"channel {name}")
        task.add_done_callback(channel.ended)
        return channel

    async def drain(self, grace_s: float = 2 * FAREWELL_S) -> None:
        """Wait for the channels that are being closed; break off the others."""
        await asyncio.sleep(0)  # one that has only just been opened begins, and so can end
        await self._tasks.close(grace_s)


class Channel:
    """One of them, open from the beginning."""

    def __init__(self, socket: WebSocket, ends: Ends) -> None:
        self._socket = socket
        self._ends = ends
        self._now = asyncio.get_running_loop().time
        self._queue: deque[tuple[str, float | None]] = deque()  # and since when it may be dropped
        self._filled = asyncio.Event()
        self._verdict: asyncio.Future[Closed] = asyncio.get_running_loop().create_future()
        self._closing = False  # by us
        self._ponged = self._now()
        self._allowance = MESSAGES_AT_ONCE
        self._counted = self._now()
        self._patience: asyncio.TimerHandle | None = None  # with the far end, when we close it
        self.dropped = 0  # texts that waited too long

    def send(self, text: str, *, droppable: bool = False) -> None:
        """Queue a text; nothing once it is over."""
        if self._closing or self._verdict.done():
            return
        now = self._now()
        while self._queue and (since := self._queue[0][1]) is not None and since < now - BACKLOG_S:
            self._queue.popleft()
            self.dropped += 1
        self._queue.append((text, now if droppable else None))
        self._filled.set()

    def close(self, last: str | None = None) -> None:
        """Say what is left to say, and goodbye; nothing once it is over."""
        if self._closing:
            return
        if last is not None:
            self.send(last)
        self._closing = True
        self._filled.set()
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(FAREWELL_S, self._decide, Closed(NORMAL))

    async def run(self) -> None:
        """Live until one side ends it (`Channels` owns this task)."""
        try:
            async with (
                background(self._write()),
                background(self._watch()),
                background(self._read()),
            ):
                verdict = await self._verdict
            self._tell(verdict)
        finally:
            if self._patience is not None:
                self._patience.cancel()
            await self._socket.close(NORMAL)

    def ended(self, task: asyncio.Task[None]) -> None:
        """See to it that a fault of ours, or the end of the node, is told too."""
        if task.cancelled():
            self._tell(Closed(None, "the server is shutting down"))
        elif (fault := task.exception()) is not None:
            log.error("channel.fault", exc_info=fault)
            self._tell(FAULT)

    def _tell(self, verdict: Closed) -> None:
        if not self._closing:
            self._closing = True
            self._ends.over(verdict)

    def _decide(self, verdict: Closed) -> None:
        if not self._verdict.done():
            self._verdict.set_result(verdict)

    async def _write(self) -> None:
        while True:
            self._filled.clear()
            while self._queue:
                text, _ = self._queue.popleft()
                await self._socket.send(text)
            if self._closing:
                self._decide(Closed(NORMAL))
            await self._filled.wait()

    async def _watch(self) -> None:
        """Ask now and then whether the far end lives."""
        while True:
            await asyncio.sleep(PING_S)
            if self._now() - self._ponged >= DEAD_S:
                self._decide(SILENT)
            with contextlib.suppress(TimeoutError):  # it reads nothing at the moment
                async with asyncio.timeout(PING_S):
                    await self._socket.ping()

    async def _read(self) -> None:
        while True:
            match await self._socket.receive():
                case Closed() as closed:
                    self._decide(closed)
                    return
                case Pong():
                    self._ponged = self._now()
                case message if not self._closing:
                    await self._pace()
                    await self._ends.hear(message)

    async def _pace(self) -> None:
        """Wait before a message that comes too soon after the others."""
        now = self._now()
        earned = (now - self._counted) * MESSAGES_PER_S
        self._allowance = min(self._allowance + earned, MESSAGES_AT_ONCE) - 1
        self._counted = now
        if self._allowance < 0:
            await asyncio.sleep(-self._allowance / MESSAGES_PER_S)
