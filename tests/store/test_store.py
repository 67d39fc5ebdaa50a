"""The store as a whole, on files and in memory."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.store.samples import ACCOUNT, FULL, call, delivery, event

from offhook.clock import Clock
from offhook.directory import Account
from offhook.records import CallState
from offhook.requests import CallFilter
from offhook.store import Store, StoreError
from offhook.testing.loop import virtual

WALL = 1_767_225_600.0
DAY_S = 86_400.0


def open_store(url: str, *, threaded: bool) -> Store:
    return Store.open(url, Clock(lambda: 0.0, lambda: WALL), threaded=threaded)


@pytest.fixture(params=["file", "file, inline", "memory", "memory, inline"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    memory = "memory" in request.param
    url = "sqlite://" if memory else f"sqlite:///{tmp_path}/offhook.db"
    made = open_store(url, threaded="inline" not in request.param)
    yield made
    made.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for another thread, ten seconds at most."""
    for _ in range(10_000):
        if condition():
            return
        threading.Event().wait(0.001)
    pytest.fail("it does not happen")


def flush(store: Store) -> None:
    asyncio.run(store.flushed())


def test_what_is_written_can_be_read_after_flushed(store: Store) -> None:
    store.put_call(FULL)
    store.append(event("c-full", 1, a=1))
    store.append(event("c-full", 2))
    store.put_delivery(delivery("c-full", 1))
    store.put_delivery(delivery("c-full", 2))
    store.settle(replace(delivery("c-full", 1), delivered=7.0))
    flush(store)

    assert store.call(ACCOUNT, "c-full") == FULL
    assert store.calls(ACCOUNT, CallFilter(to=FULL.to)) == [FULL]
    assert store.open_calls() == [FULL]
    assert store.events("c-full") == [event("c-full", 1, a=1), event("c-full", 2)]
    assert store.events("c-full", after=1) == [event("c-full", 2)]
    assert store.last_event_number("c-full") == 2
    assert store.pending_deliveries() == [delivery("c-full", 2)]
    assert [one.delivered for one in store.deliveries("c-full")] == [7.0, None]
    assert store.last_sequence("c-full") == 2
    assert store.healthy
    assert store.backlog == 0


def test_a_body_that_fails_has_written_nothing(store: Store) -> None:
    with pytest.raises(InterruptedError), store.batch():
        store.put_call(call())
        raise InterruptedError
    store.append(event())
    flush(store)

    assert store.open_calls() == []
    assert store.events("c-1") == [event()]


def test_what_cannot_be_written_fails_where_it_is_handed_over(store: Store) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        store.put_call(call(to="\udc80"))

    store.put_call(call())
    flush(store)
    assert store.open_calls() == [call()]


def test_the_directory_is_read_back_and_its_changes_noticed(store: Store) -> None:
    before = store.directory_version()
    store.put(Account("99"))
    store.put(Account("98"))

    assert store.directory_version() > before
    assert store.remove(Account, "98")
    assert store.load_directory().accounts == (Account("99"),)


def test_calls_are_forgotten_seven_days_after_their_end(store: Store) -> None:
    for name, days in (("c-old", 7.01), ("c-young", 6.99)):
        ended = WALL - days * DAY_S
        store.put_call(call(name, state=CallState.DISCONNECTED, end_time=ended))
    store.put_call(call("c-up", start_time=1.0))
    flush(store)

    assert store.purge() == 1
    left = store.calls(ACCOUNT, CallFilter())
    assert [record.call_id for record in left] == ["c-up", "c-young"]


@virtual
async def test_the_store_works_in_virtual_time() -> None:
    store = open_store("sqlite://", threaded=False)
    store.put_call(call())
    await store.flushed()

    assert store.open_calls() == [call()]
    store.close()


def test_everything_is_there_after_the_next_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/offhook.db"
    first = open_store(url, threaded=True)
    first.put_call(FULL)
    first.put_delivery(delivery("c-full"))
    first.close()

    second = open_store(url, threaded=True)
    assert second.open_calls() == [FULL]
    assert second.pending_deliveries() == [delivery("c-full")]
    second.close()


def test_another_process_sees_the_directory_change(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/offhook.db"
    server, command = (open_store(url, threaded=threaded) for threaded in (True, False))
    seen = server.directory_version()
    command.put(Account("99"))

    assert server.directory_version() == seen + 1
    server.close()
    command.close()


def test_a_database_of_a_newer_version_is_not_opened(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/offhook.db"
    open_store(url, threaded=False).close()
    with sqlite3.connect(tmp_path / "offhook.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()

    with pytest.raises(StoreError, match="newer version of Offhook"):
        open_store(url, threaded=False)


def test_what_is_no_database_is_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database, but long enough to be one" * 100)
    urls = [f"sqlite:///{tmp_path}/notes.txt", f"sqlite:///{tmp_path}", "mydb://x", "nonsense"]

    for url in urls:
        with pytest.raises(StoreError, match="the database cannot be used"):
            open_store(url, threaded=False)


def test_a_batch_is_one_transaction_for_every_reader(tmp_path: Path) -> None:
    """A state change is never seen without its event and its webhook."""
    store = open_store(f"sqlite:///{tmp_path}/offhook.db", threaded=True)
    done = threading.Event()
    torn: list[tuple[int, int]] = []

    def watch() -> None:
        with sqlite3.connect(tmp_path / "offhook.db") as raw:
            while not done.is_set():
                query = "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM events)"
                states, entries = raw.execute(query).fetchone()
                if states != entries:
                    torn.append((states, entries))
        raw.close()

    async def work() -> None:
        for n in range(300):
            with store.batch():
                store.put_call(call(f"c-{n}"))
                store.append(event(f"c-{n}"))
            if n % 50 == 0:
                await store.flushed()
        await store.flushed()

    watcher = threading.Thread(target=watch)
    watcher.start()
    asyncio.run(work())
    done.set()
    watcher.join()

    assert torn == []
    assert len(store.open_calls()) == 300
    store.close()


def test_a_commit_the_database_cannot_make_is_made_when_it_can_again(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/offhook.db", threaded=True)
    with sqlite3.connect(tmp_path / "offhook.db") as raw:
        raw.execute("ALTER TABLE events RENAME TO gone")
        raw.commit()

        async def work() -> None:
            with store.batch():
                store.put_call(call())
                store.append(event())
            until(lambda: not store.healthy)
            assert store.call(ACCOUNT, "c-1") is None
            raw.execute("ALTER TABLE gone RENAME TO events")
            raw.commit()
            await store.flushed()

        asyncio.run(asyncio.wait_for(work(), 10))
    raw.close()

    assert store.healthy
    assert store.call(ACCOUNT, "c-1") == call()
    assert store.events("c-1") == [event()]
    store.close()


WRITE_FOR_EVER = """
import asyncio, itertools, sys
from offhook.clock import Clock
from offhook.store import Store
from tests.store.samples import call, event

async def main():
    store = Store.open(sys.argv[1], Clock(), threaded=True)
    for n in itertools.count(1):
        with store.batch():
            store.put_call(call(f"c-{n}"))
            store.append(event(f"c-{n}"))
        if n % 20 == 0:
            await store.flushed()
            print(n, flush=True)

asyncio.run(main())
"""


def test_what_was_flushed_survives_kill_9_and_no_batch_is_torn(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/offhook.db"
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root}/src{os.pathsep}{root}"}
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_FOR_EVER, url],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        flushed = [int(writer.stdout.readline()) for _ in range(10)][-1]
        writer.send_signal(signal.SIGKILL)
        flushed = max([flushed, *map(int, writer.stdout.read().split())])

    store = open_store(url, threaded=False)
    ids = {record.call_id for record in store.open_calls()}
    assert len(ids) >= flushed >= 200
    assert ids == {f"c-{n}" for n in range(1, len(ids) + 1)}
    assert all(store.last_event_number(call_id) == 1 for call_id in ids)
    assert store.last_event_number(f"c-{len(ids) + 1}") == 0
    store.close()
