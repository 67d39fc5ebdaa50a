"""The media engine beside the floor: legs that are played to, bridged and in rooms.

Of each size and kind: CPU per leg-second, also as a multiple of what the C floor of the same run
takes, memory, how evenly packets reach the far ends, and what was lost or given up.
"""

import asyncio
from collections.abc import Callable, Iterable

import numpy as np

from bench import Figure
from bench._c import compiled
from bench._worker import Sockets, Work, measure, names
from bench.floor import PLAIN
from bench.floor import measure as measure_floor
from bench.media import gaps
from bench.rooms import bridges, rooms
from offhook.media.messages import Command, Load, Play

LEGS = (50, 200, 500, 1000, 2000)
KINDS: tuple[Sockets, ...] = ("shared", "per-leg")


def full_duplex(legs: int) -> Iterable[Command]:
    """Play a noise to all, who speak all the time."""
    noise = np.random.default_rng(1).integers(-8000, 8000, 80_000, np.int16)  # ten seconds
    yield Load("prompt", noise.tobytes())
    for name in names(legs):
        yield Play(name, 1, "prompt", loop=True)


SCENARIOS: dict[str, Callable[[int], Iterable[Command]]] = {
    "full duplex": full_duplex,
    "bridged": bridges,
    "rooms of 3": lambda legs: rooms(legs, 3),
    "rooms of 20": lambda legs: rooms(legs, 20),
    "rooms of 100": lambda legs: rooms(legs, 100),
}


def run(quick: bool) -> list[Figure]:
    """Measure everything; in a hurry, the smallest size for a moment."""
    seconds = 1.0 if quick else 10.0
    figures: list[Figure] = []
    for legs in (20,) if quick else LEGS:
        floor = measure_floor(compiled("_plain") or PLAIN, legs, seconds)
        figures.append(Figure(f"engine floor, {legs} legs: CPU per leg-second", floor, "ms"))
        for kind in KINDS:
            for name, commands in list(SCENARIOS.items())[: 2 if quick else None]:
                work = asyncio.run(measure(legs, commands(legs), seconds, kind))
                figures += _figures(f"engine {kind}, {name}, {legs} legs:", work, floor)
    return figures


def _figures(title: str, work: Work, floor: float) -> list[Figure]:
    return [
        Figure(f"{title} CPU per leg-second", work.cpu_ms, "ms"),
        Figure(f"{title} CPU, of the floor", work.cpu_ms / floor, "times"),
        Figure(f"{title} memory per leg", work.memory_kib, "KiB"),
        Figure(f"{title} far ends kept up", work.kept_up * 100, "%"),
        Figure(f"{title} lost both ways", work.lost + work.missing, "packets"),
        Figure(f"{title} ticks skipped", work.skipped, "ticks"),
        Figure(f"{title} tick lateness, worst", max(b.late_ms_max for b in work.beats), "ms"),
        *gaps(title, work),
    ]
