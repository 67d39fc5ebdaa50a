"""The switch against a matrix product in plain Python."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.media.codecs import FRAME, Pcm
from offhook.media.switch import Switch, clip

SINKS, SOURCES = 4, 6
EDITS = st.lists(
    st.tuples(st.booleans(), st.integers(0, SINKS - 1), st.integers(0, SOURCES - 2)), max_size=25
)


def sound(seed: int = 1) -> Pcm:
    rng = random.Random(seed)
    table = [[rng.randint(-32768, 32767) for _ in range(FRAME)] for _ in range(SOURCES)]
    table[-1] = [0] * FRAME
    return np.array(table, np.int16)


def plain(edges: set[tuple[int, int]], sources: Pcm) -> list[list[int]]:
    """out = M @ in, clipped."""
    return [
        [
            max(-32768, min(32767, sum(int(sources[s][at]) for k, s in edges if k == sink)))
            for at in range(FRAME)
        ]
        for sink in range(SINKS)
    ]


@settings(max_examples=30)
@given(EDITS)
def test_any_edits_give_the_matrix_product(edits: list[tuple[bool, int, int]]) -> None:
    switch, edges, sources = Switch(SINKS, SOURCES), set[tuple[int, int]](), sound()
    out = np.zeros((SINKS, FRAME), np.int16)
    for number, (connects, sink, source) in enumerate(edits):
        if connects:
            switch.connect(sink, source)
            edges.add((sink, source))
        else:
            switch.disconnect(sink, source)
            edges.discard((sink, source))
        if number % 5 == 0:
            switch.route(sources, out, [slice(None)])
    switch.route(sources, out, [slice(None)])

    assert out.tolist() == plain(edges, sources)


def test_a_leg_that_is_taken_out_is_neither_heard_nor_hears() -> None:
    switch, sources = Switch(SINKS, SOURCES), sound()
    for sink, source in ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0)):
        switch.connect(sink, source)
    switch.clear(0, (0, 4))
    out = np.zeros((SINKS, FRAME), np.int16)
    switch.route(sources, out, [slice(None)])

    assert out.tolist() == plain({(1, 2)}, sources)


def test_sums_are_clipped_not_wrapped() -> None:
    sums = np.array([[60000, -60000, 7], [1, 2, -32768]], np.int32)

    assert clip(sums).tolist() == [[32767, -32768, 7], [1, 2, -32768]]
    assert clip(sums[:0]).tolist() == []
