"""Browsers and apps as far ends: what call control asks of whoever speaks WebRTC with them.

A gateway ends ICE, DTLS and SRTP of each device and relays plain RTP, so that to the media plane a
device is a leg like any other. Where it runs is its own affair; nothing here blocks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class GatewayError(Exception):
    """A device that cannot be connected; the text says why, in words for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Where plain RTP of a device is taken and comes from, with telephone events as type 101."""

    host: str
    rtp_port: int
    rtcp_port: int
    codec: str  # PCMU or PCMA


@dataclass(frozen=True, slots=True)
class Opened:
    """A device that has been offered an answer."""

    answer: str  # SDP, all candidates in it
    plain: Plain


@dataclass(frozen=True, slots=True)
class Connected:
    """The device and the gateway have a secure connection."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """The first sound of the device has come in."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The connection is over, or has not come about."""

    reason: str


Report = Connected | Publishing | Gone
Sink = Callable[[Report], None]


class Gateway(Protocol):
    """All devices of a node, each by its id. Reports come on the event loop of whoever opens."""

    missing: str | None  # why no device can be connected here at all

    async def open(self, device_id: str, offer: str, sink: Sink) -> Opened:
        """Take a device's SDP offer; raises GatewayError."""
        ...

    def hint(self, device_id: str, candidate: Mapping[str, Any]) -> None:
        """Take a candidate that came after the offer; empty: there are no more."""
        ...

    def attach(self, device_id: str, host: str, rtp_port: int, rtcp_port: int) -> None:
        """Relay between the device and a leg of the media plane."""
        ...

    def detach(self, device_id: str) -> None:
        """Relay no more; the connection stays."""
        ...

    def close(self, device_id: str) -> None:
        """End the connection; no report follows."""
        ...


class NoGateway:
    """That of a node without the libraries."""

    def __init__(self, why: str) -> None:
        self.missing: str | None = why

    async def open(self, device_id: str, offer: str, sink: Sink) -> Opened:
        """Refuse, and say what is missing."""
        del device_id, offer, sink
        raise GatewayError(self.missing)

    def hint(self, device_id: str, candidate: Mapping[str, Any]) -> None:
        """Nothing: no device is open."""

    def attach(self, device_id: str, host: str, rtp_port: int, rtcp_port: int) -> None:
        """Nothing: no device is open."""

    def detach(self, device_id: str) -> None:
        """Nothing: no device is open."""

    def close(self, device_id: str) -> None:
        """Nothing: no device is open."""
