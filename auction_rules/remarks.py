"""Remarks of the built-in rules on their own terms: what each rule's drafter should hear.

What it is: for every built-in rule, the remarks that need to know what its terms mean; `lint`
adds them to those that serve all rules. What it is not: a check. Terms that cannot be played are
refused where they are made; these can be played, and the centre may have its reasons.

A rule elsewhere says its own through `Rule.lint`. The keys here name rule and version, so that
another version under the same name is never asked about terms it does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from auction_rules.remark import (
    AVERAGE,
    COUNT_HIDDEN,
    FASTEST,
    LONE_FINALIST,
    NO_EXTENSION,
    NO_HARD_STOP,
    ONE_SUFFICES,
    SHORT_LISTING,
    SHORT_TICK,
    TAKES_ALL,
    Remark,
)
from auction_rules.terms import SECOND

if TYPE_CHECKING:  # rules import `lint`, which imports this; for the reader and the checker only
    from auction_rules.ascending_terms import ClockSaleTerms
    from auction_rules.car_plates import PlateTerms
    from auction_rules.clock_terms import ClockTerms
    from auction_rules.dutch_terms import DutchTerms
    from auction_rules.english_terms import EnglishTerms
    from auction_rules.far_adjustment import FarTerms
    from auction_rules.hybrid_dutch import HybridTerms
    from auction_rules.intermediary_terms import IntermediaryTerms
    from auction_rules.japanese_terms import JapaneseTerms
    from auction_rules.judicial import JudicialTerms
    from auction_rules.land_listing import LandTerms
    from auction_rules.listing_terms import ListingTerms
    from auction_rules.multi_round import MultiRoundTerms
    from auction_rules.open_closed import OpenClosedTerms
    from auction_rules.opening_terms import OpeningTerms
    from auction_rules.property_terms import PropertyTerms
    from auction_rules.quantity_terms import QuantityTerms
    from auction_rules.quota_terms import QuotaTerms
    from auction_rules.reverse_procurement import ReverseTerms
    from auction_rules.sealed_terms import SealedTerms
    from auction_rules.simultaneous_terms import SimultaneousTerms
    from auction_rules.turn_rounds import TurnTerms
    from auction_rules.volume import VolumeTerms


Said: TypeAlias = Iterator[Remark]

_DAY: Final = 86_400 * SECOND
_TAKEN: Final = 5
"""Seconds within which a price seen on a slow line can be taken."""
_ANSWERED: Final = 15
"""Seconds within which a person can be asked to answer, round after round."""


def of(rule: Any, terms: Any) -> tuple[Remark, ...]:
    """What is said here about these terms of a `Rule`; nothing for a rule from elsewhere."""
    say = BY_RULE.get((getattr(rule, "name", ""), getattr(rule, "version", "")))
    return tuple(say(terms)) if say is not None else ()


def _english(terms: EnglishTerms) -> Said:
    unlimited = not terms.max_extensions and not terms.max_extension_seconds
    if terms.extension_seconds and unlimited:
        yield NO_HARD_STOP


def _far_adjustment(terms: FarTerms) -> Said:
    unlimited = not terms.max_extensions and not terms.max_extension_seconds
    if unlimited and terms.cap_price is None:
        yield NO_HARD_STOP
    if terms.quoting.name == "SEALED" and terms.min_bidders < 2:
        yield COUNT_HIDDEN


def _reverse_procurement(terms: ReverseTerms) -> Said:
    """DOMAIN §6: three valid quotes, and 72 hours in which the winner confirms."""
    if terms.form.name == "OPEN" and not terms.extension_seconds:
        yield NO_EXTENSION
    if terms.min_offers < 3:
        yield Remark(
            "FEWER_THAN_THREE",
            "最少有效报价家数少于三家：政府采购反向竞价不足三家的，通常应当作废。",
            "Fewer than three valid offers suffice: in government procurement "
            "a reverse auction with fewer is usually void.",
        )
    if 0 < terms.confirm_seconds < 72 * 3600:
        yield Remark(
            "SHORT_CONFIRMATION",
            "成交确认期限不足七十二小时：逢周末时供应商可能来不及确认。",
            "Less than 72 hours to confirm: over a weekend the winner may miss it.",
        )


def _turn_rounds(terms: TurnTerms) -> Said:
    """M21: a pause is there to read what the round before has brought."""
    if terms.min_offers < 2:
        yield ONE_SUFFICES
    if not terms.pause_seconds:
        yield Remark(
            "NO_PAUSE",
            "轮间不停顿：供应商来不及看清上一轮结果。",
            "No pause between rounds: nobody has time to read what the last one brought.",
        )
    if terms.rounds < 2:
        yield Remark(
            "ONE_ROUND",
            "只有一轮：最后发言者知道其他各家的报价，别人却不能回应。",
            "With one round the last to speak knows all other offers, and nobody can answer him.",
        )


def _open_closed(terms: OpenClosedTerms) -> Said:
    if terms.least_finalists < 2:
        yield LONE_FINALIST


def _simultaneous(terms: SimultaneousTerms) -> Said:
    """M15: without activity everybody waits for the others to show what they want."""
    if terms.activity_basis_points < 5_000:
        yield Remark(
            "LOW_ACTIVITY",
            "每轮须使用的资格不足一半：竞买人可以观望到最后才出价。",
            "Less than half the points need be used in a round: bidders may wait until the end.",
        )
    if terms.withdrawals and not terms.withdrawal_basis_points:
        yield Remark(
            "FREE_WITHDRAWAL",
            "撤回后标的未成交的，不付违约金：竞买人可以无代价地占住标的再撤回。",
            "Nothing is owed where the lot stays unsold: to hold a lot and withdraw costs nothing.",
        )
    for item in terms.items:
        if item.points > terms.eligibility_points:
            yield Remark(
                "OUT_OF_REACH",
                f"标的 {item.id} 的资格点数多于每家初始点数：无人能对它出价。",
                f"Lot {item.id} takes more points than anybody has: nobody can bid for it.",
            )


def _multi_round(terms: MultiRoundTerms) -> Said:
    if terms.shortlist.name == "TOP_N" and terms.shortlist_count == 1:
        yield LONE_FINALIST


def _car_plates(terms: PlateTerms) -> Said:
    """The broadcasts serve those who amend; a late cap takes an average."""
    if terms.late_cap is None:
        yield Remark(
            "NO_LATE_CAP",
            "未填写上月平均成交价和后段限价开始时间：本场没有后段限价。采用后段限价的，须填写两项。",
            "Neither last month's average nor the hour is filled in: there is no late cap. "
            "Where there is to be one, fill in both.",
        )
    if terms.broadcasts and not terms.amendments:
        yield Remark(
            "BROADCAST_FOR_NOBODY",
            "播报平均价，却不得修改报价：播报对已报价者没有用处。",
            "Averages are broadcast, but no quote may be amended: they help nobody who has quoted.",
        )
    if terms.broadcasts and terms.closes - terms.broadcasts[-1].at < 300 * SECOND:
        yield Remark(
            "LATE_BROADCAST",
            "最后一次播报距截止不足五分钟：报价会集中在最后几分钟。",
            "The last broadcast is less than five minutes before the end: all will amend at once.",
        )


def _quantity_bid(terms: QuantityTerms) -> Said:
    if terms.form.name != "CLOCK" and not terms.extension_seconds:
        yield NO_EXTENSION
    if terms.step * 5 > terms.start_quantity > 0:
        yield Remark(
            "LARGE_STEP",
            "增减幅度超过起始数量的 20%，会减少出价次数。",
            "The step is more than 20 % of the start quantity: there will be few offers.",
        )


def _quota(terms: QuotaTerms) -> Said:
    if terms.equal.name != "DRAW" and terms.cap_price is not None:
        yield FASTEST
    for lot in terms.lots:
        if terms.bidder_limit is not None and lot.area > terms.bidder_limit:
            yield Remark(
                "NEVER_FITS",
                f"标的 {lot.id} 的面积大于每人竞得面积上限：无人能够竞得。",
                f"Lot {lot.id} is larger than anybody may win: it cannot be sold.",
            )


def _volume(terms: VolumeTerms) -> Said:
    """M13; what falls short or ties is shared by those who ask, and they will foresee it."""
    if terms.bidder_limit is None or terms.bidder_limit == terms.supply:
        yield TAKES_ALL
    if terms.margin.name == "PRO_RATA":
        yield Remark(
            "SHARES_INVITE_OVERASKING",
            "边际同价按比例分配：竞买人会虚报数量以多得份额。",
            "Equal marginal lines share pro rata: bidders will ask for more than they want.",
        )
    if terms.pricing.name != "PAY_AS_BID" and terms.lines > 1:
        yield Remark(
            "LAST_LINE_SETS_PRICE",
            "统一价由末位申报决定，且每人可报多笔：大户可能压低末笔报价来拉低全部成交价。",
            "The last line sets the price for all, and each may have several: "
            "a large bidder may lower his last line to lower all he pays.",
        )


def _listing(terms: ListingTerms, days: int) -> Said:
    if terms.listing_closes - terms.listing_opens < days * _DAY:
        yield SHORT_LISTING


def _land_listing(terms: LandTerms) -> Said:
    """Ten days of listing: Order 39 of the Ministry of Land and Resources, art. 18."""
    yield from _listing(terms, 10)
    if terms.cap_sequel.name == "ONE_PRICE":
        yield AVERAGE
    if terms.cap_price is not None and terms.cap_sequel.name == "SELL":
        yield FASTEST


def _mining_rights(terms: ListingTerms) -> Said:
    """Ten working days are fourteen days at least (DOMAIN §3)."""
    yield from _listing(terms, 14)


def _falling(terms: ClockTerms) -> Said:
    if terms.tick_seconds < _TAKEN:
        yield SHORT_TICK


def _dutch(terms: DutchTerms) -> Said:
    yield from _falling(terms)
    if terms.supply > 1 and terms.max_per_bidder is None:
        yield TAKES_ALL


def _hybrid_dutch(terms: HybridTerms) -> Said:
    """M20."""
    yield from _falling(terms)
    if terms.best_offer.name == "MATCH":
        yield Remark(
            "MATCHING_DETERS",
            "首先应价者只须追平即可取得：其他人密封报价的意愿会降低。",
            "Whoever stopped the clock need only match: the others have less cause to offer.",
        )


def _japanese(terms: JapaneseTerms) -> Said:
    if terms.tick_seconds < _ANSWERED:
        yield SHORT_TICK


def _ascending_clock(terms: ClockSaleTerms) -> Said:
    """M14: points and activity are what keeps demands honest."""
    if not terms.eligibility:
        yield Remark(
            "FIRST_ROUND_UNBOUND",
            "初始资格点数不限：竞买人可在首轮虚报需求，以保留以后的活跃度。",
            "Points are unlimited at first: bidders may overstate their first demand to stay free.",
        )
    if terms.missing.name == "AS_BEFORE":
        yield Remark(
            "SILENCE_BUYS",
            "未报量视为维持原量：掉线的竞买人会被他人一轮轮抬价。",
            "Silence goes on wanting: others may raise the price on a bidder who has lost his line.",
        )


def _judicial(terms: JudicialTerms) -> Said:
    """A window of whole days ends at the hour it began, which the general remarks look at."""
    if terms.duration_seconds % 86_400:
        yield Remark(
            "ENDS_AT_ANOTHER_HOUR",
            "竞价时间不是整日：截止与开始不在同一钟点，请确认截止在工作时间内。",
            "The window is not whole days: it ends at another hour than it begins; "
            "see that it ends in working hours.",
        )


def _property_rights(terms: PropertyTerms) -> Said:
    """DOMAIN §5: the first refusal, and one bidder alone."""
    if terms.quoting.name == "SINGLE" and terms.single_bidder.name == "SELL":
        yield COUNT_HIDDEN
    unlimited = not terms.max_extensions and not terms.max_extension_seconds
    if terms.quoting.name == "EXTENDED" and unlimited:
        yield NO_HARD_STOP
    if terms.first_refusal.name == "AFTER_BID" and not terms.raise_seconds:
        yield Remark(
            "REFUSAL_DETERS",
            "优先购买权人行权后，最高报价人不得追加：其他意向方的报价意愿会降低。",
            "Once the first refusal is used the best bidder cannot raise: others have less cause "
            "to offer.",
        )


def _sealed_bid(terms: SealedTerms) -> Said:
    if terms.min_bidders < 2:
        yield COUNT_HIDDEN


def _intermediary(terms: IntermediaryTerms) -> Said:
    if terms.min_bidders < 2:
        yield ONE_SUFFICES


def _opening(terms: OpeningTerms) -> Said:
    """M11 and M12."""
    if terms.formula.name == "MEAN_DEDUCTION":
        yield AVERAGE
        if terms.mean_trimmed and terms.min_bidders < 5:
            yield Remark(
                "MEAN_OF_FEW",
                "去掉最高价和最低价后，基准价可能只由一两家报价决定。",
                "Without the highest and the lowest, one or two offers may make the benchmark.",
            )


BY_RULE: Final[Mapping[tuple[str, str], Callable[[Any], Said]]] = {
    ("ascending_clock", "1"): _ascending_clock,
    ("car_plates", "1"): _car_plates,
    ("dutch", "1"): _dutch,
    ("english", "1"): _english,
    ("far_adjustment", "1"): _far_adjustment,
    ("hybrid_dutch", "1"): _hybrid_dutch,
    ("intermediary", "1"): _intermediary,
    ("japanese", "1"): _japanese,
    ("judicial", "1"): _judicial,
    ("land_listing", "1"): _land_listing,
    ("mining_rights", "1"): _mining_rights,
    ("multi_round", "1"): _multi_round,
    ("open_closed", "1"): _open_closed,
    ("opening", "1"): _opening,
    ("property_rights", "1"): _property_rights,
    ("quantity_bid", "1"): _quantity_bid,
    ("quota", "1"): _quota,
    ("reverse_procurement", "1"): _reverse_procurement,
    ("sealed_bid", "1"): _sealed_bid,
    ("simultaneous", "1"): _simultaneous,
    ("turn_rounds", "1"): _turn_rounds,
    ("volume", "1"): _volume,
}
