"""What a log tells by itself: for sessions whose rule is not installed here.

Facts are a closed set and amounts carry their unit in the terms, so most of a session can be told
without the rule: not the names of its stages, not what only the rule understands, and not who was
allowed to see what. Nothing here raises, whatever a signed entry holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from pydantic import ValidationError

from auction_rules.facts import fact_to_json
from auction_rules.reasons import say
from auction_rules.rule import Rule
from auction_rules.terms import Text, Unit
from bidding.core import said
from bidding.core.state import State
from bidding.proof import canon

_SMALLEST: Final = Unit(zh="最小单位", en="smallest units", scale=0)
_BROKEN: Final = (KeyError, ValueError, TypeError, AttributeError, IndexError)


class _Absent:
    """Answers for a rule that is not here: no stage has a title, bidders have no lots."""

    own_lots = False

    def programme(self, terms: Any) -> tuple[()]:
        return ()


_ABSENT: Final = cast("Rule", _Absent())


def rule_name(document: Mapping[str, Any]) -> str:
    """The rule a session ran under, as name@version."""
    return f"{document.get('rule')}@{document.get('version')}"


def text(entry: Mapping[str, Any], first: State) -> Text:
    """One sentence for one entry in both languages; `first` is the state after entry 0."""
    unit, data = _unit(first), entry["data"]
    if "reason" in data:
        code = str(data["reason"])
        plain = said.both(f"未受理（{code}）。", f"Not accepted ({code}).")
        return _or(plain, lambda: say(code, data["detail"], unit, data["nearest"]))
    if entry["type"] == "session.opened":
        return said.both("公告发布，规则文件已锁定。", "Published; the rule document is fixed.")
    parts = [_fact(row, unit, first) for row in data.get("facts", ())]
    return said.both(
        "；".join(part["zh"].removesuffix("。") for part in parts) + "。",
        "; ".join(part["en"].removesuffix(".") for part in parts) + ".",
    )


def room(state: State) -> dict[str, Any]:
    """Where the session stands, by the log alone; amounts in the smallest unit of the terms."""
    standing = state.standing
    return {
        "auction": state.document.get("auction"),
        "origin": state.origin,
        "rule": rule_name(state.document),
        "installed": False,
        "note": dict(
            said.both(
                "未安装本场的竞价规则：无法还原各方当时所见，以下为记录本身所载。",
                "the rule is not installed here: what each party saw cannot be told; "
                "this is what the log itself says",
            )
        ),
        "index": state.index - 1,
        "t": state.t,
        "status": state.status,
        "stage": standing.stage,
        "closes": standing.closes,
        "round": standing.round,
        "offers": [
            {"bidder": one.bidder, "lot": one.lot, "amount": one.amount, "index": one.i}
            for _, one in sorted(standing.offers.items())
        ],
        "leaders": list(standing.leaders),
        "awards": [fact_to_json(award) for award in standing.awards],
        "unsold": standing.unsold,
        "digest": state.digest,
    }


def _unit(first: State) -> Unit:
    try:
        return Unit.model_validate(first.document["terms"]["unit"])
    except (ValidationError, *_BROKEN):
        return _SMALLEST


def _fact(row: Mapping[str, Any], unit: Unit, first: State) -> Text:
    plain = ", ".join(
        f"{key} {value if isinstance(value, str | int) else canon.fast(value).decode()}"
        for key, value in row.items()
        if value is not None and key != "fact"
    )
    name = str(row.get("fact"))
    if name == "noted":
        # Only the rule knows what its own notes mean.
        return said.both(f"规则自记：{plain}。", f"Noted by the rule: {plain}.")
    told = f"{name} {plain}".strip()
    return _or(
        said.both(f"记录原文：{told}。", f"As recorded: {told}."),
        lambda: said.fact(row, unit, _ABSENT, first),
    )


def _or(plain: Text, sentence: Callable[[], Text]) -> Text:
    try:
        return sentence()
    except _BROKEN:
        return plain


__all__ = ["room", "rule_name", "text"]
