"""Where the contract tests of a book keep it: a SQLite file, and a database of a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import fresh_database


async def new_place(kind: str, folder: Path) -> Path | str:
    """A place that no book has been in."""
    if kind == "sqlite":
        return folder / "book.db"
    server, database = await fresh_database()
    return server.url("postgres", database)


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    return await new_place(request.param, tmp_path)
