"""The rows of webhooks: each is pending until it is delivered or given up."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, Dialect, func, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from offhook.records import Delivery
from offhook.requests import DeliveryFilter
from offhook.store.tables import deliveries, is_pending
from offhook.store.upsert import Insert, Row, Upsert

_decoder = msgspec.json.Decoder(Delivery)
_encode = msgspec.json.Encoder().encode
PORTION = 500  # rows in memory


def to_row(delivery: Delivery) -> Row:
    """Return what is written of a delivery."""
    return {
        "id": delivery.id,
        "call_id": delivery.call_id,
        "account_id": delivery.account_id,
        "sequence": delivery.sequence,
        "created": delivery.created,
        "delivered": delivery.delivered,
        "failed": delivery.failed,
        "document": _encode(delivery).decode(),
    }


def upsert(dialect: Dialect) -> Upsert:
    """Write deliveries; of one that exists only its outcome changes."""

    def resolve(insert: Insert) -> Insert:
        changing = ("delivered", "failed", "document")
        return insert.on_conflict_do_update(
            index_elements=[deliveries.c.id],
            set_={name: insert.excluded[name] for name in changing},
        )

    return Upsert(deliveries, dialect, resolve)


def pending(connection: Connection) -> list[Delivery]:
    """Return what is neither delivered nor given up, each call's in order."""
    query = (
        select(deliveries.c.document)
        .where(is_pending)
        .order_by(deliveries.c.call_id, deliveries.c.sequence)
    )
    return [_decoder.decode(document) for document in connection.execute(query).scalars()]


def of_call(connection: Connection, call_id: str) -> list[Delivery]:
    """Return the call's deliveries in order, settled ones included."""
    query = (
        select(deliveries.c.document)
        .where(deliveries.c.call_id == call_id)
        .order_by(deliveries.c.sequence)
    )
    return [_decoder.decode(document) for document in connection.execute(query).scalars()]


def find(connection: Connection, account_id: str, event_id: str) -> Delivery | None:
    """Return a delivery of the account."""
    query = select(deliveries.c.document).where(
        deliveries.c.id == event_id, deliveries.c.account_id == account_id
    )
    document = connection.execute(query).scalar()
    return _decoder.decode(document) if document else None


def matching(connection: Connection, account_id: str, wanted: DeliveryFilter) -> list[Delivery]:
    """Return the account's deliveries that pass the filter, oldest first, at most `limit`.

    The type of an event has no column: it is looked for in what the others leave. A driver may
    fetch all rows at once, so they are asked for in portions.
    """
    query = (
        select(deliveries.c.document)
        .where(deliveries.c.account_id == account_id, *_conditions(wanted))
        .order_by(deliveries.c.created, deliveries.c.id)
        .limit(wanted.limit if wanted.event_type is None else None)
        .execution_options(yield_per=PORTION)
    )
    found: list[Delivery] = []
    for document in connection.execute(query).scalars():
        delivery = _decoder.decode(document)
        if wanted.event_type in (None, delivery.event_type):
            found.append(delivery)
        if len(found) == wanted.limit:
            break
    return found


def _conditions(wanted: DeliveryFilter) -> Iterator[ColumnElement[bool]]:
    columns = deliveries.c
    if wanted.call_id is not None:
        yield columns.call_id == wanted.call_id
    if wanted.since is not None:
        yield columns.created >= wanted.since
    if wanted.after is not None:
        yield tuple_(columns.created, columns.id) > wanted.after
    if wanted.state == "failed":
        yield columns.failed.is_not(None)
    elif wanted.state == "delivered":
        yield columns.delivered.is_not(None) & columns.failed.is_(None)
    elif wanted.state == "pending":
        yield is_pending


def last_sequence(connection: Connection, call_id: str) -> int:
    """Return the sequence number of the call's last delivery, 0 if it has none."""
    query = select(func.max(deliveries.c.sequence)).where(deliveries.c.call_id == call_id)
    return connection.execute(query).scalar() or 0
