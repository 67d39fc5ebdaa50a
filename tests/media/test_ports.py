"""Real UDP sockets: pairs of ports, batches of datagrams, addresses as numbers."""

import errno
import random
import select
import socket
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.media import mmsg, shared
from offhook.media import ports as module
from offhook.media.packets import MAX_DATAGRAM, Packets, Ports
from offhook.media.ports import Peers, UdpPorts, address_key, raise_file_limit
from offhook.media.shared import SharedPorts

FIRST, LAST = 45000, 45999


class Sharing(SharedPorts):
    """Shared sockets, a leg on each."""

    open = SharedPorts.open_shared


SHARED = pytest.mark.skipif(not mmsg.AVAILABLE, reason="the system has no recvmmsg")
KINDS = [UdpPorts, pytest.param(SharedPorts, marks=SHARED), pytest.param(Sharing, marks=SHARED)]
Kind = type[UdpPorts | SharedPorts]


@pytest.fixture(params=KINDS)
def ports(request: pytest.FixtureRequest) -> Iterator[UdpPorts | SharedPorts]:
    made = request.param(first=FIRST, last=LAST, rng=random.Random())
    yield made
    made.close_all()


def packets(
    bodies: list[bytes], sockets: list[int], peers: list[int], rtcp: bool = False
) -> Packets:
    data = np.zeros((len(bodies), MAX_DATAGRAM), np.uint8)
    for row, body in zip(data, bodies, strict=True):
        row[: len(body)] = np.frombuffer(body, np.uint8)
    return Packets(
        data=data,
        length=np.array([len(body) for body in bodies], np.int64),
        socket=np.array(sockets, np.int64),
        peer=np.array(peers, np.int64),
        rtcp=np.full(len(bodies), rtcp),
    )


def wait_arrival(ports: Ports, count: int) -> list[tuple[bytes, int, int, bool]]:
    """Collect `count` datagrams as (bytes, socket, peer, rtcp)."""
    found: list[tuple[bytes, int, int, bool]] = []
    for _ in range(1000):
        batch = ports.receive()
        found += [
            (row[:size].tobytes(), key, peer, rtcp)
            for row, size, key, peer, rtcp in zip(
                batch.data,
                batch.length.tolist(),
                batch.socket.tolist(),
                batch.peer.tolist(),
                batch.rtcp.tolist(),
                strict=True,
            )
        ]
        if len(found) >= count:
            return found
        select.select([], [], [], 0.001)
    return found


def test_a_leg_gets_an_even_rtp_port_and_the_odd_one_above_it(ports: Ports) -> None:
    _, host, rtp, rtcp = ports.open()

    assert host == "127.0.0.1"
    assert rtp % 2 == 0
    assert rtcp == rtp + 1
    assert FIRST <= rtp < rtcp <= LAST


def test_the_advertised_host_is_what_sdp_shall_say() -> None:
    ports = UdpPorts(advertised="203.0.113.9", first=FIRST, last=LAST, rng=random.Random())

    assert ports.open()[1] == "203.0.113.9"
    ports.close_all()


def test_two_legs_hear_each_other_on_rtp_and_rtcp(ports: Ports) -> None:
    a, host, a_rtp, a_rtcp = ports.open()
    b, _, b_rtp, b_rtcp = ports.open()

    ports.send(
        packets(
            [b"voice", b"longer voice"], [a, b], [ports.peer(host, b_rtp), ports.peer(host, a_rtp)]
        )
    )
    ports.send(packets([b"report"], [a], [ports.peer(host, b_rtcp)], rtcp=True))

    assert {
        (b"voice", b, ports.peer(host, a_rtp), False),
        (b"longer voice", a, ports.peer(host, b_rtp), False),
        (b"report", b, ports.peer(host, a_rtcp), True),
    } == set(wait_arrival(ports, 3))


def test_many_packets_of_many_sizes_arrive_complete(ports: Ports) -> None:
    rng = random.Random(7)
    legs = [ports.open() for _ in range(20)]
    bodies = [rng.randbytes(rng.randrange(1, MAX_DATAGRAM + 1)) for _ in range(200)]
    targets = [legs[i % 20] for i in range(200)]

    ports.send(packets(bodies, [legs[0][0]] * 200, [ports.peer(leg[1], leg[2]) for leg in targets]))
    arrived = wait_arrival(ports, 200)

    assert sorted(bodies) == sorted(body for body, _, _, _ in arrived)
    assert {leg[0] for leg in legs} == {key for _, key, _, _ in arrived}


@pytest.mark.skipif(not hasattr(socket, "MSG_TRUNC"), reason="the system cannot tell the length")
def test_a_long_datagram_is_cut_but_tells_its_true_length(ports: Ports) -> None:
    _, host, rtp, _ = ports.open()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        far.sendto(b"x" * 1400, (host, rtp))
        for _ in range(1000):
            batch = ports.receive()
            if len(batch):
                break
            select.select([], [], [], 0.001)

    assert batch.length.tolist() == [1400]
    assert batch.data.shape == (1, MAX_DATAGRAM)


def test_an_empty_datagram_is_received_and_none_is_sent(ports: Ports) -> None:
    key, host, rtp, _ = ports.open()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        far.bind((host, 0))
        far.sendto(b"", (host, rtp))
        peer = ports.peer(*far.getsockname())
        ports.send(packets([b""], [key], [peer]))

    assert wait_arrival(ports, 1) == [(b"", key, peer, False)]


def test_a_flood_on_one_leg_does_not_keep_another_waiting(ports: Ports) -> None:
    flooded, host, flooded_rtp, _ = ports.open()
    quiet, _, quiet_rtp, _ = ports.open()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        for _ in range(600):
            far.sendto(b"flood", (host, flooded_rtp))
        far.sendto(b"voice", (host, quiet_rtp))
        select.select([], [], [], 0.01)
        batch = ports.receive()

    assert quiet in batch.socket.tolist()
    most = shared.PACKETS_PER_SOCKET if isinstance(ports, Sharing) else module.PASSES_PER_CALL
    assert batch.socket.tolist().count(flooded) <= most


def test_what_exceeds_a_call_waits_for_the_next(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PACKETS_PER_CALL", 3)
    monkeypatch.setattr(shared, "PACKETS_PER_CALL", 3)
    legs = [ports.open() for _ in range(5)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        for _, host, rtp, _ in legs:
            far.sendto(b"voice", (host, rtp))
        select.select([], [], [], 0.01)
        first, second = len(ports.receive()), len(ports.receive())

    assert (first, second) == (3, 2)


def test_sending_where_nobody_may_send_harms_nothing(ports: Ports) -> None:
    a, host, _, _ = ports.open()
    _, _, b_rtp, _ = ports.open()
    nowhere = ports.peer("255.255.255.255", 9)  # a broadcast: the kernel refuses it

    ports.send(packets([b"1", b"2", b"3"], [a, a, a], [nowhere, 12345, ports.peer(host, b_rtp)]))

    assert [body for body, *_ in wait_arrival(ports, 1)] == [b"3"]


def test_a_closed_leg_neither_sends_nor_hears_and_its_key_is_used_again(ports: Ports) -> None:
    a, host, a_rtp, _ = ports.open()
    b, _, b_rtp, _ = ports.open()
    ports.send(packets([b"late"], [b], [ports.peer(host, a_rtp)]))
    ports.close(a)
    ports.send(packets([b"from the dead"], [a], [ports.peer(host, b_rtp)]))
    again, _, port, _ = ports.open()

    assert len(ports.receive()) == 0
    assert again == a
    assert port not in (a_rtp, b_rtp)
    assert isinstance(ports, UdpPorts | SharedPorts)
    assert len(ports) == 2
    assert 0.0 < ports.used() < 1.0


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as squatter:
        squatter.bind(("127.0.0.1", 0))
        taken = squatter.getsockname()[1]
        even = taken - taken % 2
        ports = UdpPorts(first=even, last=even + 5)
        _, _, rtp, _ = ports.open()

        assert rtp > even
        ports.close_all()


def test_when_every_port_is_in_use_opening_fails_and_works_again_after_a_close() -> None:
    ports = UdpPorts(first=46001, last=46004)  # 46002 and 46003 are the only pair
    key, _, rtp, _ = ports.open()

    with pytest.raises(OSError, match="every media port is in use") as refused:
        ports.open()
    ports.close(key)

    assert refused.value.errno == errno.EADDRINUSE
    assert ports.open()[2] == rtp == 46002
    ports.close_all()


def test_a_range_without_a_pair_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no pair"):
        UdpPorts(first=20001, last=20002)


def test_a_host_that_is_not_ours_is_an_error_and_leaks_no_socket() -> None:
    ports = UdpPorts("192.0.2.1", first=FIRST, last=LAST)

    with pytest.raises(OSError, match="assign"):
        ports.open()
    assert len(ports) == 0
    ports.close_all()


def test_legs_may_speak_ipv6() -> None:
    try:
        ports = UdpPorts("::1", first=FIRST, last=LAST, rng=random.Random())
        a, host, a_rtp, _ = ports.open()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    b, _, b_rtp, _ = ports.open()

    ports.send(packets([b"voice"], [a], [ports.peer(host, b_rtp)]))

    assert wait_arrival(ports, 1) == [(b"voice", b, ports.peer("0:0:0:0:0:0:0:1", a_rtp), False)]
    ports.close_all()


@given(st.ip_addresses(v=4), st.integers(0, 65535), st.ip_addresses(v=4), st.integers(0, 65535))
def test_equal_addresses_have_equal_keys_and_others_have_others(
    host: object, port: int, other: object, other_port: int
) -> None:
    one, two = address_key(str(host), port), address_key(str(other), other_port)

    assert (one == two) == ((host, port) == (other, other_port))


@given(st.ip_addresses(v=6), st.integers(0, 65535))
def test_ipv6_keys_do_not_depend_on_spelling_and_never_meet_ipv4_keys(
    host: object, port: int
) -> None:
    long = getattr(host, "exploded")  # noqa: B009

    assert address_key(str(host), port) == address_key(long, port)
    assert 1 << 62 <= address_key(long, port) < 1 << 63


def test_a_host_name_is_no_address() -> None:
    with pytest.raises(OSError, match="illegal IP"):
        address_key("localhost", 5060)


def test_a_million_strangers_do_not_make_us_forget_a_live_peer_nor_grow() -> None:
    peers = Peers(limit=100)
    alive = peers.keys[("192.0.2.1", 4000)]
    for stranger in range(10_000):
        peers.keys["198.51.100.7", stranger]
        if stranger % 50 == 0:
            assert peers.addresses[alive] == ("192.0.2.1", 4000)

    assert len(peers.addresses) <= 100
    assert len(peers.keys) <= 100
    assert peers.addresses[peers.keys["192.0.2.1", 4000]] == ("192.0.2.1", 4000)


def test_a_peer_that_was_never_seen_has_no_address() -> None:
    assert Peers().addresses[99] is None


def test_the_limit_of_open_files_is_the_systems() -> None:
    assert raise_file_limit() >= 256


@pytest.mark.parametrize("host", ["::1", "fe80::1%lo", "far.test", "127.1", ""])
def test_only_an_address_of_our_family_is_a_peer(ports: Ports, host: str) -> None:
    with pytest.raises(OSError, match="illegal IP address"):
        ports.peer(host, 4000)
