"""Forgetting: calls, conferences and endpoints are kept for seven days after their end."""

from sqlalchemy import Column, Connection, delete, select
from sqlalchemy.sql.elements import ColumnElement

from offhook.store.tables import calls, conferences, deliveries, endpoints, events, is_pending

CALLS_KEPT_S = 7 * 86400.0
PORTION = 500  # of each in one transaction, so that the writer never waits long


def purge(connection: Connection, ended_before: float) -> int:
    """Remove a portion of what ended before then, with all that belongs to it.

    Returns how many of them; 0 means that all are gone.
    """
    removed = _remove(connection, calls.c.call_id, calls.c.end_time < ended_before)
    removed += _remove(connection, endpoints.c.endpoint_id, endpoints.c.vanishes < ended_before)
    over = conferences.c.completed < ended_before
    removed += _remove(connection, conferences.c.conference_id, over)
    if not removed:  # what belongs to none of them goes by its own age
        settled = delete(deliveries).where(deliveries.c.created < ended_before, ~is_pending)
        connection.execute(settled)
    return removed


def _remove(connection: Connection, key: Column[str], over: ColumnElement[bool]) -> int:
    doomed = list(connection.execute(select(key).where(over).limit(PORTION)).scalars())
    for column in (events.c.call_id, deliveries.c.call_id, key):
        connection.execute(delete(column.table).where(column.in_(doomed)))
    return len(doomed)
