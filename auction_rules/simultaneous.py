"""多标的同步竞价 simultaneous@1: several lots rise together, round by round (MECHANISMS M15).

In every round each bidder may raise the high offer of any lots, as far as his eligibility goes;
all lots stay open until a round passes without a new offer for any of them. So nobody has to
settle for one lot before he knows what the others cost. Who stays inactive loses eligibility.
Each high bidder pays his own offer for each lot.

Equal offers for a lot in one round: the earlier, or an order drawn once before the first round,
fixed beforehand as in European allowance auctions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auction_rules.facts import Amount, Awarded, FloorFact, Instant, Unsold
from auction_rules.floor import Floor, Offer
from auction_rules.money import LIMIT, rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Settlement
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.lots import LotRounds, Pending
from auction_rules.steps import Ladder
from auction_rules.terms import (
    SECOND,
    Choice,
    Moment,
    Money,
    RuleConfig,
    Seconds,
    Text,
    term,
    wrong,
)

DRAWING: Final[Text] = {"zh": "抽定同价次序", "en": "Drawing the order among equals"}
ROUNDS: Final[Text] = {"zh": "同步竞价", "en": "Simultaneous rounds"}


class Tie(Choice):
    """Which of equal offers for a lot stands high."""

    EARLIER = ("EARLIER", "时间优先", "the earlier")
    DRAWN_ORDER = ("DRAWN_ORDER", "按事先抽定的次序", "by an order drawn beforehand")


class Item(BaseModel):
    """A lot: what it starts at, and what it is worth in points of eligibility."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term(
        "标的编号", "Lot", default=...
    )
    zh: str = term("名称", "Name (Chinese)", default="")
    en: str = term("名称（英文）", "Name (English)", default="")
    start_price: Money = term("起始价", "Start price", kind="money")
    step: Money = term("增价幅度", "Step", kind="money", default=1)
    points: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = term(
        "资格点数", "Points", kind="count", default=1
    )


class SimultaneousTerms(RuleConfig):
    """Terms of a simultaneous ascending auction."""

    items: tuple[Item, ...] = term("标的", "Lots", kind="list")
    opens: Moment = term("开始时间", "Opens", kind="instant")
    round_seconds: Seconds = term("每轮时长（秒）", "A round (s)", kind="seconds", default=900)
    pause_seconds: Seconds = term(
        "轮间停顿（秒）", "Pause between rounds (s)", kind="seconds", default=0
    )
    eligibility_points: Annotated[int, Field(strict=True, ge=1, le=100_000_000)] = term(
        "每家初始资格点数", "Eligibility everybody begins with (points)", kind="count"
    )
    activity_basis_points: Annotated[int, Field(strict=True, ge=1, le=10_000)] = term(
        "每轮须使用的资格（万分之）",
        "Activity required in a round (basis points)",
        kind="count",
        default=6_000,
    )
    tie: Tie = term(
        "同轮同价", "Equal offers", kind="enum", enum=Tie.options(), default=Tie.EARLIER
    )

    @model_validator(mode="after")
    def _together(self) -> SimultaneousTerms:
        if not self.items or len({item.id for item in self.items}) != len(self.items):
            raise wrong("items", "标的编号不能为空或重复", "lots are needed, each with its own id")
        if not self.round_seconds:
            raise wrong("round", "每轮至少 1 秒", "a round is at least one second")
        limit = LIMIT // len(self.items)
        if any(item.step < 1 or item.start_price + item.step > limit for item in self.items):
            raise wrong(
                "items",
                "增价幅度须大于零，起始价与幅度不能过大",
                "steps are more than zero, and neither start nor step is too large",
            )
        return self


class Simultaneous(Staged[SimultaneousTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "simultaneous"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "多标的同步增价竞价", "en": "Simultaneous ascending auction"}
    Config = SimultaneousTerms
    example: ClassVar[Mapping[str, Any]] = {
        "items": [
            {"id": "L1", "zh": "一号摊位", "en": "Stall 1", "start_price": "1000", "step": "100"},
            {"id": "L2", "zh": "二号摊位", "en": "Stall 2", "start_price": "1000", "step": "100"},
        ],
        "opens": "2026-03-02T09:00:00+08:00",
        "eligibility_points": 2,
    }

    def stages(self, terms: SimultaneousTerms) -> tuple[Stage, ...]:
        """The draw where ties need one, then the rounds."""
        limit = LIMIT // len(terms.items)
        rounds = LotRounds(
            id="rounds",
            title=ROUNDS,
            ladders={i.id: Ladder(i.start_price, i.step, limit=limit) for i in terms.items},
            points={i.id: i.points for i in terms.items},
            first=terms.eligibility_points,
            share=terms.activity_basis_points,
            tie=_drawn if terms.tie is Tie.DRAWN_ORDER else _earlier,
            length=terms.round_seconds * SECOND,
            pause=terms.pause_seconds * SECOND,
            resume_policy=terms.resume,
        )
        if terms.tie is Tie.EARLIER:
            return (rounds,)
        return (DrawStage("draw", DRAWING, _among, _everybody), rounds)

    def starts(self, terms: SimultaneousTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[SimultaneousTerms], closed: str) -> str | None:
        """The rounds follow the draw."""
        del floor
        return "rounds" if closed == "draw" else None

    def finish(self, floor: Floor[SimultaneousTerms], now: Instant) -> tuple[FloorFact, ...]:
        """Each lot to its high bidder; a lot nobody wanted stays."""
        del now
        high = _high(floor)
        if not high:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        return tuple(Awarded(o.bidder, o.lot, o.amount, None, o.amount) for o in high)

    def least(self, floor: Floor[SimultaneousTerms]) -> Amount | None:
        """The least amount that any lot still asks for."""
        high = {o.lot: o.amount for o in _high(floor)}
        if floor.standing.stage != "rounds":
            return None
        asked = (Ladder(i.start_price, i.step).minimum(high.get(i.id)) for i in floor.terms.items)
        return min(asked)

    def ranking(self, floor: Floor[SimultaneousTerms]) -> tuple[str, ...]:
        """The high offers in the order of the lots, then the others by amount."""
        standing = floor.standing
        others = [o for key, o in standing.offers.items() if key not in standing.leaders]
        ranked = sorted(others, key=lambda o: (-o.amount, o.i, o.key))
        return (*standing.leaders, *(o.key for o in ranked))

    def settlement(self, floor: Floor[SimultaneousTerms]) -> Settlement:
        """Deals, and what they bring over the starts of the lots sold."""
        high = _high(floor)
        sold = {o.lot for o in high}
        total = sum(o.amount for o in high)
        base = sum(i.start_price for i in floor.terms.items if i.id in sold)
        return Settlement(total, total - base, rate(total - base, base) if high else None)

    def lots(self, terms: SimultaneousTerms) -> tuple[Lot, ...]:
        """The lots of the notice."""
        return tuple(Lot(i.id, {"zh": i.zh or i.id, "en": i.en or i.id}) for i in terms.items)


def _high(floor: Floor[SimultaneousTerms]) -> list[Offer]:
    return [floor.standing.offers[key] for key in floor.standing.leaders]


def _among(floor: Floor[SimultaneousTerms]) -> str:
    del floor
    return "order among equal offers"


def _everybody(floor: Floor[SimultaneousTerms]) -> tuple[str, ...]:
    return tuple(floor.entrants)


def _earlier(floor: Floor[SimultaneousTerms], offer: Pending) -> tuple[int, ...]:
    del floor
    return (offer.i,)


def _drawn(floor: Floor[SimultaneousTerms], offer: Pending) -> tuple[int, ...]:
    order = floor.standing.order
    # Somebody admitted after the draw comes after all who were in it.
    return (order.index(offer.bidder) if offer.bidder in order else len(order),)


RULE: Final = Simultaneous()
