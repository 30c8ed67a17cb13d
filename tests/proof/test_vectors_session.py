"""A whole session made by another program: its archive, receipts, policy and proofs."""

import json
from base64 import b64decode

import pytest

from bidding.proof.archive import ArchiveError, parse_archive, verify_archive, write_archive
from bidding.proof.merkle import Tree, leaf_hash, verify_consistency
from bidding.proof.note import Verifier
from bidding.proof.policy import parse_policy
from bidding.proof.receipt import verify_receipt
from tests.shared import VECTORS

FOLDER = VECTORS / "own_session"
EXPECTED = json.loads((FOLDER / "expected.json").read_bytes())
POLICY = parse_policy((FOLDER / "policy.txt").read_text(encoding="utf-8"))
RAW = (FOLDER / "zs-2026-0012.session").read_bytes()
ARCHIVE = parse_archive(RAW)
TREE = Tree.from_leaves(map(leaf_hash, ARCHIVE.entries))
STEP = 500

pytestmark = pytest.mark.vectors("own_session")


def test_the_archive_verifies():
    verified = verify_archive(RAW, POLICY)
    assert verified.archive.origin == EXPECTED["origin"]
    assert verified.checkpoint.size == len(verified.entries) == 42
    assert verified.witnesses == ("jiwei", "notary")
    assert write_archive(ARCHIVE.origin, ARCHIVE.entries, ARCHIVE.checkpoints) == RAW


def test_keys_leaves_and_roots():
    assert [log.vkey for log in POLICY.logs] == [EXPECTED["log_vkey"]]
    keys = [Verifier.parse(key) for key in EXPECTED["witness_vkeys"]]
    assert list(POLICY.witnesses.values()) == keys
    leaves = [b64decode(one) for one in EXPECTED["leaf_hashes_b64"]]
    assert [leaf_hash(entry) for entry in ARCHIVE.entries] == leaves
    for size, root in EXPECTED["roots"].items():
        assert TREE.root(int(size)) == b64decode(root)


@pytest.mark.parametrize(
    "case", EXPECTED["consistency"], ids=lambda case: f"{case['m']}-{case['n']}"
)
def test_consistency(case):
    proof = [b64decode(one) for one in case["proof"]]
    assert TREE.consistency(case["m"], case["n"]) == proof
    roots = b64decode(case["root_m"]), b64decode(case["root_n"])
    verify_consistency(case["m"], case["n"], *roots, proof)


@pytest.mark.parametrize("index", [0, 1, 17, 40, 41])
def test_receipts(index):
    raw = (FOLDER / f"receipt-{index}.tlog-proof").read_bytes()
    receipt = verify_receipt(raw, POLICY, entry=ARCHIVE.entries[index])
    assert receipt.index == index
    assert list(receipt.proof) == TREE.inclusion(index, 42)


@pytest.mark.parametrize("start", range(0, len(RAW), STEP))
def test_every_flipped_byte_is_refused_or_stays_in_signature_lines(start):
    notes = RAW.index(b"\n\n")
    for position in range(start, min(start + STEP, len(RAW))):
        altered = bytearray(RAW)
        altered[position] ^= 1
        try:
            verified = verify_archive(bytes(altered), POLICY)
        except ArchiveError:
            continue
        line = RAW[RAW.rfind(b"\n", 0, position) + 1 : position + 1]
        assert position > notes
        assert line.startswith(
            ("— witness".encode()[: len(line)], "— notary".encode()[: len(line)])
        )
        assert verified.archive.entries == ARCHIVE.entries
