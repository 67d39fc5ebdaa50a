"""Stores in memory: tables are made by migrations and statements compiled once for all of them.

Both take longer than all else that a World does at its beginning, and tests make thousands.
"""

import functools
import sqlite3
from typing import cast

from offhook.clock import Clock
from offhook.store import Store
from offhook.store.database import Database
from offhook.store.migrate import upgrade

URL = "sqlite://"


def memory_store(clock: Clock) -> Store:
    """Return a new empty store for virtual time."""
    return Store(memory_database(), clock, threaded=False)


class _Kept(Database):
    """Its content goes when it is closed; the statements that it has compiled stay for the next."""

    def close(self) -> None:
        """Close all connections."""
        super().close()
        _free.append(self)


_free: list[_Kept] = []


def memory_database() -> Database:
    """Return a new empty database."""
    database = _free.pop() if _free else _Kept(URL)
    with database.writing() as connection:
        for statement in _schema():
            connection.exec_driver_sql(statement)
    return database


@functools.cache
def _schema() -> tuple[str, ...]:
    """Return what the migrations leave behind, as statements without a transaction."""
    database = Database(URL)
    upgrade(database)
    with database.writing() as connection:
        raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        statements = tuple(raw.iterdump())[1:-1]  # BEGIN and COMMIT are ours
    database.close()
    return statements
