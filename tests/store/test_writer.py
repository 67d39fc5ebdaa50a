"""The writer thread: groups, order, failing commits, the end."""

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from offhook.store.writer import (
    BACKLOG_LIMIT,
    BACKLOG_UNHEALTHY,
    BATCH,
    InlineWriter,
    StoreError,
    Writer,
)

PATIENCE_S = 10.0
LOCKED = OperationalError("INSERT", None, Exception("database is locked"))
REFUSED = IntegrityError("INSERT", None, Exception("no such thing"))


class Disk:
    """Takes commits; can be held up, be full, and refuse what it does not like."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []
        self.failures: list[Exception] = []
        self.entered = threading.Event()
        self.open = threading.Event()
        self.open.set()

    def commit(self, changes: Sequence[int]) -> None:
        self.entered.set()
        assert self.open.wait(PATIENCE_S)
        if self.failures:
            raise self.failures.pop(0)
        if any(change < 0 for change in changes):
            raise REFUSED
        self.commits.append(list(changes))

    @property
    def written(self) -> list[int]:
        return [change for commit in self.commits for change in commit]


def healthy(writer: Writer[int]) -> bool:
    """Ask anew: the answer changes behind the test's back."""
    return writer.healthy


async def flushed(writer: Writer[int] | InlineWriter[int]) -> None:
    await writer.flushing()


def run(story: Callable[[Disk, Writer[int]], object]) -> Disk:
    """Run a story with a writer, which is closed after it."""
    disk = Disk()
    writer = Writer(disk.commit, linger_s=0.0)

    async def main() -> None:
        result = story(disk, writer)
        if asyncio.iscoroutine(result):
            await result

    try:
        asyncio.run(main())
    finally:
        disk.open.set()
        writer.close()
    return disk


def test_changes_are_committed_in_order() -> None:
    async def story(disk: Disk, writer: Writer[int]) -> None:
        for n in range(500):
            writer.write([2 * n, 2 * n + 1])
        await writer.flushing()

        assert disk.written == list(range(1000))
        assert writer.backlog == 0

    run(story)


def test_what_gathers_during_a_commit_goes_with_the_next_one() -> None:
    async def story(disk: Disk, writer: Writer[int]) -> None:
        disk.open.clear()
        writer.write([0])
        assert disk.entered.wait(PATIENCE_S)
        for n in range(1, 101):
            writer.write([n])
        disk.open.set()
        await writer.flushing()

        assert disk.commits == [[0], list(range(1, 101))]

    run(story)


def test_a_commit_is_bounded_but_never_splits_a_group() -> None:
    async def story(disk: Disk, writer: Writer[int]) -> None:
        disk.open.clear()
        writer.write([0])
        assert disk.entered.wait(PATIENCE_S)
        groups = [range(7) for _ in range(2 * BATCH // 7)] + [range(2 * BATCH)]
        for group in groups:
            writer.write(list(group))
        disk.open.set()
        await writer.flushing()

        assert len(disk.written) == sum(map(len, groups)) + 1
        assert len(disk.commits) > 2
        for commit in disk.commits[1:-1]:
            assert len(commit) % 7 == 0
            assert len(commit) < BATCH + 7
        assert disk.commits[-1][-2 * BATCH :] == list(range(2 * BATCH))

    run(story)


def test_flushed_waits_for_what_was_written_before_and_nothing_else() -> None:
    async def story(disk: Disk, writer: Writer[int]) -> None:
        await writer.flushing()
        disk.open.clear()
        writer.write([1])
        flushed = writer.flushing()
        await asyncio.sleep(0)
        assert disk.entered.wait(PATIENCE_S)
        assert not flushed.done()
        disk.open.set()
        await flushed

        assert disk.written == [1]

    run(story)


def test_a_commit_that_fails_is_repeated_and_the_writer_is_unhealthy_meanwhile() -> None:
    second = threading.Event()
    release = threading.Event()
    attempts: list[list[int]] = []

    def commit(changes: Sequence[int]) -> None:
        attempts.append(list(changes))
        if len(attempts) == 1:
            raise LOCKED
        second.set()
        assert release.wait(PATIENCE_S)

    async def main() -> None:
        writer = Writer(commit)
        assert healthy(writer)
        writer.write([1, 2])
        assert second.wait(PATIENCE_S)
        assert not healthy(writer)
        release.set()
        await writer.flushing()
        assert healthy(writer)
        writer.close()

    asyncio.run(main())

    assert attempts == [[1, 2], [1, 2]]


def test_a_group_the_database_refuses_is_left_out_and_the_others_are_written() -> None:
    async def story(disk: Disk, writer: Writer[int]) -> None:
        disk.open.clear()
        writer.write([0])
        assert disk.entered.wait(PATIENCE_S)
        for group in ([1, 2], [3, -4, 5], [6]):
            writer.write(group)
        disk.open.set()
        await writer.flushing()

        assert disk.commits == [[0], [1, 2], [6]]
        assert healthy(writer)

    run(story)


def test_a_long_backlog_is_unhealthy_and_an_endless_one_refused() -> None:
    async def story(disk: Disk, writer: Writer[int]) -> None:
        disk.open.clear()
        writer.write([1] * BACKLOG_UNHEALTHY)
        assert not healthy(writer)
        with pytest.raises(StoreError, match="takes no more"):
            writer.write([1] * BACKLOG_LIMIT)
        disk.open.set()
        await writer.flushing()

        assert healthy(writer)
        assert len(disk.written) == BACKLOG_UNHEALTHY

    run(story)


def test_close_writes_what_is_waiting_and_nothing_is_taken_after_it() -> None:
    disk = Disk()
    writer = Writer(disk.commit)
    writer.write([1])
    writer.write([2])
    writer.close()

    assert disk.written == [1, 2]
    assert not healthy(writer)
    with pytest.raises(StoreError):
        writer.write([3])


@pytest.mark.slow
def test_close_says_so_when_the_disk_stays_full_and_nobody_waits_for_ever() -> None:
    disk = Disk()
    disk.failures = [LOCKED] * 100

    async def main() -> None:
        writer = Writer(disk.commit)
        writer.write([1, 2])
        waiting = writer.flushing()
        await asyncio.sleep(0)
        with pytest.raises(StoreError, match="2 changes could not be written"):
            await asyncio.to_thread(writer.close)
        with pytest.raises(StoreError):
            await waiting
        with pytest.raises(StoreError, match="closed"):
            await writer.flushing()

    asyncio.run(main())

    assert disk.written == []


def test_without_a_thread_changes_are_committed_when_somebody_must_see_them() -> None:
    disk = Disk()
    writer = InlineWriter(disk.commit)
    writer.write([1])
    writer.write([2, 3])
    assert (disk.commits, writer.backlog) == ([], 3)

    asyncio.run(flushed(writer))

    assert disk.commits == [[1, 2, 3]]
    writer.write(list(range(BATCH)))
    assert writer.backlog == 0
    writer.write([9])
    writer.close()
    assert disk.commits[-1] == [9]


def test_what_does_not_survive_anyway_is_committed_when_somebody_looks() -> None:
    disk = Disk()
    writer = InlineWriter(disk.commit, survives=False)
    writer.write([1])
    asyncio.run(flushed(writer))
    assert disk.commits == []

    writer.flush()
    assert disk.commits == [[1]]
