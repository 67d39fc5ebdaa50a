"""RTP batches: every packet arrives at its socket, in time, or is lost as its path says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.media.packets import MAX_DATAGRAM, Packets, Ports
from offhook.testing.paths import Paths, Quality
from offhook.testing.wire import Wire, WirePorts


class World:
    """A wire with two hosts and a clock that the test moves."""

    def __init__(self, quality: Quality, seed: int = 1) -> None:
        self.now = 0.0
        self.paths = Paths(quality)
        self.wire = Wire(lambda: self.now, self.paths, seed)
        self.left = self.wire.ports("10.0.0.1", 100)
        self.right = self.wire.ports("10.0.0.2", 100)


def batch(numbers: list[int], socket: list[int], peer: list[int], rtcp: bool = False) -> Packets:
    """Packets of 172 bytes whose first two bytes are a number."""
    n = len(numbers)
    data = np.full((n, MAX_DATAGRAM), 0x55, np.uint8)
    data[:, 0] = np.array(numbers) >> 8
    data[:, 1] = np.array(numbers) & 0xFF
    return Packets(
        data,
        np.full(n, 172, np.int64),
        np.array(socket, np.int64),
        np.array(peer, np.int64),
        np.full(n, rtcp, np.bool_),
    )


def numbers(packets: Packets) -> list[int]:
    return [int(a) << 8 | int(b) for a, b in packets.data[:, :2]]


def test_packets_arrive_at_the_sockets_they_were_sent_to_with_their_source() -> None:
    world = World(Quality(latency_s=0.01))
    mine = [world.left.open() for _ in range(3)]
    theirs = [world.right.open() for _ in range(3)]
    peers = [world.left.peer(host, port) for _, host, port, _ in reversed(theirs)]

    world.left.send(batch([1, 2, 3], [key for key, *_ in mine], peers))
    world.now = 0.009
    early = world.right.receive()
    world.now = 0.01
    got = world.right.receive()

    assert len(early) == 0
    assert numbers(got) == [1, 2, 3]
    assert got.socket.tolist() == [key for key, *_ in reversed(theirs)]
    assert got.peer.tolist() == [world.right.peer(host, port) for _, host, port, _ in mine]
    assert got.data.shape == (3, MAX_DATAGRAM)
    assert got.length.tolist() == [172] * 3
    assert (got.data[:, 2:172] == 0x55).all()
    assert not got.rtcp.any()
    assert len(world.right.receive()) == 0


def test_rtcp_arrives_on_the_rtcp_port() -> None:
    world = World(Quality(latency_s=0))
    key, host, _, rtcp_port = world.left.open()
    there, there_host, _, there_rtcp = world.right.open()
    world.left.send(batch([7], [key], [world.left.peer(there_host, there_rtcp)], rtcp=True))
    got = world.right.receive()

    assert got.rtcp.tolist() == [True]
    assert got.socket.tolist() == [there]
    assert got.peer.tolist() == [world.right.peer(host, rtcp_port)]


def test_the_sender_may_use_its_arrays_again_at_once() -> None:
    world = World(Quality())
    key, *_ = world.left.open()
    _, host, port, _ = world.right.open()
    packets = batch([5], [key], [world.left.peer(host, port)])
    world.left.send(packets)
    packets.data[:] = 0
    packets.length[:] = 0
    world.now = 1
    got = world.right.receive()

    assert numbers(got) == [5]
    assert got.length.tolist() == [172]


def test_one_batch_reaches_many_hosts() -> None:
    world = World(Quality(latency_s=0))
    third = world.wire.ports("10.0.0.3", 10)
    key, *_ = world.left.open()
    a, b = world.right.open(), third.open()
    to_a, to_b = world.left.peer(a[1], a[2]), world.left.peer(b[1], b[2])
    nobody = world.left.peer("10.9.9.9", 10_000)
    world.left.send(batch([1, 2, 3, 4], [key] * 4, [to_a, to_b, nobody, to_a]))

    assert numbers(world.right.receive()) == [1, 4]
    assert numbers(third.receive()) == [2]


def test_packets_for_closed_and_absurd_ports_vanish() -> None:
    world = World(Quality(latency_s=0.01))
    key, *_ = world.left.open()
    open_one, closed = world.right.open(), world.right.open()
    peers = [world.left.peer("10.0.0.2", port) for port in (open_one[2], closed[2], 9, 65_535)]
    world.left.send(batch([1, 2, 3, 4], [key] * 4, peers))
    world.right.close(closed[0])
    world.now = 1

    assert numbers(world.right.receive()) == [1]


def test_loss_is_the_share_asked_for_and_can_change() -> None:
    world = World(Quality(latency_s=0, loss=0.2))
    key, *_ = world.left.open()
    _, host, port, _ = world.right.open()
    many = batch([1] * 10_000, [key] * 10_000, [world.left.peer(host, port)] * 10_000)
    world.left.send(many)
    lossy = len(world.right.receive())
    world.paths.cut("10.0.0.2", kind="rtp")
    world.left.send(many)
    cut = len(world.right.receive())
    world.paths.shape(Quality(latency_s=0))
    world.left.send(many)

    assert 7_800 < lossy < 8_200
    assert cut == 0
    assert len(world.right.receive()) == 10_000


def test_duplicates_follow_the_original() -> None:
    world = World(Quality(latency_s=0, duplicate=1.0))
    key, *_ = world.left.open()
    _, host, port, _ = world.right.open()
    world.left.send(batch([1, 2], [key] * 2, [world.left.peer(host, port)] * 2))

    assert numbers(world.right.receive()) == [1, 1, 2, 2]


def test_ports_run_out_and_come_back() -> None:
    world = World(Quality())
    small = world.wire.ports("10.0.0.9", 2)
    first, *_ = small.open()
    small.open()
    with pytest.raises(OSError, match="no free ports"):
        small.open()
    small.close(first)

    assert small.open()[0] == first
    assert small.open_count == 2


def test_a_host_has_its_ports_once() -> None:
    world = World(Quality())
    with pytest.raises(ValueError, match="already"):
        world.wire.ports("10.0.0.1", 5)


def plain_receive(sent: list[tuple[float, int]], ticks: list[float]) -> list[list[int]]:
    """The twin: packets one by one, each given out at the first tick that is not before it."""
    result: list[list[int]] = []
    before = -1.0
    for tick in ticks:
        due = sorted((at, number) for at, number in sent if before < at <= tick)
        result.append([number for _, number in due])
        before = tick
    return result


@settings(max_examples=50, deadline=None)
@given(
    jitter_ms=st.integers(0, 60),
    batches=st.lists(st.integers(1, 4), max_size=8),
    seed=st.integers(),
)
def test_jitter_delays_each_packet_like_its_plain_twin(
    jitter_ms: int, batches: list[int], seed: int
) -> None:
    seed &= 0xFFFF
    world = World(Quality(latency_s=0.015, jitter_s=jitter_ms / 1000), seed)
    twin = np.random.default_rng(seed)
    key, *_ = world.left.open()
    _, host, port, _ = world.right.open()
    sent: list[tuple[float, int]] = []
    got: list[list[int]] = []
    ticks = [round(0.02 * tick, 9) for tick in range(len(batches) + 5)]
    for tick, now in enumerate(ticks):
        world.now = now
        got.append(numbers(world.right.receive()))
        n = batches[tick] if tick < len(batches) else 0
        names = list(range(len(sent), len(sent) + n))
        if n:
            world.left.send(batch(names, [key] * n, [world.left.peer(host, port)] * n))
            late = twin.uniform(0, jitter_ms / 1000, n) if jitter_ms else np.zeros(n)
            sent += zip(round(now + 0.015, 9) + late, names, strict=True)

    assert got == plain_receive(sent, ticks)
    assert sorted(number for tick in got for number in tick) == list(range(len(sent)))


def test_ports_fulfil_the_protocol_of_the_engine() -> None:
    world = World(Quality())
    ports: Ports = world.left

    assert isinstance(ports, WirePorts)
