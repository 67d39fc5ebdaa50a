"""The directory's rows: what an administrator adds to the configuration file.

Every change counts one up, so that a running server notices what another process (the command
line) has changed by reading one number.
"""

from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from offhook.directory import (
    Account,
    Application,
    Number,
    SigningSecret,
    Trunk,
    User,
    normal_number,
)
from offhook.store.tables import counters, directory

Entry = Account | User | Application | Number | Trunk | SigningSecret
EntryType = TypeVar("EntryType", Account, User, Application, Number, Trunk, SigningSecret)
KINDS: dict[type, str] = {
    Account: "account",
    User: "user",
    Application: "application",
    Number: "number",
    Trunk: "trunk",
    SigningSecret: "secret",
}
COUNTER = "directory"


class Parts(NamedTuple):
    """The arguments of a `Directory`."""

    accounts: tuple[Account, ...]
    users: tuple[User, ...]
    applications: tuple[Application, ...]
    numbers: tuple[Number, ...]
    trunks: tuple[Trunk, ...]
    secrets: tuple[SigningSecret, ...]


def load(connection: Connection) -> Parts:
    """Return all entries, each kind in the order of its names."""
    query = select(directory.c.kind, directory.c.document).order_by(directory.c.name)
    found = connection.execute(query).all()

    def entries(kind: type[EntryType]) -> tuple[EntryType, ...]:
        decode = msgspec.json.Decoder(kind).decode
        return tuple(decode(row.document) for row in found if row.kind == KINDS[kind])

    return Parts(
        entries(Account),
        entries(User),
        entries(Application),
        entries(Number),
        entries(Trunk),
        entries(SigningSecret),
    )


def put(connection: Connection, entry: Entry) -> None:
    """Add an entry, or replace the one of the same name."""
    row = {
        "kind": KINDS[type(entry)],
        "name": name_of(entry),
        "document": msgspec.json.encode(entry).decode(),
    }
    insert = _insert(connection, directory).values(row)
    replacing = insert.on_conflict_do_update(
        index_elements=[directory.c.kind, directory.c.name],
        set_={"document": insert.excluded.document},
    )
    connection.execute(replacing)
    _count(connection)


def remove(connection: Connection, kind: type[Entry], name: str) -> bool:
    """Remove an entry; returns whether it was there."""
    condition = (directory.c.kind == KINDS[kind]) & (directory.c.name == _key(kind, name))
    found = connection.execute(delete(directory).where(condition))
    _count(connection)
    return found.rowcount > 0


def version(connection: Connection) -> int:
    """Return a number that grows with every change."""
    query = select(counters.c.value).where(counters.c.name == COUNTER)
    return connection.execute(query).scalar() or 0


def _count(connection: Connection) -> None:
    insert = _insert(connection, counters).values(name=COUNTER, value=0)
    connection.execute(insert.on_conflict_do_nothing())
    grown = update(counters).where(counters.c.name == COUNTER)
    connection.execute(grown.values(value=counters.c.value + 1))


def _insert(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def name_of(entry: Entry) -> str:
    """Return the name an entry is kept under."""
    match entry:
        case Account(id=name) | Application(id=name) | User(name=name) | Trunk(name=name):
            return _key(type(entry), name)
        case SigningSecret(id=name):
            return name
        case Number(number=name):
            return _key(Number, name)


def _key(kind: type[Entry], name: str) -> str:
    """Return the name as the directory compares it."""
    if kind is Application:
        return name.lower()
    return normal_number(name) if kind is Number else name
