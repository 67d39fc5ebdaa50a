"""Who is meant on a shared socket, and the attacks that sharing makes possible.

The table itself first, then whole planes on a virtual network: what they hear, and where they send.
"""

import random

import numpy as np
import pytest

from offhook.media import rtcp, rtp
from offhook.media.codecs import Bytes, Ints
from offhook.media.latches import LEARNING_WINDOW_S, NOBODY, Latches
from offhook.media.messages import Close, Closed, Connect, Counters, Open, Opened
from offhook.media.origins import MAX_STRANGERS, REMEMBERED, STRANGER_S, Origins
from offhook.media.packets import MAX_DATAGRAM, Packets
from offhook.media.plane import TICK_S, Plane
from offhook.media.recorder import InlineWriter, Recorder
from offhook.testing.network import Network
from offhook.testing.paths import Quality
from offhook.testing.wire import WirePorts

HERE, THERE = 3, 4  # sockets
A, B, C = (192 << 24 | 2 << 8 | 1) << 16 | 4000, (192 << 24) << 16 | 4000, (1 << 24) << 16 | 9


def arrived(socket: int, *peers: int, rtcp: bool = False) -> Packets:
    count = len(peers)
    data = np.zeros((count, MAX_DATAGRAM), np.uint8)
    each = np.full(count, socket)
    return Packets(data, each * 0 + 172, each, np.array(peers, np.int64), np.full(count, rtcp))


def found(origins: Origins, packets: Packets, now: float = 0.0) -> list[int]:
    own: Ints = np.full(len(packets), NOBODY)
    rows: list[int] = origins.rows(packets, own, now).tolist()
    return rows


@pytest.fixture
def origins() -> Origins:
    origins = Origins(4, Latches(4))
    origins.share(0, HERE)
    origins.share(1, HERE)
    origins.share(2, THERE)
    return origins


def test_an_address_means_another_row_on_another_socket_and_for_rtcp(origins: Origins) -> None:
    origins.hold(0, False, {A})
    origins.hold(1, False, {B, NOBODY})
    origins.hold(2, False, {A})
    origins.hold(1, True, {A})

    assert found(origins, arrived(HERE, A, B, C)) == [0, 1, NOBODY]
    assert found(origins, arrived(THERE, A, B)) == [2, NOBODY]
    assert found(origins, arrived(HERE, A, B, rtcp=True)) == [1, NOBODY]


def test_an_address_that_is_taken_stays_with_whom_it_is(origins: Origins) -> None:
    origins.hold(0, False, {A})
    origins.hold(1, False, {A, B})

    assert origins.taken(1, False, A)
    assert not origins.taken(0, False, A)
    assert not origins.taken(2, False, A)
    assert not origins.taken(1, False, NOBODY)
    assert found(origins, arrived(HERE, A, B)) == [0, 1]
    origins.leave(1, NOBODY)
    assert found(origins, arrived(HERE, A, B)) == [0, NOBODY]


def test_holding_others_lets_go_of_the_former_ones(origins: Origins) -> None:
    origins.hold(0, False, {A, B})
    origins.hold(0, True, {A})
    origins.hold(0, False, {B, C})

    assert found(origins, arrived(HERE, A, B, C)) == [NOBODY, 0, 0]
    assert found(origins, arrived(HERE, A, rtcp=True)) == [0]


def test_a_row_that_left_is_found_no_more_and_its_stream_is_remembered(origins: Origins) -> None:
    origins.hold(0, False, {A})
    origins.leave(0, 77)
    origins.leave(0, 78)  # it has gone already

    assert found(origins, arrived(HERE, A)) == [NOBODY]
    assert origins.ended(1, A) == 77
    assert origins.ended(2, A) == NOBODY
    assert len(origins) == 2


def test_memory_of_ended_streams_is_bounded(origins: Origins) -> None:
    for number in range(REMEMBERED + 5):
        origins.share(3, HERE)
        origins.hold(3, False, {number})
        origins.leave(3, 1)

    assert origins.ended(0, 4) == NOBODY
    assert origins.ended(0, 5) == 1


def test_what_came_to_a_socket_of_its_own_is_not_asked_for(origins: Origins) -> None:
    origins.hold(0, False, {A})
    own = np.array([NOBODY, 3])

    assert origins.rows(arrived(HERE, A, B), own, 0.0).tolist() == [0, 3]


def test_a_stranger_may_be_the_far_end_of_a_leg_whose_answer_is_still_on_the_way() -> None:
    """One of two legs waits at this host; the other will be told of its far end in a moment."""
    latches = Latches(2)
    origins = Origins(2, latches)
    for row in (0, 1):
        origins.share(row, HERE)
    latches.connect(0, A, 5.0)
    stranger = arrived(HERE, A + 2)

    assert found(origins, stranger, 5.5) == [NOBODY]
    assert found(origins, stranger, 5.5 + STRANGER_S / 2) == [NOBODY]
    assert found(origins, stranger, 5.5 + STRANGER_S) == [0]  # it was no such thing


def test_a_stranger_who_spoke_before_the_leg_was_there_is_not_its_far_end() -> None:
    """A call was given up in the moment in which it was answered; its far end does not know."""
    latches = Latches(1)
    origins = Origins(1, latches)
    origins.share(0, HERE)
    stranger = arrived(HERE, A + 2)
    assert found(origins, stranger, 4.9) == [NOBODY]
    latches.connect(0, A, 5.0)

    assert found(origins, stranger, 5.1) == [NOBODY]
    assert found(origins, arrived(HERE, A + 4), 5.1) == [0]


def test_the_far_end_of_a_call_that_ended_unheard_is_no_other_calls() -> None:
    latches = Latches(2)
    origins = Origins(2, latches)
    for row, peer in enumerate((A, A + 2)):
        origins.share(row, HERE)
        latches.connect(row, peer, 0.0)
        origins.hold(row, False, {peer})
    origins.leave(0, NOBODY)
    late = [found(origins, arrived(HERE, A), at) for at in (0.1, 0.1 + STRANGER_S, 2.0)]

    assert late == [[NOBODY]] * 3
    assert found(origins, arrived(HERE, A + 4), 2.1) == [1]  # another port of whom it waits for
    origins.share(0, HERE)
    origins.hold(0, False, {A})
    assert found(origins, arrived(HERE, A), 2.2) == [0]


def test_late_packets_of_two_calls_that_have_ended_are_nobodys() -> None:
    latches = Latches(3)
    origins = Origins(3, latches)
    for row, peer, ssrc in ((0, A + 2, 7), (1, A + 4, 8)):
        origins.share(row, HERE)
        origins.hold(row, False, {peer})
        origins.leave(row, ssrc)
    origins.share(2, HERE)
    latches.connect(2, A, 5.0)
    late = arrived(HERE, A + 2, A + 4, A + 2)
    late.data[:, 11] = 7, 8, 9

    assert found(origins, late, 5.1) == [NOBODY, NOBODY, 2]  # the last one is of another stream


def test_of_many_strangers_a_few_are_looked_at() -> None:
    latches = Latches(1)
    origins = Origins(1, latches)
    origins.share(0, HERE)
    latches.connect(0, A, 0.0)
    strangers = [A + 1 + number for number in range(3 * MAX_STRANGERS)]

    assert sum(row == 0 for row in found(origins, arrived(HERE, *strangers))) == MAX_STRANGERS


class Far:
    """A host with telephones of which each test writes the packets itself."""

    def __init__(self, world: "World", host: str) -> None:
        self.world = world
        self.ports: WirePorts = world.network.ports(host, 32)
        self.host = host
        self.heard: list[int] = []  # SSRC of what came, by time
        self._sent = 0

    def phone(self) -> tuple[int, int]:
        """Return socket and RTP port of a telephone."""
        key, _, port, _ = self.ports.open()
        return key, port

    def say(self, key: int, to: Opened, ssrc: int, count: int = 1) -> None:
        """Send packets from a telephone, one a tick."""
        for _ in range(count):
            self._sent += 1
            number = np.array([self._sent], np.int64)
            data = np.zeros((1, MAX_DATAGRAM), np.uint8)
            stamps = rtp.Stamps(number < 0, number * 0, number, number * 160, number * 0 + ssrc)
            rtp.write(data, stamps)
            self._send(data, key, to.host, to.rtp_port, 172, rtcp=False)
            self.world.run(1)

    def report(self, key: int, to: Opened, ssrc: int) -> None:
        """Send RTCP from a telephone."""
        body = rtcp.report(ssrc, "x", None, None)
        data = np.zeros((1, MAX_DATAGRAM), np.uint8)
        data[0, : len(body)] = np.frombuffer(body, np.uint8)
        self._send(data, key, to.host, to.rtcp_port, len(body), rtcp=True)
        self.world.run(1)

    def _send(self, data: Bytes, key: int, host: str, port: int, size: int, *, rtcp: bool) -> None:
        one = np.ones(1, np.int64)
        peer = self.ports.peer(host, port)
        packets = Packets(
            data.astype(np.uint8), one * size, one * key, one * peer, np.array([rtcp])
        )
        self.ports.send(packets)

    def listen(self) -> dict[int, int]:
        """Return how many RTP packets each telephone got since the last call."""
        packets = self.ports.receive()
        keys, counts = np.unique(packets.socket[~packets.rtcp], return_counts=True)
        return dict(zip(keys.tolist(), counts.tolist(), strict=True))


class World:
    """A server that shares a socket among eight legs, and far ends."""

    def __init__(self) -> None:
        self.now = 0.0
        self.network = Network(lambda: self.now, random.Random(1), Quality(latency_s=0.0))
        self.ports = self.network.ports("192.0.2.1", 16)
        self.ports.legs_per_socket = 8
        self.plane = Plane(self.ports, random.Random(2), 16, Recorder(InlineWriter()))
        self.far = Far(self, "198.51.100.1")

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            self.now += TICK_S
            self.plane.tick(self.now)

    def open(self, leg: str, *, alone: bool = False) -> Opened:
        self.plane.command(Open(leg, alone=alone), self.now)
        (opened,) = (each for each in self.plane.reports(self.now) if isinstance(each, Opened))
        return opened

    def connect(self, leg: str, port: int, host: str = "198.51.100.1") -> None:
        self.plane.command(Connect(leg, host, port, port + 1), self.now)

    def close(self, leg: str) -> Counters:
        self.plane.command(Close(leg), self.now)
        (closed,) = (each for each in self.plane.reports(self.now) if isinstance(each, Closed))
        return closed.counters


def test_legs_on_one_socket_hear_and_answer_each_its_own_far_end() -> None:
    world = World()
    opened = [world.open(leg) for leg in "abc"]
    phones = [world.far.phone() for _ in "abc"]
    for leg, (_, port) in zip("abc", phones, strict=True):
        world.connect(leg, port)
    for number, (key, _) in enumerate(phones):
        world.far.say(key, opened[number], 100 + number, count=number + 1)

    assert len({each.rtp_port for each in opened}) == 1
    assert world.far.listen() == {key: 6 for key, _ in phones}
    assert [world.close(leg).packets_received for leg in "abc"] == [1, 2, 3]


def test_rtp_inject_a_stranger_is_not_heard_by_any_leg_of_the_socket() -> None:
    world = World()
    at = world.open("a")
    world.open("b")
    (key, port), (other, other_port), (stranger, _) = (world.far.phone() for _ in range(3))
    world.connect("a", port)
    world.connect("b", other_port)
    world.far.say(key, at, 1)
    world.far.say(other, at, 2)
    world.far.say(stranger, at, 1, count=10)
    world.far.say(other, at, 1, count=5)  # it has learnt the SSRC of a, but speaks for itself

    assert stranger not in world.far.listen()
    assert world.close("a").packets_received == 1
    assert world.close("b").packets_received == 6


def test_rtp_bleed_a_stranger_of_another_host_is_never_learnt() -> None:
    """With ports of its own a leg learns from anybody in the learning window; here there are others
    who could be meant, so only the host of its SDP will do."""
    world = World()
    at = world.open("a")
    _, port = world.far.phone()
    world.connect("a", port)
    elsewhere = Far(world, "203.0.113.66")
    stranger, _ = elsewhere.phone()
    elsewhere.say(stranger, at, 9, count=10)

    assert elsewhere.listen() == {}
    assert world.close("a").packets_received == 0


def test_a_far_end_that_sends_from_another_port_is_learnt_if_it_alone_is_waited_for() -> None:
    world = World()
    at = world.open("a")
    world.open("b")
    (_, port), (source, _), (settled, settled_port) = (world.far.phone() for _ in range(3))
    world.connect("b", settled_port)
    world.far.say(settled, at, 2)
    world.connect("a", port)
    world.far.say(source, at, 1, count=5)

    assert world.far.listen()[source] == 5
    assert world.close("a").packets_received == 5


def test_after_the_learning_window_no_other_port_is_learnt() -> None:
    world = World()
    at = world.open("a")
    (_, port), (source, _) = world.far.phone(), world.far.phone()
    world.connect("a", port)
    world.run(round(LEARNING_WINDOW_S / TICK_S) + 1)
    world.far.say(source, at, 1, count=5)

    assert source not in world.far.listen()
    assert world.close("a").packets_received == 0


def test_two_legs_behind_one_nat_are_never_mistaken_for_each_other() -> None:
    """Both wait for the same host, so nobody is believed who might be the other; those that are
    known to be behind NAT have ports of their own, and each learns its source."""
    world = World()
    at = world.open("a")
    world.open("b")
    alone = [world.open("c", alone=True), world.open("d", alone=True)]
    phones = [world.far.phone() for _ in range(4)]
    for leg in "ab":
        world.connect(leg, 60_000 + ord(leg))
    for leg in "cd":
        world.connect(leg, 4000, "10.0.0.7")
    world.far.say(phones[0][0], at, 1, count=3)
    world.far.say(phones[1][0], at, 2, count=3)
    world.far.say(phones[2][0], alone[0], 3, count=3)
    world.far.say(phones[3][0], alone[1], 4, count=3)
    counters = [world.close(leg) for leg in "abcd"]

    assert [each.packets_received for each in counters] == [0, 0, 3, 3]
    assert [each.packets_refused for each in counters] == [6, 6, 0, 0]
    assert set(world.far.listen()) == {phones[2][0], phones[3][0]}
    assert len({at.rtp_port, *(each.rtp_port for each in alone)}) == 3


def test_late_packets_of_an_ended_call_are_not_heard_by_the_next() -> None:
    """Neither from its very port, nor as a far end of the same host whose port we do not know."""
    world = World()
    at = world.open("a")
    world.open("stays")
    (old, old_port), (new, new_port) = world.far.phone(), world.far.phone()
    world.connect("a", old_port)
    world.far.say(old, at, 1, count=3)
    world.close("a")
    world.open("b")
    world.connect("b", new_port)
    world.far.say(old, at, 1, count=3)

    assert world.close("b").packets_received == 0
    world.open("c")
    world.connect("c", old_port)
    world.far.say(old, at, 1, count=3)  # the stream of the first call
    world.far.say(old, at, 5, count=3)
    world.far.say(new, at, 6, count=3)
    assert world.close("c").packets_received == 3


def test_a_far_port_that_is_used_again_is_heard_by_its_new_leg_only() -> None:
    world = World()
    at = world.open("a")
    world.open("b")
    key, port = world.far.phone()
    world.connect("a", port)
    world.far.say(key, at, 1, count=3)
    assert world.close("a").packets_received == 3
    world.connect("b", port)
    world.far.say(key, at, 2, count=4)

    assert world.close("b").packets_received == 4


def test_who_names_the_address_of_another_call_gets_neither_its_voice_nor_its_port() -> None:
    """An answer that says where a victim is: our packets to there would look like the victim's."""
    world = World()
    at = world.open("victim")
    world.open("thief")
    key, port = world.far.phone()
    world.connect("victim", port)
    world.far.say(key, at, 1)
    world.connect("thief", port)
    world.far.listen()
    world.far.say(key, at, 1, count=5)
    packets = world.far.ports.receive()
    from_shared = packets.peer == world.far.ports.peer(at.host, at.rtp_port)

    assert np.count_nonzero(from_shared) == 5
    assert np.count_nonzero(~from_shared) == 5  # as if it had had a port of its own all the time
    assert world.close("victim").packets_received == 6
    assert world.close("thief").packets_received == 0


def test_whose_address_is_taken_while_no_port_is_free_is_mute() -> None:
    world = World()
    world.open("victim")
    world.open("thief")
    key, port = world.far.phone()
    world.connect("victim", port)
    while world.ports.open_count < 16:
        world.ports.open()
    world.connect("thief", port)
    world.run(3)

    assert world.far.listen() == {key: 3}
    assert world.close("thief").packets_sent == 0


def test_a_leg_may_change_its_address_and_keeps_its_socket() -> None:
    world = World()
    at = world.open("a")
    world.open("b")
    phones = [world.far.phone() for _ in range(2)]
    for key, port in phones:
        world.connect("a", port)
        world.far.say(key, at, 1, count=3)
    world.far.say(phones[0][0], at, 1, count=3)  # where it was before

    assert world.close("a").packets_received == 6


def test_reports_are_known_by_their_address_or_by_the_ssrc_they_tell() -> None:
    world = World()
    at = world.open("a")
    world.open("b")
    phones = [world.far.phone() for _ in range(3)]
    for leg, (_, port) in zip("ab", phones, strict=False):
        world.connect(leg, port)
    world.far.say(phones[0][0], at, 1)
    world.far.say(phones[1][0], at, 2)
    world.far.report(phones[0][0], at, 1)
    world.far.report(phones[2][0], at, 2)  # from another port, as behind NAT
    world.far.report(phones[2][0], at, 2)  # which is known by now
    world.far.report(phones[2][0], at, 66)

    assert [world.close(leg).packets_refused for leg in "ab"] == [0, 0]
