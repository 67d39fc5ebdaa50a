"""The sixth schema: a delivery's account has a column, to be searched by.

The table is written anew: what SQLite can add to one stands in another place than in a new one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

COLUMNS = "id, call_id, sequence, created, delivered, failed, document"
ACCOUNT = {
    "sqlite": "json_extract(document, '$.account_id')",
    "postgresql": "document::json ->> 'account_id'",
}


def upgrade() -> None:
    """Add the column and fill it from the documents."""
    account = ACCOUNT[op.get_context().dialect.name]
    op.execute("CREATE TABLE deliveries_before AS SELECT * FROM deliveries")
    op.drop_table("deliveries")
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("delivered", sa.Double),
        sa.Column("failed", sa.Text),
        sa.Column("document", sa.Text, nullable=False),
    )
    is_pending = sa.text("delivered IS NULL AND failed IS NULL")
    op.create_index("deliveries_by_call", "deliveries", ["call_id", "sequence"])
    op.create_index("deliveries_by_age", "deliveries", ["account_id", "created", "id"])
    op.create_index(
        "deliveries_pending",
        "deliveries",
        ["created"],
        sqlite_where=is_pending,
        postgresql_where=is_pending,
    )
    op.execute(
        f"INSERT INTO deliveries ({COLUMNS}, account_id) "  # noqa: S608  # constants
        f"SELECT {COLUMNS}, {account} FROM deliveries_before"
    )
    op.drop_table("deliveries_before")
