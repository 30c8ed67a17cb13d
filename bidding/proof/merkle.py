"""Merkle trees and their proofs, as RFC 6962 section 2.1 defines them.

The hash is SHA-256. `Tree` can be told another of 32 bytes for a second log beside the first
(gm.py); proofs between the two are not a thing.

A tree is a list of leaf hashes and one short number, the root. An inclusion proof
shows that an entry is in the tree of a root; a consistency proof shows that a later
tree begins with an earlier one. Neither shows anybody else's entry.

It is not storage: a `Tree` is a cache in memory that the stored entries rebuild.

Leaves and nodes are hashed under different prefixes, so an inner node can never pass
for an entry's hash. It can still pass for a *leaf hash* of a smaller tree: take the
size from the signed checkpoint and the leaf hash from the entry's bytes, always.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()


class ProofError(ValueError):
    """A proof that does not hold, or cannot be made; the text says which part."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Hashing:
    """What a tree is made with: the hash of two children, and the root of no leaves at all."""

    node: Callable[[bytes, bytes], bytes]
    empty: bytes


SHA256: Final = Hashing(node_hash, EMPTY_ROOT)


def mth(leaves: Sequence[bytes]) -> bytes:
    """The root by the recursion of RFC 6962 2.1, word for word; O(n), the slow twin of `Tree`."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node_hash(mth(leaves[:split]), mth(leaves[split:]))


def _split(width: int) -> int:
    """The largest power of two smaller than `width` (RFC 6962 calls it k)."""
    return 1 << ((width - 1).bit_length() - 1)


class Tree:
    """An append-only tree that answers for its present size and for every earlier one.

    `_levels[h][i]` is the hash of the complete subtree over leaves [i*2**h, (i+1)*2**h):
    two hashes kept per leaf, so that any root or proof costs O(log n) hashes.
    """

    __slots__ = ("_empty", "_levels", "_node")

    def __init__(self, hashing: Hashing = SHA256) -> None:
        self._levels: list[list[bytes]] = [[]]
        self._node, self._empty = hashing.node, hashing.empty

    @classmethod
    def from_leaves(cls, leaves: Iterable[bytes], hashing: Hashing = SHA256) -> "Tree":
        """A tree over leaf hashes, in order."""
        tree = cls(hashing)
        for leaf in leaves:
            tree.append(leaf)
        return tree

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> int:
        """Adds a leaf hash and returns its index; amortised one inner hash."""
        if len(leaf) != HASH_BYTES:
            raise ProofError("a leaf hash has 32 bytes")
        levels = self._levels
        index = position = len(levels[0])
        levels[0].append(leaf)
        height = 0
        while position & 1:
            row = levels[height]
            parent = self._node(row[position - 1], row[position])
            position >>= 1
            height += 1
            if height == len(levels):
                levels.append([])
            levels[height].append(parent)
        return index

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves (all of them by default)."""
        size = self._known(size)
        return self._span(0, size) if size else self._empty

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """PATH(index, D[0:size]) of RFC 6962 2.1.1, leaf's sibling first."""
        size = self._known(size)
        if not 0 <= index < size:
            raise ProofError(f"no entry {index} in a tree of {size}")
        low, high, path = 0, size, []
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._span(middle, high))
                high = middle
            else:
                path.append(self._span(low, middle))
                low = middle
        path.reverse()
        return path

    def consistency(self, m: int, n: int | None = None) -> list[bytes]:
        """PROOF(m, D[0:n]) of RFC 6962 2.1.2: the tree of `n` begins with the tree of `m`."""
        n = self._known(n)
        if not 0 < m <= n:
            raise ProofError(f"no consistency proof from size {m} to {n}")
        low, high, path = 0, n, []
        while m != high:
            middle = low + _split(high - low)
            if m <= middle:
                path.append(self._span(middle, high))
                high = middle
            else:
                path.append(self._span(low, middle))
                low = middle
        if low:  # the verifier knows the root of m only while it starts at leaf 0
            path.append(self._span(low, high))
        path.reverse()
        return path

    def _known(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ProofError(f"size {size} asked of a tree of {self.size}")
        return size

    def _span(self, low: int, high: int) -> bytes:
        """MTH(D[low:high]) for a `low` aligned to the width, folded from the right edge."""
        width, position = high - low, high
        folded: bytes | None = None
        while width:
            lowest = width & -width
            position -= lowest
            height = lowest.bit_length() - 1
            node = self._levels[height][position >> height]
            folded = node if folded is None else self._node(node, folded)
            width -= lowest
        assert folded is not None
        return folded


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Returns when `leaf` is entry `index` of the tree (size, root), else ProofError.

    RFC 9162 2.1.3.2. `size` and `root` must come from a signed checkpoint and `leaf`
    from the entry's bytes: with a size of his own choice an attacker proves an inner node.
    """
    if not 0 <= index < size:
        raise ProofError(f"index {index} outside a tree of {size}")
    _lengths(leaf, root, *proof)
    running = leaf
    for sibling, left in zip(proof, _turns(index, size - 1, len(proof)), strict=True):
        running = node_hash(sibling, running) if left else node_hash(running, sibling)
    if running != root:
        raise ProofError("inclusion proof leads to another root")


def verify_consistency(
    m: int, n: int, root_m: bytes, root_n: bytes, proof: Sequence[bytes]
) -> None:
    """Returns when the tree (n, root_n) begins with the tree (m, root_m), else ProofError.

    RFC 9162 2.1.4.2. Size 0 is refused: every tree begins with the empty one, so such
    a "proof" would say nothing while looking like one.
    """
    if not 0 < m <= n:
        raise ProofError(f"no consistency between sizes {m} and {n}")
    if m == n:
        if proof:
            raise ProofError("equal sizes need no proof")
        if root_m != root_n:
            raise ProofError("equal sizes, different roots")
        return
    _lengths(root_m, root_n, *proof)
    if not proof:
        raise ProofError("consistency proof missing")
    path = list(proof)
    if m & (m - 1) == 0:  # a complete tree of m is itself the first node of the path
        path.insert(0, root_m)
    node, last = m - 1, n - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old = new = path[0]
    for sibling, left in zip(path[1:], _turns(node, last, len(path) - 1), strict=True):
        if left:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if old != root_m:
        raise ProofError("consistency proof does not lead to the earlier root")
    if new != root_n:
        raise ProofError("consistency proof does not lead to the later root")


def _turns(node: int, last: int, steps: int) -> list[bool]:
    """For each hash of a path from `node` to the root, whether it stands on the left.

    `last` is the last node of the same level; both are called fn and sn in RFC 9162.
    Raises ProofError unless the way up takes exactly `steps` hashes.
    """
    turns = []
    for _ in range(steps):
        if not last:
            raise ProofError("proof too long")
        left = bool(node & 1) or node == last
        if left:
            # A node without a right neighbour rises until it is somebody's right child.
            while node and not node & 1:
                node >>= 1
                last >>= 1
        turns.append(left)
        node >>= 1
        last >>= 1
    if last:
        raise ProofError("proof too short")
    return turns


def _lengths(*hashes: bytes) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofError("a hash has 32 bytes")
