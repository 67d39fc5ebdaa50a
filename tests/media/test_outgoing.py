"""Datagrams of a tick, gathered."""

import numpy as np

from offhook.media.outgoing import Outgoing
from offhook.media.rtp import Stamps

SOCKET = np.array([5, 6, 7])
MEDIA = np.array([50, 60, 70])
CONTROL = np.array([51, 61, 71])


def stamps(count: int, kind: int = 0) -> Stamps:
    numbers = np.arange(count)
    return Stamps(numbers > 99, np.full(count, kind), numbers, numbers * 160, numbers + 9)


def test_media_goes_before_control_each_to_its_peer() -> None:
    outgoing = Outgoing(3)
    outgoing.control(1, b"report")
    outgoing.media(np.array([2]), stamps(1, 101), np.full((1, 4), 9, np.uint8))
    outgoing.media(np.array([0, 2]), stamps(2), np.full((2, 160), 7, np.uint8))
    packets = outgoing.packets(SOCKET, MEDIA, CONTROL)

    assert packets.socket.tolist() == [7, 5, 7, 6]
    assert packets.peer.tolist() == [70, 50, 70, 61]
    assert packets.rtcp.tolist() == [False, False, False, True]
    assert packets.length.tolist() == [16, 172, 172, 6]
    assert packets.data[0, :16].tobytes() == bytes([128, 101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]) + (
        b"\x09" * 4
    )
    assert (packets.data[1:3, 12:172] == 7).all()
    assert packets.data[3, :6].tobytes() == b"report"


def test_what_was_taken_is_gone() -> None:
    outgoing = Outgoing(3)
    outgoing.media(np.array([0]), stamps(1), np.zeros((1, 160), np.uint8))
    outgoing.packets(SOCKET, MEDIA, CONTROL)

    assert len(outgoing.packets(SOCKET, MEDIA, CONTROL)) == 0


def test_more_than_expected_makes_room() -> None:
    outgoing = Outgoing(1)
    for turn in range(40):
        outgoing.media(np.array([0, 1]), stamps(2), np.full((2, 160), turn, np.uint8))
    packets = outgoing.packets(SOCKET, MEDIA, CONTROL)

    assert packets.data[:, 12].tolist() == [turn for turn in range(40) for _ in range(2)]
    assert packets.length.tolist() == [172] * 80
