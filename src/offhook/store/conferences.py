"""Conferences: the row of each, newest version wins; look-ups and the list of rest.md 5."""

import msgspec
from sqlalchemy import Connection, Dialect, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from offhook.records import ConferenceRecord
from offhook.requests import ConferenceFilter
from offhook.store.tables import conferences, is_live
from offhook.store.upsert import Insert, Row, Upsert

_decoder = msgspec.json.Decoder(ConferenceRecord)
_encode = msgspec.json.Encoder().encode
_documents = select(conferences.c.document)
_in_order = (conferences.c.created, conferences.c.conference_id)


def to_row(record: ConferenceRecord) -> Row:
    """Return what is written of a record."""
    return {
        "conference_id": record.conference_id,
        "account_id": record.account_id,
        "name": record.name,
        "created": record.created,
        "completed": record.completed,
        "version": record.version,
        "document": _encode(record).decode(),
    }


def upsert(dialect: Dialect) -> Upsert:
    """Write records; an older version never overwrites a newer one."""

    def resolve(insert: Insert) -> Insert:
        new, columns = insert.excluded, conferences.c
        return insert.on_conflict_do_update(
            index_elements=[columns.conference_id],
            set_={column.name: new[column.name] for column in columns if not column.primary_key},
            where=new.version >= columns.version,
        )

    return Upsert(conferences, dialect, resolve)


def find(connection: Connection, account_id: str, conference_id: str) -> ConferenceRecord | None:
    """Return the account's conference."""
    query = _documents.where(
        conferences.c.conference_id == conference_id, conferences.c.account_id == account_id
    )
    document = connection.execute(query).scalar()
    return _decoder.decode(document) if document else None


def matching(
    connection: Connection, account_id: str, wanted: ConferenceFilter
) -> list[ConferenceRecord]:
    """Return the account's conferences that pass the filter, oldest first, at most `limit`."""
    query = (
        _documents.where(conferences.c.account_id == account_id, *_conditions(wanted))
        .order_by(*_in_order)
        .limit(wanted.limit)
    )
    return [_decoder.decode(document) for document in connection.execute(query).scalars()]


def _conditions(wanted: ConferenceFilter) -> list[ColumnElement[bool]]:
    columns = conferences.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.name is not None:
        conditions.append(columns.name == wanted.name)
    if wanted.min_created is not None:
        conditions.append(columns.created >= wanted.min_created)
    if wanted.max_created is not None:
        conditions.append(columns.created <= wanted.max_created)
    if wanted.after is not None:
        conditions.append(tuple_(*_in_order) > tuple_(*wanted.after))
    return conditions


def unfinished(connection: Connection) -> list[ConferenceRecord]:
    """Return the conferences that have not ended, oldest first."""
    query = _documents.where(is_live).order_by(*_in_order)
    return [_decoder.decode(document) for document in connection.execute(query).scalars()]
