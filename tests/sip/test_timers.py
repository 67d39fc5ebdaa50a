"""Timers: order, stopping, and the deadline."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from offhook.sip.timers import Timers


def test_timers_fire_in_order_of_their_deadlines_then_of_their_start() -> None:
    timers, fired = Timers(), list[str]()
    for name, delay in (("late", 2.0), ("first", 1.0), ("second", 1.0)):
        timers.start(delay, lambda name=name: fired.append(name))  # type: ignore[misc]
    timers.now = 2.0
    timers.run()

    assert fired == ["first", "second", "late"]


def test_a_stopped_timer_neither_fires_nor_sets_the_deadline() -> None:
    timers, fired = Timers(), list[int]()
    timers.start(1.0, lambda: fired.append(1)).stop()
    timers.start(3.0, lambda: fired.append(2))

    assert timers.deadline() == 3.0

    timers.now = 5.0
    timers.run()

    assert fired == [2]
    assert timers.deadline() is None


def test_a_timer_may_start_one_that_is_due_at_once() -> None:
    timers, fired = Timers(), list[int]()

    def first() -> None:
        timers.start(0.0, lambda: fired.append(1))

    timers.start(1.0, first)
    timers.now = 1.0
    timers.run()

    assert fired == [1]


def test_stopping_after_firing_is_harmless() -> None:
    timers = Timers()
    timer = timers.start(0.0, lambda: None)
    timers.run()
    timer.stop()

    assert len(timers) == 0


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=50))
def test_exactly_the_timers_that_were_not_stopped_fire_in_time_order(
    plan: list[tuple[float, bool]],
) -> None:
    timers, fired = Timers(), list[float]()

    def note(delay: float) -> Callable[[], None]:
        return lambda: fired.append(delay)

    for delay, stopped in plan:
        timer = timers.start(delay, note(delay))
        if stopped:
            timer.stop()
    while (due := timers.deadline()) is not None:
        timers.now = due
        timers.run()

    assert fired == sorted(delay for delay, stopped in plan if not stopped)
