r"""Sealed bids: a commitment, a locked box, and its key in k-of-n escrow with named trustees.

    ctx    = "bidding/sealed-bid/v1\n" auction "\n" lot "\n" bidder "\n"
    pt     = canonical JSON {auction, bidder, lot, nonce, pad, price, unit, v}
    cm     = SHA-256(ctx || pt)
    box    = AES-256-GCM(HKDF-Expand(K, "bidding/box/v1", 32), iv = 12 zero bytes, aad = ctx || cm, pt)
    shares = shamir.deal(K, k, n)
    s_i    = HPKE.Seal(trustee i, info = ctx || cm || byte(i), share i), enc || ct

HPKE is RFC 9180 base mode, single shot, over X25519, or over P-256 from a browser without it
(hpke.py); a share tells by its length which, and a trustee's one private key opens both.

1. K and nonce are 32 bytes of fresh chance each: the box has a fixed iv because its key is used
   once. The caller brings them; nothing here draws except HPKE's own ephemeral key.
2. `pad` makes all prices equally long, so that a box does not tell the digits of its price.
3. Everything is bound to auction, lot and bidder: a box copied under another name never opens.
4. A trustee reports by publishing his one-time private key for this auction. Whether it is the
   right one everybody can see, so a trustee cannot lie; who dealt badly is then the bidder.
5. A bidder who opens for himself (k = 0, no shares) publishes K; without K, the very bytes of
   `pt` answer the commitment as well.

It is not a policy: who the trustees are and what follows from a bid that does not open, the
terms of an auction say.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from bidding.proof import canon, hpke, shamir
from bidding.proof.form import in_chinese
from bidding.proof.hpke import Curve
from bidding.proof.text import BilingualError, from_base64, to_base64

KEY_BYTES: Final = 32
TAG_BYTES: Final = 16
SHARE_BYTES: Final = frozenset(hpke.sealed_bytes(c, shamir.SECRET_BYTES) for c in Curve)
"""How long a sealed share may be, ephemeral public key, share and tag: 80 bytes, or 113 of P-256."""
VERSION: Final = 1
_IV: Final = bytes(12)
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{0,64}", re.ASCII)
_DIGITS: Final = len(str(canon.MAX_INT))
_FIELDS: Final = frozenset({"auction", "bidder", "lot", "nonce", "pad", "price", "unit", "v"})


class EscrowError(BilingualError):
    """Something sealed that does not open, or opens to something else."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a sealed bid is for; bound into every part of it. `lot` may be empty."""

    auction: str
    lot: str
    bidder: str

    def __post_init__(self) -> None:
        # A newline in a name would let two contexts have the same bytes.
        assert all(_NAME.fullmatch(one) for one in (self.auction, self.lot, self.bidder))

    @property
    def raw(self) -> bytes:
        """The bytes `ctx`."""
        return f"bidding/sealed-bid/v1\n{self.auction}\n{self.lot}\n{self.bidder}\n".encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the bidder hands in. `k` is 0 and `shares` empty where he opens it himself."""

    commit: bytes
    box: bytes
    k: int
    shares: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """What came out of one sealed bid, and who is to blame where something was wrong.

    `plain` is None when no quorum of the keys at hand opens it. `dealt_wrong` are the numbers of
    shares the bidder dealt wrongly, as far as the keys at hand show; `reported_wrong` those of
    trustees whose private key is not the one their public key belongs to.
    """

    plain: bytes | None
    key: bytes | None
    dealt_wrong: tuple[int, ...]
    reported_wrong: tuple[int, ...]


def plain(context: Context, price: int, unit: str, nonce: bytes) -> bytes:
    """The bytes `pt`. `price` counts the smallest unit, 0 .. 2**53-1; `nonce` is 32 random bytes."""
    assert 0 <= price <= canon.MAX_INT, "the price is out of range"
    assert len(nonce) == KEY_BYTES, "the nonce has 32 bytes"
    return canon.encode(
        {
            "auction": context.auction,
            "bidder": context.bidder,
            "lot": context.lot,
            "nonce": to_base64(nonce),
            "pad": "0" * (_DIGITS - len(str(price))),
            "price": price,
            "unit": unit,
            "v": VERSION,
        }
    )


def box_bytes(context: Context, unit: str) -> int:
    """How long every box of this context is, whatever the price."""
    return len(plain(context, 0, unit, bytes(KEY_BYTES))) + TAG_BYTES


def read(context: Context, raw: bytes, unit: str) -> int:
    """The price in the bytes `pt`; EscrowError unless they are what `plain` makes."""
    try:
        value = canon.decode(raw)
    except canon.CanonError as error:
        raise EscrowError(
            f"not a sealed bid: {error}", f"密封内容无法识别：{in_chinese(error)}"
        ) from None
    if not isinstance(value, dict) or value.keys() != _FIELDS:
        raise EscrowError("not the fields of a sealed bid", "密封内容的字段不对")
    price, nonce = value["price"], value["nonce"]
    try:
        again = plain(context, price, unit, from_base64(nonce))
    except (AssertionError, AttributeError, TypeError, ValueError):
        again = b""
    if type(price) is not int or again != raw:
        # Somebody else's name, another lot, unit or version, or a padding that tells something.
        raise EscrowError("sealed for something else", "密封内容与本标的、本人或计价单位不符")
    return price


def commitment(context: Context, raw: bytes) -> bytes:
    """`cm`: it binds to `raw`, and hides it as long as its nonce is unknown."""
    return hashlib.sha256(context.raw + raw).digest()


def seal(
    context: Context,
    raw: bytes,
    key: bytes,
    trustees: Sequence[bytes],
    k: int,
    *,
    curve: Curve = Curve.X25519,
) -> Sealed:
    """The sealed bid over the bytes `pt`. `key` is K; `trustees` are public keys in order.

    No trustees and k = 0: the bidder opens it himself with K. Raises EscrowError for a trustee's
    key under which HPKE cannot seal with this curve.
    """
    assert len(key) == KEY_BYTES, "K has 32 bytes"
    assert 0 <= k <= len(trustees) and (k == 0) == (not trustees), "k of n"  # noqa: PT018
    commit = commitment(context, raw)
    bound = context.raw + commit
    box = AESGCM(_box_key(key)).encrypt(_IV, raw, bound)
    dealt = shamir.deal(key, k, len(trustees)) if k else ()
    shares = []
    for number, (share, public) in enumerate(zip(dealt, trustees, strict=True), 1):
        if fault := key_fault(public):
            raise EscrowError(f"trustee {number}: {fault}", f"第 {number} 名受托人的公钥不可用")
        theirs = hpke.public_for(public, curve)
        if theirs is None:
            raise EscrowError(
                f"trustee {number} has no P-256 key", f"第 {number} 名受托人没有 P-256 公钥"
            )
        shares.append(hpke.seal(share, theirs, bound + bytes([number])))
    return Sealed(commit, box, k, tuple(shares))


def open_box(context: Context, sealed: Sealed, key: bytes) -> bytes:
    """The bytes `pt` in the box under K; EscrowError when K is another or the bid was altered."""
    if len(key) != KEY_BYTES:
        raise EscrowError("a key has 32 bytes", "密钥长度应为 32 字节")
    try:
        raw = AESGCM(_box_key(key)).decrypt(_IV, sealed.box, context.raw + sealed.commit)
    except InvalidTag:
        raise EscrowError("the key does not open the box", "该密钥打不开密封报价") from None
    if commitment(context, raw) != sealed.commit:
        raise EscrowError("the box holds something else", "密封内容与承诺不符")
    return raw


def open_share(context: Context, sealed: Sealed, number: int, private: bytes) -> bytes | None:
    """Share `number` under its trustee's private key; None when it was not sealed to him."""
    info = context.raw + sealed.commit + bytes([number])
    return hpke.unseal(sealed.shares[number - 1], shamir.SECRET_BYTES, private, info)


def unseal(
    context: Context, sealed: Sealed, trustees: Sequence[bytes], privates: Mapping[int, bytes]
) -> Opened:
    """What the private keys at hand, by share number, make of a sealed bid.

    Every k of the shares is tried until the box opens and the commitment holds; then all n
    shares are recomputed, and each one that was opened is compared.
    """
    assert len(sealed.shares) == len(trustees), "a share for each trustee"
    assert sealed.k >= 1, "opened by trustees, not by the bidder"
    wrong = tuple(n for n in sorted(privates) if not is_key_of(privates[n], trustees[n - 1]))
    found = {
        n: open_share(context, sealed, n, privates[n]) for n in sorted(privates) if n not in wrong
    }
    shares = {n: share for n, share in found.items() if share is not None}
    for quorum in combinations(shares, sealed.k):
        key = shamir.join({n: shares[n] for n in quorum})
        try:
            raw = open_box(context, sealed, key)
        except EscrowError:
            continue
        right = shamir.deal(key, sealed.k, len(trustees))
        dealt_wrong = tuple(n for n, share in found.items() if share != right[n - 1])
        return Opened(raw, key, dealt_wrong, wrong)
    unreadable = tuple(n for n, share in found.items() if share is None)
    return Opened(None, None, unreadable, wrong)


def public_of(private: bytes) -> bytes:
    """The X25519 public key of a private one; EscrowError when it has not 32 bytes."""
    return publics_of(private)[: Curve.X25519.value]


def publics_of(private: bytes) -> bytes:
    """Both public keys of a private one (hpke.py); EscrowError when it has not 32 bytes."""
    if len(private) != KEY_BYTES:
        raise EscrowError("a key has 32 bytes", "密钥长度应为 32 字节")
    return hpke.publics(private)


def is_key_of(private: bytes, public: bytes) -> bool:
    """Whether the private key is the one this public key, of X25519 alone or both, belongs to."""
    if len(private) != KEY_BYTES:
        return False
    return public in (public_of(private), publics_of(private))


def key_fault(public: bytes) -> str | None:
    """Why nothing can be sealed to this trustee's public key; None when it is sound."""
    return hpke.fault(public)


def _box_key(key: bytes) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=32, info=b"bidding/box/v1").derive(key)
