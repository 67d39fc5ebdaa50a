"""A browser that looks at a stream of server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.console.client import HERE

from offhook.testing.world import World

PATIENCE_S = 60.0  # virtual


@dataclass
class Watching:
    """What has come so far: (event, data, id)."""

    status: int = 0
    events: list[tuple[str, str, str]] = field(default_factory=list)
    ended: bool = False
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, wanted: Callable[[str, str], bool]) -> tuple[str, str, str]:
        """Wait for an event with a name and data that are wanted; return it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.events:
                    if wanted(event[0], event[1]):
                        return event
                self._more.clear()
                await self._more.wait()

    def take(self, message: Any) -> None:
        """Read a message of the server."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        for block in message["body"].decode().split("\n\n"):
            fields: dict[str, list[str]] = {}
            for line in block.split("\n"):
                name, _, value = line.partition(": ")
                fields.setdefault(name, []).append(value)
            if "event" in fields:
                data = "\n".join(fields.get("data", []))
                self.events.append((fields["event"][0], data, fields.get("id", [""])[0]))
        self._more.set()


@asynccontextmanager
async def watching(world: World, path: str, last: str = "") -> AsyncIterator[Watching]:
    """Look at a stream during the body; the browser is at the server's machine."""
    left = asyncio.Event()
    seen = Watching()
    path, _, query = path.partition("?")
    headers = [(b"host", HERE.encode())]
    if last:
        headers.append((b"last-event-id", last.encode()))
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 40_000),
        "server": (HERE, 80),
    }
    asked: list[Any] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if asked:
            return asked.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        seen.take(message)

    async def look() -> None:
        await world.node.front(scope, receive, send)
        seen.ended = True

    async with asyncio.TaskGroup() as group:
        group.create_task(look())
        yield seen
        left.set()
