"""定价竞量 quantity_bid@1: the price is fixed, the bidders bid quantity in the open.

The form called Brazilian (MECHANISMS M07): the price of the whole is announced; who gives the
most for it wins, or who is content with the least. The amount of an offer, its start, step and
limit are quantities here; the money never moves. It is also the skeleton of bidding floor area
of public housing or a self-held share once a land price has reached its cap.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import Field, model_validator

from auction_rules.extension import Countdown, Mode
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Floor
from auction_rules.money import LIMIT
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Settlement
from auction_rules.says import NEVER_EQUAL, Says, both
from auction_rules.stages.outcry import Outcry
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import (
    SECOND,
    YUAN,
    Choice,
    Count,
    Moment,
    Money,
    RuleConfig,
    Scaled,
    Seconds,
    Text,
    Unit,
    term,
    wrong,
)

TIMED: Final[Text] = {"zh": "竞报数量", "en": "Bidding quantity"}
PIECES: Final = Unit(zh="件", en="pieces", scale=0)
Price: TypeAlias = Annotated[int, Scaled("price_unit"), Field(strict=True, ge=1, le=LIMIT)]


class Wins(Choice):
    """Which quantity is the best for the fixed price."""

    MOST = ("MOST", "给出数量最多者", "who gives the most")
    LEAST = ("LEAST", "要求数量最少者", "who asks for the least")


class QuantityTerms(RuleConfig):
    """Terms of an auction of quantity; amounts are in the unit of the quantity."""

    unit: Unit = term("数量单位", "Quantity unit", kind="unit", default=PIECES)
    price_unit: Unit = term("计价单位", "Price unit", kind="unit", default=YUAN)
    price: Price = term(
        "固定总价", "Fixed price of the whole", kind="money", unit_field="price_unit"
    )
    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    wins: Wins = term("成交规则", "Who wins", kind="enum", enum=Wins.options(), default=Wins.MOST)
    opens: Moment = term("开始时间", "Opens", kind="instant")
    duration_seconds: Seconds = term("竞价时长（秒）", "Duration (s)", kind="seconds", default=300)
    start_quantity: Money = term("起始数量", "Start quantity", kind="area")
    step: Money = term("增减幅度", "Step", kind="area", default=1)
    grid: Grid = term("报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MIN_STEP)
    limit_quantity: Money | None = term(
        "数量界限(多者为上限，少者为下限)",
        "Farthest quantity (highest for MOST, lowest for LEAST)",
        kind="area",
        default=None,
    )
    min_bidders: Count = term(
        "最少有效报价人数", "Least bidders with an offer", kind="count", default=1
    )
    extension_mode: Mode = term(
        "延时方式", "Extension", kind="enum", enum=Mode.options(), default=Mode.RESET
    )
    extension_seconds: Seconds = term(
        "延时时长（秒，0 为不延时）", "Extension length (s, 0 = none)", kind="seconds", default=300
    )

    @model_validator(mode="after")
    def _together(self) -> QuantityTerms:
        if self.duration_seconds < 1:
            raise wrong("duration", "竞价时长至少 1 秒", "the duration is at least one second")
        if self.step < 1 or self.start_quantity < 1 or not _ladder(self).open(None):
            raise wrong(
                "start_quantity",
                "起始数量、幅度或界限不合理",
                "start, step and limit do not go together",
            )
        limit, on_grid = self.limit_quantity, self.grid is Grid.MULTIPLE_OF_STEP
        if limit is not None and (
            limit < 1 or (on_grid and (limit - self.start_quantity) % self.step)
        ):
            # DOMAIN §2.4 asks this of a cap in money; a limit off the grid could not be reached.
            raise wrong(
                "limit_quantity",
                "界限须与起始数量相差整数个幅度",
                "the limit is whole steps from the start",
            )
        return self


class QuantityBid(Staged[QuantityTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "quantity_bid"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "定价竞量", "en": "Quantity auction at a fixed price"}
    Config = QuantityTerms
    example: ClassVar[Mapping[str, Any]] = {
        "price": "500000",
        "opens": "2026-03-02T10:00:00+08:00",
        "duration_seconds": 300,
        "start_quantity": "100",
        "step": "5",
        "extension_seconds": 120,
    }

    def stages(self, terms: QuantityTerms) -> tuple[Stage, ...]:
        """One timed stage."""
        countdown = Countdown(terms.extension_seconds * SECOND, terms.extension_mode)
        return (
            Outcry(
                id="timed",
                kind="timed",
                title=TIMED,
                ladder=_ladder(terms),
                to_beat=_best,
                leading=_leading,
                quantity=_none_apart,
                resume_policy=terms.resume,
                begins=terms.opens,
                length=terms.duration_seconds * SECOND,
                countdown=countdown if terms.extension_seconds else None,
            ),
        )

    def starts(self, terms: QuantityTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[QuantityTerms], closed: str) -> str | None:
        """There is but one stage."""
        del floor, closed
        return None

    def finish(self, floor: Floor[QuantityTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The leader's quantity, for the fixed price: price and quantity of the award say both."""
        del now
        top = floor.standing.top
        if top is None:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if len(floor.standing.offers) < floor.terms.min_bidders:
            return (Unsold("BELOW_MIN_BIDDERS"),)
        return (Awarded(top.bidder, None, top.amount, top.amount, floor.terms.price),)

    def least(self, floor: Floor[QuantityTerms]) -> Amount | None:
        """One step better than the best quantity, or the start; None at the limit."""
        ladder, best = _ladder(floor.terms), _best(floor, "")
        return ladder.minimum(best) if ladder.open(best) else None

    def ranking(self, floor: Floor[QuantityTerms]) -> tuple[str, ...]:
        """By quantity, best first; no two are equal, since every offer beats the one before."""
        s = _sign(floor.terms)
        offers = sorted(floor.standing.offers.values(), key=lambda o: (-s * o.amount, o.i))
        return tuple(o.key for o in offers)

    def settlement(self, floor: Floor[QuantityTerms]) -> Settlement:
        """The fixed price, once somebody takes it; there is no premium in money."""
        taken = floor.standing.top is not None and floor.standing.unsold is None
        return Settlement(floor.terms.price if taken else 0, 0, None)

    def says(self, terms: QuantityTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        most = terms.wins is Wins.MOST
        won = (
            both("报量最多者成交，按公布的固定价格付款", "most wins, at the fixed price")
            if most
            else both("报量最少者成交，按公布的固定价格付款", "least wins, at the fixed price")
        )
        return {"tie": (NEVER_EQUAL,), "result": (won,)}

    def lots(self, terms: QuantityTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def direction(self, terms: QuantityTerms) -> int:
        """Up for the most, down for the least."""
        return _sign(terms)

    def settlement_unit(self, terms: QuantityTerms) -> Unit:
        """The unit of the fixed price."""
        return terms.price_unit

    def quantity_unit(self, terms: QuantityTerms) -> Unit | None:
        """The unit of the offers."""
        return terms.unit


def _sign(terms: QuantityTerms) -> int:
    return 1 if terms.wins is Wins.MOST else -1


def _ladder(terms: QuantityTerms) -> Ladder:
    return Ladder(
        terms.start_quantity,
        terms.step,
        terms.grid,
        cap=terms.limit_quantity,
        sign=_sign(terms),
    )


def _best(floor: Floor[QuantityTerms], bidder: str) -> Amount | None:
    del bidder
    top = floor.standing.top
    return top.amount if top else None


def _none_apart(floor: Floor[QuantityTerms], bidder: str) -> Amount | None:
    # The amount is the quantity: there is no other.
    del floor, bidder
    return None


def _leading(floor: Floor[QuantityTerms]) -> LeadersChanged:
    s = _sign(floor.terms)
    best = max(floor.standing.offers.values(), key=lambda o: (s * o.amount, -o.i))
    return LeadersChanged((best.bidder,), best.amount)


RULE: Final = QuantityBid()
