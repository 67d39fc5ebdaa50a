"""The outbox's rows: a webhook is pending until it is delivered or given up."""

import msgspec
from sqlalchemy import Connection, Dialect, func, select

from offhook.records import Delivery
from offhook.store.tables import deliveries, is_pending
from offhook.store.upsert import Insert, Row, Upsert

_decoder = msgspec.json.Decoder(Delivery)
_encode = msgspec.json.Encoder().encode


def to_row(delivery: Delivery) -> Row:
    """Return what is written of a delivery."""
    return {
        "id": delivery.id,
        "call_id": delivery.call_id,
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


def last_sequence(connection: Connection, call_id: str) -> int:
    """Return the sequence number of the call's last delivery, 0 if it has none."""
    query = select(func.max(deliveries.c.sequence)).where(deliveries.c.call_id == call_id)
    return connection.execute(query).scalar() or 0
