"""Running ahead of others, as far as the system lets us."""

import multiprocessing
import os
import resource
from multiprocessing.connection import Connection
from threading import Thread

import pytest

from offhook.media.urgency import NICENESS, PRIORITY, hurry

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setscheduler"), reason="the system knows no real time"
)
Told = tuple[bool, int, int, int]  # in real time, scheduler, priority and scheduler of a thread


def _tell(pipe: Connection, realtime: bool, allowed: bool) -> None:
    if not allowed:
        resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
        resource.setrlimit(resource.RLIMIT_NICE, (0, 0))
        os.setresuid(65_534, 65_534, 65_534)  # nobody
    hurried = hurry(realtime)
    of_thread: list[int] = []
    thread = Thread(target=lambda: of_thread.append(os.sched_getscheduler(0)))
    thread.start()
    thread.join()
    priority = os.sched_getparam(0).sched_priority
    pipe.send((hurried, os.sched_getscheduler(0), priority, of_thread[0]))


def tell(realtime: bool, allowed: bool = True) -> Told:
    """Hurry in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_tell, args=(theirs, realtime, allowed))
    process.start()
    assert ours.poll(30)
    told: Told = ours.recv()
    process.join()
    return told


def may_be_real_time() -> bool:
    soft, _ = resource.getrlimit(resource.RLIMIT_RTPRIO)
    return os.geteuid() == 0 or soft != 0


@pytest.mark.skipif(not may_be_real_time(), reason="needs root or a limit for real time")
def test_in_real_time_its_threads_are_too() -> None:
    assert tell(realtime=True) == (True, os.SCHED_RR, PRIORITY, os.SCHED_RR)


def test_real_time_is_taken_only_if_it_is_wanted() -> None:
    assert tell(realtime=False) == (False, os.SCHED_OTHER, 0, os.SCHED_OTHER)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be nobody")
def test_who_may_not_goes_on_without() -> None:
    assert tell(realtime=True, allowed=False) == (False, os.SCHED_OTHER, 0, os.SCHED_OTHER)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_niceness_is_taken_as_well() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        hurry(realtime=False)
        assert os.getpriority(os.PRIO_PROCESS, 0) == NICENESS
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)
