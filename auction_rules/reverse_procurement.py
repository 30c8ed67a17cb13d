"""政府采购反向竞价 reverse_procurement@1: the lowest offer at or below the ceiling wins.

Two forms (DOMAIN §6). SEALED: each supplier quotes in one hidden window, and may seal his
quote in his own browser (`escrow_terms`). OPEN: each offer must
fall below the best one by a step, an amount or a share of it (DOMAIN §6), and a late one moves the
end (MECHANISMS M02). Above the
ceiling (最高限价) an offer is invalid; with fewer valid offers than the terms require nothing is
bought; the winner has a window in which to confirm, else the next in line is asked.

Small firms may be given a price preference: their price is compared with a discount in basis
points, and they are paid what they asked. Prices are compared as amount × (10,000 − discount),
whole numbers, so that comparing rounds nothing. Who is entitled is told at admission: a bidder
admitted with a priority is one of them. Equal compared prices: the earlier offer (时间优先).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from auction_rules.escrow_terms import Escrow, EscrowTerms
from auction_rules.extension import Countdown, Trigger
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Floor, Offer
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Refuse, Settlement
from auction_rules.says import CEILING, EARLIER, LOWEST, NEVER_EQUAL, Says, both, in_words
from auction_rules.stages.claim import Claim
from auction_rules.stages.escrowed import kept_by
from auction_rules.stages.outcry import Outcry
from auction_rules.stages.sealed import Sealed
from auction_rules.stages.unsealing import following, handed_in, unsealing
from auction_rules.steps import Grid, Ladder
from auction_rules.succession import next_at_own_price
from auction_rules.terms import (
    SECOND,
    Choice,
    Count,
    Moment,
    Money,
    Seconds,
    Text,
    term,
    wrong,
)

QUOTING: Final[Text] = {"zh": "报价", "en": "Quoting"}
BIDDING: Final[Text] = {"zh": "反向竞价", "en": "Reverse bidding"}
CONFIRMING: Final[Text] = {"zh": "成交确认", "en": "Confirmation"}
_WHOLE: Final = 10_000
"""Basis points in one."""


class Form(Choice):
    """How offers are made."""

    SEALED = ("SEALED", "密封报价，最低价成交", "sealed offers, the lowest wins")
    OPEN = ("OPEN", "公开逐轮降价", "open, each offer below the best")


class ReverseTerms(EscrowTerms):
    """Terms of a reverse auction."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "采购项目", "Purchase (Chinese)", default="采购项目"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "采购项目（英文）", "Purchase (English)", default="Purchase"
    )
    form: Form = term("竞价形式", "Form", kind="enum", enum=Form.options(), default=Form.SEALED)
    opens: Moment = term("报价开始时间", "Opens", kind="instant")
    closes: Moment = term("报价截止时间", "Closes", kind="instant")
    ceiling: Money = term("最高限价", "Ceiling", kind="money")
    step: Money = term("降价幅度", "Decrement", kind="money", default=1)
    step_basis_points: Annotated[int, Field(strict=True, ge=0, lt=_WHOLE)] = term(
        "按当前最低价计的降价比例（万分之，向上取整）",
        "Decrement as a share of the lowest offer (basis points, rounded up)",
        help_zh="公开竞价每次降价不少于降价幅度和此比例中的较大者；0 为只按降价幅度",
        help_en="An open offer falls by the larger of the decrement and this share; 0: no share",
        kind="count",
        default=0,
    )
    grid: Grid = term("报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MIN_STEP)
    amendments: Count = term(
        "密封报价可修改次数", "Amendments of a sealed offer", kind="count", default=0
    )
    extension_seconds: Seconds = term(
        "延时时长（秒，0 为不延时）", "Extension length (s, 0 = none)", kind="seconds", default=0
    )
    trigger_window_seconds: Seconds = term(
        "触发延时的最后时段（秒，0 为全程）",
        "Trigger window (s, 0 = always)",
        kind="seconds",
        default=0,
    )
    min_offers: Count = term(
        "最少有效报价家数", "Least number of valid offers", kind="count", default=3
    )
    preference_basis_points: Annotated[int, Field(strict=True, ge=0, lt=_WHOLE)] = term(
        "小微企业价格扣除（万分之）",
        "Price preference for small firms (basis points)",
        help_zh="准入时登记优先级的供应商，其报价扣除后参与比较，按原报价成交",
        help_en="Suppliers admitted with a priority are compared at the discounted price",
        kind="count",
        default=0,
    )
    confirm_seconds: Seconds = term(
        "成交确认期限（秒，0 为无须确认）",
        "Confirmation window (s, 0 = none)",
        kind="seconds",
        default=72 * 3600,
    )

    @model_validator(mode="after")
    def _together(self) -> ReverseTerms:
        if self.closes <= self.opens:
            raise wrong("closes", "截止须晚于开始", "the close must be after the opening")
        if not 1 <= self.step <= self.ceiling:
            raise wrong(
                "step",
                "降价幅度须大于零且不超过最高限价",
                "the decrement must be more than zero and at most the ceiling",
            )
        if self.form is Form.SEALED and (self.extension_seconds or self.trigger_window_seconds):
            raise wrong("form", "密封报价没有延时", "sealed offers have no extension")
        if self.form is Form.SEALED and self.step_basis_points:
            raise wrong(
                "step_basis_points",
                "密封报价不按当前最低价降价",
                "sealed offers do not fall from the lowest one",
            )
        if self.form is Form.OPEN and self.escrow is not Escrow.PLAIN:
            raise wrong("escrow", "公开竞价没有密封报价", "open offers are not sealed")
        if self.form is Form.OPEN and self.amendments:
            raise wrong("form", "公开竞价没有修改次数", "open offers have no amendments")
        if self.trigger_window_seconds and not self.extension_seconds:
            raise wrong(
                "trigger_window", "触发时段须与延时同填", "a trigger window goes with an extension"
            )
        return self


class ReverseProcurement(Staged[ReverseTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "reverse_procurement"
    version: ClassVar[str] = "1"
    tells: ClassVar[frozenset[str]] = frozenset({"extension_seconds", "trigger_window_seconds"})
    title: ClassVar[Text] = {"zh": "政府采购反向竞价", "en": "Reverse auction for procurement"}
    Config = ReverseTerms
    example: ClassVar[Mapping[str, Any]] = {
        "lot_zh": "办公设备一批",
        "lot_en": "Office equipment",
        "opens": "2026-03-02T09:00:00+08:00",
        "closes": "2026-03-02T10:00:00+08:00",
        "ceiling": "100000",
    }

    def stages(self, terms: ReverseTerms) -> tuple[Stage, ...]:
        """The quoting or bidding, then the confirmation where the terms ask for one."""
        rooms: tuple[Stage, ...] = (_open(terms),)
        if terms.form is Form.SEALED:
            window = kept_by(terms, _sealed(terms))
            rooms = (window, *unsealing(terms, window))
        if not terms.confirm_seconds:
            return rooms
        claim = Claim(
            "confirm", CONFIRMING, terms.confirm_seconds * SECOND, self.ranking, _nothing_more
        )
        return (*rooms, claim)

    def starts(self, terms: ReverseTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def priorities(self, terms: ReverseTerms) -> bool:
        """Where small firms are compared at a discount."""
        return terms.preference_basis_points > 0

    def follows(self, floor: Floor[ReverseTerms], closed: str) -> str | None:
        """The opening of what is sealed; somebody to confirm, if there is a result to be confirmed."""
        many = handed_in(floor) >= floor.terms.min_offers
        if many and (opening := following(floor, closed, "quoting")):
            return opening
        asked = closed != "confirm" and floor.terms.confirm_seconds
        return "confirm" if asked and _enough(floor) else None

    def finish(self, floor: Floor[ReverseTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The best offer, or the first in line who confirmed, at the price he asked."""
        del now
        if not handed_in(floor):
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if not _enough(floor):
            # DOMAIN §6: fewer than three valid quotes make it void.
            return (Unsold("INSUFFICIENT_BIDDERS"),)
        chosen = _chosen(floor)
        if chosen is None:
            return (Unsold("ALL_DEFAULTED"),)
        return (Awarded(chosen.bidder, None, chosen.amount, None, chosen.amount),)

    def least(self, floor: Floor[ReverseTerms]) -> Amount | None:
        """What a supplier without preference could name next at most; None: nothing lower is left."""
        if floor.standing.kind == "claim":
            return None
        ladder, top = _ladder(floor.terms), _to_beat(floor, "")
        return ladder.minimum(top) if ladder.open(top) else None

    def ranking(self, floor: Floor[ReverseTerms]) -> tuple[str, ...]:
        """By compared price, lowest first; among equals the one that arrived earlier."""
        return tuple(o.key for o in _ranked(floor))

    def next_award(self, floor: Floor[ReverseTerms], gone: frozenset[str]) -> Awarded | Refuse:
        """The next by compared price, at the price he asked."""
        return next_at_own_price(floor, _ranked(floor), gone)

    def settlement(self, floor: Floor[ReverseTerms]) -> Settlement:
        """Deal, and what it saves over the ceiling; a purchase has no premium."""
        awards, offer = floor.standing.awards, _chosen(floor) if _enough(floor) else None
        if offer is None:
            return Settlement(0, 0, None)
        price = awards[0].total if awards else offer.amount
        saved = floor.terms.ceiling - price
        return Settlement(price, 0, None, saved=saved, saving_rate=rate(saved, floor.terms.ceiling))

    def says(self, terms: ReverseTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        opened, preferred = terms.form is Form.OPEN, terms.preference_basis_points > 0
        compared = both(
            "以扣除后的价格比较，按供应商原报价付款",
            "prices are compared after the preference, and the supplier is paid what he asked",
        )
        line = both(
            "成交候选人在期限内拒绝或者未确认的，依次询问下一名；已被取消资格的不再询问；"
            "无人确认的，本次采购不成交",
            "where the one asked declines or is silent, the next in line is asked; nobody who is "
            "excluded is asked; where nobody confirms, nothing is bought",
        )
        return {
            "tie": (NEVER_EQUAL,) if opened and not preferred else (EARLIER,),
            "extension": (_extends(terms),) if opened and terms.extension_seconds else (),
            "ceiling": (CEILING,),
            "result": (LOWEST, compared) if preferred else (LOWEST,),
            "failure": (line,) if terms.confirm_seconds else (),
        }

    def lots(self, terms: ReverseTerms) -> tuple[Lot, ...]:
        """The one purchase."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def direction(self, terms: ReverseTerms) -> int:
        """Lower is better."""
        del terms
        return -1


def _extends(terms: ReverseTerms) -> Text:
    """From when on an offer moves the end, and whither."""
    length, late = in_words(terms.extension_seconds), in_words(terms.trigger_window_seconds)
    when = both("每次报价后", "after each offer the end is")
    if terms.trigger_window_seconds:
        when = both(
            f"最后 {late['zh']}内有报价的", f"after an offer in the last {late['en']} the end is"
        )
    return both(
        f"{when['zh']}，截止时间不早于该报价到达后 {length['zh']}",
        f"{when['en']} no earlier than {length['en']} from its arrival",
    )


def _sealed(terms: ReverseTerms) -> Sealed:
    return Sealed(
        id="quoting",
        title=QUOTING,
        ladder=_ladder(terms),
        leading=_leading,
        begins=terms.opens,
        ends=terms.closes,
        amendments=terms.amendments,
    )


def _open(terms: ReverseTerms) -> Outcry:
    countdown = Countdown(
        terms.extension_seconds * SECOND,
        trigger=Trigger.ANY_BID,
        window=terms.trigger_window_seconds * SECOND,
    )
    return Outcry(
        id="bidding",
        kind="timed",
        title=BIDDING,
        ladder=_ladder(terms),
        to_beat=_to_beat,
        leading=_leading,
        quantity=_no_quantity,
        resume_policy=terms.resume,
        begins=terms.opens,
        ends=terms.closes,
        countdown=countdown if terms.extension_seconds else None,
    )


def _ladder(terms: ReverseTerms) -> Ladder:
    return Ladder(
        terms.ceiling,
        terms.step,
        terms.grid,
        basis_points=terms.step_basis_points,
        sign=-1,
        ceiling=terms.ceiling,
    )


def _weight(floor: Floor[ReverseTerms], bidder: str) -> int:
    entrant = floor.entrants.get(bidder)
    preferred = entrant is not None and entrant.priority > 0
    return _WHOLE - floor.terms.preference_basis_points if preferred else _WHOLE


def compared(floor: Floor[ReverseTerms], offer: Offer) -> int:
    """The price that is compared, in ten-thousandths of the smallest unit: exact."""
    return offer.amount * _weight(floor, offer.bidder)


def _ranked(floor: Floor[ReverseTerms]) -> list[Offer]:
    offers = floor.standing.offers.values()
    return sorted(offers, key=lambda o: (compared(floor, o), o.i))


def _to_beat(floor: Floor[ReverseTerms], bidder: str) -> Amount | None:
    """The best compared price in this bidder's own money, rounded down; he must fall a step below.

    None where that step would still lie above the ceiling: then the ceiling is all that binds him.
    """
    ranked, terms = _ranked(floor), floor.terms
    if not ranked:
        return None
    own = compared(floor, ranked[0]) // _weight(floor, bidder)
    return None if own - _ladder(terms).step_from(own) >= terms.ceiling else own


def _leading(floor: Floor[ReverseTerms]) -> LeadersChanged:
    ranked = _ranked(floor)[:1]
    return LeadersChanged(tuple(o.key for o in ranked), ranked[0].amount if ranked else None)


def _enough(floor: Floor[ReverseTerms]) -> bool:
    # Nobody can be bought from where nobody offers, whatever the terms ask for.
    return len(floor.standing.offers) >= max(1, floor.terms.min_offers)


def _chosen(floor: Floor[ReverseTerms]) -> Offer | None:
    """The one who won or would win; in the confirmation, the one who is or was asked last."""
    ranked, standing = _ranked(floor), floor.standing
    if not standing.round:
        # Where nobody is asked to confirm, who is excluded is passed over all the same.
        return next((o for o in ranked if not _excluded(floor, o.bidder)), None)
    asked = ranked[standing.round - 1]
    over = standing.stage is None
    return asked if not over or standing.answers.get(asked.bidder) else None


def _excluded(floor: Floor[ReverseTerms], bidder: str) -> bool:
    entrant = floor.entrants.get(bidder)
    return entrant is not None and entrant.excluded


def _no_quantity(floor: Floor[ReverseTerms], bidder: str) -> Amount | None:
    del floor, bidder
    return None


def _nothing_more(floor: Floor[ReverseTerms], bidder: str) -> tuple[FloorFact, ...]:
    del floor, bidder
    return ()


RULE: Final = ReverseProcurement()
