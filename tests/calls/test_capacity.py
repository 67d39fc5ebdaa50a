"""Rates and session counts."""

import pytest

from offhook.calls.capacity import Rate, Sessions
from offhook.directory import Account


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time


def test_a_rate_allows_its_count_in_any_second_and_then_says_how_long_to_wait() -> None:
    watch = Watch()
    rate = Rate(3, watch.now)
    for at in (0.0, 0.25, 0.5):
        watch.time = at
        assert rate.wait_s() == 0.0
        rate.take()

    assert rate.wait_s() == pytest.approx(0.5)
    watch.time = 1.0
    assert rate.wait_s() == 0.0


def test_what_was_taken_is_counted_as_long_as_it_counts() -> None:
    watch = Watch()
    rate = Rate(3, watch.now)
    for at in (0.0, 0.25, 0.5):
        watch.time = at
        rate.take()

    assert rate.taken == 3
    watch.time = 1.25
    assert rate.taken == 1


def test_a_rate_below_one_has_a_longer_window() -> None:
    watch = Watch()
    rate = Rate(0.5, watch.now)
    rate.take()

    assert rate.wait_s() == 2.0


def test_a_wait_that_only_rounding_leaves_is_over() -> None:
    """Of two times that are a second apart in decimals, floats may make a bit more than that."""
    watch = Watch()
    watch.time = 0.664457704
    rate = Rate(1, watch.now)
    rate.take()
    watch.time = 1.664457704
    assert watch.time < 0.664457704 + 1.0

    assert rate.wait_s() == 0.0


def test_a_rate_that_is_changed_remembers_what_has_happened() -> None:
    watch = Watch()
    rate = Rate(3, watch.now)
    for at in (0.0, 0.25, 0.5):
        watch.time = at
        rate.take()

    rate.change(2)
    assert rate.wait_s() == pytest.approx(0.75)  # until the call at 0.25 is a second old
    rate.change(4)
    assert rate.wait_s() == 0.0


def test_sessions_are_counted_per_account_and_on_the_node() -> None:
    sessions = Sessions(node_limit=3)
    sessions.take("1", "c-a")
    sessions.take("1", "c-b")
    sessions.take("2", "c-c")

    assert sessions.account_full(Account("1", sessions=2))
    assert not sessions.account_full(Account("2", sessions=2))
    assert sessions.node_full() == "the server carries 3 calls; limits.calls is 3"


def test_giving_back_twice_counts_once() -> None:
    sessions = Sessions(node_limit=1)
    sessions.take("1", "c-a")
    sessions.give_back("c-a")
    sessions.give_back("c-a")

    assert sessions.total == 0
    assert not sessions.account_full(Account("1", sessions=1))
