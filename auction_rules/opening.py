"""网上开标 opening@1: sealed offers, opened at the deadline, scored for price and quality.

1. Offers are sealed and may be replaced or taken back until the deadline (招标投标法 art. 29);
   late ones are refused and their time is recorded (实施条例 art. 36).
2. Fewer than three offers are not opened at all (实施条例 art. 44), and stay sealed.
3. In the opening window an officer records what cannot be decrypted, revoked (撤销) or withdrawn
   (撤回) by its cause (电子招标投标办法 art. 31); the rest is read out. Fewer than three: it stops.
4. Points for the price by formula, points for quality by experts working apart, sealed until
   all are in (MECHANISMS M12, DOMAIN §8); or, the lowest first, the price over a coefficient of
   quality, or the price and a stated addition for each point missing (life-cycle cost). Ties: as the terms say, and lots among those still level.
5. Sealed in the bidders' browsers (`escrow_terms`) offers open by themselves or not at all, and
   the stage of decryption is that of the trustees or of the bidders.

All points are in hundredths; roundings are named in `points`. What is not here: the tender
documents and deposits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Final

from auction_rules.escrow_terms import Escrow
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Noted, Unsold
from auction_rules.floor import Bid, Floor, Offer
from auction_rules.lint import Remark
from auction_rules.money import divide_half_up, rate
from auction_rules.opening_says import opened
from auction_rules.opening_terms import OpeningTerms, Tie
from auction_rules.points import (
    BY_PRICE,
    POINT,
    Formula,
    PricePoints,
    evaluated,
    life_cycle,
    mean,
    without_ends,
)
from auction_rules.program import Stage, Staged
from auction_rules.rule import Disclosure, Lot, Refuse, Settlement
from auction_rules.says import Says
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.escrowed import kept_by
from auction_rules.stages.panel import Panel, score_key
from auction_rules.stages.read_out import ReadOut
from auction_rules.stages.sealed import Sealed
from auction_rules.stages.unsealing import following, handed_in, unsealing
from auction_rules.steps import Ladder
from auction_rules.succession import next_at_own_price
from auction_rules.terms import SECOND, Text

SUBMISSION: Final[Text] = {"zh": "递交投标文件", "en": "Submission"}
READING: Final[Text] = {"zh": "开标、解密和唱标", "en": "Opening and read-out"}
SCORING: Final[Text] = {"zh": "专家评分", "en": "Points by experts"}
DRAWING: Final[Text] = {"zh": "同分摇号", "en": "Draw among the equal"}


@dataclass(frozen=True, slots=True)
class Result:
    """What an offer comes to, in hundredths of a point."""

    offer: Offer
    price: int
    quality: int

    @property
    def total(self) -> int:
        """Price and quality together."""
        return self.price + self.quality


class Opening(Staged[OpeningTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "opening"
    version: ClassVar[str] = "1"
    tells: ClassVar[frozenset[str]] = frozenset({"start_price"})
    title: ClassVar[Text] = {"zh": "网上开标", "en": "Online opening of offers"}
    Config = OpeningTerms
    example: ClassVar[Mapping[str, Any]] = {
        "lot_zh": "示例工程",
        "lot_en": "Sample works",
        "opens": "2026-03-02T09:00:00+08:00",
        "closes": "2026-03-09T09:30:00+08:00",
        "start_price": "5000000",
        "opening_seconds": 1800,
        "formula": "LOWEST_RATIO",
        "price_weight": 40,
        "experts": ["E1", "E2", "E3"],
        "experts_trimmed": True,
    }

    def stages(self, terms: OpeningTerms) -> tuple[Stage, ...]:
        """Submission, opening, the experts where there are any, and the draw."""
        plain = Sealed(
            id="submission",
            title=SUBMISSION,
            ladder=Ladder(terms.start_price, 1, sign=-1, ceiling=terms.start_price),
            leading=lambda _floor: LeadersChanged((), None),
            begins=terms.opens,
            ends=terms.closes,
            amendments=None,
            check=_check,
            cancels=True,
            open_at_end=False,
        )
        window = kept_by(terms, plain)
        # Sealed by the bidders they open of themselves, and no officer says which did not.
        reading: tuple[Stage, ...] = unsealing(terms, window) or (
            ReadOut("read_out", READING, terms.opening_seconds * SECOND),
        )
        draw = DrawStage("draw", DRAWING, lambda floor: floor.terms.lot_id, level)
        if not terms.experts:
            return (window, *reading, draw)
        most = _most_quality(terms)
        panel = Panel("scores", SCORING, lambda f: f.terms.experts, _valid, most=most)
        return (window, *reading, panel, draw)

    def starts(self, terms: OpeningTerms) -> Instant:
        """When submission opens."""
        return terms.opens

    def follows(self, floor: Floor[OpeningTerms], closed: str) -> str | None:
        """The next stage, as long as there are enough offers."""
        if too_few(floor) or closed == "draw":
            return None
        if opening := following(floor, closed, "submission"):
            return opening
        if closed == "submission" and floor.terms.escrow is Escrow.PLAIN:
            return "read_out"
        if closed != "scores" and floor.terms.experts:
            return "scores"
        return "draw" if len(level(floor)) > 1 else None

    def finish(self, floor: Floor[OpeningTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The points of everybody, the winner and the award; or too few."""
        del now
        if too_few(floor):
            return (Unsold("INSUFFICIENT_BIDDERS"),)
        order = results(floor)
        first = order[0].offer
        told = [
            Noted(f"{what} {r.offer.bidder}", worth)
            for r in order
            for what, worth in (_priced(floor.terms, r), ("quality points", r.quality))
        ]
        leaders = LeadersChanged((first.bidder,), first.amount)
        return (*told, leaders, Awarded(first.bidder, None, first.amount, None, first.amount))

    def least(self, floor: Floor[OpeningTerms]) -> Amount:
        """The ceiling: what others offered binds nobody."""
        return floor.terms.start_price

    def ranking(self, floor: Floor[OpeningTerms]) -> tuple[str, ...]:
        """By points as far as they are open: by price alone until all experts are done."""
        return tuple(r.offer.key for r in results(floor))

    def next_award(self, floor: Floor[OpeningTerms], gone: frozenset[str]) -> Awarded | Refuse:
        """The next candidate by points, at the price he offered."""
        return next_at_own_price(floor, [r.offer for r in results(floor)], gone)

    def settlement(self, floor: Floor[OpeningTerms]) -> Settlement:
        """The price, and what it saves over the ceiling."""
        awards = floor.standing.awards
        total = sum(a.total for a in awards)
        base = floor.terms.start_price * len(awards)
        saved, shown = base - total, rate(base - total, base)
        return Settlement(total, saved, shown, 1 - len(awards), saved, shown)

    def disclosure(self, floor: Floor[OpeningTerms]) -> Disclosure:
        """As the stage says; offers that were never opened stay sealed for good."""
        if floor.standing.closed and "offers" not in floor.standing.revealed:
            return Disclosure(sealed=True)
        return super().disclosure(floor)

    def lint(self, terms: OpeningTerms) -> tuple[Remark, ...]:
        """M12: an offer without a chance can decide who wins, or an addition more than a price."""
        if _most_added(terms) >= terms.start_price:
            return (
                Remark(
                    "ADDITIONS_OUTWEIGH_PRICE",
                    "专家评分可能带来的加价不低于最高投标限价：报价几乎不起作用。",
                    "What experts' points can add reaches the ceiling: prices hardly count.",
                ),
            )
        if terms.formula is Formula.LOWEST_RATIO or terms.formula in BY_PRICE:
            return ()
        return (
            Remark(
                "POINTS_HANG_ON_OTHERS",
                "价格分取决于最高价或平均价：一份无望中标的报价也可能改变名次。",
                "Price points hang on the highest price or the mean: "
                "an offer without a chance can change who is first.",
            ),
        )

    def says(self, terms: OpeningTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        return opened(terms)

    def lots(self, terms: OpeningTerms) -> tuple[Lot, ...]:
        """The one contract."""
        return (Lot(terms.lot_id, {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def direction(self, terms: OpeningTerms) -> int:
        """Something is bought: a lower price is better."""
        del terms
        return -1


def _check(floor: Floor[OpeningTerms], bidder: str, bid: Bid) -> Refuse | None:
    del bidder
    if bid.lot not in (None, floor.terms.lot_id):
        return Refuse("NO_SUCH_LOT")
    return None if bid.quantity in (None, 1) else Refuse("QUANTITY_FIXED", {"quantity": 1})


def _valid(floor: Floor[OpeningTerms]) -> tuple[str, ...]:
    return tuple(sorted(floor.standing.offers))


def too_few(floor: Floor[OpeningTerms]) -> bool:
    """Whether fewer offers are valid than the terms require, as far as they are opened."""
    return handed_in(floor) < floor.terms.min_bidders


def price_points(terms: OpeningTerms) -> PricePoints:
    """The formula of these terms with its numbers."""
    return PricePoints(
        terms.formula,
        terms.price_weight * POINT,
        over=terms.over_deduction,
        under=terms.under_deduction,
        drop_ends=terms.mean_trimmed,
    )


def quality(floor: Floor[OpeningTerms], bidder: str) -> int:
    """The experts' mean in hundredths, half up; 0 while their points are sealed."""
    terms, standing = floor.terms, floor.standing
    if "scores" not in standing.revealed:
        return 0
    given = [standing.scores[score_key(expert, bidder)] for expert in terms.experts]
    return mean(without_ends(given) if terms.experts_trimmed else given)


def results(floor: Floor[OpeningTerms]) -> tuple[Result, ...]:
    """All valid offers, best first: points, then as the terms tell ties apart, then as drawn."""
    formula, order = price_points(floor.terms), floor.standing.order
    offers = floor.standing.offers.values()
    prices = [offer.amount for offer in offers]
    found = [
        Result(offer, formula.of(offer.amount, prices), quality(floor, offer.bidder))
        for offer in offers
    ]

    def place(r: Result) -> tuple[int | Fraction, int, int, int]:
        drawn = order.index(r.offer.bidder) if r.offer.bidder in order else len(order)
        return (*_worth(floor.terms, r), drawn, r.offer.i)

    return tuple(sorted(found, key=place))


def _priced(terms: OpeningTerms, r: Result) -> tuple[str, int]:
    """What is told of a price: its points, or the evaluated price, half up to the smallest unit."""
    if terms.formula not in BY_PRICE:
        return "price points", r.price
    exact = _evaluated(terms, r)
    return "evaluated price", divide_half_up(exact.numerator, exact.denominator)


def _most_quality(terms: OpeningTerms) -> int:
    return (100 - terms.price_weight) * POINT


def _most_added(terms: OpeningTerms) -> Amount:
    return terms.point_addition * (100 - terms.price_weight)


def _evaluated(terms: OpeningTerms, r: Result) -> Fraction:
    if terms.formula is Formula.LIFE_CYCLE:
        missing = _most_quality(terms) - r.quality
        return life_cycle(r.offer.amount, terms.point_addition, missing)
    return evaluated(r.offer.amount, terms.price_weight * POINT, r.quality)


def _worth(terms: OpeningTerms, r: Result) -> tuple[int | Fraction, int]:
    """What an offer is worth for its place: the smaller comes first, equal ones draw lots."""
    apart = {Tie.LOWER_PRICE: r.offer.amount, Tie.HIGHER_QUALITY: -r.quality, Tie.DRAW: 0}
    by_price = terms.formula in BY_PRICE
    return _evaluated(terms, r) if by_price else -r.total, apart[terms.tie]


def level(floor: Floor[OpeningTerms]) -> tuple[str, ...]:
    """Who is first and nothing but lots tells apart."""
    order, terms = results(floor), floor.terms
    best = _worth(terms, order[0]) if order else None
    return tuple(r.offer.bidder for r in order if _worth(terms, r) == best)


RULE: Final = Opening()
