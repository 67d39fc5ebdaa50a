"""The collector is slowed down for a while, and only for a while."""

import gc

import pytest

from offhook.garbage import SELDOM, seldom_collected
from offhook.testing.loop import run


def test_the_thresholds_are_as_before_whatever_happens() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), seldom_collected():
        assert gc.get_threshold() == SELDOM
        raise KeyError

    assert gc.get_threshold() == before


def test_a_virtual_run_collects_seldom() -> None:
    async def story() -> tuple[int, int, int]:
        return gc.get_threshold()

    before = gc.get_threshold()

    assert run(story()) == SELDOM
    assert gc.get_threshold() == before
