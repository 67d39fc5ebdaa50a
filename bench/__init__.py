"""Measured figures: `python -m bench` (or `make bench`) runs every scenario and prints a table.

A scenario is a module here with `run(plan: Plan) -> Iterable[Figure]`; nothing else is needed to
add one. Figures are about CPU time and memory, not wall time, so that a busy machine spoils them
less.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value."""

    name: str  # scenario, size and what was measured: `media 500 legs: CPU`
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is wanted of a run."""

    quick: bool = False  # short runs, rough figures
    legs: tuple[int, ...] = ()  # of the engine; none: as many as it likes
    scenes: tuple[str, ...] = ()  # likewise
