"""The whole measurement, small, on a real server."""

import asyncio

import msgspec
import pytest

from offhook.capacity.run import Wish, calls_a_second, calls_at_once
from offhook.capacity.steps import Step
from offhook.config import load

pytestmark = pytest.mark.slow


def wish(calls: int, per_second: int, limit: int = 2000) -> Wish:
    settings = load().settings
    limits = msgspec.structs.replace(settings.limits, calls=limit, load=1.0)
    return Wish(
        msgspec.structs.replace(settings, limits=limits),
        seconds=1.5,
        calls=calls,
        first_calls=20,
        per_second=per_second,
        first_per_second=10,
    )


def test_calls_talk_at_once_until_there_are_as_many_as_may() -> None:
    told: list[Step] = []
    steps = asyncio.run(asyncio.wait_for(calls_at_once(wish(30, 1, limit=25), told.append), 60))

    assert steps == told
    assert [step.load for step in steps] == [20, 30]
    assert steps[0].received > 20 * 40
    assert steps[0].shares["the core of call control"] > 0
    assert (steps[0].failed, steps[1].failed) == (0, 5)
    assert steps[1].why == "Managing too many concurrent calls"
    assert any("calls failed" in fault for fault in steps[1].faults())


def test_short_calls_come_and_go() -> None:
    steps = asyncio.run(asyncio.wait_for(calls_a_second(wish(1, 10), lambda _: None), 60))

    assert [step.load for step in steps] == [10]
    assert steps[0].failed == 0
    assert steps[0].invite_ms > 0
