"""WebRTC endpoints: the row of each, newest version wins; look-ups and the list of rest.md 11.

One that has vanished (deleted, or a day old) is found no more; its row stays for a while, as calls
do, so that its webhooks can be looked at.
"""

import msgspec
from sqlalchemy import Connection, Dialect, func, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from offhook.records import EndpointRecord
from offhook.requests import EndpointFilter, EndpointPage
from offhook.store.tables import endpoints, is_connected
from offhook.store.upsert import Insert, Row, Upsert

_decoder = msgspec.json.Decoder(EndpointRecord)
_encode = msgspec.json.Encoder().encode
_documents = select(endpoints.c.document)
_in_order = (endpoints.c.created, endpoints.c.endpoint_id)


def to_row(record: EndpointRecord) -> Row:
    """Return what is written of a record."""
    return {
        "endpoint_id": record.endpoint_id,
        "account_id": record.account_id,
        "created": record.created,
        "vanishes": record.vanishes,
        "status": record.status.value,
        "version": record.version,
        "document": _encode(record).decode(),
    }


def upsert(dialect: Dialect) -> Upsert:
    """Write records; an older version never overwrites a newer one."""

    def resolve(insert: Insert) -> Insert:
        new, columns = insert.excluded, endpoints.c
        return insert.on_conflict_do_update(
            index_elements=[columns.endpoint_id],
            set_={column.name: new[column.name] for column in columns if not column.primary_key},
            where=new.version >= columns.version,
        )

    return Upsert(endpoints, dialect, resolve)


def find(connection: Connection, endpoint_id: str, now: float) -> EndpointRecord | None:
    """Return an endpoint that is there at `now`."""
    query = _documents.where(endpoints.c.endpoint_id == endpoint_id, endpoints.c.vanishes > now)
    document = connection.execute(query).scalar()
    return _decoder.decode(document) if document else None


def matching(
    connection: Connection, account_id: str, wanted: EndpointFilter, now: float
) -> EndpointPage:
    """Return the account's endpoints that pass the filter, oldest first, at most `limit`."""
    columns = endpoints.c
    listed: list[ColumnElement[bool]] = [columns.account_id == account_id, columns.vanishes > now]
    if wanted.status is not None:
        listed.append(columns.status == wanted.status.value)
    count = select(func.count()).select_from(endpoints).where(*listed)
    total = connection.execute(count).scalar() or 0
    page, before = _documents.where(*listed), 0
    if wanted.after is not None:
        further = tuple_(*_in_order) > tuple_(*wanted.after)
        before = total - (connection.execute(count.where(further)).scalar() or 0)
        page = page.where(further)
    documents = connection.execute(page.order_by(*_in_order).limit(wanted.limit)).scalars()
    return EndpointPage([_decoder.decode(each) for each in documents], before, total)


def connected(connection: Connection) -> list[EndpointRecord]:
    """Return the endpoints that have a device, oldest first."""
    query = _documents.where(is_connected).order_by(*_in_order)
    return [_decoder.decode(document) for document in connection.execute(query).scalars()]
