"""The way back from a copy: refused unless every file and every log is what was copied."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from bidding.upkeep.backup import LIST, hashes, listed, verified
from bidding.upkeep.logs import Looked, NotRight


async def restore(copy: Path, data: Path, log: str | None = None) -> list[Looked]:
    """Makes the new data folder `data` out of a copy; returns every log, verified again.

    A record in PostgreSQL is back in the database at `log` already, and is verified there.
    Raises NotRight when a file of the copy is missing, new or altered, when a log is not as it
    was when it was copied, or when `data` has something in it already.
    """
    part = await asyncio.to_thread(_copied_back, copy, data)
    looked = await verified(part, log)
    await asyncio.to_thread(_moved, part, data)
    return looked


def _copied_back(copy: Path, data: Path) -> Path:
    if data.exists() and any(data.iterdir()):
        raise NotRight(
            f"{data} 不是空的：恢复只写入新的文件夹。",
            f"{data} is not empty: a backup is restored into a new folder.",
        )
    expected, found = listed(copy), hashes(copy)
    for name in sorted({*expected, *found}):
        if expected.get(name) != found.get(name):
            raise NotRight(
                f"备份中的 {name} 与清单不符，未恢复任何内容。",
                f"{name} in the backup is not what was copied; nothing was restored.",
            )
    part = data.with_name(f"{data.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(copy, part, ignore=lambda _, names: [n for n in names if n == LIST])
    part.chmod(0o700)
    return part


def _moved(part: Path, data: Path) -> None:
    if data.exists():
        data.rmdir()
    part.rename(data)
