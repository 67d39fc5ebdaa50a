"""What is measured of a running server: shares of what there is, for `calls/headroom.py`."""

import resource
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from offhook.calls.headroom import Meter
from offhook.clock import Monotonic
from offhook.media.frames import Beat

FILES = Path("/proc/self/fd")  # Linux


class CpuShare:
    """The share of a core that this process has used since the last look, all threads together."""

    def __init__(self, now: Monotonic, used: Monotonic = time.process_time) -> None:
        self._now = now
        self._used = used
        self._then = now(), used()

    def __call__(self) -> float:
        """Look."""
        now, used = self._now(), self._used()
        (then, used_then), self._then = self._then, (now, used)
        return (used - used_then) / (now - then) if now > then else 0.0


def media_core(beat: Callable[[], Beat | None]) -> Meter:
    """Return what the media worker uses of its core; ticks that were given up are too much."""

    def share() -> float:
        last = beat()
        if last is None:
            return 0.0
        return 1.0 if last.skipped else last.busy_ms / 1000

    return share


def places(beat: Callable[[], Beat | None], capacity: int) -> Meter:
    """Return how many of the media worker's places for legs and rooms are taken."""

    def share() -> float:
        last = beat()
        return last.legs / capacity if last is not None else 0.0

    return share


def open_files() -> float:
    """Return how many of the files and connections that we may have are open."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sum(1 for _ in FILES.iterdir()) / most if FILES.exists() else 0.0


def meters(beat: Callable[[], Beat | None], capacity: int, now: Monotonic) -> Mapping[str, Meter]:
    """Return what is measured, by its name."""
    return {
        "the core of call control": CpuShare(now),
        "the core of the media worker": media_core(beat),
        "the number of places for legs": places(beat, capacity),
        "the number of open files": open_files,
    }
