"""A row that counts the complaints of the house: who holds it gives the next number.

A database's own sequence leaves holes where a transaction fails, and a hole in numbered complaints
is a question that a centre cannot answer.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The count goes on from the last complaint there is."""
    count = op.create_table(
        "complaint_count",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    complaints = sa.table("complaints", sa.column("number", sa.BigInteger))
    last = sa.select(sa.literal(1), sa.func.coalesce(sa.func.max(complaints.c.number), 0))
    op.execute(sa.insert(count).from_select(["one", "last"], last))
