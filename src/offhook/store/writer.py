"""One thread that commits what the event loop hands it, many changes at a time.

The loop never waits: it hands over groups of changes, and a group is never split over two
transactions. The thread collects for a few milliseconds and commits everything at once. A commit
that fails because of the world (disk full, database locked) is repeated until it succeeds, and
`healthy` is false meanwhile; a group that the database refuses in itself is logged and left out,
so that one bug does not stop everybody's writing.
"""

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

LINGER_S = 0.003  # collect changes for so long before a commit
BATCH = 1000  # changes in one commit at most (a larger group still goes as one)
BACKLOG_UNHEALTHY = 20_000  # waiting changes: time to refuse new work
BACKLOG_LIMIT = 500_000  # waiting changes: memory comes to an end
RETRY_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0)  # the last one again and again
REFUSED = (IntegrityError, DataError, ProgrammingError, TypeError, ValueError, OverflowError)

Change = TypeVar("Change")
log = structlog.get_logger(__name__)


class StoreError(Exception):
    """The store cannot do what it is asked."""


@dataclass(frozen=True, slots=True)
class _Flush:
    """A marker among the groups: everything before it is committed when it comes out."""

    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]

    def settle(self, error: Exception | None) -> None:
        """Tell who waits, on its loop."""
        if self.done.done():
            return
        if error:
            self.done.set_exception(error)
        else:
            self.done.set_result(None)


def _settle(flushes: Sequence[_Flush], error: Exception | None) -> None:
    """Tell all who wait, from any thread; a loop is woken once."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[_Flush]] = defaultdict(list)
    for flush in flushes:
        by_loop[flush.loop].append(flush)

    def settle(some: list[_Flush]) -> None:
        for flush in some:
            flush.settle(error)

    for loop, some in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, some)


class Writer(Generic[Change]):
    """Takes groups of changes on the event loop and commits them in order on its own thread."""

    def __init__(
        self, commit: Callable[[Sequence[Change]], None], *, linger_s: float = LINGER_S
    ) -> None:
        self._commit = commit
        self._linger_s = linger_s
        self._queue: deque[Sequence[Change] | _Flush] = deque()
        self._filled = threading.Event()  # there may be something in the queue
        self._taken = 0  # changes handed over; written by the event loop only
        self._written = 0  # changes committed; written by the thread only
        self._failing = False
        self._closing = threading.Event()
        self._ended = False  # the thread looks at the queue no more
        self._thread = threading.Thread(target=self._run, name="store writer", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """How many changes wait for their commit."""
        return self._taken - self._written

    @property
    def healthy(self) -> bool:
        """Whether what is accepted now will be on disk soon."""
        alive = self._thread.is_alive()
        return alive and not self._failing and self.backlog < BACKLOG_UNHEALTHY

    def write(self, group: Sequence[Change]) -> None:
        """Hand over changes that belong together; raises StoreError when memory ends."""
        if self._closing.is_set() or self.backlog + len(group) > BACKLOG_LIMIT:
            raise StoreError("the store takes no more changes")
        self._taken += len(group)
        self._put(group)

    def flushing(self) -> asyncio.Future[None]:
        """Return what is done when everything handed over so far is committed."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        if self.backlog == 0:
            done.set_result(None)
            return done
        self._put(_Flush(loop, done))
        if self._ended:
            raise StoreError("the store is closed")
        return done

    def close(self) -> None:
        """Commit what is waiting and end the thread; raises StoreError if that fails."""
        self._closing.set()
        self._filled.set()
        self._thread.join()
        if self.backlog:
            raise StoreError(f"{self.backlog} changes could not be written")

    def _put(self, item: Sequence[Change] | _Flush) -> None:
        """Queue something; the first one wakes the thread, which then takes all there is."""
        self._queue.append(item)
        if len(self._queue) == 1:
            self._filled.set()

    def _run(self) -> None:
        """Commit until closed: the thread's whole life."""
        try:
            while self._queue or not self._closing.is_set():
                groups, flushes = self._collect()
                error: StoreError | None = None
                try:
                    self._write(groups)
                except StoreError as failure:
                    error = failure
                _settle(flushes, error)
                if error:
                    break
        finally:
            self._ended = True
            left = [self._queue.popleft() for _ in range(len(self._queue))]
            waiting = [item for item in left if isinstance(item, _Flush)]
            _settle(waiting, StoreError("the store is closed"))  # nobody may wait for ever

    def _collect(self) -> tuple[list[Sequence[Change]], list[_Flush]]:
        """Wait until there is something, linger, and take what has gathered."""
        self._filled.wait()
        self._closing.wait(self._linger_s)
        if not self._closing.is_set():
            self._filled.clear()  # before looking: what comes from now on sets it again
        groups: list[Sequence[Change]] = []
        flushes: list[_Flush] = []
        size = 0
        while self._queue and size < BATCH:
            item = self._queue.popleft()
            if isinstance(item, _Flush):
                flushes.append(item)
            else:
                groups.append(item)
                size += len(item)
        if self._queue:
            self._filled.set()
        return groups, flushes

    def _write(self, groups: Sequence[Sequence[Change]]) -> None:
        """Commit the groups in one transaction, or each alone if one of them is refused."""
        changes = [change for group in groups for change in group]
        if not changes:
            return
        try:
            self._commit_at_last(changes)
        except REFUSED:
            if len(groups) > 1:
                for group in groups:
                    self._write([group])
                return
            log.exception("store.refused", changes=len(changes))
        self._written += len(changes)

    def _commit_at_last(self, changes: Sequence[Change]) -> None:
        """Commit, again and again while the world does not let us."""
        attempt = 0
        while True:
            try:
                self._commit(changes)
            except REFUSED:
                self._failing = False
                raise
            except (SQLAlchemyError, OSError) as error:
                self._failing = True
                log.warning("store.commit_failed", error=repr(error), attempt=attempt + 1)
                self._closing.wait(RETRY_S[min(attempt, len(RETRY_S) - 1)])
                attempt += 1
                if self._closing.is_set() and attempt >= len(RETRY_S):
                    raise StoreError(f"changes could not be written: {error}") from error
            else:
                self._failing = False
                return


class InlineWriter(Generic[Change]):
    """The same without a thread, for virtual time: commits when somebody needs to see it.

    Of a database in memory nothing survives its process, so there nobody needs to wait for that:
    readers bring about the commit of what they want to see.
    """

    healthy = True

    def __init__(
        self, commit: Callable[[Sequence[Change]], None], *, survives: bool = True
    ) -> None:
        self._commit = commit
        self._survives = survives
        self._waiting: list[Change] = []

    @property
    def backlog(self) -> int:
        """How many changes wait for their commit."""
        return len(self._waiting)

    def write(self, group: Sequence[Change]) -> None:
        """Take changes that belong together."""
        self._waiting += group
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Commit everything taken so far."""
        changes, self._waiting = self._waiting, []
        if changes:
            self._commit(changes)

    def flushing(self) -> asyncio.Future[None]:
        """Commit everything taken so far, if that makes a difference."""
        if self._survives:
            self.flush()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def close(self) -> None:
        """Commit everything taken so far."""
        self.flush()
