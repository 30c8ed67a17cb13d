"""多轮密封报价 multi_round@1: sealed rounds, each among the best of the round before (M10).

In each round offers are collected sealed and opened together, and a pause may follow. A shortlist
goes on: the best few, all but the worst few, or all within a margin of the best. Who goes on may improve his own offer by at least a step; who
makes no new one keeps what he has, and it competes as it stands. After the last round the best
offer wins; among equals the earlier. The terms say whether a higher or a lower amount is better.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Floor, Offer
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Refuse, Settlement
from auction_rules.says import EARLIER, HIGHEST, KEPT, LOWEST, Says
from auction_rules.stages.pause import Pause
from auction_rules.stages.sealed import Sealed
from auction_rules.steps import Ladder
from auction_rules.terms import (
    SECOND,
    Choice,
    Count,
    Moment,
    Money,
    RuleConfig,
    Seconds,
    Text,
    term,
    wrong,
)

_WHOLE: Final = 10_000


class Better(Choice):
    """Which amounts are better."""

    HIGHER = ("HIGHER", "价高者得", "the higher")
    LOWER = ("LOWER", "价低者得", "the lower")


class Shortlist(Choice):
    """Who goes on to the next round."""

    TOP_N = ("TOP_N", "前若干名", "the best few")
    DROP_N = ("DROP_N", "每轮淘汰若干名", "all but the worst few")
    WITHIN = ("WITHIN", "与最优报价相差不超过规定比例", "all within a margin of the best")


class MultiRoundTerms(RuleConfig):
    """Terms of a sealed auction in rounds."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    better: Better = term(
        "择优方向", "Better is", kind="enum", enum=Better.options(), default=Better.HIGHER
    )
    opens: Moment = term("首轮开始时间", "Opens", kind="instant")
    rounds: Annotated[int, Field(strict=True, ge=2, le=20)] = term(
        "轮数", "Rounds", kind="count", default=3
    )
    round_seconds: Seconds = term("每轮时长（秒）", "A round (s)", kind="seconds", default=600)
    pause_seconds: Seconds = term(
        "轮间休息（秒）", "Pause between rounds (s)", kind="seconds", default=0
    )
    start_price: Money = term(
        "起始价或最高限价", "Start price, or ceiling where lower is better", kind="money"
    )
    step: Money = term("改进幅度", "Least improvement", kind="money", default=1)
    amendments: Count = term("每轮可修改次数", "Amendments in a round", kind="count", default=0)
    shortlist: Shortlist = term(
        "入围方式",
        "Shortlist",
        kind="enum",
        enum=Shortlist.options(),
        default=Shortlist.TOP_N,
    )
    shortlist_count: Count = term(
        "入围或淘汰家数", "How many go on, or leave", kind="count", default=3
    )
    shortlist_basis_points: Annotated[int, Field(strict=True, ge=0, le=_WHOLE)] = term(
        "入围幅度（万分之）", "Margin of the best (basis points)", kind="count", default=0
    )

    @model_validator(mode="after")
    def _together(self) -> MultiRoundTerms:
        if not self.round_seconds:
            raise wrong("round", "每轮至少 1 秒", "a round is at least one second")
        if self.step < 1 or not _ladder(self).open(self.start_price):
            raise wrong("step", "改进幅度须大于零且不能过大", "the step is zero or too large")
        counts = self.shortlist is not Shortlist.WITHIN
        if counts and (not self.shortlist_count or self.shortlist_basis_points):
            raise wrong(
                "shortlist",
                "按名次入围或淘汰须填家数，不填幅度",
                "a shortlist by rank needs a count, no margin",
            )
        return self


class MultiRound(Staged[MultiRoundTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "multi_round"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "多轮密封报价", "en": "Sealed offers in rounds"}
    Config = MultiRoundTerms
    example: ClassVar[Mapping[str, Any]] = {
        "opens": "2026-03-02T09:00:00+08:00",
        "start_price": "100000",
        "step": "1000",
    }

    def stages(self, terms: MultiRoundTerms) -> tuple[Stage, ...]:
        """One sealed window a round, and what lies between two of them."""
        rooms: list[Stage] = [_round(terms, 1)]
        for number in range(2, terms.rounds + 1):
            if terms.pause_seconds:
                rooms.append(_pause(terms, number - 1))
            rooms.append(_round(terms, number))
        return tuple(rooms)

    def starts(self, terms: MultiRoundTerms) -> Instant:
        """When the first round opens."""
        return terms.opens

    def follows(self, floor: Floor[MultiRoundTerms], closed: str) -> str | None:
        """The next round, unless nobody has an offer."""
        kind, _, number = closed.partition("-")
        if kind == "pause":
            return f"round-{int(number) + 1}"
        if not floor.standing.offers or int(number) >= floor.terms.rounds:
            return None
        return f"pause-{number}" if floor.terms.pause_seconds else f"round-{int(number) + 1}"

    def finish(self, floor: Floor[MultiRoundTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The best of the last shortlist."""
        del now
        if not floor.standing.leaders:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        best = floor.standing.offers[floor.standing.leaders[0]]
        return (Awarded(best.bidder, None, best.amount, None, best.amount),)

    def least(self, floor: Floor[MultiRoundTerms]) -> Amount | None:
        """The start in the first round; who has no offer then does not go on."""
        return floor.terms.start_price if floor.standing.stage == "round-1" else None

    def ranking(self, floor: Floor[MultiRoundTerms]) -> tuple[str, ...]:
        """Best first; among equals the earlier."""
        return tuple(o.key for o in _ranked(floor))

    def settlement(self, floor: Floor[MultiRoundTerms]) -> Settlement:
        """Deal, with its premium over the start, or what it saves under the ceiling."""
        top, start = floor.standing.top, floor.terms.start_price
        if top is None:
            return Settlement(0, 0, None)
        if floor.terms.better is Better.HIGHER:
            premium = top.amount - start
            return Settlement(top.amount, premium, rate(premium, start))
        saved = start - top.amount
        return Settlement(top.amount, 0, None, saved=saved, saving_rate=rate(saved, start))

    def says(self, terms: MultiRoundTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        lower = terms.better is Better.LOWER
        return {"tie": (EARLIER,), "step": (KEPT,), "result": (LOWEST if lower else HIGHEST,)}

    def lots(self, terms: MultiRoundTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def direction(self, terms: MultiRoundTerms) -> int:
        """As the terms say."""
        return _sign(terms)


def shortlisted(terms: MultiRoundTerms, ranked: list[Offer]) -> list[Offer]:
    """Those who go on, best first; margins compared as whole numbers, nothing rounded."""
    if terms.shortlist is Shortlist.TOP_N or not ranked:
        return ranked[: terms.shortlist_count]
    if terms.shortlist is Shortlist.DROP_N:
        # The best one is never among the worst: a round leaves somebody to go on.
        return ranked[: max(1, len(ranked) - terms.shortlist_count)]
    sign = _sign(terms)
    reach = ranked[0].amount * (_WHOLE - sign * terms.shortlist_basis_points)
    return [o for o in ranked if sign * (o.amount * _WHOLE - reach) >= 0]


def _round(terms: MultiRoundTerms, number: int) -> Sealed:
    return Sealed(
        id=f"round-{number}",
        title={"zh": f"第 {number} 轮", "en": f"Round {number}"},
        ladder=_ladder(terms),
        leading=_leading,
        length=terms.round_seconds * SECOND,
        amendments=terms.amendments,
        right=_anybody if number == 1 else _goes_on,
        # M10: from the second round on every offer, amended or not, improves on the one before.
        current=_only_the_start if number == 1 else _own,
        tally=f"offers of round {number}",
    )


def _pause(terms: MultiRoundTerms, number: int) -> Pause:
    title = {"zh": f"第 {number} 轮后休息", "en": f"Pause after round {number}"}
    return Pause(f"pause-{number}", title, terms.pause_seconds * SECOND)


def _ladder(terms: MultiRoundTerms) -> Ladder:
    lower = terms.better is Better.LOWER
    ceiling = terms.start_price if lower else None
    return Ladder(terms.start_price, terms.step, sign=_sign(terms), ceiling=ceiling)


def _sign(terms: MultiRoundTerms) -> int:
    return -1 if terms.better is Better.LOWER else 1


def _ranked(floor: Floor[MultiRoundTerms]) -> list[Offer]:
    """Best first; among equals the earlier."""
    sign, standing = _sign(floor.terms), floor.standing
    return sorted(standing.offers.values(), key=lambda o: (-sign * o.amount, o.i))


def _leading(floor: Floor[MultiRoundTerms]) -> LeadersChanged:
    on = floor.standing.leaders
    ranked = [o for o in _ranked(floor) if not on or o.key in on]
    chosen = shortlisted(floor.terms, ranked)
    return LeadersChanged(tuple(o.key for o in chosen), chosen[-1].amount if chosen else None)


def _anybody(floor: Floor[MultiRoundTerms], bidder: str) -> Refuse | None:
    del floor, bidder
    return None


def _goes_on(floor: Floor[MultiRoundTerms], bidder: str) -> Refuse | None:
    return None if bidder in floor.standing.leaders else Refuse("NO_RIGHT_IN_PHASE")


def _own(floor: Floor[MultiRoundTerms], bidder: str) -> Amount | None:
    offer = floor.standing.offers.get(bidder)
    return offer.amount if offer else None


def _only_the_start(floor: Floor[MultiRoundTerms], bidder: str) -> Amount | None:
    del floor, bidder
    return None


RULE: Final = MultiRound()
