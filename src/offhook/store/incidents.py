"""Incidents: what the ids open that answers, webhooks and call state tell (errors.md 1, 8.4)."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, Row, delete, select

from offhook.records import Incident, IncidentKind
from offhook.store.tables import incidents
from offhook.store.text import as_json
from offhook.store.upsert import Row as Values
from offhook.store.upsert import Upsert

KEPT = 100_000  # the newest; a flood of refusals must not fill the disk


def to_row(incident: Incident) -> Values:
    """Return what is written of an incident."""
    return {
        "id": incident.id,
        "at": incident.at,
        "kind": incident.kind.value,
        "account_id": incident.account_id,
        "call_id": incident.call_id,
        "number": incident.number,
        "data": as_json(incident.data),
    }


def upsert(dialect: Dialect) -> Upsert:
    """Write incidents; one that is there already stays as it is (a commit may be repeated)."""
    return Upsert(incidents, dialect, lambda insert: insert.on_conflict_do_nothing())


def find(connection: Connection, incident_id: str) -> Incident | None:
    """Return what an id opens."""
    row = connection.execute(select(incidents).where(incidents.c.id == incident_id)).first()
    return None if row is None else _incident(row)


def latest(connection: Connection, limit: int) -> list[Incident]:
    """Return the newest first."""
    query = select(incidents).order_by(incidents.c.at.desc()).limit(limit)
    return [_incident(row) for row in connection.execute(query)]


def purge(connection: Connection, before: float) -> None:
    """Forget what is older than that, and all but the newest `KEPT`."""
    newest_first = select(incidents.c.at).order_by(incidents.c.at.desc())
    cut = connection.execute(newest_first.offset(KEPT).limit(1)).scalar()
    oldest = before if cut is None else max(before, cut)
    connection.execute(delete(incidents).where(incidents.c.at <= oldest))


def _incident(row: Row[Any]) -> Incident:
    data = msgspec.json.decode(row.data)
    kind = IncidentKind(row.kind)
    return Incident(row.id, row.at, kind, row.account_id, row.call_id, row.number, data)
