"""Offers sealed by the bidders: what is taken, and what comes out when keys are published.

The rule says when keys may come and what an opening means; here the ciphers are computed, by
`bidding.proof.escrow`, on nothing but the state and the request. So a replay opens the same
boxes and finds the same faults.

What it is not: a keeper of secrets. A key that is not due must not get here, since every request
is written down, refused ones too: `unwritable` is for the door to ask first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auction_rules.escrow_terms import EscrowTerms
from auction_rules.facts import FloorFact
from auction_rules.floor import Floor, Reveal, SealedBid, SealedOffer, TrusteeKey, Unsealed
from auction_rules.rule import Refuse, Rule
from auction_rules.stages.unsealing import KIND
from bidding.core.state import State
from bidding.proof import escrow
from bidding.proof.text import from_base64


def unit_name(terms: EscrowTerms) -> str:
    """The unit a sealed price is in: `CNY.2` counts hundredths of CNY."""
    return f"{terms.unit.en}.{terms.unit.scale}"


def malformed(state: State, bidder: str, ask: SealedBid) -> bool:
    """Whether the parts cannot be those of a sealed offer.

    Every box of one bidder has one length, whatever its price: another length would tell something.
    """
    try:
        context = _context(state, bidder, ask.lot)
        commit, box = from_base64(ask.commit), from_base64(ask.box)
        shares = [from_base64(one) for one in ask.shares]
    except (ValueError, AssertionError):
        return True
    whole = len(commit) == 32 and len(box) == escrow.box_bytes(context, unit_name(state.terms))
    return not whole or any(len(one) not in escrow.SHARE_BYTES for one in shares)


def unwritable(state: State, bidder: str | None, ask: TrusteeKey | Reveal) -> str | None:
    """Why a key must not even be written down; None when it is due and fits.

    TOO_EARLY: opening has not begun here. NOT_THIS_KEY: it does not fit, so it may well be the
    key of another auction where everything is still sealed. Opening never goes back to sealing,
    so an answer from the committed state cannot be too late.
    """
    if state.status != "running" or state.standing.kind != KIND:
        return "TOO_EARLY"
    if isinstance(ask, TrusteeKey):
        known = next((t.public for t in state.terms.trustees if t.id == ask.trustee), None)
        return None if known is not None and _fits(ask.key, known) else "NOT_THIS_KEY"
    one = state.standing.sealed.get(bidder or "")
    if one is not None and _own_plain(state, one, ask) is None:
        return "NOT_THIS_KEY"
    return None


def with_trustee(
    state: State, floor: Floor[Any], ask: TrusteeKey, rule: Rule
) -> tuple[FloorFact, ...] | Refuse:
    """What the key opens once enough of them are there; `floor` holds it already."""
    terms: EscrowTerms = floor.terms
    public = next(t.public for t in terms.trustees if t.id == ask.trustee)
    if not _fits(ask.key, public):
        return Refuse("TRUSTEE_KEY_WRONG")
    if len(floor.standing.trustee_keys) < terms.threshold:
        return ()
    numbers = {t.id: number for number, t in enumerate(terms.trustees, 1)}
    privates = {numbers[who]: from_base64(key) for who, key in floor.standing.trustee_keys.items()}
    found = [_by_trustees(state, one, privates) for one in _in_order(floor.standing.sealed)]
    return rule.unseal(floor, tuple(found))


def by_bidder(
    state: State, floor: Floor[Any], bidder: str, ask: Reveal, rule: Rule
) -> tuple[FloorFact, ...] | Refuse:
    """What the bidder's own key, or his plain offer, makes of what he sealed."""
    one = floor.standing.sealed[bidder]
    raw = _own_plain(state, one, ask)
    if raw is None:
        return Refuse("SEAL_KEY_WRONG")
    return rule.unseal(floor, (_read(state, one, raw),))


def _fits(key: str, public: str) -> bool:
    private = _bytes(key)
    return private is not None and escrow.is_key_of(private, from_base64(public))


def _own_plain(state: State, one: SealedOffer, ask: Reveal) -> bytes | None:
    """The bytes he committed to, out of his key or as he hands them in; None when they are not."""
    if (ask.secret is None) == (ask.plain is None):
        return None
    context, sealed = _context(state, one.bidder, one.lot), _parts(one)
    raw = _bytes(ask.secret or ask.plain or "")
    if raw is not None and ask.secret is not None:
        try:
            raw = escrow.open_box(context, sealed, raw)
        except escrow.EscrowError:
            return None
    return raw if raw is not None and escrow.commitment(context, raw) == sealed.commit else None


def _by_trustees(state: State, one: SealedOffer, privates: Mapping[int, bytes]) -> Unsealed:
    trustees = [from_base64(t.public) for t in state.terms.trustees]
    opened = escrow.unseal(_context(state, one.bidder, one.lot), _parts(one), trustees, privates)
    # The keys are the right ones, so whatever is wrong was dealt so. A bid that opens to some
    # quorums only would let its bidder choose with a friendly trustee whether it opens at all.
    if opened.plain is None or opened.dealt_wrong:
        return Unsealed(one.bidder, None, None, "SHARES_DEALT_WRONG")
    return _read(state, one, opened.plain)


def _read(state: State, one: SealedOffer, raw: bytes) -> Unsealed:
    context = _context(state, one.bidder, one.lot)
    try:
        price = escrow.read(context, raw, unit_name(state.terms))
    except escrow.EscrowError:
        return Unsealed(one.bidder, context.raw + raw, None)
    return Unsealed(one.bidder, context.raw + raw, price)


def _context(state: State, bidder: str, lot: str | None) -> escrow.Context:
    return escrow.Context(state.document["auction"], lot or "", bidder)


def _parts(one: SealedOffer) -> escrow.Sealed:
    shares = tuple(from_base64(share) for share in one.shares)
    return escrow.Sealed(from_base64(one.commit), from_base64(one.box), one.k, shares)


def _in_order(sealed: Mapping[str, SealedOffer]) -> list[SealedOffer]:
    return sorted(sealed.values(), key=lambda one: one.i)


def _bytes(text: str) -> bytes | None:
    try:
        return from_base64(text)
    except ValueError:
        return None
