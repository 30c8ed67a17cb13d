"""Who owns the log in PostgreSQL, and who may do what: three scripts, installed.

`install` is run by the schema's owner, once and again after an upgrade; the house connects as
another role, which `install` is told, and which can do nothing but read and call the functions.
Errors that the functions raise carry a SQLSTATE of class DL, so that nobody parses a sentence.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from bidding.engine.ports import LogBroken

SCHEMA_VERSION: Final = 1

NO_SUCH_LOG: Final = "DL001"
FENCED: Final = "DL002"
GAP: Final = "DL003"
LOG_EXISTS: Final = "DL004"
NOT_PRESENT: Final = "DL007"

#: A role's name as it is put into a statement that takes no parameter.
_ROLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


async def install(engine: AsyncEngine, house: str) -> None:
    """Makes the schema, as its owner, and lets the role `house` read and call; may be run again.

    Raises LogBroken when a newer house made the schema, ValueError for a role's name that is
    more than small letters, digits and underscores.
    """
    if not _ROLE.fullmatch(house):
        raise ValueError(f"{house!r} is no role's name: small letters, digits, underscores")
    async with engine.begin() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None, "the driver's own connection: it runs scripts"
        await raw.execute("SELECT pg_advisory_xact_lock(hashtext('daylight schema'))")
        there = await raw.fetchval("SELECT to_regclass('daylight.schema_version') IS NOT NULL")
        version = await raw.fetchval("SELECT version FROM daylight.schema_version") if there else 0
        if version > SCHEMA_VERSION:
            raise LogBroken(f"schema {version}; this house knows {SCHEMA_VERSION}")
        if version == 0:
            await raw.execute("CREATE SCHEMA IF NOT EXISTS daylight")
            await raw.execute(_script("tables.sql"))
            record = "INSERT INTO daylight.schema_version VALUES ($1)"
            await raw.execute(record, SCHEMA_VERSION)
        await raw.execute(_script("functions.sql"))
        await raw.execute(_script("nodes.sql"))
        await raw.execute(_rights(house))


def _script(name: str) -> str:
    return files("bidding.adapters.pg_log").joinpath(name).read_text()


def _rights(house: str) -> str:
    return f"""
    REVOKE ALL ON ALL TABLES IN SCHEMA daylight FROM PUBLIC, {house};
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA daylight FROM PUBLIC;
    GRANT USAGE ON SCHEMA daylight TO {house};
    GRANT SELECT ON ALL TABLES IN SCHEMA daylight TO {house};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA daylight TO {house};
    """
