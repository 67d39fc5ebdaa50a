"""What arrives, before any of it is played: who is believed, what is counted, what is told."""

import random

import numpy as np
import pytest

from offhook.media import rtp
from offhook.media.comfort import PAYLOAD_TYPE as COMFORT_NOISE
from offhook.media.inbound import MAX_BURST, Inbound
from offhook.media.jitter import JitterBuffer
from offhook.media.latches import Latches
from offhook.media.messages import Connect, Digit, Report
from offhook.media.packets import MAX_DATAGRAM, Packets
from offhook.media.reception import Reception
from offhook.media.reporting import Reporting
from offhook.media.rows import Rows
from offhook.media.senders import Senders

PEER, EVENTS = 77, 101
KEY_FIVE = bytes([5, 10, 0, 160])


class Desk:
    """Rows whose far ends are `PEER` + row, and what becomes of their packets."""

    def __init__(self, legs: int = 2) -> None:
        self.rows = Rows(legs)
        self.latches = Latches(legs)
        self.reception = Reception(legs)
        self.reports: list[Report] = []
        senders = Senders(legs, random.Random(1))
        reporting = Reporting(legs, random.Random(1), senders, self.reception, self.latches)
        self.inbound = Inbound(
            self.rows, self.latches, self.reception, JitterBuffer(legs), reporting, self.reports
        )
        for leg in range(legs):
            row = self.rows.take(str(leg), leg)
            self.rows.agree(row, Connect(str(leg), "", 1, 2, dtmf_payload_type=EVENTS))
            self.latches.connect(row, PEER + row, 0.0)

    def hear(
        self, count: int = 1, kind: int = 0, row: int = 0, body: bytes = bytes(160), first: int = 0
    ) -> None:
        """Let a far end send packets."""
        each = np.arange(count) + first
        data = np.zeros((count, MAX_DATAGRAM), np.uint8)
        data[:, rtp.HEADER : rtp.HEADER + len(body)] = np.frombuffer(body, np.uint8)
        stamps = rtp.Stamps(each < 0, each * 0 + kind, each, each * 160, each * 0 + 9)
        rtp.write(data, stamps)
        length, socket = each * 0 + rtp.HEADER + len(body), each * 0 + row
        self.inbound.receive(Packets(data, length, socket, socket + PEER, each < 0), 1.0)


@pytest.mark.parametrize("kind", [0, COMFORT_NOISE])
def test_audio_and_comfort_noise_are_counted_as_received(kind: int) -> None:
    desk = Desk()
    desk.hear(3, kind)

    assert [desk.reception.received(row) for row in (0, 1)] == [3, 0]
    assert desk.latches.refused.tolist() == [0, 0]


def test_a_payload_type_that_was_not_agreed_is_refused_and_latches_nothing() -> None:
    desk = Desk()
    desk.hear(2, kind=8)

    assert [desk.reception.received(row) for row in (0, 1)] == [0, 0]
    assert desk.latches.refused.tolist() == [2, 0]
    assert desk.latches.ssrc(0) == -1


def test_of_a_flood_a_bounded_part_is_taken_and_the_rest_counted_as_refused() -> None:
    desk = Desk()
    desk.hear(MAX_BURST + 5)

    assert desk.reception.received(0) == MAX_BURST
    assert desk.latches.refused[0] == 5


def test_a_key_that_was_heard_as_sound_is_not_told_again_by_its_event() -> None:
    desk = Desk()
    desk.inbound.heard_inband(0, 5, 0.8)
    desk.hear(kind=EVENTS, body=KEY_FIVE)
    desk.hear(kind=EVENTS, body=KEY_FIVE, row=1)

    assert desk.reports == [Digit("0", "5", inband=True), Digit("1", "5")]
    assert desk.inbound.sends_events.tolist() == [True, True]


def test_after_a_connect_without_events_and_for_another_leg_keys_are_sought_in_sound() -> None:
    desk = Desk()
    desk.hear(kind=EVENTS, body=KEY_FIVE)
    desk.hear(kind=EVENTS, body=KEY_FIVE, row=1)
    desk.inbound.without_events(0)
    desk.inbound.clear(1)

    assert desk.inbound.sends_events.tolist() == [False, False]
