"""500 seeds of the simulation, and those that once failed. `python -m tests.sim SEED` tells one."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.sim.simulation import simulate

from offhook.testing.loop import run

SEEDS = 500
BATCH = 25
REGRESSIONS = Path(__file__).with_name("regressions.txt")


def check(seeds: Iterable[int]) -> None:
    """Run seeds; the first that fails says which it is."""
    for seed in seeds:
        try:
            run(simulate(seed))
        except BaseException as fault:
            fault.add_note(f"seed {seed}: again with `python -m tests.sim {seed}`")
            raise


def regressions() -> list[int]:
    """Return the seeds of the file: a line is a seed and why it is there."""
    lines = REGRESSIONS.read_text().splitlines()
    return [int(line.split()[0]) for line in lines if line and not line.startswith("#")]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_whatever_happens_a_call_keeps_its_rules(first: int) -> None:
    check(range(first, first + BATCH))


@pytest.mark.parametrize("seed", regressions())
def test_a_seed_that_once_failed(seed: int) -> None:
    check([seed])


def test_a_failing_seed_says_which_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(seed: int) -> str:
        raise AssertionError(seed)

    monkeypatch.setattr("tests.sim.test_seeds.simulate", fail)
    with pytest.raises(AssertionError) as failure:
        check([3])

    assert failure.value.__notes__ == ["seed 3: again with `python -m tests.sim 3`"]


def test_a_seed_is_repeated_exactly() -> None:
    assert run(simulate(7)) == run(simulate(7))
