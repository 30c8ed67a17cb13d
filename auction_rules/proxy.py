"""Proxy bids (自动出价): the house raises for a bidder, up to a limit that he alone knows.

MECHANISMS M03. What it is: the arithmetic of one contest between whoever led and whoever has
just asked, in closed form: price = min(best limit, the other's limit plus a step), whatever
the two limits are apart. Nobody else can be in it: after every contest no other limit reaches
the next valid amount, and the price never goes back. What it is not: a stage, or a secret
keeper; `stages/outcry.py` turns the result into facts, and who may see a limit is for the views.

Amounts are in the smallest unit of the terms. With sign -1 (a reverse auction) a limit is the
least a bidder would take, and better means lower throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from auction_rules.facts import Amount
from auction_rules.rule import Refuse
from auction_rules.says import Says, both
from auction_rules.steps import Ladder
from auction_rules.terms import Choice


class ProxyBids(Choice):
    """Whether the house bids for anybody."""

    NONE = ("NONE", "不设自动出价", "none")
    ALLOWED = ("ALLOWED", "可委托系统在限额内自动出价", "the house may bid up to a secret limit")


class Equal(Choice):
    """Who leads when neither of two limits outbids the other (M03, equal maxima)."""

    EARLIER = ("EARLIER", "先委托者按其限额领先", "the earlier leads at his full limit")
    LATER = ("LATER", "后到者领先：自动出价须高于对方", "the later leads: an answer must be better")


class Overtake(Choice):
    """Whether a limit may outbid another by less than a step (M03, `overtake`)."""

    PARTIAL = ("PARTIAL", "不足一个增价幅度时以限额为价", "by any amount; the limit is the price")
    FULL_STEP = ("FULL_STEP", "须高出一个完整增价幅度", "by a whole step only")


@dataclass(frozen=True, slots=True)
class Proxying:
    """The terms of proxy bids in one stage."""

    equal: Equal = Equal.EARLIER
    overtake: Overtake = Overtake.PARTIAL
    keeps_time: bool = True
    """Whether a limit that is changed keeps the time at which it was first set."""
    reserve: Amount | None = None
    """A limit that reaches it raises to it at once (GSA); None: it does not."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two in a contest."""

    bidder: str
    firm: Amount | None
    """What he stands for already, by hand or by an earlier contest."""
    limit: Amount | None
    """How far the house may go for him; None where he has no limit."""
    since: int
    """The log index that gives him his place in time."""


@dataclass(frozen=True, slots=True)
class Result:
    """Who leads at what, and how far the other was taken; None where nothing stands for him."""

    winner: Side
    price: Amount
    loser: Amount | None


_RAISES: Final = both(
    "竞买人可委托系统自动出价：系统只报到领先所需的价格，即对方的限额或者报价加一个增价幅度，"
    "并以委托人的限额为限",
    "a bidder may have the house bid for him: it bids what the lead takes, the other's limit or "
    "offer and a step, and at most his own limit",
)
_TIES: Final = {
    Equal.EARLIER: both(
        "双方限额不能互相超过，或者报价不能超过他人限额的，先委托者按其限额领先",
        "where neither of two limits outbids the other, or an offer does not outbid a limit, "
        "the earlier limit leads at its full amount",
    ),
    Equal.LATER: both(
        "双方限额不能互相超过，或者限额不能超过对方报价的，后到者领先",
        "where neither of two limits outbids the other, or a limit does not outbid an offer, "
        "the later one leads",
    ),
}
_SECRET: Final = both(
    "限额仅委托人本人可见，系统代为报出的价格予以标明；结束之前任何人不得查阅记录",
    "a limit is seen by its owner alone, and what the house bids is marked; nobody reads the "
    "record before the close",
)


def clauses(how: Proxying) -> Says:
    """What the notice says of proxy bids besides their terms."""
    return {"step": (_RAISES,), "tie": (_TIES[how.equal],), "sight": (_SECRET,)}


def contest(ladder: Ladder, how: Proxying, one: Side, two: Side) -> Result:
    """Both go as far as they must; one of them has just asked."""
    sign = ladder.sign
    far = {side.bidder: _far(ladder, side) for side in (one, two)}
    winner, loser = _winner(ladder, how, far, one, two)
    best, second = far[winner.bidder], far[loser.bidder]
    if winner.limit is None:
        # By hand and beyond the other's limit: the house has nothing to do, and tells nothing.
        return Result(winner, best, None)
    price = _worse(sign, best, ladder.minimum(second))
    if winner.firm is not None:
        price = _better(sign, price, winner.firm)
    price = _to_reserve(ladder, how, price, best)
    return Result(winner, price, _taken_to(sign, how, loser, second, price))


def alone(ladder: Ladder, how: Proxying, side: Side) -> Amount | None:
    """Where a limit that nobody contests takes its owner; None where he stays as he is.

    To the start if nothing stands for him, and to the reserve where the terms say so.
    """
    stands = ladder.start if side.firm is None else side.firm
    price = _to_reserve(ladder, how, stands, _far(ladder, side))
    return None if price == side.firm else price


def bounds(
    ladder: Ladder, current: Amount | None, own: Amount | None
) -> tuple[Amount, Amount] | Refuse:
    """The nearest and the farthest limit valid now; `own` is what the leader stands for.

    The jump limit is for one offer made by hand: the house never goes further than it must.
    """
    free = replace(ladder, max_jump=None)
    if not free.open(current):
        return Refuse("CAP_REACHED", free.end(current))
    end = ladder.cap if ladder.cap is not None else (ladder.limit if ladder.sign > 0 else 1)
    return (free.minimum(current) if own is None else own, end)


def check(
    ladder: Ladder, limit: Amount, current: Amount | None, own: Amount | None
) -> Refuse | None:
    """None where the limit may be set, else the refusal: cap first, then minimum (DOMAIN §13).

    An amount off the grid is no fault: the house stops at the last amount on it.
    """
    found = bounds(ladder, current, own)
    if isinstance(found, Refuse):
        return found
    (least, most), sign = found, ladder.sign
    if sign * (limit - most) > 0:
        if ladder.cap is None:
            return Refuse("JUMP_NOT_ALLOWED", {}, (most,))
        return Refuse("ABOVE_CAP", {"cap": most}, (most,))
    if sign * (limit - least) >= 0:
        return None
    if own is not None:
        return Refuse("LIMIT_BELOW_OFFER", {"minimum": own}, (own,))
    reason = "BELOW_START" if current is None else "BELOW_MIN_NEXT"
    step = ladder.step_from(ladder.start if current is None else current)
    return Refuse(reason, {"minimum": least, "step": step}, (least,))


def _far(ladder: Ladder, side: Side) -> Amount:
    """The farthest valid amount that the side can stand for."""
    if side.limit is None:
        assert side.firm is not None, "a side without a limit has made an offer"
        return side.firm
    limit = ladder.within(side.limit)
    return limit if side.firm is None else _better(ladder.sign, limit, side.firm)


def _winner(
    ladder: Ladder, how: Proxying, far: Mapping[str, Amount], one: Side, two: Side
) -> tuple[Side, Side]:
    earlier, later = (one, two) if one.since < two.since else (two, one)

    def outbids(a: Side, b: Side) -> bool:
        if how.overtake is Overtake.PARTIAL:
            return ladder.sign * (far[a.bidder] - far[b.bidder]) > 0
        return ladder.sign * (far[a.bidder] - ladder.minimum(far[b.bidder])) >= 0

    leads = how.equal is Equal.EARLIER
    pair = (earlier, later) if leads else (later, earlier)
    if outbids(pair[1], pair[0]):
        pair = (pair[1], pair[0])
    # Whoever stands for more than the other may ever give is ahead, whatever the time.
    firm = pair[1].firm
    if firm is not None and ladder.sign * (firm - far[pair[0].bidder]) > 0:
        pair = (pair[1], pair[0])
    return pair


def _to_reserve(ladder: Ladder, how: Proxying, price: Amount, best: Amount) -> Amount:
    if how.reserve is None or ladder.sign * (how.reserve - price) <= 0:
        return price
    met = ladder.reaching(how.reserve)
    return met if ladder.sign * (best - met) >= 0 else price


def _taken_to(
    sign: int, how: Proxying, loser: Side, second: Amount, price: Amount
) -> Amount | None:
    """How far the loser's limit was used: to its end, or to an equal price behind the leader."""
    if loser.limit is None:
        return None
    if sign * (second - price) >= 0 and how.equal is Equal.LATER:
        return None
    taken = _worse(sign, second, price)
    return None if loser.firm is not None and sign * (taken - loser.firm) <= 0 else taken


def _better(sign: int, a: Amount, b: Amount) -> Amount:
    return a if sign * (a - b) > 0 else b


def _worse(sign: int, a: Amount, b: Amount) -> Amount:
    return b if sign * (a - b) > 0 else a
