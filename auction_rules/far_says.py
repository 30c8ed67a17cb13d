"""What the notice says of a floor-area-ratio auction besides its terms: who wins, what to beat.

What it is not: the judgement, which is `far_grants`, and the ladder, which is `far_terms`.
"""

from __future__ import annotations

from auction_rules.far_terms import Basis, Equal, FarTerms, QuotaKind
from auction_rules.says import EARLIER, LOTS, Says, both
from auction_rules.terms import Text


def told(terms: FarTerms) -> Says:
    """Offers are ranked from high to low until the quota is used up; each beats his own alone."""
    return {
        "step": _steps(terms),
        "tie": (LOTS if terms.equal is Equal.DRAW else EARLIER,),
        "result": (_won(terms),),
    }


def _won(terms: FarTerms) -> Text:
    total = terms.basis is Basis.TOTAL
    what = both("总价", "in total") if total else both("单价", "per unit of area")
    area = terms.quota_kind is QuotaKind.AREA
    quota = (
        both("可新增建筑面积总量", "the floor area available")
        if area
        else both("可调整宗地数", "the number of parcels available")
    )
    return both(
        f"各竞买人以其最后一次有效报价（{what['zh']}）由高到低排序，依次入围并成交，"
        f"直至{quota['zh']}用完",
        f"each bidder is ranked by his last valid offer ({what['en']}), from the highest down, and "
        f"they win in that order until {quota['en']} is used up",
    )


def _steps(terms: FarTerms) -> tuple[Text, ...]:
    own = both(
        "首次报价不低于起始价；此后每次报价在本人上一次有效报价的基础上至少加一个增价幅度，"
        "只须高于本人的报价，不必高于他人的报价",
        "the first offer of a bidder is at least the start price; each later one is at least a "
        "step above his own last valid offer; it must beat his own, and nobody else's",
    )
    if terms.cap_price is None:
        return (own,)
    return (own, both("最高限价可以由多人报出", "the cap may be offered by several"))
