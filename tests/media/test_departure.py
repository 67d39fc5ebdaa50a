"""Packets leave at even distances."""

import random
from itertools import pairwise

import pytest

from offhook.media.departure import DECAY, LONGEST_LEAD_S, SHORTEST_WAIT_S, Departure
from offhook.media.plane import TICK_S


class Machine:
    """A clock that goes on while one works or sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, 0.0
        self.departure = Departure(lambda: self.now, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds

    def tick(self, number: int, took_s: float) -> float:
        """Work for so long; return when the packets leave."""
        due = number * TICK_S
        self.now = due + took_s
        self.departure.wait(due)
        assert self.departure.waited_s == pytest.approx(self.slept)
        return self.now


def test_work_of_uneven_length_leaves_at_even_distances() -> None:
    machine, rng = Machine(), random.Random(3)
    left = [machine.tick(number, rng.uniform(0.002, 0.006)) for number in range(2000)]
    gaps = sorted(abs(later - sooner - TICK_S) for sooner, later in pairwise(left[100:]))

    assert gaps[int(len(gaps) * 0.95)] < 0.0006
    assert gaps[-1] < 0.004


def test_it_waits_no_longer_than_ticks_take_now_and_then() -> None:
    machine = Machine()
    left = [machine.tick(number, 0.006 if number == 0 else 0.001) for number in range(1200)]
    delays = [moment - number * TICK_S for number, moment in enumerate(left)]

    assert delays[0] == pytest.approx(0.006)
    assert delays[1] == pytest.approx(0.006 * DECAY)
    assert delays[-1] < 0.001 + SHORTEST_WAIT_S


def test_one_very_late_tick_delays_the_others_by_no_more_than_the_limit() -> None:
    machine = Machine()
    machine.tick(0, 0.5)

    assert machine.tick(1, 0.001) <= TICK_S + LONGEST_LEAD_S
    assert machine.tick(2, 0.015) == pytest.approx(2 * TICK_S + 0.015)


def test_short_work_is_not_held_up() -> None:
    machine, rng = Machine(), random.Random(3)
    for number in range(100):
        machine.tick(number, rng.uniform(0.0, SHORTEST_WAIT_S))

    assert machine.slept == 0.0
