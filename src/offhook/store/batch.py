"""Changes on their way to disk: encoded when they are handed over, committed together.

One transaction holds one statement or few for each table. Of a record that changed several times
within a batch only the newest version is written.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Dialect

from offhook.records import (
    CallRecord,
    ConferenceRecord,
    Delivery,
    EndpointRecord,
    Event,
    Incident,
    KeptAnswer,
    Recording,
    Transcript,
)
from offhook.store import (
    answers,
    calls,
    conferences,
    deliveries,
    endpoints,
    events,
    incidents,
    recordings,
    transcripts,
)
from offhook.store.database import Database
from offhook.store.upsert import Row, Upsert

Change = (
    CallRecord
    | ConferenceRecord
    | EndpointRecord
    | Event
    | Delivery
    | Recording
    | Transcript
    | Incident
    | KeptAnswer
)


def _later(there: Row, row: Row) -> bool:
    """Records that have one writer each: what comes later is newer."""
    return True


def _newer(there: Row, row: Row) -> bool:
    return bool(row["version"] >= there["version"])


def _first(there: Row, row: Row) -> bool:
    return False


class Kind(NamedTuple):
    """How changes of one kind are written."""

    to_row: Callable[[Any], Row]
    upsert: Callable[[Dialect], Upsert]
    key: tuple[str, ...]  # columns: a statement must not hold two rows of the same key
    replaces: Callable[[Row, Row], bool] = _later


KINDS: dict[type, Kind] = {  # in the order in which a transaction writes them
    CallRecord: Kind(calls.to_row, calls.upsert, ("call_id",), _newer),
    ConferenceRecord: Kind(conferences.to_row, conferences.upsert, ("conference_id",), _newer),
    EndpointRecord: Kind(endpoints.to_row, endpoints.upsert, ("endpoint_id",), _newer),
    Event: Kind(events.to_row, events.upsert, ("call_id", "number"), _first),
    Delivery: Kind(deliveries.to_row, deliveries.upsert, ("id",)),
    Recording: Kind(recordings.to_row, recordings.upsert, ("recording_id",)),
    Transcript: Kind(transcripts.to_row, transcripts.upsert, ("transcription_id",), _newer),
    Incident: Kind(incidents.to_row, incidents.upsert, ("id",)),
    KeptAnswer: Kind(
        answers.to_row, answers.upsert, ("account_id", "operation", "idempotency_key"), _first
    ),
}


class Encoded(NamedTuple):
    """A change as a row: what happens to the original afterwards no longer matters."""

    kind: type[Change]
    row: Row


def encode(change: Change) -> Encoded:
    """Return the change as a row; raises ValueError or TypeError if it cannot be JSON."""
    return Encoded(type(change), KINDS[type(change)].to_row(change))


@functools.lru_cache(maxsize=4)
def _upserts(dialect: Dialect) -> dict[type, Upsert]:
    """Return how all kinds are written; statements are compiled once for all who write so."""
    return {name: kind.upsert(dialect) for name, kind in KINDS.items()}


class Committer:
    """Commits encoded changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._upserts = _upserts(database.dialect)

    def commit(self, changes: Sequence[Encoded]) -> None:
        """Write all changes in one transaction; repeating it does no harm."""
        rows: dict[type, dict[tuple[Any, ...], Row]] = {kind: {} for kind in KINDS}
        for name, row in changes:
            kind, found = KINDS[name], rows[name]
            key = tuple([row[column] for column in kind.key])
            if key not in found or kind.replaces(found[key], row):
                found[key] = row
        with self._database.writing() as connection:
            for name, upsert in self._upserts.items():
                upsert.write(connection, list(rows[name].values()))
