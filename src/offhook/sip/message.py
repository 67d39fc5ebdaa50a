"""SIP messages: bytes in, a request or response out, and back (RFC 3261 7).

`parse` is lazy: it frames the message, unfolds and names the header lines, and no more. `validate`
reads everything that the stack relies upon: after it no typed property raises. Limits come first,
so that a hostile datagram costs no more than a look.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from operator import attrgetter

from offhook.sip.fields import Headers, Message
from offhook.sip.grammar import SipSyntaxError, is_token, number, shorten, single_line
from offhook.sip.headers import MAGIC_COOKIE, SINGLES, SPELLINGS, Via, canonical
from offhook.sip.reasons import reason_phrase
from offhook.sip.uri import KNOWN_SCHEMES, Uri

__all__ = [
    "PING",
    "Framer",
    "Message",
    "Request",
    "Response",
    "SipSyntaxError",
    "parse",
    "respond",
    "validate",
]

MAX_BYTES = 64 * 1024
MAX_HEADERS = 300
PING = b"\r\n\r\n"  # RFC 5626 3.5.1; answered with one CRLF

_VERSION = re.compile(r"SIP/[0-9]+\.[0-9]+", re.IGNORECASE)
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9][0-9])(?: (.*))?", re.IGNORECASE)
_FOLD = re.compile(r"\r\n[ \t]+")
_CONTENT_LENGTH = re.compile(
    rb"\r\n(?:Content-Length|l)[ \t]*+:((?:[^\r]++|\r\n[ \t])*+)", re.IGNORECASE
)


class Request(Message):
    """A request."""

    def __init__(
        self,
        method: str,
        raw_uri: str,
        headers: Headers,
        body: bytes = b"",
        charset: str = "utf-8",
    ) -> None:
        super().__init__(headers, body, charset)
        self.method = method
        self.raw_uri = raw_uri

    @classmethod
    def make(
        cls,
        method: str,
        uri: Uri | str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Request:
        """Make a request to send."""
        request = cls(single_line(method), single_line(str(uri)), [], body)
        for name, value in headers:
            request.append(name, value)
        return request

    @property
    def uri(self) -> Uri:
        """The Request-URI; of a scheme that we do not know only the scheme can be read."""
        return self.read("uri", lambda: Uri.parse(self.raw_uri))

    def __bytes__(self) -> bytes:
        return self.write(f"{self.method} {self.raw_uri} SIP/2.0")

    def __repr__(self) -> str:
        return f"<{self.method} {self.raw_uri}>"


class Response(Message):
    """A response."""

    def __init__(
        self,
        status: int,
        reason: str,
        headers: Headers,
        body: bytes = b"",
        charset: str = "utf-8",
    ) -> None:
        super().__init__(headers, body, charset)
        self.status = status
        self.reason = reason

    def __bytes__(self) -> bytes:
        return self.write(f"SIP/2.0 {self.status} {self.reason}")

    def __repr__(self) -> str:
        return f"<{self.status} {self.reason}>"


def respond(
    request: Request,
    status: int,
    reason: str | None = None,
    *,
    to_tag: str | None = None,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Response:
    """Make the response to a request (RFC 3261 8.2.6.2); what the request lacks is left out."""
    response = Response(
        status, single_line(reason or reason_phrase(status)), [], body, request.charset
    )
    copied = {"Via", "From", "To", "Call-ID", "CSeq"} | ({"Timestamp"} if status == 100 else set())
    response.headers = [each for each in request.headers if each[0] in copied]
    if to_tag and (to := request.get("To")) and not _is_tagged(request):
        response.set("To", f"{to};tag={to_tag}")
    for name, value in headers:
        response.append(name, value)
    return response


def _is_tagged(request: Request) -> bool:
    try:
        return request.to.tag is not None
    except SipSyntaxError:
        return True  # a To that cannot be read goes back as it came


def parse(data: bytes, *, stream: bool = False) -> Request | Response:
    """Read one message: a datagram, or what a `Framer` cut from a stream."""
    if len(data) > MAX_BYTES:
        raise SipSyntaxError("message too large", 513)
    if data[:2] == b"\r\n":  # RFC 3261 7.5: empty lines before the start-line
        data = data.lstrip(b"\r\n")
    head, blank_line, body = data.partition(b"\r\n\r\n")
    lines, charset = _split(head if blank_line else head.removesuffix(b"\r\n"))
    start_line = lines.pop(0)
    headers, fault = _read_headers(lines)
    message: Request | Response
    if start_line[:4].upper() == "SIP/":
        message = Response(*_read_status_line(start_line), headers, body, charset)
    else:
        method, uri, start_fault = _read_request_line(start_line)
        message, fault = Request(method, uri, headers, body, charset), start_fault or fault
    if fault is None:
        fault = _cut_body(message, stream) if blank_line else SipSyntaxError("no empty line")
    if fault is not None:
        raise _answerable(fault, message)
    return message


def _split(head: bytes) -> tuple[list[str], str]:
    """Return unfolded lines and their charset; too many are refused before they are split."""
    charset = "utf-8"
    try:
        text = head.decode()
    except UnicodeDecodeError:  # RFC 3261 7.3.1 wants UTF-8; telephones with Latin-1 names exist
        charset = "latin-1"
        text = head.decode(charset)
    if "\r\n " in text or "\r\n\t" in text:
        text = _FOLD.sub(" ", text)
    breaks = text.count("\n")
    if breaks > MAX_HEADERS:
        raise SipSyntaxError("too many header fields", 513)
    lines = text.split("\r\n")
    if not len(lines) - 1 == breaks == text.count("\r"):
        raise SipSyntaxError("a line break that is not CRLF")
    return lines, charset


def _read_headers(lines: list[str]) -> tuple[Headers, SipSyntaxError | None]:
    headers: Headers = []
    fault = None
    for line in lines:
        name, colon, value = line.partition(":")
        known = SPELLINGS.get(name)
        if known is None or not colon:
            name = name.rstrip(" \t")  # RFC 3261 25.1: HCOLON takes white space before the colon
            if not colon or not is_token(name):
                fault = fault or SipSyntaxError(f"malformed header line: {shorten(line)}")
                continue
            known = canonical(name)
        headers.append((known, value.strip(" \t")))
    return headers, fault


def _read_status_line(line: str) -> tuple[int, str]:
    found = _STATUS_LINE.fullmatch(line)
    if not found:
        raise SipSyntaxError(f"malformed status line: {shorten(line)}")
    return int(found[1]), found[2] or ""


def _read_request_line(line: str) -> tuple[str, str, SipSyntaxError | None]:
    """Split at single spaces, nothing more lenient: RFC 4475 3.1.2.8 to 3.1.2.10."""
    method, _, rest = line.partition(" ")
    uri, _, version = rest.partition(" ")
    if not uri or not is_token(method) or not _VERSION.fullmatch(version):
        return method, uri, SipSyntaxError(f"malformed request line: {shorten(line)}")
    if version.upper() != "SIP/2.0":
        return method, uri, SipSyntaxError(f"{version} is not spoken here", 505)
    return method, uri, None


def _cut_body(message: Message, stream: bool) -> SipSyntaxError | None:
    """Keep Content-Length bytes of the body (RFC 3261 18.3)."""
    try:
        length = message.content_length
    except SipSyntaxError as fault:
        return fault
    if length is None:
        return SipSyntaxError("no Content-Length on a stream") if stream else None
    if length > len(message.body):
        return SipSyntaxError("the body is shorter than Content-Length")
    message.body = message.body[:length]
    return None


def _answerable(fault: SipSyntaxError, message: Request | Response) -> SipSyntaxError:
    """Attach the request when a response can find its way; an ACK gets none (RFC 3261 17)."""
    if isinstance(message, Request) and message.method != "ACK" and message.get("CSeq"):
        with contextlib.suppress(SipSyntaxError):
            _salvage_via(message)
            fault.partial = message if message.via else None
    return fault


def _salvage_via(request: Request) -> None:
    """Leave of an unreadable Via only the sender's address (RFC 4475 3.1.2.1 wants a 400)."""
    try:
        _ = request.via
    except SipSyntaxError:
        request.set("Via", str(Via.salvage(request.lines("Via")[0])))


def validate(message: Request | Response) -> None:
    """Check what RFC 3261 demands of every message (8.1.1, 8.2, 20), and read all typed fields."""
    try:
        _check_fields(message)
        if isinstance(message, Request):
            _check_request(message)
    except SipSyntaxError as fault:
        raise _answerable(fault, message) from None


def _check_fields(message: Message) -> None:
    seen: set[str] = set()
    for name, _ in message.headers:
        if name in SINGLES:
            if name in seen:
                raise SipSyntaxError(f"{name} appears twice")
            seen.add(name)
    if not message.via:
        raise SipSyntaxError("no Via")
    for read in _TYPED:
        read(message)


_TYPED: tuple[Callable[[Message], object], ...] = tuple(
    map(
        attrgetter,
        ("cseq", "from_", "to", "call_id", "contact", "route", "record_route", "max_forwards"),
    )
)


def _check_request(request: Request) -> None:
    if request.cseq.method != request.method:
        raise SipSyntaxError("the CSeq method is not the method")  # RFC 3261 8.1.1.5
    if request.via[0].branch == MAGIC_COOKIE:
        raise SipSyntaxError("a branch without an identifier")  # RFC 4475 3.2.1
    if request.uri.headers:
        raise SipSyntaxError("header fields in the Request-URI")  # RFC 3261 19.1.1
    if request.uri.scheme not in KNOWN_SCHEMES:
        raise SipSyntaxError(f"scheme {request.uri.scheme} is not spoken here", 416)


class Framer:
    """Cuts a stream into messages by Content-Length (RFC 3261 18.3); keeps at most one message."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # no end of a header part before this offset
        self._needed = 0  # size of the message at the front, when its header part is there
        self._fault: SipSyntaxError | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes, return whole messages; a keep-alive (RFC 5626 3.5.1) comes out as `PING`.

        Raises when the stream is beyond repair; what came before the fault is returned first, and
        the fault raised by the next call.
        """
        messages: list[bytes] = []
        try:
            if self._fault:
                raise self._fault
            self._buffer += data
            while (message := self._cut()) is not None:
                messages.append(message)
        except SipSyntaxError as fault:
            self._buffer.clear()
            self._fault = fault
            if not messages:
                raise
        return messages

    def _cut(self) -> bytes | None:
        if not self._needed:
            while self._buffer.startswith(b"\r\n"):
                if PING.startswith(self._buffer) and len(self._buffer) < len(PING):
                    return None  # the first half of a ping, or an answer to ours
                ping = self._buffer.startswith(PING)
                del self._buffer[: len(PING) if ping else 2]
                if ping:
                    return PING
            self._measure()
        if not self._needed or len(self._buffer) < self._needed:
            return None
        message = bytes(self._buffer[: self._needed])
        del self._buffer[: self._needed]
        self._searched = self._needed = 0
        return message

    def _measure(self) -> None:
        """Learn the size of the first message once its header part is there."""
        end = self._buffer.find(b"\r\n\r\n", self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - 3)
            if len(self._buffer) > MAX_BYTES:
                raise SipSyntaxError("header part too large", 513)
            return
        head = bytes(self._buffer[: end + 4])
        found = _CONTENT_LENGTH.findall(head)
        length = number(found[0].strip().decode("latin-1")) if len(found) == 1 else None
        if length is None:
            raise _head_fault(head, SipSyntaxError("no certain Content-Length on a stream"))
        if len(head) + length > MAX_BYTES:
            raise _head_fault(head, SipSyntaxError("message too large", 513))
        self._needed = len(head) + length


def _head_fault(head: bytes, fault: SipSyntaxError) -> SipSyntaxError:
    """Read a header part that has no body, only to be able to answer."""
    try:
        return _answerable(fault, parse(head))
    except SipSyntaxError as other:
        fault.partial = other.partial
        return fault
