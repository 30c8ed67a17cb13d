"""What a sale of property rights may choose between (DOMAIN §5); `property_terms` uses it all."""

from __future__ import annotations

from auction_rules.terms import Choice


class Quoting(Choice):
    """How offers are made, and how they come to an end."""

    REPEATED = (
        "REPEATED",
        "多次报价，自由报价截止后限时竞价",
        "repeated offers, a timed phase after the free one",
    )
    EXTENDED = (
        "EXTENDED",
        "多次报价，只有一个报价期，有报价的顺延",
        "repeated offers in one phase, whose end they move",
    )
    SINGLE = ("SINGLE", "一次报价", "a single quote")


class Alone(Choice):
    """What follows when only one bidder has made an offer."""

    SELL = ("SELL", "可以成交", "sold to him")
    NO_SALE = ("NO_SALE", "不成交", "not sold")
    NEGOTIATE = ("NEGOTIATE", "转入协议转让", "the sale goes on by agreement")
    EXTEND_LISTING = ("EXTEND_LISTING", "延牌", "the listing is extended")


class StillAlone(Choice):
    """The same once the listing has been extended as often as the notice says."""

    SELL = ("SELL", "可以成交", "sold to him")
    NO_SALE = ("NO_SALE", "不成交", "not sold")
    NEGOTIATE = ("NEGOTIATE", "转入协议转让", "the sale goes on by agreement")


class Refusal(Choice):
    """How a first refusal is used."""

    NONE = ("NONE", "无优先购买权", "nobody has one")
    IN_HALL_EQUAL = ("IN_HALL_EQUAL", "场内同价行权", "in the hall, at equal price")
    AFTER_BID = ("AFTER_BID", "竞价结束后行权", "after the bidding")


class EqualRanks(Choice):
    """Which of several holders of the same rank comes first."""

    EARLIER = ("EARLIER", "登记或出价在先者", "the earlier one")
    DRAW = ("DRAW", "摇号排定次序", "lots are drawn")


class Exercise(Choice):
    """How often a holder whose price was raised over may take the new price."""

    AGAIN = ("AGAIN", "追加报价后可再次行权", "again after each raise")
    ONCE = ("ONCE", "只能行权一次", "once only")
