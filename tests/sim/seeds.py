"""Simulations by name, and seeds of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.sim.graph import Graph
from tests.sim.rooms import Rooms
from tests.sim.simulation import Simulation, simulate

from offhook.testing.loop import run

SIMULATIONS: dict[str, type[Simulation]] = {
    "script": Simulation,
    "graph": Graph,
    "rooms": Rooms,
}
REGRESSIONS = Path(__file__).with_name("regressions.txt")


@dataclass(frozen=True, slots=True)
class Failure:
    """A seed that broke a rule."""

    seed: int
    fault: str


def tell(seed: int, simulation: type[Simulation]) -> str:
    """Run a seed; returns the time lines of its calls."""
    return run(simulate(seed, simulation))


def check(seeds: Iterable[int], name: str) -> None:
    """Run seeds; the first that fails says which it is."""
    for seed in seeds:
        try:
            tell(seed, SIMULATIONS[name])
        except BaseException as fault:
            fault.add_note(f"seed {seed}: again with `python -m tests.sim {name} {seed}`")
            raise


def failures(seeds: Iterable[int], simulation: type[Simulation]) -> Iterator[Failure]:
    """Run them all; returns those that fail."""
    for seed in seeds:
        try:
            tell(seed, simulation)
        except Exception as fault:  # noqa: BLE001  # whatever it is, it is told
            yield Failure(seed, _reason(fault))


def _reason(fault: BaseException) -> str:
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return f"{type(fault).__name__}: {fault}"


def regressions() -> list[tuple[str, int]]:
    """Return the seeds of the file: a line is a simulation, a seed and why it is there."""
    lines = REGRESSIONS.read_text().splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    return [(name, int(seed)) for name, seed, *_ in words]
