"""Two ends of a patch: what one hears the other says, whatever their ticks do."""

import itertools
import random
from collections.abc import Iterable

import numpy as np

from offhook.media.codecs import FRAME, Pcm
from offhook.media.patches import WINDOW, Patches, Rings
from offhook.media.rings import RING, local_memory

ROWS = 4


class Cable:
    """A patch between row 1 of one worker and row 2 of another; frames are numbers."""

    def __init__(self) -> None:
        rings = Rings(local_memory(3))
        self.near, self.far = Patches(rings, ROWS), Patches(rings, ROWS)
        self.near.open(1, 2, 0)
        self.far.open(2, 2, 1)
        self._said = itertools.count(1)
        self.heard: list[int] = []
        self._sources: Pcm = np.zeros((ROWS, FRAME), np.int16)

    def say(self) -> None:
        """Tick of the near worker, where its row is to hear the next number."""
        self.near.say(frames(1, next(self._said)))

    def hear(self) -> int:
        """Tick of the far worker."""
        self.far.hear(self._sources)
        self.heard.append(int(self._sources[2, 0]))
        return self.heard[-1]

    def run(self, ticks: Iterable[str]) -> list[int]:
        """Let them tick: "s" says, "h" hears."""
        for tick in ticks:
            self.say() if tick == "s" else self.hear()
        return self.heard


def frames(row: int, value: int) -> Pcm:
    """All rows silent but one."""
    pcm = np.zeros((ROWS, FRAME), np.int16)
    pcm[row] = value
    return pcm


def gaps(heard: list[int]) -> list[int]:
    """How far each frame is from the one before."""
    return [after - before for before, after in itertools.pairwise(heard)]


def test_what_one_end_hears_the_other_says_and_the_other_way_round() -> None:
    rings = Rings(local_memory(2))
    near, far = Patches(rings, ROWS), Patches(rings, ROWS)
    near.open(3, 0, 0)
    far.open(0, 0, 1)
    near.open(1, 1, 1)
    far.open(2, 1, 0)
    near.say(frames(3, 30) + frames(1, 10))
    far.say(frames(0, 7) + frames(2, 2))
    at_near, at_far = frames(0, 99), frames(1, 99)
    near.hear(at_near)
    far.hear(at_far)

    assert at_near[:, -1].tolist() == [99, 2, 0, 7]
    assert at_far[:, -1].tolist() == [30, 99, 10, 0]


def test_it_is_a_tick_late_and_no_more() -> None:
    assert Cable().run("sh" * 50) == list(range(1, 51))


def test_before_anything_is_said_it_is_silent() -> None:
    assert Cable().run("hhh") == [0, 0, 0]


def test_a_late_frame_is_concealed_once_and_then_expected() -> None:
    cable = Cable()
    cable.run("sh" * 10)
    cable.run("hs")  # the reader was first
    (concealed,) = cable.heard[10:]
    cable.run("hs" * 200)

    assert 0 < concealed < 10  # the one before, fading
    assert cable.heard[11:] == list(range(11, 211))


def test_ticks_that_are_now_early_and_now_late_leave_no_gap() -> None:
    cable = Cable()
    rng = random.Random(1)
    for _ in range(1000):  # both are due at the same moment, so that either may be first
        cable.run(rng.choice(("sh", "hs")))
    settled = cable.heard[20:]

    assert gaps(settled) == [1] * (len(settled) - 1)
    assert 1000 - cable.heard[-1] <= 1


def test_after_a_stall_of_the_reader_it_catches_up() -> None:
    cable = Cable()
    cable.run("sh" * 10 + "s" * 5 + "sh" * (6 * WINDOW))

    assert cable.heard[10] == 11  # nothing is lost …
    assert 10 + 5 + 6 * WINDOW - cable.heard[-1] <= 2  # … and it is soon no longer behind
    assert set(gaps(cable.heard)) == {1, 2}


def test_a_reader_that_was_away_for_long_hears_the_present() -> None:
    cable = Cable()
    cable.run("sh" * 3 + "s" * (3 * RING))

    assert cable.hear() == 3 + 3 * RING


def test_a_writer_that_stalls_is_concealed_and_goes_on_with_its_next_frame() -> None:
    cable = Cable()
    cable.run("s" * 10 + "h" * 30)
    assert cable.heard[-1] == 0
    cable.run("sh" * 5)

    assert cable.heard[-5:] == [11, 12, 13, 14, 15]


def test_a_patch_that_is_used_again_is_like_new() -> None:
    memory = local_memory(1)
    rings = Rings(memory)
    near = Patches(rings, ROWS)
    near.open(1, 0, 0)
    near.say(frames(1, 5))
    near.close(1)
    near.close(1)  # is nothing
    memory.clear(0)
    far = Patches(rings, ROWS)
    far.open(1, 0, 1)
    said = frames(1, 9)
    far.hear(said)

    assert said[1].tolist() == [0] * FRAME
    assert len(near) == 0


def test_a_worker_without_memory_for_it_does_not_know_a_patch() -> None:
    assert not Patches(None, ROWS).known(0)
    assert [Patches(Rings(local_memory(2)), ROWS).known(each) for each in (0, 1, 2)] == [
        True,
        True,
        False,
    ]
