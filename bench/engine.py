"""The media engine beside the floor, in all that legs do.

Of each size and scene: CPU per leg-second, also as a multiple of what the C floor of the same run
takes, memory, how evenly packets reach the far ends, and what was lost or given up. Unless told
otherwise, what bars are about at all sizes, on both kinds of sockets, and the rest at one size.
"""

import asyncio
from collections.abc import Iterator

from bench import Figure, Plan
from bench._c import compiled
from bench._scenes import SCENES
from bench._worker import Sockets, Work, measure
from bench.floor import PLAIN
from bench.floor import measure as measure_floor

LEGS = (50, 200, 500, 1000, 2000)
MAIN: dict[Sockets, tuple[str, ...]] = {
    "shared": ("full duplex", "bridged", "rooms of 3", "rooms of 20", "rooms of 100"),
    "per-leg": ("full duplex", "bridged", "rooms of 20"),
}
OTHERS_AT = 1000  # legs


def run(plan: Plan) -> Iterator[Figure]:
    """Measure everything; in a hurry, the smallest size for a moment."""
    seconds = 1.0 if plan.quick else 10.0
    for legs in plan.legs or ((20,) if plan.quick else LEGS):
        floor = measure_floor(compiled("_plain") or PLAIN, legs, seconds)
        yield Figure(f"engine floor, {legs} legs: CPU per leg-second", floor, "ms")
        for kind, main in MAIN.items():
            for name in _scenes(plan, kind, main, legs):
                work = asyncio.run(measure(legs, SCENES[name], seconds, kind))
                yield from _figures(f"engine {kind}, {name}, {legs} legs:", work, floor)


def _scenes(plan: Plan, kind: Sockets, main: tuple[str, ...], legs: int) -> tuple[str, ...]:
    if plan.scenes:
        return plan.scenes
    if plan.quick:
        return main[:2]
    others = tuple(name for name in SCENES if name not in main)
    return main + (others if kind == "shared" and legs == OTHERS_AT else ())


def _figures(title: str, work: Work, floor: float) -> list[Figure]:
    return [
        Figure(f"{title} CPU per leg-second", work.cpu_ms, "ms"),
        Figure(f"{title} CPU, of the floor", work.cpu_ms / floor, "times"),
        Figure(f"{title} memory per leg", work.memory_kib, "KiB"),
        Figure(f"{title} far ends kept up", work.kept_up * 100, "%"),
        Figure(f"{title} lost both ways", work.lost + work.missing, "packets"),
        Figure(f"{title} ticks skipped", work.skipped, "ticks"),
        Figure(f"{title} tick lateness, worst", max(b.late_ms_max for b in work.beats), "ms"),
        *gaps(title, work.gaps_ms),
    ]


def gaps(title: str, gaps_ms: list[float]) -> list[Figure]:
    """Return how evenly the far ends got our packets, where they could tell."""
    names = ("median", "p99", "p99.9", "longest", "p99 of the worst leg")
    return [
        Figure(f"{title} gap between packets, {name}", value, "ms")
        for name, value in zip(names, gaps_ms, strict=False)
    ]
