"""Proofs beside an archive under attack: whatever is done to them, they prove no more than they did."""

from base64 import b64decode
from hashlib import sha256

import pytest

from bidding.proof.archive import ArchiveError, parse_archive, verify_archive, write_archive
from bidding.proof.beside import with_gm, with_token
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.gm import GmVerifier, gm_origin
from bidding.proof.merkle import Tree
from bidding.proof.note import Signature, parse_note
from bidding.proof.policy import parse_policy
from bidding.proof.sm3 import SM3_TREE
from bidding.proof.sm3 import leaf_hash as gm_leaf
from replay.beside import Beside, Covered, beside
from replay.commands.verify import said_beside
from tests.proof import sample
from tests.proof.test_beside import KEY, SECRET, gm_note, sm2_signature
from tests.shared import vectors

POLICY = parse_policy(sample.POLICY)
NOTES = parse_archive(sample.archive()).checkpoints
STAMP = vectors("rfc3161_timestamp")
OTHER_SECRET = f"{int(SECRET, 16) + 1:064x}"


def asked(*notes: bytes, **keys: object) -> Beside:
    """What is found beside an archive of nine entries that carries these as its last checkpoints."""
    raw = write_archive(sample.ORIGIN, sample.ENTRIES, [*NOTES[: -len(notes)], *notes])
    return beside(verify_archive(raw, POLICY), **keys)  # type: ignore[arg-type]


def under(note: bytes, root: bytes, signature: bytes, key: GmVerifier = KEY) -> bytes:
    """The note with a line of the parallel log under it, whatever it says."""
    return note + Signature(key.name, key.key_id, root + signature).line()


def root_of(entries: tuple[bytes, ...]) -> bytes:
    return Tree.from_leaves(map(gm_leaf, entries), SM3_TREE).root()


def signed(size: int, root: bytes, secret: str = SECRET) -> bytes:
    return sm2_signature(Checkpoint(KEY.name, size, root).body(), secret)


def test_the_parallel_log_covers_what_it_was_signed_for():
    """One that stops short is no lie; over how many entries it holds is what is told."""
    assert asked(with_gm(NOTES[-1], gm_note()), sm2=KEY).sm2 == Covered(9)
    short = [with_gm(NOTES[-2], gm_note(4)), NOTES[-1]]
    found = asked(*short, sm2=KEY)
    assert found.sm2 == Covered(4)
    assert said_beside(found, 9, chinese=False) == [
        "SM3/SM2 log over only the first 4 of 9 entries holds"
    ]
    assert said_beside(found, 9, chinese=True) == [
        "SM3/SM2 并行日志有效（仅前 4 条记录，本文件共 9 条）"
    ]


def test_a_signature_by_another_key_is_none():
    root = root_of(sample.ENTRIES)
    with pytest.raises(ArchiveError, match="does not verify: bad SM2 signature") as caught:
        asked(under(NOTES[-1], root, signed(9, root, OTHER_SECRET)), sm2=KEY)
    assert "SM2 签名不成立" in caught.value.zh
    stranger = GmVerifier(gm_origin("elsewhere/log/x"), KEY.public)
    with pytest.raises(ArchiveError, match="carries no SM2 signature by this key"):
        asked(with_gm(NOTES[-1], gm_note()), sm2=stranger)


@pytest.mark.parametrize(
    "entries",
    [
        (*sample.ENTRIES[:8], b"{}"),
        (sample.ENTRIES[1], sample.ENTRIES[0], *sample.ENTRIES[2:]),
        sample.ENTRIES[:8],
        (*sample.ENTRIES, b"{}"),
    ],
)
def test_a_root_over_other_entries_is_refused_though_the_right_key_signed_it(entries):
    """Another entry, another order, and a parallel log that was cut or went on."""
    root = root_of(entries)
    with pytest.raises(ArchiveError, match="first 9 entries are not all as"):
        asked(under(NOTES[-1], root, signed(9, root)), sm2=KEY)


@pytest.mark.parametrize("size", [8, 10])
def test_a_signature_over_another_size_is_none_under_this_checkpoint(size):
    """The line holds root and signature: name and size are the note's own, so it is over them."""
    root = root_of((*sample.ENTRIES, b"{}")[:size])
    with pytest.raises(ArchiveError, match="bad SM2 signature"):
        asked(under(NOTES[-1], root, signed(size, root)), sm2=KEY)


def test_the_first_bad_line_of_the_key_spoils_the_good_ones():
    root = root_of(sample.ENTRIES)
    bad = under(NOTES[-1], root, signed(9, root, OTHER_SECRET))
    with pytest.raises(ArchiveError, match="bad SM2 signature"):
        asked(under(bad, root, signed(9, root)), sm2=KEY)


def test_a_token_over_another_checkpoint_proves_nothing_of_this_one():
    """The token of another log's checkpoint, good in itself, put where one of ours would be."""
    response, ca = b64decode(STAMP["response_der_b64"]), STAMP["ca_pem"].encode()
    assert with_token(NOTES, response) == list(NOTES)
    text, _ = parse_note(NOTES[-1])
    line = parse_note(with_token([NOTES[-1]], sha256(text).digest())[0])[1][-1]
    forged = NOTES[-1] + Signature(line.name, line.key_id, response).line()
    with pytest.raises(
        ArchiveError, match="checkpoint 3: its time-stamp does not verify"
    ) as caught:
        asked(forged, authority=ca)
    assert caught.value.en.endswith("it is over something else")
    assert "它所证明的是另外的内容" in caught.value.zh
    assert asked(forged).unchecked == ("timestamp",)
