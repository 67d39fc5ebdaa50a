"""The second schema: recordings."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table of recordings."""
    op.create_table(
        "recordings",
        sa.Column("recording_id", sa.Text, primary_key=True),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("to_party", sa.Text, nullable=False),
        sa.Column("from_party", sa.Text, nullable=False),
        sa.Column("start_time", sa.Double, nullable=False),
        sa.Column("end_time", sa.Double),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    unfinished = sa.text("status = 'processing'")
    op.create_index("recordings_by_call", "recordings", ["call_id", "start_time"])
    op.create_index("recordings_by_age", "recordings", ["account_id", "start_time"])
    op.create_index(
        "recordings_unfinished",
        "recordings",
        ["start_time"],
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
    op.create_index("recordings_ended", "recordings", ["end_time"])
