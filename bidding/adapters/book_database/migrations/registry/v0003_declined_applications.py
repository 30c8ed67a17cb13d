"""Applications that were declined: when, by whom, and why. Asking again does not wipe it out."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """One table more; what is there stays."""
    op.create_table(
        "declines",
        sa.Column("number", _BIG, primary_key=True, autoincrement=True),
        sa.Column("application", sa.String(32), sa.ForeignKey("applications.id"), nullable=False),
        sa.Column("applied", _BIG, nullable=False),
        sa.Column("at", _BIG, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
