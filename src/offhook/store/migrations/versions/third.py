"""The third schema: incidents, by the ids that were told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table of incidents."""
    op.create_table(
        "incidents",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text),
        sa.Column("call_id", sa.Text),
        sa.Column("number", sa.Integer),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("incidents_by_age", "incidents", ["at"])
