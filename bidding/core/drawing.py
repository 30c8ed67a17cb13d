"""A draw as everybody in the room may watch it: what was named beforehand, what is waited for.

What it is: words and states made of the terms and of what stands. What it is not: a secret or a
figure before it counts; what one officer typed is not told to the other by any channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from auction_rules.draw_terms import Beacon, Draws, Party, Source, draws_of
from auction_rules.floor import Standing
from auction_rules.rule import Rule
from auction_rules.terms import Text
from bidding.core.state import State

KINDS: Final = frozenset({"draw", "seed"})
"""Stages that wait for chance."""


def draws(state: State, rule: Rule) -> dict[str, Any] | None:
    """The source as it was named, how far each party is, and what is awaited; None: no lots."""
    kinds = {line.kind for line in rule.programme(state.terms)} & KINDS
    if not kinds:
        return None
    named, chance = draws_of(state.terms), state.standing.chance
    return {
        "what": chance.what,
        "source": str(named.source.value),
        "named": _named(named, sealed=kinds == {"seed"}),
        "needed": named.quorum,
        "parties": [
            {
                "id": party.id,
                "title": {"zh": party.zh, "en": party.en},
                "committed": party.id in chance.commits,
                "revealed": party.id in chance.reveals,
            }
            for party in named.parties
        ],
        "round": chance.round,
        "at": None if chance.round is None else chance.at,
        "typed": len(chance.typed),
        "awaits": _awaits(named, state.standing),
    }


def _named(named: Draws, *, sealed: bool) -> Text:
    match named.source, named.beacon:
        case Source.COMMIT_REVEAL, _:
            zh, en = _list(named.parties)
            return {
                "zh": f"随机数由{zh}先密封、后揭示的秘密值共同生成，至少须 {named.quorum} 方揭示。",
                "en": f"Secrets of {en}, committed to and then revealed, give the chance together; "
                f"it takes at least {named.quorum}.",
            }
        case Source.BEACON, Beacon.FIGURES:
            return {
                "zh": f"随机数取名单固定后首期公布的数字：{named.figures_zh}。",
                "en": f"The first figure published after the pool is fixed: {named.figures_en}.",
            }
        case Source.BEACON, _:
            return {
                "zh": "随机数取名单固定后首期公布的 drand quicknet 随机信标。",
                "en": "The first round of drand quicknet published after the pool is fixed.",
            }
        case Source.BALLS, _:
            return {
                "zh": "现场摇球，由两名工作人员各自录入次序。",
                "en": "Balls are drawn by hand; two officers type the order, each alone.",
            }
    if sealed:
        return {
            "zh": "随机种子在公告前已封存，其 SHA-256 载于公告。",
            "en": "The seed was sealed before publication; its SHA-256 stands in the notice.",
        }
    return {
        "zh": "名单固定后由工作人员录入随机种子。",
        "en": "An officer types in a seed after the pool is fixed.",
    }


def _awaits(named: Draws, standing: Standing) -> Text | None:
    """What the open stage waits for; None where nothing is drawn now."""
    chance = standing.chance
    drawn = standing.kind == "draw" and (standing.order or len(standing.pool or ()) < 2)
    if standing.kind not in KINDS or drawn:
        return None
    match named.source:
        case Source.COMMIT_REVEAL if chance.revealing:
            left = (p for p in named.parties if p.id in chance.commits)
            zh, en = _list(p for p in left if p.id not in chance.reveals)
            return {"zh": f"等待{zh}揭示秘密值。", "en": f"Secrets are awaited from {en}."}
        case Source.COMMIT_REVEAL:
            zh, en = _list(p for p in named.parties if p.id not in chance.commits)
            return {"zh": f"等待{zh}密封秘密值。", "en": f"Commitments are awaited from {en}."}
        case _ if chance.typed:
            return {
                "zh": "一名工作人员已录入，等待另一名录入相同内容。",
                "en": "One officer has typed it; another must type the same.",
            }
        case Source.BEACON:
            return {
                "zh": f"等待公布第 {chance.round} 期，并由两名工作人员录入。",
                "en": f"Number {chance.round} is awaited, typed by two officers.",
            }
        case Source.BALLS:
            return {
                "zh": "等待摇球，并由两名工作人员录入次序。",
                "en": "Balls are awaited, the order typed by two officers.",
            }
    return {"zh": "等待工作人员录入随机种子。", "en": "An officer's seed is awaited."}


def _list(parties: Iterable[Party]) -> tuple[str, str]:
    found = tuple(parties)
    return "、".join(party.zh for party in found), ", ".join(party.en for party in found)
