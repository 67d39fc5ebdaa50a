"""How a media worker gets its core when the machine has much to do: ahead of others, where it may.

A tick that waits for others' time slices is late by tens of milliseconds, which is heard. Real time
(SCHED_RR) puts the worker ahead of everything that is not; Linux leaves a twentieth of the time to
the rest however busy it is, and control kills a worker that does nothing but compute.
"""

import contextlib
import os
from typing import Final

NICENESS: Final = -10  # where real time is not to be had
PRIORITY: Final = 1  # the lowest of real time


def hurry(realtime: bool, pid: int = 0) -> bool:
    """Let a process (0: this thread, and those that it starts) run ahead; whether in real time.

    Needs root, CAP_SYS_NICE, or a limit of RLIMIT_RTPRIO that is not 0; without, nothing is changed
    but what may be. Elsewhere than on Linux there is no more than niceness.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
    if realtime and hasattr(os, "sched_setscheduler"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(PRIORITY))
            return True
    return False
