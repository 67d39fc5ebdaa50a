"""Brings a database to the schema of this version, by itself, when it is opened.

A database at the newest revision costs one query. One that a newer Offhook has changed is refused:
running on it could lose what the newer one knows.
"""

from pathlib import Path

from sqlalchemy import Connection, Text, column, inspect, select, table

from offhook.store.database import Database
from offhook.store.tables import REVISIONS
from offhook.store.writer import StoreError

SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Upgrade the database; raises StoreError if it is newer than this version knows."""
    with database.writing() as connection:  # SQLite: the write lock; two starters take turns
        found = revision(connection)
        if found == REVISIONS[-1]:
            return
        if found is not None and found not in REVISIONS:
            raise StoreError(
                f"the database has schema {found}, made by a newer version of Offhook;"
                f" this version knows schemas up to {REVISIONS[-1]}"
            )
        _run_scripts(connection)


def revision(connection: Connection) -> str | None:
    """Return the database's schema revision, None if it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = table("alembic_version", column("version_num", Text))
    return connection.execute(select(found.c.version_num)).scalar()


def _run_scripts(connection: Connection) -> None:
    from alembic import command  # only who upgrades pays for the import
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    command.upgrade(config, "head")
