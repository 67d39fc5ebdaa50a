"""RTCP between two rows: what one counts, the other learns."""

import random

import numpy as np
import pytest

from offhook.media import rtcp
from offhook.media.latches import Latches
from offhook.media.reception import Reception
from offhook.media.reporting import Reporting
from offhook.media.senders import Senders

ROW, PEER, STRANGER = 1, 40, 66


class Side:
    """One end with everything that reports read."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.senders, self.reception, self.latches = Senders(2, rng), Reception(2), Latches(2)
        self.reporting = Reporting(2, rng, self.senders, self.reception, self.latches)
        self.senders.clear(ROW)
        self.reporting.clear(ROW)
        self.reporting.connect(ROW, PEER, 0.0)
        self.latches.connect(ROW, PEER, 0.0)

    def hear(self, other: "Side", sequences: list[int]) -> None:
        """Receive some packets of the other side's stream."""
        row, ssrc = np.array([ROW]), other.senders.ssrc[[ROW]]
        for sequence in sequences:
            self.latches.admit(row, np.array([PEER]), ssrc, 0.0)
            other.senders.audio(row, row)
            self.reception.count(row, np.array([sequence]))
            self.reception.time(row, np.array([0]), 0.0)

    @property
    def ssrc(self) -> int:
        return int(self.senders.ssrc[ROW])


@pytest.fixture
def sides() -> tuple[Side, Side]:
    return Side(1), Side(2)


def test_a_leg_reports_about_every_five_seconds(sides: tuple[Side, Side]) -> None:
    reporting = sides[0].reporting
    times = [now / 50 for now in range(50 * 600) if len(reporting.due(now / 50))]
    gaps = np.diff(times)

    assert 1.25 <= times[0] <= 3.77
    assert gaps.min() >= 2.5
    assert gaps.max() <= 7.52
    assert 4.5 < gaps.mean() < 5.5


def test_without_a_peer_or_after_the_end_nothing_is_due(sides: tuple[Side, Side]) -> None:
    side, other = sides
    side.reporting.clear(ROW)
    other.reporting.silence(ROW)

    assert len(side.reporting.due(1e9)) == len(other.reporting.due(1e9)) == 0


def test_loss_and_round_trip_are_learnt_from_reports(sides: tuple[Side, Side]) -> None:
    near, far = sides
    far.hear(near, [1, 2, 5])
    near.hear(far, [1])
    first = near.reporting.report(ROW, 100.0)
    assert far.reporting.receive(ROW, PEER, first, 100.05)
    assert near.reporting.receive(ROW, PEER, far.reporting.report(ROW, 101.05), 101.12)
    counters = near.reporting.counters(ROW, late=3)

    assert counters.remote_lost == 2
    assert counters.round_trip_ms == pytest.approx(120, abs=0.1)
    assert (counters.packets_sent, counters.packets_received) == (3, 1)
    assert counters.packets_late == 3
    assert far.reporting.counters(ROW, late=0).packets_lost == 2


def test_who_sends_nothing_reports_as_receiver(sides: tuple[Side, Side]) -> None:
    near, far = sides
    far.hear(near, [1, 2])
    kinds = [near.reporting.report(ROW, now)[1] for now in (1.0, 6.0)]

    assert kinds == [200, 201]
    assert far.reporting.report(ROW, 1.0)[1] == 201


def test_a_goodbye_follows_the_last_report(sides: tuple[Side, Side]) -> None:
    report = rtcp.parse(sides[0].reporting.bye(ROW, 1.0))

    assert report is not None
    assert report.bye
    assert report.ssrc == sides[0].ssrc


def admitted(side: Side, peer: int, ssrc: int) -> bool:
    return bool(side.reporting.admit(np.array([ROW]), np.array([peer]), np.array([ssrc]))[0])


def test_rtcp_inject_a_stranger_must_know_the_ssrc(sides: tuple[Side, Side]) -> None:
    near, far = sides

    assert not admitted(near, STRANGER, 1234)
    assert admitted(near, PEER, 1234)
    near.hear(far, [1])
    assert admitted(near, STRANGER, far.ssrc)
    assert not admitted(near, STRANGER, far.ssrc ^ 1)


def test_reports_go_back_to_where_they_come_from(sides: tuple[Side, Side]) -> None:
    near, far = sides
    near.reporting.receive(ROW, STRANGER, far.reporting.report(ROW, 1.0), 1.0)

    assert near.reporting.peer[ROW] == STRANGER


def test_what_is_not_rtcp_changes_nothing(sides: tuple[Side, Side]) -> None:
    near = sides[0]

    assert not near.reporting.receive(ROW, STRANGER, b"hello world!", 1.0)
    assert near.reporting.peer[ROW] == PEER


def test_a_block_about_another_stream_is_not_ours(sides: tuple[Side, Side]) -> None:
    near, far = sides
    block = rtcp.Block(near.ssrc ^ 1, 0, 99, 0, 0, 0, 0)
    near.reporting.receive(ROW, PEER, rtcp.report(far.ssrc, "", None, block), 1.0)

    assert near.reporting.counters(ROW, 0).remote_lost is None


def test_a_report_that_answers_the_future_has_no_round_trip(sides: tuple[Side, Side]) -> None:
    near, far = sides
    late = rtcp.middle(rtcp.ntp(50.0))
    block = rtcp.Block(near.ssrc, 0, 0, 0, 80, late, 0)
    near.reporting.receive(ROW, PEER, rtcp.report(far.ssrc, "", None, block), 10.0)
    counters = near.reporting.counters(ROW, 0)

    assert counters.round_trip_ms is None
    assert counters.remote_jitter_ms == 10.0
