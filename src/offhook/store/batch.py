"""Changes on their way to disk: encoded when they are handed over, committed together.

One transaction holds one statement or few for each table. Of a record that changed several times
within a batch only the newest version is written.
"""

from collections.abc import Sequence
from typing import NamedTuple

from offhook.records import CallRecord, Delivery, Event, Incident, Recording
from offhook.store import calls, deliveries, events, incidents, recordings
from offhook.store.database import Database
from offhook.store.upsert import Row

Change = CallRecord | Event | Delivery | Recording | Incident


class Encoded(NamedTuple):
    """A change as a row: what happens to the original afterwards no longer matters."""

    kind: type[Change]
    row: Row


def encode(change: Change) -> Encoded:
    """Return the change as a row; raises ValueError or TypeError if it cannot be JSON."""
    match change:
        case CallRecord():
            return Encoded(CallRecord, calls.to_row(change))
        case Event():
            return Encoded(Event, events.to_row(change))
        case Delivery():
            return Encoded(Delivery, deliveries.to_row(change))
        case Recording():
            return Encoded(Recording, recordings.to_row(change))
        case Incident():
            return Encoded(Incident, incidents.to_row(change))


class Committer:
    """Commits encoded changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._calls = calls.upsert(database.dialect)
        self._events = events.upsert(database.dialect)
        self._deliveries = deliveries.upsert(database.dialect)
        self._recordings = recordings.upsert(database.dialect)
        self._incidents = incidents.upsert(database.dialect)

    def commit(self, changes: Sequence[Encoded]) -> None:
        """Write all changes in one transaction; repeating it does no harm."""
        records: dict[str, Row] = {}
        outgoing: dict[str, Row] = {}
        recorded: dict[str, Row] = {}
        entries: list[Row] = []
        told: dict[str, Row] = {}
        for kind, row in changes:
            if kind is Event:
                entries.append(row)
            elif kind is Delivery:
                outgoing[row["id"]] = row
            elif kind is Incident:
                told[row["id"]] = row
            elif kind is Recording:
                recorded[row["recording_id"]] = row  # one writer each: the later is the newer
            elif row["version"] >= records.get(row["call_id"], row)["version"]:
                records[row["call_id"]] = row
        with self._database.writing() as connection:
            self._calls.write(connection, list(records.values()))
            self._events.write(connection, entries)
            self._deliveries.write(connection, list(outgoing.values()))
            self._recordings.write(connection, list(recorded.values()))
            self._incidents.write(connection, list(told.values()))
