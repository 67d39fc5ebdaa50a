"""Call records in the database: round trip, versions, and the list of rest.md 4.4."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from tests.store.samples import ACCOUNT, FULL, call

from offhook.errors import Cause
from offhook.records import CallRecord, CallState
from offhook.requests import CallFilter, position
from offhook.store import calls
from offhook.store.tables import metadata

engine = create_engine("sqlite://", poolclass=StaticPool)
upsert = calls.upsert(engine.dialect)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with fresh() as made:
        yield made


def fresh() -> Connection:
    made = engine.connect()
    metadata.drop_all(made)
    metadata.create_all(made)
    return made


def write(connection: Connection, *records: CallRecord) -> None:
    for record in records:
        upsert.write(connection, [calls.to_row(record)])


def ids(found: list[CallRecord]) -> list[str]:
    return [record.call_id for record in found]


def test_a_record_comes_back_as_it_was(connection: Connection) -> None:
    write(connection, FULL)

    assert calls.find(connection, ACCOUNT, "c-full") == FULL


def test_a_call_of_another_account_is_not_found(connection: Connection) -> None:
    write(connection, FULL)

    assert calls.find(connection, "77", "c-full") is None
    assert calls.find(connection, ACCOUNT, "c-none") is None


def test_an_older_version_never_overwrites_a_newer(connection: Connection) -> None:
    newer = call(version=2, state=CallState.ANSWERED)
    write(connection, call(version=1), newer, call(version=1))

    assert calls.find(connection, ACCOUNT, "c-1") == newer


def test_calls_are_listed_oldest_first_by_creation_then_id(connection: Connection) -> None:
    write(
        connection,
        call("c-b", start_time=20.0),
        call("c-queued", enqueued_time=15.0, start_time=None, state=CallState.QUEUED),
        call("c-late", enqueued_time=5.0, start_time=99.0),
        call("c-a", start_time=20.0),
        call("c-foreign", account_id="77", start_time=1.0),
    )

    found = calls.matching(connection, ACCOUNT, CallFilter())

    assert ids(found) == ["c-late", "c-queued", "c-a", "c-b"]


def test_a_list_goes_on_after_the_last_item_seen(connection: Connection) -> None:
    write(connection, *(call(f"c-{n}", start_time=float(n // 2)) for n in range(6)))
    first = calls.matching(connection, ACCOUNT, CallFilter(limit=3))
    rest = calls.matching(connection, ACCOUNT, CallFilter(limit=3, after=position(first[-1])))

    assert ids(first) == ["c-0", "c-1", "c-2"]
    assert ids(rest) == ["c-3", "c-4", "c-5"]


FEW = st.sampled_from
RECORDS = st.builds(
    replace,
    st.just(call()),
    call_id=st.integers(0, 10**6).map("c-{}".format),
    to=FEW(["+1", "+2"]),
    from_=FEW(["+1", "+2"]),
    start_time=FEW([None, 10.0, 20.0, 30.0]),
    disconnect_cause=FEW([None, Cause.BUSY, Cause.HANGUP]),
)
FILTERS = st.builds(
    CallFilter,
    to=FEW([None, "+1"]),
    from_=FEW([None, "+2"]),
    min_start=FEW([None, 10.0, 20.0]),
    max_start=FEW([None, 20.0, 30.0]),
    disconnect_cause=FEW([None, "busy"]),
)


@given(st.lists(RECORDS, max_size=12, unique_by=lambda r: r.call_id), FILTERS)
def test_the_database_filters_as_the_filter_says(
    records: list[CallRecord], wanted: CallFilter
) -> None:
    expected = sorted((r for r in records if wanted.takes(r)), key=position)
    with fresh() as connection:
        write(connection, *records)

        assert calls.matching(connection, ACCOUNT, wanted) == expected


def test_unfinished_calls_are_those_not_disconnected(connection: Connection) -> None:
    write(
        connection,
        call("c-2", start_time=2.0),
        call("c-1", start_time=1.0, state=CallState.QUEUED, account_id="77"),
        call("c-3", state=CallState.DISCONNECTED, end_time=3.0),
    )

    assert ids(calls.unfinished(connection)) == ["c-1", "c-2"]
