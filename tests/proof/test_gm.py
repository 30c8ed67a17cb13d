"""The parallel log: its tree against the recursion, its notes, and what is refused."""

import gmssl.sm3
import pytest
from gmssl.sm2 import CryptSM2
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.checkpoint import Checkpoint
from bidding.proof.gm import (
    GmError,
    GmVerifier,
    gm_origin,
    gm_policy_text,
    open_gm,
    parse_gm_policy,
    verify_gm,
)
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import NoteError, Signer, Verifier, open_note, parse_note
from bidding.proof.sm3 import SM3_TREE, sm3
from bidding.proof.sm3 import leaf_hash as gm_leaf

ORIGIN = "bid.example.cn/log/zs-1"
SECRET = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
PUBLIC = (
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
KEY = GmVerifier(gm_origin(ORIGIN), b"\x04" + bytes.fromhex(PUBLIC))
ENTRIES = [b'{"i":%d}' % i for i in range(11)]


def oracle_sm3(message: bytes) -> bytes:
    return bytes.fromhex(gmssl.sm3.sm3_hash(list(message)))


def raw_signature(text: bytes) -> bytes:
    signer = CryptSM2(private_key=SECRET, public_key=PUBLIC)
    return bytes.fromhex(signer.sign_with_sm3(text, f"{4711:064x}"))


def checkpoint(size: int, origin: str = KEY.name) -> Checkpoint:
    leaves = [gm_leaf(one) for one in ENTRIES[:size]]
    return Checkpoint(origin, size, Tree.from_leaves(leaves, SM3_TREE).root())


def note(size: int = 11, origin: str = KEY.name) -> bytes:
    body = checkpoint(size, origin).body()
    return KEY.note(body, raw_signature(body))


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_the_tree_is_the_recursion_of_rfc_6962_with_sm3(entries):
    def mth(part: list[bytes]) -> bytes:
        if not part:
            return oracle_sm3(b"")
        if len(part) == 1:
            return oracle_sm3(b"\0" + part[0])
        k = 1
        while 2 * k < len(part):
            k *= 2
        return oracle_sm3(b"\1" + mth(part[:k]) + mth(part[k:]))

    tree = Tree.from_leaves((gm_leaf(one) for one in entries), SM3_TREE)
    for size in range(len(entries) + 1):
        assert tree.root(size) == mth(entries[:size])


@given(st.binary(max_size=200))
def test_sm3_is_the_oracle_s(message):
    assert sm3(message) == oracle_sm3(message)


def test_the_first_log_keeps_its_sha_256():
    both = [Tree.from_leaves(map(leaf_hash, ENTRIES)), Tree.from_leaves(map(gm_leaf, ENTRIES))]
    assert len({tree.root() for tree in both}) == 2
    assert Tree().root().hex().startswith("e3b0c442")


@pytest.mark.parametrize("size", [1, 5, 11])
def test_a_signed_checkpoint_of_the_same_entries_verifies(size):
    found = verify_gm(note(size), KEY, ORIGIN, ENTRIES)
    assert (found.origin, found.size) == (f"{ORIGIN}/gm", size)


def test_whoever_knows_no_sm2_reads_the_note_all_the_same():
    """signed-note: an unknown key is ignored, so both signatures may stand on one note."""
    body = checkpoint(11).body()
    log = Signer(KEY.name, bytes(32))
    both = log.sign(body) + parse_note(note())[1][0].line()
    assert [one.name for one in open_note(both, [log.verifier]).verified] == [KEY.name]
    assert len(open_note(both, [log.verifier, KEY]).verified) == 2


def test_the_key_line_round_trips_and_says_what_it_is():
    assert GmVerifier.parse(KEY.vkey) == KEY
    assert parse_gm_policy(gm_policy_text(KEY)) == KEY
    with pytest.raises(NoteError):
        Verifier.parse(KEY.vkey)
    with pytest.raises(NoteError):
        GmVerifier.parse(Signer(ORIGIN, bytes(32)).verifier.vkey)


def test_the_key_id_commits_to_name_and_key():
    name, key_id, material = KEY.vkey.split("+", 2)
    for forged in (
        f"{name}x+{key_id}+{material}",
        f"{name}+00000000+{material}",
        f"{name}+{key_id}+{material[:-4]}",
    ):
        with pytest.raises(NoteError):
            GmVerifier.parse(forged)
    with pytest.raises(NoteError, match="spaces"):
        GmVerifier("a b", KEY.public)
    with pytest.raises(NoteError, match="curve"):
        GmVerifier("a", KEY.public[:-1] + b"\0")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log",
        "log x\n",
        f"log {KEY.vkey}",
        f"key {KEY.vkey}\n",
        f"log {KEY.vkey}\nlog {KEY.vkey}\n",
    ],
)
def test_key_files_that_are_none(text):
    with pytest.raises(GmError, match="SM2 key file") as wrong:
        parse_gm_policy(text)
    assert "SM2 公钥文件" in wrong.value.zh


def test_a_signer_that_errs_never_gets_a_note_out():
    body = checkpoint(11).body()
    with pytest.raises(NoteError):
        KEY.note(body, raw_signature(body + b"x"))


def test_every_flipped_bit_of_a_note_is_refused():
    good = note(5)
    for place in range(8 * len(good)):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        with pytest.raises(GmError):
            verify_gm(bytes(bad), KEY, ORIGIN, ENTRIES)


def test_other_entries_than_were_signed_are_refused():
    for changed in (
        [*ENTRIES[:3], b"{}", *ENTRIES[4:]],
        [*ENTRIES[:3], *ENTRIES[4:], b"{}"],
        [ENTRIES[1], ENTRIES[0], *ENTRIES[2:]],
    ):
        with pytest.raises(GmError, match="not all as"):
            verify_gm(note(), KEY, ORIGIN, changed)
    with pytest.raises(GmError, match="the file holds 10"):
        verify_gm(note(), KEY, ORIGIN, ENTRIES[:10])


def test_a_checkpoint_of_another_log_is_refused():
    with pytest.raises(GmError, match="of the log"):
        open_gm(note(), KEY, "bid.example.cn/log/zs-2")
    with pytest.raises(GmError, match="of the log"):
        # Signed with this key, but its text names a log of another name.
        open_gm(note(origin="bid.example.cn/log/zs-9/gm"), KEY, ORIGIN)


def test_the_root_of_the_first_log_is_not_taken_for_the_second_s():
    body = Checkpoint(KEY.name, 11, Tree.from_leaves(map(leaf_hash, ENTRIES)).root()).body()
    with pytest.raises(GmError, match="not all as"):
        verify_gm(KEY.note(body, raw_signature(body)), KEY, ORIGIN, ENTRIES)


def test_lines_that_ours_never_have_are_refused():
    plain = checkpoint(11)
    body = Checkpoint(plain.origin, 11, plain.root, ("more",)).body()
    with pytest.raises(GmError, match="never have"):
        open_gm(KEY.note(body, raw_signature(body)), KEY, ORIGIN)
