"""What a listing reads off its floor: who leads, whether the gate is passed, who may go on.

Pure questions for the programme in `listing`; nothing here opens or closes a phase.
"""

from __future__ import annotations

from typing import Any, Final

from auction_rules.extension import Countdown
from auction_rules.facts import Amount, Entitled, Instant, LeadersChanged
from auction_rules.floor import Floor, Offer, OfficerAsk
from auction_rules.listing_terms import (
    Eligibility,
    ListingTerms,
    ReserveKind,
    TimedNeeds,
    TimedStart,
)
from auction_rules.rule import Judgement, Refuse
from auction_rules.stages.reserve import sealing
from auction_rules.terms import SECOND

REOPENS: Final = "reopens"
"""The note of when a phase goes on after a fault of which notice was given."""


def reopening(floor: Floor[Any]) -> Instant:
    """When the phase goes on after a fault of which notice was given; 0 where none was."""
    at: Instant = floor.standing.notes.get(REOPENS, 0)
    return at


def countdown(terms: ListingTerms) -> Countdown:
    """What every valid offer of a timed phase does to its end."""
    return Countdown(terms.countdown_seconds * SECOND, terms.countdown_mode)


def by_amount(floor: Floor[Any]) -> list[Offer]:
    """The offers of the open phases, best first; equal ones, at the cap, by arrival."""
    found = [o for o in floor.standing.offers.values() if o.slot is None]
    return sorted(found, key=lambda o: (-o.amount, o.i))


def leading(floor: Floor[Any]) -> LeadersChanged:
    """The best offer, or all that reached the same amount, in the order of arrival."""
    ranked = by_amount(floor)
    best = ranked[0].amount
    return LeadersChanged(tuple(o.bidder for o in ranked if o.amount == best), best)


def gate_passed(floor: Floor[Any]) -> bool:
    """Whether the listing has brought what the timed phase needs (DOMAIN §2.3)."""
    standing, needs = floor.standing, floor.terms.timed_needs
    if needs is TimedNeeds.TWO_IN_LAST_HOUR:
        # The stretch has just closed: `opens` is still its beginning, moved by suspensions.
        return len([o for o in standing.offers.values() if o.t >= standing.opens]) > 1
    return len(standing.offers) > (1 if needs is TimedNeeds.TWO_BIDDERS else 0)


def announced_price(floor: Floor[Any]) -> Amount | None:
    """What the timed phase begins at: the top, or a step above it (Fujian 36)."""
    top = top_amount(floor, "")
    if top is None or floor.terms.timed_start is TimedStart.TOP:
        return top
    step: Amount = floor.terms.step_when_timed
    return top + step


def sealing_in_time(floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
    """Fujian 32, Suzhou 19, Shantou 20: by a named person, once, in a window before the close."""
    terms, standing = floor.terms, floor.standing
    if terms.reserve_kind is not ReserveKind.SEALED or standing.closes is None:
        return Refuse("NOT_BIDDABLE")
    ahead = terms.last_hour_seconds * SECOND if standing.stage == "listing" else 0
    close = standing.closes + ahead
    opens = close - terms.reserve_from_seconds * SECOND if terms.reserve_from_seconds else 0
    window = (opens, close - terms.reserve_until_seconds * SECOND)
    return sealing(floor, officer, ask, now, window)


def top_amount(floor: Floor[Any], bidder: str) -> Amount | None:
    """The best offer, whoever asks; None before the first."""
    del bidder
    top = floor.standing.top
    return top.amount if top else None


def no_quantity(floor: Floor[Any], bidder: str) -> Amount | None:
    """Land is offered for as a whole."""
    del floor, bidder
    return None


def named_by_offer(floor: Floor[Any]) -> Entitled | None:
    """Those with a valid offer go on, where the terms limit it to them."""
    if floor.terms.eligibility is not Eligibility.HAS_VALID_BID:
        return None
    return Entitled("timed", tuple(sorted(floor.standing.offers)))


def may_answer(floor: Floor[Any], bidder: str) -> bool:
    """Who is asked in the inquiry: everybody, or those with a valid offer."""
    open_to_all = floor.terms.eligibility is Eligibility.CONFIRMED
    return open_to_all or bidder in floor.standing.offers
