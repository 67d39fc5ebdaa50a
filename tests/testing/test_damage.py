"""A bad line loses and delays what goes through it, and nobody else's."""

import random

import numpy as np
import pytest
from tests.testing.test_wire import batch, numbers

from offhook.media.packets import Packets, Ports, empty
from offhook.testing.damage import SOUND, Damage, DamagedPorts
from offhook.testing.paths import Paths
from offhook.testing.wire import Wire


class Line:
    """Two hosts, the ports of the left one damaged; time is the test's."""

    def __init__(self, seed: int = 1) -> None:
        self.now = 0.0
        wire = Wire(lambda: self.now, Paths(), 1)
        self.left = DamagedPorts(wire.ports("10.0.0.1", 8), random.Random(seed), lambda: self.now)
        self.right = wire.ports("10.0.0.2", 8)
        self.bad, _, self.bad_port, _ = self.left.open()
        self.good, _, self.good_port, _ = self.left.open()
        self.far, _, self.far_port, _ = self.right.open()

    def there(self, count: int, socket: int, *, rtcp: bool = False) -> list[int]:
        """Send from the left, and return what arrives at the right."""
        peer = self.right.peer("10.0.0.2", self.far_port + rtcp)
        self.left.send(batch(list(range(count)), [socket] * count, [peer] * count, rtcp))
        self.now += 1.0
        return numbers(self.right.receive())

    def back(self, count: int, port: int) -> Packets:
        """Send from the right, and return what arrives at the left."""
        peer = self.right.peer("10.0.0.1", port)
        self.right.send(batch(list(range(count)), [self.far] * count, [peer] * count))
        self.now += 1.0
        return self.left.receive()


def test_it_is_a_kind_of_ports() -> None:
    ports: Ports = Line().left

    assert ports.peer("10.0.0.2", 10_000)


def test_packets_are_lost_both_ways_but_no_reports_and_no_other_lines() -> None:
    line = Line()
    line.left.damage(line.bad_port, Damage(loss=0.2))

    assert len(line.there(1000, line.bad)) == pytest.approx(800, abs=50)
    assert len(line.back(1000, line.bad_port)) == pytest.approx(800, abs=50)
    assert len(line.there(1000, line.good)) == 1000
    assert len(line.back(1000, line.good_port)) == 1000
    assert len(line.there(50, line.bad, rtcp=True)) == 50
    line.left.damage(line.bad_port, SOUND)
    assert len(line.there(1000, line.bad)) == 1000


def test_the_same_seed_loses_the_same_packets() -> None:
    def survivors(seed: int) -> list[int]:
        line = Line(seed)
        line.left.damage(line.bad_port, Damage(loss=0.3))
        return line.there(100, line.bad)

    assert survivors(1) == survivors(1)
    assert survivors(1) != survivors(2)


def test_late_packets_come_later_and_none_is_lost() -> None:
    line = Line()
    line.left.damage(line.bad_port, Damage(jitter_s=0.1))
    peer = line.right.peer("10.0.0.2", line.far_port)
    line.left.send(batch(list(range(100)), [line.bad] * 100, [peer] * 100))
    arrived: list[int] = []
    counts = []
    for _ in range(7):
        line.now += 0.02
        line.left.send(empty())
        came = numbers(line.right.receive())
        counts.append(len(came))
        arrived += came
    line.now += 1
    arrived += numbers(line.right.receive())

    assert sorted(arrived) == list(range(100))
    assert sum(count > 5 for count in counts) >= 4
    assert arrived != sorted(arrived)


def test_what_is_held_for_a_closed_port_is_forgotten() -> None:
    line = Line()
    line.left.damage(line.bad_port, Damage(jitter_s=5.0))
    assert len(line.back(10, line.bad_port)) < 10
    line.left.close(line.bad)
    line.now += 10
    again, *_ = line.left.open()

    assert len(line.left.receive()) == 0
    assert len(line.there(10, again)) == 10
    assert np.array_equal(line.there(3, line.good), [0, 1, 2])
