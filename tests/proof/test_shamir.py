"""Sharing a secret: the field against its definition, all quorums, and nothing from too few."""

import hmac
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof import shamir

SECRET = bytes(range(32))


def slow_times(a, b):
    """The product by its definition: polynomials multiplied, then reduced by 0x11b."""
    product = 0
    for bit in range(8):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(14, 7, -1):
        if product >> bit & 1:
            product ^= 0x11B << (bit - 8)
    return product


def test_product_is_that_of_the_field():
    assert shamir.times(0x57, 0x83) == 0xC1  # FIPS 197 section 4.2
    for a in range(256):
        for b in range(256):
            assert shamir.times(a, b) == slow_times(a, b)


def test_quotient_undoes_the_product():
    for a in range(256):
        for b in range(1, 256):
            assert shamir.over(shamir.times(a, b), b) == a


def test_coefficients_are_those_of_rfc_5869():
    """HKDF-Expand by its definition, T(1) || T(2), against shares at x = 1 and x = 2."""
    info = b"bidding/shares/v1"
    first = hmac.digest(SECRET, info + b"\x01", "sha256")
    second = hmac.digest(SECRET, first + info + b"\x02", "sha256")
    one, two, *_ = shamir.deal(SECRET, 3, 5)
    assert one == bytes(s ^ a ^ b for s, a, b in zip(SECRET, first, second, strict=True))
    at_two = zip(SECRET, first, second, strict=True)
    assert two == bytes(s ^ slow_times(a, 2) ^ slow_times(b, 4) for s, a, b in at_two)


@pytest.mark.parametrize(("k", "n"), [(1, 1), (1, 3), (2, 3), (3, 5), (5, 5), (2, 255)])
def test_any_k_shares_give_it_back_and_fewer_do_not(k, n):
    shares = dict(enumerate(shamir.deal(SECRET, k, n), 1))
    for quorum in list(combinations(shares, k))[:60]:
        assert shamir.join({x: shares[x] for x in quorum}) == SECRET
    if k > 1:
        for few in list(combinations(shares, k - 1))[:60]:
            assert shamir.join({x: shares[x] for x in few}) != SECRET


@given(st.binary(min_size=32, max_size=32), st.data())
def test_shares_beyond_the_quorum_lie_on_the_same_polynomial(secret, data):
    n = data.draw(st.integers(1, 12))
    k = data.draw(st.integers(1, n))
    shares = shamir.deal(secret, k, n)
    chosen = data.draw(st.permutations(range(1, n + 1)))
    more = data.draw(st.integers(k, n))
    assert shamir.join({x: shares[x - 1] for x in chosen[:more]}) == secret


def test_fewer_shares_fit_every_secret_equally():
    """k = 2: from one share each value of a byte remains possible, with one coefficient each."""
    share = shamir.deal(SECRET, 2, 3)[1][0]
    possible = {share ^ shamir.times(coefficient, 2) for coefficient in range(256)}
    assert possible == set(range(256))


@pytest.mark.parametrize(("k", "n"), [(0, 3), (4, 3), (2, 256)])
def test_what_cannot_be_dealt(k, n):
    with pytest.raises(AssertionError):
        shamir.deal(SECRET, k, n)
