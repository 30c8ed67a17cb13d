"""The terms of sealed offers: direction, units, who wins, what winners pay, and what goes together.

What each term does, the rule in `sealed_bid` says.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from auction_rules.allocation import Pricing
from auction_rules.averages import TrimRounding
from auction_rules.draw_terms import DrawTerms
from auction_rules.escrow_terms import EscrowTerms
from auction_rules.money import LIMIT
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import Choice, Count, Moment, Money, term, wrong


class Direction(Choice):
    """Whether the highest or the lowest offer is the best."""

    FORWARD = ("FORWARD", "价高者得", "highest wins")
    REVERSE = ("REVERSE", "价低者得", "lowest wins")


class Winner(Choice):
    """Which offer wins."""

    BEST_PRICE = ("BEST_PRICE", "最优报价", "the best price")
    NEAREST_AVERAGE = ("NEAREST_AVERAGE", "最接近平均价", "the price nearest the average")


class Distance(Choice):
    """Which offers are measured against the average."""

    ABSOLUTE = ("ABSOLUTE", "上下均可", "from either side")
    FROM_BELOW = ("FROM_BELOW", "不高于平均价", "not above it")
    FROM_ABOVE = ("FROM_ABOVE", "不低于平均价", "not below it")


class NearTie(Choice):
    """Which of two different prices wins that are equally near the average."""

    BELOW = ("BELOW", "低于平均价者", "the one below it")
    ABOVE = ("ABOVE", "高于平均价者", "the one above it")
    AS_EQUAL = ("AS_EQUAL", "视同相同报价", "as if the prices were equal")


class Tie(Choice):
    """How equal offers are told apart."""

    EARLIER = ("EARLIER", "先报者优先", "the earlier one")
    DRAW = ("DRAW", "摇号", "a draw")


class SealedTerms(EscrowTerms, DrawTerms):
    """Terms of a sealed auction."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    lot_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term(
        "标的编号", "Lot number", default="1"
    )
    direction: Direction = term(
        "竞价方向", "Direction", kind="enum", enum=Direction.options(), default=Direction.FORWARD
    )
    units: Annotated[int, Field(strict=True, ge=1, le=100_000)] = term(
        "数量（每人一份）", "Units, one a winner", kind="count", default=1
    )
    opens: Moment = term("报价开始", "Opens", kind="instant")
    closes: Moment = term("报价截止", "Closes", kind="instant")
    start_price: Money = term(
        "起始价（反向时为最高限价）", "Start price (the ceiling when lowest wins)", kind="money"
    )
    cap_price: Money | None = term(
        "报价上限（反向时为下限）", "Farthest valid price", kind="money", default=None
    )
    step: Money = term("报价单位", "Step", kind="money", default=1)
    grid: Grid = term(
        "报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MULTIPLE_OF_STEP
    )
    amendments: Count = term(
        "可修改报价次数(0 为一次报价)",
        "How often an offer may be replaced",
        kind="count",
        default=0,
    )
    may_withdraw: bool = term(
        "截止前可撤回报价",
        "An offer may be taken back before the close",
        help_zh="撤回后再次报价计入可修改次数",
        help_en="An offer made after that counts as a replacement",
        kind="flag",
        default=False,
    )
    reserve: Money | None = term("保留价（公开）", "Reserve (public)", kind="money", default=None)
    min_bidders: Count = term(
        "最少有效报价人数", "Least bidders with an offer", kind="count", default=1
    )
    winner: Winner = term(
        "成交规则", "Who wins", kind="enum", enum=Winner.options(), default=Winner.BEST_PRICE
    )
    pricing: Pricing = term(
        "成交价", "Winners pay", kind="enum", enum=Pricing.options(), default=Pricing.PAY_AS_BID
    )
    tie: Tie = term(
        "报价相同时", "Equal offers", kind="enum", enum=Tie.options(), default=Tie.EARLIER
    )
    trim_basis_points: Annotated[int, Field(strict=True, ge=0, le=4_999)] = term(
        "计算平均价时两端各剔除（万分之）",
        "Left out of the average at each end (basis points)",
        kind="count",
        default=0,
    )
    trim_rounding: TrimRounding = term(
        "剔除个数取整",
        "Rounding of how many",
        kind="enum",
        enum=TrimRounding.options(),
        default=TrimRounding.DOWN,
    )
    distance: Distance = term(
        "与平均价比较", "Nearness", kind="enum", enum=Distance.options(), default=Distance.ABSOLUTE
    )
    near_tie: NearTie = term(
        "距离相同时", "Equally near", kind="enum", enum=NearTie.options(), default=NearTie.BELOW
    )

    @model_validator(mode="after")
    def _together(self) -> SealedTerms:
        for problem_of in (_price_problem, _average_problem):
            problem = problem_of(self)
            if problem is not None:
                raise wrong(*problem)
        return self


def _price_problem(c: SealedTerms) -> tuple[str, str, str] | None:
    s, rungs = sign(c), ladder(c)
    if c.closes <= c.opens:
        return ("closes", "截止须晚于开始", "the close must be after the opening")
    if c.step < 1 or c.start_price < 1 or not rungs.open(None):
        return (
            "start_price",
            "起始价、限价或报价单位不合理",
            "start, cap and step do not go together",
        )
    on_grid = c.grid is Grid.MULTIPLE_OF_STEP
    if c.cap_price is not None and on_grid and (c.cap_price - c.start_price) % c.step:
        return ("cap_price", "限价须与起始价相差整数个报价单位", "the cap must be on the grid")
    # DOMAIN §2.4: start <= reserve <= cap, in the direction of the auction.
    most = rungs.maximum(None)
    if c.reserve is not None and not s * c.start_price <= s * c.reserve <= s * most:
        return ("reserve", "保留价须在起始价与限价之间", "the reserve lies between start and cap")
    if c.units * c.start_price > LIMIT:
        return ("start_price", "金额过大", "the amounts are too large")
    return None


def _average_problem(c: SealedTerms) -> tuple[str, str, str] | None:
    if c.winner is Winner.NEAREST_AVERAGE:
        if c.units != 1 or c.pricing is not Pricing.PAY_AS_BID:
            return (
                "winner",
                "平均价规则仅适用于一份标的，按自身报价成交",
                "the average is for one unit, at the winner's own price",
            )
    elif c.trim_basis_points:
        return ("trim_basis_points", "仅平均价规则可剔除两端", "trimming goes with the average")
    return None


def sign(terms: SealedTerms) -> int:
    """+1 where the highest is the best, -1 where the lowest is."""
    return 1 if terms.direction is Direction.FORWARD else -1


def ladder(terms: SealedTerms) -> Ladder:
    """Which amounts are valid; in a purchase the start is the ceiling."""
    s = sign(terms)
    return Ladder(
        terms.start_price,
        terms.step,
        terms.grid,
        cap=terms.cap_price,
        sign=s,
        ceiling=terms.start_price if s < 0 else None,
        limit=LIMIT // terms.units,
    )
