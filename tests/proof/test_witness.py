"""A witness signs one growing tree of each log, and says why it signs nothing else."""

from collections.abc import Mapping
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import COSIGNATURE, Cosigner, NoteError, Signer, Verifier, open_note
from bidding.proof.witness import (
    MAX_PROOF_LINES,
    RequestError,
    Submission,
    Trust,
    add_checkpoint,
    cosignature,
    cosigned_by,
    judge,
    parse_request,
)

CENTRE = "bid.example.cn/log"
ORIGIN = f"{CENTRE}/zs-1"
LOG = Signer(ORIGIN, sha256(b"centre").digest())
WITNESS = Cosigner("witness.example.cn/office", sha256(b"office").digest())
TRUST = Trust([LOG.verifier])
NOW = 1_790_000_000
# Two histories that part after the third entry.
HISTORIES = tuple(
    Tree.from_leaves(leaf_hash(b"%d%d" % (branch if index > 2 else 0, index)) for index in range(9))
    for branch in (0, 1)
)


def submission(old, size, tree=HISTORIES[0], proof=None, *, signer=LOG, origin=ORIGIN):
    if proof is None:
        proof = tuple(tree.consistency(old, size)) if 0 < old <= size else ()
    checkpoint = Checkpoint(origin, size, tree.root(size))
    return Submission(old, proof, signer.sign(checkpoint.body()), checkpoint)


def at(size, tree=HISTORIES[0]):
    return Checkpoint(ORIGIN, size, tree.root(size))


def test_a_request_is_read_as_it_was_written():
    one = submission(3, 7)
    assert parse_request(one.encode()) == one


def test_a_cosignature_verifies_over_the_log_s_own_note():
    one = submission(0, 4)
    verdict = judge(one, None, TRUST, WITNESS, NOW)
    assert verdict.answer.status == 200
    assert verdict.remember == at(4)
    note = one.note + cosignature(one.note, verdict.answer.body, WITNESS.verifier)
    opened = open_note(note, [LOG.verifier, WITNESS.verifier])
    assert [signature.name for signature in opened.verified] == [ORIGIN, WITNESS.verifier.name]
    assert cosigned_by(note)[1].time() == NOW


OTHER = Signer(ORIGIN, sha256(b"somebody").digest())
FORKED = HISTORIES[1]


@pytest.mark.parametrize(
    ("latest", "asked", "status", "body", "suspect"),
    [
        (None, submission(0, 0), 200, None, False),
        (None, submission(0, 5), 200, None, False),
        (at(5), submission(5, 9), 200, None, False),
        (at(5), submission(5, 5), 200, None, False),
        # The log's signature comes before everything that the request says of sizes.
        (at(5), submission(9, 5, signer=OTHER), 403, None, False),
        (at(5), submission(9, 5), 400, None, False),
        (None, submission(3, 5), 409, b"0\n", False),
        (at(5), submission(0, 9), 409, b"5\n", False),
        (at(5), submission(4, 9), 409, b"5\n", False),
        (at(5), submission(0, 3), 409, b"5\n", False),
        (at(5), submission(5, 5, FORKED), 409, b"5\n", True),
        (at(5), submission(5, 9, FORKED), 422, None, True),
        (at(5), submission(5, 9, proof=()), 422, None, True),
        (at(5), submission(5, 5, proof=(bytes(32),)), 422, None, True),
        (None, submission(0, 5, proof=(bytes(32),)), 422, None, False),
        (at(2), submission(2, 9, FORKED), 200, None, False),
    ],
)
def test_answers(latest, asked, status, body, suspect):
    verdict = judge(asked, latest, TRUST, WITNESS, NOW)
    assert verdict.answer.status == status, verdict.answer.body
    assert (verdict.remember is not None) == (status == 200)
    assert verdict.suspect is suspect
    if body is not None:
        assert verdict.answer.body == body
        assert verdict.answer.content_type == "text/x.tlog.size"


GOOD = submission(3, 7).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"old 3\n",
        b"old 3\n\n",
        GOOD.replace(b"old 3", b"old 03"),
        GOOD.replace(b"old 3", b"old  3"),
        GOOD.replace(b"old 3", b"old -3"),
        GOOD.replace(b"old 3", b"Old 3"),
        GOOD.replace(b"old 3", "old ３".encode()),
        GOOD.replace(b"old 3\n", b"old 3\r\n"),
        GOOD.replace(b"old 3\n", b"old 3\nAAAA\n"),
        GOOD.replace(b"old 3\n", b"old 3\n" + b"A" * 43 + b"\n"),
        GOOD.replace(b"old 3\n", b"old 3\n" + (b"A" * 43 + b"=\n") * (MAX_PROOF_LINES + 1)),
        GOOD.replace(b"\n7\n", b"\n07\n"),
        GOOD.replace(ORIGIN.encode() + b"\n7", b"\n7"),
        GOOD.partition(b"\xe2\x80\x94")[0][:-1],
    ],
)
def test_what_is_no_request_is_answered_400_and_changes_nothing(raw):
    with pytest.raises(RequestError):
        parse_request(raw)
    memory = {ORIGIN: at(3)}
    answer, after = add_checkpoint(memory, raw, TRUST, WITNESS, NOW)
    assert answer.status == 400
    assert after is memory


def test_63_proof_lines_are_read():
    raw = GOOD.replace(b"old 3\n", b"old 3\n" + (b"A" * 43 + b"=\n") * (MAX_PROOF_LINES - 4))
    assert len(parse_request(raw).proof) == MAX_PROOF_LINES


@pytest.mark.parametrize(
    ("origin", "admitted"),
    [
        (f"{CENTRE}/zs-2", True),
        (f"{CENTRE}/a.b_c-9", True),
        (CENTRE, False),
        (f"{CENTRE}/", False),
        (f"{CENTRE}/a/b", False),
        (f"{CENTRE}/../x", False),
        (f"{CENTRE}2/zs-2", False),
        ("other.example.cn/log/zs-2", False),
    ],
)
def test_a_centre_s_key_admits_its_sessions_and_nothing_else(origin, admitted):
    trust = Trust(centres=[Signer(CENTRE, sha256(b"centre").digest()).verifier])
    asked = submission(0, 4, signer=Signer(origin, sha256(b"centre").digest()), origin=origin)
    assert judge(asked, None, trust, WITNESS, NOW).answer.status == (200 if admitted else 404)
    forged = submission(0, 4, signer=Signer(origin, sha256(b"somebody").digest()), origin=origin)
    assert judge(forged, None, trust, WITNESS, NOW).answer.status == (403 if admitted else 404)


def test_only_keys_of_logs_are_trusted_as_such():
    with pytest.raises(NoteError):
        Trust([WITNESS.verifier])


def test_an_answer_without_a_good_line_of_the_witness_is_refused():
    note, other = submission(0, 4).note, Cosigner("other.example.cn/w", bytes(32))
    body = note.partition(b"\n\n")[0] + b"\n"
    mine, foreign = WITNESS.cosign(body, NOW), other.cosign(body, NOW)
    assert cosignature(note, foreign + mine, WITNESS.verifier) == mine
    elsewhere = WITNESS.cosign(Checkpoint(ORIGIN, 4, bytes(32)).body(), NOW)
    for wrong in (b"", foreign, elsewhere, b"\n" + mine, mine[:-1], mine + b"\n", b"200 OK\n"):
        with pytest.raises(NoteError):
            cosignature(note, wrong, WITNESS.verifier)


def test_the_key_of_a_witness_is_no_key_of_a_log():
    with pytest.raises(NoteError):
        cosignature(submission(0, 4).note, LOG.sign("x\n"), Verifier.parse(LOG.verifier.vkey))
    assert WITNESS.verifier.alg == COSIGNATURE


@st.composite
def requests(draw):
    """A request somebody with the log's key may make up: any history, any sizes, any proof."""
    tree = HISTORIES[draw(st.integers(0, 1))]
    old, size = draw(st.integers(0, 9)), draw(st.integers(0, 9))
    other = HISTORIES[draw(st.integers(0, 1))]
    proof = tuple(other.consistency(old, size)) if 0 < old <= size else ()
    return submission(old, size, tree, proof)


@given(st.lists(requests(), max_size=30))
def test_a_witness_never_signs_two_views_that_do_not_fit_together(asked):
    memory: Mapping[str, Checkpoint] = {}
    signed = []
    for one in asked:
        answer, memory = add_checkpoint(memory, one.encode(), TRUST, WITNESS, NOW)
        if answer.status == 200:
            signed.append(one.checkpoint)
    # Sizes never fall, and one of the two histories explains all that was signed.
    assert [one.size for one in signed] == sorted(one.size for one in signed)
    assert any(all(tree.root(one.size) == one.root for one in signed) for tree in HISTORIES)
