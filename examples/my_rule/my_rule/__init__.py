"""两轮加价 two_rounds@1: everybody offers in the first round, the best few meet in the second.

First round: each raises only his own offer, and nothing he sees binds him. Second round: the
best of the first, so many as the terms say, outbid each other until the time is over. The
highest offer wins and pays its own amount; among equals of the first round the earlier leads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from auction_rules.facts import (
    Amount,
    Awarded,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    Unsold,
)
from auction_rules.floor import Floor, Offer
from auction_rules.lint import Remark
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Settlement
from auction_rules.says import EARLIER, HIGHEST, Says, both
from auction_rules.stages.outcry import Outcry
from auction_rules.steps import Ladder
from auction_rules.terms import SECOND, Count, Moment, Money, RuleConfig, Seconds, Text, term, wrong


class TwoRoundTerms(RuleConfig):
    """Terms of an auction in two rounds."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    opens: Moment = term("开始时间", "Opens", kind="instant")
    round_seconds: Seconds = term(
        "每轮时长（秒）", "Length of a round (s)", kind="seconds", default=600
    )
    start_price: Money = term("起始价", "Start price", kind="money")
    step: Money = term("增价幅度", "Step", kind="money", default=1)
    finalists: Count = term(
        "进入第二轮人数", "Bidders in the second round", kind="count", default=2
    )

    @model_validator(mode="after")
    def _together(self) -> TwoRoundTerms:
        if self.round_seconds < 1 or self.step < 1:
            raise wrong("step", "时长和幅度必须大于零", "lengths and steps must be more than zero")
        if self.finalists < 2:
            raise wrong(
                "finalists", "进入第二轮的至少两人", "at least two go on to the second round"
            )
        return self


class TwoRounds(Staged[TwoRoundTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "two_rounds"
    version: ClassVar[str] = "1"
    tells: ClassVar[frozenset[str]] = frozenset({"finalists"})
    title: ClassVar[Text] = {"zh": "两轮加价竞价", "en": "Two rounds of raising"}
    Config = TwoRoundTerms
    example: ClassVar[Mapping[str, Any]] = {
        "opens": "2026-03-02T10:00:00+08:00",
        "start_price": "10000",
        "step": "100",
    }

    def stages(self, terms: TwoRoundTerms) -> tuple[Stage, ...]:
        """Two windows of one length; they differ in what an offer must beat."""
        return (
            _round(terms, "first", {"zh": "第一轮", "en": "First round"}, _own, _finalists),
            _round(terms, "second", {"zh": "第二轮", "en": "Second round"}, _top, None),
        )

    def starts(self, terms: TwoRoundTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[TwoRoundTerms], closed: str) -> str | None:
        """Nobody can be outbid by himself: the second round needs two."""
        return "second" if closed == "first" and len(floor.standing.offers) > 1 else None

    def finish(self, floor: Floor[TwoRoundTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The highest offer wins and pays its own amount."""
        top = floor.standing.top
        if top is None:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        return (Awarded(top.bidder, None, top.amount, None, top.amount),)

    def least(self, floor: Floor[TwoRoundTerms]) -> Amount | None:
        """The start in the first round; nobody new can come into the second."""
        return floor.terms.start_price if floor.standing.stage == "first" else None

    def ranking(self, floor: Floor[TwoRoundTerms]) -> tuple[str, ...]:
        """By amount, then by arrival."""
        return tuple(offer.bidder for offer in _ranked(floor))

    def settlement(self, floor: Floor[TwoRoundTerms]) -> Settlement:
        """The deal, and what it brings over the start."""
        price = floor.standing.top.amount if floor.standing.top else 0
        start = floor.terms.start_price
        premium = price - start if price else 0
        return Settlement(price, premium, rate(premium, start) if price else None)

    def lots(self, terms: TwoRoundTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def lint(self, terms: TwoRoundTerms) -> tuple[Remark, ...]:
        """A second round for everybody is no second round."""
        if terms.finalists <= 10:
            return ()
        return (Remark("MANY_FINALISTS", "进入第二轮的人数过多。", "Too many go on."),)

    def says(self, terms: TwoRoundTerms) -> Says:
        """What the notice says of the rule besides its terms."""
        going = both(
            f"第一轮报价最高的 {terms.finalists} 人进入第二轮",
            f"the {terms.finalists} highest of the first round go on to the second",
        )
        return {"tie": (EARLIER,), "result": (going, HIGHEST)}


def _round(terms: TwoRoundTerms, name: str, title: Text, to_beat: Any, entitle: Any) -> Outcry:
    return Outcry(
        id=name,
        kind="timed",
        title=title,
        ladder=Ladder(terms.start_price, terms.step),
        to_beat=to_beat,
        leading=_leading,
        quantity=_no_quantity,
        resume_policy=terms.resume,
        length=terms.round_seconds * SECOND,
        entitle=entitle,
    )


def _ranked(floor: Floor[Any]) -> list[Offer]:
    return sorted(floor.standing.offers.values(), key=lambda offer: (-offer.amount, offer.i))


def _own(floor: Floor[Any], bidder: str) -> Amount | None:
    offer = floor.standing.offers.get(bidder)
    return offer.amount if offer else None


def _top(floor: Floor[Any], bidder: str) -> Amount | None:
    del bidder
    return floor.standing.top.amount if floor.standing.top else None


def _leading(floor: Floor[Any]) -> LeadersChanged:
    best = _ranked(floor)[0]
    return LeadersChanged((best.bidder,), best.amount)


def _finalists(floor: Floor[Any]) -> Entitled:
    best = _ranked(floor)[: floor.terms.finalists]
    return Entitled("second", tuple(offer.bidder for offer in best))


def _no_quantity(floor: Floor[Any], bidder: str) -> Amount | None:
    del floor, bidder
    return None


RULE: Final = TwoRounds()
