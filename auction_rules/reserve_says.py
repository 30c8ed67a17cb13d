"""What the notice says when a reserve (底价、保留价) is not met; see `says`.

Reserves of four kinds: a public one, in the direction of the auction; sealed ones, averaged (DOMAIN
§2.4); sealed ones of a volume, which fails as a whole (MECHANISMS M13). What is not here: the
test itself, which is the rule's.
"""

from __future__ import annotations

from typing import Final

from auction_rules.says import Says, both, in_words
from auction_rules.terms import Text

_UNSOLD: Final = "where the highest valid offer is below the reserve, nothing is sold"
HIGHEST_BELOW: Final = both("最高有效报价低于保留价的，不成交", _UNSOLD)
_CAP_COUNTS: Final = both(
    "密封底价高于最高限价的，以最高限价为准；报价达到最高限价的，视为达到底价，不再揭示底价",
    "a sealed reserve above the cap counts as the cap; an offer at the cap meets the reserve, "
    "which is then not opened",
)


def public(direction: int) -> Says:
    """Offers worse than a published reserve, where several may win or something is bought."""
    worse = both("低于", "below") if direction > 0 else both("高于", "above")
    return {
        "failure": (
            both(
                f"{worse['zh']}保留价的报价不能成交；没有报价达到保留价的，不成交",
                f"an offer {worse['en']} the reserve does not win, and where no offer meets the "
                "reserve there is no award",
            ),
        )
    }


def open_bidding(name: str, *, sealed: bool, capped: bool = False, holders: bool = False) -> Says:
    """The reserve of a listing or a sale of property rights, under its Chinese name there."""
    found: list[Text] = []
    if sealed:
        found.append(
            both(
                f"密封{name}在最后一个报价之后揭示，多人录入的取平均值，四舍五入至最小计价单位；"
                f"无人录入的，视为无{name}",
                "sealed reserves are opened after the last offer, and several are averaged, half "
                "up to the smallest unit; where nobody sealed one there is no reserve",
            )
        )
    found.append(both(f"最高有效报价低于{name}的，不成交", _UNSOLD))
    if sealed and capped:
        found.append(_CAP_COUNTS)
    if holders:
        found.append(
            both(
                f"未达到{name}的，不再询问优先购买权人",
                "where the reserve is not met, no holder of a first refusal is asked",
            )
        )
    return {"failure": tuple(found)}


def entered(since: int, until: int, what: Text, name: str) -> Text:
    """When a sealed reserve is entered: from and until so many seconds before the end of `what`.

    0 is the opening of `what`, and its end.
    """
    begins, ends = in_words(since), in_words(until)
    start = both("开始", "from its opening")
    stop = both("截止", "until its close")
    if since:
        start = both(f"截止前 {begins['zh']}", f"from {begins['en']} before its close")
    if until:
        stop = both(f"截止前 {ends['zh']}", f"until {ends['en']} before its close")
    return both(
        f"密封{name}自{what['zh']}{start['zh']}至{what['zh']}{stop['zh']}录入，录入后不得更改",
        f"a sealed reserve is entered during {what['en']}, {start['en']} {stop['en']}, and cannot "
        "be changed",
    )


VOLUME: Final[Says] = {
    "failure": (
        both(
            "申报期内可以密封录入保留价，多人录入的取平均值，四舍五入至最小计价单位；"
            "成交的最低价低于该平均值的，本场整体不成交，任何申报均不成交；无人录入的，视为无保留价",
            "reserves may be sealed while lines are taken, and several are averaged, half up to "
            "the smallest unit; where the lowest price paid is below that average the whole "
            "auction fails and no line is filled; where nobody sealed one there is no reserve",
        ),
    )
}
