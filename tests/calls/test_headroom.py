"""What is used of a machine, and when it is too much."""

import asyncio
import math

import pytest

from offhook.calls.headroom import EVERY_S, Headroom
from offhook.scopes import background
from offhook.testing.loop import run as run_virtually


class Machine:
    """Two resources of which one says how much is used."""

    def __init__(self, limit: float = 0.8) -> None:
        self.media, self.control = 0.0, 0.0
        meters = {"the media worker": lambda: self.media, "control": lambda: self.control}
        self.headroom = Headroom(meters, limit)

    def pass_seconds(self, count: int) -> None:
        for _ in range(count):
            self.headroom.look()


def test_what_is_used_most_runs_out_first() -> None:
    machine = Machine()
    machine.media, machine.control = 0.2, 0.5
    machine.pass_seconds(60)

    name, share = machine.headroom.first
    assert (name, round(share, 3)) == ("control", 0.5)
    assert machine.headroom.overload() == ""


def test_one_busy_second_refuses_nobody_but_a_busy_while_does() -> None:
    machine = Machine()
    machine.media = 1.0
    machine.pass_seconds(1)
    assert machine.headroom.overload() == ""
    machine.pass_seconds(9)

    assert machine.headroom.overload() == "the media worker is used to 97%; limits.load is 0.8"


def test_a_full_machine_takes_calls_again_when_it_is_clearly_below_the_limit() -> None:
    machine = Machine()
    machine.media = 0.85
    machine.pass_seconds(60)
    assert machine.headroom.overload()
    machine.media = 0.75  # below the limit, but not by a tenth
    machine.pass_seconds(60)
    assert machine.headroom.overload()
    machine.media = 0.7
    machine.pass_seconds(60)

    assert machine.headroom.overload() == ""
    machine.media = 0.75
    machine.pass_seconds(60)
    assert machine.headroom.overload() == ""


def test_a_limit_of_one_refuses_nobody() -> None:
    machine = Machine(limit=1.0)
    machine.control = 3.0
    machine.pass_seconds(60)

    assert machine.headroom.first[1] == pytest.approx(3.0)
    assert machine.headroom.overload() == ""


@pytest.mark.parametrize("nonsense", [math.nan, math.inf])
def test_nonsense_of_a_meter_is_passed_over(nonsense: float) -> None:
    machine = Machine()
    machine.media = 1.0
    machine.pass_seconds(60)
    machine.media = nonsense
    machine.pass_seconds(60)
    assert machine.headroom.overload()
    machine.media = 0.0
    machine.pass_seconds(60)

    assert machine.headroom.overload() == ""


def test_without_meters_there_is_room() -> None:
    headroom = Headroom({}, 0.5)
    headroom.look()

    assert (headroom.first, headroom.overload()) == (("nothing", 0.0), "")


def test_it_looks_every_second() -> None:
    machine = Machine()
    machine.media = 1.0

    async def story() -> None:
        async with background(machine.headroom.watch()):
            await asyncio.sleep(9.5 * EVERY_S)

    run_virtually(story())

    assert machine.headroom.used["the media worker"] == pytest.approx(1 - 0.7**9)
