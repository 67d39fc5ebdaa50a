"""The second schema; that both together are what the tables say is tested in test_migrate.py."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect

from offhook.store.migrations.versions import first, second


def test_it_adds_recordings_and_leaves_the_rest_alone() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            first.upgrade()
            before = set(inspect(connection).get_table_names())
            second.upgrade()

        assert set(inspect(connection).get_table_names()) == before | {"recordings"}
    assert second.down_revision == first.revision
    engine.dispose()
