"""Sums of groups of rows, in 32 bits: what is heard when several speak.

Groups are filled up with silence to the next power of two, and all of a size are added at once:
`add.reduceat`, made for groups of any size, takes three to twenty times as long.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from offhook.media.codecs import FRAME, Ints, Pcm

Sums = npt.NDArray[np.int32]
FEW = 8  # rows are added one after the other, more in one call


class Groups:
    """Which rows are added: made when somebody comes or goes, used in every tick."""

    def __init__(self, groups: Sequence[Sequence[int]], silence: int) -> None:
        self._count = len(groups)
        sizes: dict[int, list[int]] = {}
        for number, rows in enumerate(groups):
            sizes.setdefault(1 << max(len(rows) - 1, 0).bit_length(), []).append(number)
        self._blocks: list[tuple[Ints, Ints]] = []  # groups, and their rows [group, row]
        for size, numbers in sizes.items():
            block = np.full((len(numbers), size), silence)
            for place, number in enumerate(numbers):
                block[place, : len(groups[number])] = groups[number]
            self._blocks.append((np.array(numbers), block))

    def __len__(self) -> int:
        return self._count

    def total(self, sources: Pcm) -> Sums:
        """Add rows of int16 [source, FRAME]: int32 [group, FRAME]."""
        if len(self._blocks) == 1:
            return _add(sources, self._blocks[0][1])
        sums = np.empty((self._count, FRAME), np.int32)
        for groups, rows in self._blocks:
            sums[groups] = _add(sources, rows)
        return sums


def _add(sources: Pcm, rows: Ints) -> Sums:
    groups, size = rows.shape
    if size > FEW:
        sound = sources.take(rows.ravel(), axis=0).reshape(groups, size, FRAME)
        sums: Sums = sound.sum(axis=1, dtype=np.int32)
        return sums
    sums = sources.take(rows[:, 0], axis=0).astype(np.int32)
    for turn in range(1, size):
        sums += sources.take(rows[:, turn], axis=0)
    return sums
