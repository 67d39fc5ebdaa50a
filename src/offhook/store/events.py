"""The append-only log of each call."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, func, select, tuple_

from offhook.records import Event
from offhook.store.tables import events
from offhook.store.text import as_json
from offhook.store.upsert import Row, Upsert

PORTION = 100  # keys in one statement


def to_row(event: Event) -> Row:
    """Return what is written of an event."""
    return {
        "call_id": event.call_id,
        "number": event.number,
        "at": event.at,
        "kind": event.kind,
        "data": as_json(event.data),
    }


def upsert(dialect: Dialect) -> Upsert:
    """Append events; one that is there already stays as it is (a commit may be repeated)."""
    return Upsert(events, dialect, lambda insert: insert.on_conflict_do_nothing())


def of_call(connection: Connection, call_id: str, after: int = 0) -> list[Event]:
    """Return the call's events with a number above `after`, in order."""
    query = (
        select(events)
        .where(events.c.call_id == call_id, events.c.number > after)
        .order_by(events.c.number)
    )
    return [_event(row) for row in connection.execute(query)]


def at(connection: Connection, wanted: Sequence[tuple[str, int]]) -> list[Event]:
    """Return the events of these calls and numbers, in this order; what is gone is left out."""
    found: dict[tuple[str, int], Event] = {}
    for start in range(0, len(wanted), PORTION):
        keys = wanted[start : start + PORTION]
        query = select(events).where(tuple_(events.c.call_id, events.c.number).in_(keys))
        for row in connection.execute(query):
            found[row.call_id, row.number] = _event(row)
    return [found[key] for key in wanted if key in found]


def _event(row: Any) -> Event:
    return Event(row.call_id, row.number, row.at, row.kind, msgspec.json.decode(row.data))


def last_number(connection: Connection, call_id: str) -> int:
    """Return the number of the call's last event, 0 if it has none."""
    query = select(func.max(events.c.number)).where(events.c.call_id == call_id)
    return connection.execute(query).scalar() or 0
