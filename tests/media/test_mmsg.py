"""Many datagrams with one call, over real sockets."""

import select
import socket
from collections.abc import Iterator

import numpy as np
import pytest

from offhook.media import mmsg
from offhook.media.packets import MAX_DATAGRAM
from offhook.media.ports import address_key

pytestmark = pytest.mark.skipif(not mmsg.AVAILABLE, reason="the system has no recvmmsg")
Sockets = list[socket.socket]


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    made = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
    for each in made:
        each.bind(("127.0.0.1", 0))
    yield made
    for each in made:
        each.close()


def send(box: mmsg.Outbox, sockets: Sockets, bodies: list[bytes], order: list[int]) -> None:
    """Send from the first socket, by turns to the second and the third."""
    data = np.zeros((len(bodies), MAX_DATAGRAM), np.uint8)
    for row, body in zip(data, bodies, strict=True):
        row[: len(body)] = np.frombuffer(body, np.uint8)
    places = np.array(order, np.int64)
    lengths = np.array([len(bodies[number]) for number in order], np.int64)
    peers = np.array([address_key(*sockets[1 + n % 2].getsockname()) for n in order], np.int64)
    box.load(data, lengths, peers, places)
    box.send(sockets[0].fileno(), 0, len(order))


def test_datagrams_go_where_they_shall_and_arrive_with_length_and_source(sockets: Sockets) -> None:
    bodies = [bytes([number]) * (number + 1) for number in range(40)]
    inbox = mmsg.Inbox(50)
    send(mmsg.Outbox(8), sockets, bodies, list(range(39, -1, -1)))  # it has to grow
    select.select(sockets[1:], [], [], 1)
    even = inbox.receive(sockets[1].fileno(), 0, 50)
    odd = inbox.receive(sockets[2].fileno(), even, 50 - even)
    rows = [
        inbox.data[row, :length].tobytes() for row, length in enumerate(inbox.lengths(even + odd))
    ]

    assert (even, odd) == (20, 20)
    assert rows == bodies[38::-2] + bodies[39::-2]
    assert set(inbox.peers(40).tolist()) == {address_key(*sockets[0].getsockname())}


def test_no_more_is_read_than_is_asked_for_and_nothing_from_an_idle_socket(
    sockets: Sockets,
) -> None:
    inbox = mmsg.Inbox(4)
    send(mmsg.Outbox(8), sockets, [b"1", b"2", b"3", b"4", b"5"], [0, 2, 4])
    select.select(sockets[1:2], [], [], 1)

    assert inbox.receive(sockets[1].fileno(), 0, 2) == 2
    assert inbox.receive(sockets[1].fileno(), 2, 2) == 1
    assert inbox.receive(sockets[1].fileno(), 3, 1) == 0
    assert inbox.receive(-1, 0, 4) == 0
    assert [bytes(row[:1]) for row in inbox.data[:3]] == [b"1", b"3", b"5"]


def test_one_that_the_kernel_refuses_does_not_hold_up_the_rest(sockets: Sockets) -> None:
    """A broadcast is forbidden."""
    data = np.full((3, MAX_DATAGRAM), 7, np.uint8)
    there = address_key(*sockets[1].getsockname())
    peers = np.array([there, address_key("255.255.255.255", 9), there], np.int64)
    outbox, inbox = mmsg.Outbox(3), mmsg.Inbox(3)
    outbox.load(data, np.array([5, 5, 6], np.int64), peers, None)
    outbox.send(sockets[0].fileno(), 0, 3)
    select.select(sockets[1:2], [], [], 1)

    assert inbox.receive(sockets[1].fileno(), 0, 3) == 2
    assert inbox.lengths(2).tolist() == [5, 6]
