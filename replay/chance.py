"""Whether the chance of a draw came in as its terms had named it, check by check.

Each check says what it looked at, in which entry, and one of three things: it holds, it does not,
or nobody can tell from the log (`ok` is None), which is said and never passed over. The same
checks in the same words are made in the browser (desks/src/proof/chance.ts); tests/vectors holds
both to each other. A beacon's own signature is verified by what the caller brings (replay.beacon),
which the browser has not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

SECOND: Final = 1_000_000
_QUICKNET: Final = (1_692_803_367 * SECOND, 3 * SECOND)
"""drand quicknet: the instant of round 1, and the time between rounds (its chain information)."""
_CHAIN: Final = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: in which entry, whether it holds (None: nobody can tell), in words."""

    entry: int | None
    ok: bool | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody brought something in; `own` says that it is what he asked for under his own name."""

    entry: int
    t: int
    who: str
    value: tuple[str, ...]
    round: int | None
    own: bool


@dataclass(slots=True)
class Given:
    """What the log holds for one draw; times in microseconds."""

    what: str
    kind: Literal["order", "number"]
    opened: int = 0
    pool: tuple[str, ...] = ()
    pool_entry: int | None = None
    round: tuple[int, int] | None = None
    round_entry: int | None = None
    commits: list[Act] = field(default_factory=list)
    reveals: list[Act] = field(default_factory=list)
    typed: list[Act] = field(default_factory=list)
    drawn_entry: int | None = None
    drawn_by: str = ""
    seed_asked: bool = False
    """The seed is what the request of that entry named."""
    seed: str = ""
    recorded: tuple[str, ...] = ()

    @property
    def first(self) -> int | None:
        """The entry with which the first chance came in."""
        acts = [act.entry for act in (*self.commits, *self.reveals, *self.typed)]
        drawn = [] if self.drawn_entry is None else [self.drawn_entry]
        return min((*acts, *drawn), default=None)


Published = Mapping[int, str]
"""What somebody fetched from the public source himself: its value by number of publication."""
Signed = Callable[[int, str], bool]
"""Whether this is drand quicknet's own signature (hexadecimal) of the round of this number."""


def source_of(terms: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record of the terms that names the source; an officer's seed where they name none."""
    return terms.get("draws") or {"source": "OFFICERS"}


def checks(
    given: Given, terms: Mapping[str, Any], published: Published | None, signed: Signed | None
) -> tuple[Check, ...]:
    """All of it, in the order in which a draw comes about."""
    named, found = source_of(terms), []
    if given.kind == "order":
        found.append(_pool(given))
    match named["source"]:
        case "COMMIT_REVEAL":
            found += _parties(given, named)
        case "BEACON":
            found += _beacon(given, named, published, signed)
        case "BALLS":
            found += _balls(given)
        case _:
            found += _officer(given, terms)
    return tuple(found)


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _pool(given: Given) -> Check:
    first, at = given.first, given.pool_entry
    return Check(
        at,
        at is not None and (first is None or at < first),
        "名单先固定，之后才有随机数",
        "the pool was fixed before any chance came in",
    )


def _officer(given: Given, terms: Mapping[str, Any]) -> Iterator[Check]:
    if given.drawn_entry is not None:
        yield Check(
            given.drawn_entry,
            given.seed_asked and bool(given.seed),
            f"种子由 {given.drawn_by} 录入",
            f"the seed was typed in by {given.drawn_by}",
        )
    commit = terms.get("end_commit") if given.kind == "number" else None
    if commit is not None:
        if given.drawn_entry is not None:
            yield Check(
                given.drawn_entry,
                _hex(given.seed) == commit,
                "种子的 SHA-256 与条款中事先公布的一致",
                "SHA-256 of the seed is what the terms had published beforehand",
            )
        yield Check(
            0,
            None,
            "保管种子的人事先知道结果，日志看不出他是否告诉过别人",
            "whoever kept the seed knew the result; the log cannot tell whether he told anybody",
        )
        return
    yield Check(
        0,
        None,
        "条款未指定随机数来源，种子由工作人员录入：是否试过别的种子，日志看不出来",
        "the terms name no source, an officer typed in the seed: "
        "whether he tried others cannot be told from the log",
    )


def _parties(given: Given, named: Mapping[str, Any]) -> Iterator[Check]:
    order = [party["id"] for party in named["parties"]]
    commits = {act.who: act for act in given.commits}
    for act in given.commits:
        yield Check(
            act.entry,
            act.own and act.who in order and commits[act.who] is act,
            f"{act.who} 提交密封值 {act.value[0]}",
            f"{act.who} committed to {act.value[0]}",
        )
    for act in given.reveals:
        commit = commits.get(act.who)
        text = f"{given.what}|{act.who}|{act.value[0]}"
        yield Check(
            act.entry,
            act.own and commit is not None and commit.value[0] == _hex(text),
            f'{act.who} 揭示的秘密与其密封值一致：SHA-256("{text}")',
            f'{act.who} showed the secret it had committed to: SHA-256("{text}")',
        )
    if given.reveals:
        last = max((act.entry for act in given.commits), default=0)
        shown = min(act.entry for act in given.reveals)
        yield Check(
            shown,
            last < shown,
            "最后一份密封值提交之后，才开始揭示",
            "nothing was shown before the last commitment",
        )
    if given.drawn_entry is not None:
        yield from _joint(given, order, int(named["needed"]) or len(order))


def _joint(given: Given, order: list[str], quorum: int) -> Iterator[Check]:
    secrets = {act.who: act.value[0] for act in given.reveals}
    silent = [party for party in order if party not in secrets]
    if silent:
        enough = len(secrets) >= quorum
        yield Check(
            given.drawn_entry,
            None if enough else False,
            f"未揭示：{'、'.join(silent)}。条款要求至少 {quorum} 方揭示；"
            "少于全部时，最后揭示的一方可在两个结果之间选择",
            f"not shown by {', '.join(silent)}; the terms ask for {quorum}; "
            "with fewer than all, whoever is last can choose between two results",
        )
    text = ",".join(f"{party}:{secrets[party]}" for party in order if party in secrets)
    yield Check(
        given.drawn_entry,
        given.seed == _hex(text),
        f'种子 = SHA-256("{text}")',
        f'the seed is SHA-256("{text}")',
    )


def _typed(given: Given, value: tuple[str, ...], number: int | None) -> Check:
    """Two officers, each for himself; of one officer the last that he typed."""
    latest = {act.who: act for act in given.typed}
    same = [who for who, act in latest.items() if act.own and act.value == value]
    same = [who for who in same if latest[who].round == number]
    return Check(
        given.typed[-1].entry if given.typed else given.drawn_entry,
        len(same) >= 2,
        f"录入一致的工作人员：{'、'.join(same) or '无'}（须有两人）",
        f"typed alike by: {', '.join(same) or 'nobody'} (it takes two)",
    )


def _balls(given: Given) -> Iterator[Check]:
    if given.drawn_entry is None:
        return
    yield _typed(given, given.recorded, None)
    yield Check(
        given.drawn_entry,
        sorted(given.recorded) == sorted(given.pool) and not given.seed,
        "摇出的正是名单上的全部号牌，各一次",
        "the balls are exactly those of the pool, each once",
    )
    yield Check(
        given.drawn_entry,
        None,
        "球是否公平摇出，只有在场的人能作证，散列不能",
        "whether the balls were drawn fairly, those who were there can say; no hash can",
    )


def _beacon(
    given: Given,
    named: Mapping[str, Any],
    published: Published | None,
    signed: Signed | None,
) -> Iterator[Check]:
    drand = named["beacon"] == "DRAND_QUICKNET"
    number, at = _round_after(named, given.opened, drand=drand)
    yield Check(
        given.round_entry,
        given.round == (number, at)
        and given.round_entry == (given.pool_entry or given.round_entry),
        f"名单固定时即指定第 {number} 期，它当时尚未公布",
        f"publication {number} was named with the pool, when it was not out yet",
    )
    if given.drawn_entry is None:
        return
    value = given.typed[-1].value if given.typed else ("",)
    yield _typed(given, value, number)
    yield Check(
        given.typed[0].entry if given.typed else given.drawn_entry,
        bool(given.typed) and all(act.t >= at for act in given.typed),
        "录入时该期已经公布",
        "it was typed when the publication was out",
    )
    yield _seed_of(given, value[0], drand=drand)
    yield _compared(named, number, value[0], published, drand=drand)
    if drand:
        yield _signature(number, value[0], signed)


def _round_after(named: Mapping[str, Any], fixed: int, *, drand: bool) -> tuple[int, int]:
    """The first publication that is late enough after the pool, and when it comes out."""
    first, every = _QUICKNET
    if not drand:
        first, every = named["figures_first"], named["figures_every_seconds"] * SECOND
    earliest = fixed + max(named["beacon_after_seconds"] * SECOND, 1)
    number = 1 + max(0, -((first - earliest) // every))
    return number, first + (number - 1) * every


def _seed_of(given: Given, value: str, *, drand: bool) -> Check:
    if not drand:
        zh, en = "种子就是该期数字", "the seed is the figure itself"
        return Check(given.drawn_entry, given.seed == value, zh, en)
    try:
        seed = hashlib.sha256(bytes.fromhex(value)).hexdigest()
    except ValueError:
        seed = ""
    return Check(
        given.drawn_entry,
        bool(seed) and given.seed == seed,
        f"种子 = 该期签名各字节的 SHA-256（签名 {value}）",
        f"the seed is SHA-256 of the bytes of the publication's signature {value}",
    )


def _compared(
    named: Mapping[str, Any], number: int, value: str, published: Published | None, *, drand: bool
) -> Check:
    theirs = None if published is None else published.get(number)
    if theirs is not None:
        return Check(
            None,
            theirs == value,
            f"与您提供的文件中第 {number} 期一致",
            f"publication {number} in the file you gave says the same",
        )
    zh, en = (
        ("drand quicknet", "drand quicknet")
        if drand
        else (named["figures_zh"], named["figures_en"])
    )
    return Check(
        None,
        None,
        f"记录的数值未与公布者核对：请自行查阅 {zh} 第 {number} 期",
        f"the recorded value was not compared with what was published: "
        f"look up number {number} of {en}",
    )


def _signature(number: int, value: str, signed: Signed | None) -> Check:
    if signed is not None:
        return Check(
            None,
            signed(number, value),
            f"第 {number} 期的 BLS12-381 签名由 drand quicknet 的公钥签署，链散列 {_CHAIN}",
            f"the BLS12-381 signature of round {number} is by the key of drand quicknet, "
            f"chain hash {_CHAIN}",
        )
    return Check(
        None,
        None,
        f"第 {number} 期的 BLS12-381 签名未在此验证：安装可选组件 beacon 后由 python -m replay draw "
        f"验证，任何 drand 客户端也能验证，链散列 {_CHAIN}",
        f"the BLS12-381 signature of round {number} is not verified here: python -m replay draw with "
        f"the extra `beacon` does, and so does any drand client, chain hash {_CHAIN}",
    )


__all__ = ["SECOND", "Act", "Check", "Given", "Published", "Signed", "checks", "source_of"]
