"""What the client makes of calls and of what it is told."""

import time

import pytest

from offhook.capacity.client import Tally, quantile


def test_an_invite_ends_the_wait_of_its_call_once() -> None:
    tally = Tally()
    tally.asked["+1"] = time.monotonic() - 2.0
    tally.invited("+1")
    tally.invited("+1")
    tally.invited("+2")

    (delay_s,) = tally.delays_s
    assert 2.0 <= delay_s < 60.0


def test_it_is_done_when_as_many_have_ended_as_are_awaited() -> None:
    tally = Tally(awaited=2)
    tally.end()
    assert not tally.done.is_set()
    tally.end()

    assert tally.done.is_set()


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        ([], ""),
        ([b'{"type":"x","description":"Too busy"}', b"{}"], "Too busy"),
        ([b"<html>"], "<html>"),
        ([b"[]"], "[]"),
        ([b"{}"], "{}"),
        ([b"\xff" * 1000], "�" * 200),
    ],
)
def test_a_refusal_is_told_by_its_description(refused: list[bytes], told: str) -> None:
    assert Tally(refused=refused).refusal == told


@pytest.mark.parametrize(
    ("values", "part", "value"),
    [([], 0.99, 0.0), ([3.0], 0.99, 3.0), ([3.0, 1.0, 2.0], 0.5, 2.0), ([2.0, 1.0], 1.0, 2.0)],
)
def test_a_quantile_is_one_of_the_values(values: list[float], part: float, value: float) -> None:
    assert quantile(values, part) == value
