"""What requests and responses share: header fields, read lazily, and a body (RFC 3261 7.3, 7.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from offhook.sip.grammar import (
    MAX_32_BITS,
    SipSyntaxError,
    is_token,
    number,
    shorten,
    single_line,
    split_list,
)
from offhook.sip.headers import KNOWN, LISTS, CSeq, NameAddr, Via, canonical

MAX_VALUES = 300  # of one header field, over all its lines

# RFC 3261 25.1 callid: word [ "@" word ]; either word may be any text without spaces here.
_CALL_ID = re.compile(r"[\x21-\x7e]+")

Headers = list[tuple[str, str]]
_T = TypeVar("_T")


class Message:
    """Header fields and a body.

    Typed properties raise `SipSyntaxError` on first use when the field is malformed. `headers` is
    for reading, known names in it are spelled as in the RFC; change it through `set`, `append`,
    `prepend` and `remove`.
    """

    def __init__(self, headers: Headers, body: bytes = b"", charset: str = "utf-8") -> None:
        self.headers = headers
        self.body = body
        self.charset = charset  # of the header part, so that an answer echoes the same bytes
        self._typed: dict[str, object] = {}

    def get(self, name: str) -> str | None:
        """Return the first value of a header; names are case-insensitive."""
        name = canonical(name)
        for each, value in self.headers:
            if each == name:
                return value
        return None if name in KNOWN else next(iter(self.lines(name)), None)

    def lines(self, name: str) -> list[str]:
        """Return the values of a header as they stand, one a line."""
        name = canonical(name)
        if name in KNOWN:  # then its lines are named in the same way
            return [value for each, value in self.headers if each == name]
        folded = name.lower()
        return [value for each, value in self.headers if each.lower() == folded]

    def all(self, name: str) -> list[str]:
        """Return all values of a header; split at commas where it is defined as a list."""
        if canonical(name) not in LISTS:
            return self.lines(name)
        return [item for line in self.lines(name) for item in split_list(line)]

    def set(self, name: str, value: str) -> None:
        """Give a header this one value, in the place of its first line."""
        entry = _entry(name, value)
        folded = entry[0].lower()
        at = next((i for i, (n, _) in enumerate(self.headers) if n.lower() == folded), None)
        self.remove(name)
        self.headers.insert(len(self.headers) if at is None else at, entry)

    def append(self, name: str, value: str) -> None:
        """Add a header line at the end."""
        self._typed.clear()
        self.headers.append(_entry(name, value))

    def prepend(self, name: str, value: str) -> None:
        """Add a header line at the top, as a new Via."""
        self._typed.clear()
        self.headers.insert(0, _entry(name, value))

    def remove(self, name: str) -> None:
        """Remove all lines of a header."""
        self._typed.clear()
        folded = canonical(name).lower()
        self.headers = [each for each in self.headers if each[0].lower() != folded]

    def stamp(self, host: str, port: int) -> None:
        """Note in the top Via where the message came from (RFC 3261 18.2.1, RFC 3581 4)."""
        top, *others = self.all("Via")
        self.set("Via", ", ".join([str(Via.parse(top).stamped(host, port)), *others]))

    @property
    def via(self) -> list[Via]:
        """All Via values, top first."""
        return self.read("Via", lambda: [Via.parse(value) for value in self._few("Via")])

    @property
    def cseq(self) -> CSeq:
        """The CSeq."""
        return self.read("CSeq", lambda: CSeq.parse(self._required("CSeq")))

    @property
    def from_(self) -> NameAddr:
        """The From."""
        return self.read("From", lambda: NameAddr.parse(self._required("From")))

    @property
    def to(self) -> NameAddr:
        """The To."""
        return self.read("To", lambda: NameAddr.parse(self._required("To")))

    @property
    def call_id(self) -> str:
        """The Call-ID: `word [ "@" word ]`."""
        value = self._required("Call-ID")
        if not _CALL_ID.fullmatch(value):
            raise SipSyntaxError(f"malformed Call-ID: {shorten(value)}")
        return value

    @property
    def contact(self) -> list[NameAddr]:
        """The Contact values; none for `*`."""
        return self._addresses("Contact")

    @property
    def route(self) -> list[NameAddr]:
        """The Route values."""
        return self._addresses("Route")

    @property
    def record_route(self) -> list[NameAddr]:
        """The Record-Route values."""
        return self._addresses("Record-Route")

    @property
    def max_forwards(self) -> int | None:
        """Max-Forwards, 0 to 255 (RFC 3261 20.22)."""
        value = self.get("Max-Forwards")
        return None if value is None else _number("Max-Forwards", value, 255)

    @property
    def content_length(self) -> int | None:
        """Content-Length as the sender wrote it."""
        value = self.get("Content-Length")
        return None if value is None else _number("Content-Length", value)

    @property
    def content_type(self) -> str | None:
        """The media type in lower case, without its parameters."""
        value = self.get("Content-Type")
        return value.partition(";")[0].strip(" \t").lower() if value else None

    @property
    def expires(self) -> int | None:
        """Expires in seconds; a nonsense value counts as none (RFC 4475 3.1.2.4)."""
        return number(self.get("Expires") or "")

    def _required(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise SipSyntaxError(f"no {name}")
        return value

    def _addresses(self, name: str) -> list[NameAddr]:
        return self.read(name, lambda: [NameAddr.parse(v) for v in self._few(name) if v != "*"])

    def _few(self, name: str) -> list[str]:
        values = self.all(name)
        if len(values) > MAX_VALUES:
            raise SipSyntaxError(f"too many {name} values", 513)
        return values

    def read(self, key: str, parse_it: Callable[[], _T]) -> _T:
        """Read a typed value once, until the header fields change."""
        if key not in self._typed:
            self._typed[key] = parse_it()
        value: _T = self._typed[key]  # type: ignore[assignment]  # one key, one type
        return value

    def write(self, start_line: str) -> bytes:
        """Write the message; Content-Length is always ours to say (RFC 3261 20.14)."""
        lines = [start_line]
        lines += [f"{name}: {value}" for name, value in self.headers if name != "Content-Length"]
        lines.append(f"Content-Length: {len(self.body)}\r\n\r\n")
        return "\r\n".join(lines).encode(self.charset, "replace") + self.body


def _entry(name: str, value: str) -> tuple[str, str]:
    if not is_token(name):
        raise ValueError(f"no name for a header: {shorten(name)}")
    return canonical(name), single_line(value)


def _number(name: str, text: str, top: int = MAX_32_BITS) -> int:
    value = number(text, top)
    if value is None:
        raise SipSyntaxError(f"malformed {name}: {shorten(text)}")
    return value
