"""Forgetting calls that ended long ago."""

from sqlalchemy import Connection, create_engine, func, select
from tests.store.samples import ACCOUNT, call, conference, delivery, event

from offhook.records import CallState
from offhook.store import calls, conferences, deliveries, events, retention
from offhook.store.tables import metadata


def fill(connection: Connection, count: int, ended: float) -> None:
    records = [
        call(f"c-{ended}-{n}", state=CallState.DISCONNECTED, end_time=ended) for n in range(count)
    ]
    dialect = connection.dialect
    calls.upsert(dialect).write(connection, [calls.to_row(r) for r in records])
    entries = [events.to_row(event(r.call_id, 1)) for r in records]
    events.upsert(dialect).write(connection, entries)
    notes = [deliveries.to_row(delivery(r.call_id)) for r in records]
    deliveries.upsert(dialect).write(connection, notes)


def counts(connection: Connection) -> list[int | None]:
    return [
        connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar()
        for name in ("calls", "events", "deliveries")
    ]


def test_a_call_goes_with_all_that_belongs_to_it_and_a_younger_one_stays() -> None:
    with create_engine("sqlite://").connect() as connection:
        metadata.create_all(connection)
        fill(connection, 3, ended=100.0)
        fill(connection, 2, ended=200.0)
        record = calls.to_row(call("c-up", start_time=1.0))
        calls.upsert(connection.dialect).write(connection, [record])

        assert retention.purge(connection, 200.0) == 3
        assert counts(connection) == [3, 2, 2]
        assert retention.purge(connection, 200.0) == 0


def test_a_conference_goes_in_the_same_way() -> None:
    with create_engine("sqlite://").connect() as connection:
        metadata.create_all(connection)
        rows = [
            conferences.to_row(conference("conf-old", completed=100.0)),
            conferences.to_row(conference("conf-new", completed=300.0)),
            conferences.to_row(conference("conf-live")),
        ]
        conferences.upsert(connection.dialect).write(connection, rows)
        fill(connection, 1, ended=100.0)
        entries = [events.to_row(event(name, 1)) for name in ("conf-old", "conf-live")]
        events.upsert(connection.dialect).write(connection, entries)

        assert retention.purge(connection, 200.0) == 2
        assert retention.purge(connection, 200.0) == 0
        assert conferences.find(connection, ACCOUNT, "conf-old") is None
        assert conferences.find(connection, ACCOUNT, "conf-new") is not None
        assert [events.last_number(connection, c) for c in ("conf-old", "conf-live")] == [0, 1]


def test_a_transaction_removes_a_portion() -> None:
    with create_engine("sqlite://").connect() as connection:
        metadata.create_all(connection)
        fill(connection, retention.PORTION + 1, ended=100.0)

        assert retention.purge(connection, 200.0) == retention.PORTION
        assert retention.purge(connection, 200.0) == 1
        assert counts(connection) == [0, 0, 0]


def test_settled_deliveries_that_belong_to_no_call_go_by_their_own_age() -> None:
    with create_engine("sqlite://").connect() as connection:
        metadata.create_all(connection)
        rows = [
            deliveries.to_row(delivery("conf-1", 1, created=100.0, delivered=101.0)),
            deliveries.to_row(delivery("conf-1", 2, created=100.0)),
            deliveries.to_row(delivery("conf-1", 3, created=300.0, failed="HTTP 500")),
        ]
        deliveries.upsert(connection.dialect).write(connection, rows)
        retention.purge(connection, 200.0)

        left = deliveries.of_call(connection, "conf-1")
        assert [one.sequence for one in left] == [2, 3]
