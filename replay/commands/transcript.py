"""`transcript`: the record (竞价记录) or the confirmation (成交确认书) of a session, on paper."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from types import ModuleType

from bidding.proof.text import BilingualError
from replay.commands.files import Usage, read_session, shown, unusable
from replay.paper.qr import NoUrl, checked
from replay.transcript import LANGS, transcript

HELP = "print the record or the confirmation of a session: HTML, PDF or XLSX"


class Exists(BilingualError):
    """A file that is there is not written over unless somebody says so."""


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("archive", type=Path, help="the archive of the session")
    parser.add_argument("--policy", type=Path, required=True, help="whose signatures count")
    parser.add_argument(
        "--as", dest="kind", choices=("record", "confirmation"), required=True, help="which paper"
    )
    parser.add_argument(
        "--format", choices=("html", "pdf", "xlsx"), default="html", help="the form of the file"
    )
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    parser.add_argument(
        "--lang", choices=(*LANGS, "both"), default="both", help="the language of the answer"
    )
    parser.add_argument(
        "--audience",
        choices=("public", "auditor"),
        default="public",
        help="the auditor's also lists refused attempts",
    )
    parser.add_argument("--verify-url", help="the page on which it can be checked, as a QR code")


def run(args: argparse.Namespace) -> int:
    """The exit status. Nothing is written unless the archive holds, nor over another file."""
    if args.out.is_file() and not args.force:
        raise Exists(
            f"{args.out} exists already and is left as it is; --force writes over it",
            f"{args.out} 已经存在，未作改动；加 --force 才会覆盖",
        )
    try:
        url = None if args.verify_url is None else checked(args.verify_url)
        session = read_session(args)
        with shown():
            paper = transcript(session, args.kind, args.audience, url)
    except NoUrl as wrong:
        raise Usage(wrong.en, wrong.zh) from wrong
    langs = LANGS if args.lang == "both" else (args.lang,)
    printer = _printer(args.format)
    with shown():
        made: bytes = printer.render(paper, langs)
    try:
        args.out.write_bytes(made)
    except OSError as wrong:
        raise unusable(args.out, wrong) from wrong
    print(args.out)
    return 0


def _printer(name: str) -> ModuleType:
    """The module that prints this format; the products it needs are in the extra `report`."""
    try:
        return import_module(f"replay.paper.{name}")
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("replay"):
            raise
        raise Usage(
            f"{name.upper()} needs the extra `report` ({missing.name} is not installed)",
            f"生成 {name.upper()} 需要可选组件 report（未安装 {missing.name}）",
        ) from missing
