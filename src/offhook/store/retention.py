"""Forgetting: calls are kept for seven days after they end (rest.md 4.4)."""

from sqlalchemy import Connection, delete, select

from offhook.store.tables import calls, deliveries, events, is_pending

CALLS_KEPT_S = 7 * 86400.0
PORTION = 500  # calls in one transaction, so that the writer never waits long


def purge(connection: Connection, ended_before: float) -> int:
    """Remove a portion of the calls that ended before then, with all that belongs to them.

    Returns how many; fewer than `PORTION` means that all are gone.
    """
    query = select(calls.c.call_id).where(calls.c.end_time < ended_before).limit(PORTION)
    doomed = list(connection.execute(query).scalars())
    for table in (events, deliveries, calls):
        connection.execute(delete(table).where(table.c.call_id.in_(doomed)))
    # what belongs to no call (conferences, endpoints) goes by its own age
    settled = delete(deliveries).where(deliveries.c.created < ended_before, ~is_pending)
    if len(doomed) < PORTION:
        connection.execute(settled)
    return len(doomed)
