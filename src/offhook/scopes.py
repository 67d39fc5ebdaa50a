"""Tasks with owners: the only file that creates asyncio tasks outside a TaskGroup.

`background` runs work beside a body and ends with it; `TaskOwner` keeps long-lived tasks (one per
call, one per webhook lane) and waits for them at shutdown. `Offload` moves blocking work off the
event loop; under virtual time it runs in place.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def background(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Run `work` beside the body; cancel it when the body ends; its failure is the body's."""
    body = asyncio.current_task()
    assert body is not None
    failure: list[BaseException] = []

    def ended(task: asyncio.Task[T]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            failure.append(error)
            body.cancel()

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    try:
        yield task
    except asyncio.CancelledError:
        if failure and body.uncancel() == 0:
            raise failure[0] from None
        raise
    finally:
        task.remove_done_callback(ended)
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        elif not task.cancelled():
            task.exception()  # whoever wants to know it has asked, or is told by `ended`


class TaskOwner:
    """Owns tasks that outlive the function that starts them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Start a task that this owner holds until it ends."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self, grace_s: float = 0.0) -> None:
        """Wait `grace_s` for the tasks, cancel the rest and wait until all have ended."""
        if self._tasks and grace_s > 0:
            await asyncio.wait(self._tasks, timeout=grace_s)
        while self._tasks:  # as those that end may have started others
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)


class Offload(Protocol):
    """Runs blocking work without blocking the event loop."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """Run `work` and return its value."""
        ...


class ThreadOffload:
    """Offload to a small pool of threads."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="offload")

    async def __call__(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread of the pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """Wait for running work and end the threads."""
        self._pool.shutdown()


class InlineOffload:
    """Run the work in place: virtual time has no use for threads."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """Run `work` now."""
        return work()
