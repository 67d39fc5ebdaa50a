"""Server-sent events (WHATWG HTML 9.2): what changes, for as long as the browser looks.

A stream keeps no queue. It asks the store's feed to be woken, then reads what there is to tell; a
browser that is slow is told later, and less often, of more at once. A message that cannot be sent
in time ends the stream, and the browser comes again with the id of the last it has got.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from offhook.scopes import background

HEARTBEAT_S = 15.0  # at least so often something is sent: who is gone is found out
PAUSE_S = 0.2  # at most so often the store is looked at, for one browser
SEND_S = 20.0  # for a message to leave
AGE_S = 3600.0  # then the browser comes again
STREAMS = 48  # at once; each may wait in the feed
RETRY_MS = 2000


@dataclass(frozen=True, slots=True)
class Message:
    """One event: its name, its data (any text), and the place to go on from."""

    event: str
    data: str
    id: str | None = None

    def encode(self) -> bytes:
        """Return it as it is sent; nothing in the data can begin another field."""
        lines = [f"event: {self.event}"]
        if self.id is not None:
            lines.append(f"id: {self.id}")
        lines += [f"data: {line}" for line in self.data.splitlines() or [""]]
        return ("\n".join(lines) + "\n\n").encode()


HEARTBEAT = b": still here\n\n"
News = AsyncIterator[list[Message]]  # an empty list is a heartbeat


class Streams:
    """Counts the streams that run."""

    def __init__(self) -> None:
        self.count = 0

    @property
    def full(self) -> bool:
        """Whether one more would be too many."""
        return self.count >= STREAMS


class EventStream(Response):
    """Sends messages until there are no more, the browser leaves, or it is too slow."""

    def __init__(self, news: News, streams: Streams) -> None:
        super().__init__(media_type="text/event-stream")
        del self.headers["content-length"]
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Accel-Buffering"] = "no"  # else nginx would collect them
        self._news = news
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send everything (ASGI 3); to HEAD only the head."""
        if scope["method"] == "HEAD":
            return await super().__call__(scope, receive, send)
        self._streams.count += 1
        try:
            async with (
                background(self._tell(send)) as telling,
                background(_gone(receive)) as gone,
            ):
                await asyncio.wait((telling, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._streams.count -= 1

    async def _tell(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        await _push(send, f"retry: {RETRY_MS}\n\n".encode())
        try:
            async with asyncio.timeout(AGE_S), aclosing(self._news) as news:  # type: ignore[type-var]
                async for messages in news:
                    sent = b"".join(message.encode() for message in messages)
                    async with asyncio.timeout(SEND_S):
                        await _push(send, sent or HEARTBEAT)
        except (TimeoutError, OSError):
            return
        await send({"type": "http.response.body", "body": b""})


async def _push(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _gone(receive: Receive) -> None:
    """Return when the browser has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
