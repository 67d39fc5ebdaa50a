"""The sixth schema; that all together are what the tables say is tested in test_migrate.py."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect, text
from tests.store.samples import ACCOUNT, delivery

from offhook.requests import DeliveryFilter
from offhook.store import deliveries
from offhook.store.migrations.versions import fifth, first, sixth


def test_deliveries_keep_what_they_say_and_are_found_by_account() -> None:
    engine = create_engine("sqlite://")
    kept = [delivery(), delivery("c-2", delivered=5.0), delivery("c-3", failed="HTTP 500")]
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            first.upgrade()
            for each in kept:
                row = {k: v for k, v in deliveries.to_row(each).items() if k != "account_id"}
                names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
                connection.execute(text(f"INSERT INTO deliveries ({names}) VALUES ({marks})"), row)
            sixth.upgrade()

        assert deliveries.matching(connection, ACCOUNT, DeliveryFilter()) == kept
        assert deliveries.pending(connection) == kept[:1]
        assert "deliveries_before" not in inspect(connection).get_table_names()
    assert sixth.down_revision == fifth.revision
    engine.dispose()
