"""Recordings: the row of each, newest version wins; the lists of rest.md 6 and what is due."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, Select, delete, select

from offhook.records import Recording, RecordingStatus
from offhook.requests import RecordingFilter
from offhook.store.tables import is_unfinished, recordings
from offhook.store.upsert import Insert, Row, Upsert

_decoder = msgspec.json.Decoder(Recording)
_encode = msgspec.json.Encoder().encode
_documents = select(recordings.c.document)
_is_shown = recordings.c.status != RecordingStatus.REMOVED.value
_is_leaving = recordings.c.status.in_(
    [RecordingStatus.DELETING.value, RecordingStatus.REMOVED.value]
)
_in_order = (recordings.c.start_time, recordings.c.recording_id)


def to_row(recording: Recording) -> Row:
    """Return what is written of a recording."""
    return {
        "recording_id": recording.recording_id,
        "call_id": recording.call_id,
        "account_id": recording.account_id,
        "to_party": recording.to,
        "from_party": recording.from_,
        "start_time": recording.start_time,
        "end_time": recording.end_time,
        "status": recording.status.value,
        "version": recording.version,
        "document": _encode(recording).decode(),
        "conference": recording.conference,
    }


def upsert(dialect: Dialect) -> Upsert:
    """Write recordings; an older version never overwrites a newer one."""

    def resolve(insert: Insert) -> Insert:
        new, columns = insert.excluded, recordings.c
        return insert.on_conflict_do_update(
            index_elements=[columns.recording_id],
            set_={column.name: new[column.name] for column in columns if not column.primary_key},
            where=new.version >= columns.version,
        )

    return Upsert(recordings, dialect, resolve)


def find(
    connection: Connection, account_id: str, call_id: str, recording_id: str
) -> Recording | None:
    """Return a recording of the account's call."""
    query = _documents.where(
        recordings.c.recording_id == recording_id,
        recordings.c.call_id == call_id,
        recordings.c.account_id == account_id,
        _is_shown,
    )
    document = connection.execute(query).scalar()
    return _decoder.decode(document) if document else None


def of_call(connection: Connection, account_id: str, call_id: str, limit: int) -> list[Recording]:
    """Return the recordings of the account's call, oldest first."""
    columns = recordings.c
    query = _documents.where(
        columns.call_id == call_id, columns.account_id == account_id, _is_shown
    )
    return _decoded(connection, query.order_by(*_in_order).limit(limit))


def matching(connection: Connection, account_id: str, wanted: RecordingFilter) -> list[Recording]:
    """Return recordings of the account's calls that pass the filter, oldest first."""
    columns = recordings.c
    of_calls = columns.conference.is_(None)
    query = _documents.where(columns.account_id == account_id, of_calls, _is_shown)
    if wanted.to is not None:
        query = query.where(columns.to_party == wanted.to)
    if wanted.from_ is not None:
        query = query.where(columns.from_party == wanted.from_)
    if wanted.min_start is not None:
        query = query.where(columns.start_time >= wanted.min_start)
    if wanted.before is not None:
        query = query.where(columns.start_time < wanted.before)
    return _decoded(connection, query.order_by(*_in_order).limit(wanted.limit))


def unfinished(connection: Connection) -> list[Recording]:
    """Return the recordings whose file is not made yet, oldest first."""
    return _decoded(connection, _documents.where(is_unfinished).order_by(*_in_order))


def ended(connection: Connection, before: float, limit: int) -> list[Recording]:
    """Return recordings that ended before then, oldest first."""
    query = _documents.where(recordings.c.end_time < before, ~is_unfinished)
    return _decoded(connection, query.order_by(recordings.c.end_time).limit(limit))


def leaving(connection: Connection) -> list[Recording]:
    """Return the recordings whose media is still to be removed, oldest first."""
    return _decoded(connection, _documents.where(_is_leaving).order_by(*_in_order))


def remove(connection: Connection, recording_ids: Sequence[str]) -> None:
    """Forget recordings."""
    connection.execute(delete(recordings).where(recordings.c.recording_id.in_(recording_ids)))


def _decoded(connection: Connection, query: Select[Any]) -> list[Recording]:
    return [_decoder.decode(document) for document in connection.execute(query).scalars()]
