"""Sealing an offer on the bidder's own machine, from what the room says about its escrow.

It is for bots, tests and whoever bids from a program; the page does the same in the browser. What
it returns beside the message must be kept: without it the bidder cannot open his own offer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from bidding.proof import escrow
from bidding.proof.text import from_base64, to_base64


@dataclass(frozen=True, slots=True)
class Kept:
    """The key of the box and the plain offer, base64; nobody else has them."""

    key: str
    plain: str


class NotSealed(Exception):
    """The auction does not take offers sealed by the bidders."""


def sealed(
    room: dict[str, Any], bidder: str, price: int, lot: str | None
) -> tuple[dict[str, Any], Kept]:
    """The parts of a `seal` message, and what to keep. Raises NotSealed, EscrowError."""
    terms = room.get("escrow")
    if terms is None:
        raise NotSealed(room["auction"])
    context = escrow.Context(room["auction"], lot or "", bidder)
    plain = escrow.plain(context, price, terms["unit"], secrets.token_bytes(32))
    key = secrets.token_bytes(32)
    publics = [from_base64(trustee["public"]) for trustee in terms["trustees"]]
    made = escrow.seal(context, plain, key, publics, terms["threshold"])
    parts = {
        "commit": to_base64(made.commit),
        "box": to_base64(made.box),
        "k": made.k,
        "shares": [to_base64(share) for share in made.shares],
        "lot": lot,
    }
    return parts, Kept(to_base64(key), to_base64(plain))
