"""Opening a record beside a running house, and verifying all of it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy.exc import ArgumentError

from auction_rules.registry import UnknownRule
from bidding.adapters.keys import FileKeys
from bidding.adapters.sql_log import SqlLog
from bidding.engine.ports import EventLog, LogBroken, LogError, LogInUse
from bidding.engine.reading import verify
from bidding.proof.archive import write_archive
from bidding.proof.checkpoint import CheckpointError, parse_body
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import NoteError, Verifier, open_note

#: The record and the key that signs it, by their names in a data folder.
LOG: Final = "log.db"
KEY: Final = "signing.key"
_TORN: Final = (
    "文件受损，服务打不开它：请从备份恢复。"
    " The file is torn, no house opens it: restore a backup ({})"
)


class NotRight(Exception):
    """What stands in the way of an errand, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


@dataclass(frozen=True)
class Looked:
    """One log: how far it was written, and what is wrong with it, if anything is."""

    name: str
    entries: int
    status: str
    wrong: str | None


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of an SQLite file, whoever else is writing. Raises NotRight."""
    try:
        uri = f"file:{quote(str(source))}?mode=ro"
        with (
            contextlib.closing(sqlite3.connect(uri, uri=True)) as reading,
            contextlib.closing(sqlite3.connect(target)) as writing,
        ):
            reading.execute("PRAGMA busy_timeout = 5000")
            reading.backup(writing)
    except sqlite3.Error as error:
        raise NotRight(
            f"{source} 读不出来（{error}）：请从最近的备份恢复。",
            f"{source} cannot be read: {error}. Restore the latest backup.",
        ) from error


def integrity(path: Path) -> str | None:
    """What SQLite finds wrong with a file, its indexes too; None when it is whole."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as file:
            (said,) = file.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return None if said == "ok" else str(said)


@contextlib.asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqlLog]:
    """A record that no house uses: a copy, or the data of one that is down. Raises NotRight."""
    record = record_at(path)
    try:
        yield record
    finally:
        await record.close()
        path.with_name(f"{path.name}.lock").unlink(missing_ok=True)


def record_at(path: Path) -> SqlLog:
    """The record, brought forward where it is of an older program. Raises NotRight."""
    try:
        return SqlLog(path)
    except LogInUse as error:
        raise NotRight(
            f"{path.parent} 正由竞价服务使用：请先停止它。",
            f"A house is using {path.parent}: stop it first.",
        ) from error
    except LogError as error:
        raise NotRight(
            f"事件日志打不开（{error}）。", f"The event log does not open: {error}."
        ) from error


@contextlib.asynccontextmanager
async def shared(url: str) -> AsyncIterator[EventLog]:
    """The record that several nodes share, whether they run or not. Raises NotRight.

    Where the database goes away in the midst of it, nothing is said about the logs either.
    """
    try:
        pg_log = import_module("bidding.adapters.pg_log")
        record: EventLog = pg_log.PgLog(url)
    except ModuleNotFoundError as missing:
        raise NotRight(
            f"需要安装扩展 [cluster]（缺少 {missing.name}）。",
            f"This needs the extra [cluster]: {missing.name} is not installed.",
        ) from missing
    except ArgumentError as error:
        raise NotRight(f"--log 无法使用（{error}）。", f"--log cannot be used: {error}.") from error
    try:
        yield record
    except LogBroken as error:
        raise NotRight(
            f"数据库无法查看（{error}）。", f"The database cannot be looked at: {error}."
        ) from error
    finally:
        await record.close()


async def look_into(path: Path, keys: FileKeys) -> list[Looked]:
    """As `look` for a file that no house uses, and the file itself where it is torn.

    Every entry may be whole and the house not start all the same: its indexes are no part of any log.
    """
    torn = await asyncio.to_thread(integrity, path)
    async with opened(path) as record:
        found = await look(record, keys)
    return found if torn is None else [Looked(path.name, 0, "?", _TORN.format(torn)), *found]


async def look(record: EventLog, keys: FileKeys, *, grows: bool = False) -> list[Looked]:
    """Verifies every log as the house does when it starts; what is wrong is named, never raised.

    One that `grows` meanwhile is looked at as far as it was; LogBroken then says that there was
    nothing to look at.
    """
    found = []
    for name in await record.logs():
        try:
            session = await verify(record, name, keys.signer(name).verifier, grows=grows)
        except LogBroken as error:
            if grows:
                raise
            found.append(Looked(name, 0, "?", str(error)))
        except UnknownRule as error:
            found.append(Looked(name, 0, "?", str(error)))
        except LogError as error:
            found.append(Looked(name, 0, "?", str(error)))
        else:
            found.append(Looked(name, session.state.index, session.state.status, None))
    return found


async def provable(record: EventLog, name: str, key: Verifier) -> bytes:
    """The archive of the longest part of a log that a signed checkpoint still covers.

    Raises NotRight when not even its first entry can be proved.
    """
    notes: list[bytes] = []
    for note in await record.checkpoints(name):
        with contextlib.suppress(NoteError, CheckpointError):
            parse_body(open_note(note, [key]).text)
            notes.append(note)
    bodies, tree = [], Tree()
    best, kept = 0, 0
    for count, note in enumerate(notes, 1):
        checkpoint = parse_body(open_note(note, [key]).text)
        try:
            bodies += await record.read(name, tree.size, checkpoint.size)
        except LogError:
            break
        for body in bodies[tree.size :]:
            tree.append(leaf_hash(body))
        if tree.size != checkpoint.size or tree.root() != checkpoint.root:
            break
        best, kept = checkpoint.size, count
    if best == 0:
        raise NotRight(f"{name}：没有可证明的记录。", f"{name}: nothing of it can be proved.")
    return write_archive(name, bodies[:best], notes[:kept])
