"""The outbox's rows in the database."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from tests.store.samples import ACCOUNT, delivery

from offhook.hooks import Target
from offhook.records import Delivery
from offhook.requests import DeliveryFilter
from offhook.store import deliveries
from offhook.store.tables import metadata

engine = create_engine("sqlite://", poolclass=StaticPool)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with engine.connect() as made:
        metadata.drop_all(made)
        metadata.create_all(made)
        yield made


def write(connection: Connection, *entries: Delivery) -> None:
    rows = [deliveries.to_row(entry) for entry in entries]
    deliveries.upsert(engine.dialect).write(connection, rows)


def test_pending_deliveries_come_back_whole_and_in_the_order_of_their_call(
    connection: Connection,
) -> None:
    second = delivery(sequence=2, fallback=Target("https://spare.test", "GET"))
    first, other = delivery(sequence=1), delivery("c-0", 5)
    write(connection, second, other, first)

    assert deliveries.pending(connection) == [other, first, second]


def test_a_settled_delivery_is_no_longer_pending_but_kept(connection: Connection) -> None:
    arrived = replace(delivery(sequence=1), delivered=2000.0)
    lost = replace(delivery(sequence=2), failed="HTTP 500")
    write(connection, delivery(sequence=1), delivery(sequence=2), delivery(sequence=3))
    write(connection, arrived, lost)

    assert deliveries.pending(connection) == [delivery(sequence=3)]
    assert deliveries.of_call(connection, "c-1") == [arrived, lost, delivery(sequence=3)]


def test_the_last_sequence_number_is_per_call_and_0_before_the_first(
    connection: Connection,
) -> None:
    write(connection, delivery(sequence=3), delivery(sequence=4))

    assert deliveries.last_sequence(connection, "c-1") == 4
    assert deliveries.last_sequence(connection, "c-2") == 0


def test_a_delivery_is_found_by_its_account_only(connection: Connection) -> None:
    write(connection, delivery())

    assert deliveries.find(connection, ACCOUNT, "c-1/1") == delivery()
    assert deliveries.find(connection, "7", "c-1/1") is None
    assert deliveries.find(connection, ACCOUNT, "c-1/2") is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (DeliveryFilter(), ["a", "b", "c", "d"]),
        (DeliveryFilter(call_id="c-2"), ["c", "d"]),
        (DeliveryFilter(state="pending"), ["a"]),
        (DeliveryFilter(state="delivered"), ["b"]),
        (DeliveryFilter(state="failed"), ["c", "d"]),
        (DeliveryFilter(event_type="dtmf"), ["d"]),
        (DeliveryFilter(since=20.0), ["b", "c", "d"]),
        (DeliveryFilter(limit=2), ["a", "b"]),
        (DeliveryFilter(limit=2, after=(20.0, "b")), ["c", "d"]),
        (DeliveryFilter(event_type="disconnect", limit=1, after=(10.0, "a")), ["b"]),
    ],
)
def test_deliveries_are_listed_by_what_is_asked_for(
    connection: Connection, wanted: DeliveryFilter, found: list[str]
) -> None:
    write(
        connection,
        delivery(id="d", call_id="c-2", created=30.0, failed="HTTP 500", event_type="dtmf"),
        delivery(id="c", call_id="c-2", created=30.0, failed="HTTP 404"),
        delivery(id="b", call_id="c-1", created=20.0, delivered=21.0),
        delivery(id="a", call_id="c-1", created=10.0),
        delivery(id="x", call_id="c-1", created=10.0, account_id="7"),
    )

    assert [each.id for each in deliveries.matching(connection, ACCOUNT, wanted)] == found


def test_one_behind_many_portions_of_others_is_found(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "PORTION", 2)
    many = [delivery(id=f"{number:02}", created=float(number)) for number in range(9)]
    write(connection, *many, delivery(id="x", created=9.0, event_type="dtmf"))

    found = deliveries.matching(connection, ACCOUNT, DeliveryFilter(event_type="dtmf"))

    assert [each.id for each in found] == ["x"]
