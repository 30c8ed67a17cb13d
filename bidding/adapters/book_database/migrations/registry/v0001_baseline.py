"""The register as the first release made it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Accounts, sign-ins, drafts, applications, seats, bank notices."""
    op.create_table("house", sa.Column("schema_version", sa.Integer, nullable=False))
    op.create_table(
        "accounts",
        sa.Column("account", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("verifier", sa.Text, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("key", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("account", sa.String(32), sa.ForeignKey("accounts.account"), nullable=False),
        sa.Column("created", _BIG, nullable=False),
        sa.Column("last_seen", _BIG, nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("revoked", _BIG),
    )
    op.create_index("ix_sign_ins_account", "sign_ins", ["account"])
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("proposer", sa.String(32), sa.ForeignKey("accounts.account"), nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("writers", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("submitted_by", sa.String(32)),
        sa.Column("approver", sa.String(32)),
        sa.Column("sha256", sa.String(64)),
        sa.Column("auction", sa.String(64)),
        sa.Column("returned", sa.Text),
        sa.Column("updated", _BIG, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("auction", sa.String(64), nullable=False),
        sa.Column("account", sa.String(32), sa.ForeignKey("accounts.account"), nullable=False),
        sa.Column("alias", sa.String(16), nullable=False),
        sa.Column("lot", sa.String(64)),
        sa.Column("created", _BIG, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("paddle", sa.String(32)),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.UniqueConstraint("auction", "account"),
    )
    op.create_table(
        "seats",
        sa.Column("auction", sa.String(64), primary_key=True),
        sa.Column("paddle", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(32), sa.ForeignKey("accounts.account"), nullable=False),
        sa.Column("lot", sa.String(64)),
        sa.Column("salt", sa.LargeBinary(32), nullable=False),
        sa.Column("admitted", sa.Boolean, nullable=False),
        sa.UniqueConstraint("auction", "account"),
    )
    op.create_index("seats_by_account", "seats", ["account"])
    op.create_table(
        "bank_notices",
        sa.Column("number", _BIG, primary_key=True, autoincrement=True),
        sa.Column("bank_ref", sa.String(128), nullable=False, unique=True),
        sa.Column("auction", sa.String(64), nullable=False),
        sa.Column("bidder", sa.String(32), nullable=False),
        sa.Column("amount", _BIG, nullable=False),
        sa.Column("received", _BIG, nullable=False),
        sa.Column("counted", _BIG),
    )
