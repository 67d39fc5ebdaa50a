"""The matrix of the crossbar: who hears whom, as the edges of a sparse matrix of zeros and ones.

A sink that hears exactly one source is a row copy; one that hears nothing copies a row of silence;
the few that hear several are summed in 32 bits and clipped.
"""

import numpy as np
import numpy.typing as npt

from offhook.media.codecs import FRAME, Ints, Pcm

Sums = npt.NDArray[np.int32]


class Switch:
    """out = M @ in for `sinks` sinks; the last row of the sources must be silence."""

    def __init__(self, sinks: int, sources: int) -> None:
        self._silence = sources - 1
        self._only: Ints = np.full(sinks, self._silence)  # the row a sink copies
        self._heard_by: list[set[int]] = [set() for _ in range(sinks)]
        self._hearers: dict[int, set[int]] = {}  # the same edges by source
        self._sums: dict[int, set[int]] = {}  # sinks of several sources
        self._sinks: Ints = np.zeros(0, np.int64)
        self._edges: Ints = np.zeros(0, np.int64)  # sources of the sinks, one after the other
        self._starts: Ints = np.zeros(0, np.int64)  # where the edges of a sink begin
        self._changed = False

    def connect(self, sink: int, source: int) -> None:
        """Let a sink hear a source."""
        self._heard_by[sink].add(source)
        self._hearers.setdefault(source, set()).add(sink)
        self._update(sink)

    def disconnect(self, sink: int, source: int) -> None:
        """Let it hear it no more."""
        self._heard_by[sink].discard(source)
        self._hearers.get(source, set()).discard(sink)
        self._update(sink)

    def clear(self, row: int, sources: tuple[int, ...]) -> None:
        """Take a leg out: its sink hears nothing, nobody hears its sources."""
        for source in tuple(self._heard_by[row]):
            self.disconnect(row, source)
        for source in sources:
            for sink in tuple(self._hearers.get(source, ())):
                self.disconnect(sink, source)

    def _update(self, sink: int) -> None:
        heard = self._heard_by[sink]
        self._only[sink] = next(iter(heard)) if len(heard) == 1 else self._silence
        if len(heard) > 1:
            self._sums[sink] = heard
            self._changed = True
        elif self._sums.pop(sink, None) is not None:
            self._changed = True

    def route(self, sources: Pcm, out: Pcm) -> None:
        """Fill int16 [n, FRAME], the first n sinks, from int16 [sources, FRAME]."""
        count = len(out)
        np.take(sources, self._only[:count], axis=0, out=out, mode="clip")
        if self._changed:
            self._plan()
        if len(self._sinks):
            out[self._sinks] = total(sources, self._edges, self._starts)

    def _plan(self) -> None:
        order = sorted(self._sums)
        counts = [len(self._sums[sink]) for sink in order]
        self._sinks = np.array(order, np.int64)
        self._edges = np.array([s for sink in order for s in sorted(self._sums[sink])], np.int64)
        self._starts = np.cumsum([0, *counts[:-1]]) if counts else np.zeros(0, np.int64)
        self._changed = False


def total(sources: Pcm, edges: Ints, starts: Ints) -> Pcm:
    """Sum groups of source rows, clipped to 16 bits: int16 [groups, FRAME]."""
    sums = np.add.reduceat(sources[edges], starts, axis=0, dtype=np.int32)
    return clip(sums).astype(np.int16).reshape(-1, FRAME)


def clip(sums: Sums) -> Sums:
    """Cut sums to 16 bits, in place; numpy's own `clip` takes three times as long."""
    np.minimum(sums, 32767, out=sums)
    np.maximum(sums, -32768, out=sums)
    return sums
