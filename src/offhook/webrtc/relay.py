"""Plain RTP and RTCP of one device on this machine: two sockets, and the far end they talk to.

A packet to the media plane has telephone events as type 101, a packet to the device as the device
has numbered them; nothing else is changed. What comes from anywhere but the far end is dropped.
"""

import asyncio
from collections.abc import Callable

EVENTS_TYPE = 101
Take = Callable[[bytes], None]


class Wire(asyncio.DatagramProtocol):
    """One socket."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._transport: asyncio.DatagramTransport | None = None
        self.far: tuple[str, int] | None = None  # None: nobody is there

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """Begin."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand a packet on."""
        if addr[:2] == self.far:
            self._take(data)

    def error_received(self, exc: Exception) -> None:
        """Nothing: a far end that has just closed its port is told soon enough."""

    @property
    def port(self) -> int:
        """The local port."""
        assert self._transport is not None
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def send(self, data: bytes) -> None:
        """Send a packet, if anybody is there."""
        if self.far is not None and self._transport is not None:
            self._transport.sendto(data, self.far)

    def close(self) -> None:
        """End."""
        if self._transport is not None:
            self._transport.close()


class Relay:
    """The plain side of a device; `to_device` gets what it is to hear."""

    def __init__(self, rtp: Wire, rtcp: Wire, events_type: int | None) -> None:
        self.rtp = rtp
        self.rtcp = rtcp
        self._events_type = events_type

    @classmethod
    async def open(cls, host: str, events_type: int | None, to_device: Take) -> "Relay":
        """Open two sockets."""
        loop = asyncio.get_running_loop()

        def heard(data: bytes) -> None:
            to_device(retyped(data, EVENTS_TYPE, events_type))

        _, rtp = await loop.create_datagram_endpoint(lambda: Wire(heard), (host, 0))
        _, rtcp = await loop.create_datagram_endpoint(lambda: Wire(to_device), (host, 0))
        return cls(rtp, rtcp, events_type)

    def attach(self, host: str, rtp_port: int, rtcp_port: int) -> None:
        """Talk to a leg."""
        self.rtp.far = (host, rtp_port)
        self.rtcp.far = (host, rtcp_port)

    def detach(self) -> None:
        """Talk to nobody."""
        self.rtp.far = self.rtcp.far = None

    def from_device(self, data: bytes) -> None:
        """Send what the device has said."""
        self.rtp.send(retyped(data, self._events_type, EVENTS_TYPE))

    def close(self) -> None:
        """End."""
        self.rtp.close()
        self.rtcp.close()


def retyped(data: bytes, old: int | None, new: int | None) -> bytes:
    """Return an RTP packet with another payload type, if it had the old one (RFC 3550 5.1)."""
    if old is None or new is None or old == new or len(data) < 2 or data[1] & 0x7F != old:
        return data
    return data[:1] + bytes([(data[1] & 0x80) | new]) + data[2:]
