"""A client of the API that places calls at a steady rate and sees what becomes of each."""

import asyncio
import base64
import contextlib
import json
import math
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from offhook.capacity.parties import HOST
from offhook.testing.server import RunningServer

FIRST: Final = 12025550000  # number that is called
REST_S = 2.0  # who has rested longer is not used again: the server may be letting go of it (5 s)
SHOWN: Final = 200  # characters of a refusal


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

    @property
    def refusal(self) -> str:
        """What the first call was told that was refused."""
        if not self.refused:
            return ""
        try:
            return str(json.loads(self.refused[0])["description"])
        except (ValueError, TypeError, KeyError):
            return self.refused[0].decode(errors="replace")[:SHOWN]


class Client:
    """createCall over connections that are kept."""

    def __init__(self, server: RunningServer, app: str, tally: Tally) -> None:
        self._server = server
        self._tally = tally
        self._placed = 0
        self._free: deque[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = deque()
        credentials = base64.b64encode(f"{server.user}:{server.password}".encode()).decode()
        self._head = (
            f"POST /api/v2/accounts/{server.account}/calls HTTP/1.1\r\nHost: {HOST}\r\n"
            f"Authorization: Basic {credentials}\r\nContent-Type: application/json\r\n"
        )
        self._rest = (
            f'"from":"{server.number}","applicationId":"{server.application}",'
            f'"answerUrl":"{app}/answer","disconnectUrl":"{app}/ended"'
        )

    async def place(self, calls: int, per_second: float) -> None:
        """Create calls at even distances, however long each takes."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(calls):
                due = began + number / per_second
                if (wait_s := due - time.monotonic()) > 0:
                    await asyncio.sleep(wait_s)
                group.create_task(self._call())

    async def finish(self, calls: int, per_second: float, patience_s: float) -> None:
        """Create calls and wait until all have ended; those that never do are not waited for."""
        self._tally.awaited += calls
        self._tally.done.clear()
        await self.place(calls, per_second)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._tally.done.wait()

    async def _call(self) -> None:
        self._placed += 1
        to = f"+{FIRST + self._placed}"
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
        self._free.append((time.monotonic(), reader, writer))

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._free:
            since, reader, writer = self._free.pop()
            if time.monotonic() - since < REST_S and not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(HOST, self._server.http)

    def close(self) -> None:
        """Let go of all connections."""
        for _, _, writer in self._free:
            writer.close()


def quantile(values: Sequence[float], part: float) -> float:
    """Return the value that this part of all are at most; 0 of none."""
    ascending = sorted(values)
    return ascending[max(0, math.ceil(part * len(ascending)) - 1)] if ascending else 0.0
