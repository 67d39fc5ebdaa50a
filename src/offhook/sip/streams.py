"""SIP over TCP: framed messages in, messages out, keep-alives answered, idle peers let go."""

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

from offhook.sip.message import PING, Framer, SipSyntaxError
from offhook.sip.transport import Address

SILENT_S = 32.0  # a stream on which nothing whole ever came is closed
IDLE_S = 900.0  # a stream that was used; both ends can open it again
BACKLOG_BYTES = 1 << 20  # unsent bytes at which the peer is given up
PONG = b"\r\n"  # RFC 5626 4.4.1


class Owner(Protocol):
    """Who holds the streams."""

    def stream_opened(self, stream: "Stream") -> bool:
        """Take the stream in, or refuse it."""
        ...

    def stream_received(self, data: bytes, source: Address) -> None:
        """Take one whole message."""
        ...

    def stream_closed(self, stream: "Stream") -> None:
        """Let the stream go."""
        ...


class Stream(asyncio.Protocol):
    """One TCP connection, accepted or made."""

    def __init__(self, owner: Owner, number: int, now: Callable[[], float]) -> None:
        self.number = number
        self.peer = ("", 0)
        self._owner = owner
        self._now = now
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._used: float | None = None
        self._opened = 0.0
        self._clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce itself to the owner."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclasses
        peer = transport.get_extra_info("peername") or ("", 0)
        self.peer = (peer[0], peer[1])
        self._opened = self._now()
        if not self._owner.stream_opened(self):
            self._transport.abort()
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Cut messages out; a stream that cannot be cut is of no more use."""
        try:
            messages = self._framer.feed(data)
        except SipSyntaxError:
            self.close()
            return
        source = Address("tcp", self.peer[0], self.peer[1], self.number)
        for message in messages:
            if message == PING:
                self._write(PONG)
                continue
            self._used = self._now()
            self._owner.stream_received(message, source)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner."""
        self._transport = None
        if self._clock:
            self._clock.cancel()
        self._owner.stream_closed(self)

    def send(self, data: bytes) -> bool:
        """Send; False when the stream is closed or the peer does not read."""
        if self._transport is None or self._transport.is_closing():
            return False
        if self._transport.get_write_buffer_size() > BACKLOG_BYTES:
            self._transport.abort()
            return False
        self._used = self._now()
        self._write(data)
        return True

    def close(self) -> None:
        """Close after what is buffered has left."""
        if self._transport:
            self._transport.close()

    def abort(self) -> None:
        """Close now."""
        if self._transport:
            self._transport.abort()

    def _write(self, data: bytes) -> None:
        if self._transport:
            self._transport.write(data)

    def _watch(self) -> None:
        """Close when idle, else look again when it could be."""
        ends = self._opened + SILENT_S if self._used is None else self._used + IDLE_S
        if ends <= self._now():
            self.close()
        else:
            self._clock = asyncio.get_running_loop().call_later(ends - self._now(), self._watch)
