"""What a call costs that is bridged with another, and a member of a conference room.

All of them speak all the time. The same sizes again with a program that does nothing but one `send`
and one `recv` per leg and 20 ms, so that one sees what of a figure is the network's.
"""

import asyncio
from collections.abc import Iterable

from bench import Figure
from bench._worker import measure, names
from bench.floor import PLAIN
from bench.floor import measure as measure_floor
from offhook.media.messages import Command, Join, OpenRoom, Seat

LEGS = (20, 100, 400)
SIZES = (3, 20)


def run(quick: bool) -> list[Figure]:
    """Measure bridges, rooms and the floor at every size."""
    seconds = 1.5 if quick else 10.0
    figures: list[Figure] = []
    for legs in LEGS[:1] if quick else LEGS:
        floor = measure_floor(PLAIN, legs, seconds)
        figures.append(Figure(f"rooms {legs} legs, floor in Python: CPU per leg", floor, "ms/s"))
        figures += _work(f"rooms {legs} legs, bridged: CPU per call", legs, bridges(legs), seconds)
        for size in SIZES:
            what = f"rooms {legs} legs, {size} in a room: CPU per member"
            figures += _work(what, legs, rooms(legs, size), seconds)
    return figures


def bridges(legs: int) -> Iterable[Command]:
    """Join the legs two by two."""
    there = names(legs)
    for leg, other in zip(there[::2], there[1::2], strict=True):
        yield Join(leg, other)


def rooms(legs: int, size: int) -> Iterable[Command]:
    """Seat the legs in rooms of a size."""
    for number, leg in enumerate(names(legs)):
        room = f"room{number // size}"
        if number % size == 0:
            yield OpenRoom(room)
        yield Seat(leg, room)


def _work(what: str, legs: int, commands: Iterable[Command], seconds: float) -> list[Figure]:
    work = asyncio.run(measure(legs, commands, seconds))
    title = what.partition(":")[0]
    return [
        Figure(what, work.cpu_ms, "ms/s"),
        Figure(f"{title}: memory", work.memory_kib, "KiB"),
        Figure(f"{title}: far ends kept up", work.kept_up * 100, "%"),
        Figure(f"{title}: lost both ways", work.lost + work.missing, "packets"),
        Figure(f"{title}: ticks skipped", work.skipped, "ticks"),
    ]
