"""The auditor's command line: `python -m replay COMMAND ...`, one module of `commands` each.

Exit 0: it holds. Exit 1: it does not, and one line says what and where. Exit 2: a file or an
argument cannot be read. Exit 3: it holds, and somebody's word is still missing: witnesses have not
signed a receipt yet, or nobody compared a public source's value.
Exit 70: the fault is in this program, and one line says where.
"""

from __future__ import annotations

import argparse
import codecs
import io
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from bidding.proof.text import BilingualError
from replay.commands import (
    at,
    draw,
    explain,
    leads,
    receipt,
    rejudge,
    scenario,
    seconds,
    show,
    transcript,
    trustee_key,
    verify,
    what_if,
    witness,
)
from replay.commands.chinese import ABOUT, Chinese, in_chinese
from replay.commands.files import Usage, legible

_COMMANDS: Final[Mapping[str, ModuleType]] = {
    "verify": verify,
    "receipt": receipt,
    "show": show,
    "at": at,
    "rejudge": rejudge,
    "draw": draw,
    "explain": explain,
    "seconds": seconds,
    "what-if": what_if,
    "leads": leads,
    "scenario": scenario,
    "witness": witness,
    "transcript": transcript,
    "trustee-key": trustee_key,
}

_FAULT: Final = {
    "en": "a fault of this program, and no verdict on the file: {what}",
    "zh": "本程序出错，不构成对文件的结论：{what}",
}
_BROKEN_PIPE: Final = 141
"""As a shell counts a process ended by SIGPIPE: nothing was concluded."""


def _parser(lang: str = "en") -> argparse.ArgumentParser:
    chinese = lang == "zh"
    kind = Chinese if chinese else argparse.ArgumentParser
    parser = kind(prog="python -m replay", description=ABOUT if chinese else __doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, module in _COMMANDS.items():
        told = in_chinese(module.HELP) if chinese else module.HELP
        module.add(commands.add_parser(name, help=told, description=told))
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is the answer."""
    given = sys.argv[1:] if argv is None else argv
    args = _parser(_lang(given)).parse_args(given)
    lang = "zh" if getattr(args, "lang", "en") == "zh" else "en"
    try:
        return int(_COMMANDS[args.command].run(args))
    except BilingualError as wrong:
        print(legible(f"不通过：{wrong.zh}" if lang == "zh" else f"refused: {wrong.en}"))
        return 1
    except Usage as wrong:
        print(getattr(wrong, lang), file=sys.stderr)
        return 2
    except BrokenPipeError:
        raise
    except Exception as wrong:  # noqa: BLE001 whoever asks for a verdict never gets a traceback
        print(_FAULT[lang].format(what=_where(wrong)), file=sys.stderr)
        return 70


def _lang(given: Sequence[str]) -> str:
    """The language asked for, before anybody knows whether the arguments are right."""
    pairs = zip(given, [*given[1:], ""], strict=True)
    return "zh" if "--lang=zh" in given or ("--lang", "zh") in pairs else "en"


def _where(wrong: Exception) -> str:
    """The exception in one line, and the place in the code, for whoever mends it."""
    last = traceback.extract_tb(wrong.__traceback__)[-1]
    said = " ".join(f"{type(wrong).__name__}: {wrong}".split())
    return f"{said:.200} ({Path(last.filename).name}:{last.lineno})"


def _escaped(wrong: UnicodeError) -> tuple[str, int]:
    r"""What a terminal or a redirected file cannot hold, as \uXXXX: in JSON it means the same."""
    assert isinstance(wrong, UnicodeEncodeError)
    units = wrong.object[wrong.start : wrong.end].encode("utf-16-be")
    pairs = zip(units[::2], units[1::2], strict=True)
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in pairs), wrong.end


def _speak(stream: object) -> None:
    """No character stops an answer: where the encoding has no Chinese at all, it is UTF-8."""
    if not isinstance(stream, io.TextIOWrapper):
        return
    try:
        "阳光竞价".encode(stream.encoding)
    except UnicodeEncodeError:
        stream.reconfigure(encoding="utf-8")
    stream.reconfigure(errors=_ESCAPED)


_ESCAPED: Final = "replay.escaped"


def command_line() -> int:
    """`main` for a terminal or a pipe, whatever its encoding, and however early its reader ends."""
    codecs.register_error(_ESCAPED, _escaped)
    _speak(sys.stdout)
    _speak(sys.stderr)
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has enough (`| head`); what is left to flush goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    return status


if __name__ == "__main__":
    sys.exit(command_line())
