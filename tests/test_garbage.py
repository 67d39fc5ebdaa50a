"""The collector is slowed down for a while, and only for a while."""

import gc
import subprocess
import sys

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


STAY = """
import gc
from offhook.garbage import uncollected
looks = []
gc.callbacks.append(lambda phase, _: looks.append(phase))
try:
    with uncollected():
        kept = [[] for _ in range(100_000)]
        raise KeyError
except KeyError:
    pass
assert not looks, len(looks)
assert gc.isenabled()
assert gc.get_freeze_count() > 100_000, gc.get_freeze_count()
"""


def test_what_is_made_to_stay_is_never_looked_through() -> None:
    """In a process of its own, as it freezes all there is."""
    ran = subprocess.run([sys.executable, "-c", STAY], check=False, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr
