"""The third schema; that all together are what the tables say is tested in test_migrate.py."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect

from offhook.store.migrations.versions import second, third


def test_it_adds_incidents_to_whatever_there_is() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            third.upgrade()

        assert inspect(connection).get_table_names() == ["incidents"]
        assert [each["name"] for each in inspect(connection).get_indexes("incidents")] == [
            "incidents_by_age"
        ]
    assert third.down_revision == second.revision
    engine.dispose()
