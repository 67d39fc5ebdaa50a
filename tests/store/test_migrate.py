"""Opening brings a database to the schema of this version."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from offhook.store.database import Database
from offhook.store.migrate import SCRIPTS, revision, upgrade
from offhook.store.tables import REVISIONS, metadata
from offhook.store.writer import StoreError


def schema(database: Database) -> set[str]:
    """What SQLite says it has, spelled the same way."""
    query = text(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"
    )
    with database.reading() as connection:
        return {" ".join(str(sql).split()) for sql in connection.execute(query).scalars()}


def test_an_empty_database_gets_exactly_the_tables_of_this_version(tmp_path: Path) -> None:
    migrated = Database(f"sqlite:///{tmp_path}/migrated.db")
    upgrade(migrated)
    made = Database(f"sqlite:///{tmp_path}/made.db")
    with made.writing() as connection:
        metadata.create_all(connection)

    assert schema(migrated) == schema(made)
    with migrated.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert revision(connection) == REVISIONS[-1]
    migrated.close()
    made.close()


def test_the_known_revisions_are_those_of_the_scripts() -> None:
    scripts = ScriptDirectory(str(SCRIPTS)).walk_revisions()

    assert [script.revision for script in scripts][::-1] == list(REVISIONS)


def test_a_database_of_today_is_left_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/offhook.db")
    upgrade(database)
    before = schema(database)
    upgrade(database)

    assert schema(database) == before
    database.close()


def test_a_database_from_the_future_is_refused_in_plain_words(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/offhook.db")
    upgrade(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match="schema 9999, made by a newer version of Offhook"):
        upgrade(database)
    database.close()


def test_two_starters_take_turns(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/offhook.db"
    failures: list[BaseException] = []

    def start() -> None:
        database = Database(url)
        try:
            upgrade(database)
        except BaseException as error:  # noqa: BLE001  # shown by the assertion below
            failures.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    engine = create_engine(url)
    with engine.connect() as connection:
        assert revision(connection) == REVISIONS[-1]
    engine.dispose()
