"""How SQLite is spoken to."""

import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from offhook.store.database import CACHE_KIB, LOG_PAGES, READERS, Database


def pragma(database: Database, name: str) -> object:
    with database.writing() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_a_file_keeps_what_is_committed_even_in_a_power_cut(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/down/offhook.db")

    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2  # FULL
    assert pragma(database, "foreign_keys") == 1
    assert pragma(database, "busy_timeout") == 5000
    database.close()


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/offhook.db")
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE t (x)"))

    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    database.close()


def test_a_reader_does_not_wait_for_the_writer_and_sees_only_what_is_committed(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite:///{tmp_path}/offhook.db")
    with database.writing() as writer:
        writer.execute(text("CREATE TABLE t (x)"))
    with database.writing() as writer:
        writer.execute(text("INSERT INTO t VALUES (1)"))
        with database.reading() as reader:
            assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 0
    with database.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 1
    database.close()


def test_a_transaction_that_fails_leaves_nothing_not_even_a_table(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/offhook.db")
    with pytest.raises(OperationalError), database.writing() as writer:
        writer.execute(text("CREATE TABLE t (x)"))
        writer.execute(text("INSERT INTO missing VALUES (1)"))

    with database.writing() as writer:
        writer.execute(text("CREATE TABLE t (x)"))
    database.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_threads_take_turns_at_a_database_in_memory(url: str) -> None:
    database = Database(url)
    with database.writing() as writer:
        writer.execute(text("CREATE TABLE t (x)"))

    def work() -> None:
        for _ in range(20):
            with database.writing() as writer:
                writer.execute(text("INSERT INTO t VALUES (1)"))
            with database.reading() as reader:
                reader.execute(text("SELECT count(*) FROM t"))

    threads = [threading.Thread(target=work) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 20 * READERS
    database.close()


def test_what_a_statement_could_undo_is_no_file_of_its_own(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/offhook.db")

    assert pragma(database, "temp_store") == 2  # memory
    assert pragma(database, "cache_size") == -CACHE_KIB
    assert pragma(database, "wal_autocheckpoint") == LOG_PAGES
