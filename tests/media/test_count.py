"""Counting flags."""

import numpy as np
import pytest

from offhook.media.count import count_true


@pytest.mark.parametrize("size", [0, 1, 7, 64, 1000])
def test_it_counts_what_is_true(size: int) -> None:
    flags = np.random.default_rng(size).random(size) < 0.4

    assert count_true(flags) == sum(flags.tolist())
    assert count_true(flags[::2]) == sum(flags[::2].tolist())
    assert count_true(~flags.reshape(-1, 1)) == size - sum(flags.tolist())
