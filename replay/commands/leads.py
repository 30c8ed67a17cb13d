"""`leads`: what in one session, or over a folder of sessions, deserves a question."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from auction_rules.terms import Text
from bidding.core.said import both
from bidding.proof.policy import Policy
from bidding.proof.text import BilingualError
from replay.commands.files import Usage, add_lang, legible, read_bytes, read_policy, shown
from replay.indicators.catalogue import INDICATORS, Found, SameSession, leads
from replay.indicators.course import Course, read
from replay.indicators.lead import Base, Lead, Place
from replay.indicators.parts import PARTS
from replay.indicators.plain import MARK, plain
from replay.verify import verify

HELP = "leads (never verdicts): what in one or many sessions deserves a question"

_BESIDE: Final[Text] = both(
    "未给出 --policy：各档案按其旁边的信任策略核验，只说明文件完整，不说明出自何人。",
    "No --policy: each archive was checked with the one beside it, which says that the file is "
    "whole and not whose it is.",
)
_ENDINGS: Final = (".archive", ".session")
"""What archives in a folder are called: by the centre that gives them out, by a scenario."""
_UNREAD: Final = {"en": "not examined: {}", "zh": "未检查：{}"}
_REFUSED: Final = {"en": "refused: {}: {}", "zh": "不通过：{}：{}"}
Refused: TypeAlias = tuple[Path, BilingualError | Usage]
"""An archive that was not examined: it does not hold, or cannot be read."""
_PLACES: Final = 12
"""Entries named in a line; the rest are in --json."""


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument(
        "sessions", nargs="+", type=Path, metavar="ARCHIVE", help="archives, or folders of them"
    )
    parser.add_argument(
        "--policy",
        type=Path,
        help="whose signatures count; without it, each archive's own NAME.policy beside it",
    )
    parser.add_argument("--only", metavar="N,...", help="these indicators alone")
    parser.add_argument("--all", action="store_true", help="also values below their mark")
    parser.add_argument("--json", action="store_true", help="every value, for machines")
    add_lang(parser)


def run(args: argparse.Namespace) -> int:
    """The exit status: 0 whatever is found, for a lead is no fault; else what was not examined."""
    only = _numbers(args.only)
    courses, refused = _courses(_found(args.sessions), args.policy)
    if not args.json:
        _tell_refused(refused, args.lang)
    if not courses:
        if args.json:
            print(json.dumps(as_json((), (), refused), ensure_ascii=False))
        return _status(refused)
    try:
        with shown():
            found = leads(courses, only)
    except SameSession as twice:
        raise Usage(f"{twice} is given twice", f"{twice} 重复给出") from twice
    if args.policy is None:
        print(_BESIDE[args.lang], file=sys.stderr)
    if args.json:
        print(json.dumps(as_json(courses, found, refused), ensure_ascii=False))
    else:
        for line in _lines(courses, found, args.lang, everything=args.all):
            print(legible(line))
    return _status(refused)


def _tell_refused(refused: Sequence[Refused], lang: str) -> None:
    """One line a file, before what the others hold: a bad one may neither hide them nor be lost."""
    for path, wrong in refused:
        if isinstance(wrong, Usage):
            print(_UNREAD[lang].format(getattr(wrong, lang)), file=sys.stderr)
        else:
            print(_REFUSED[lang].format(path, getattr(wrong, lang)))


def _status(refused: Sequence[Refused]) -> int:
    """1 where an archive does not hold, else 2 where one cannot be read, else 0."""
    if any(isinstance(wrong, BilingualError) for _, wrong in refused):
        return 1
    return 2 if refused else 0


def _numbers(text: str | None) -> frozenset[int]:
    words = [] if text is None else text.split(",")
    known = {str(number) for number in INDICATORS}
    for word in words:
        if word not in known:
            last = max(INDICATORS)
            raise Usage(
                f"there is no indicator {word!r}; they are 1 to {last}",
                f"没有编号为 {word} 的指标，编号为 1 至 {last}",
            )
    return frozenset(map(int, words))


def _found(given: Sequence[Path]) -> list[Path]:
    paths: list[Path] = []
    for one in given:
        if one.is_dir():
            paths += sorted(path for path in one.rglob("*") if path.suffix in _ENDINGS)
        else:
            paths.append(one)
    if not paths:
        raise Usage(
            f"no archive found: a folder holds files that end in {' or '.join(_ENDINGS)}",
            f"没有找到档案：文件夹中的档案以 {' 或 '.join(_ENDINGS)} 结尾",
        )
    return paths


def _courses(paths: Sequence[Path], policy: Path | None) -> tuple[list[Course], list[Refused]]:
    """The courses of the archives that hold, and of the others why not."""
    trusted = None if policy is None else read_policy(policy)
    courses: list[Course] = []
    refused: list[Refused] = []
    for path in paths:
        try:
            courses.append(_course(path, trusted))
        except (BilingualError, Usage) as wrong:
            refused.append((path, wrong))
    return courses, refused


def _course(path: Path, policy: Policy | None) -> Course:
    """The course of an archive that verifies."""
    raw = read_bytes(path)
    session = verify(raw, read_policy(path.with_suffix(".policy")) if policy is None else policy)
    with shown():
        return read(session.origin, session.entries)


def as_json(
    courses: Sequence[Course], found: Iterable[Found], refused: Sequence[Refused] = ()
) -> dict[str, Any]:
    """Everything for machines, and which files were refused."""
    wrong = [{"file": str(path), "sentence": {"zh": one.zh, "en": one.en}} for path, one in refused]
    return {**plain(courses, found), "refused": wrong}


def _lines(
    courses: Sequence[Course], found: Sequence[Found], lang: str, *, everything: bool
) -> Iterable[str]:
    def say(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    yield MARK[lang]
    yield say(f"共 {len(courses)} 场", f"sessions: {len(courses)}")
    quiet: list[Found] = []
    silent: list[Found] = []
    for one in found:
        indicator = one.indicator
        rows = [lead for lead in one.leads if lead.marked or (everything and lead.value)]
        if not rows:
            (quiet if one.unsaid is None else silent).append(one)
            continue
        yield ""
        yield f"{indicator.number}  {indicator.title[lang]}"
        yield f"    {say('算法', 'formula')}{say('：', ': ')}{indicator.formula[lang]}"
        for lead in rows:
            yield from _lead(lead, lang)
        yield f"    {say('正当解释', 'innocent')}{say('：', ': ')}{indicator.caveat[lang]}"
    yield ""
    if quiet:
        yield f"{say('未达标线：', 'below the mark: ')}{_named(quiet, lang)}"
    reasons: dict[str, list[Found]] = {}
    for one in silent:
        why = one.unsaid
        assert why is not None, "it was put here because it says why"
        reasons.setdefault(why[lang], []).append(one)
    for reason, those in reasons.items():
        yield f"{reason}{say('：', ': ')}{_named(those, lang)}"


def _named(found: Sequence[Found], lang: str) -> str:
    """Their numbers, which `--only` takes, each with what it is of."""
    each = (f"{one.indicator.number} {one.indicator.title[lang]}" for one in found)
    return ("；" if lang == "zh" else "; ").join(each)


def _lead(lead: Lead, lang: str) -> Iterable[str]:
    assert lead.value is not None
    assert lead.base is not None
    who = "、".join(lead.who) if lang == "zh" else ", ".join(lead.who)
    place = " ".join(word for word in (lead.log, lead.where) if word)
    head = f"  {'*' if lead.marked else ' '} {PARTS[lead.part][lang]} = {lead.value.show()}"
    yield "  ".join(word for word in (head, who, place) if word)
    for one in lead.takes:
        colon = "：" if lang == "zh" else ": "
        yield f"      {one.title[lang]}{colon}{one.value.show()} / {one.of.show()}"
    yield f"      {_entries(lead.inputs, lang, named=lead.log is None)}"
    yield f"      {_base(lead.base, lang)}"


def _entries(inputs: Sequence[Place], lang: str, *, named: bool) -> str:
    words = [f"{p.log} {p.index}" if named else str(p.index) for p in inputs[:_PLACES]]
    more = len(inputs) - len(words)
    if lang == "zh":
        return f"依据记录：{'、'.join(words) or '无'}" + (f" 等 {len(inputs)} 条" if more else "")
    return f"entries: {', '.join(words) or 'none'}" + (f" and {more} more" if more else "")


def _base(base: Base, lang: str) -> str:
    if base.rate is None:
        few = f"（所给 {base.sessions} 场，可比 {base.of} 例）"
        if lang == "zh":
            return f"常见程度：样本太少，不作判断{few}"
        return f"base rate: too few to say ({base.of} compared; sessions given: {base.sessions})"
    if lang == "zh":
        return f"常见程度：{base.of} 例中 {base.shown} 例（所给 {base.sessions} 场）"
    return f"base rate: {base.shown} of {base.of} (sessions given: {base.sessions})"
