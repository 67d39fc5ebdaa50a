"""The first schema; that it is what the tables say is tested in test_migrate.py."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect

from offhook.store.migrations.versions import first


def test_it_creates_every_table_by_itself() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            first.upgrade()

        assert set(inspect(connection).get_table_names()) == {
            "calls",
            "counters",
            "deliveries",
            "directory",
            "events",
        }
    assert first.down_revision is None
    engine.dispose()
