"""Alembic's environment runs on our connection, inside our transaction."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from offhook.store.database import Database
from offhook.store.migrate import SCRIPTS


def test_migrations_belong_to_the_transaction_of_their_caller(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/offhook.db")
    with pytest.raises(InterruptedError), database.writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(SCRIPTS))
        command.upgrade(config, "head")
        assert inspect(connection).has_table("calls")
        raise InterruptedError

    with database.reading() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()
