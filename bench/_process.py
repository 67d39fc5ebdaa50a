"""Other processes: what they cost, and far ends that are driven over a pipe."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from offhook.media.urgency import hurry

HOST = "127.0.0.1"
TICK_S = 0.02


def cpu_s(pid: int) -> float:
    """Return the CPU time that all threads of a process have used."""
    return time.clock_gettime(~pid << 3 | 2)  # its CPU clock, as clock_getcpuclockid(3) names it


def rss_bytes(pid: int) -> int:
    """Return the memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, whichever thread did."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text().split()]


class Peers:
    """A process with a UDP port per leg, which exchanges a packet every 20 ms with a far end.

    It prints its ports, reads those of its far ends, runs until its input ends and may then print
    a line of numbers. So do `_load.py`, `_far.c`, `_plain.py` and `_plain.c`.
    """

    def __init__(self, command: Sequence[str], legs: int, more: Sequence[str] = ()) -> None:
        self._process = subprocess.Popen(
            [*command, str(legs), *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid
        hurry(realtime=True, pid=self.pid)  # as the worker does: on a busy machine all keep up
        self.ports = self._numbers()

    def start(self, far_ports: Sequence[int]) -> None:
        """Begin to send and receive."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, far_ports)) + "\n")
        self._process.stdin.flush()

    def stop(self) -> list[int]:
        """End it and return what it has to say."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        numbers = self._numbers()
        self._process.wait()
        return numbers

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.kill()
        self._process.wait()

    def _numbers(self) -> list[int]:
        assert self._process.stdout is not None
        return [int(word) for word in self._process.stdout.readline().split()]
