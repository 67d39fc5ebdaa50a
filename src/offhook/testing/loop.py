"""Virtual time: an asyncio loop whose clock jumps to the next deadline when nothing is ready.

An hour of hold music costs nothing, and a run is repeated exactly. Time is kept on a grid of one
nanosecond, so that `sleep(0.1)` and `sleep(0.2)` end at 0.3 and stories can assert exact seconds.
There is no input or output: sockets, files and threads are refused, since they would need to wait
for the real world. A task left at the end and a wait for something that can never happen are
errors that name the tasks and the lines they wait at.
"""

import asyncio
import functools
import itertools
import math
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from types import CoroutineType, FrameType
from typing import Any, NoReturn, ParamSpec, TypeVar, TypeVarTuple, Unpack

from offhook.clock import Clock
from offhook.garbage import seldom_collected

T = TypeVar("T")
P = ParamSpec("P")
Ts = TypeVarTuple("Ts")

EPOCH = 1_767_225_600.0  # 2026-01-01T00:00:00Z: the wall clock at virtual time 0
STANDSTILL = 100_000  # turns of the loop at one moment; no honest chain of call-backs is so long
GRID_DIGITS = 9  # of a second; a double still tells nanoseconds apart after a virtual month


class VirtualTimeError(RuntimeError):
    """The run cannot go on, or did not end cleanly."""


class DeadlockError(VirtualTimeError):
    """Nothing is ready and nothing is scheduled, so no task can ever run again."""


class LeakError(VirtualTimeError):
    """The main coroutine ended, but tasks that it or its helpers started are still there."""


class _Moment(float):
    """A deadline. Of two equal ones the older is served first, which asyncio's heap forgets."""

    turn: int

    def __lt__(self, other: float) -> bool:
        if isinstance(other, _Moment) and self == other:
            return self.turn < other.turn
        return float.__lt__(self, other)


class _Jump:
    """The loop's selector: instead of waiting for sockets it moves the clock."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop
        self._moment = 0.0
        self._turns = 0  # at this moment

    def select(self, timeout: float | None) -> list[NoReturn]:
        """Take the time the loop wants to sleep as slept."""
        if timeout is None:
            raise DeadlockError(_describe("every task waits for ever", self._loop))
        if timeout > 0:
            self._loop.advance(timeout)
        self._watch()
        return []

    def _watch(self) -> None:
        """Raise when the loop turns and turns and time stands still."""
        self._turns += 1
        if self._loop.time() > self._moment:
            self._moment, self._turns = self._loop.time(), 0
        elif self._turns > STANDSTILL:
            self._turns = 0  # the clean-up that follows has its own chance
            raise VirtualTimeError(_describe("time stands still", self._loop))


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop that starts at time 0 and lives in virtual time."""

    def __init__(self, *, seed: int = 0, limit_s: float = 7200.0) -> None:
        super().__init__()
        self.rng = random.Random(seed)  # noqa: S311  # determinism is the purpose
        self.clock = Clock(self.time, lambda: EPOCH + self.time())
        self.failures: list[dict[str, Any]] = []  # what the exception handler was told
        self.limit_s = limit_s
        self._turns = itertools.count()
        self._virtual_now = 0.0
        self._clock_resolution = 10.0**-GRID_DIGITS / 2
        self._selector = _Jump(self)
        self.set_exception_handler(lambda _, context: self.failures.append(context))

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._virtual_now

    @property
    def timers(self) -> list[asyncio.TimerHandle]:
        """The timers that have not gone off yet."""
        waiting: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return [each for each in waiting if not each.cancelled()]

    def advance(self, seconds: float) -> None:
        """Move the clock forward; raises VirtualTimeError beyond the limit of the run."""
        self._virtual_now = round(self._virtual_now + seconds, GRID_DIGITS)
        if self._virtual_now > self.limit_s:
            raise VirtualTimeError(_describe(f"still running after {self.limit_s:g} s", self))

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call back at `when`, put on the grid of virtual time."""
        moment = _Moment(round(when, GRID_DIGITS))
        moment.turn = next(self._turns)
        return super().call_at(moment, callback, *args, context=context)

    def run_in_executor(self, executor: object, func: object, *args: object) -> NoReturn:
        """Refuse: a thread's end has no place in virtual time."""
        raise VirtualTimeError("virtual time has no threads: use offhook.scopes.InlineOffload")

    def _process_events(self, event_list: list[NoReturn]) -> None:
        """Nothing ever comes from the selector (called by BaseEventLoop)."""

    def _write_to_self(self) -> None:
        """There is no other thread to wake up from (called by BaseEventLoop)."""


@contextmanager
def virtual_loop(*, seed: int = 0, limit_s: float = 7200.0) -> Iterator[VirtualLoop]:
    """Open a loop for coroutines that are run one after the other; between them time stands still.

    Raises LeakError and VirtualTimeError if something is left, or has failed unseen, at its end.
    """
    loop = VirtualLoop(seed=seed, limit_s=limit_s)
    try:
        yield loop
        left = _describe("tasks left at the end", loop) if asyncio.all_tasks(loop) else None
    finally:
        _cancel_all(loop)
        loop.close()
    if left is not None:
        raise LeakError(left)
    if loop.failures:
        context = loop.failures[0]
        raise VirtualTimeError(str(context["message"])) from context.get("exception")


def run(main: Coroutine[Any, Any, T], *, seed: int = 0, limit_s: float = 7200.0) -> T:
    """Run `main` in virtual time and return its value.

    Raises DeadlockError, LeakError, VirtualTimeError when it runs beyond `limit_s` virtual
    seconds, and whatever `main` raises.
    """
    try:
        with virtual_loop(seed=seed, limit_s=limit_s) as loop, seldom_collected():
            return loop.run_until_complete(main)
    finally:
        main.close()  # in case it was never started


def virtual(story: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Make an `async def` test a plain one that runs in virtual time."""

    @functools.wraps(story)
    def test(*args: P.args, **kwargs: P.kwargs) -> None:
        run(story(*args, **kwargs))

    return test


def running_loop() -> VirtualLoop:
    """Return the virtual loop that runs; raises VirtualTimeError on any other loop."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop):
        raise VirtualTimeError("not in virtual time: start it with offhook.testing.run()")
    return loop


def _cancel_all(loop: VirtualLoop) -> None:
    """Unwind what is left, so that no destructor complains after the real report."""
    loop.limit_s = math.inf
    for _ in range(100):  # a task may start others in its clean-up
        left = asyncio.all_tasks(loop)
        if not left:
            break
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.wait(left, timeout=60.0))
    loop.run_until_complete(loop.shutdown_asyncgens())


def _describe(what: str, loop: VirtualLoop) -> str:
    """Print what is wrong, and one line for each task with the line it waits at."""
    tasks = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
    lines = [f"\n  {task.get_name()}: {_place(task)}" for task in tasks]
    return f"{what}, at {loop.time():g} s:{''.join(lines)}"


def _place(task: asyncio.Task[Any]) -> str:
    """Print the innermost line of our code that a task waits at."""
    inner: object = task.get_coro()
    frame: FrameType | None = None
    while isinstance(inner, CoroutineType) and inner.cr_frame is not None:
        frame = inner.cr_frame
        inner = inner.cr_await
    if frame is None:
        return "not started"
    code = frame.f_code
    return f"{code.co_qualname} ({code.co_filename}:{frame.f_lineno})"
