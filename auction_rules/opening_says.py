"""What the notice says of an opening of offers besides its terms: what is read out, who is ranked how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auction_rules.clauses import TENDER_DECRYPTS, TENDER_LATE, citing
from auction_rules.escrow_terms import Escrow
from auction_rules.money import format_decimal
from auction_rules.opening_terms import OpeningTerms
from auction_rules.points import BY_PRICE, Formula
from auction_rules.says import Says, both
from auction_rules.terms import Text

_BY_PRICE: Final = both(
    "价格分高者为优，价格分精确到百分之一分，四舍五入",
    "the higher price points are better, points to the hundredth, half up",
)
_BY_SUM: Final = both(
    "价格分与专家评分之和高者为优，评分精确到百分之一分，四舍五入",
    "the higher sum of price points and experts' points is better, points to the hundredth, half up",
)
_BY_EVALUATED: Final[Mapping[Formula, Text]] = {
    Formula.COEFFICIENT: both(
        "评标价低者为优，评标价为报价除以质量系数，按精确值比较，不作舍入",
        "the lower evaluated price is better, which is the price over its coefficient of quality, "
        "compared exactly, without rounding",
    ),
    Formula.LIFE_CYCLE: both(
        "评标价低者为优，评标价为报价加全生命周期成本的加价，按精确值比较，不作舍入",
        "the lower evaluated price is better, which is the price and the additions for its cost "
        "over its life, compared exactly, without rounding",
    ),
}
_FIRST: Final = both(
    "排名第一的投标人中标，按其报价付款", "the first in that order wins, and is paid what he asked"
)
_NO_LESS: Final = both(
    "不足 1% 的部分按比例计算，扣至零分为止",
    "a part of a per cent counts in proportion, and points end at zero",
)
_LATE: Final = both(
    "投标截止后送达的投标不予接收，并记录送达时间",
    "an offer that arrives after the deadline is not taken, and its time is recorded",
)
_APART: Final = both(
    "专家各自评分，全部提交前互不可见",
    "experts work apart, and none sees another's points before all are in",
)
_TOO_FEW: Final = both(
    "有效投标不足最少家数的，不予开标或者停止评审，未开标的投标不公开",
    "with fewer valid offers than required nothing is opened or it stops there, and what was not "
    "opened stays sealed",
)
_BY_CAUSE: Final = both(
    "因投标人自身原因不能解密的，视为撤销，因其他原因的，视为撤回，其余投标继续",
    "an offer that cannot be decrypted through its bidder's fault counts as revoked, for another "
    "cause as withdrawn, and the others go on",
)
_REVOKED: Final = both(
    "最后一个解密阶段届满仍未解密的，视为撤销，其余投标继续",
    "an offer still sealed when the last stage of opening ends counts as revoked, and the others "
    "go on",
)


def _formula(terms: OpeningTerms) -> tuple[Text, ...]:
    """The formula written out, so that anybody can compute what an offer comes to."""
    most = terms.price_weight
    match terms.formula:
        case Formula.LOWEST_RATIO:
            ratio = both(
                f"价格分＝最低有效报价÷该报价×{most}",
                f"price points are the lowest valid price over the price, times {most}",
            )
            return (ratio,)
        case Formula.LINEAR:
            line = both(
                f"价格分＝（最高有效报价－该报价）÷（最高有效报价－最低有效报价）×{most}，报价全部相同的均得满分",
                "price points are the highest valid price less the price, over the highest less the "
                f"lowest, times {most}; where all prices are equal each has all points",
            )
            return (line,)
        case Formula.MEAN_DEDUCTION:
            return (_mean(terms), _deducted(terms), _NO_LESS)
        case Formula.COEFFICIENT:
            over = both(
                f"质量系数＝1＋专家评分÷{most}", f"the coefficient is 1 + experts' points / {most}"
            )
            return (over,)
        case Formula.LIFE_CYCLE:
            return (_added(terms),)


def _added(terms: OpeningTerms) -> Text:
    most = 100 - terms.price_weight
    zh, en = (terms.unit.written(terms.point_addition, lang) for lang in ("zh", "en"))
    return both(
        f"加价＝（{most}－专家评分）×{zh}，仅用于比较，合同价为报价",
        f"the addition is {most} less the experts' points, times {en}; it only serves to compare, "
        "and the contract is at the price offered",
    )


def _mean(terms: OpeningTerms) -> Text:
    ends = both("", "")
    if terms.mean_trimmed:
        ends = both(
            "，三家以上的，去掉一个最高价和一个最低价",
            ", of three or more without one highest and one lowest",
        )
    return both(
        f"评标基准价为全部有效报价的平均值{ends['zh']}，四舍五入到最小计价单位",
        f"the reference is the mean of all valid prices{ends['en']}, half up to the smallest unit",
    )


def _deducted(terms: OpeningTerms) -> Text:
    over, under = (format_decimal(n, 2) for n in (terms.over_deduction, terms.under_deduction))
    return both(
        f"满分 {terms.price_weight} 分，报价每高于基准价 1% 扣 {over} 分，每低于基准价 1% 扣 {under} 分",
        f"of {terms.price_weight} points {over} are taken off for each per cent above the reference, "
        f"and {under} for each per cent below it",
    )


def _by_experts(terms: OpeningTerms) -> tuple[Text, ...]:
    if not terms.experts:
        return ()
    ends = both("去掉一个最高分和一个最低分后", " without one highest and one lowest")
    if not terms.experts_trimmed:
        ends = both("", "")
    most = 100 - terms.price_weight
    points = both(
        f"专家评分满分 {most} 分，{ends['zh']}取各专家评分的平均值",
        f"experts give up to {most} points, and their mean{ends['en']} counts",
    )
    return (points,)


def _best(terms: OpeningTerms) -> Text:
    if terms.formula in BY_PRICE:
        return _BY_EVALUATED[terms.formula]
    return _BY_SUM if terms.experts else _BY_PRICE


def opened(terms: OpeningTerms) -> Says:
    """By what the offers are ranked, what is read out, and what follows when one does not open."""
    zh, en = (terms.unit.written(terms.start_price, lang) for lang in ("zh", "en"))
    ceiling = both(
        f"最高投标限价为 {zh}，高于限价的投标无效",
        f"the ceiling is {en}, and an offer above it is invalid",
    )
    plain = terms.escrow is Escrow.PLAIN
    fault = citing(_BY_CAUSE, TENDER_DECRYPTS) if plain else _REVOKED
    return {
        "best": (_best(terms),),
        "step": (citing(_LATE, TENDER_LATE),),
        "ceiling": (ceiling,),
        "result": (_FIRST, *_formula(terms), *_by_experts(terms)),
        "sight": (_APART,) if terms.experts else (),
        "failure": (_TOO_FEW, fault),
    }
