"""The copy of a data folder: consistent databases, files, and a list of all with their hashes.

The record is copied last but the key: an account or a paper that an entry names is in the copy.
A copy holds the signing key and the accounts: whoever has it can sign as the centre.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from bidding.adapters.keys import FileKeys, KeyFileError
from bidding.upkeep.logs import KEY, LOG, Looked, NotRight, copy_database, look, look_into, shared

LIST: Final = "backup.json"
#: What SQLite and the lock keep beside a database is no part of a copy.
_BESIDE: Final = ("-wal", "-shm", "-journal", ".lock")


async def back_up(
    data: Path, target: Path, key: Path | None = None, log: str | None = None
) -> list[Looked]:
    """Copies `data` to the new folder `target` and verifies the copy; the house may be running.

    A record in the database at `log` is no part of the copy, and is verified where it is. Returns
    every log as found, damaged ones included: what is there is kept. Raises NotRight when there
    is nothing to copy, or something stands where the copy should go.
    """
    part = await asyncio.to_thread(_copied, data, target, key, log is not None)
    found = await verified(part, log)
    await asyncio.to_thread(_finished, part, target, found)
    return found


def _copied(data: Path, target: Path, key: Path | None, log_elsewhere: bool) -> Path:
    """Everything beside its place, under a name that no whole copy has."""
    if not log_elsewhere and not (data / LOG).is_file():
        raise NotRight(f"{data} 里没有事件日志。", f"There is no event log in {data}.")
    if target.exists():
        raise NotRight(f"{target} 已经存在。", f"{target} exists already.")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    files = [path for path in sorted(data.rglob("*")) if path.is_file() and not _beside(path)]
    for path in sorted(files, key=lambda one: (one.name == LOG, str(one))):
        copy = part / path.relative_to(data)
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.suffix == ".db":
            copy_database(path, copy)
        else:
            shutil.copyfile(path, copy)
        copy.chmod(0o600)
    if key is not None:
        shutil.copyfile(key, part / KEY)
        (part / KEY).chmod(0o600)
    return part


def _finished(part: Path, target: Path, found: list[Looked]) -> None:
    """The list, the disk, and the name, in this order: who sees the name has a whole copy."""
    for path in part.rglob("*"):
        # Verifying opened the copied record: what SQLite left beside it is empty.
        if path.is_file() and _beside(path):
            path.unlink()
    told = {"files": hashes(part), "logs": [asdict(one) for one in found]}
    (part / LIST).write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True))
    _to_disk(part)
    part.rename(target)


async def verified(folder: Path, log: str | None = None) -> list[Looked]:
    """Every log of a copy, or at `log`, verified under the copy's own key. Raises NotRight."""
    try:
        keys = FileKeys(folder / KEY, create=False)
    except KeyFileError as error:
        raise NotRight(error.zh, str(error)) from error
    if log is None and not (folder / LOG).is_file():
        raise NotRight(
            "本备份的事件日志在 PostgreSQL 中：请先用 pg_restore 恢复，并用 --log（或 DAYLIGHT_LOG）指明。",
            "The record of this copy is in PostgreSQL: bring it back with pg_restore first, and name "
            "it with --log (or DAYLIGHT_LOG).",
        )
    if log is None:
        return await look_into(folder / LOG, keys)
    async with shared(log) as record:
        return await look(record, keys, grows=True)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a copy, by its place."""
    return {
        str(path.relative_to(folder)): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != LIST and not _beside(path)
    }


def listed(folder: Path) -> dict[str, str]:
    """The hashes that the list of a copy gives. Raises NotRight when there is none that can be read."""
    try:
        found = _List.model_validate_json((folder / LIST).read_bytes())
    except (OSError, ValidationError) as error:
        raise NotRight(
            f"{folder} 不是完整的备份（{LIST} 读不出来）。",
            f"{folder} is no whole backup: {LIST} cannot be read.",
        ) from error
    return found.files


class _List(BaseModel):
    files: dict[str, str]


def _beside(path: Path) -> bool:
    return path.name.endswith(_BESIDE)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(folder: Path) -> None:
    for path in [*sorted(folder.rglob("*")), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
