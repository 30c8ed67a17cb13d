"""The operator's errands. Exit 0: all is well; 1: a log is damaged; 2: it could not be done."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bidding.upkeep.backup import back_up
from bidding.upkeep.books import (
    DAMAGED,
    FORWARD,
    Found,
    Note,
    beside_copy,
    examine_books,
    migrate,
)
from bidding.upkeep.doctor import examine, rescue
from bidding.upkeep.logs import Looked, NotRight
from bidding.upkeep.restore import restore


def main(argv: Sequence[str] | None = None) -> int:
    """Does one errand and says what came of it, in both languages."""
    arguments = _parser().parse_args(argv)
    # A copy holds the signing key: it is the operator's alone.
    os.umask(0o077)
    try:
        return asyncio.run(_run(arguments))
    except NotRight as wrong:
        sys.stderr.write(f"{wrong.zh}\n{wrong}\n")
        return 2
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"文件操作失败（{place}{error.strerror}）。\n{place}{error.strerror}.\n")
        return 2


async def _run(arguments: argparse.Namespace) -> int:
    match arguments.errand:
        case "backup":
            found = await back_up(arguments.data, arguments.folder, arguments.key, arguments.log)
            _say(beside_copy(arguments.data, arguments.books, arguments.log))
            return _told(
                found, f"备份在 {arguments.folder}", f"The backup is in {arguments.folder}"
            )
        case "restore":
            found = await restore(arguments.folder, arguments.data, arguments.log)
            _say(beside_copy(arguments.data, arguments.books, arguments.log))
            return _told(found, f"已恢复到 {arguments.data}", f"Restored to {arguments.data}")
        case "migrate":
            books = _listed(await migrate(arguments.data, arguments.books))
            _say(FORWARD)
            return books
    if arguments.rescue:
        name, file = arguments.rescue
        content = await rescue(arguments.data, name, arguments.key, arguments.log)
        await asyncio.to_thread(Path(file).write_bytes, content)
        sys.stdout.write(
            f"{name} 中可证明的部分已存为 {file}。\nWhat can be proved of {name} is in {file}.\n"
        )
        return 0
    found = await examine(arguments.data, arguments.key, arguments.log)
    books = _listed(await examine_books(arguments.data, arguments.books))
    return max(books, _told(found, f"已检查 {arguments.data}", f"Looked at {arguments.data}"))


def _say(note: Note | None) -> None:
    if note is not None:
        sys.stdout.write(f"{note.zh}\n{note.en}\n")


def _listed(books: Sequence[Found]) -> int:
    damaged = [one for one in books if one.wrong is not None]
    for one in books:
        sys.stdout.write(f"[{'NO' if one.wrong else 'ok'}] {one.name}: {one.wrong or one.schema}\n")
    if damaged:
        _say(DAMAGED)
    return 1 if damaged else 0


def _told(found: Sequence[Looked], zh: str, en: str) -> int:
    damaged = [one for one in found if one.wrong is not None]
    for one in found:
        mark = "NO" if one.wrong else "ok"
        what = one.wrong or f"{one.entries} entries, {one.status}"
        sys.stdout.write(f"[{mark}] {one.name}: {what}\n")
    count, entries = len(found), sum(one.entries for one in found)
    sys.stdout.write(
        f"{zh}：{count} 个日志，{entries} 条记录，损坏 {len(damaged)} 个。\n"
        f"{en}: {count} logs, {entries} entries, {len(damaged)} damaged.\n"
    )
    if damaged:
        sys.stdout.write(
            "损坏的场次不会开放，其余照常。可证明的部分用 doctor --rescue 场次 文件 取出，"
            "完整的记录从备份恢复。\n"
            "A damaged auction does not open; the others do. doctor --rescue AUCTION FILE takes out "
            "what can be proved; the whole comes back from a backup.\n"
        )
    return 1 if damaged else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bidding", description=__doc__)
    errands = parser.add_subparsers(dest="errand", required=True)
    doctor = errands.add_parser("doctor", help="检查全部日志 / verify every log")
    doctor.add_argument(
        "--rescue",
        nargs=2,
        metavar=("AUCTION", "FILE"),
        help="取出可证明的部分 / write the archive of what can be proved",
    )
    backup = errands.add_parser("backup", help="运行中备份 / copy while the house runs")
    backup.add_argument("folder", type=Path, help="新文件夹 / a new folder")
    forward = errands.add_parser("migrate", help="升级数据结构 / bring log and books forward")
    back = errands.add_parser("restore", help="从备份恢复 / a new data folder out of a backup")
    back.add_argument("folder", type=Path, help="备份 / the backup")
    for one in (doctor, backup, back, forward):
        one.add_argument("--data", type=Path, required=True, help="数据文件夹 / the data folder")
        one.add_argument(
            "--books",
            default=os.environ.get("DAYLIGHT_BOOKS"),
            help="账册所在的 PostgreSQL / where the books are, if in PostgreSQL",
        )
    for one in (doctor, backup, back):
        one.add_argument(
            "--log",
            default=os.environ.get("DAYLIGHT_LOG"),
            help="多节点共用的事件日志 / the record that several nodes share, in PostgreSQL",
        )
    for one in (doctor, backup):
        one.add_argument(
            "--key", type=Path, help="签名密钥，不在数据文件夹时 / the key, if elsewhere"
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
