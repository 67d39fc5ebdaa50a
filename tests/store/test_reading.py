"""Reading the store while others write, and when it cannot be read."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.samples import ACCOUNT, event

from offhook.clock import Clock
from offhook.store import Store, StoreError

WALL = 1_767_225_600.0


def open_store(url: str, *, threaded: bool) -> Store:
    return Store.open(url, Clock(lambda: 0.0, lambda: WALL), threaded=threaded)


def test_readers_in_many_threads_see_whole_prefixes_of_a_log(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/offhook.db", threaded=True)
    done = threading.Event()
    faults: list[object] = []

    def read() -> None:
        last = 0
        while not done.is_set():
            numbers = [entry.number for entry in store.events("c-1")]
            if numbers != list(range(1, len(numbers) + 1)) or len(numbers) < last:
                faults.append(numbers)
            last = len(numbers)

    async def work() -> None:
        for n in range(1, 501):
            store.append(event("c-1", n))
            if n % 25 == 0:
                await store.flushed()

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    asyncio.run(work())
    done.set()
    for reader in readers:
        reader.join()

    assert faults == []
    assert store.last_event_number("c-1") == 500
    store.close()


@pytest.mark.slow
def test_a_database_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/offhook.db", threaded=True)
    with closing(sqlite3.connect(tmp_path / "offhook.db")) as raw, raw:
        raw.execute("ALTER TABLE calls RENAME TO gone")
    with pytest.raises(StoreError, match="cannot be read"):
        store.call(ACCOUNT, "c-1")
    with pytest.raises(StoreError, match="cannot be written"):
        store.purge()
    store.close()
