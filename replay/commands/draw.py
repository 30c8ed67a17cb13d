"""`draw`: every draw of a session redone, hash by hash."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from auction_rules.draw_terms import Beacon, Source
from auction_rules.terms import show_instant
from replay.chance import Check, Published, Signed, source_of
from replay.commands.files import Usage, add_archive, legible, read_bytes, read_session, shown
from replay.draw import Redrawn, Step, redraw
from replay.reach import reach, vouched
from replay.verify import Session

HELP = "redo every draw, hash by hash, and check where its chance came from"
_EMPTY: Final = {
    "zh": "截至上述记录，本场没有摇号。",
    "en": "up to there nothing was drawn in this session",
}
_UNUSED: Final = {
    "zh": {
        "unused": "不通过：--beacon 文件未被使用，没有可比对的内容：其中为第 {} 期，{}",
        "wanted": "而本场摇号指定第 {} 期",
        "none": "而本场摇号未指定公开来源的任何一期",
    },
    "en": {
        "unused": "refused: the file of --beacon was not used, nothing in it could be compared: "
        "it holds publication {}, {}",
        "wanted": "and the draws of this session name {}",
        "none": "and no draw of this session names a publication",
    },
}
UNVERIFIED: Final = 3
"""The exit status of a draw that holds, with a public source's value that nobody verified nor compared."""
_UNVERIFIED: Final = {
    "zh": "尚未核实：随机信标第 {} 期的数值来自工作人员录入，其签名未验证，也未与您取得的内容比对；"
    '请安装可选组件 beacon（python -m pip install ".[beacon]"），或以 --beacon 提供该期内容',
    "en": "not verified: the value of round {} of the beacon is what officers typed; its signature was "
    "not verified, nor was it compared with a copy of yours; install the extra `beacon` "
    '(python -m pip install ".[beacon]"), or give that round with --beacon',
}
_UNCOMPARED: Final = {
    "zh": "尚未核实：公开来源第 {} 期的数值来自工作人员录入，未与公布者核对；请自行取得该期内容，以 --beacon 提供",
    "en": "not verified: the value of publication {} of the public source is what officers typed, and "
    "was not compared with what was published; fetch it yourself and give it with --beacon",
}
_MARK: Final = {True: "[ok]", False: "[NO]", None: "[??]"}


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)
    parser.add_argument("--json", action="store_true", help="both languages, for machines")
    parser.add_argument(
        "--beacon",
        type=Path,
        metavar="FILE",
        help='what you fetched from the source yourself: {"round": 1, "signature": "..."} as drand '
        'publishes it, or {"round": 1, "value": "..."} for figures; one object or a list',
    )


def run(args: argparse.Namespace) -> int:
    """0: every draw holds as far as can be told. 1: one does not, or --beacon is of none of them.

    UNVERIFIED: they hold, if the public source published what officers typed.
    """
    published = None if args.beacon is None else _published(args.beacon)
    session, signed = read_session(args), _verifier()
    with shown():
        draws = redraw(session.entries, published, signed)
        open_rounds = _unverified(session, draws, published or {}, signed)
    rounds = {draw.round for draw in draws}
    # More than is needed may stand in the file; nothing that is needed means that nothing was compared.
    unused = [] if published is None or rounds & published.keys() else sorted(published)
    if args.json:
        rows = [{**asdict(draw), "holds": draw.holds} for draw in draws]
        held = all(draw.holds for draw in draws)
        found = {"ok": held, "log": session.origin, "draws": rows}
        by = {"witnesses": list(session.witnesses), "status": session.state.status}
        more = {"beacon_unused": unused, "beacon_unverified": open_rounds}
        print(json.dumps({**found, **by, **more}, ensure_ascii=False))
    else:
        with shown():
            told = list(_lines(session, draws, args.lang))
        print("\n".join(map(legible, told)))
        if unused:
            print(_unused(unused, draws, args.lang))
        if open_rounds:
            comma = "、" if args.lang == "zh" else ", "
            words = _UNVERIFIED if _drand(session) else _UNCOMPARED
            print(words[args.lang].format(comma.join(map(str, open_rounds))))
    if unused or not all(draw.holds for draw in draws):
        return 1
    return UNVERIFIED if open_rounds else 0


def _verifier() -> Signed | None:
    """What verifies the signature of a beacon; None where its extra is not installed."""
    try:
        found: Signed = import_module("replay.beacon").is_signed
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("replay"):
            raise
        return None
    return found


def _unverified(
    session: Session, draws: Sequence[Redrawn], published: Published, signed: Signed | None
) -> list[int]:
    """The publications that draws were made from on the officers' word alone."""
    if _drand(session) and signed is not None:
        return []
    rounds = {draw.round for draw in draws if draw.entry is not None and draw.round is not None}
    return sorted(rounds - published.keys())


def _lines(session: Session, draws: Sequence[Redrawn], lang: str) -> Iterator[str]:
    """Of what record, then each draw with its verdict last."""
    yield vouched(session.witnesses)[lang]
    yield reach(session)[lang]
    if not draws:
        yield _EMPTY[lang]
    for draw in draws:
        yield ""
        yield from _told(draw, chinese=lang == "zh")


def _drand(session: Session) -> bool:
    named = source_of(session.entries[0]["data"]["document"]["terms"])
    return bool(named.get("beacon") == Beacon.DRAND_QUICKNET.value)


def _unused(given: Sequence[int], draws: Sequence[Redrawn], lang: str) -> str:
    comma = "、" if lang == "zh" else ", "
    named = [str(draw.round) for draw in draws if draw.round is not None]
    words = _UNUSED[lang]
    wanted = words["wanted"].format(comma.join(named)) if named else words["none"]
    return words["unused"].format(comma.join(map(str, given)), wanted)


def _published(path: Path) -> Published:
    try:
        rows = json.loads(read_bytes(path))
        rows = rows if isinstance(rows, list) else [rows]
        if not rows or not all(isinstance(row, dict) for row in rows):
            raise _no_publication(path)
        return {int(row["round"]): str(row.get("signature") or row["value"]) for row in rows}
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        raise _no_publication(path) from wrong


def _no_publication(path: Path) -> Usage:
    wanted = '{"round": ..., "signature": ...}'
    return Usage(
        f"{path}: no publication of a public source: {wanted} is wanted, or a list of such",
        f"{path}：不是公开来源的发布内容，应为 {wanted} 或由其组成的列表",
    )


def _told(draw: Redrawn, *, chinese: bool) -> list[str]:
    say = _ZH if chinese else _EN
    source = Source[draw.source]
    lines = [
        say["title"].format(draw.what),
        say["source"].format(source.zh if chinese else source.en),
    ]
    if draw.kind == "order":
        lines.append(say["pool"].format(say["comma"].join(draw.pool), draw.pool_entry))
    lines += [_checked(one, say, chinese=chinese) for one in draw.checks]
    if draw.seed:
        lines.append(say["seed"].format(draw.seed))
    lines += [line for step in draw.steps for line in _hashed(step, draw.kind, say)]
    if draw.same is None:
        return [*lines, say["none"]]
    was, now = _result(draw, draw.recorded, say), _result(draw, draw.redone, say)
    if not draw.same:
        return [*lines, say["other"].format(was, draw.entry, now)]
    return [*lines, say["same" if draw.holds else "bad"].format(was, draw.entry)]


def _result(draw: Redrawn, found: tuple[str, ...], say: dict[str, str]) -> str:
    if draw.kind == "number":
        return show_instant(int(found[0]))
    return say["comma"].join(found)


def _checked(one: Check, say: dict[str, Any], *, chinese: bool) -> str:
    place = "" if one.entry is None else say["entry"].format(one.entry)
    return f"  {_MARK[one.ok]} {one.zh if chinese else one.en}{place}"


def _hashed(step: Step, kind: str, say: dict[str, str]) -> tuple[str, str]:
    which = "again" if step.picked is None else f"picked_{kind}"
    return (
        f"  SHA-256({step.text})",
        f"    = {step.digest}{say[which].format(step.left, step.picked)}",
    )


_EN: Final = {
    "title": "draw for {}",
    "source": "  source named beforehand, in entry 0: {}",
    "pool": "  pool: {} (entry {})",
    "seed": "  seed: {}",
    "entry": " (entry {})",
    "comma": ", ",
    "picked_order": " mod {} -> {}",
    "picked_number": " mod {} -> {}",
    "again": " is in the incomplete end of the range for {}: hashed again",
    "same": "same: {}, as recorded in entry {}",
    "bad": "does not hold: the result {} of entry {} comes out, but a check above does not hold",
    "other": "different: {} is recorded in entry {}, {} comes out",
    "none": "not drawn: no result is recorded",
}
_ZH: Final = {
    "title": "摇号：{}",
    "source": "  事先指定的来源（编号 0 的记录）：{}",
    "pool": "  名单：{}（编号 {} 的记录）",
    "seed": "  种子：{}",
    "entry": "（编号 {} 的记录）",
    "comma": "、",
    "picked_order": " 除以 {} 取余 → {}",
    "picked_number": " 除以 {} 取余 → {}",
    "again": " 落在 {} 的不完整区间内，重新计算",
    "same": "一致：{}，与编号 {} 的记录相同",
    "bad": "不成立：编号 {1} 的记录中的结果 {0} 可以重现，但上面有一项不成立",
    "other": "不一致：编号 {1} 的记录为 {0}，重做得到 {2}",
    "none": "未摇号：没有记录结果",
}
