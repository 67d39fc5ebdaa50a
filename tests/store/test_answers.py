"""Answers in the database."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from tests.store.samples import ACCOUNT, answer

from offhook.records import KeptAnswer
from offhook.store import answers
from offhook.store.answers import KEPT_S
from offhook.store.tables import metadata

engine = create_engine("sqlite://", poolclass=StaticPool)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with engine.connect() as made:
        metadata.drop_all(made)
        metadata.create_all(made)
        yield made


def write(connection: Connection, *entries: KeptAnswer) -> None:
    rows = [answers.to_row(entry) for entry in entries]
    answers.upsert(engine.dialect).write(connection, rows)


def find(connection: Connection, now: float, key: str = "k-1") -> KeptAnswer | None:
    return answers.find(connection, ACCOUNT, "createCall", key, now)


def test_an_answer_comes_back_whole_for_a_day(connection: Connection) -> None:
    write(connection, answer(created=1000.0), answer("k-2", created=1000.0))

    assert find(connection, 1000.0) == answer(created=1000.0)
    assert find(connection, 999.0 + KEPT_S) is not None
    assert find(connection, 1000.0 + KEPT_S) is None
    assert find(connection, 1000.0, "k-3") is None


def test_accounts_and_operations_have_keys_of_their_own(connection: Connection) -> None:
    write(connection, replace(answer(), account_id="1"), replace(answer(), operation="other"))

    assert find(connection, 1000.0) is None


def test_an_answer_is_replaced_only_once_it_no_longer_counts(connection: Connection) -> None:
    first = answer(created=1000.0)
    write(connection, first)
    write(connection, answer(created=1001.0, call_id="c-2"))
    write(connection, first)
    assert find(connection, 1001.0) == first

    late = answer(created=1000.0 + KEPT_S, call_id="c-2")
    write(connection, late)

    assert find(connection, late.created) == late


def test_a_sweep_leaves_what_still_counts(connection: Connection) -> None:
    write(connection, answer("old", created=0.0), answer("young", created=1.0))
    answers.purge(connection, KEPT_S)

    assert find(connection, 0.5, "old") is None
    assert find(connection, 1.5, "young") is not None
