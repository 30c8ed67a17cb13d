"""The auditor's command line: `python -m replay COMMAND ...`, one module of `commands` each.

Exit 0: it holds. Exit 1: it does not, and one line says what and where. Exit 2: a file or an
argument cannot be read. Exit 3: the centre's signature holds, the witnesses' are not there yet.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
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
    show,
    transcript,
    trustee_key,
    verify,
    what_if,
    witness,
)
from replay.commands.files import Usage

_COMMANDS: Final[Mapping[str, ModuleType]] = {
    "verify": verify,
    "receipt": receipt,
    "show": show,
    "at": at,
    "rejudge": rejudge,
    "draw": draw,
    "explain": explain,
    "what-if": what_if,
    "leads": leads,
    "scenario": scenario,
    "witness": witness,
    "transcript": transcript,
    "trustee-key": trustee_key,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m replay", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, module in _COMMANDS.items():
        module.add(commands.add_parser(name, help=module.HELP, description=module.HELP))
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is the answer."""
    args = _parser().parse_args(argv)
    try:
        return int(_COMMANDS[args.command].run(args))
    except BilingualError as wrong:
        chinese = getattr(args, "lang", "en") == "zh"
        print(f"不通过：{wrong.zh}" if chinese else f"refused: {wrong.en}")
        return 1
    except Usage as wrong:
        print(wrong, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
