"""What is special about shared sockets; what all ports have in common is in test_ports.py."""

import random
from collections.abc import Iterator

import pytest
from tests.media.test_ports import packets, wait_arrival

from offhook.media import mmsg, shared
from offhook.media.shared import SharedPorts

pytestmark = pytest.mark.skipif(not mmsg.AVAILABLE, reason="the system has no recvmmsg")


@pytest.fixture
def ports() -> Iterator[SharedPorts]:
    made = SharedPorts(first=48000, last=48999, rng=random.Random())
    yield made
    made.close_all()


def test_packets_of_both_kinds_of_sockets_in_any_order_go_out_and_come_in(
    ports: SharedPorts,
) -> None:
    opened = [ports.open_shared(), ports.open(), ports.open_shared(), ports.open_shared()]
    keys = [key for key, *_ in opened]
    peers = [ports.peer(host, port) for _, host, port, _ in opened]
    order = [(source, to) for to in range(4) for source in (3, 0, 2, 1, 0)] * 5
    bodies = [bytes([source, to, number]) for number, (source, to) in enumerate(order)]
    ports.send(packets(bodies, [keys[s] for s, _ in order], [peers[to] for _, to in order]))
    expected = sorted(
        (body, keys[to], peers[source], False)
        for body, (source, to) in zip(bodies, order, strict=True)
    )

    assert sorted(wait_arrival(ports, len(order))) == expected
    assert len(ports) == 4


def test_of_what_may_not_be_sent_nothing_is(ports: SharedPorts) -> None:
    """To nobody, from a socket that is gone, without a byte."""
    (a, host, port, _), (gone, *_) = ports.open_shared(), ports.open_shared()
    ports.close(gone)
    to = ports.peer(host, port)
    ports.send(packets([b"1", b"2", b"", b"4"], [a, gone, a, a], [-1, to, to, to]))

    assert wait_arrival(ports, 1) == [(b"4", a, to, False)]


def test_as_many_legs_share_a_socket_as_its_buffer_is_good_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fewest where the kernel grants little; never none."""
    most = SharedPorts(first=48000, last=48999).legs_per_socket
    monkeypatch.setattr(shared, "BUFFER_BYTES", 1)
    least = SharedPorts(first=48000, last=48999).legs_per_socket

    assert (least, 8 <= most <= shared.MAX_LEGS) == (1, True)


def test_when_there_are_too_many_shared_sockets_there_are_still_others(
    ports: SharedPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "MAX_SHARED", 1)
    ports.open_shared()

    with pytest.raises(OSError, match="all shared sockets"):
        ports.open_shared()
    assert ports.open()[0] >= 1
