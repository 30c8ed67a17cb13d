"""What a listing of land chooses between at its cap, and a row of its list of indicators.

What each choice does is in `land_sequels`; what goes together, in `land_terms`.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from auction_rules.terms import Area, Choice, term


class CapSequel(Choice):
    """What follows when the cap is reached."""

    SELL = ("SELL", "按最高限价成交", "sold at the cap")
    POOL_LOTTERY = ("POOL_LOTTERY", "多人到达最高限价的，摇号", "a draw among all at the cap")
    JOIN_LOTTERY = (
        "JOIN_LOTTERY",
        "询问是否按最高限价参加摇号",
        "all are asked whether they join a draw at the cap",
    )
    ONE_PRICE = ("ONE_PRICE", "一次报价，最接近平均价者得", "one price, nearest to the average")
    SEALED_TOTAL = ("SEALED_TOTAL", "密封报总价，最高者得", "a sealed total, the highest")
    NEXT_INDICATOR = ("NEXT_INDICATOR", "转为竞报下一指标", "another indicator is bid")


class CapTrigger(Choice):
    """Which offer leads to what follows."""

    AT_CAP = ("AT_CAP", "报价达到最高限价", "an offer at the cap")
    ABOVE_CAP = (
        "ABOVE_CAP",
        "报价高于该价，该报价不成立",
        "an offer beyond it, which does not stand",
    )


class OverCap(Choice):
    """How an offer beyond the cap is read."""

    REJECT = ("REJECT", "不予受理", "refused")
    CLAMP = ("CLAMP", "按最高限价受理", "as one at the cap")


class OnePriceEntry(Choice):
    """Who quotes one price."""

    CONFIRMED = ("CONFIRMED", "确认期内确认者", "those who confirm")
    BIDDERS_AUTOMATIC = (
        "BIDDERS_AUTOMATIC",
        "有有效报价者自动进入，其他人须确认",
        "those with an offer, and others who confirm",
    )


class EqualTotals(Choice):
    """Who has it among equal sealed totals: Hefei draws balls, in Jinan the earlier one wins."""

    LOTTERY = ("LOTTERY", "摇号", "a draw")
    EARLIER = ("EARLIER", "先报者优先", "the earlier one")


class IndicatorKind(Choice):
    """What is bid after the cap."""

    HOUSING_AREA = ("HOUSING_AREA", "竞配建面积", "Public-housing area")
    SELF_HELD_AREA = ("SELF_HELD_AREA", "竞自持面积", "Area held for oneself")
    SELF_HELD_SHARE = ("SELF_HELD_SHARE", "竞自持比例", "Share held for oneself")


class IndicatorRow(BaseModel):
    """An indicator that is bid when the one before it has come to its end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: IndicatorKind = term("指标", "Indicator", kind="enum", enum=IndicatorKind.options())
    start: Area = term("起始值", "From", kind="area")
    step: Area = term("递增幅度", "Step", kind="area")
    most: Area = term("上限", "Up to", kind="area")
