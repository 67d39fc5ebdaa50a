"""An event loop in a thread of its own: for tests that speak a blocking client."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
PATIENCE_S = 120.0


class LoopThread:
    """Runs coroutines for blocking code."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return its value."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def start(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Begin with a coroutine on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    @contextmanager
    def within(self, manager: AbstractAsyncContextManager[T]) -> Iterator[T]:
        """Hold an asynchronous context manager open on the loop."""
        begun: asyncio.Future[T] = self.run(_future())
        over = self.run(_event())

        async def hold() -> None:
            async with manager as value:
                begun.set_result(value)
                await over.wait()

        holding = asyncio.run_coroutine_threadsafe(hold(), self._loop)
        try:
            yield self.run(_first(begun, holding))
        finally:
            self._loop.call_soon_threadsafe(over.set)
            holding.result(PATIENCE_S)


async def _future() -> "asyncio.Future[Any]":
    return asyncio.get_running_loop().create_future()


async def _event() -> asyncio.Event:
    return asyncio.Event()


async def _first(begun: "asyncio.Future[T]", holding: Any) -> T:
    """Return what the manager gave, or raise what it raised instead."""
    ended = asyncio.wrap_future(holding)
    await asyncio.wait({begun, ended}, return_when=asyncio.FIRST_COMPLETED)
    if ended.done():
        ended.result()
    return begun.result()


@contextmanager
def loop_thread() -> Iterator[LoopThread]:
    """Run a loop in a thread beside the body."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="tests loop")
    thread.start()
    try:
        yield LoopThread(loop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
