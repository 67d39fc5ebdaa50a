"""HTTP/1.1 under uvicorn, with our answer to what cannot be read (errors.md 6, step 2).

uvicorn refuses a malformed message with a text of its own and puts no bound on headers; this makes
the first a proper `Bad Request`, and too big headers one as well (there is no 414 or 431). Nor has
uvicorn a bound on the time in which a request has to arrive: here its connection ends.
"""

import asyncio
from collections.abc import Callable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from offhook.api.replies import problem, render
from offhook.errors import ApiError, http
from offhook.ids import Ids

HEAD_BYTES = 65_536  # request line and headers; RFC 9112 3 asks for at least 8000 for the line
REQUEST_S = 30.0  # for a whole request to arrive; those of this API are small


class Punctual(HttpToolsProtocol):
    """Ends the connection of a request that has not arrived in time."""

    patience_s = REQUEST_S
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._arrived()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Wait anew for each request of a connection."""
        self._expect()
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Stop waiting."""
        self._arrived()
        super().on_message_complete()

    def _expect(self) -> None:
        self._arrived()
        self._patience = self.loop.call_later(self.patience_s, self.transport.abort)

    def _arrived(self) -> None:
        if self._patience is not None:
            self._patience.cancel()


def protocol(
    ids: Ids, unreadable: Callable[[str, str | None, str], None], request_s: float = REQUEST_S
) -> type[HttpToolsProtocol]:
    """Return the class to give uvicorn as its `http`.

    `unreadable` is told of messages that cannot be read: request id, client's address, fault.
    """

    class Protocol(Punctual):
        patience_s = request_s
        head_bytes = 0

        def on_message_begin(self) -> None:
            self.head_bytes = 0
            super().on_message_begin()

        def on_url(self, url: bytes) -> None:
            self._count(len(url))
            super().on_url(url)

        def on_header(self, name: bytes, value: bytes) -> None:
            self._count(len(name) + len(value))
            super().on_header(name, value)

        def send_400_response(self, msg: str) -> None:
            request_id = ids.uuid()
            unreadable(request_id, self.client and self.client[0], msg)
            self.transport.write(bad_request(request_id))
            self.transport.close()

        def _count(self, size: int) -> None:
            self.head_bytes += size
            if self.head_bytes > HEAD_BYTES:
                raise ValueError("request head too big")  # the parser answers 400 for us

    return Protocol


def bad_request(request_id: str) -> bytes:
    """Return a whole HTTP response that says Bad Request and ends the connection."""
    extra = (("X-Request-Id", request_id), ("Connection", "close"))
    response = render(problem(ApiError(http.BAD_REQUEST), request_id), extra)
    head = b"".join(b"%b: %b\r\n" % header for header in response.raw_headers)
    return b"HTTP/1.1 400 Bad Request\r\n" + head + b"\r\n" + bytes(response.body)
