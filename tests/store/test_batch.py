"""Changes become rows at once, and one transaction later."""

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tests.store.samples import ACCOUNT, call, conference, delivery, event, recording

from offhook.records import CallState
from offhook.store import calls, conferences, deliveries, events, recordings
from offhook.store.batch import Change, Committer, encode
from offhook.store.database import Database
from offhook.store.tables import metadata


def database() -> Database:
    made = Database("sqlite://")
    with made.writing() as connection:
        metadata.create_all(connection)
    return made


def commit(place: Database, *changes: Change) -> None:
    Committer(place).commit([encode(change) for change in changes])


def test_changes_of_every_kind_are_committed_together() -> None:
    place = database()
    commit(place, event(), call(), delivery(), conference(), recording())

    with place.reading() as connection:
        assert calls.find(connection, ACCOUNT, "c-1") == call()
        assert conferences.find(connection, ACCOUNT, "conf-1") == conference()
        assert recordings.find(connection, ACCOUNT, "c-1", "r-1") == recording()
        assert events.of_call(connection, "c-1") == [event()]
        assert deliveries.pending(connection) == [delivery()]


def test_of_several_versions_the_newest_is_written_whatever_the_order() -> None:
    place = database()
    newest = call(version=3, state=CallState.ANSWERED)
    commit(place, call(version=1), newest, call(version=2))

    with place.reading() as connection:
        assert calls.find(connection, ACCOUNT, "c-1") == newest


def test_a_delivery_settled_before_it_was_written_is_settled() -> None:
    place = database()
    commit(place, delivery(), replace(delivery(), delivered=5.0))

    with place.reading() as connection:
        assert deliveries.pending(connection) == []
        assert deliveries.last_sequence(connection, "c-1") == 1


def test_a_commit_can_be_repeated() -> None:
    place = database()
    for _ in range(2):
        commit(place, call(), event(), delivery())

    with place.reading() as connection:
        assert events.last_number(connection, "c-1") == 1


def test_nothing_is_left_of_a_commit_that_fails() -> None:
    place = database()
    with place.writing() as connection:
        connection.execute(text("DROP TABLE deliveries"))
    with pytest.raises(OperationalError) as caught:
        commit(place, call(), event(), delivery())
    assert "https://app.test/bye" not in str(caught.value)  # parameters hold secrets

    with place.reading() as connection:
        assert calls.unfinished(connection) == []
        assert events.of_call(connection, "c-1") == []


def test_what_is_changed_after_it_was_handed_over_makes_no_difference() -> None:
    data: dict[str, object] = {"digits": "1"}
    entry = replace(event(), data=data)
    encoded = encode(entry)
    data["digits"] = "12"

    assert encoded.row["data"] == '{"digits":"1"}'
