"""Terms of an online opening (DOMAIN §8, MECHANISMS M12), and which of them go together."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from auction_rules.draw_terms import DrawTerms
from auction_rules.escrow_terms import EscrowTerms
from auction_rules.points import BY_PRICE, Formula
from auction_rules.terms import Choice, Moment, Money, Seconds, term, wrong

Expert = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
Deduction = Annotated[int, Field(strict=True, ge=0, le=10_000)]


class Tie(Choice):
    """Who is first of those with the same points; those still level draw lots (M12)."""

    LOWER_PRICE = ("LOWER_PRICE", "报价低者优先，仍相同的摇号", "the lower price, then by lot")
    HIGHER_QUALITY = (
        "HIGHER_QUALITY",
        "专家评分高者优先，仍相同的摇号",
        "more points by the experts, then by lot",
    )
    DRAW = ("DRAW", "摇号", "by lot")


class OpeningTerms(EscrowTerms, DrawTerms):
    """Terms of one opening."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Contract (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Contract (English)", default="Contract"
    )
    lot_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term(
        "标段编号", "Contract number", default="1"
    )
    opens: Moment = term("递交开始", "Submission opens", kind="instant")
    closes: Moment = term("投标截止（开标）", "Deadline and opening", kind="instant")
    start_price: Money = term("最高投标限价", "Ceiling", kind="money")
    min_bidders: Annotated[int, Field(strict=True, ge=1, le=1_000)] = term(
        "最少有效投标家数", "Least valid offers", kind="count", default=3
    )
    opening_seconds: Seconds = term(
        "解密时限（秒）", "Time for opening (s)", kind="duration", default=1_800
    )
    formula: Formula = term(
        "价格分公式",
        "Formula for price points",
        kind="enum",
        enum=Formula.options(),
        default=Formula.LOWEST_RATIO,
    )
    price_weight: Annotated[int, Field(strict=True, ge=1, le=100)] = term(
        "价格分权重（满分 100 分）", "Points for the price, of 100", kind="count", default=100
    )
    over_deduction: Deduction = term(
        "高于基准价每 1% 扣分（百分之一分）",
        "Deduction for each per cent above the mean (hundredths)",
        kind="count",
        default=0,
    )
    under_deduction: Deduction = term(
        "低于基准价每 1% 扣分（百分之一分）",
        "Deduction for each per cent below the mean (hundredths)",
        kind="count",
        default=0,
    )
    point_addition: Money = term(
        "专家评分每少 1 分的加价",
        "Addition to the price for each point missing",
        help_zh="全生命周期成本法：满分不加价，不足 1 分的部分按比例计算",
        help_en="Life-cycle cost: nothing at full points, a part of a point in proportion",
        kind="money",
        default=0,
    )
    mean_trimmed: bool = term(
        "基准价去掉一个最高价和一个最低价",
        "Highest and lowest price left out of the mean",
        kind="flag",
        default=False,
    )
    experts: Annotated[tuple[Expert, ...], Field(max_length=15)] = term(
        "评标专家", "Experts", kind="list", default=()
    )
    tie: Tie = term(
        "总分（评标价）相同时",
        "Equal totals or evaluated prices",
        kind="enum",
        enum=Tie.options(),
        default=Tie.LOWER_PRICE,
    )
    experts_trimmed: bool = term(
        "专家分去掉一个最高分和一个最低分",
        "Highest and lowest points left out",
        kind="flag",
        default=False,
    )

    @model_validator(mode="after")
    def _together(self) -> OpeningTerms:
        problem = _window_problem(self) or _formula_problem(self) or _expert_problem(self)
        if problem is not None:
            raise wrong(*problem)
        return self


def _window_problem(c: OpeningTerms) -> tuple[str, str, str] | None:
    if c.closes <= c.opens:
        return ("closes", "截止须晚于开始", "the close must be after the opening")
    if c.opening_seconds < 1:
        return ("opening_seconds", "解密时限须大于零", "the time for opening must be positive")
    if c.start_price < 1:
        return ("start_price", "限价须大于零", "the ceiling must be more than zero")
    return None


def _formula_problem(c: OpeningTerms) -> tuple[str, str, str] | None:
    if c.formula is Formula.MEAN_DEDUCTION:
        if not c.over_deduction:
            return ("over_deduction", "须规定扣分", "distance from the mean must cost points")
    elif c.over_deduction or c.under_deduction or c.mean_trimmed:
        return ("formula", "扣分仅适用于基准价法", "deductions go with the mean")
    if (c.formula is Formula.LIFE_CYCLE) != (c.point_addition > 0):
        return (
            "point_addition",
            "全生命周期成本法须规定加价，其他公式不得规定",
            "additions are stated exactly where the formula is life-cycle cost",
        )
    if c.formula in BY_PRICE and not c.experts:
        return ("formula", "评标价须由专家评分", "an evaluated price needs experts")
    return None


def _expert_problem(c: OpeningTerms) -> tuple[str, str, str] | None:
    if (c.price_weight == 100) != (not c.experts):
        return (
            "experts",
            "价格分不足 100 分时须指定专家，满 100 分时不得指定",
            "experts are named exactly where the price is not everything",
        )
    if c.tie is Tie.HIGHER_QUALITY and not c.experts:
        return ("tie", "没有专家评分", "there are no points by experts")
    if any(name in c.experts[:n] for n, name in enumerate(c.experts)):
        return ("experts", "专家不得重复", "an expert is named twice")
    if c.experts_trimmed and len(c.experts) < 3:
        return ("experts_trimmed", "去掉两端至少需三名专家", "leaving out both ends needs three")
    return None
