"""Far ends that cost next to nothing: a callee that answers at once, and an application.

They know of SIP and HTTP just what it takes to be called by Offhook over loopback; nothing of it is
fit for another use.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Final, cast

HOST: Final = "127.0.0.1"
_USER = re.compile(rb"^INVITE sip:([^@]+)@")
_COPIED = re.compile(rb"^(?:Via|From|Call-ID|CSeq): .*\r\n", re.MULTILINE | re.IGNORECASE)
_TO = re.compile(rb"^To: ([^\r\n]*)\r\n", re.MULTILINE | re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_MEDIA = re.compile(rb"^m=audio (\d+)", re.MULTILINE)
_SDP = "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio {1} RTP/AVP 0\r\n"

Answer = Callable[[int], None]  # with the RTP port to be told
Invited = Callable[[str, int, Answer], None]  # user part of the URI, and the port that was offered


class Callee(asyncio.DatagramProtocol):
    """Answers every INVITE when `invited` says so, and says yes to every BYE."""

    def __init__(self, invited: Invited) -> None:
        self._invited = invited

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        port = transport.get_extra_info("sockname")[1]
        self._more = f"Contact: <sip:{HOST}:{port}>\r\nContent-Type: application/sdp\r\n".encode()

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """Take a request."""
        if data.startswith(b"INVITE"):
            user, offered = _USER.match(data), _MEDIA.search(data)
            assert user is not None, data
            assert offered is not None, data

            def answer(port: int) -> None:
                sdp = _SDP.format(HOST, port).encode()
                self._transport.sendto(_ok(data, self._more, sdp), address)

            self._invited(user[1].decode(), int(offered[1]), answer)
        elif data.startswith((b"BYE", b"OPTIONS")):
            self._transport.sendto(_ok(data, b"", b""), address)


def _ok(request: bytes, more: bytes, body: bytes) -> bytes:
    to = _TO.search(request)
    assert to is not None, request
    tag = b"" if b";tag=" in to[1] else b";tag=callee"
    head = b"SIP/2.0 200 OK\r\n" + b"".join(_COPIED.findall(request))
    head += b"To: " + to[1] + tag + b"\r\n" + more
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Application(asyncio.Protocol):
    """Gives the same document to every `answer`, and tells of the rest, which is a call's end."""

    def __init__(self, document: str, ended: Callable[[], None]) -> None:
        self._document = document.encode()
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
        self._transport.write(head % len(self._document) + self._document)
