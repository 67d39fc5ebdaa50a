"""Connections: how SQLite must be spoken to, and one writer at a time.

Readers have connections of their own and never wait for the writer (SQLite's WAL). A database in
memory has a single connection, so there everybody takes turns.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import StaticPool

READERS = 4  # connections
BUSY_TIMEOUT_MS = 5000  # how long to wait for another process that writes
SWITCH_PAUSE_MS = 20
CACHE_KIB = 16_384  # of each connection: keys are random, so that writing needs pages of all ages
LOG_PAGES = 4000  # of the write-ahead log (16 MB) before its pages go to the database
IMMEDIATE = "BEGIN IMMEDIATE"  # takes the write lock at once: an upgrade later could not wait


class Database:
    """One database; `reading` and `writing` lend connections to any thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = make_url(url)
        self._lock = threading.RLock()
        self._turns = nullcontext() if _is_shared(parsed) else self._lock
        if _is_shared(parsed):
            _protect(parsed)
            self._writer = _engine(parsed, IMMEDIATE, pool_size=1)
            self._readers = _engine(parsed, "BEGIN", pool_size=READERS, max_overflow=READERS)
        else:
            self._writer = self._readers = _engine(parsed, IMMEDIATE, poolclass=StaticPool)
        self.dialect = self._writer.dialect
        self.survives = _is_shared(parsed)  # its process

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection for reading."""
        with self._turns, self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend the writing connection for one transaction, committed at the end."""
        with self._lock, self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._readers.dispose()
        self._writer.dispose()


def _is_shared(url: URL) -> bool:
    """Whether several connections see the same database."""
    return not (url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"))


def _protect(url: URL) -> None:
    """Create the file so that only its owner reads it: it holds webhook credentials."""
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        Path(url.database).touch(mode=0o600)


def _engine(url: URL, begin: str, **pool: Any) -> Engine:
    """Make an engine whose errors hide parameters: they hold secrets, and errors are logged."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True, **pool)
    arguments = {"check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, DDL included
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}").close()
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous=FULL").close()  # a commit survives a power cut
    connection.execute("PRAGMA foreign_keys=ON").close()
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}").close()
    connection.execute("PRAGMA temp_store=MEMORY").close()  # also what a statement could undo
    connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}").close()


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Use a write-ahead log: readers never wait. This switch alone ignores busy_timeout."""
    pause = threading.Event()
    for _ in range(BUSY_TIMEOUT_MS // SWITCH_PAUSE_MS):
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError:
            pause.wait(SWITCH_PAUSE_MS / 1000)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL").close()
