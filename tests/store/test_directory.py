"""The directory's rows."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from offhook.directory import Account, Application, Directory, Number, SigningSecret, Trunk, User
from offhook.hooks import Credentials, Hook, Target
from offhook.store import directory
from offhook.store.directory import Entry
from offhook.store.tables import metadata

engine = create_engine("sqlite://", poolclass=StaticPool)
APP = "3D4F7C5E-2a51-4c59-9b6f-6f0a61f8d1aa"
ENTRIES: list[Entry] = [
    Account("99", "Test", allowed_networks=("10.0.0.0/8",), cps=2.5),
    User("me", "scrypt$…", {"99": ("voice",)}),
    Application(APP, "99", "ivr", Hook(Target("https://a.test", "GET", Credentials("u", "p")))),
    Number("+12025550100", APP),
    Trunk("carrier", "sip.test", patterns=("+1*", "*")),
    SigningSecret("k-1", APP, "a secret", created=5.0, expires=9.0),
]


@pytest.fixture
def connection() -> Iterator[Connection]:
    with engine.connect() as made:
        metadata.drop_all(made)
        metadata.create_all(made)
        yield made


def test_entries_of_every_kind_come_back_as_they_were(connection: Connection) -> None:
    for entry in ENTRIES:
        directory.put(connection, entry)

    found = directory.load(connection)

    assert [part[0] for part in found] == ENTRIES
    assert Directory(*found).application_for("12025550100") == ENTRIES[2]


def test_an_entry_replaces_the_one_of_its_name(connection: Connection) -> None:
    directory.put(connection, Account("99", "old"))
    directory.put(connection, Account("99", "new"))
    directory.put(connection, Number("+12025550100", "one"))
    directory.put(connection, Number("1 202-555-0100", "two"))

    found = directory.load(connection)

    assert [account.name for account in found.accounts] == ["new"]
    assert [number.application_id for number in found.numbers] == ["two"]


def test_an_entry_can_be_removed_by_kind_and_name(connection: Connection) -> None:
    for entry in ENTRIES:
        directory.put(connection, entry)

    assert directory.remove(connection, Application, APP.lower())
    assert directory.remove(connection, Number, "12025550100")
    assert not directory.remove(connection, Trunk, "99")
    assert [len(part) for part in directory.load(connection)] == [1, 1, 0, 0, 1, 1]


def test_every_change_is_counted(connection: Connection) -> None:
    versions = [directory.version(connection)]
    directory.put(connection, Account("99"))
    versions.append(directory.version(connection))
    directory.put(connection, Account("99", "again"))
    versions.append(directory.version(connection))
    directory.remove(connection, Account, "99")
    versions.append(directory.version(connection))

    assert versions == [0, 1, 2, 3]
