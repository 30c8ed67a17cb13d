"""`rejudge`: ask the archived rule again and stop at the first difference."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any
from unicodedata import east_asian_width

from replay.commands.files import Usage, add_archive, legible, read_session, shown
from replay.reach import reach, vouched
from replay.rejudge import Difference, Rejudged, RuleMissing, rejudge
from replay.verify import Session

HELP = "ask the rule again and stop at the first difference"
_WIDEST = 56
_HEAD = {"zh": ("", "按规则应为", "记录为"), "en": ("", "the rule gives", "the log has")}
_MISSING = {
    "en": "{}; nothing can be re-judged, but verify, show and at tell what the log itself says",
    "zh": "未安装规则 {}，无法重新裁判；verify、show 和 at 仍可告知记录本身所载内容",
}
_VERIFIED = {
    "draws": ("{} draw", "{} draws", "摇号 {} 次"),
    "reserves": ("{} reserve", "{} reserves", "保留价 {} 个"),
    "openings": ("{} sealed offer", "{} sealed offers", "密封报价 {} 份"),
    "signatures": ("{} bidder's signature", "{} bidders' signatures", "竞买人签名 {} 个"),
}


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object, for machines")


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    session = read_session(args)
    try:
        with shown():
            judged = rejudge(session.origin, session.entries)
    except RuleMissing as missing:
        document = session.state.document
        name = f"{document['rule']}@{document['version']}"
        if args.json:
            print(json.dumps({"ok": False, "rule": name, "installed": False}))
        raise Usage(_MISSING["en"].format(missing), _MISSING["zh"].format(name)) from missing
    if args.json:
        print(json.dumps(_found(judged, session), ensure_ascii=False))
    elif judged.difference is not None:
        print(legible(judged.difference.line(args.lang)))
        for line in columns(judged.difference, args.lang):
            print(legible(line))
    else:
        print(_sentence(judged, args.lang))
        print(vouched(session.witnesses)[args.lang])
        print(reach(session)[args.lang])
    return 1 if judged.difference is not None else 0


def _found(judged: Rejudged, session: Session) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ok": judged.difference is None,
        "rule": judged.rule,
        "installed": True,
        "same_source": judged.same_source,
        "entries": judged.entries,
        "verified": dict(judged.verified),
        "witnesses": list(session.witnesses),
        "status": session.state.status,
    }
    if (difference := judged.difference) is not None:
        found["difference"] = {
            "entry": difference.index,
            "about": difference.about,
            "expected": difference.expected,
            "got": difference.recorded,
            "sentence": {"zh": difference.line("zh"), "en": difference.line("en")},
        }
    return found


def _sentence(judged: Rejudged, lang: str) -> str:
    count, rule, same, chinese = judged.entries, judged.rule, judged.same_source, lang == "zh"
    again = [
        _VERIFIED[key][2 if chinese else int(many != 1)].format(many)
        for key, many in judged.verified.items()
        if many
    ]
    if chinese:
        source = "源程序一致" if same else "同一版本的另一份源程序"
        inputs = f"；据记录的输入核验：{'、'.join(again)}" if again else ""
        return f"有效：按 {rule}（{source}）重新裁判 {count} 条记录，无差异{inputs}"
    source = "the same source" if same else "ANOTHER source of the same version"
    inputs = f"; verified from logged inputs: {', '.join(again)}" if again else ""
    entries = "entry" if count == 1 else "entries"
    return f"ok: {count} {entries} re-judged under {rule}, {source}: no difference{inputs}"


def columns(difference: Difference, lang: str) -> Iterator[str]:
    """What the rule gives and what the log has, side by side, only where they differ."""
    rows = [_HEAD[lang], *difference.rows(lang)]
    cut = [[_cut(cell) for cell in row] for row in rows]
    widths = [max(_width(row[column]) for row in cut) for column in range(2)]
    for row in cut:
        first, second = (_padded(row[n], widths[n]) for n in range(2))
        yield f"  {first}  {second}  {row[2]}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
