"""The tables themselves."""

from sqlalchemy import create_engine, text

from offhook.store.tables import REVISIONS, is_open, is_pending, metadata
from offhook.store.upsert import LARGEST

SQLITE_PARAMETERS = 32_766  # SQLITE_MAX_VARIABLE_NUMBER


def test_the_largest_statement_fits_into_sqlite() -> None:
    widest = max(len(table.columns) for table in metadata.tables.values())

    assert widest * LARGEST < SQLITE_PARAMETERS


def test_revisions_are_in_order_and_different() -> None:
    assert sorted(set(REVISIONS)) == list(REVISIONS)


def test_what_a_start_up_asks_is_answered_by_an_index() -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        for table, condition in (("calls", is_open), ("deliveries", is_pending)):
            where = condition.compile(dialect=engine.dialect)
            query = text(f"EXPLAIN QUERY PLAN SELECT document FROM {table} WHERE {where}")
            plan = str(connection.execute(query).all())

            assert f"USING INDEX {table}_" in plan
    engine.dispose()
