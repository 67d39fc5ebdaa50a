"""Seeds of the simulations, and those that once failed. `python -m tests.sim` tells one."""

import pytest
from tests.sim import seeds
from tests.sim.seeds import check, regressions, tell
from tests.sim.simulation import Simulation

SEEDS = {"script": 500, "graph": 2000, "rooms": 400}
BATCH = 25
BATCHES = [(name, first) for name, count in SEEDS.items() for first in range(0, count, BATCH)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "first"), BATCHES)
def test_whatever_happens_a_call_keeps_its_rules(name: str, first: int) -> None:
    check(range(first, first + BATCH), name)


@pytest.mark.parametrize(("name", "seed"), regressions())
def test_a_seed_that_once_failed(name: str, seed: int) -> None:
    check([seed], name)


def test_a_failing_seed_says_which_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(seed: int, kind: type[Simulation]) -> str:
        raise AssertionError(seed)

    monkeypatch.setattr(seeds, "simulate", fail)
    with pytest.raises(AssertionError) as failure:
        check([3], "graph")

    assert failure.value.__notes__ == ["seed 3: again with `python -m tests.sim graph 3`"]


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_repeated_exactly(name: str) -> None:
    kind = seeds.SIMULATIONS[name]
    assert tell(7, kind) == tell(7, kind)
