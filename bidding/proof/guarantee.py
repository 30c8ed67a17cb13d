r"""A guarantee (电子保函) sealed to the house until the opening, so that nobody learns who will bid.

    info  = "bidding/guarantee/v1\n" origin "\n" commit
    plain = canonical JSON {amount, auction, bidder, issuer, nonce, number, until, v}, spaces up to 1024
    box   = HPKE.Seal(public key of the auction, info, plain)              (hpke.py)

1. All boxes of a curve are equally long: neither issuer nor amount shows in the length.
2. A box is bound to the log and to its commitment: copied elsewhere it does not open.
3. The secret of an auction comes of the house's own (HMAC), and none is in a database: whoever reads
   the books or the log before the opening finds commitments and boxes.

It is not secrecy from who runs the machine and reads its key file: for that there would have to be
trustees, as with sealed offers (escrow.py).
"""

import hashlib
import hmac
from dataclasses import asdict, dataclass
from typing import Final

from bidding.proof import canon, hpke
from bidding.proof.hpke import Curve

PLAIN_BYTES: Final = 1024
VERSION: Final = 1
BOX_BYTES: Final = frozenset(hpke.sealed_bytes(curve, PLAIN_BYTES) for curve in Curve)
_CONTEXT: Final = b"bidding/guarantee/v1\n"
_KINDS: Final[dict[str, type]] = {
    **dict.fromkeys(("auction", "bidder", "issuer", "nonce", "number"), str),
    **dict.fromkeys(("amount", "until", "v"), int),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a sealed guarantee says. `amount` in fen, `until` in microseconds."""

    auction: str
    bidder: str
    issuer: str
    number: str
    amount: int
    until: int
    nonce: str


def secret_of(house: bytes, origin: str) -> bytes:
    """The secret of one auction, from the house's; 32 bytes."""
    return hmac.digest(house, _CONTEXT + b"key\n" + origin.encode(), hashlib.sha256)


def owner_of(secret: bytes, account: str) -> str:
    """What a box is kept under: the same account is known again, and nobody can tell which it is."""
    return hmac.digest(secret, _CONTEXT + b"owner\n" + account.encode(), hashlib.sha256).hex()[:32]


def _info(origin: str, commit: str) -> bytes:
    return _CONTEXT + f"{origin}\n{commit}".encode()


def seal(told: Told, public: bytes, origin: str, commit: str) -> bytes:
    """The box, to a public key of one curve. ValueError when it says too much for a box."""
    plain = canon.encode({**asdict(told), "v": VERSION})
    if len(plain) > PLAIN_BYTES:
        raise ValueError("a guarantee of too many words")
    return hpke.seal(plain.ljust(PLAIN_BYTES), public, _info(origin, commit))


def unseal(box: bytes, secret: bytes, origin: str, commit: str) -> Told | None:
    """What it says; None where it does not open, or opens to something else."""
    plain = hpke.unseal(box, PLAIN_BYTES, secret, _info(origin, commit))
    if plain is None:
        return None
    try:
        found = canon.decode(plain.rstrip(b" "))
    except ValueError:
        return None
    if not isinstance(found, dict) or found.keys() != _KINDS.keys():
        return None
    if any(type(found[name]) is not kind for name, kind in _KINDS.items()):
        return None
    if found.pop("v") != VERSION:
        return None
    return Told(**found)


__all__ = ["BOX_BYTES", "PLAIN_BYTES", "Told", "owner_of", "seal", "secret_of", "unseal"]
