"""How a store comes forward: which migrations it has had, and the ones it has not (alembic).

A migration is a file of `migrations/<book>`, named by its number; a released one is never edited.
Everything here runs inside the caller's transaction, so a store has had a migration or has not.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, column, func, inspect, select, table
from sqlalchemy.schema import CreateSchema

_log = logging.getLogger("books")

_MIGRATIONS: Final = Path(__file__).parent / "migrations"

#: The first release kept no version: its tables are what this migration makes.
_BASELINE: Final = "0001"

#: Alembic's own table, by the name it gives it.
_VERSION: Final = table("alembic_version", column("version_num"))


class Newer(Exception):
    """The store has had a migration that this program does not know."""

    def __init__(self, found: str, known: str) -> None:
        super().__init__(f"{found}, not {known}")
        self.found, self.known = found, known


def newest(book: str) -> str:
    """The number of the last migration of a book that this program knows."""
    return max(path.name[1:5] for path in (_MIGRATIONS / book).glob("v[0-9]*.py"))


def version_of(connection: Connection, book: str) -> str | None:
    """The number of the last migration that the store has had; None for one without tables.

    Raises Newer.
    """
    noted = _noted(connection, book)
    if noted is None and inspect(connection).get_table_names():
        return _BASELINE
    return noted


def _noted(connection: Connection, book: str) -> str | None:
    """The number that the store itself gives; a store of the first release gives none."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found = connection.execute(select(_VERSION.c.version_num)).scalar_one()
    known = newest(book)
    if found > known:
        raise Newer(found, known)
    return str(found)


def forward(connection: Connection, book: str) -> None:
    """Makes the tables of a book or brings them to this program's. Raises Newer."""
    if _noted(connection, book) == newest(book):
        return
    if connection.dialect.name == "postgresql":
        # Of several nodes that start at once one migrates; the others find it done.
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("daylight books"))))
        if not inspect(connection).has_schema(f"book_{book}"):
            # Asked first: IF NOT EXISTS too would need the right to make one.
            connection.execute(CreateSchema(f"book_{book}"))
        if _noted(connection, book) == newest(book):
            return
    _migrate(connection, book)


def _migrate(connection: Connection, book: str) -> None:
    # Loaded only where there is something to do: it takes as long to load as the rest of a start.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", _escaped(_MIGRATIONS))
    config.set_main_option("version_locations", _escaped(_MIGRATIONS / book))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    before, now = version_of(connection, book), newest(book)
    if before is not None and _noted(connection, book) is None:
        command.stamp(config, _BASELINE)
    command.upgrade(config, now)
    if before not in (None, now):
        _log.info("%s brought forward from schema %s to %s", book, before, now)


def _escaped(path: Path) -> str:
    """As a value of a configuration file, where % begins a reference."""
    return str(path).replace("%", "%%")
