"""Lines beside the record: what goes under a checkpoint comes out again, and nobody else minds."""

from hashlib import sha256

import pytest
from gmssl.sm2 import CryptSM2

from bidding.proof.archive import parse_archive, verify_archive, write_archive
from bidding.proof.beside import gm_notes, tokens, with_gm, with_token
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.gm import GmVerifier, gm_origin, verify_gm
from bidding.proof.merkle import Tree
from bidding.proof.note import NoteError, parse_note
from bidding.proof.policy import parse_policy
from bidding.proof.sm3 import SM3_TREE
from bidding.proof.sm3 import leaf_hash as gm_leaf
from tests.proof import sample

#: The key pair of GB/T 32918.5-2017, annex A.
SECRET = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
PUBLIC = (
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
KEY = GmVerifier(gm_origin(sample.ORIGIN), b"\x04" + bytes.fromhex(PUBLIC))
RAW = sample.archive()
NOTES = parse_archive(RAW).checkpoints


def gm_note(size: int = 9, name: str = KEY.name) -> bytes:
    root = Tree.from_leaves(map(gm_leaf, sample.ENTRIES[:size]), SM3_TREE).root()
    body = Checkpoint(name, size, root).body()
    return GmVerifier(name, KEY.public).note(body, sm2_signature(body))


def sm2_signature(text: bytes, secret: str = SECRET) -> bytes:
    """By the key above unless another's secret is given, which claims to be it."""
    signer = CryptSM2(private_key=secret, public_key=PUBLIC)
    return bytes.fromhex(signer.sign_with_sm3(text, f"{4711:064x}"))


def test_the_sm2_note_comes_out_as_it_went_in():
    carried = with_gm(NOTES[-1], gm_note())
    assert carried != NOTES[-1]
    assert gm_notes(carried) == (gm_note(),)
    assert verify_gm(gm_notes(carried)[0], KEY, sample.ORIGIN, sample.ENTRIES).size == 9


def test_an_sm2_note_of_another_size_or_log_is_left_away():
    assert with_gm(NOTES[-1], gm_note(4)) == NOTES[-1]
    assert with_gm(NOTES[-1], gm_note(9, "elsewhere/log/x/gm")) == NOTES[-1]
    assert gm_notes(NOTES[-1]) == ()


def test_a_token_goes_under_the_checkpoint_whose_digest_it_holds():
    text, _ = parse_note(NOTES[1])
    response = b"before" + sha256(text).digest() + b"after"
    carried = with_token(NOTES, response)
    assert carried[0] == NOTES[0]
    assert carried[2] == NOTES[2]
    assert tokens(carried[1]) == (response,)
    assert tokens(NOTES[1]) == ()


def test_a_token_over_something_else_is_left_away():
    assert with_token(NOTES, bytes(64)) == list(NOTES)


def test_whoever_does_not_know_the_lines_reads_the_archive_as_before():
    text, _ = parse_note(NOTES[-1])
    notes = with_token([*NOTES[:-1], with_gm(NOTES[-1], gm_note())], sha256(text).digest())
    raw = write_archive(sample.ORIGIN, sample.ENTRIES, notes)
    policy = parse_policy(sample.POLICY)
    found, plain = verify_archive(raw, policy), verify_archive(RAW, policy)
    assert (found.checkpoint, found.witnesses) == (plain.checkpoint, plain.witnesses)
    assert found.entries == plain.entries


def test_what_is_no_checkpoint_is_refused():
    with pytest.raises(NoteError):
        with_gm(b"no note", gm_note())
    with pytest.raises(NoteError):
        with_gm(sample.LOG.sign("just words\n"), gm_note())
