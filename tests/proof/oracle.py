"""Slow and obvious twins: the recursions of RFC 6962 2.1 with nothing clever in them."""

from bidding.proof.merkle import mth


def _k(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m, leaves):
    """PATH(m, D[n])."""
    n = len(leaves)
    if n == 1:
        return []
    k = _k(n)
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def proof(m, leaves):
    """PROOF(m, D[n])."""
    return _subproof(m, leaves, known=True)


def _subproof(m, leaves, *, known):
    n = len(leaves)
    if m == n:
        return [] if known else [mth(leaves)]
    k = _k(n)
    if m <= k:
        return [*_subproof(m, leaves[:k], known=known), mth(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], known=False), mth(leaves[:k])]
