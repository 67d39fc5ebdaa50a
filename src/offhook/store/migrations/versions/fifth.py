"""The fifth schema: conferences, and recordings of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table of conferences, and tell recordings of conferences from those of calls."""
    op.create_table(
        "conferences",
        sa.Column("conference_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("completed", sa.Double),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    live = sa.text("completed IS NULL")
    op.create_index("conferences_by_age", "conferences", ["account_id", "created", "conference_id"])
    op.create_index(
        "conferences_live", "conferences", ["created"], sqlite_where=live, postgresql_where=live
    )
    op.create_index("conferences_ended", "conferences", ["completed"])
    op.add_column("recordings", sa.Column("conference", sa.Text))
