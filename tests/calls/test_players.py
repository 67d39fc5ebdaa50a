"""Players run to their end, or are stopped."""

import asyncio
from dataclasses import dataclass, field

from offhook.calls.players import Players
from offhook.media.messages import Command, Dial, Play, Stop, ToneStep
from offhook.scopes import background
from offhook.testing.loop import virtual

STEP = ToneStep("5", 100)


@dataclass
class Plane:
    """A media plane that remembers what it was told."""

    told: list[Command] = field(default_factory=list)

    def send(self, command: Command) -> None:
        self.told.append(command)


@virtual
async def test_each_waits_for_its_own_end() -> None:
    plane = Plane()
    players = Players(plane, "c-1")
    async with background(players.play("clip", loop=True)) as first:
        async with background(players.dial([STEP])) as second:
            await asyncio.sleep(0)
            players.ended(2)
            players.ended(7)
            await second

        assert not first.done()
        players.ended(1)
        await first
    assert plane.told == [Play("c-1", 1, "clip", True), Dial("c-1", 2, (STEP,))]


@virtual
async def test_who_is_cancelled_stops_at_once_unless_the_leg_is_gone() -> None:
    for is_open in (True, False):
        plane = Plane()
        players = Players(plane, "c-1")
        players.open = is_open
        async with background(players.play("clip")):
            await asyncio.sleep(0)

        assert plane.told[1:] == ([Stop("c-1", 1)] if is_open else [])


@virtual
async def test_a_key_is_pressed_without_waiting() -> None:
    plane = Plane()
    players = Players(plane, "c-1")

    assert [players.press([STEP]), players.press([STEP])] == [1, 2]
    assert plane.told == [Dial("c-1", 1, (STEP,)), Dial("c-1", 2, (STEP,))]
