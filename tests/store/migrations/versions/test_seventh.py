"""The seventh schema; that all together are what the tables say is tested in test_migrate.py."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect

from offhook.store.migrations.versions import seventh, sixth


def test_it_adds_endpoints() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            seventh.upgrade()

        assert inspect(connection).get_table_names() == ["endpoints"]
        indexes = {each["name"] for each in inspect(connection).get_indexes("endpoints")}
        assert indexes == {"endpoints_by_age", "endpoints_connected", "endpoints_vanished"}
    assert seventh.down_revision == sixth.revision
    engine.dispose()
