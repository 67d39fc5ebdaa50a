"""Texts in the database."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from tests.store.samples import ACCOUNT

from offhook.hooks import Credentials, Target
from offhook.records import Piece, Transcript
from offhook.store import transcripts
from offhook.store.tables import metadata

engine = create_engine("sqlite://", poolclass=StaticPool)
LIVE = Transcript("t-1", "c-1", ACCOUNT, 1000.0, name="t", tracks=("inbound", "outbound"))
DONE = replace(LIVE, transcription_id="t-2", created=900.0, completed=2000.0, version=1)
OF_RECORDING = Transcript("t-3", "c-1", ACCOUNT, 800.0, "r-1")


@pytest.fixture
def connection() -> Iterator[Connection]:
    with engine.connect() as made:
        metadata.drop_all(made)
        metadata.create_all(made)
        yield made


def write(connection: Connection, *texts: Transcript) -> None:
    for text in texts:
        transcripts.upsert(engine.dialect).write(connection, [transcripts.to_row(text)])


def test_a_text_comes_back_as_it_was(connection: Connection) -> None:
    full = replace(
        DONE,
        pieces=(Piece(1, "naïve \N{SNOWMAN}", 0.5, 1.25, 2.5),),
        failure="why",
        events=Target("https://a.test/", "GET", Credentials("u", "p")),
    )
    write(connection, full)

    assert transcripts.find(connection, ACCOUNT, "t-2") == full
    assert transcripts.find(connection, "77", "t-2") is None
    assert transcripts.find(connection, ACCOUNT, "t-9") is None


def test_an_older_version_never_overwrites_a_newer(connection: Connection) -> None:
    newer = replace(LIVE, version=2, completed=3.0)
    write(connection, newer, replace(LIVE, version=1))

    assert transcripts.find(connection, ACCOUNT, "t-1") == newer


def test_the_list_of_a_call_has_its_live_texts_and_no_others(connection: Connection) -> None:
    write(connection, LIVE, DONE, OF_RECORDING, replace(LIVE, transcription_id="t", call_id="c-2"))

    assert transcripts.of_call(connection, ACCOUNT, "c-1") == [DONE, LIVE]
    assert transcripts.of_call(connection, "77", "c-1") == []


def test_those_under_way_are_found(connection: Connection) -> None:
    write(connection, LIVE, DONE, OF_RECORDING)

    assert transcripts.unfinished(connection) == [OF_RECORDING, LIVE]


def test_texts_go_by_name_with_their_recording_or_by_age(connection: Connection) -> None:
    write(connection, LIVE, DONE, OF_RECORDING, replace(OF_RECORDING, transcription_id="t-4"))
    transcripts.remove(connection, "t-4")
    assert transcripts.find(connection, ACCOUNT, "t-4") is None
    transcripts.remove_of(connection, ["r-1"])
    assert transcripts.find(connection, ACCOUNT, "t-3") is None
    assert transcripts.purge(connection, 2000.0) == 0
    assert transcripts.purge(connection, 2000.1) == 1

    assert transcripts.of_call(connection, ACCOUNT, "c-1") == [LIVE]
