"""The books of a house as an operator sees them: which schema each has, and bringing it forward.

Books in PostgreSQL are copied with PostgreSQL's own tools; what is said here about copying them is
all that is done about it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bidding.adapters.book_database import BookBroken
from bidding.books import FILES, Books, Store, stores
from bidding.upkeep.logs import LOG, NotRight, copy_database, integrity, record_at


@dataclass(frozen=True)
class Note:
    """What the operator is told, in both languages."""

    zh: str
    en: str


IN_POSTGRESQL: Final = Note(
    zh="登记簿与各账册在 PostgreSQL 中，不在本备份内：请在每次备份之前先运行 "
    "pg_dump --format=custom --schema='book_*'，恢复时用 pg_restore。",
    en="The register and the books are in PostgreSQL and not in this copy: before each copy run "
    "pg_dump --format=custom --schema='book_*', and bring that back with pg_restore.",
)
ALL_IN_POSTGRESQL: Final = Note(
    zh="事件日志与各账册在 PostgreSQL 中，不在本备份内：请在每次备份之前先用 "
    "pg_dump --format=custom 备份整个数据库；恢复时先用 pg_restore 恢复到空库。",
    en="The record and the books are in PostgreSQL and not in this copy: before each copy run "
    "pg_dump --format=custom on the whole database, and bring that back into an empty one with "
    "pg_restore before the copy.",
)
NOT_HERE: Final = Note(
    zh="此文件夹中没有登记簿：如在 PostgreSQL 中，请用 --books（或 DAYLIGHT_BOOKS）指明，"
    "并用 pg_dump 备份。",
    en="There is no register in this folder: if it is in PostgreSQL, name that with --books (or "
    "DAYLIGHT_BOOKS), and copy it with pg_dump.",
)
DAMAGED: Final = Note(zh="损坏的账册从备份恢复。", en="A damaged book comes back from a backup.")
FORWARD: Final = Note(
    zh="事件日志与各账册已是本程序的结构。", en="Log and books are of this program's schema."
)


@dataclass(frozen=True)
class Found:
    """One book: its schema in words, and what is wrong with it, if anything is."""

    name: str
    schema: str
    wrong: str | None = None


def beside_copy(data: Path, url: str | None, log: str | None) -> Note | None:
    """What has to be said of a copy of `data` that has no books in it, or no record."""
    if log is not None:
        return ALL_IN_POSTGRESQL
    if url is not None:
        return IN_POSTGRESQL
    return None if (data / FILES["registry"]).is_file() else NOT_HERE


async def examine_books(data: Path, url: str | None) -> Sequence[Found]:
    """Every book: whole, and of a schema that this program knows. Raises NotRight.

    Files are looked at in a copy: the house may be running.
    """
    if url is not None:
        return [Found(one.book, _schema(one)) for one in await _stores(data, url)]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        torn = await asyncio.to_thread(_copied, data, copy)
        whole = [one for one in await _stores(copy, None) if one.book not in torn]
    return [
        *(Found(book, "?", wrong) for book, wrong in torn.items()),
        *(Found(one.book, _schema(one)) for one in whole),
    ]


async def migrate(data: Path, url: str | None) -> Sequence[Found]:
    """Brings the log in `data` and every book forward to this program's schema.

    Raises NotRight: while a house has the folder, and for a store of a newer program.
    """
    if (data / LOG).is_file():
        await record_at(data / LOG).close()
    before = await _stores(data, url)
    try:
        await (await Books.open(data, url)).close()
    except BookBroken as error:
        raise NotRight(error.zh, str(error)) from error
    return [Found(one.book, f"{one.found or '-'} → {one.known}") for one in before]


async def _stores(data: Path, url: str | None) -> Sequence[Store]:
    try:
        return await stores(data, url)
    except BookBroken as error:
        raise NotRight(error.zh, str(error)) from error


def _schema(one: Store) -> str:
    if one.found is None:
        return "not there yet"
    if one.found == one.known:
        return f"schema {one.found}"
    return f"schema {one.found}, comes forward to {one.known} with `migrate` or at the next start"


def _copied(data: Path, copy: Path) -> dict[str, str]:
    """Copies what SQLite finds whole; the rest by name, with what is wrong."""
    torn = {}
    for book, name in FILES.items():
        if not (data / name).is_file():
            continue
        try:
            copy_database(data / name, copy / name)
            wrong = integrity(copy / name)
        except NotRight as error:
            wrong = str(error)
        if wrong is not None:
            torn[book] = f"{name}: {wrong}"
            (copy / name).unlink(missing_ok=True)
    return torn
