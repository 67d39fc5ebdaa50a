"""Many rows in one statement.

A driver's `executemany` lets go of Python's interpreter lock at every row; with a busy event loop
beside it each row then waits for one switch interval (measured: 226 rows/s against 5,900). So rows
go out in statements of 64, 56, 48 … 8, 7, 6 … rows: two of them for up to 71. SQLAlchemy compiles
the one for a single row; the others differ from it in how often the values are repeated.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, Any]
Insert = sqlite.Insert | postgresql.Insert
LARGEST = 64  # rows; times the columns of the widest table stays far below SQLite's limit
STEP = 8  # rows: a statement has fewer, or a multiple of so many
_PARTS = re.compile(r"(.* VALUES )(\(.*\))( ON CONFLICT .*)", re.DOTALL)
_NAMED = re.compile(r"%\((\w+)\)s")


def portion(left: int) -> int:
    """Return how many rows the next statement has."""
    return left if left < STEP else min(LARGEST, left // STEP * STEP)


class Upsert:
    """Inserts rows of one table; `resolve` says what to do about those that exist."""

    def __init__(self, table: Table, dialect: Dialect, resolve: Callable[[Insert], Insert]) -> None:
        kind = postgresql if dialect.name == "postgresql" else sqlite
        insert = kind.insert(table).values({c.name: bindparam(c.name) for c in table.columns})
        compiled = resolve(insert).compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        names = compiled.positiontup or _NAMED.findall(compiled.string)
        assert set(names) == {column.name for column in table.columns}, names  # and no others
        found = _PARTS.fullmatch(_NAMED.sub("%s", compiled.string))
        assert found is not None, compiled.string
        self._head, self._row, self._tail = found.groups()
        self._values = itemgetter(*names)
        self._statements: dict[int, str] = {}

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write the rows; no two of them may have the same key."""
        position = 0
        while position < len(rows):
            some = rows[position : position + portion(len(rows) - position)]
            values = tuple(chain.from_iterable(map(self._values, some)))
            _execute(connection, self.statement(len(some)), values)
            position += len(some)

    def statement(self, size: int) -> str:
        """Return the statement for so many rows."""
        if size not in self._statements:
            values = ", ".join([self._row] * size)
            self._statements[size] = f"{self._head}{values}{self._tail}"
        return self._statements[size]


def _execute(connection: Connection, statement: str, values: tuple[Any, ...]) -> None:
    """Execute it with the driver itself, a third of the time; errors are SQLAlchemy's as ever."""
    driver = connection.dialect.loaded_dbapi
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, values)
    except driver.Error as error:
        raise DBAPIError.instance(
            statement, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()
