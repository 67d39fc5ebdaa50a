"""Far ends that cost next to nothing: a callee that answers at once, and an application.

They know of SIP and HTTP just what it takes to be called by Offhook over loopback; nothing of it is
fit for another use.
"""

import asyncio
import re
from collections.abc import Callable
from typing import cast

from bench._process import HOST

DOCUMENT = b"<Response><Hangup/></Response>"
_USER = re.compile(rb"^INVITE sip:([^@]+)@")
_COPIED = re.compile(rb"^(?:Via|From|Call-ID|CSeq): .*\r\n", re.MULTILINE | re.IGNORECASE)
_TO = re.compile(rb"^To: ([^\r\n]*)\r\n", re.MULTILINE | re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_SDP = "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio {1} RTP/AVP 0\r\n"

Invited = Callable[[str], None]  # with the user part of the request URI


class Callee(asyncio.DatagramProtocol):
    """Answers every INVITE and says yes to every BYE."""

    def __init__(self, invited: Invited, rtp_port: int) -> None:
        self._invited = invited
        self._sdp = _SDP.format(HOST, rtp_port).encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        port = transport.get_extra_info("sockname")[1]
        self._contact = f"Contact: <sip:{HOST}:{port}>\r\n".encode()

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """Take a request."""
        if data.startswith(b"INVITE"):
            user = _USER.match(data)
            assert user is not None, data
            self._invited(user[1].decode())
            sdp = b"Content-Type: application/sdp\r\n"
            self._transport.sendto(self._ok(data, self._contact + sdp, self._sdp), address)
        elif data.startswith((b"BYE", b"OPTIONS")):
            self._transport.sendto(self._ok(data, b"", b""), address)

    @staticmethod
    def _ok(request: bytes, more: bytes, body: bytes) -> bytes:
        to = _TO.search(request)
        assert to is not None, request
        tag = b"" if b";tag=" in to[1] else b";tag=callee"
        head = b"SIP/2.0 200 OK\r\n" + b"".join(_COPIED.findall(request))
        head += b"To: " + to[1] + tag + b"\r\n" + more
        return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Application(asyncio.Protocol):
    """Gives the same document to every `answer` and counts what has `ended`."""

    def __init__(self, ended: Callable[[], None]) -> None:
        self._ended = ended
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take as many requests as are complete."""
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._data[:end])
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._data) < whole:
                return
            self._serve(self._data.startswith(b"POST /answer"))
            self._data = self._data[whole:]

    def _serve(self, answers: bool) -> None:
        if not answers:
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            self._ended()
            return
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % len(DOCUMENT) + DOCUMENT)
