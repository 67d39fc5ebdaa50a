"""Looking for calls by what people remember of them (console)."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import JSON, ColumnElement, Connection, Text, cast, func, or_, select, tuple_

from offhook.errors import Cause
from offhook.records import CallRecord
from offhook.requests import CallSearch, Show
from offhook.store.tables import calls, is_open

_decoder = msgspec.json.Decoder(CallRecord)
GOOD_ENDS = (Cause.HANGUP.value, Cause.CANCEL.value)
MEMBERS = ("tag", "error_id", "sip_call_id")  # of the document, that are searched


def search(connection: Connection, account_id: str, wanted: CallSearch) -> list[CallRecord]:
    """Return the account's calls that match, newest first, at most `limit`."""
    place = (calls.c.created, calls.c.call_id)
    query = select(calls.c.document).where(calls.c.account_id == account_id)
    query = query.where(*_shown(wanted.show), *_texts(connection.dialect.name, wanted.text))
    if wanted.after is not None:
        newer = query.where(tuple_(*place) > tuple_(*wanted.after))
        found = connection.execute(newer.order_by(*place).limit(wanted.limit)).scalars().all()
        return [_decoder.decode(document) for document in reversed(found)]
    if wanted.before is not None:
        query = query.where(tuple_(*place) < tuple_(*wanted.before))
    newest = query.order_by(*(column.desc() for column in place)).limit(wanted.limit)
    return [_decoder.decode(document) for document in connection.execute(newest).scalars()]


def some(connection: Connection, account_id: str, call_ids: Sequence[str]) -> list[CallRecord]:
    """Return those of the account's calls, oldest first."""
    query = (
        select(calls.c.document)
        .where(calls.c.call_id.in_(call_ids), calls.c.account_id == account_id)
        .order_by(calls.c.created, calls.c.call_id)
    )
    return [_decoder.decode(document) for document in connection.execute(query).scalars()]


def _shown(show: Show) -> list[ColumnElement[bool]]:
    if show is Show.LIVE:
        return [is_open]
    if show is Show.FAILED:
        return [calls.c.cause.is_not(None), calls.c.cause.not_in(GOOD_ENDS)]
    return []


def _texts(dialect: str, sought: str) -> list[ColumnElement[bool]]:
    """Return conditions: each word is in one of the columns or members."""
    columns: list[ColumnElement[str]] = [
        calls.c.to_party,
        calls.c.from_party,
        calls.c.call_id,
        calls.c.cause,
        *(_member(dialect, name) for name in MEMBERS),
    ]
    return [
        or_(*(column.icontains(word, autoescape=True) for column in columns))
        for word in sought.split()
    ]


def _member(dialect: str, name: str) -> ColumnElement[str]:
    """Return a member of the document as text; the two databases have their own words for it."""
    if dialect == "sqlite":
        return func.json_extract(calls.c.document, f"$.{name}", type_=Text)
    return func.json_extract_path_text(cast(calls.c.document, JSON), name, type_=Text)
