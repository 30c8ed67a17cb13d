"""The bidders' book as the first release made it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Preparations and complaints."""
    op.create_table(
        "preparations",
        sa.Column("account", sa.String(32), primary_key=True),
        sa.Column("auction", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
    )
    op.create_table(
        "complaints",
        sa.Column("number", _BIG, primary_key=True, autoincrement=True),
        sa.Column("auction", sa.String(64), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("alias", sa.String(32), nullable=False),
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("ground", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("filed", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered", sa.BigInteger),
        sa.Column("by", sa.String(64)),
        sa.UniqueConstraint("account", "ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_complaints_auction", "complaints", ["auction"])
    op.create_index("ix_complaints_account", "complaints", ["account"])
