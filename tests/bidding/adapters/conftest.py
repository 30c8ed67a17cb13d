"""Where the contract tests of a book keep it: a SQLite file, and a database of a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from bidding.books import FILES
from tests.postgres import Server, fresh_database

_SHARED: list[tuple[Server, str]] = []


async def new_place(kind: str, folder: Path) -> Path | str:
    """A place that no book has been in; in PostgreSQL the one of the test before, swept."""
    if kind == "sqlite":
        return folder / "book.db"
    if not _SHARED:
        _SHARED.append(await fresh_database())
    server, database = _SHARED[0]
    shell = await server.shell(database)
    for book in FILES:
        await shell.execute(f"DROP SCHEMA IF EXISTS book_{book} CASCADE")
    await shell.close()
    return server.url("postgres", database)


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    return await new_place(request.param, tmp_path)
