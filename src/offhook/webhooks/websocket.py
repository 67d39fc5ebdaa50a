"""The seam to other people's WebSocket servers: a handshake, texts both ways, and how it ended.

The real client is `webhooks/websocket_client.py` (aiohttp behind the SSRF guard); under virtual
time a scripted server takes its place (`offhook.testing.sockets`). Call control does not use a
WebSocket directly but through a `Channel` (`webhooks/channel.py`), which never makes it wait.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from offhook.hooks import Credentials

NORMAL: Final = 1000  # status codes of RFC 6455 7.4.1
GOING_AWAY: Final = 1001
NO_STATUS: Final = 1005  # a close frame without a code
CLEAN: Final = frozenset({NORMAL, GOING_AWAY, NO_STATUS})


@dataclass(frozen=True, slots=True)
class Handshake:
    """Where to connect to; HTTP Basic credentials go along with the request."""

    url: str  # ws or wss
    credentials: Credentials | None = None


class HandshakeError(Exception):
    """No WebSocket: `reason` is worded as in errors.md 8.4 (`connection failed`, `HTTP 404` …)."""

    def __init__(self, reason: str, *, ours: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.ours = ours  # this server is at fault: it has no file descriptor left, for instance


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of a WebSocket; without a code the connection was lost before any goodbye."""

    code: int | None
    reason: str = ""
    ours: bool = False  # a fault of this server

    @property
    def clean(self) -> bool:
        """Whether it was closed on purpose and without a fault."""
        return self.code in CLEAN


class Pong:
    """The far end is alive."""


Frame = str | bytes | Pong | Closed


class WebSocket(Protocol):
    """An open connection. One task at a time may receive, and one send."""

    async def send(self, text: str) -> None:
        """Send a text; waits while the far end does not read. Lost if the connection is."""
        ...

    async def ping(self) -> None:
        """Ask for a Pong."""
        ...

    async def receive(self) -> Frame:
        """Return what comes next; after a Closed nothing does."""
        ...

    async def close(self, code: int) -> None:
        """Say goodbye, unless that was done; returns, soon, when the connection is closed."""
        ...


class WebSockets(Protocol):
    """Opens connections."""

    async def connect(self, handshake: Handshake, *, timeout_s: float) -> WebSocket:
        """Open one; raises HandshakeError. Redirects are refusals."""
        ...
