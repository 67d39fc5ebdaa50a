"""Call records: the row of each, newest version wins; look-ups and the list of rest.md 4.4."""

import msgspec
from sqlalchemy import Connection, Dialect, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from offhook.records import CallRecord
from offhook.requests import CallFilter, position
from offhook.store.tables import calls, is_open
from offhook.store.upsert import Insert, Row, Upsert

_decoder = msgspec.json.Decoder(CallRecord)
_encode = msgspec.json.Encoder().encode


def to_row(record: CallRecord) -> Row:
    """Return what is written of a record."""
    return {
        "call_id": record.call_id,
        "account_id": record.account_id,
        "to_party": record.to,
        "from_party": record.from_,
        "state": record.state.value,
        "created": position(record)[0],
        "start_time": record.start_time,
        "end_time": record.end_time,
        "cause": record.disconnect_cause and record.disconnect_cause.value,
        "version": record.version,
        "document": _encode(record).decode(),
    }


def upsert(dialect: Dialect) -> Upsert:
    """Write records; an older version never overwrites a newer one."""

    def resolve(insert: Insert) -> Insert:
        new = insert.excluded
        return insert.on_conflict_do_update(
            index_elements=[calls.c.call_id],
            set_={column.name: new[column.name] for column in calls.c if not column.primary_key},
            where=new.version >= calls.c.version,
        )

    return Upsert(calls, dialect, resolve)


def find(connection: Connection, account_id: str, call_id: str) -> CallRecord | None:
    """Return the account's call."""
    query = select(calls.c.document).where(
        calls.c.call_id == call_id, calls.c.account_id == account_id
    )
    document = connection.execute(query).scalar()
    return _decoder.decode(document) if document else None


def any_account(connection: Connection, call_id: str) -> CallRecord | None:
    """Return a call, whoever it belongs to."""
    query = select(calls.c.document).where(calls.c.call_id == call_id)
    document = connection.execute(query).scalar()
    return _decoder.decode(document) if document else None


def matching(connection: Connection, account_id: str, wanted: CallFilter) -> list[CallRecord]:
    """Return the account's calls that pass the filter, oldest first, at most `limit`."""
    query = (
        select(calls.c.document)
        .where(calls.c.account_id == account_id, *_conditions(wanted))
        .order_by(calls.c.created, calls.c.call_id)
        .limit(wanted.limit)
    )
    return [_decoder.decode(document) for document in connection.execute(query).scalars()]


def _conditions(wanted: CallFilter) -> list[ColumnElement[bool]]:
    exact = {
        calls.c.to_party: wanted.to,
        calls.c.from_party: wanted.from_,
        calls.c.cause: wanted.disconnect_cause,
    }
    conditions: list[ColumnElement[bool]] = [
        column == value for column, value in exact.items() if value is not None
    ]
    if wanted.min_start is not None:  # no start time, no match (rest.md 4.4)
        conditions.append(calls.c.start_time >= wanted.min_start)
    if wanted.max_start is not None:
        conditions.append(calls.c.start_time <= wanted.max_start)
    if wanted.after is not None:
        conditions.append(tuple_(calls.c.created, calls.c.call_id) > tuple_(*wanted.after))
    return conditions


def unfinished(connection: Connection) -> list[CallRecord]:
    """Return the calls that have not ended, oldest first."""
    query = select(calls.c.document).where(is_open).order_by(calls.c.created)
    return [_decoder.decode(document) for document in connection.execute(query).scalars()]
