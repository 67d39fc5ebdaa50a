"""The matrix of the crossbar: who hears whom, as the edges of a sparse matrix of zeros and ones.

A sink that hears exactly one source is a row copy; one that hears nothing copies a row of silence;
the few that hear several are summed in 32 bits and clipped.
"""

from collections.abc import Sequence

import numpy as np

from offhook.media.codecs import Ints, Pcm
from offhook.media.sums import Groups, Sums

_LOWEST, _HIGHEST = np.int32(-32768), np.int32(32767)


class Switch:
    """out = M @ in for `sinks` sinks; the last row of the sources must be silence."""

    def __init__(self, sinks: int, sources: int) -> None:
        self._silence = sources - 1
        self._only: Ints = np.full(sinks, self._silence)  # the row a sink copies; several: silence
        self._heard_by: list[set[int]] = [set() for _ in range(sinks)]
        self._hearers: dict[int, set[int]] = {}  # the same edges by source
        self._sums: dict[int, set[int]] = {}  # sinks of several sources
        self._sinks: Ints = np.zeros(0, np.int64)
        self._groups = Groups((), self._silence)  # the sources of each
        self._changed = False

    @property
    def only(self) -> Ints:
        """The one source that a sink hears, or silence: [sink]."""
        return self._only

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

    def route(self, sources: Pcm, out: Pcm, parts: Sequence[slice]) -> None:
        """Fill parts of int16 [sinks, FRAME] from int16 [sources, FRAME]; no others have edges."""
        for part in parts:
            sources.take(self._only[part], axis=0, out=out[part], mode="clip")
        if self._changed:
            self._plan()
        if len(self._sinks):
            out[self._sinks] = clip(self._groups.total(sources))

    def _plan(self) -> None:
        order = sorted(self._sums)
        self._sinks = np.array(order, np.int64)
        self._groups = Groups([sorted(self._sums[sink]) for sink in order], self._silence)
        self._changed = False


def clip(sums: Sums) -> Sums:
    """Cut sums to 16 bits, in place; to see that there is nothing to cut takes a tenth of it."""
    if sums.size and sums.max() > _HIGHEST:
        np.minimum(sums, _HIGHEST, out=sums)
    if sums.size and sums.min() < _LOWEST:
        np.maximum(sums, _LOWEST, out=sums)
    return sums
