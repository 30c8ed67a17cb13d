"""A sealed guarantee: equally long, bound to its log and commitment, and opened by its own secret alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bidding.proof import hpke
from bidding.proof.guarantee import BOX_BYTES, Told, owner_of, seal, secret_of, unseal
from bidding.proof.hpke import Curve

HOUSE = bytes(range(32))
ORIGIN = "bid.example.cn/log/land"
SECRET = secret_of(HOUSE, ORIGIN)
COMMIT = "Y29tbWl0bWVudA=="
TOLD = Told("land", "03", "中山某某银行", "BH-2026-001", 50_000, 1_772_413_200_000_000, "ab" * 16)


def boxed(told: Told = TOLD, curve: Curve = Curve.X25519) -> bytes:
    public = hpke.public_for(hpke.publics(SECRET), curve)
    assert public is not None
    return seal(told, public, ORIGIN, COMMIT)


@pytest.mark.parametrize("curve", Curve)
def test_it_opens_to_what_was_sealed_on_either_curve(curve):
    box = boxed(curve=curve)
    assert len(box) in BOX_BYTES
    assert unseal(box, SECRET, ORIGIN, COMMIT) == TOLD
    for word in ("中山", "BH-2026-001", "03"):
        assert word.encode() not in box


def test_neither_issuer_nor_amount_shows_in_its_length():
    longer = replace(TOLD, issuer="银" * 120, amount=2**53 - 1)
    assert len(boxed(longer)) == len(boxed())
    with pytest.raises(ValueError, match="too many words"):
        boxed(replace(TOLD, issuer="银" * 400))


def test_elsewhere_or_changed_it_does_not_open():
    box = boxed()
    assert unseal(box, secret_of(HOUSE, f"{ORIGIN}-2"), ORIGIN, COMMIT) is None
    assert unseal(box, SECRET, f"{ORIGIN}-2", COMMIT) is None
    assert unseal(box, SECRET, ORIGIN, "b3RoZXI=") is None
    assert unseal(box[:-1] + bytes([box[-1] ^ 1]), SECRET, ORIGIN, COMMIT) is None
    assert unseal(box[:-1], SECRET, ORIGIN, COMMIT) is None


@pytest.mark.parametrize(
    "plain",
    [b"not json", b"[]", b"{}", b'{"v":1}'],
)
def test_what_opens_to_something_else_is_nothing(plain):
    public = hpke.public_for(hpke.publics(SECRET), Curve.X25519)
    assert public is not None
    info = f"bidding/guarantee/v1\n{ORIGIN}\n{COMMIT}".encode()
    box = hpke.seal(plain.ljust(1024), public, info)
    assert unseal(box, SECRET, ORIGIN, COMMIT) is None


def test_an_owner_is_known_again_in_one_auction_and_nowhere_else():
    assert owner_of(SECRET, "zhao") == owner_of(SECRET, "zhao")
    assert owner_of(SECRET, "zhao") != owner_of(SECRET, "qian")
    assert owner_of(SECRET, "zhao") != owner_of(secret_of(HOUSE, f"{ORIGIN}-2"), "zhao")
    assert "zhao" not in owner_of(SECRET, "zhao")
