"""The book of bank notices as the first release made it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Sub-accounts, notices, guarantees."""
    op.create_table(
        "sub_accounts",
        sa.Column("number", sa.String(16), primary_key=True),
        sa.Column("auction", sa.String(64), nullable=False),
        sa.Column("bidder", sa.String(32), nullable=False),
        sa.Column("opened", _BIG, nullable=False),
        sa.UniqueConstraint("auction", "bidder"),
    )
    op.create_table(
        "notices",
        sa.Column("id", _BIG, primary_key=True, autoincrement=True),
        sa.Column("bank", sa.String(32), nullable=False),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("account", sa.String(16), nullable=False),
        sa.Column("payer_account", sa.String(64), nullable=False),
        sa.Column("amount", _BIG, nullable=False),
        sa.Column("received", _BIG, nullable=False),
        sa.Column("payer", sa.Text, nullable=False),
        sa.Column("told", _BIG, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("by", sa.String(32)),
        sa.Column("entry", _BIG),
        sa.UniqueConstraint("bank", "serial"),
    )
    op.create_index("ix_notices_account", "notices", ["account"])
    op.create_table(
        "guarantees",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("number", sa.String(64), primary_key=True),
        sa.Column("auction", sa.String(64), nullable=False),
        sa.Column("bidder", sa.String(32), nullable=False),
        sa.Column("amount", _BIG, nullable=False),
        sa.Column("until", _BIG, nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("entry", _BIG),
    )
    op.create_index("ix_guarantees_auction", "guarantees", ["auction"])
