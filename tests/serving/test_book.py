"""The directory in force follows the store; trunks named by a host are known by their addresses."""

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path

from offhook.clock import Clock
from offhook.directory import Account, Directory, Trunk
from offhook.scopes import InlineOffload
from offhook.serving.book import Book
from offhook.sip.resolve import Record, Records, Resolver
from offhook.store import Store
from offhook.testing.loop import running_loop, virtual

CLOCK = Clock(lambda: 0.0, lambda: 0.0)


class Names:
    """A DNS with one name, whose address may change or vanish."""

    def __init__(self) -> None:
        self.addresses: tuple[str, ...] = ("192.0.2.1",)

    async def ask(self, name: str, kind: str) -> Records:
        if kind != "A":
            return Records((), 1.0)
        return Records(tuple(Record(address) for address in self.addresses), 1.0)


def book(store: Store, names: Names, *trunks: Trunk) -> Book:
    """A book over a file with one account and some trunks."""
    resolver = Resolver(names.ask, running_loop().time, random.Random(1))
    fixed = Directory([Account("1", "file")], trunks=trunks)
    return Book(fixed, store, InlineOffload(), resolver)


@virtual
async def test_entries_added_to_the_store_appear_and_the_files_win() -> None:
    store = Store.open("sqlite://", CLOCK, threaded=False)
    directory = book(store, Names())
    await directory.refresh()
    assert set(directory().accounts) == {"1"}

    store.put(Account("1", "store"))
    store.put(Account("2", "store"))
    await directory.refresh()

    assert {a.id: a.name for a in directory().accounts.values()} == {"1": "file", "2": "store"}
    store.close()


@virtual
async def test_a_running_book_keeps_itself_fresh() -> None:
    store = Store.open("sqlite://", CLOCK, threaded=False)
    directory = book(store, Names())
    await directory.refresh()
    task = asyncio.get_running_loop().create_task(directory.keep())

    store.put(Account("2"))
    await asyncio.sleep(1.5)

    assert "2" in directory().accounts
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    store.close()


@virtual
async def test_a_store_that_cannot_be_read_for_a_while_changes_nothing(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/a.db", CLOCK, threaded=False)
    directory = book(store, Names())
    await directory.refresh()
    task = asyncio.get_running_loop().create_task(directory.keep())
    store.put(Account("2"))
    with closing(sqlite3.connect(tmp_path / "a.db")) as raw, raw:
        raw.execute("ALTER TABLE directory RENAME TO away")
    await asyncio.sleep(5)
    assert set(directory().accounts) == {"1"}

    with closing(sqlite3.connect(tmp_path / "a.db")) as raw, raw:
        raw.execute("ALTER TABLE away RENAME TO directory")
    await asyncio.sleep(1)

    assert set(directory().accounts) == {"1", "2"}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    store.close()


@virtual
async def test_a_trunks_name_is_resolved_and_its_last_address_outlives_a_dns_failure() -> None:
    store = Store.open("sqlite://", CLOCK, threaded=False)
    names = Names()
    directory = book(store, names, Trunk("t", "sbc.test"), Trunk("u", "192.0.2.7"))
    await directory.refresh()
    assert directory.addresses == {"sbc.test": frozenset({"192.0.2.1"})}

    names.addresses = ()
    await asyncio.sleep(5)
    await directory.resolve()

    assert directory.addresses == {"sbc.test": frozenset({"192.0.2.1"})}
    store.close()
