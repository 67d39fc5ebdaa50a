"""Estimators as arrays against the code of RFC 3550 A.1, A.3 and A.8, one packet at a time."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.media.reception import Reception

ROW = 2


class Plain:
    """One stream, as the RFC counts it."""

    def __init__(self) -> None:
        self.first: int | None = None
        self.highest = 0
        self.received = 0
        self.jitter = 0.0
        self.transit: int | None = None

    def packet(self, sequence: int, timestamp: int, arrival: int) -> None:
        if self.first is None:
            self.first = self.highest = sequence
        step = (sequence - self.highest) % 65536
        if step < 32768:
            self.highest += step
        self.received += 1
        transit = (arrival - timestamp) % 2**32
        if self.transit is not None:
            change = min((transit - self.transit) % 2**32, (self.transit - transit) % 2**32)
            if change < 8000:
                self.jitter += (change - self.jitter) / 16
        self.transit = transit

    def lost(self) -> int:
        assert self.first is not None
        return max(0, self.highest - self.first + 1 - self.received)


def count(reception: Reception, sequence: int, timestamp: int, now: float) -> None:
    reception.count(np.array([ROW]), np.array([sequence % 65536]))
    reception.time(np.array([ROW]), np.array([timestamp % 2**32]), now)


def lost(reception: Reception) -> int:
    return reception.lost(ROW)


@given(
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.lists(st.tuples(st.integers(-3, 5), st.integers(0, 400)), max_size=40),
)
def test_loss_and_jitter_are_those_of_rfc_3550(
    sequence: int, timestamp: int, moves: list[tuple[int, int]]
) -> None:
    plain, reception = Plain(), Reception(4)
    arrival = 0
    for step, wait in [(0, 0), *moves]:
        sequence, timestamp, arrival = sequence + step, timestamp + 160 * step, arrival + wait
        plain.packet(sequence % 65536, timestamp % 2**32, arrival)
        count(reception, sequence, timestamp, arrival / 8000)

    assert lost(reception) == plain.lost()
    assert reception.received(ROW) == plain.received
    assert abs(reception.jitter[ROW] - plain.jitter) <= 2.0  # whole samples of arrival time


def test_a_new_stream_keeps_what_the_old_one_lost() -> None:
    reception = Reception(4)
    for sequence in (10, 11, 14):
        count(reception, sequence, 0, 0.0)
    reception.restart(np.array([ROW]))
    for sequence in (5000, 5002):
        count(reception, sequence, 0, 0.0)

    assert lost(reception) == 3
    assert reception.received(ROW) == 5


def test_a_jump_of_sequence_numbers_is_not_loss() -> None:
    reception = Reception(4)
    for sequence in (10, 11, 30000, 30001):
        count(reception, sequence, 0, 0.0)

    assert lost(reception) == 0


def test_a_report_tells_the_loss_since_the_one_before() -> None:
    reception = Reception(4)
    for sequence in range(0, 8, 2):
        count(reception, sequence, 0, 0.0)
    first = reception.fraction(ROW)
    for sequence in range(7, 17):
        count(reception, sequence, 0, 0.0)

    assert first == 3 * 256 // 7
    assert reception.fraction(ROW) == 0
    assert reception.fraction(ROW) == 0  # nothing expected


def test_a_jump_of_timestamps_is_not_jitter() -> None:
    reception = Reception(4)
    for turn, timestamp in enumerate((0, 160, 90_000_000, 90_000_160)):
        count(reception, turn, timestamp, turn * 0.02)

    assert reception.jitter[ROW] == 0


def test_rows_are_counted_side_by_side() -> None:
    reception, rng = Reception(4), random.Random(1)
    plain = [Plain(), Plain(), Plain()]
    rows = np.array([0, 1, 3])
    for turn in range(50):
        step = np.array([turn + rng.randint(0, 2) for _ in rows])
        now = turn * 0.02
        reception.count(rows, step)
        reception.time(rows, 160 * step, now)
        for one, at in zip(plain, step, strict=True):
            one.packet(int(at), int(160 * at), round(now * 8000))

    assert [reception.lost(row) for row in rows.tolist()] == [one.lost() for one in plain]
    assert reception.jitter[rows] == pytest.approx([one.jitter for one in plain], abs=1.0)


def test_a_cleared_row_has_counted_nothing() -> None:
    reception = Reception(4)
    for sequence in (1, 5):
        count(reception, sequence, 0, 0.0)
    reception.clear(ROW)

    assert (lost(reception), reception.received(ROW), reception.jitter[ROW]) == (0, 0, 0)
