"""The eighth schema: texts of recordings and calls."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table of texts."""
    op.create_table(
        "transcripts",
        sa.Column("transcription_id", sa.Text, primary_key=True),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("recording_id", sa.Text),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("completed", sa.Double),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    unwritten = sa.text("completed IS NULL")
    op.create_index("transcripts_by_call", "transcripts", ["call_id", "created"])
    op.create_index("transcripts_of_recordings", "transcripts", ["recording_id"])
    op.create_index(
        "transcripts_unwritten",
        "transcripts",
        ["created"],
        sqlite_where=unwritten,
        postgresql_where=unwritten,
    )
    op.create_index("transcripts_ended", "transcripts", ["completed"])
