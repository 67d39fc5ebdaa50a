"""What a leg costs in the media worker: it plays a prompt and listens, both all the time."""

import asyncio
from collections.abc import Iterable

import numpy as np

from bench import Figure
from bench._worker import Work, measure, names
from offhook.media.messages import Command, Load, Play

LEGS = (100, 500)


def run(quick: bool) -> list[Figure]:
    """Measure a worker at every size."""
    noise = np.random.default_rng(1).integers(-8000, 8000, 80_000, np.int16)  # ten seconds
    figures: list[Figure] = []
    for legs in (20,) if quick else LEGS:
        prompts = [Play(name, 1, "prompt", loop=True) for name in names(legs)]
        commands: list[Command] = [Load("prompt", noise.tobytes()), *prompts]
        work = asyncio.run(measure(legs, commands, 1.5 if quick else 10.0))
        figures += _figures(f"media {legs} legs:", work)
    return figures


def _figures(title: str, work: Work) -> list[Figure]:
    received = sum(each.packets_received for each in work.counters)
    late = sum(each.packets_late for each in work.counters)
    worst_ms = max(beat.late_ms_max for beat in work.beats)
    return [
        Figure(f"{title} CPU per leg-second", work.cpu_ms, "ms"),
        Figure(f"{title} memory per leg", work.memory_kib, "KiB"),
        Figure(f"{title} far ends kept up", work.kept_up * 100, "%"),
        Figure(f"{title} packets received", received, "packets"),
        Figure(f"{title} lost on the way in", work.lost, "packets"),
        Figure(f"{title} late on the way in", late, "packets"),
        Figure(f"{title} lost on the way out", work.missing, "packets"),
        Figure(f"{title} ticks skipped", work.skipped, "ticks"),
        Figure(f"{title} tick lateness, mean", _mean(b.late_ms_mean for b in work.beats), "ms"),
        Figure(f"{title} tick lateness, worst", worst_ms, "ms"),
        *gaps(title, work),
    ]


def gaps(title: str, work: Work) -> list[Figure]:
    """Return how evenly the far ends got our packets, where they could tell."""
    names = ("median", "p99", "p99.9", "longest", "p99 of the worst leg")
    return [
        Figure(f"{title} gap between packets, {name}", value, "ms")
        for name, value in zip(names, work.gaps_ms, strict=False)
    ]


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
