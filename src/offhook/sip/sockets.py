"""The sockets of the stack on a real network: one for UDP, a listener and streams for TCP.

Sending never blocks and never raises. A message for a stream goes to the connection it names, else
to one that leads to the same address, else a new one is made; what cannot be sent is reported with
the outgoing message. Names are resolved by `resolve`; datagrams to names wait for that.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from functools import partial

from offhook.scopes import TaskOwner
from offhook.sip.resolve import HostNotFoundError, Resolver, is_literal
from offhook.sip.streams import Stream
from offhook.sip.transport import Address, Outgoing

RECEIVE_BUFFER_BYTES = 4 << 20  # bursts of thousands of calls must not overflow it
PORTS_TRIED = 8  # of any that are free for UDP, until one is for TCP as well
MAX_DATAGRAM_BYTES = 65_507
MAX_STREAMS = 2_000
CONNECT_S = 10.0
WAITING_PER_PEER = 100  # messages that wait for a name or a connection

OnMessage = Callable[[bytes, Address], None]
OnFailure = Callable[[Outgoing, str], None]
Deliver = Callable[[Outgoing], None]
Find = Callable[[Address], Awaitable[Deliver]]


def _pair(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Return sockets for UDP and TCP, bound to the same port; 0 is any. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    tcp = socket.socket(family, socket.SOCK_STREAM)
    try:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        udp.setblocking(False)
        udp.bind((host, port))
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind((host, udp.getsockname()[1]))
    except OSError:
        udp.close()
        tcp.close()
        raise
    return udp, tcp


class NetworkSockets:
    """UDP and TCP on one host and port; `bind` first, then the endpoint opens it."""

    def __init__(
        self, resolver: Resolver, host: str = "127.0.0.1", port: int = 5060, advertised: str = ""
    ) -> None:
        self._resolver = resolver
        self._host = host
        self._port = port
        self._advertised = advertised or host
        self._tasks = TaskOwner()
        self._udp: asyncio.DatagramTransport | None = None
        self._listener: asyncio.Server | None = None
        self._streams: dict[int, Stream] = {}
        self._by_peer: dict[tuple[str, int], Stream] = {}
        self._waiting: dict[Address, list[Outgoing]] = {}
        self._numbers = 0
        self._on_message: OnMessage = lambda data, source: None
        self._on_failure: OnFailure = lambda outgoing, reason: None

    async def bind(self) -> None:
        """Open both sockets on the same port; raises OSError."""
        loop = asyncio.get_running_loop()
        for left in reversed(range(1 if self._port else PORTS_TRIED)):
            try:
                udp, tcp = _pair(self._host, self._port)
                break
            except OSError:  # a port that is free for one may be taken for the other
                if not left:
                    raise
        self._port = udp.getsockname()[1]
        self._udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), sock=udp)
        self._listener = await loop.create_server(self._new_stream, sock=tcp)

    def open(self, on_message: OnMessage, on_failure: OnFailure) -> None:
        """Start to receive."""
        self._on_message = on_message
        self._on_failure = on_failure

    async def close(self) -> None:
        """Close all sockets and streams."""
        await self._tasks.close()
        if self._listener:
            self._listener.close()
        for stream in list(self._streams.values()):
            stream.abort()
        if self._udp:
            self._udp.close()
            self._udp = None
        await asyncio.sleep(0)  # lets the transports tell their protocols

    def local(self, transport: str) -> tuple[str, int]:
        """Return the host and port to advertise; the same for both transports."""
        return self._advertised, self._port

    def send(self, outgoing: Outgoing) -> None:
        """Send now if the way is known, else after finding it."""
        to = outgoing.to
        if to.transport == "udp":
            if to.port and is_literal(to.host):
                self._send_datagram(outgoing, (to.host, to.port))
            else:
                self._wait(outgoing, self._find_datagram_way)
            return
        if to.transport != "tcp":
            self._on_failure(outgoing, f"transport {to.transport} is not spoken here")
            return
        stream = self._streams.get(to.connection) or self._by_peer.get((to.host, to.port))
        if stream is None or not stream.send(outgoing.data):
            self._wait(outgoing, self._connect)

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        """Take one datagram."""
        self._on_message(data, Address("udp", peer[0], peer[1]))

    def stream_opened(self, stream: Stream) -> bool:
        """Hold a stream, unless there are too many."""
        if len(self._streams) >= MAX_STREAMS:
            return False
        self._streams[stream.number] = stream
        self._by_peer[stream.peer] = stream
        return True

    def stream_received(self, data: bytes, source: Address) -> None:
        """Take one message from a stream."""
        self._on_message(data, source)

    def stream_closed(self, stream: Stream) -> None:
        """Let a stream go."""
        self._streams.pop(stream.number, None)
        if self._by_peer.get(stream.peer) is stream:
            del self._by_peer[stream.peer]

    def _send_datagram(self, outgoing: Outgoing, peer: tuple[str, int]) -> None:
        if self._udp is None or len(outgoing.data) > MAX_DATAGRAM_BYTES:
            self._on_failure(outgoing, "message too large" if self._udp else "socket closed")
            return
        self._udp.sendto(outgoing.data, peer)

    def _new_stream(self) -> Stream:
        self._numbers += 1
        return Stream(self, self._numbers, asyncio.get_running_loop().time)

    def _wait(self, outgoing: Outgoing, find: Find) -> None:
        """Queue for a way; the first in the queue starts the search for all."""
        way = Address(outgoing.to.transport, outgoing.to.host, outgoing.to.port)
        queue = self._waiting.setdefault(way, [])
        if len(queue) >= WAITING_PER_PEER:
            asyncio.get_running_loop().call_soon(self._on_failure, outgoing, "queue full")
            return
        queue.append(outgoing)
        if len(queue) == 1:
            self._tasks.start(self._deliver(way, find), name=f"sip to {way.host}")

    async def _deliver(self, way: Address, find: Find) -> None:
        try:
            deliver = await find(way)
        except HostNotFoundError as error:
            deliver = partial(self._fail, reason=str(error))
        except OSError:
            deliver = partial(self._fail, reason="connection failed")
        finally:
            waiting = self._waiting.pop(way)
        for outgoing in waiting:
            deliver(outgoing)

    def _fail(self, outgoing: Outgoing, reason: str) -> None:
        self._on_failure(outgoing, reason)

    async def _find_datagram_way(self, way: Address) -> Deliver:
        ipv6 = ":" in self._host
        found = await self._resolver.resolve(way.host, way.port, "udp", ipv6=ipv6)
        return partial(self._send_datagram, peer=found[0])

    async def _connect(self, way: Address) -> Deliver:
        loop = asyncio.get_running_loop()
        ipv6 = ":" in self._host
        failure = OSError("connection failed")
        for host, port in await self._resolver.resolve(way.host, way.port, "tcp", ipv6=ipv6):
            stream = self._by_peer.get((host, port))
            try:
                if stream is None:
                    async with asyncio.timeout(CONNECT_S):
                        _, stream = await loop.create_connection(
                            self._new_stream, host, port, local_addr=(self._host, 0)
                        )
            except OSError as error:  # TimeoutError is one
                failure = error
                continue
            return partial(self._send_on, stream)
        raise failure

    def _send_on(self, stream: Stream, outgoing: Outgoing) -> None:
        if not stream.send(outgoing.data):
            self._on_failure(outgoing, "connection failed")


class _Datagrams(asyncio.DatagramProtocol):
    """Hands datagrams to the sockets that own it."""

    def __init__(self, sockets: NetworkSockets) -> None:
        self._sockets = sockets

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._sockets.datagram_received(data, (addr[0], addr[1]))
