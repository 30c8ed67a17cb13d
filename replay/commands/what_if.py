"""`what-if`: the recorded requests again, under other terms or without somebody."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from auction_rules.reasons import REASONS
from replay.commands.files import Usage, add_archive, legible, read_session, shown
from replay.what_if import CAVEAT, MARK, Change, Impossible, WhatIf, as_written, what_if

HELP = "the same requests under other terms, or without a bidder or an entry"


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="TERM=VALUE",
        help="a term, as JSON or as a word; an amount in the unit of the price, as 200 or 200.50",
    )
    parser.add_argument(
        "--without-bidder",
        action="append",
        default=[],
        metavar="NUMBER",
        help="leave out this bidder",
    )
    parser.add_argument(
        "--without-entry",
        action="append",
        default=[],
        type=int,
        metavar="INDEX",
        help="leave out this entry",
    )
    parser.add_argument("--json", action="store_true", help="everything, for machines")


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    asked, bidders = _terms(args.set), frozenset(args.without_bidder)
    try:
        film = read_session(args).film
        with shown():
            terms = as_written(film, asked)
            found = what_if(film, Change(terms, bidders, frozenset(args.without_entry)))
    except Impossible as wrong:
        raise Usage(wrong.en, wrong.zh) from wrong
    if args.json:
        print(json.dumps(as_json(found), ensure_ascii=False))
    else:
        _tell(found, args.lang)
    return 0


def _terms(settings: Sequence[str]) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise Usage(
                f"--set {setting}: TERM=VALUE is wanted", f"--set {setting}：应写作 参数=值"
            )
        try:
            terms[name] = json.loads(text, parse_float=str)
        except ValueError:
            terms[name] = text  # a word needs no quotation marks
    return terms


def as_json(found: WhatIf) -> dict[str, Any]:
    """The comparison for machines; `mark` and `caveat` go wherever it goes."""
    return {
        "mark": MARK,
        "caveat": CAVEAT,
        "terms": [{**asdict(row), "same": row.same} for row in found.terms],
        "without_bidders": sorted(found.change.without_bidders),
        "without_entries": sorted(found.change.without_entries),
        "rows": [{**asdict(row), "same": row.same} for row in found.rows],
        "recorded": asdict(found.recorded),
        "hypothetical": asdict(found.hypothetical),
        "otherwise": [asdict(one) for one in found.otherwise],
    }


def _tell(found: WhatIf, lang: str) -> None:
    print(f"*** {MARK[lang]} ***")
    for said in _changes(found, lang):
        print(legible(said))
    heads = {"zh": ("项目", "记录", "推演"), "en": ("", "recorded", "hypothetical")}[lang]
    table = [heads] + [
        (row.about[lang] + ("" if row.same else " *"), row.recorded[lang], row.hypothetical[lang])
        for row in found.rows
    ]
    for line in table:
        print(legible("  ".join(f"{cell:<28}" for cell in line).rstrip()))
    for one in found.otherwise:
        was, now = (_decision(code, lang) for code in (one.recorded, one.hypothetical))
        print(f"{one.index:>6}  {one.actor:<14} {was} -> {now}")
    print(CAVEAT[lang])


def _changes(found: WhatIf, lang: str) -> Iterator[str]:
    """What was applied, so that nobody takes a slip of the keyboard for a finding."""
    chinese, change = lang == "zh", found.change
    for row in found.terms:
        about, then, now = row.about[lang], row.recorded[lang], row.hypothetical[lang]
        if row.same:
            yield f"{about}：{then}（与记录相同）" if chinese else f"{about}: {then} (as recorded)"
        else:
            yield f"{about}：{then} → {now}" if chinese else f"{about}: {then} -> {now}"
    if change.without_bidders:
        names = sorted(change.without_bidders)
        yield (
            f"不计竞买人：{'、'.join(names)}" if chinese else f"without bidder: {', '.join(names)}"
        )
    if change.without_entries:
        entries = [str(index) for index in sorted(change.without_entries)]
        yield (
            f"不计记录：{'、'.join(entries)}" if chinese else f"without entry: {', '.join(entries)}"
        )


def _decision(code: str, lang: str) -> str:
    """A decision for a clerk: the reason's own first sentence, unless it waits for figures."""
    if lang != "zh":
        return code
    if code == "accepted":
        return "受理"
    reason = REASONS.get(code)
    first = "" if reason is None else reason.zh.partition("。")[0]
    return first if first and "{" not in first else f"未受理（{code}）"
