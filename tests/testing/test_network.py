"""SIP messages travel over the virtual network as over a real one."""

import asyncio

import pytest

from offhook.sip.transport import Address, Outgoing, Sockets
from offhook.testing.loop import running_loop, virtual
from offhook.testing.network import CONNECT_TIMEOUT_S, Network, SipSockets
from offhook.testing.paths import Quality


class Host:
    """SIP sockets that note what they are told."""

    def __init__(self, network: Network, host: str, port: int = 5060) -> None:
        self.sockets: SipSockets = network.sip_sockets(host, port)
        self.got: list[tuple[float, bytes, Address]] = []
        self.failed: list[tuple[float, str]] = []
        self.open()

    def open(self) -> None:
        loop = asyncio.get_running_loop()
        self.sockets.open(
            lambda data, source: self.got.append((loop.time(), data, source)),
            lambda _, reason: self.failed.append((loop.time(), reason)),
        )

    def send(self, data: bytes, to: Address) -> None:
        self.sockets.send(Outgoing(data, to))


def network(quality: Quality, **names: str) -> Network:
    loop = running_loop()
    return Network(loop.time, loop.rng, quality, {f"{k}.test": v for k, v in names.items()})


@virtual
async def test_a_datagram_arrives_after_the_latency_with_its_source() -> None:
    net = network(Quality(latency_s=0.03), b="10.0.0.2")
    a, b = Host(net, "10.0.0.1"), Host(net, "10.0.0.2", 5080)
    a.send(b"by name", Address("udp", "b.test", 5080))
    a.send(b"by address", Address("udp", "10.0.0.2", 5080))
    await asyncio.sleep(1)
    source = Address("udp", "10.0.0.1", 5060)

    assert b.got == [(0.03, b"by name", source), (0.03, b"by address", source)]
    assert [(sent.at, sent.data, sent.lost) for sent in net.messages] == [
        (0.0, b"by name", False),
        (0.0, b"by address", False),
    ]


@virtual
async def test_sockets_fulfil_the_protocol_of_the_endpoint() -> None:
    sockets: Sockets = network(Quality()).sip_sockets("10.0.0.1", 5070)

    assert sockets.local("udp") == ("10.0.0.1", 5070)


@virtual
async def test_datagrams_are_lost_doubled_and_cut_as_their_path_says() -> None:
    net = network(Quality(latency_s=0, loss=0.25))
    a, b = Host(net, "10.0.0.1"), Host(net, "10.0.0.2")
    to = Address("udp", "10.0.0.2", 5060)
    for _ in range(1000):
        a.send(b"x", to)
    await asyncio.sleep(1)
    lossy = len(b.got)
    net.paths.shape(Quality(latency_s=0, duplicate=1.0))
    a.send(b"twice", to)
    await asyncio.sleep(1)
    doubled = len(b.got) - lossy
    net.paths.cut("10.0.0.1")
    a.send(b"never", to)
    await asyncio.sleep(1)

    assert 700 < lossy < 800
    assert sum(not sent.lost for sent in net.messages[:1000]) == lossy
    assert doubled == 2
    assert len(b.got) == lossy + 2


@virtual
async def test_a_datagram_to_nobody_vanishes_and_an_unknown_name_fails() -> None:
    net = network(Quality())
    a = Host(net, "10.0.0.1")
    a.send(b"x", Address("udp", "10.0.0.7", 5060))
    a.send(b"x", Address("udp", "nowhere.test", 5060))
    await asyncio.sleep(1)

    assert a.failed == [(0.0, "host not found")]


@virtual
async def test_a_stream_keeps_its_order_whatever_the_jitter() -> None:
    net = network(Quality(latency_s=0.01, jitter_s=0.5, loss=0.5))
    a, b = Host(net, "10.0.0.1"), Host(net, "10.0.0.2")
    for number in range(50):
        a.send(b"%d" % number, Address("tcp", "10.0.0.2", 5060))
    await asyncio.sleep(2)

    assert [data for _, data, _ in b.got] == [b"%d" % number for number in range(50)]
    assert len({source for *_, source in b.got}) == 1


@virtual
async def test_a_reply_returns_on_the_stream_it_came_on() -> None:
    net = network(Quality(latency_s=0.01))
    a, b = Host(net, "10.0.0.1"), Host(net, "10.0.0.2")
    a.send(b"INVITE", Address("tcp", "10.0.0.2", 5060))
    await asyncio.sleep(1)
    (_, _, source) = b.got[0]
    b.send(b"200", source)
    await asyncio.sleep(1)

    assert source.connection > 0
    assert source.port != 5060
    assert [data for _, data, _ in a.got] == [b"200"]
    assert a.got[0][2].connection > 0


@virtual
async def test_streams_are_refused_time_out_or_break() -> None:
    net = network(Quality(latency_s=0.01))
    a, b = Host(net, "10.0.0.1"), Host(net, "10.0.0.2")
    to = Address("tcp", "10.0.0.2", 5060)
    a.send(b"1", to)
    await asyncio.sleep(1)
    b.sockets.close()
    a.send(b"2", to)
    await asyncio.sleep(1)
    net.paths.cut("10.0.0.2")
    a.send(b"3", to)
    await asyncio.sleep(CONNECT_TIMEOUT_S)

    assert len(b.got) == 1
    assert a.failed == [
        (1.02, "connection refused"),
        (2 + CONNECT_TIMEOUT_S, "connection timed out"),
    ]


@virtual
async def test_an_address_is_taken_once() -> None:
    net = network(Quality())
    net.sip_sockets("10.0.0.1")
    with pytest.raises(ValueError, match="taken"):
        net.sip_sockets("10.0.0.1")
