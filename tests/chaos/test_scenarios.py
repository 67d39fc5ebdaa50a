"""Of 300 faults that are put into calls, explaining names at least 95 in a hundred."""

from collections.abc import Callable

import pytest
from tests.chaos.fault import FAULTS
from tests.chaos.scenarios import SCENARIOS, Outcome, play

BATCH = 30
SHARE = 0.95


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SCENARIOS, BATCH))
def test_an_injected_fault_is_named(
    first: int, record_property: Callable[[str, object], None]
) -> None:
    outcomes = [play(seed) for seed in range(first, first + BATCH)]
    unnamed = [str(outcome) for outcome in outcomes if not outcome.named]
    record_property("chaos_played", len(outcomes))
    record_property("chaos_named", len(outcomes) - len(unnamed))

    assert len(unnamed) <= BATCH * (1 - SHARE), "\n".join(unnamed)


def test_every_fault_has_its_turn() -> None:
    assert len(FAULTS) >= 50
    assert SCENARIOS // len(FAULTS) >= 5


def test_what_says_something_else_has_not_named_it() -> None:
    outcome = play(0)
    other = next(f for f in FAULTS.values() if f.words != outcome.fault.words)

    assert not Outcome(0, other, outcome.told).named
