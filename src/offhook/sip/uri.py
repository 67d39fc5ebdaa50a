"""SIP and SIPS URIs (RFC 3261 19.1), tel URIs (RFC 3966), and any other URI kept opaque.

Fields hold unescaped text; a parsed URI prints exactly as it was received, because a remote target
must go back to its owner unchanged (RFC 3261 12.2.1.1). A changed copy (`dataclasses.replace`) and
a URI made from fields print in the grammar's form.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from offhook.sip.grammar import Params, SipSyntaxError, number, shorten

SIP_SCHEMES = frozenset({"sip", "sips"})
KNOWN_SCHEMES = frozenset({"sip", "sips", "tel"})

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*+):")
_MARKS = "-_.!~*'()"  # RFC 3261 25.1 `mark`, never escaped
_USER_SAFE = _MARKS + "&=+$,;?/"
_PASSWORD_SAFE = _MARKS + "&=+$,"
_PARAM_SAFE = _MARKS + "[]/:&+$"
_HEADER_SAFE = _MARKS + "[]/?:+$"

_ESCAPED = r"%[0-9A-Fa-f]{2}"
_USER = re.compile(rf"(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#]++|{_ESCAPED})++")
_PASSWORD = re.compile(rf"(?:[A-Za-z0-9\-_.!~*'()&=+$,]++|{_ESCAPED})*+")
_PARAM_PART = re.compile(rf"(?:[A-Za-z0-9\-_.!~*'()\[\]/:&+$]++|{_ESCAPED})++")
_HEADER_PART = re.compile(rf"(?:[A-Za-z0-9\-_.!~*'()\[\]/?:+$]++|{_ESCAPED})*+")
_HOST_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]++)\]|([A-Za-z0-9._\-]++))(?::([0-9]++))?+")
_OPAQUE = re.compile(r"[\x21-\x7e]++")
_TEL = re.compile(r"[0-9A-Fa-f*#+\-.()]++")

_ALWAYS_COMPARED = ("user", "ttl", "method", "maddr", "transport")  # RFC 3261 19.1.4


@dataclass(frozen=True, slots=True)
class Uri:
    """A URI: `sip:user:password@host:port;params?headers` (RFC 3261 19.1.1).

    A tel URI has its number as `user` and no host. A URI of another scheme has only `opaque`.
    """

    scheme: str
    user: str | None = None
    password: str | None = None
    host: str = ""  # an IPv6 address is without its brackets
    port: int | None = None
    params: Params = field(default_factory=dict, hash=False)
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    opaque: str = ""
    _text: str = field(default="", init=False, repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Read a URI; white space, brackets or control characters in it are errors."""
        found = _SCHEME.match(text)
        if not found:
            raise SipSyntaxError(f"not a URI: {shorten(text)}")
        scheme, rest = found[1].lower(), text[found.end() :]
        if scheme in SIP_SCHEMES:
            uri = _parse_sip(scheme, rest)
        elif scheme == "tel":
            uri = _parse_tel(rest)
        elif _OPAQUE.fullmatch(rest):
            uri = cls(scheme, opaque=rest)
        else:
            raise SipSyntaxError(f"malformed URI: {shorten(text)}")
        object.__setattr__(uri, "_text", text)
        return uri

    def __str__(self) -> str:
        return self._text or self._print()

    def _print(self) -> str:
        if self.opaque:
            return f"{self.scheme}:{self.opaque}"
        parts = [self.scheme, ":"]
        if self.user is not None:
            parts.append(quote(self.user, safe=_USER_SAFE))
            if self.password is not None:
                parts += [":", quote(self.password, safe=_PASSWORD_SAFE)]
            parts.append("@" if self.host else "")
        parts.append(host_port(self.host, self.port))
        for name, value in self.params.items():
            parts += [";", quote(name, safe=_PARAM_SAFE)]
            if value is not None:
                parts += ["=", quote(value, safe=_PARAM_SAFE)]
        mark = "?"
        for name, value in self.headers.items():
            parts += [mark, quote(name, safe=_HEADER_SAFE), "=", quote(value, safe=_HEADER_SAFE)]
            mark = "&"
        return "".join(parts)

    @property
    def transport(self) -> str | None:
        """The `transport` parameter in lower case; it is case-insensitive."""
        value = self.params.get("transport")
        return value.lower() if value else None

    @property
    def is_loose_router(self) -> bool:
        """Whether the `lr` parameter is there (RFC 3261 16.12.1.1)."""
        return "lr" in self.params

    def is_equivalent(self, other: Uri) -> bool:
        """Compare as RFC 3261 19.1.4 says; not transitive, hence not `==`."""
        if (self.scheme, self.user, self.password) != (other.scheme, other.user, other.password):
            return False
        if (self.host.lower(), self.port) != (other.host.lower(), other.port):
            return False
        if self.opaque != other.opaque:
            return False
        return _same_params(self.params, other.params) and self._same_headers(other)

    def _same_headers(self, other: Uri) -> bool:
        mine = {name.lower(): value for name, value in self.headers.items()}
        return mine == {name.lower(): value for name, value in other.headers.items()}


def host_port(host: str, port: int | None) -> str:
    """Write `host[:port]`, an IPv6 address in brackets."""
    if ":" in host:
        host = f"[{host}]"
    return host if port is None else f"{host}:{port}"


def parse_host_port(text: str, position: int = 0) -> tuple[str, int | None, int]:
    """Read `hostport` at a position; return host, port and where it ends."""
    found = _HOST_PORT.match(text, position)
    if not found:
        raise SipSyntaxError(f"no host in {shorten(text)}")
    v6, host, digits = found.groups()
    if v6 is not None:
        try:
            ipaddress.IPv6Address(v6)
        except ValueError:
            raise SipSyntaxError(f"malformed IPv6 address: {shorten(v6)}") from None
        host = v6
    port = None
    if digits is not None:
        port = number(digits, 65535)
        if port is None:
            raise SipSyntaxError(f"no such port: {shorten(digits)}")
    return host, port, found.end()


def _parse_sip(scheme: str, rest: str) -> Uri:
    # "@" occurs nowhere but after the user part, which may hold ";" and "?" (RFC 3261 25.1).
    user_info, at, rest = rest.rpartition("@")
    user = password = None
    if at:
        user, password = _parse_user(user_info)
    host, port, end = parse_host_port(rest)
    tail, mark, headers = rest[end:].partition("?")
    if tail and tail[0] != ";":
        raise SipSyntaxError(f"malformed URI after the host: {shorten(tail)}")
    return Uri(
        scheme,
        user,
        password,
        host,
        port,
        _parse_params(tail) if tail else {},
        _parse_headers(headers) if mark else {},
    )


def _parse_user(text: str) -> tuple[str, str | None]:
    user, colon, password = text.partition(":")
    if not _USER.fullmatch(user) or not _PASSWORD.fullmatch(password):
        raise SipSyntaxError(f"malformed user in a URI: {shorten(text)}")
    return unquote(user), unquote(password) if colon else None


def _parse_tel(rest: str) -> Uri:
    digits, semicolon, tail = rest.partition(";")
    if not _TEL.fullmatch(digits):
        raise SipSyntaxError(f"malformed telephone number: {shorten(rest)}")
    return Uri("tel", digits, params=_parse_params(semicolon + tail) if tail else {})


def _parse_params(text: str) -> dict[str, str | None]:
    """Read `;name=value;name`; names and values may be escaped."""
    params: dict[str, str | None] = {}
    for part in text[1:].split(";"):
        name, equals, value = part.partition("=")
        if not _PARAM_PART.fullmatch(name) or (equals and not _PARAM_PART.fullmatch(value)):
            raise SipSyntaxError(f"malformed URI parameter: {shorten(part)}")
        name = unquote(name).lower()
        if name in params:
            raise SipSyntaxError(f"URI parameter {shorten(name)} appears twice")
        params[name] = unquote(value) if equals else None
    return params


def _parse_headers(text: str) -> dict[str, str]:
    """Read `name=value&name=value`."""
    headers: dict[str, str] = {}
    for part in text.split("&"):
        name, equals, value = part.partition("=")
        if not name or not equals or not _HEADER_PART.fullmatch(name):
            raise SipSyntaxError(f"malformed URI header: {shorten(part)}")
        if not _HEADER_PART.fullmatch(value):
            raise SipSyntaxError(f"malformed URI header: {shorten(part)}")
        headers[unquote(name)] = unquote(value)
    return headers


def _same_params(left: Params, right: Params) -> bool:
    """Compare by RFC 3261 19.1.4: all common ones, and five that may not stand on one side only."""
    for name in left.keys() & right.keys():
        if (left[name] or "").lower() != (right[name] or "").lower():
            return False
    return not any(name in _ALWAYS_COMPARED for name in left.keys() ^ right.keys())
