import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.merkle import (
    EMPTY_ROOT,
    ProofError,
    Tree,
    leaf_hash,
    mth,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.proof import oracle, sample
from tests.shared import own

OWN = own("merkle")
LEAVES = [leaf_hash(index.to_bytes(2, "big")) for index in range(300)]
TREE = Tree.from_leaves(LEAVES)


@st.composite
def sizes(draw):
    n = draw(st.integers(1, len(LEAVES)))
    return draw(st.integers(1, n)), n


def flip(raw, bit):
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_the_own_vectors_are_what_the_recursions_give():
    assert sample.merkle_vectors() == OWN


def test_published_roots():
    leaves = [leaf_hash(bytes.fromhex(one)) for one in OWN["known_inputs"]]
    for size, root in enumerate(OWN["known_roots"]):
        assert Tree.from_leaves(leaves).root(size).hex() == mth(leaves[:size]).hex() == root


def test_own_roots_and_proofs():
    leaves = [leaf_hash(bytes([index])) for index in range(33)]
    tree = Tree.from_leaves(leaves)
    roots = [bytes.fromhex(one) for one in OWN["roots"]]
    assert [tree.root(size) for size in range(34)] == roots
    for case in OWN["inclusion"]:
        proof = [bytes.fromhex(one) for one in case["proof"]]
        assert tree.inclusion(case["index"], case["size"]) == proof
        verify_inclusion(
            case["index"], case["size"], leaves[case["index"]], proof, roots[case["size"]]
        )
    for case in OWN["consistency"]:
        proof = [bytes.fromhex(one) for one in case["proof"]]
        assert tree.consistency(case["m"], case["n"]) == proof
        verify_consistency(case["m"], case["n"], roots[case["m"]], roots[case["n"]], proof)


def test_the_tree_agrees_with_its_slow_twin_at_every_size_while_it_grows():
    tree = Tree()
    assert tree.root() == EMPTY_ROOT == mth([])
    for index, leaf in enumerate(LEAVES[:70]):
        assert tree.append(leaf) == index
        assert tree.size == index + 1
        assert tree.root() == mth(LEAVES[: index + 1])
    for size in range(71):
        assert tree.root(size) == mth(LEAVES[:size])


@given(sizes())
def test_inclusion_is_the_rfc_path_and_verifies(pair):
    index, size = pair[0] - 1, pair[1]
    proof = TREE.inclusion(index, size)
    assert proof == oracle.path(index, LEAVES[:size])
    verify_inclusion(index, size, LEAVES[index], proof, TREE.root(size))


@given(sizes())
def test_consistency_is_the_rfc_proof_and_verifies(pair):
    m, n = pair
    proof = TREE.consistency(m, n)
    assert proof == oracle.proof(m, LEAVES[:n])
    verify_consistency(m, n, TREE.root(m), TREE.root(n), proof)


@given(sizes(), st.data())
def test_an_altered_inclusion_proof_fails(pair, data):
    index, size = pair[0] - 1, pair[1]
    leaf, proof, root = LEAVES[index], TREE.inclusion(index, size), TREE.root(size)
    bit = data.draw(st.integers(0, 255))
    altered = [
        (index, size, flip(leaf, bit), proof, root),
        (index, size, leaf, proof, flip(root, bit)),
        (index, size, leaf, [*proof, root], root),
        (index, size, leaf, [root, *proof], root),
        (index, size, leaf[:-1], proof, root),
        (size, size, leaf, proof, root),
        (-1, size, leaf, proof, root),
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index))
        altered += [
            (index, size, leaf, [*proof[:at], flip(proof[at], bit), *proof[at + 1 :]], root),
            (index, size, leaf, proof[:at] + proof[at + 1 :], root),
            (index, size, leaf, [*proof[:at], proof[at][:-1], *proof[at + 1 :]], root),
            (other, size, leaf, proof, root),
        ]
    for case in altered:
        with pytest.raises(ProofError):
            verify_inclusion(*case)


@given(sizes(), st.data())
def test_an_altered_consistency_proof_fails(pair, data):
    m, n = pair
    proof, old, new = TREE.consistency(m, n), TREE.root(m), TREE.root(n)
    bit = data.draw(st.integers(0, 255))
    altered = [
        (m, n, flip(old, bit), new, proof),
        (m, n, old, flip(new, bit), proof),
        (m, n, old, new, [*proof, new]),
        (m, n, old, new, [old, *proof]),
        (m, n, old[:-1], new, proof),
        (0, n, EMPTY_ROOT, new, []),
        (n + 1, n, new, new, proof),
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        altered += [
            (m, n, old, new, [*proof[:at], flip(proof[at], bit), *proof[at + 1 :]]),
            (m, n, old, new, proof[:at] + proof[at + 1 :]),
            (m, n, new, old, proof),
        ]
    for case in altered:
        with pytest.raises(ProofError):
            verify_consistency(*case)


def test_a_fork_has_no_consistency_proof():
    fork = Tree.from_leaves([*LEAVES[:20], leaf_hash(b"other"), *LEAVES[21:50]])
    with pytest.raises(ProofError):
        verify_consistency(30, 50, TREE.root(30), fork.root(50), fork.consistency(30, 50))


def test_with_an_invented_size_an_inner_node_passes_for_a_leaf():
    """Why receipts take the size from the signed checkpoint and hash the entry themselves."""
    inner = node_hash(LEAVES[0], LEAVES[1])
    sibling = node_hash(LEAVES[2], LEAVES[3])
    verify_inclusion(0, 2, inner, [sibling], TREE.root(4))
    with pytest.raises(ProofError):
        verify_inclusion(0, 4, inner, [sibling], TREE.root(4))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: TREE.root(301),
        lambda: TREE.root(-1),
        lambda: TREE.inclusion(300),
        lambda: TREE.inclusion(-1),
        lambda: TREE.inclusion(5, 5),
        lambda: TREE.consistency(0),
        lambda: TREE.consistency(6, 5),
        lambda: TREE.consistency(1, 301),
        lambda: Tree().inclusion(0),
        lambda: Tree().append(b"short"),
    ],
)
def test_what_cannot_be_asked(ask):
    with pytest.raises(ProofError):
        ask()


def test_a_hostile_size_costs_nothing():
    with pytest.raises(ProofError):
        verify_inclusion(2**4000 - 1, 2**4000, LEAVES[0], [], LEAVES[0])
    with pytest.raises(ProofError):
        verify_inclusion(0, 1, LEAVES[0], [LEAVES[0]] * 100_000, LEAVES[0])
