"""drand's own signatures: rounds as they were published hold, and nothing else does."""

from __future__ import annotations

import hashlib

import pytest

from auction_rules.draw_terms import QUICKNET_CHAIN
from replay.beacon import KEY, is_signed
from tests.replay.draws import ROUND_1000

# drand quicknet's rounds, as its nodes published them; the second is drand-verify's own example.
PUBLISHED = {
    1000: ROUND_1000,
    657413: (
        "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be"
        "41076862b98fad56e91a6b85b89cd97b"
    ),
    10024141: (
        "8c87caf26bb4f5e9fdfad5ddf739ff8683344f8cf04a8c381225ff067557b5d9"
        "d51937eed765fcef21971bf5ddef44bb"
    ),
}
GROUP = "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"
"""The hash of the group of nodes, from quicknet's chain information."""


@pytest.mark.parametrize("number", PUBLISHED)
def test_a_published_round_holds(number: int) -> None:
    assert is_signed(number, PUBLISHED[number])


def test_the_randomness_is_the_published_one() -> None:
    found = hashlib.sha256(bytes.fromhex(ROUND_1000)).hexdigest()
    assert found == "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"


def test_a_signature_is_of_its_own_round_alone() -> None:
    for number in PUBLISHED:
        for other, signature in PUBLISHED.items():
            assert is_signed(number, signature) is (number == other)
    assert not is_signed(999, ROUND_1000)


def test_no_bit_of_a_signature_may_change() -> None:
    raw = bytes.fromhex(ROUND_1000)
    for bit in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        assert not is_signed(1000, changed.hex()), bit


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nonsense",
        "ab" * 48,
        "00" * 48,
        "ff" * 48,
        # The point at infinity, which pairs with everything.
        "c0" + "00" * 47,
        ROUND_1000[:-2],
        ROUND_1000 + "00",
    ],
)
def test_what_officers_may_have_typed_is_answered_and_never_raises(typed: str) -> None:
    assert is_signed(1000, typed) is False


def test_the_chain_named_in_the_notice_is_made_from_this_key() -> None:
    """Of its chain hash drand says: period, genesis time, public key, group hash, name."""
    period, genesis = (3).to_bytes(4), (1_692_803_367).to_bytes(8)
    made = hashlib.sha256(period + genesis + KEY + bytes.fromhex(GROUP) + b"quicknet")
    assert made.hexdigest() == QUICKNET_CHAIN
