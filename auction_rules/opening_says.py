"""What the notice says of an opening of offers besides its terms: what is read out, who is ranked how."""

from __future__ import annotations

from typing import Final

from auction_rules.clauses import TENDER_DECRYPTS, TENDER_LATE, citing
from auction_rules.escrow_terms import Escrow
from auction_rules.opening_terms import OpeningTerms
from auction_rules.says import Says, both

_BY_PRICE: Final = both(
    "价格分高者为优，价格分精确到百分之一分，四舍五入",
    "the higher price points are better, points to the hundredth, half up",
)
_BY_SUM: Final = both(
    "价格分与专家评分之和高者为优，评分精确到百分之一分，四舍五入",
    "the higher sum of price points and experts' points is better, points to the hundredth, half up",
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
        "best": (_BY_SUM if terms.experts else _BY_PRICE,),
        "step": (citing(_LATE, TENDER_LATE),),
        "ceiling": (ceiling,),
        "sight": (_APART,) if terms.experts else (),
        "failure": (_TOO_FEW, fault),
    }
