"""Opening a record beside a running house, and verifying all of it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from auction_rules.registry import UnknownRule
from bidding.adapters.keys import FileKeys
from bidding.adapters.sql_log import SqlLog
from bidding.engine.ports import LogError, LogInUse
from bidding.engine.reading import verify
from bidding.proof.archive import write_archive
from bidding.proof.checkpoint import CheckpointError, parse_body
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import NoteError, Verifier, open_note

#: The record and the key that signs it, by their names in a data folder.
LOG: Final = "log.db"
KEY: Final = "signing.key"


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


async def look(record: SqlLog, keys: FileKeys) -> list[Looked]:
    """Verifies every log as the house does when it starts; what is wrong is named, never raised."""
    found = []
    for name in await record.logs():
        try:
            session = await verify(record, name, keys.signer(name).verifier)
        except UnknownRule as error:
            found.append(Looked(name, 0, "?", str(error)))
        except LogError as error:
            found.append(Looked(name, 0, "?", str(error)))
        else:
            found.append(Looked(name, session.state.index, session.state.status, None))
    return found


async def provable(record: SqlLog, name: str, key: Verifier) -> bytes:
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
