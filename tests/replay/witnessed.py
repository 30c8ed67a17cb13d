"""A small real session with a bit of everything, from fixed seeds, so that every byte can be attacked.

Two bidders sign with their own keys and one does not; a bid is refused, a signature is refused, the
session is suspended and resumed, and a draw decides. Two witnesses cosigned, and there are two
checkpoints: one in the middle, one at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auction_rules.floor import Bid, Confirm, Draw
from auction_rules.terms import SECOND
from bidding.client.own_key import OwnKey
from bidding.core.commands import (
    Ask,
    Command,
    Enrol,
    Resume,
    Signature,
    Suspend,
    ask_to_json,
    kind_of,
)
from bidding.core.document import Document
from bidding.proof.archive import write_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Cosigner, Signer
from bidding.proof.policy import policy_text
from bidding.proof.receipt import Receipt
from tests.bidding.core.session import ORIGIN, T0, UNIT, Session, opened

OPENS = T0 + 60 * SECOND
CLOSES = OPENS + 60 * SECOND


def _seed(name: str) -> bytes:
    return sha256(f"daylight witnessed session: {name}".encode()).digest()


LOG = Signer(ORIGIN, _seed("log"))
OFFICE = Cosigner("office.example.cn/witness", _seed("office"))
NOTARY = Cosigner("notary.example.cn/witness", _seed("notary"))
POLICY = policy_text(LOG.verifier, (OFFICE.verifier, NOTARY.verifier), "all")
KEYS = {name: OwnKey(Ed25519PrivateKey.from_private_bytes(_seed(name))) for name in ("A", "B")}

TERMS = {
    "unit": UNIT,
    "listing_opens": OPENS,
    "listing_closes": CLOSES,
    "start_price": 100,
    "step": 10,
    "countdown_seconds": 60,
    "cap_price": 150,
    "cap_sequel": "JOIN_LOTTERY",
    "cap_trigger": "ABOVE_CAP",
    "join_seconds": 30,
}


class _Play:
    def __init__(self) -> None:
        document = Document(
            auction="witnessed",
            title={"zh": "有见证的样例", "en": "Witnessed sample"},  # type: ignore[arg-type]
            rule="land_listing",
            version="1",
            terms=TERMS,
            deposit=0,
        )
        self.session: Session = opened(document, "A", "B", "C")
        self.serial = 0

    def signed(self, bidder: str, ask: Ask, at: int, *, says: Ask | None = None) -> None:
        """One request under its bidder's own key; `says` is what he really signed."""
        self.session.until(at)
        self.serial += 1
        actor, ref, key = f"bidder:{bidder}", f"r-{self.serial}", KEYS[bidder]
        value = key.sign(ORIGIN, actor, ref, kind_of(ask), ask_to_json(says or ask))
        self.session.write(Command(actor, ask, ref, Signature(key.id, value)), at)

    def run(self) -> Session:
        s = self.session
        for bidder, key in KEYS.items():
            self.signed(bidder, Enrol(key.alg, key.public), T0 + SECOND)
        self.signed("A", Bid(100), OPENS + SECOND)
        self.signed("B", Bid(105), OPENS + 2 * SECOND)  # not a step
        self.signed("B", Bid(120), OPENS + 3 * SECOND, says=Bid(110))  # not what he signed
        s.ask("staff:li", Suspend("停电"), OPENS + 10 * SECOND)
        s.ask("staff:li", Resume("恢复供电"), OPENS + 20 * SECOND)
        self.signed("B", Bid(120), OPENS + 30 * SECOND)
        s.until(s.closes)
        start = s.now
        s.ask("bidder:C", Bid(160), start + 5 * SECOND)
        self.signed("B", Confirm(), start + 6 * SECOND)
        s.ask("bidder:C", Confirm(), start + 7 * SECOND)
        s.until(s.closes)
        s.ask("staff:li", Draw("20260302"), s.now + 60 * SECOND)
        while (at := s.due()) is not None:
            s.until(at)
        return s


@cache
def session() -> Session:
    """The session as it was recorded."""
    return _Play().run()


def bodies() -> tuple[bytes, ...]:
    """Its entries."""
    return tuple(session().bodies)


MIDDLE = 9
"""How many entries the first checkpoint covers."""


def checkpoint(
    entries: Sequence[bytes],
    size: int,
    cosigners: Sequence[Cosigner] = (OFFICE, NOTARY),
    signer: Signer = LOG,
) -> bytes:
    """A note over the first `size` entries, signed and cosigned."""
    tree = Tree.from_leaves(map(leaf_hash, entries))
    body = Checkpoint(ORIGIN, size, tree.root(size)).body()
    lines = [one.cosign(body, T0 // SECOND + order) for order, one in enumerate(cosigners)]
    return signer.sign(body) + b"".join(lines)


def archive(
    entries: Sequence[bytes] | None = None,
    cosigners: Sequence[Cosigner] = (OFFICE, NOTARY),
    signer: Signer = LOG,
) -> bytes:
    """An archive that is honestly signed over whatever entries are given."""
    entries = bodies() if entries is None else entries
    sizes = (min(MIDDLE, len(entries)), len(entries))
    notes = [checkpoint(entries, size, cosigners, signer) for size in sizes]
    return write_archive(ORIGIN, entries, notes)


def receipt(index: int, size: int | None = None, cosigners: Sequence[Cosigner] = ()) -> bytes:
    """The receipt of an entry in the tree of the first `size`, without witnesses by default."""
    entries = bodies()
    size = len(entries) if size is None else size
    tree = Tree.from_leaves(map(leaf_hash, entries))
    note = checkpoint(entries, size, cosigners)
    return Receipt(entries[index], index, tuple(tree.inclusion(index, size)), note).encode()
