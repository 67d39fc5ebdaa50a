"""Alembic runs this: the migrations use the connection and the transaction of `migrate.py`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
