"""`scenario`: play scenario files and check what they expect."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from replay.commands.files import Usage, add_lang
from replay.located import Unreadable
from replay.play import Run, play
from replay.scenario import read

_COUNTS = {"zh": "符合预期 {} 场，不符 {} 场", "en": "{} passed, {} failed"}
HELP = "play scenario files and check what they expect"


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("files", nargs="+", type=Path, help="scenario files, or folders of them")
    parser.add_argument("--json", action="store_true", help="one JSON line a play")
    add_lang(parser)
    parser.add_argument("--archive", type=Path, metavar="DIR", help="write each run as an archive")


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    if args.archive is not None:
        args.archive.mkdir(parents=True, exist_ok=True)
    played = failed = 0
    for path in _found(args.files):
        try:
            for run in play(read(path)):
                played += 1
                failed += not run.ok
                _tell(path, run, args)
                if args.archive is not None:
                    _keep(args.archive, run)
        except Unreadable as wrong:
            raise Usage(f"{path}: {wrong.en}", f"{path}：{wrong.zh}") from wrong
    if not played:
        raise Usage("no scenario found", "没有找到情景文件")
    counts = _COUNTS[args.lang].format(played - failed, failed)
    print(counts, file=sys.stderr if args.json else None)
    return 1 if failed else 0


def _found(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted((*path.rglob("*.yaml"), *path.rglob("*.yml")))
        else:
            yield path


def _tell(path: Path, run: Run, args: argparse.Namespace) -> None:
    if args.json:
        row: dict[str, Any] = {
            "file": str(path),
            "run": run.name,
            "ok": run.ok,
            "entries": len(run.bodies),
            "misses": [
                {"step": m.step, "about": m.about, "expected": m.expected, "got": m.got}
                for m in run.misses
            ],
        }
        print(json.dumps(row, ensure_ascii=False))
        return
    for miss in run.misses:
        print(f"{path}: {run.name}: {miss.line(args.lang)}")


def _keep(folder: Path, run: Run) -> None:
    archive, policy = run.archive()
    (folder / f"{run.name}.session").write_bytes(archive)
    (folder / f"{run.name}.policy").write_text(policy, encoding="utf-8")
