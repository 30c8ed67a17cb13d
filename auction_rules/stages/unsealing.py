"""Unsealing (开标解密): what was sealed in the bidders' browsers is opened, by trustees or by themselves.

1. Trustees publish the one-time private keys of this auction. When enough are there the house
   opens every box and hands the openings over in one call: `unseal`.
2. Too few keys at the end of the window: nothing is opened, the session is suspended, and when it
   is resumed the bidders open their own offers; a trustee who comes late may still help.
3. A bidder opens his offer with its key; where the terms grant a remedy, a further window takes
   the plain offer, which must be the very bytes he committed to.
4. An offer that does not open, or opens to something invalid, is void, and it says why and whose
   doing it is; the others go on (电子招标投标办法 art. 31). An offer not opened at all in the end
   counts as revoked (撤销).
5. An offer keeps the time and index at which it was sealed: among equals the earlier leads.

The game computes no cipher. It checks that an opening is the text that was committed to, with
SHA-256, and that the amount would have been valid in the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.commit import answers
from auction_rules.contingency import given_back
from auction_rules.escrow_terms import Escrow, EscrowTerms, OnMissing
from auction_rules.facts import (
    FloorFact,
    Instant,
    OfferOpened,
    OfferVoided,
    OfferWithdrawn,
    QuorumMissing,
    Revealed,
    StageClosed,
    StageOpened,
    TrusteeOpened,
)
from auction_rules.floor import (
    Bid,
    BidderAsk,
    Floor,
    OfficerAsk,
    Reveal,
    SealedBid,
    SealedOffer,
    TrusteeKey,
    Unsealed,
)
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.stages.sealed import Sealed
from auction_rules.terms import SECOND, Text

BY_TRUSTEES: Final = "unsealing"
BY_BIDDERS: Final = "self_unsealing"
REMEDY: Final = "remedy"
_TITLES: Final[dict[str, Text]] = {
    BY_TRUSTEES: {"zh": "受托人共同解密", "en": "Opening by the trustees"},
    BY_BIDDERS: {"zh": "竞买人自行解密", "en": "Opening by the bidders"},
    REMEDY: {"zh": "补救：上传未加密报价", "en": "Remedy: the plain offer"},
}
KIND: Final = "unsealing"
UNSEALED: Final = (BY_TRUSTEES, BY_BIDDERS, REMEDY)
"""After the last of these a rule goes on as after the window itself."""


def unsealing(terms: EscrowTerms, window: Sealed) -> tuple[Unsealing, ...]:
    """The stages in which the offers of this window are opened; none where they are not sealed."""
    if terms.escrow is Escrow.PLAIN:
        return ()
    names = [BY_TRUSTEES] if terms.escrow is Escrow.TRUSTEES else []
    names.append(BY_BIDDERS)
    if terms.on_missing is OnMissing.REMEDY_UPLOAD:
        names.append(REMEDY)
    length = terms.opening_seconds * SECOND
    return tuple(Unsealing(name, window, length, name == names[-1]) for name in names)


def following(floor: Floor[Any], closed: str, window: str) -> str | None:
    """The stage of opening that comes after `closed`; None when all is opened, or nothing sealed."""
    terms = floor.terms
    if terms.escrow is Escrow.PLAIN or not floor.standing.sealed:
        return None
    first = BY_TRUSTEES if terms.escrow is Escrow.TRUSTEES else BY_BIDDERS
    remedy = REMEDY if terms.on_missing is OnMissing.REMEDY_UPLOAD else None
    return {window: first, BY_TRUSTEES: BY_BIDDERS, BY_BIDDERS: remedy}.get(closed)


def handed_in(floor: Floor[Any]) -> int:
    """How many have an offer, opened or still sealed."""
    return len(floor.standing.offers) + len(floor.standing.sealed)


@dataclass(frozen=True, slots=True)
class Unsealing:
    """One window of `length` microseconds; `last`: what is sealed at its end stays so."""

    id: str
    window: Sealed
    length: Instant
    last: bool
    kind: str = KIND

    @property
    def title(self) -> Text:
        """Its name for people."""
        return _TITLES[self.id]

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Keys are taken."""
        del floor
        return (StageOpened(self.id, self.kind, now, now + self.length),)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """A bidder opens his own offer; whether his key fits, the house sees."""
        del now
        if not isinstance(ask, Reveal):
            late = isinstance(ask, Bid | SealedBid)
            return Refuse("AFTER_DEADLINE" if late else "OUTSIDE_WINDOW")
        if refused := self._may(floor, bidder):
            return refused
        if ask.plain is not None and self.id != REMEDY:
            return Refuse("KEY_REQUIRED")
        return Accept(())

    def _may(self, floor: Floor[Any], bidder: str) -> Refuse | None:
        if self.id == BY_TRUSTEES:
            return Refuse("TRUSTEES_OPEN")
        return None if bidder in floor.standing.sealed else Refuse("NOTHING_SEALED")

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """A trustee's private key, once; whether it is the right one, the house sees."""
        del officer
        closes = floor.standing.closes
        if not isinstance(ask, TrusteeKey):
            return Refuse("NOT_BIDDABLE")
        if now < floor.standing.opens or (closes is not None and now >= closes):
            return Refuse("OUTSIDE_WINDOW")
        if ask.trustee not in {t.id for t in floor.terms.trustees}:
            return Refuse("NO_SUCH_TRUSTEE")
        if ask.trustee in floor.standing.trustee_keys:
            return Refuse("ALREADY_ANSWERED")
        return Accept((TrusteeOpened(ask.trustee, ask.key),))

    def unseal(self, floor: Floor[Any], openings: Sequence[Unsealed]) -> tuple[FloorFact, ...]:
        """What the openings come to, one fact each: an offer with its place in time, or void."""
        return tuple(self._opened(floor, one) for one in openings)

    def _opened(self, floor: Floor[Any], one: Unsealed) -> OfferOpened | OfferVoided:
        sealed = floor.standing.sealed[one.bidder]
        reason = one.fault or self._fault(floor, sealed, one)
        if reason is not None or one.amount is None:
            # Whose doing: keys are checked when they come, so what does not open was dealt so.
            return OfferVoided(one.bidder, reason or "SEAL_UNREADABLE", f"bidder:{one.bidder}")
        lot = floor.entrants[one.bidder].lot if sealed.lot is None else sealed.lot
        return OfferOpened(one.bidder, lot, one.amount)

    def _fault(self, floor: Floor[Any], sealed: SealedOffer, one: Unsealed) -> str | None:
        if one.text is None or not answers(sealed.commit, one.text):
            return "COMMITMENT_DIFFERS"
        if one.amount is None:
            return "SEAL_UNREADABLE"
        window = self.window
        refused = window.ladder.check(
            one.amount, window.current(floor, one.bidder)
        ) or window.check(floor, one.bidder, Bid(one.amount, sealed.lot))
        return None if refused is None else refused.reason

    def due(self, floor: Floor[Any]) -> Instant | None:
        """At once when nothing is sealed any more, else the end of the window."""
        return floor.standing.closes if floor.standing.sealed else floor.standing.opens

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """One window."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Everything that opened is read out; what did not waits for what follows, or is revoked."""
        closed, pending = StageClosed(self.id), floor.standing.sealed
        if pending and self.id == BY_TRUSTEES:
            missing = QuorumMissing(len(floor.standing.trustee_keys), floor.terms.threshold)
            return (closed, missing)
        if pending and not self.last:
            return (closed,)
        gone = tuple(OfferWithdrawn(bidder, None, "revoked") for bidder in sorted(pending))
        leaders = self.window.leading(floor.after(gone, now))
        return (closed, *gone, Revealed("offers"), leaders)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """As the terms say."""
        return given_back(floor, self.length, since, now)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Open one's own offer, where that is asked."""
        del now
        return Actions(ask="reveal", blocked=self._may(floor, bidder))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Sealed until all are read out."""
        del floor
        return Disclosure(sealed=True)
