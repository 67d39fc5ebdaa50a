"""Texts: of recordings, and of calls while they are spoken; newest version wins."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, Select, delete, select

from offhook.records import Transcript
from offhook.store.tables import is_unwritten, transcripts
from offhook.store.upsert import Insert, Row, Upsert

_decoder = msgspec.json.Decoder(Transcript)
_encode = msgspec.json.Encoder().encode
_documents = select(transcripts.c.document)
_in_order = (transcripts.c.created, transcripts.c.transcription_id)


def to_row(transcript: Transcript) -> Row:
    """Return what is written of a text."""
    return {
        "transcription_id": transcript.transcription_id,
        "call_id": transcript.call_id,
        "account_id": transcript.account_id,
        "recording_id": transcript.recording_id,
        "created": transcript.created,
        "completed": transcript.completed,
        "version": transcript.version,
        "document": _encode(transcript).decode(),
    }


def upsert(dialect: Dialect) -> Upsert:
    """Write texts; an older version never overwrites a newer one."""

    def resolve(insert: Insert) -> Insert:
        new, columns = insert.excluded, transcripts.c
        return insert.on_conflict_do_update(
            index_elements=[columns.transcription_id],
            set_={column.name: new[column.name] for column in columns if not column.primary_key},
            where=new.version >= columns.version,
        )

    return Upsert(transcripts, dialect, resolve)


def find(connection: Connection, account_id: str, transcription_id: str) -> Transcript | None:
    """Return a text of the account."""
    query = _documents.where(
        transcripts.c.transcription_id == transcription_id,
        transcripts.c.account_id == account_id,
    )
    document = connection.execute(query).scalar()
    return _decoder.decode(document) if document else None


def of_call(connection: Connection, account_id: str, call_id: str) -> list[Transcript]:
    """Return the live texts of the account's call, oldest first."""
    columns = transcripts.c
    query = _documents.where(
        columns.call_id == call_id,
        columns.account_id == account_id,
        columns.recording_id.is_(None),
    )
    return _decoded(connection, query.order_by(*_in_order))


def unfinished(connection: Connection) -> list[Transcript]:
    """Return the texts that are under way, oldest first."""
    return _decoded(connection, _documents.where(is_unwritten).order_by(*_in_order))


def remove(connection: Connection, transcription_id: str) -> None:
    """Forget a text."""
    connection.execute(
        delete(transcripts).where(transcripts.c.transcription_id == transcription_id)
    )


def remove_of(connection: Connection, recording_ids: Sequence[str]) -> None:
    """Forget the texts of recordings."""
    connection.execute(delete(transcripts).where(transcripts.c.recording_id.in_(recording_ids)))


def purge(connection: Connection, completed_before: float) -> int:
    """Forget the live texts that are so old; returns how many. Others go with their recordings."""
    columns = transcripts.c
    old = columns.recording_id.is_(None) & (columns.completed < completed_before)
    return connection.execute(delete(transcripts).where(old)).rowcount


def _decoded(connection: Connection, query: Select[Any]) -> list[Transcript]:
    return [_decoder.decode(document) for document in connection.execute(query).scalars()]
