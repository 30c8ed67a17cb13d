"""公开增价 english@1: the ordinary ascending auction.

One stage: every offer must beat the best one by a step; an offer near the end moves the end.
The highest offer at or above the reserve wins and pays its own amount (MECHANISMS M01).
With proxy bids the house raises for whoever set a secret limit (M03, `auction_rules/proxy.py`).
A reserve in these terms is public; one bidder at or above it suffices, as in the judicial
rules (法释〔2016〕18号 art. 11), unless the terms ask for more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules.english_terms import ClockStart, EnglishTerms
from auction_rules.extension import Countdown, Mode, Trigger
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Floor
from auction_rules.lint import Remark
from auction_rules.money import format_decimal, rate
from auction_rules.program import Stage, Staged
from auction_rules.proxy import ProxyBids, Proxying, clauses
from auction_rules.reserve_says import HIGHEST_BELOW
from auction_rules.rule import Lot, Refuse, Settlement
from auction_rules.says import HIGHEST, NEVER_EQUAL, Says, both, joined
from auction_rules.stages.outcry import Outcry
from auction_rules.steps import Ladder, StepKind
from auction_rules.succession import next_at_own_price
from auction_rules.terms import (
    SECOND,
    Text,
    Unit,
)

TIMED: Final[Text] = {"zh": "限时竞价", "en": "Timed bidding"}


class English(Staged[EnglishTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "english"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "公开增价竞价", "en": "Ascending auction"}
    Config = EnglishTerms
    example: ClassVar[Mapping[str, Any]] = {
        "lot_zh": "示例标的",
        "lot_en": "Sample lot",
        "opens": "2026-03-02T10:00:00+08:00",
        "duration_seconds": 300,
        "start_price": "1000000",
        "step": "10000",
        "extension_seconds": 300,
    }

    def stages(self, terms: EnglishTerms) -> tuple[Stage, ...]:
        """One timed stage."""
        waits = terms.clock_starts is ClockStart.FIRST_BID
        countdown = Countdown(
            terms.extension_seconds * SECOND,
            terms.extension_mode,
            Trigger.ANY_BID,
            terms.trigger_window_seconds * SECOND,
            terms.max_extensions,
            terms.max_extension_seconds * SECOND,
        )
        return (
            Outcry(
                id="timed",
                kind="timed",
                title=TIMED,
                ladder=self.ladder(terms),
                to_beat=_top,
                leading=_leading,
                quantity=_no_quantity,
                resume_policy=terms.resume,
                begins=terms.opens,
                ends=terms.latest_start if waits else None,
                length=terms.duration_seconds * SECOND,
                starts_on_first_bid=waits,
                countdown=countdown if terms.extension_seconds else None,
                own_raise=terms.leader_may_raise,
                proxying=_proxying(terms),
            ),
        )

    def lint(self, terms: EnglishTerms) -> tuple[Remark, ...]:
        """The last second, and extensions that never come."""
        if not terms.extension_seconds:
            return (
                Remark(
                    "NO_EXTENSION",
                    "不设延时：出价会集中在最后一秒，网络快者得利。",
                    "Without extension offers crowd into the last second; the fastest line wins.",
                ),
            )
        short = terms.extension_seconds < terms.trigger_window_seconds
        if terms.extension_mode is not Mode.RESET or not short:
            return ()
        return (
            Remark(
                "EXTENSION_INSIDE_WINDOW",
                "触发延时的最后时段长于延时时长：其中较早的报价不会延时。",
                "The trigger window is longer than the extension: early offers in it move nothing.",
            ),
        )

    def ladder(self, terms: EnglishTerms) -> Ladder:
        """Which amounts may come next."""
        return terms.ladder()

    def starts(self, terms: EnglishTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[EnglishTerms], closed: str) -> str | None:
        """There is but one stage."""
        del floor, closed
        return None

    def finish(self, floor: Floor[EnglishTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The leader wins at his own amount, if the reserve and the number of bidders allow."""
        del now
        top, terms = floor.standing.top, floor.terms
        if top is None:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if len(floor.standing.offers) < terms.min_bidders:
            return (Unsold("BELOW_MIN_BIDDERS"),)
        if terms.reserve is not None and top.amount < terms.reserve:
            return (Unsold("RESERVE_NOT_MET"),)
        return (Awarded(top.bidder, None, top.amount, None, top.amount),)

    def least(self, floor: Floor[EnglishTerms]) -> Amount | None:
        """One step above the best offer, or the start; None when no higher offer is possible."""
        ladder, top = self.ladder(floor.terms), _top(floor, "")
        return ladder.minimum(top) if ladder.open(top) else None

    def ranking(self, floor: Floor[EnglishTerms]) -> tuple[str, ...]:
        """By amount, best first; equal ones, of which one is by proxy, by their place in time."""
        offers = floor.standing.offers.values()
        return tuple(o.bidder for o in sorted(offers, key=lambda o: (-o.amount, o.since)))

    def next_award(self, floor: Floor[EnglishTerms], gone: frozenset[str]) -> Awarded | Refuse:
        """The next by amount at his own offer, if it reaches the reserve."""
        offers = floor.standing.offers
        found = next_at_own_price(floor, [offers[name] for name in self.ranking(floor)], gone)
        reserve = floor.terms.reserve
        if isinstance(found, Awarded) and reserve is not None and found.price < reserve:
            return Refuse("NEXT_BELOW_RESERVE")
        return found

    def settlement(self, floor: Floor[EnglishTerms]) -> Settlement:
        """Deal, premium over the start (溢价) and its rate."""
        top = floor.standing.top
        price = top.amount if top and not floor.standing.unsold else 0
        premium = price - floor.terms.start_price if price else 0
        shown = rate(premium, floor.terms.start_price) if price else None
        return Settlement(price, premium, shown)

    def says(self, terms: EnglishTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        how = _proxying(terms)
        said: Says = {"tie": (NEVER_EQUAL,)} if how is None else clauses(how)
        below: Says = {} if terms.reserve is None else {"failure": (HIGHEST_BELOW,)}
        return joined(said, _percent(terms), {"result": (HIGHEST,)}, below)

    def lots(self, terms: EnglishTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def settlement_unit(self, terms: EnglishTerms) -> Unit:
        """The unit of the prices: an offer is for the lot as a whole."""
        return terms.unit

    def quantity_unit(self, terms: EnglishTerms) -> Unit | None:
        """No quantities here."""
        del terms
        return None


def _percent(terms: EnglishTerms) -> Says:
    """Two steps stand in the terms where one is a share of the price: what the amount then is."""
    if terms.step_kind is not StepKind.PERCENT:
        return {}
    zh, en = (terms.unit.written(terms.step, lang) for lang in ("zh", "en"))
    share = f"{format_decimal(terms.step_basis_points, 2)}%"
    least = both(
        f"每次至少增价当前价的 {share}，向上取整到最小计价单位，且不少于 {zh}；"
        f"所列增价幅度 {zh}为最小增价额",
        f"each raise is at least {share} of the current price, rounded up to the smallest unit, and "
        f"no less than {en}; the amount given as the step, {en}, is the least raise",
    )
    return {"step": (least,)}


def _proxying(terms: EnglishTerms) -> Proxying | None:
    if terms.proxy is ProxyBids.NONE:
        return None
    return Proxying(
        terms.proxy_equal,
        terms.proxy_overtake,
        terms.proxy_keeps_time,
        terms.reserve if terms.proxy_to_reserve else None,
    )


def _top(floor: Floor[EnglishTerms], bidder: str) -> Amount | None:
    del bidder
    top = floor.standing.top
    return top.amount if top else None


def _no_quantity(floor: Floor[EnglishTerms], bidder: str) -> Amount | None:
    del floor, bidder
    return None


def _leading(floor: Floor[EnglishTerms]) -> LeadersChanged:
    best = max(floor.standing.offers.values(), key=lambda o: (o.amount, -o.since))
    return LeadersChanged((best.bidder,), best.amount)


RULE: Final = English()
