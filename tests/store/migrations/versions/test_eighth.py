"""The eighth schema; that all together are what the tables say is tested in test_migrate.py."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect

from offhook.store.migrations.versions import eighth, seventh


def test_it_adds_texts() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            eighth.upgrade()

        assert inspect(connection).get_table_names() == ["transcripts"]
    assert eighth.down_revision == seventh.revision
    engine.dispose()
