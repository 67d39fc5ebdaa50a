"""When a load is too much, and what is said of it."""

import itertools
from dataclasses import replace

import pytest

from offhook.capacity.steps import Step, ladder, verdict

CORE, PORTS = "the core of the media worker", "the number of places for legs"
GOOD = Step(100, {CORE: 0.5, PORTS: 0.1}, invite_ms=20.0, received=10_000)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (GOOD, []),
        (replace(GOOD, lost=10), []),
        (replace(GOOD, lost=11), ["11 of 10011 packets were lost"]),
        (replace(GOOD, received=0), []),
        (replace(GOOD, invite_ms=100.0), []),
        (replace(GOOD, invite_ms=101.4), ["createCall to INVITE took 101 ms (p99)"]),
        (replace(GOOD, skipped=3), ["media workers gave up 3 ticks"]),
        (replace(GOOD, failed=2), ["2 calls failed"]),
        (replace(GOOD, failed=2, why="Too busy"), ["2 calls failed (Too busy)"]),
        (replace(GOOD, behind=1), ["the telephones of the measurement did not keep up"]),
        (
            replace(GOOD, skipped=1, lost=500),
            ["media workers gave up 1 ticks", "500 of 10500 packets were lost"],
        ),
    ],
)
def test_a_load_is_too_much_when_a_rule_is_broken(step: Step, told: list[str]) -> None:
    assert list(step.faults()) == told


def test_the_limit_is_what_is_used_most_when_it_becomes_too_much() -> None:
    bad = replace(GOOD, load=300, shares={CORE: 0.97, PORTS: 0.3}, skipped=2)
    found = verdict("calls at once", [bad, GOOD, replace(GOOD, load=200)])

    assert (found.most, found.beyond) == (200, 300)
    assert str(found) == (
        "200 calls at once: beyond it, at 300, media workers gave up 2 ticks; "
        "the core of the media worker is used to 97%"
    )


def test_a_load_that_is_too_much_for_no_resource_of_the_server_says_so() -> None:
    slow = replace(GOOD, load=300, invite_ms=500.0)
    assert verdict("calls", [slow]).limit.endswith("the core of the media worker is at 50% only")
    assert verdict("calls", [slow]).most == 0
    crowded = replace(GOOD, load=300, behind=7)

    assert (
        "the machine's cores, of which the telephones have a part"
        in verdict("calls", [GOOD, crowded]).limit
    )


def test_when_all_is_carried_it_is_said_what_is_fullest() -> None:
    found = verdict("calls a second", [GOOD])

    assert (found.most, found.beyond) == (100, None)
    assert found.limit == "as many as were tried; the core of the media worker is used to 50%"
    assert verdict("calls", []).most == 0


def test_after_a_load_that_was_too_much_no_larger_one_counts() -> None:
    assert verdict("calls", [replace(GOOD, load=200, failed=1), replace(GOOD, load=400)]).most == 0


@pytest.mark.parametrize(("first", "most"), [(1, 1), (1, 10), (50, 5000), (20, 21), (7, 7)])
def test_a_ladder_grows_by_half_at_most_and_ends_at_the_most(first: int, most: int) -> None:
    loads = list(ladder(first, most))

    assert (loads[0], loads[-1]) == (first, most)
    assert all(a < b <= max(a + 1, a * 1.5) for a, b in itertools.pairwise(loads))


def test_as_data_it_says_everything() -> None:
    data = replace(GOOD, lost=20).as_data()

    assert data["ok"] is False
    assert data["faults"] == ["20 of 10020 packets were lost"]
    assert data["used"] == {CORE: 0.5, PORTS: 0.1}
    assert (data["load"], data["packetsLost"], data["failed"]) == (100, 20, 0)
