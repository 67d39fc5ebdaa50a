"""Real sockets on loopback."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from tests.sip.peer import Peer

from offhook.sip import sockets as module
from offhook.sip.resolve import Record, Records, Resolver
from offhook.sip.sockets import NetworkSockets
from offhook.sip.transport import Address, Outgoing

HOST = "127.0.0.1"
MESSAGE = bytes(Peer().request("OPTIONS"))
ZONE = {"us.test": (Record("127.0.0.1"),), "dead.test": (Record("127.0.0.9"), Record(HOST))}


async def ask(name: str, kind: str) -> Records:
    return Records(ZONE.get(name, ()) if kind == "A" else (), 60.0)


@dataclass
class Station:
    """Sockets, what came and what could not be sent."""

    sockets: NetworkSockets
    inbox: "asyncio.Queue[tuple[bytes, Address]]" = field(default_factory=asyncio.Queue)
    failures: "asyncio.Queue[tuple[Outgoing, str]]" = field(default_factory=asyncio.Queue)

    def address(self, transport: str, host: str = HOST) -> Address:
        return Address(transport, host, self.sockets.local(transport)[1])

    def send(self, to: Address, data: bytes = MESSAGE) -> None:
        self.sockets.send(Outgoing(data, to, "branch"))

    async def take(self) -> tuple[bytes, Address]:
        async with asyncio.timeout(5):
            return await self.inbox.get()

    async def failure(self) -> str:
        async with asyncio.timeout(5):
            return (await self.failures.get())[1]


@asynccontextmanager
async def station(advertised: str = "") -> AsyncIterator[Station]:
    resolver = Resolver(ask, asyncio.get_running_loop().time, random.Random(1))
    made = Station(NetworkSockets(resolver, HOST, 0, advertised))
    await made.sockets.bind()
    made.sockets.open(
        lambda data, source: made.inbox.put_nowait((data, source)),
        lambda outgoing, reason: made.failures.put_nowait((outgoing, reason)),
    )
    try:
        yield made
    finally:
        await made.sockets.close()


def with_two(story: Callable[[Station, Station], Awaitable[None]]) -> None:
    async def run() -> None:
        async with station() as here, station() as there:
            await story(here, there)

    asyncio.run(run())


def test_both_transports_have_one_port_and_the_advertised_host() -> None:
    async def story() -> None:
        async with station("sip.us.test") as here:
            assert here.sockets.local("udp") == here.sockets.local("tcp")
            assert here.sockets.local("udp")[0] == "sip.us.test"
            assert here.sockets.local("udp")[1] > 0

    asyncio.run(story())


def test_datagram_arrives_with_its_source() -> None:
    async def story(here: Station, there: Station) -> None:
        here.send(there.address("udp"))

        assert await there.take() == (MESSAGE, here.address("udp"))

    with_two(story)


def test_name_is_resolved_and_messages_keep_their_order() -> None:
    async def story(here: Station, there: Station) -> None:
        for transport in ("udp", "tcp"):
            for number in range(20):
                body = MESSAGE.replace(b"one@", b"%d@" % number)
                here.send(there.address(transport, "us.test"), body)

            assert [b"Call-ID: %d@" % n in (await there.take())[0] for n in range(20)] == [
                True
            ] * 20

    with_two(story)


def test_answer_on_a_stream_goes_back_on_the_same_connection() -> None:
    async def story(here: Station, there: Station) -> None:
        here.send(there.address("tcp"))
        _, source = await there.take()
        there.send(source)
        _, back = await here.take()
        here.send(there.address("tcp"))
        _, again = await there.take()

        assert source.connection
        assert (back.host, back.port) == (HOST, there.address("tcp").port)
        assert again == source

    with_two(story)


def test_broken_connection_is_made_anew_to_the_same_address() -> None:
    async def story(here: Station, there: Station) -> None:
        here.send(there.address("tcp"))
        _, source = await there.take()
        lost = Address("tcp", HOST, here.address("tcp").port, source.connection + 100)
        there.send(lost)

        assert (await here.take())[0] == MESSAGE

    with_two(story)


def test_second_address_is_tried_when_the_first_does_not_answer() -> None:
    async def story(here: Station, there: Station) -> None:
        here.send(there.address("tcp", "dead.test"))

        assert (await there.take())[0] == MESSAGE

    with_two(story)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_unknown_host_is_a_failure(transport: str) -> None:
    async def story(here: Station, there: Station) -> None:
        here.send(Address(transport, "nowhere.test", 5060))

        assert await here.failure() == "host not found: nowhere.test"

    with_two(story)


def test_refused_connection_fails_every_message_that_waited() -> None:
    async def story(here: Station, there: Station) -> None:
        to = Address("tcp", HOST, closed_port())
        here.send(to)
        here.send(to)

        assert await here.failure() == "connection failed"
        assert await here.failure() == "connection failed"

    with_two(story)


def test_transport_that_is_not_spoken_is_a_failure() -> None:
    async def story(here: Station, there: Station) -> None:
        here.send(Address("tls", HOST, 5061))

        assert await here.failure() == "transport tls is not spoken here"

    with_two(story)


def test_datagram_that_is_too_large_is_a_failure() -> None:
    async def story(here: Station, there: Station) -> None:
        here.send(there.address("udp"), b"x" * 66_000)

        assert await here.failure() == "message too large"

    with_two(story)


def test_messages_that_wait_for_a_name_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_PER_PEER", 2)

    async def story(here: Station, there: Station) -> None:
        for _ in range(3):
            here.send(there.address("udp", "us.test"))

        assert await here.failure() == "queue full"
        await there.take()
        await there.take()

    with_two(story)


def test_connections_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_STREAMS", 1)

    async def story(here: Station, there: Station) -> None:
        here.send(there.address("tcp"))
        await there.take()
        reader, writer = await asyncio.open_connection(HOST, there.address("tcp").port)
        async with asyncio.timeout(5):
            with pytest.raises(ConnectionResetError):
                assert await reader.read() == b""
                raise ConnectionResetError
        writer.close()

    with_two(story)


def test_taken_port_is_an_error() -> None:
    async def story() -> None:
        async with station() as here:
            port = here.sockets.local("udp")[1]
            resolver = Resolver(ask, asyncio.get_running_loop().time, random.Random(1))
            with pytest.raises(OSError, match="in use"):
                await NetworkSockets(resolver, HOST, port).bind()

    asyncio.run(story())


def test_a_free_port_is_free_for_udp_and_tcp(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first port that the system finds for UDP is one that somebody has for TCP."""
    pair = module._pair
    asked: list[int] = []

    async def story() -> None:
        with socket.create_server((HOST, 0)) as somebody:

            def unlucky(host: str, port: int) -> tuple[socket.socket, socket.socket]:
                asked.append(port)
                return pair(host, port if len(asked) > 1 else somebody.getsockname()[1])

            monkeypatch.setattr(module, "_pair", unlucky)
            async with station() as here:
                assert here.sockets.local("tcp")[1] not in (0, somebody.getsockname()[1])

    asyncio.run(story())
    assert asked == [0, 0]


def test_closed_sockets_say_so() -> None:
    async def story() -> None:
        async with station() as here:
            pass
        here.send(Address("udp", HOST, 5060))

        assert await here.failure() == "socket closed"

    asyncio.run(story())
