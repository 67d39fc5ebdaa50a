"""The fifth schema; that all together are what the tables say is tested in test_migrate.py."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect, text

from offhook.store.migrations.versions import fifth, first, fourth, second, third

KEPT = "INSERT INTO recordings VALUES ('r-1', 'c-1', '1', '', '', 1.0, NULL, 'complete', 0, '{}')"


def test_it_adds_conferences_and_recordings_stay_those_of_calls() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            for version in (first, second, third, fourth):
                version.upgrade()
            connection.execute(text(KEPT))
            before = set(inspect(connection).get_table_names())
            fifth.upgrade()

        assert set(inspect(connection).get_table_names()) == before | {"conferences"}
        of = text("SELECT recording_id, conference FROM recordings")
        assert connection.execute(of).all() == [("r-1", None)]
    assert fifth.down_revision == fourth.revision
    engine.dispose()
