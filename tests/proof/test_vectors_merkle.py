"""The published vectors for RFC 6962 trees, and the log of another implementation."""

from base64 import b64decode
from hashlib import sha256

import pytest

from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import (
    ProofError,
    Tree,
    leaf_hash,
    mth,
    verify_consistency,
    verify_inclusion,
)
from bidding.proof.note import Signer, Verifier, open_note
from tests.shared import vectors

ROOTS = vectors("rfc6962_roots")
INCLUSION = vectors("rfc6962_inclusion")["cases"]
CONSISTENCY = vectors("rfc6962_consistency")["cases"]
SUBTREES = vectors("rfc6962_subtreeinclusion")["cases"]
TESSERA = vectors("tessera_posix_log")


def raw(text):
    return b64decode(text or "")


def proof(case):
    return [raw(one) for one in case["proof"] or ()]


def judge(case, check, *arguments):
    if case["wantErr"]:
        with pytest.raises(ProofError):
            check(*arguments)
    else:
        check(*arguments)


@pytest.mark.vectors("rfc6962_inclusion")
@pytest.mark.parametrize("case", INCLUSION, ids=lambda case: case["file"])
def test_inclusion(case):
    index, size = case["leafIdx"], case["treeSize"]
    judge(
        case, verify_inclusion, index, size, raw(case["leafHash"]), proof(case), raw(case["root"])
    )


@pytest.mark.vectors("rfc6962_consistency")
@pytest.mark.parametrize("case", CONSISTENCY, ids=lambda case: case["file"])
def test_consistency(case):
    roots = raw(case["root1"]), raw(case["root2"])
    judge(case, verify_consistency, case["size1"], case["size2"], *roots, proof(case))


@pytest.mark.vectors("rfc6962_subtreeinclusion")
@pytest.mark.parametrize("case", SUBTREES, ids=lambda case: case["file"])
def test_inclusion_in_a_subtree_is_inclusion_counted_from_its_start(case):
    start, end = case["start"], case["end"]
    width = end - start
    if width > 0 and start % (1 << (width - 1).bit_length()):
        assert case["wantErr"]  # no subtree begins there
        return
    leaf, root = raw(case["leafHash"]), raw(case["root"])
    judge(case, verify_inclusion, case["leafIdx"] - start, width, leaf, proof(case), root)


@pytest.mark.vectors("rfc6962_roots")
@pytest.mark.parametrize("size", range(9))
def test_roots_and_inner_nodes(size):
    leaves = [leaf_hash(bytes.fromhex(one)) for one in ROOTS["leaf_inputs"]]
    tree = Tree.from_leaves(leaves)
    assert tree.root(size).hex() == ROOTS["roots_by_size"][size]
    rows = [ROOTS["level0_leaf_hashes"], ROOTS["level1"], ROOTS["level2"], ROOTS["level3"]]
    assert [[node.hex() for node in row] for row in tree._levels] == rows


@pytest.mark.vectors("rfc6962_subtree_hashes")
def test_every_subtree_up_to_130_leaves_hashes_as_published():
    """712 subtrees, the empty ones included, folded into one published hash."""
    leaves = [leaf_hash(bytes([index])) for index in range(130)]
    tree = Tree.from_leaves(leaves)
    lines = []
    for end in range(131):
        for start in range(end + 1):
            width = end - start
            if width == 0:
                lines.append(f"[{start}, {end}) {mth([]).hex()}\n")
            elif start % (1 << (width - 1).bit_length()) == 0:
                node = tree._span(start, end)
                assert node == mth(leaves[start:end])
                lines.append(f"[{start}, {end}) {node.hex()}\n")
    assert len(lines) == 712
    wanted = ROOTS["accumulated_subtree_vectors"]["subtree_hash_sha256"]
    assert sha256("".join(lines).encode()).hexdigest() == wanted


@pytest.mark.vectors("tessera_posix_log")
@pytest.mark.parametrize("size", sorted(int(one) for one in TESSERA["checkpoints_by_size"]))
def test_tessera_log_is_rebuilt_byte_for_byte(size):
    signer = Signer.parse(TESSERA["skey"])
    assert signer.verifier == Verifier.parse(TESSERA["vkey"])
    leaves = [leaf_hash(entry.encode()) for entry in TESSERA["entries_utf8"][:size]]
    checkpoint = Checkpoint(signer.verifier.name, size, Tree.from_leaves(leaves).root())
    published = TESSERA["checkpoints_by_size"][str(size)].encode()
    assert signer.sign(checkpoint.body()) == published
    assert open_note(published, [signer.verifier]).text == checkpoint.body()
    if size:
        assert b"".join(leaves).hex() == TESSERA["tiles_hex"][f"tile/0/000.p/{size}"]
