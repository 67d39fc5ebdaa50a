"""A store in memory is like one that the migrations have just made, and shares nothing."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from tests.store.samples import ACCOUNT, call

from offhook.clock import Clock
from offhook.store.migrate import revision
from offhook.store.tables import REVISIONS, metadata
from offhook.testing.memory import memory_database, memory_store

CLOCK = Clock(lambda: 0.0, lambda: 5000.0)


def test_its_tables_are_those_of_the_newest_revision() -> None:
    for database in (memory_database(), memory_database()):
        with database.writing() as connection:
            assert revision(connection) == REVISIONS[-1]
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        database.close()


def test_two_stores_know_nothing_of_each_other() -> None:
    one, other = memory_store(CLOCK), memory_store(CLOCK)
    one.put_call(call())
    one.close()

    assert other.call(ACCOUNT, call().call_id) is None
    other.close()
