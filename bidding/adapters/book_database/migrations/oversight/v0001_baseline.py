"""The overseers' book as the first release made it; what is written stays written."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KEPT = ("results", "withdrawals", "lead_steps")


def upgrade() -> None:
    """Results, withdrawals, lines about leads, and the triggers that refuse to change them."""
    op.create_table(
        "results",
        sa.Column("number", _BIG, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("centre", sa.Text, nullable=False),
        sa.Column("closed", _BIG, nullable=False),
        sa.Column("deals", _BIG, nullable=False),
        sa.Column("amount", _BIG, nullable=False),
        sa.Column("start", _BIG),
        sa.Column("budget", _BIG),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("at", _BIG, nullable=False),
    )
    op.create_table(
        "withdrawals",
        sa.Column("result", sa.String(32), sa.ForeignKey("results.id"), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("at", _BIG, nullable=False),
    )
    op.create_table(
        "lead_steps",
        sa.Column("lead", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("turn", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("at", _BIG, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("finding", sa.String(16)),
    )
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _sqlite_triggers() -> None:
    for table in _KEPT:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'nothing is changed here'); END"
            )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'nothing is changed here' USING ERRCODE = '23000'; END $$"
    )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
        )
