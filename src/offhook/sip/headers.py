"""Header field names, and the values that the stack reads (RFC 3261 20).

Every value is frozen, reads itself with `parse` and writes itself with `str`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from offhook.sip.grammar import (
    Params,
    SipSyntaxError,
    is_token,
    number,
    parse_params,
    print_params,
    quote,
    shorten,
    unquote,
)
from offhook.sip.uri import Uri, host_port, parse_host_port

MAGIC_COOKIE = "z9hG4bK"  # RFC 3261 8.1.1.7

COMPACT = {  # RFC 3261 7.3.3 and the registry of header fields
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "n": "Identity-Info",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}
# Comma-separated values and several header lines mean the same.
_LISTS = """
Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Call-Info
Contact Content-Encoding Content-Language Diversion Error-Info History-Info In-Reply-To
P-Asserted-Identity P-Preferred-Identity Path Proxy-Require Reason Record-Route Reject-Contact
Request-Disposition Require Route Security-Client Security-Server Security-Verify Service-Route
Supported Unsupported Via Warning"""
# One line only; a second one makes the message ambiguous (RFC 3261 7.3.1).
_SINGLES = """
Call-ID Content-Disposition Content-Length Content-Type CSeq Event Expires From Max-Forwards
Min-Expires Min-SE RAck Refer-To Referred-By Replaces RSeq Session-Expires To"""
_OTHERS = """
Authentication-Info Authorization Date MIME-Version Organization Priority Privacy
Proxy-Authenticate Proxy-Authorization Reply-To Retry-After Server Timestamp User-Agent
User-to-User WWW-Authenticate"""
LISTS = frozenset(_LISTS.split())
SINGLES = frozenset(_SINGLES.split())
KNOWN = LISTS | SINGLES | set(_OTHERS.split()) | set(COMPACT.values())
CANONICAL = {name.lower(): name for name in KNOWN}
CANONICAL |= COMPACT
SPELLINGS = CANONICAL | {name: name for name in CANONICAL.values()}  # found without lower()
SPELLINGS |= {short.upper(): name for short, name in COMPACT.items()}


def canonical(name: str) -> str:
    """Expand a compact form and fix the case of a known name; leave others as they are."""
    return SPELLINGS.get(name) or CANONICAL.get(name.lower()) or name


_PROTOCOL = re.compile(
    r"SIP[ \t]*+/[ \t]*+[0-9]++\.[0-9]++[ \t]*+/[ \t]*+([A-Za-z0-9\-.!%*_+`'~]++)[ \t]++",
    re.IGNORECASE,
)
_SPACED_PORT = re.compile(r"[ \t]*+:[ \t]*+([0-9]++)")


@dataclass(frozen=True, slots=True)
class Via:
    """One Via value: where a response goes (RFC 3261 20.42, RFC 3581)."""

    transport: str  # in upper case
    host: str
    port: int | None = None
    params: Params = field(default_factory=dict, hash=False)

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read one `via-parm`."""
        transport, host, port, end = _sent_by(text)
        return cls(transport, host, port, parse_params(text, end))

    @classmethod
    def salvage(cls, text: str) -> Via:
        """Read only who sent it, enough to refuse a request with spoilt parameters."""
        return cls(*_sent_by(text)[:3])

    def __str__(self) -> str:
        address = host_port(self.host, self.port)
        return f"SIP/2.0/{self.transport} {address}{print_params(self.params)}"

    @property
    def branch(self) -> str | None:
        """The transaction identifier."""
        return self.params.get("branch")

    @property
    def received(self) -> str | None:
        """The source address that the next element saw, without IPv6 brackets (RFC 5118 4.5)."""
        value = self.params.get("received")
        return value.strip("[]") if value else None

    @property
    def rport(self) -> int | None:
        """The source port that the next element saw (RFC 3581 3)."""
        value = self.params.get("rport")
        return number(value, 65535) if value else None

    def stamped(self, host: str, port: int) -> Via:
        """Note where the request really came from (RFC 3261 18.2.1, RFC 3581 4)."""
        params = dict(self.params)
        if "rport" in params:
            params |= {"received": host, "rport": str(port)}
        elif host != self.host:
            params["received"] = host
        return replace(self, params=params)


def _sent_by(text: str) -> tuple[str, str, int | None, int]:
    """Read the start of a Via: transport, host, port and where they end."""
    found = _PROTOCOL.match(text)
    if not found:
        raise SipSyntaxError(f"malformed Via: {shorten(text)}")
    host, port, end = parse_host_port(text, found.end())
    # The grammar lets white space stand around the colon before the port.
    spaced = _SPACED_PORT.match(text, end) if port is None else None
    if spaced:
        port, end = number(spaced[1], 65535), spaced.end()
        if port is None:
            raise SipSyntaxError(f"no such port: {shorten(spaced[1])}")
    return found[1].upper(), host, port, end


@dataclass(frozen=True, slots=True)
class CSeq:
    """A CSeq value: the order of a request in its dialog (RFC 3261 20.16)."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """Read `1*DIGIT LWS Method`."""
        digits, _, method = text.replace("\t", " ").partition(" ")
        value = number(digits)
        method = method.strip(" ")
        if value is None or not is_token(method):
            raise SipSyntaxError(f"malformed CSeq: {shorten(text)}")
        return cls(value, method)

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


_DISPLAY_AND_URI = re.compile(
    r'(?:"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\.)*+)"[ \t]*+|([^"<>\x00-\x08\x0a-\x1f\x7f]*+))'
    r"<([^<>]*+)>",
    re.DOTALL,
)
_BARE_URI = re.compile(r"[^ \t;,?<>\"]++")


@dataclass(frozen=True, slots=True)
class NameAddr:
    """A party: `"display" <uri>;params` (RFC 3261 20.10, 20.20, 20.34, 20.39)."""

    uri: Uri
    display: str | None = None
    params: Params = field(default_factory=dict, hash=False)

    @classmethod
    def parse(cls, text: str) -> NameAddr:
        """Read `name-addr` or `addr-spec` with header parameters.

        Without angle brackets everything after a semicolon belongs to the header, and a question
        mark or comma is an error (RFC 3261 20). An unquoted display name that is not a list of
        tokens is read as if it were quoted, as RFC 4475 3.1.2.15 allows: telephones send them.
        """
        text = text.strip(" \t")
        found = _DISPLAY_AND_URI.match(text)
        if found:
            quoted, plain, uri = found.groups()
            display = unquote(quoted) if quoted is not None else plain.strip(" \t") or None
            return cls(Uri.parse(uri), display, parse_params(text, found.end()))
        found = _BARE_URI.match(text)
        if not found:
            raise SipSyntaxError(f"malformed address: {shorten(text)}")
        return cls(Uri.parse(found[0]), None, parse_params(text, found.end()))

    def __str__(self) -> str:
        display = f"{quote(self.display)} " if self.display is not None else ""
        return f"{display}<{self.uri}>{print_params(self.params)}"

    @property
    def tag(self) -> str | None:
        """The tag of a From or To (RFC 3261 19.3)."""
        return self.params.get("tag") or None

    def with_tag(self, tag: str) -> NameAddr:
        """Return the same party with a tag."""
        return replace(self, params={**self.params, "tag": tag})


_AUTH_PARAM = re.compile(
    r'[ \t,]*+([A-Za-z0-9\-.!%*_+`\'~]++)[ \t]*+=[ \t]*+(?:"((?:[^"\\]|\\.)*+)"|([^ \t,"]++))',
    re.DOTALL,
)
_SCHEME = re.compile(r"[ \t]*+([A-Za-z0-9\-.!%*_+`'~]++)[ \t]++")


def _parse_auth(text: str) -> tuple[str, dict[str, str]]:
    """Read `scheme name=value, name="value"`."""
    found = _SCHEME.match(text)
    if not found:
        raise SipSyntaxError(f"malformed credentials or challenge: {shorten(text)}")
    scheme, position = found[1], found.end()
    params: dict[str, str] = {}
    while part := _AUTH_PARAM.match(text, position):
        name = part[1].lower()
        if name in params:
            raise SipSyntaxError(f"{name} appears twice in {scheme}")
        params[name] = unquote(part[2]) if part[2] is not None else part[3]
        position = part.end()
    if text[position:].strip(" \t,") or not params:
        raise SipSyntaxError(f"malformed credentials or challenge: {shorten(text)}")
    return scheme, params


def _print_auth(scheme: str, params: dict[str, str], bare: frozenset[str]) -> str:
    values = (f"{n}={v}" if n in bare else f"{n}={quote(v)}" for n, v in params.items())
    return f"{scheme} {', '.join(values)}"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A WWW-Authenticate or Proxy-Authenticate value (RFC 3261 20.44, RFC 7616 3.3)."""

    scheme: str
    params: dict[str, str] = field(hash=False)

    @classmethod
    def parse(cls, text: str) -> Challenge:
        """Read one challenge; SIP puts each in a header line of its own."""
        return cls(*_parse_auth(text))

    def __str__(self) -> str:
        return _print_auth(self.scheme, self.params, frozenset({"algorithm", "stale"}))


@dataclass(frozen=True, slots=True)
class Authorization:
    """An Authorization or Proxy-Authorization value (RFC 3261 20.7, RFC 7616 3.4)."""

    scheme: str
    params: dict[str, str] = field(hash=False)

    @classmethod
    def parse(cls, text: str) -> Authorization:
        """Read one set of credentials."""
        return cls(*_parse_auth(text))

    def __str__(self) -> str:
        return _print_auth(self.scheme, self.params, frozenset({"algorithm", "qop", "nc"}))
