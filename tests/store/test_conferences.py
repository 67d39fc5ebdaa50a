"""Conferences in the database: round trip, versions, and the list of rest.md 5."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from tests.store.samples import ACCOUNT, conference

from offhook.hooks import Credentials, Hook, Target
from offhook.records import ConferenceRecord
from offhook.requests import ConferenceFilter
from offhook.store import conferences
from offhook.store.tables import metadata

engine = create_engine("sqlite://", poolclass=StaticPool)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with engine.connect() as made:
        metadata.drop_all(made)
        metadata.create_all(made)
        yield made


def write(connection: Connection, *records: ConferenceRecord) -> None:
    for record in records:
        conferences.upsert(engine.dialect).write(connection, [conferences.to_row(record)])


def listed(connection: Connection, wanted: ConferenceFilter) -> list[str]:
    return [r.conference_id for r in conferences.matching(connection, ACCOUNT, wanted)]


def test_a_record_comes_back_as_it_was(connection: Connection) -> None:
    hook = Hook(Target("https://a.test/", "GET", Credentials("u", "p")), Target("https://b.test/"))
    full = conference(hook=hook, tag="\N{SNOWMAN}", completed=2000.5, callback_timeout_s=2.5)
    write(connection, full)

    assert conferences.find(connection, ACCOUNT, "conf-1") == full
    assert conferences.find(connection, "77", "conf-1") is None
    assert conferences.find(connection, ACCOUNT, "conf-2") is None


def test_an_older_version_never_overwrites_a_newer(connection: Connection) -> None:
    ended = conference(version=1, completed=2000.0)
    write(connection, ended, conference())

    assert conferences.find(connection, ACCOUNT, "conf-1") == ended


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ConferenceFilter(), ["conf-2", "conf-1", "conf-3"]),
        (ConferenceFilter(name="room"), ["conf-2", "conf-1"]),
        (ConferenceFilter(name="Room"), []),
        (ConferenceFilter(min_created=1000.0), ["conf-1", "conf-3"]),
        (ConferenceFilter(max_created=1000.0), ["conf-2", "conf-1"]),
        (ConferenceFilter(min_created=1001.0, max_created=1000.0), []),
        (ConferenceFilter(limit=2), ["conf-2", "conf-1"]),
        (ConferenceFilter(after=(1000.0, "conf-1")), ["conf-3"]),
        (ConferenceFilter(after=(1000.0, "conf-0")), ["conf-1", "conf-3"]),
    ],
)
def test_the_list_is_filtered_and_the_oldest_first(
    connection: Connection, wanted: ConferenceFilter, found: list[str]
) -> None:
    write(
        connection,
        conference("conf-3", created=2000.0, name="other", completed=3000.0),
        conference("conf-1"),
        conference("conf-2", created=500.0),
        conference("conf-4", account_id="77"),
    )

    assert listed(connection, wanted) == found


def test_those_that_have_not_ended_are_found(connection: Connection) -> None:
    live = conference("conf-2", created=500.0)
    write(connection, conference(), live, replace(conference("conf-3"), completed=1.0))

    assert conferences.unfinished(connection) == [live, conference()]
