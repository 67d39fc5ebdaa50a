"""Answers to requests that named a key: kept for a day, and given again to who asks again."""

import msgspec
from sqlalchemy import Connection, Dialect, delete, literal_column, select

from offhook.records import KeptAnswer
from offhook.store.tables import answers
from offhook.store.upsert import Insert, Row, Upsert

KEPT_S = 86_400.0  # a client that repeats a request does so within minutes

_decoder = msgspec.json.Decoder(KeptAnswer)
_encode = msgspec.json.Encoder().encode


def to_row(answer: KeptAnswer) -> Row:
    """Return what is written of an answer."""
    return {
        "account_id": answer.account_id,
        "operation": answer.operation,
        "idempotency_key": answer.key,
        "created": answer.created,
        "document": _encode(answer).decode(),
    }


def upsert(dialect: Dialect) -> Upsert:
    """Write answers; one that still counts stays as it is."""

    def resolve(insert: Insert) -> Insert:
        new = insert.excluded
        return insert.on_conflict_do_update(
            index_elements=list(answers.primary_key),
            set_={"created": new.created, "document": new.document},
            where=answers.c.created <= new.created - literal_column(str(KEPT_S)),
        )

    return Upsert(answers, dialect, resolve)


def find(
    connection: Connection, account_id: str, operation: str, key: str, now: float
) -> KeptAnswer | None:
    """Return the answer that counts now."""
    query = select(answers.c.document).where(
        answers.c.account_id == account_id,
        answers.c.operation == operation,
        answers.c.idempotency_key == key,
        answers.c.created > now - KEPT_S,
    )
    document = connection.execute(query).scalar()
    return _decoder.decode(document) if document else None


def purge(connection: Connection, now: float) -> None:
    """Remove those that no longer count: a small row each, and no more than a day's calls."""
    connection.execute(delete(answers).where(answers.c.created <= now - KEPT_S))
