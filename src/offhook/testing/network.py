"""A virtual network: hosts, latency, jitter, loss and cuts, all from one seed, in virtual time.

It carries SIP messages (`sip_sockets`, one timer each) and RTP (`ports`, see `wire.py`, arrays
only). `paths` says what happens to packets, and can be changed in mid-run. No real socket is used.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from offhook.clock import Monotonic
from offhook.sip.transport import Address, Outgoing
from offhook.testing.paths import GOOD, Paths, Quality
from offhook.testing.wire import Wire, WirePorts

OnMessage = Callable[[bytes, Address], None]
OnFailure = Callable[[Outgoing, str], None]

CONNECT_TIMEOUT_S = 10.0  # how long a stream to a host behind a cut takes to fail
SIP_PORT = 5060  # where none is given (RFC 3263 4.2); this world has no SRV records
EPHEMERAL_PORT = 49152  # RFC 6335 6: where the ports of connecting sides begin


@dataclass(frozen=True, slots=True)
class Sent:
    """A SIP message that somebody sent, for assertions."""

    at: float
    source: Address
    to: Address
    data: bytes
    lost: bool


class Network:
    """Everything that hosts have in common: paths, names, and a list of what was said."""

    def __init__(
        self,
        now: Monotonic,
        rng: random.Random,
        quality: Quality = GOOD,
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.rng = rng
        self.paths = Paths(quality)
        self.names = dict(names or {})  # host name -> address, the DNS of this world
        self.messages: list[Sent] = []
        self.sip: dict[tuple[str, int], SipSockets] = {}
        self.wire = Wire(now, self.paths, rng.getrandbits(64))

    def sip_sockets(self, host: str, port: int = 5060) -> "SipSockets":
        """Return the SIP sockets (UDP and TCP) of a host."""
        if (host, port) in self.sip:
            raise ValueError(f"{host}:{port} is taken")
        self.sip[host, port] = sockets = SipSockets(self, host, port)
        return sockets

    def ports(self, host: str, capacity: int = 20_000) -> WirePorts:
        """Return the RTP ports of a host, of which `capacity` pairs can be open at once."""
        return self.wire.ports(host, capacity)

    def resolve(self, host: str) -> str | None:
        """Return the address of a host name or address; None when there is no such name."""
        try:
            return str(IPv4Address(host))
        except ValueError:
            return self.names.get(host.lower())

    def delay(self, quality: Quality) -> float:
        """Draw how long one packet takes."""
        return quality.latency_s + self.rng.uniform(0, quality.jitter_s)


@dataclass(slots=True)
class _End:
    """One side of a stream: who it belongs to and what it calls the other side."""

    owner: "SipSockets"
    remote: Address  # with this side's name for the connection
    last_arrival: float = 0.0  # at the other side: a stream keeps its order
    other: "_End" = field(init=False)


class SipSockets:
    """The SIP sockets of one host: UDP that loses and TCP that does not (sip/transport.py)."""

    def __init__(self, network: Network, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._network = network
        self._on_message: OnMessage | None = None
        self._on_failure: OnFailure | None = None
        self._ends: dict[int, _End] = {}

    def open(self, on_message: OnMessage, on_failure: OnFailure) -> None:
        """Start to receive."""
        self._on_message = on_message
        self._on_failure = on_failure

    def close(self) -> None:
        """Stop to receive; streams break."""
        self._network.sip.pop((self.host, self.port), None)
        self._on_message = None
        for end in self._ends.values():
            end.other.owner.forget(end.other)
        self._ends.clear()

    def forget(self, end: _End) -> None:
        """The other side of a stream closed it."""
        self._ends.pop(end.remote.connection, None)

    def local(self, transport: str) -> tuple[str, int]:
        """Return the host and port to advertise; both transports have the same."""
        return self.host, self.port

    def send(self, outgoing: Outgoing) -> None:
        """Send a message over the network."""
        host = self._network.resolve(outgoing.to.host)
        if host is None:
            self._fail_later(outgoing, "host not found", 0.0)
        elif outgoing.to.transport == "udp":
            self._send_datagram(outgoing.data, host, outgoing.to.port or SIP_PORT)
        else:
            self._send_on_stream(outgoing, host, outgoing.to.port or SIP_PORT)

    def deliver(self, data: bytes, source: Address) -> None:
        """Hand over a message that arrived."""
        if self._on_message is not None:
            self._on_message(data, source)

    def _send_datagram(self, data: bytes, host: str, port: int) -> None:
        network, loop = self._network, asyncio.get_running_loop()
        quality = network.paths.quality("sip", self.host, host)
        lost = network.rng.uniform(0, 1) < quality.loss
        source = Address("udp", self.host, self.port)
        network.messages.append(Sent(loop.time(), source, Address("udp", host, port), data, lost))
        if lost:
            return

        def arrive() -> None:
            if (there := network.sip.get((host, port))) is not None:
                there.deliver(data, source)

        loop.call_later(network.delay(quality), arrive)
        if network.rng.uniform(0, 1) < quality.duplicate:
            loop.call_later(network.delay(quality), arrive)

    def _send_on_stream(self, outgoing: Outgoing, host: str, port: int) -> None:
        network, loop = self._network, asyncio.get_running_loop()
        quality = network.paths.quality("sip", self.host, host)
        source = Address("tcp", self.host, self.port)
        to = Address("tcp", host, port, outgoing.to.connection)
        cut = quality.loss >= 1.0
        network.messages.append(Sent(loop.time(), source, to, outgoing.data, cut))
        end = self._stream(to)
        if end is None or cut:
            self._fail_later(
                outgoing,
                "connection timed out" if cut else "connection refused",
                CONNECT_TIMEOUT_S if cut else quality.latency_s * 2,
            )
            return
        other = end.other
        end.last_arrival = max(end.last_arrival, loop.time() + network.delay(quality))
        loop.call_at(end.last_arrival, other.owner.deliver, outgoing.data, other.remote)

    def _stream(self, to: Address) -> _End | None:
        """Return this side of the stream to an address, connecting when there is none."""
        if to.connection in self._ends:
            return self._ends[to.connection]
        for end in self._ends.values():
            if (end.remote.host, end.remote.port) == (to.host, to.port):
                return end
        there = self._network.sip.get((to.host, to.port))
        if there is None or there._on_message is None:
            return None
        mine = _End(self, Address("tcp", to.host, to.port, self._free_connection()))
        port = EPHEMERAL_PORT + mine.remote.connection
        theirs = _End(there, Address("tcp", self.host, port, there._free_connection()))
        mine.other, theirs.other = theirs, mine
        self._ends[mine.remote.connection] = mine
        there._ends[theirs.remote.connection] = theirs
        return mine

    def _free_connection(self) -> int:
        return max(self._ends, default=0) + 1

    def _fail_later(self, outgoing: Outgoing, reason: str, delay_s: float) -> None:
        if self._on_failure is not None:
            asyncio.get_running_loop().call_later(delay_s, self._on_failure, outgoing, reason)
