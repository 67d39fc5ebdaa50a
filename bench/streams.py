"""What a stream costs: in the media worker, which hears, and in control, which sends.

The legs are open and silent; a WebSocket server in another process reads, and plays where it is
asked to. The figures are what comes on top of the same legs without streams.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import uvloop

from bench import Figure, Plan
from bench._process import cpu_s
from bench._scenes import names
from bench._worker import Desk
from offhook.calls.journal import Journal
from offhook.calls.listening import Listening
from offhook.calls.plant import Plant
from offhook.calls.stream import Stream
from offhook.clock import Clock
from offhook.ids import Ids, SystemRandom
from offhook.media.messages import Close, MediaPlane, Open, Opened
from offhook.records import CallRecord, CallState, Direction
from offhook.scopes import InlineOffload
from offhook.verbs.streaming import StreamOrder
from offhook.webhooks.channel import Channels
from offhook.webhooks.guard import Guard
from offhook.webhooks.websocket import Closed
from offhook.webhooks.websocket_client import AiohttpWebSockets

CHUNK_MS = 100  # of what is played
SIZES = ((20, 0), (100, 0), (100, CHUNK_MS))  # streams, and what their server plays


def run(plan: Plan) -> list[Figure]:
    """Measure at every size."""
    figures: list[Figure] = []
    for count, play_ms in ((20, CHUNK_MS),) if plan.quick else SIZES:
        title = f"streams {count}, {'both ways' if play_ms else 'one track'}:"
        with _server(play_ms) as port:
            control_ms, worker_ms, sent = uvloop.run(
                _cost(count, port, 1.5 if plan.quick else 10.0)
            )
        figures += [
            Figure(f"{title} control CPU per stream-second", control_ms, "ms"),
            Figure(f"{title} worker CPU per stream-second", worker_ms, "ms"),
            Figure(f"{title} messages per stream-second", sent, "messages"),
        ]
    return figures


@contextmanager
def _server(play_ms: int) -> Iterator[int]:
    command = [sys.executable, "-m", "bench._socket_server", str(play_ms)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.communicate()


@dataclass
class _Bench:
    """What a stream needs of a plant."""

    media: MediaPlane
    listening: Listening
    channels: Channels
    clock: Clock = field(default_factory=Clock)
    ids: Ids = field(default_factory=lambda: Ids(SystemRandom()))
    offload: InlineOffload = field(default_factory=InlineOffload)


class _NoJournal:
    def log(self, kind: str, **data: Any) -> int:
        raise AssertionError(f"{kind}: {data}")


async def _cost(count: int, port: int, seconds: float) -> tuple[float, float, float]:
    """Return CPU ms of control and of the worker, and messages, per stream and second."""
    desk = Desk(count)
    sockets = AiohttpWebSockets(Guard())
    listening = Listening(desk.media)
    bench = _Bench(desk.media, listening, Channels(sockets))
    desk.hear = listening.on_heard
    await desk.media.start()
    assert desk.media.pid is not None
    for name in names(count):
        desk.media.send(Open(name))
    await desk.all(Opened, count)
    bare = await _measure(desk.media.pid, seconds)
    streams = [await _stream(bench, name, port) for name in names(count)]
    await asyncio.sleep(0.5)
    before = sum(each.sequence for each in streams)
    busy = await _measure(desk.media.pid, seconds)
    sent = sum(each.sequence for each in streams) - before
    for each in streams:
        each.end()
    await bench.channels.drain()
    for name in names(count):
        desk.media.send(Close(name))
    await desk.media.close()
    await sockets.close()
    scale = 1000.0 / (count * seconds)
    return (busy[0] - bare[0]) * scale, (busy[1] - bare[1]) * scale, sent / (count * seconds)


async def _measure(worker: int, seconds: float) -> tuple[float, float]:
    """Return the CPU seconds of this process and the worker in so much time."""
    began = (time.process_time(), cpu_s(worker))
    await asyncio.sleep(seconds)
    return time.process_time() - began[0], cpu_s(worker) - began[1]


async def _stream(bench: _Bench, leg: str, port: int) -> Stream:
    order = StreamOrder(f"ws://127.0.0.1:{port}/", ("inbound",), leg, plays=True)
    record = CallRecord(
        call_id=leg,
        account_id="9900000",
        application_id="a",
        to="",
        from_="",
        direction=Direction.OUTBOUND,
        state=CallState.ANSWERED,
        last_update=0.0,
    )
    stream = Stream(cast(Plant, bench), order, record, cast(Journal, _NoJournal()))
    await stream.connect(bench.channels, _lost)
    stream.start()
    return stream


def _lost(closed: Closed) -> None:
    raise RuntimeError(f"a stream has ended: {closed}")
