"""The seventh schema: endpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table of endpoints."""
    op.create_table(
        "endpoints",
        sa.Column("endpoint_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("vanishes", sa.Double, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    connected = sa.text("status = 'CONNECTED'")
    op.create_index("endpoints_by_age", "endpoints", ["account_id", "created", "endpoint_id"])
    op.create_index(
        "endpoints_connected",
        "endpoints",
        ["created"],
        sqlite_where=connected,
        postgresql_where=connected,
    )
    op.create_index("endpoints_vanished", "endpoints", ["vanishes"])
