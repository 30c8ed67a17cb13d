"""What happened in a session, sorted for people: offers, refusals, extensions, stops, other acts.

Told to an audience. The public reads what its own channel was told, and the offers that stand
open at the end. The auditor reads, once the session is over and nothing is sealed any more, every
entry; a bidder's secret limit stays his own even then. What it is not: a judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from auction_rules.facts import Amount, Instant
from auction_rules.reasons import say
from auction_rules.rule import Rule
from auction_rules.terms import Text
from bidding.core import said, views
from bidding.core.said import both
from bidding.core.state import State, evolve
from replay.film import Film

Audience: TypeAlias = Literal["public", "auditor"]

ENDED: Final = ("closed", "terminated", "voided")
"""The states of a session in which nothing more can be offered."""

KIND: Final[Mapping[str, Text]] = {
    "bid": both("报价", "offer"),
    "confirm": both("答复询问", "answer"),
    "stay": both("应价", "yes to the price"),
    "leave": both("退出", "leave"),
    "proxy": both("自动出价", "automatic bidding"),
    "seal": both("密封报价", "sealed offer"),
    "reveal": both("解密报价", "opening of an offer"),
    "draw": both("摇号", "draw"),
    "draw_commit": both("提交摇号密封值", "commitment for a draw"),
    "draw_reveal": both("揭示摇号秘密", "secret for a draw"),
    "draw_figure": both("录入公开数值", "public figure for a draw"),
    "draw_balls": both("录入摇球结果", "order of the balls"),
    "seal_reserve": both("录入保留价", "sealing of a reserve"),
    "open_reserve": both("揭示保留价", "opening of a reserve"),
    "score": both("评分", "scoring"),
    "withdraw": both("认定撤回或撤销", "withdrawal of an offer"),
    "trustee_key": both("受托人公布私钥", "trustee's key"),
    "enrol": both("登记签名密钥", "enrolment of a key"),
    "admit": both("授予竞买资格", "admission"),
    "exclude": both("取消竞买资格", "exclusion"),
    "deposit": both("保证金到账", "deposit"),
    "suspend": both("中止", "suspension"),
    "resume": both("恢复", "resumption"),
    "terminate": both("终止", "termination"),
    "void": both("宣布结果无效", "voiding of the result"),
    "announce": both("发布通知", "message from the staff"),
    "extend": both("延长", "later end"),
    "surrogate": both("代为报价", "offer on behalf"),
    "propose": both("提请", "proposal"),
    "second": both("确认提请", "second officer"),
    "seal_guarantee": both("密封保函送达", "sealed guarantee"),
    "guarantee": both("登记保函", "guarantee"),
    "payout": both("保证金退还或不予退还", "deposit paid out or kept"),
    "reaward": both("递补", "award to the next in line"),
    "conclude": both("成交后办理", "step after the close"),
    "bell": both("到时", "bell"),
}
_ROLE: Final[Mapping[str, Text]] = {
    "system": both("系统", "the system"),
    "staff": both("工作人员", "staff"),
    "approver": both("复核人员", "second officer"),
}
_LIMIT: Final = both(
    "自动出价上限有变动（金额仅本人可见）。", "A secret limit was set or cancelled."
)
_NO_LIMIT: Final = both(
    "未受理：自动出价设定无效（原因仅本人可见）。",
    "Not accepted: no valid limit; why is for the bidder alone.",
)


@dataclass(frozen=True, slots=True)
class Offered:
    """An accepted offer: the entry and time at which it was made; `how` it came to stand."""

    i: int
    t: Instant
    bidder: str
    lot: str | None
    amount: Amount
    quantity: Amount | None
    how: Literal["own", "house", "opened"]


@dataclass(frozen=True, slots=True)
class Refused:
    """An attempt that was refused; `amount` where one was named and may be told."""

    i: int
    t: Instant
    who: Text
    kind: Text
    amount: Amount | None
    reason: Text


@dataclass(frozen=True, slots=True)
class Act:
    """Anything else that left a line."""

    i: int
    t: Instant
    who: Text
    text: Text


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that moved: from when (None: it had none) to when, and why."""

    i: int
    t: Instant
    was: Instant | None
    closes: Instant
    why: Text


@dataclass(frozen=True, slots=True)
class Stop:
    """A suspension, and the resumption that ended it where one did."""

    i: int
    since: Instant
    reason: Text
    until: Instant | None = None
    resumed: int | None = None


@dataclass(slots=True)
class Told:
    """The session in lists, each in the order of the log."""

    offers: list[Offered] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    refusals: int | None = None
    """How many attempts were refused in all; None while that could tell who takes part."""


def tell(film: Film, audience: Audience) -> Told:
    """The lists for this audience. Raises NoRule where the rule is not installed."""
    if film.rule is None:
        film.room(0, "auditor")  # raises NoRule, naming the rule that is missing
        raise AssertionError
    teller = _Teller(film, film.rule, audience)
    state = State(film.origin, terms=film.end.terms)
    for entry in film.entries:
        after = evolve(state, entry)
        teller.entry(state, entry, after)
        state = after
    teller.out.offers.sort(key=lambda offer: offer.i)
    return teller.out


class _Teller:
    def __init__(self, film: Film, rule: Rule, audience: Audience) -> None:
        self.rule, self.audience, self.out = rule, audience, Told()
        end = film.end
        self.unit = views.unit_of(end)
        open_now = end.status in ENDED and not rule.disclosure(end.floor()).sealed
        self.whole = audience == "auditor" and open_now
        shown = views.patch(end, rule, audience)["offers"]
        self.revealed = {(row["bidder"], row["slot"], row["i"]) for row in shown}
        if open_now:
            self.out.refusals = 0

    def entry(self, before: State, entry: Mapping[str, Any], after: State) -> None:
        data, kind = entry["data"], entry["type"].partition(".")[0]
        line = views.event(before, entry, after, self.rule, self.audience)
        if "reason" in data:
            if self.out.refusals is not None:
                self.out.refusals += 1
            if self.whole or line is not None:
                self._refused(entry, kind)
            return
        self._offers(before, entry, after, seen=self.whole or line is not None)
        if self.whole or line is not None:
            self._course(before, entry)
            self._act(entry, kind, after)

    def _offers(self, before: State, entry: Mapping[str, Any], after: State, *, seen: bool) -> None:
        facts = entry["data"]["facts"]
        for place, row in enumerate(facts):
            if row["fact"] == "offer_stood":
                if not seen and (row["bidder"], row["slot"], entry["i"]) not in self.revealed:
                    continue
                later = facts[place + 1 : place + 2]
                house = bool(later) and later[0]["fact"] == "raised_by_house"
                self._offered(row, entry["i"], entry["t"], "house" if house else "own")
            elif row["fact"] == "offer_opened":
                # Its place in time is that of its sealing; until now nobody could read it.
                sealed = before.standing.sealed.get(row["bidder"])
                where = sealed or after.standing.offers[row["bidder"]]
                self._offered({**row, "quantity": None}, where.i, where.t, "opened")

    def _offered(
        self, row: Mapping[str, Any], i: int, t: Instant, how: Literal["own", "house", "opened"]
    ) -> None:
        found = Offered(i, t, row["bidder"], row["lot"], row["amount"], row["quantity"], how)
        self.out.offers.append(found)

    def _refused(self, entry: Mapping[str, Any], kind: str) -> None:
        data = entry["data"]
        # The bounds of a limit would tell the limit.
        secret = kind == "proxy"
        reason = (
            _NO_LIMIT if secret else say(data["reason"], data["detail"], self.unit, data["nearest"])
        )
        amount = None if secret else data["ask"].get("amount")
        named = amount if entry["actor"].startswith("bidder:") else None
        self.out.refused.append(
            Refused(entry["i"], entry["t"], _who(entry), KIND[kind], named, reason)
        )

    def _course(self, before: State, entry: Mapping[str, Any]) -> None:
        closes, i, t = before.standing.closes, entry["i"], entry["t"]
        for row in entry["data"]["facts"]:
            match row["fact"]:
                case "stage_opened" | "round_opened":
                    closes = row["closes"]
                case "deadline_moved":
                    why = said.why_moved(row["why"])
                    self.out.moved.append(Moved(i, t, closes, row["closes"], why))
                    closes = row["closes"]
                case "suspended":
                    self.out.stops.append(Stop(i, row["since"], said.reason(row["reason"])))
                case "resumed" if self.out.stops:
                    last = self.out.stops[-1]
                    self.out.stops[-1] = Stop(last.i, last.since, last.reason, t, i)

    def _act(self, entry: Mapping[str, Any], kind: str, after: State) -> None:
        if kind == "bid":
            return  # it has its own list
        text = said.entry(entry, self.unit, self.rule, after)
        if kind == "proxy":
            shown = [row for row in entry["data"]["facts"] if row["fact"] != "proxy_set"]
            parts = [said.fact(row, self.unit, self.rule, after) for row in shown]
            text = {x: _LIMIT[x] + "".join(part[x] for part in parts) for x in ("zh", "en")}
        self.out.acts.append(Act(entry["i"], entry["t"], _who(entry), text))


def _who(entry: Mapping[str, Any]) -> Text:
    """The number of a bidder, or the office of anybody else: never a name."""
    role, _, name = entry["actor"].partition(":")
    return both(f"{name} 号", f"No. {name}") if role == "bidder" else _ROLE[role]


__all__ = [
    "ENDED",
    "KIND",
    "Act",
    "Audience",
    "Moved",
    "Offered",
    "Refused",
    "Stop",
    "Told",
    "tell",
]
