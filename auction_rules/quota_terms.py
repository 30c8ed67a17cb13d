"""The terms of a quota sale: lots, forms, floor and ceiling, and what goes together.

What each term does, the rule in `quota` says.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auction_rules.draw_terms import DrawTerms
from auction_rules.facts import Amount
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import (
    Area,
    Choice,
    Count,
    Moment,
    Money,
    Seconds,
    Unit,
    term,
    wrong,
)
from auction_rules.worth import highest_price, units_problem

MU: Final = Unit(zh="亩", en="mu", scale=4)
PER_MU: Final = Unit(zh="万元/亩", en="CNY 10k/mu", scale=2, fen=10_000)


class Form(Choice):
    """How the price is found."""

    TIMED = ("TIMED", "限时竞价，多宗依次进行", "open bidding, one lot after another")
    LISTED = ("LISTED", "多宗密封申报", "sealed offers for several lots")


class Equal(Choice):
    """Who has it among equal offers: at the ceiling, or for a listed lot at any price."""

    DRAW = ("DRAW", "摇号", "a draw")
    EARLIER = ("EARLIER", "先报者优先", "the earlier one")


class QuotaLot(BaseModel):
    """A quantity of quota sold as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term("标的编号", "Lot")
    zh: str = term("名称", "Name (Chinese)", default="")
    en: str = term("名称（英文）", "Name (English)", default="")
    area: Area = term("面积", "Area", kind="area")


class Exclusive(BaseModel):
    """Lots of which a bidder can win one only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lots: tuple[str, ...] = term("互斥标的", "Exclusive lots", kind="list")


class QuotaTerms(DrawTerms):
    """Terms of a quota sale."""

    unit: Unit = term("计价单位", "Price unit", kind="unit", default=PER_MU)
    quantity_unit: Unit = term("面积单位", "Area unit", kind="unit", default=MU)
    form: Form = term("交易方式", "Form", kind="enum", enum=Form.options(), default=Form.TIMED)
    lots: tuple[QuotaLot, ...] = term("标的", "Lots", kind="list")
    opens: Moment = term("开始时间", "Opens", kind="instant")
    closes: Moment | None = term(
        "申报截止（多宗密封申报）", "Closes (sealed offers)", kind="instant", default=None
    )
    countdown_seconds: Seconds = term(
        "倒计时（秒，限时竞价）", "Countdown (s, open bidding)", kind="seconds", default=0
    )
    start_price: Money = term("最低限价", "Price floor", kind="money")
    cap_price: Money | None = term("最高限价", "Price ceiling", kind="money", default=None)
    step: Money = term("增价幅度", "Step", kind="money", default=1)
    grid: Grid = term(
        "报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MULTIPLE_OF_STEP
    )
    equal: Equal = term(
        "同价（封顶）时", "Equal offers", kind="enum", enum=Equal.options(), default=Equal.DRAW
    )
    amendments: Count = term(
        "可修改申报次数", "How often an offer may be replaced", kind="count", default=0
    )
    bidder_limit: Area | None = term(
        "每人竞得面积上限", "Most area a bidder may win", kind="area", default=None
    )
    exclusive: tuple[Exclusive, ...] = term("互斥分组", "Exclusive groups", kind="list", default=())
    party_mark: Annotated[str, Field(pattern=r"^[_-]?$")] = term(
        "同一竞买人号牌分隔符",
        "Mark between a party and its numbers",
        help_zh="竞买号在此符号之前相同的，视为同一竞买人或同一联合体；不填则每个号牌各自为一方",
        help_en="Numbers that are the same before this mark are one party or one consortium; "
        "when empty every number is a party of its own",
        default="",
    )
    min_bidders: Count = term(
        "最少有效报价人数", "Least bidders with an offer", kind="count", default=1
    )

    @model_validator(mode="after")
    def _together(self) -> QuotaTerms:
        for problem_of in (_lot_problem, _form_problem, _price_problem):
            problem = problem_of(self)
            if problem is not None:
                raise wrong(*problem)
        return self

    @property
    def in_turn(self) -> bool:
        """Whether several lots are bid for one after another."""
        return self.form is Form.TIMED and len(self.lots) > 1

    def party(self, bidder: str) -> str:
        """Whose number it is: a bidder's own, or one of his consortium's."""
        return bidder.partition(self.party_mark)[0] if self.party_mark else bidder

    def rivals(self, lot: str) -> tuple[str, ...]:
        """The lots of the exclusive groups (互斥) that this one is in."""
        return tuple(other for group in self.exclusive if lot in group.lots for other in group.lots)


def _lot_problem(c: QuotaTerms) -> tuple[str, str, str] | None:
    ids = [lot.id for lot in c.lots]
    if not ids or len(dict.fromkeys(ids)) != len(ids):
        return ("lots", "须有标的且编号不能重复", "there must be lots, with different numbers")
    if any(lot.area < 1 for lot in c.lots):
        return ("lots", "面积必须大于零", "the area must be more than zero")
    if any(lot not in ids for group in c.exclusive for lot in group.lots):
        return ("exclusive", "互斥分组中有未知标的", "an exclusive group names an unknown lot")
    return units_problem(c.unit, c.quantity_unit)


def _form_problem(c: QuotaTerms) -> tuple[str, str, str] | None:
    timed = c.form is Form.TIMED
    if timed != (c.closes is None) or timed != bool(c.countdown_seconds):
        return (
            "form",
            "限时竞价填倒计时，密封申报填截止时间",
            "a countdown goes with open bidding, a close with sealed offers",
        )
    if c.closes is not None and c.closes <= c.opens:
        return ("closes", "截止须晚于开始", "the close must be after the opening")
    if timed and c.amendments:
        return (
            "amendments",
            "限时竞价不设修改次数",
            "open bidding knows no amendments",
        )
    between = bool(c.exclusive) or c.bidder_limit is not None or bool(c.party_mark)
    if len(c.lots) == 1 and timed and between:
        return (
            "lots",
            "只有一宗时不设互斥、上限和同一竞买人",
            "groups, limits and parties go with several lots",
        )
    return None


def _price_problem(c: QuotaTerms) -> tuple[str, str, str] | None:
    if c.step < 1 or c.start_price < 1 or not ladder(c).open(None):
        return ("start_price", "限价或增价幅度不合理", "floor, ceiling and step do not go together")
    if c.cap_price is not None:
        off_grid = c.grid is Grid.MULTIPLE_OF_STEP and (c.cap_price - c.start_price) % c.step
        fixed = c.form is Form.LISTED and c.cap_price == c.start_price
        if off_grid or (c.cap_price <= c.start_price and not fixed) or c.cap_price > _limit(c):
            # DOMAIN §2.4: (cap - start) / step must be a positive integer.
            return (
                "cap_price",
                "最高限价须为最低限价加整数个增价幅度",
                "the ceiling must be the floor plus whole steps",
            )
    return None


def ladder(terms: QuotaTerms) -> Ladder:
    """Which prices may come next."""
    return Ladder(
        terms.start_price, terms.step, terms.grid, cap=terms.cap_price, limit=_limit(terms)
    )


def _limit(terms: QuotaTerms) -> Amount:
    area = sum(lot.area for lot in terms.lots)
    return highest_price(terms.unit, terms.quantity_unit, area, len(terms.lots))
