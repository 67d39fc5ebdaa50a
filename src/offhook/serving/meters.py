"""What is measured of a running server: shares of what there is, for `calls/headroom.py`."""

import errno
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from offhook.calls.headroom import Meter
from offhook.clock import Monotonic
from offhook.media.frames import Beat

FILES = Path("/proc/self/fd")  # Linux

Beats = Callable[[], Sequence[Beat | None]]  # of each media worker; None: it is being replaced


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


def media_core(beats: Beats) -> Meter:
    """Return what the media worker with most to spare uses of its core: it gets the next leg.

    Ticks that were given up are too much.
    """

    def share() -> float:
        last = [1.0 if beat.skipped else beat.busy_ms / 1000 for beat in beats() if beat]
        return min(last, default=0.0)

    return share


def places(beats: Beats, capacity: int) -> Meter:
    """Return how many places for legs and rooms are taken, on the worker that has most of them."""

    def share() -> float:
        return min((beat.legs / capacity for beat in beats() if beat), default=0.0)

    return share


def ports(beats: Beats) -> Meter:
    """Return the share of the RTP ports that are open, on the worker that has most of them left."""
    return lambda: min((beat.ports for beat in beats() if beat), default=0.0)


def open_files() -> float:
    """Return how many of the files and connections that we may have are open.

    To look takes a file as well: if there is none left, all are used.
    """
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY or not FILES.exists():
        return 0.0
    try:
        return sum(1 for _ in FILES.iterdir()) / most
    except OSError as error:
        return 1.0 if error.errno in (errno.EMFILE, errno.ENFILE) else 0.0


def meters(beats: Beats, capacity: int, now: Monotonic) -> Mapping[str, Meter]:
    """Return what is measured, by its name."""
    return {
        "the core of call control": CpuShare(now),
        "the core of the media worker": media_core(beats),
        "the number of places for legs": places(beats, capacity),
        "the RTP ports": ports(beats),
        "the number of open files": open_files,
    }
