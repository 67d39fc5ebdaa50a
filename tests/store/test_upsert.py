"""Many rows in few statements, for both databases."""

import re
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import StaticPool

from offhook.store.upsert import Insert, Upsert

metadata = MetaData()
things = Table("things", metadata, Column("name", Text, primary_key=True), Column("size", Integer))
engine = create_engine("sqlite://", poolclass=StaticPool)
replacing = Upsert(
    things,
    engine.dialect,
    lambda insert: insert.on_conflict_do_update(
        index_elements=[things.c.name], set_={"size": insert.excluded.size}
    ),
)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with engine.begin() as made:
        metadata.drop_all(made)
        metadata.create_all(made)
        yield made


def stored(connection: Connection) -> dict[str, int]:
    return {row.name: row.size for row in connection.execute(select(things))}


@given(st.dictionaries(st.text(), st.integers(-(2**62), 2**62), max_size=300))
def test_any_number_of_rows_arrives(rows: dict[str, int]) -> None:
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        replacing.write(connection, [{"name": n, "size": s} for n, s in rows.items()])

        assert stored(connection) == rows


def test_rows_that_exist_are_resolved(connection: Connection) -> None:
    replacing.write(connection, [{"name": "a", "size": 1}, {"name": "b", "size": 2}])
    replacing.write(connection, [{"name": "b", "size": 3}, {"name": "c", "size": 4}])

    assert stored(connection) == {"a": 1, "b": 3, "c": 4}


@pytest.mark.parametrize(
    ("rows", "statements"), [(0, 0), (1, 1), (31, 2), (64, 1), (100, 3), (256, 4)]
)
def test_rows_share_statements(connection: Connection, rows: int, statements: int) -> None:
    seen: list[str] = []
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    driver.set_trace_callback(seen.append)
    replacing.write(connection, [{"name": str(n), "size": n} for n in range(rows)])
    driver.set_trace_callback(None)

    assert sum(each.startswith("INSERT") for each in seen) == statements


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_the_same_statement_is_made_for_postgresql(driver: str) -> None:
    dialect = make_url(f"postgresql+{driver}://").get_dialect()()
    upsert = Upsert(things, dialect, lambda insert: insert.on_conflict_do_nothing())
    statement = re.sub("::[A-Z]+", "", upsert.statement(2))  # some drivers are told the types

    assert statement == (
        "INSERT INTO things (name, size) VALUES (%s, %s), (%s, %s) ON CONFLICT DO NOTHING"
    )


def test_a_rule_with_values_of_its_own_is_refused() -> None:
    def resolve(insert: Insert) -> Insert:
        return insert.on_conflict_do_update(index_elements=[things.c.name], set_={"size": 7})

    with pytest.raises(AssertionError):
        Upsert(things, engine.dialect, resolve)


def test_what_the_database_refuses_is_sqlalchemys_error_and_tells_no_values(
    connection: Connection,
) -> None:
    inserting = Upsert(things, engine.dialect, lambda insert: insert.on_conflict_do_nothing())
    with pytest.raises(ProgrammingError) as caught:
        inserting.write(connection, [{"name": "secret", "size": object()}])

    assert "secret" not in str(caught.value)
