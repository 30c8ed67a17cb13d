"""Guarantees that come in sealed and open with the session: no column says whose they are."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """One table more; what is there stays."""
    op.create_table(
        "sealed_guarantees",
        sa.Column("commit", sa.String(44), primary_key=True),
        sa.Column("auction", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("box", sa.Text, nullable=False),
        sa.Column("told", _BIG, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("entry", _BIG),
    )
    op.create_index("ix_sealed_guarantees_auction", "sealed_guarantees", ["auction"])
