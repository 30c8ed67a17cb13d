"""`rejudge`: ask the archived rule again and stop at the first difference."""

from __future__ import annotations

import argparse

from replay.commands.files import Usage, add_archive, read_session
from replay.rejudge import RuleMissing, rejudge

HELP = "ask the rule again and stop at the first difference"


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    session = read_session(args)
    try:
        judged = rejudge(session.origin, session.entries)
    except RuleMissing as missing:
        raise Usage(str(missing)) from missing
    if judged.difference is not None:
        print(judged.difference.line())
        return 1
    count, rule, same = judged.entries, judged.rule, judged.same_source
    if args.lang == "zh":
        source = "源程序一致" if same else "同一版本的另一份源程序"
        print(f"有效：按 {rule}（{source}）重新裁判 {count} 条记录，无差异")
    else:
        source = "the same source" if same else "ANOTHER source of the same version"
        print(f"ok: {count} entries re-judged under {rule}, {source}: no difference")
    return 0
