"""Session descriptions (RFC 8866): read with patience, written strictly.

Reading takes bare LF, unknown lines, a missing `s=` or `t=` and any order of lines inside a
section; what is needed to send media (`v=0`, well-formed `m=` and `c=`) must be right.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from itertools import pairwise

from offhook.sip.grammar import number, shorten

MAX_BYTES = 32 * 1024
MAX_MEDIA = 32
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")

_FIELD = re.compile(r"([a-z])=(.*)")
_HOST = re.compile(r"[A-Za-z0-9._:\-]+")

Attributes = tuple[tuple[str, str | None], ...]
_Fields = list[tuple[str, str]]


class SdpError(ValueError):
    """A description that offers or accepts nothing that we can do."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The `o=` line: who made the description, and which version of it (RFC 8866 5.2)."""

    session_id: str
    version: str
    host: str
    user: str = "-"

    def __str__(self) -> str:
        return f"{self.user} {self.session_id} {self.version} {network(self.host)}"


@dataclass(frozen=True, slots=True)
class Media:
    """A media section: an `m=` line and what follows it (RFC 8866 5.14)."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    host: str | None = None
    attributes: Attributes = ()

    def values(self, name: str) -> list[str]:
        """Return the values of an attribute, in order."""
        return [value or "" for each, value in self.attributes if each == name]


@dataclass(frozen=True, slots=True)
class Description:
    """A session description."""

    origin: Origin
    host: str | None = None
    times: tuple[str, ...] = ("0 0",)
    attributes: Attributes = ()
    media: tuple[Media, ...] = ()

    def host_of(self, media: Media) -> str:
        """Return where media goes: the section's own `c=` line or the session's (RFC 8866 5.7)."""
        host = media.host or self.host
        if host is None:
            raise SdpError("no connection address")
        return host

    def direction_of(self, media: Media) -> str:
        """Return the direction of a section, or that of the session (RFC 8866 6.7)."""
        for name, _ in (*media.attributes, *self.attributes):
            if name in DIRECTIONS:
                return name
        return "sendrecv"

    def __bytes__(self) -> bytes:
        lines = ["v=0", f"o={self.origin}", "s=-"]
        if self.host is not None:
            lines.append(f"c={network(self.host)}")
        lines += [f"t={time}" for time in self.times]
        lines += _print_attributes(self.attributes)
        for media in self.media:
            formats = " ".join(media.formats)
            lines.append(f"m={media.kind} {media.port} {media.protocol} {formats}")
            if media.host is not None:
                lines.append(f"c={network(media.host)}")
            lines += _print_attributes(media.attributes)
        return "".join(f"{line}\r\n" for line in lines).encode()


def network(host: str) -> str:
    """Write `nettype addrtype address`."""
    return f"IN {'IP6' if ':' in host else 'IP4'} {host}"


def _print_attributes(attributes: Attributes) -> list[str]:
    return [f"a={name}" if value is None else f"a={name}:{value}" for name, value in attributes]


def parse(data: bytes) -> Description:
    """Read a session description."""
    if len(data) > MAX_BYTES:
        raise SdpError("the session description is too large")
    fields = _read_fields(data)
    if ("v", "0") not in fields[:1]:
        raise SdpError("not a session description of version 0")
    starts = [at for at, (letter, _) in enumerate(fields) if letter == "m"]
    if len(starts) > MAX_MEDIA:
        raise SdpError("too many media sections")
    edges = [*starts, len(fields)]
    session = fields[: edges[0]]
    return Description(
        origin=_read_origin(session),
        host=_read_host(session),
        times=tuple(value for letter, value in session if letter == "t") or ("0 0",),
        attributes=_read_attributes(session),
        media=tuple(_read_media(fields[start:end]) for start, end in pairwise(edges)),
    )


def _read_fields(data: bytes) -> _Fields:
    """Return `(letter, value)` of all lines that have the form of one."""
    lines = data.decode("utf-8", "replace").replace("\r", "\n").split("\n")
    found = (_FIELD.fullmatch(line.strip(" \t")) for line in lines)
    return [(each[1], each[2].strip(" \t")) for each in found if each]


def _first(fields: _Fields, letter: str) -> str | None:
    return next((value for each, value in fields if each == letter), None)


def _read_origin(fields: _Fields) -> Origin:
    words = (_first(fields, "o") or "").split()
    if len(words) < 6:
        return Origin("0", "0", "0.0.0.0")  # noqa: S104  # tolerated: nothing depends on it
    return Origin(words[1], words[2], words[5], words[0])


def _read_host(fields: _Fields) -> str | None:
    line = _first(fields, "c")
    if line is None:
        return None
    words = line.split()
    host = words[2].partition("/")[0] if len(words) == 3 else ""  # "/" starts a multicast TTL
    if words[:1] != ["IN"] or not _HOST.fullmatch(host) or _is_for_many(host):
        raise SdpError(f"no usable connection address: {shorten(line)}")
    return host


def _is_for_many(host: str) -> bool:
    """Whether sending there would multiply our packets."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False  # a name
    return address.is_multicast or host == "255.255.255.255"


def _read_attributes(fields: _Fields) -> Attributes:
    attributes: list[tuple[str, str | None]] = []
    for letter, line in fields:
        if letter == "a":
            name, colon, value = line.partition(":")
            attributes.append((name.strip(" \t"), value.strip(" \t") if colon else None))
    return tuple(attributes)


def _read_media(fields: _Fields) -> Media:
    words = fields[0][1].split()
    if len(words) < 4:
        raise SdpError(f"malformed media line: {shorten(fields[0][1])}")
    kind, ports, protocol, *formats = words
    port = number(ports.partition("/")[0], 65535)
    if port is None:
        raise SdpError(f"malformed media line: {shorten(fields[0][1])}")
    return Media(
        kind.lower(),
        port,
        protocol.upper(),
        tuple(formats),
        _read_host(fields),
        _read_attributes(fields),
    )
