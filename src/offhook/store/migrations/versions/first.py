"""The first schema: calls, their events and deliveries, the directory."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    _create_calls()
    _create_events()
    _create_deliveries()
    _create_directory()


def _create_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("call_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("to_party", sa.Text, nullable=False),
        sa.Column("from_party", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("start_time", sa.Double),
        sa.Column("end_time", sa.Double),
        sa.Column("cause", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    is_open = sa.text("state != 'disconnected'")
    op.create_index("calls_by_age", "calls", ["account_id", "created", "call_id"])
    op.create_index(
        "calls_open", "calls", ["created"], sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index("calls_ended", "calls", ["end_time"])


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("call_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("delivered", sa.Double),
        sa.Column("failed", sa.Text),
        sa.Column("document", sa.Text, nullable=False),
    )
    is_pending = sa.text("delivered IS NULL AND failed IS NULL")
    op.create_index("deliveries_by_call", "deliveries", ["call_id", "sequence"])
    op.create_index(
        "deliveries_pending",
        "deliveries",
        ["created"],
        sqlite_where=is_pending,
        postgresql_where=is_pending,
    )


def _create_directory() -> None:
    op.create_table(
        "directory",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Integer, nullable=False),
    )
