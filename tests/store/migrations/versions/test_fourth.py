"""The fourth schema; that all together are what the tables say is tested in test_migrate.py."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect

from offhook.store.migrations.versions import fourth, third


def test_it_adds_answers() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            fourth.upgrade()

        assert inspect(connection).get_table_names() == ["answers"]
    assert fourth.down_revision == third.revision
    engine.dispose()
