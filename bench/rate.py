"""Calls at a steady rate: createCall, INVITE, answer webhook, BXML, BYE and disconnect webhook.

Clients, callee and application are this process and know no more than they need, so that the
server has a core to itself. The delay is from the first byte of createCall to the INVITE that it
leads to; failures are calls of which any part did not happen.
"""

import asyncio
import base64
import contextlib
import math
import socket
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench import Figure, Plan
from bench._party import Application, Callee
from bench._process import HOST, children, cpu_s
from bench.calls import LIMITS, UNLIMITED
from offhook.testing.server import RunningServer, Wishes, free_ports, running_server

PER_SECOND = 200
SECONDS = 60.0
WARM_UP_CALLS = 200
PATIENCE_S = 20.0  # for the last call to end
FIRST = 12025550000


@dataclass(slots=True)
class Tally:
    """What has happened to the calls, by the number that was called."""

    asked: dict[str, float] = field(default_factory=dict)
    delays_s: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    ended: int = 0
    awaited: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)  # as many as are awaited

    def invited(self, user: str) -> None:
        """Take note of an INVITE; a repeated one says nothing new."""
        asked = self.asked.pop(user, None)
        if asked is not None:
            self.delays_s.append(time.monotonic() - asked)

    def end(self) -> None:
        """Take note of a disconnect webhook."""
        self.ended += 1
        if self.ended >= self.awaited:
            self.done.set()


class Client:
    """createCall over connections that are kept."""

    def __init__(self, server: RunningServer, app: str, tally: Tally) -> None:
        self._server = server
        self._tally = tally
        self._free: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = deque()
        credentials = base64.b64encode(f"{server.user}:{server.password}".encode()).decode()
        self._head = (
            f"POST /api/v2/accounts/{server.account}/calls HTTP/1.1\r\nHost: {HOST}\r\n"
            f"Authorization: Basic {credentials}\r\nContent-Type: application/json\r\n"
        )
        self._rest = (
            f'"from":"{server.number}","applicationId":"{server.application}",'
            f'"answerUrl":"{app}/answer","disconnectUrl":"{app}/ended"'
        )

    async def call(self, number: int) -> None:
        """Create one call."""
        to = f"+{FIRST + number}"
        body = f'{{"to":"{to}",{self._rest}}}'
        request = f"{self._head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
        self._tally.asked[to] = time.monotonic()
        reader, writer = await self._connection()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        answer = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 201"):
            self._tally.refused.append(answer)
        self._free.append((reader, writer))

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():  # the server lets go of those that nobody has used for a while
                return reader, writer
            writer.close()
        return await asyncio.open_connection(HOST, self._server.http)

    def close(self) -> None:
        """Let go of all connections."""
        for _, writer in self._free:
            writer.close()


def run(plan: Plan) -> list[Figure]:
    """Place calls for a minute, or for two seconds."""
    with tempfile.TemporaryDirectory(prefix="offhook-bench-") as folder:
        return uvloop.run(_run(Path(folder), 2.0 if plan.quick else SECONDS))


async def _run(folder: Path, seconds: float) -> list[Figure]:
    tally = Tally()
    async with _world(folder, tally) as (server, client):
        await _place(client, tally, 0, WARM_UP_CALLS)
        tally.delays_s.clear()
        helpers = children(server.pid)
        before, others = cpu_s(server.pid), sum(map(cpu_s, helpers))
        calls = round(PER_SECOND * seconds)
        await _place(client, tally, WARM_UP_CALLS, calls)
        used = cpu_s(server.pid) - before
        others = sum(map(cpu_s, helpers)) - others
    delays = sorted(tally.delays_s)
    failed = WARM_UP_CALLS + calls - tally.ended + len(tally.refused)
    title = f"rate: {PER_SECOND} calls a second for {seconds:.0f} s:"
    return [
        Figure(f"{title} CPU of control per call", used / calls * 1000, "ms"),
        Figure(f"{title} CPU of its other processes per call", others / calls * 1000, "ms"),
        *(
            Figure(f"{title} createCall to INVITE, {name}", _quantile(delays, part) * 1000, "ms")
            for name, part in (("median", 0.5), ("p99", 0.99), ("longest", 1.0))
        ),
        Figure(f"{title} failures", failed, "calls"),
    ]


def _quantile(ascending: list[float], part: float) -> float:
    return ascending[max(0, math.ceil(part * len(ascending)) - 1)]


async def _place(client: Client, tally: Tally, first: int, calls: int) -> None:
    """Create calls at even distances, however long each takes, and wait until all have ended."""
    began = time.monotonic()
    tally.awaited += calls
    tally.done.clear()
    async with asyncio.TaskGroup() as group:
        for number in range(calls):
            due = began + number / PER_SECOND
            if (wait_s := due - time.monotonic()) > 0:
                await asyncio.sleep(wait_s)
            group.create_task(client.call(first + number))
    with contextlib.suppress(TimeoutError):  # what is missing is a failure
        async with asyncio.timeout(PATIENCE_S):
            await tally.done.wait()


@asynccontextmanager
async def _world(folder: Path, tally: Tally) -> AsyncIterator[tuple[RunningServer, Client]]:
    app_port, sip_port = free_ports(2)
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp:  # what is said is not heard
        rtp.bind((HOST, 0))
        port = rtp.getsockname()[1]
        callee, _ = await loop.create_datagram_endpoint(
            lambda: Callee(tally.invited, port), (HOST, sip_port)
        )
        application = await loop.create_server(lambda: Application(tally.end), HOST, app_port)
        app = f"http://{HOST}:{app_port}"
        try:
            wishes = Wishes(app, sip_port, limits=LIMITS, more=UNLIMITED)
            async with running_server(folder, wishes) as server:
                client = Client(server, app, tally)
                yield server, client
                client.close()
        finally:
            callee.close()
            application.close()
