"""Sums of groups of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.media.codecs import FRAME
from offhook.media.sums import Groups

ROWS = 40
SILENCE = ROWS
SOUND = np.random.default_rng(1).integers(-32768, 32768, (ROWS + 1, FRAME)).astype(np.int16)
SOUND[SILENCE] = 0


@given(st.lists(st.lists(st.integers(0, ROWS - 1), unique=True), max_size=12))
def test_each_group_is_the_sum_of_its_rows(groups: list[list[int]]) -> None:
    sums = Groups(groups, SILENCE)
    expected = [SOUND[rows].sum(axis=0, dtype=np.int64).tolist() for rows in groups]

    assert sums.total(SOUND).tolist() == expected
    assert len(sums) == len(groups)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 9, 20, 40])
def test_groups_of_one_size_keep_their_order(size: int) -> None:
    groups = [list(range(first, first + size)) for first in range(ROWS - size + 1)]

    assert np.array_equal(
        Groups(groups, SILENCE).total(SOUND),
        np.stack([SOUND[rows].sum(axis=0, dtype=np.int64) for rows in groups]),
    )
