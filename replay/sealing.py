"""Sealing in a play: what a bidder's browser would do, with keys that the play itself gives.

A play seals with chance that is none, so that its commitments and boxes are the same in every
run, and with `flaw` deals wrongly on purpose. It protects nothing; the browser's own code does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from auction_rules.facts import Amount
from auction_rules.floor import Reveal, SealedBid, TrusteeKey
from bidding.core.sealing import unit_name
from bidding.proof import escrow
from bidding.proof.text import from_base64, to_base64
from replay.located import Unreadable

FLAWS: Final = ("share", "copy", "box", "unit", "threshold", "long", "text")


@dataclass(frozen=True, slots=True)
class _Kept:
    """What stays in the bidder's browser."""

    key: bytes
    plain: bytes


class Sealer:
    """The browsers and the trustees of one play."""

    def __init__(self, auction: str, terms: Any, privates: Mapping[str, str]) -> None:
        self._auction, self._terms, self._privates = auction, terms, privates
        self._kept: dict[str, _Kept] = {}
        self._last: dict[str, SealedBid] = {}
        self._count = 0

    def seal(self, bidder: str, price: Amount, lot: str | None, flaw: str | None) -> SealedBid:
        """The sealed offer; `flaw` names what is wrong with it, as in `share:2` or `copy:B`."""
        self._count += 1
        what, _, which = (flaw or "").partition(":")
        if flaw is not None and what not in FLAWS:
            there = ", ".join(FLAWS)
            raise Unreadable(
                f"no flaw {flaw!r}; there are {there}", f"没有 {flaw} 这种缺陷，可用：{there}"
            )
        if what == "copy":
            return self._last[which]
        context = escrow.Context(self._auction, lot or "", bidder)
        # ISO 4217's code for no currency.
        unit = "XXX.0" if what == "unit" else unit_name(self._terms)
        plain = escrow.plain(context, price, unit, self._chance("nonce", bidder))
        if what == "text":
            plain = bytes(len(plain))
        key = self._chance("key", bidder)
        publics = [from_base64(t.public) for t in self._terms.trustees]
        sealed = escrow.seal(context, plain, key, publics, self._terms.threshold)
        if what == "share":
            wrong = escrow.seal(context, plain, self._chance("other", bidder), publics, sealed.k)
            number = int(which)
            mixed = (
                *sealed.shares[: number - 1],
                wrong.shares[number - 1],
                *sealed.shares[number:],
            )
            sealed = replace(sealed, shares=mixed)
        elif what == "box":
            other = escrow.plain(context, price + 1, unit, self._chance("nonce", bidder))
            sealed = replace(sealed, box=escrow.seal(context, other, key, (), 0).box)
        elif what == "threshold":
            sealed = replace(sealed, k=sealed.k - 1)
        elif what == "long":
            sealed = replace(sealed, box=sealed.box + b"\0")
        commit, box = to_base64(sealed.commit), to_base64(sealed.box)
        ask = SealedBid(commit, box, sealed.k, tuple(to_base64(s) for s in sealed.shares), lot)
        # By commitment: which of a bidder's offers was taken in the end, only the log knows.
        self._kept[commit], self._last[bidder] = _Kept(key, plain), ask
        return ask

    def reveal(self, commit: str, how: str) -> Reveal:
        """With the key of what stands under this commitment, its plain offer, or a wrong key."""
        kept = self._kept.get(commit)
        if kept is None or how == "wrong":
            return Reveal(secret=to_base64(bytes(32)))
        return (
            Reveal(secret=to_base64(kept.key))
            if how == "key"
            else Reveal(plain=to_base64(kept.plain))
        )

    def trustee_key(self, trustee: str, flaw: str | None) -> TrusteeKey:
        """The trustee's own private key, or one that is not his."""
        given = self._privates.get(trustee)
        if flaw is not None or given is None:
            return TrusteeKey(trustee, to_base64(bytes(32)))
        return TrusteeKey(trustee, given)

    def _chance(self, what: str, bidder: str) -> bytes:
        text = f"daylight scenario, no secret: {self._auction} {bidder} {self._count} {what}"
        return hashlib.sha256(text.encode()).digest()
