"""The same story of a WebSocket twice: with the virtual client, and with the real one over TCP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from offhook.hooks import Credentials
from offhook.testing.app import App
from offhook.testing.loop import run
from offhook.testing.sockets import BASE, SocketApp
from offhook.testing.web import served
from offhook.webhooks.channel import Channel, Channels, Ends
from offhook.webhooks.guard import Guard
from offhook.webhooks.websocket import Closed, Handshake, WebSocket, WebSockets
from offhook.webhooks.websocket_client import AiohttpWebSockets

TIMEOUT_S = 5.0


@dataclass
class Ground:
    """A server, and a client that reaches it."""

    app: SocketApp
    client: WebSockets
    base: str = BASE
    heard: "asyncio.Queue[str | bytes]" = field(default_factory=asyncio.Queue)
    ends: "asyncio.Queue[Closed]" = field(default_factory=asyncio.Queue)

    def handshake(self, path: str, credentials: Credentials | None = None) -> Handshake:
        """Say where a path of the server is."""
        return Handshake(self.base + path, credentials)

    async def connect(self, path: str = "/a", credentials: Credentials | None = None) -> WebSocket:
        """Connect to a path of the server."""
        return await self.client.connect(self.handshake(path, credentials), timeout_s=TIMEOUT_S)

    @asynccontextmanager
    async def channels(self) -> AsyncIterator[Channels]:
        """Have channels, and nothing left of them at the end."""
        made = Channels(self.client)
        try:
            yield made
        finally:
            await made.drain()

    async def open(self, channels: Channels, path: str = "/a") -> Channel:
        """Open a channel whose messages and end are kept."""
        ends = Ends(self.heard.put, self.ends.put_nowait)
        return await channels.open(self.handshake(path), ends, path)


Story = Callable[[Ground], Awaitable[None]]


def both(story: Story) -> Callable[[str], None]:
    """Make two tests of a story."""

    @pytest.mark.parametrize("way", ["virtual", "real"])
    def test(way: str) -> None:
        if way == "virtual":
            run(_virtual(story))
        else:
            asyncio.run(_real(story))

    return test


async def _virtual(story: Story) -> None:
    app = SocketApp()
    await story(Ground(app, app))


async def _real(story: Story) -> None:
    app = App()
    async with served(app) as url:
        client = AiohttpWebSockets(Guard())
        try:
            async with asyncio.timeout(20.0):
                await story(Ground(app.sockets, client, url.replace("http", "ws", 1)))
        finally:
            await client.close()
