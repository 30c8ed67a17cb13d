"""The report on a record, and the part of a damaged log that can still be proved."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from bidding.adapters.keys import FileKeys, KeyFileError
from bidding.engine.ports import EventLog
from bidding.upkeep.logs import (
    KEY,
    LOG,
    Looked,
    NotRight,
    copy_database,
    look,
    look_into,
    opened,
    provable,
    shared,
)


async def examine(data: Path, key: Path | None = None, log: str | None = None) -> list[Looked]:
    """Every log of a data folder, or of the database at `log`; the house may be running. Raises NotRight."""
    keys = _keys(data, key, log)
    if log is not None:
        async with shared(log) as record:
            return await look(record, keys, grows=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / LOG
        copy_database(_log(data), copy)
        return await look_into(copy, keys)


async def rescue(data: Path, name: str, key: Path | None = None, log: str | None = None) -> bytes:
    """The archive of what can still be proved of one log. Raises NotRight."""
    keys = _keys(data, key, log)
    async with _record(data, log) as record:
        names = await record.logs()
        whole = [one for one in names if one == name or one.endswith(f"/{name}")]
        if len(whole) != 1:
            raise NotRight(f"没有名为 {name} 的日志。", f"There is no log {name}.")
        return await provable(record, whole[0], keys.signer(whole[0]).verifier)


@contextlib.asynccontextmanager
async def _record(data: Path, log: str | None) -> AsyncIterator[EventLog]:
    """The one at `log`, or a copy of the file: nothing is written beside a house that runs."""
    if log is not None:
        async with shared(log) as record:
            yield record
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / LOG
        copy_database(_log(data), copy)
        async with opened(copy) as record:
            yield record


def _log(data: Path) -> Path:
    path = data / LOG
    if not path.is_file():
        raise NotRight(f"{data} 里没有事件日志。", f"There is no event log in {data}.")
    return path


def _keys(data: Path, key: Path | None, log: str | None) -> FileKeys:
    here = (data / KEY, *([data / LOG] if log is None else []))
    if key is None and not any(path.exists() for path in here):
        # A slip in the path, far more often than a lost key: nothing of a house is there.
        raise NotRight(
            f"{data} 不是本系统的数据文件夹：既没有事件日志，也没有签名密钥。请核对路径。"
            if data.is_dir()
            else f"没有 {data} 这个文件夹。请核对路径。",
            f"{data} is no data folder of a house: neither an event log nor a key is there. Check the path."
            if data.is_dir()
            else f"There is no folder {data}. Check the path.",
        )
    try:
        return FileKeys(key or data / KEY, create=False)
    except KeyFileError as error:
        raise NotRight(error.zh, str(error)) from error
