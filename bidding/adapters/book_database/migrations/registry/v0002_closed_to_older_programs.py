"""A program from before the migrations looks at `house.schema_version` only, and must stop there.

It would number complaints on its own, and the bidders' book counts them in a row since its 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_HOUSE = sa.table("house", sa.column("schema_version", sa.Integer))


def upgrade() -> None:
    """The number that such a program refuses."""
    op.execute(sa.delete(_HOUSE))
    op.execute(sa.insert(_HOUSE).values(schema_version=2))
