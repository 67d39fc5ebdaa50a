"""The memory of patches: for each two rings of frames and two counters, seen by both workers.

Call control makes it and gives patches out; only workers look inside (`patches`), so that control
needs nothing of what they compute with.
"""

import mmap
import os
import tempfile
from typing import Any, Final

RING: Final = 16  # frames of a direction
FRAME_BYTES: Final = 320  # 20 ms of int16 at 8000 Hz
COUNTER_BYTES: Final = 8  # int64: frames ever written in a direction
COUNTERS_BYTES: Final = 2 * COUNTER_BYTES  # of a patch; all counters come first


class Memory:
    """Room for a number of patches."""

    def __init__(self, buffer: Any, patches: int) -> None:
        self.buffer = buffer  # a mutable buffer of `size(patches)` bytes
        self._patches = patches

    def __len__(self) -> int:
        """Return the number of patches."""
        return self._patches

    def clear(self, patch: int) -> None:
        """Make a patch like new; neither end may be in use."""
        start = patch * COUNTERS_BYTES
        self.buffer[start : start + COUNTERS_BYTES] = bytes(COUNTERS_BYTES)


def size(patches: int) -> int:
    """Return how many bytes so many patches need."""
    return patches * (COUNTERS_BYTES + 2 * RING * FRAME_BYTES)


def local_memory(patches: int) -> Memory:
    """Return memory for ends of this process."""
    return Memory(bytearray(size(patches)), patches)


def shared_file(patches: int) -> int:
    """Return a file descriptor of memory for several processes; it is empty and has no name."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("offhook-patches")
    else:  # macOS
        with tempfile.TemporaryFile() as file:
            number = os.dup(file.fileno())
    os.truncate(number, size(patches))
    return number


def shared_memory(number: int, patches: int) -> Memory:
    """Return the memory behind a file descriptor, which may be closed then."""
    return Memory(mmap.mmap(number, size(patches)), patches)
