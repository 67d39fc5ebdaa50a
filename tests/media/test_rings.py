"""Memory of patches that several processes see."""

import os
from collections.abc import Iterator

import numpy as np
import pytest

from offhook.media.codecs import FRAME, Pcm
from offhook.media.patches import Patches, Rings
from offhook.media.rings import FRAME_BYTES, local_memory, shared_file, shared_memory, size


@pytest.fixture
def file() -> Iterator[int]:
    number = shared_file(3)
    yield number
    os.close(number)


def test_another_process_sees_the_same_memory(file: int) -> None:
    ours = Rings(shared_memory(file, 3))
    child = os.fork()
    if not child:
        there = Patches(Rings(shared_memory(file, 3)), 1)
        there.open(0, 2, 1)
        there.say(np.full((1, FRAME), 4242, np.int16))
        os._exit(0)
    os.waitpid(child, 0)
    here = Patches(ours, 4)
    here.open(3, 2, 0)
    said: Pcm = np.zeros((4, FRAME), np.int16)
    here.hear(said)

    assert said[3].tolist() == [4242] * FRAME


def test_without_memfd_a_file_without_a_name_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    number = shared_file(1)
    rings = Rings(shared_memory(number, 1))
    os.close(number)
    rings.written[0, 1] = 7

    assert rings.written.tolist() == [[0, 7]]


def test_clearing_a_patch_leaves_the_others_and_all_frames_alone() -> None:
    memory = local_memory(3)
    rings = Rings(memory)
    rings.written[:], rings.frames[:] = 7, 9
    memory.clear(1)

    assert rings.written.tolist() == [[7, 7], [0, 0], [7, 7]]
    assert (rings.frames == 9).all()


def test_its_size_is_that_of_its_parts() -> None:
    memory = local_memory(5)
    rings = Rings(memory)

    assert len(memory) == len(rings) == 5
    assert len(memory.buffer) == size(5) == rings.written.nbytes + rings.frames.nbytes
    assert rings.frames.itemsize * FRAME == FRAME_BYTES
