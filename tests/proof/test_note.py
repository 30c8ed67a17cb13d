import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.checkpoint import Checkpoint
from bidding.proof.note import (
    COSIGNATURE,
    MAX_BYTES,
    ML_DSA_44,
    Cosigner,
    NoteError,
    Signature,
    Signer,
    Verifier,
    open_note,
    parse_note,
)
from bidding.proof.text import to_base64

LOG = Signer("bid.example/1", bytes(range(32)))
OTHER = Signer("bid.example/2", bytes(range(1, 33)))
WITNESS = Cosigner("w.example", bytes(range(2, 34)))
BODY = Checkpoint("bid.example/1", 3, b"\x05" * 32).body()
NOTE = LOG.sign(BODY)


def test_a_signed_note_opens():
    note = open_note(NOTE, [LOG.verifier])
    assert note.text == BODY
    assert [one.name for one in note.verified] == ["bid.example/1"]
    assert note.unverified == ()
    assert parse_note(NOTE) == (BODY, note.verified)


def test_bytes_or_text_sign_the_same():
    assert LOG.sign("字\n") == LOG.sign("字\n".encode())


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=60))
def test_every_text_is_separated_at_the_last_blank_line(text):
    body = (text + "\n").encode()
    assert open_note(LOG.sign(body), [LOG.verifier]).text == body


def test_every_flipped_bit_is_refused_or_leaves_no_known_signature():
    for position in range(len(NOTE) * 8):
        altered = bytearray(NOTE)
        altered[position // 8] ^= 1 << position % 8
        with pytest.raises(NoteError):
            open_note(bytes(altered), [LOG.verifier])


def test_unknown_signatures_are_ignored_and_known_bad_ones_are_not():
    line = OTHER.sign(BODY).split(b"\n\n")[1]
    both = NOTE + line
    assert [one.name for one in open_note(both, [LOG.verifier]).unverified] == ["bid.example/2"]
    assert len(open_note(both, [LOG.verifier, OTHER.verifier]).verified) == 2
    wrong = NOTE + OTHER.sign(b"another text\n").split(b"\n\n")[1]
    assert open_note(wrong, [LOG.verifier]).text == BODY
    with pytest.raises(NoteError, match=r"bad signature by bid\.example/2"):
        open_note(wrong, [LOG.verifier, OTHER.verifier])


def test_a_second_signature_of_the_same_key_must_hold_too():
    again = NOTE + LOG.sign(b"another text\n").split(b"\n\n")[1]
    with pytest.raises(NoteError):
        open_note(again, [LOG.verifier])
    twice = NOTE + NOTE.split(b"\n\n")[1]
    assert len(open_note(twice, [LOG.verifier]).verified) == 1


def test_a_key_that_shares_only_the_name_or_only_the_id_is_unknown():
    _, (signature,) = parse_note(NOTE)
    for line in (
        Signature(signature.name, b"\0\0\0\0", signature.raw).line(),
        Signature("bid.example/x", signature.key_id, signature.raw).line(),
    ):
        assert len(open_note(NOTE + line, [LOG.verifier]).unverified) == 1
        with pytest.raises(NoteError):
            open_note(BODY + b"\n" + line, [LOG.verifier])


def test_no_known_key_or_two_keys_of_one_name_open_nothing():
    with pytest.raises(NoteError):
        open_note(NOTE, [])
    with pytest.raises(NoteError):
        open_note(NOTE, [OTHER.verifier])
    with pytest.raises(NoteError):
        open_note(NOTE, [LOG.verifier, LOG.verifier])
    both = NOTE + OTHER.sign(BODY).split(b"\n\n")[1]
    with pytest.raises(NoteError, match="two known keys"):
        open_note(both, [LOG.verifier, OTHER.verifier, OTHER.verifier])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        BODY,
        BODY + b"\n",
        NOTE[:-1],
        NOTE + b"\n",
        NOTE + b"x\n",
        NOTE.replace(b"\n", b"\r\n"),
        b"\x00" + NOTE,
        b"\xff" + NOTE,
        NOTE.replace("—".encode(), b"-"),
        NOTE.replace("— ".encode(), "—".encode()),
        BODY + "\n— name\n".encode(),
        BODY + "\n— name AAAAAA==\n".encode(),
        BODY + "\n— na+me AAAAAAAA\n".encode(),
        BODY + "\n— na me AAAAAAAA\n".encode(),
        BODY + "\n— na\u3000me AAAAAAAA\n".encode(),
        BODY + "\n— \xffAAAAAAAA\n".encode("latin-1", "ignore"),
    ],
)
def test_malformed_notes(raw):
    with pytest.raises(NoteError):
        parse_note(raw)


def test_limits():
    line = NOTE.split(b"\n\n")[1]
    assert open_note(BODY + b"\n" + line * 100, [LOG.verifier]).text == BODY
    with pytest.raises(NoteError, match="100"):
        open_note(BODY + b"\n" + line * 101, [LOG.verifier])
    with pytest.raises(NoteError, match="bytes"):
        parse_note(b"x" * MAX_BYTES + NOTE)


@pytest.mark.parametrize("text", [b"", b"no newline", b"tab\t\n", b"\xff\n"])
def test_texts_that_cannot_be_signed(text):
    with pytest.raises(NoteError):
        LOG.sign(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_note_or_a_refusal(raw):
    with pytest.raises(NoteError):
        open_note(raw, [LOG.verifier])
    with pytest.raises(NoteError):
        open_note(BODY + b"\n" + raw, [LOG.verifier])


def test_vkeys_come_back():
    for verifier in (LOG.verifier, WITNESS.verifier):
        assert Verifier.parse(verifier.vkey) == verifier
    assert Verifier.for_key("bid.example/1", LOG.verifier.public) == LOG.verifier
    assert Verifier.for_key("w.example", WITNESS.verifier.public, COSIGNATURE) == WITNESS.verifier


def test_every_part_and_every_mutation_of_a_vkey_is_refused():
    vkey = LOG.verifier.vkey
    mutations = [vkey[:at] + chr(ord(vkey[at]) + 1) + vkey[at + 1 :] for at in range(len(vkey))]
    parts = [vkey[:at] for at in range(len(vkey))] + [vkey[at:] for at in range(1, len(vkey))]
    for bad in (*mutations, *parts, vkey.upper(), vkey + "\n"):
        with pytest.raises(NoteError):
            Verifier.parse(bad)


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\n", "a\u00a0b", "a\u2028", "\ud800", "a\x00"]
)
def test_names_that_no_key_may_have(name):
    with pytest.raises(NoteError):
        Verifier.for_key(name, LOG.verifier.public)


def test_weak_keys_and_wrong_lengths_are_refused():
    with pytest.raises(NoteError, match="low-order"):
        Verifier.for_key("n", bytes(32))
    for public, alg in ((bytes(31), 1), (LOG.verifier.public, 2), (LOG.verifier.public, ML_DSA_44)):
        with pytest.raises(NoteError):
            Verifier.for_key("n", public, alg)


def skey(signer, seed, *, alg=1, key_id=None):
    verifier = signer.verifier
    key_id = key_id or verifier.key_id
    return f"PRIVATE+KEY+{verifier.name}+{key_id.hex()}+{to_base64(bytes([alg]) + seed)}"


def test_private_keys_parse_strictly():
    seed = bytes(range(32))
    good = skey(LOG, seed)
    assert Signer.parse(good).sign(BODY) == NOTE
    assert Signer("bid.example/1", Ed25519PrivateKey.from_private_bytes(seed)).sign(BODY) == NOTE
    bad = [
        good.removeprefix("PRIVATE+"),
        skey(LOG, seed[:-1]),
        skey(LOG, seed, alg=4),
        skey(LOG, seed, key_id=b"\1\2\3\4"),
        skey(LOG, bytes(32)),
        "PRIVATE+KEY+n+00000000+",
        "",
    ]
    for one in bad:
        with pytest.raises(NoteError):
            Signer.parse(one)


def test_a_cosignature_tells_its_time_and_holds_for_one_body():
    note = NOTE + WITNESS.cosign(BODY, 1_790_000_000)
    opened = open_note(note, [LOG.verifier, WITNESS.verifier])
    assert [one.name for one in opened.verified] == ["bid.example/1", "w.example"]
    assert opened.verified[1].time() == 1_790_000_000
    with pytest.raises(NoteError):
        opened.verified[0].time()
    later = bytearray(opened.verified[1].raw)
    later[7] ^= 1
    with pytest.raises(NoteError):
        WITNESS.verifier.verify(BODY, bytes(later))
    with pytest.raises(NoteError):
        WITNESS.verifier.verify(BODY + b"x\n", opened.verified[1].raw)


def test_one_key_does_not_sign_as_log_and_witness():
    """The header line of a cosignature separates the two uses."""
    as_log = Signer("w.example", bytes(range(2, 34)))
    raw = struct.pack(">Q", 0) + parse_note(as_log.sign(BODY))[1][0].raw
    with pytest.raises(NoteError):
        WITNESS.verifier.verify(BODY, raw)


@pytest.mark.parametrize("time", [-1, 2**63])
def test_times_that_no_cosignature_has(time):
    with pytest.raises(NoteError):
        WITNESS.cosign(BODY, time)


def test_a_time_beyond_63_bits_is_refused_even_when_signed():
    time = 2**63
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
    raw = struct.pack(">Q", time) + private.sign(b"cosignature/v1\ntime %d\n" % time + BODY)
    with pytest.raises(NoteError):
        WITNESS.verifier.verify(BODY, raw)


def ml_dsa_line(private, verifier, time, *, origin=b"bid.example/1", size=3, root=b"\x05" * 32):
    """The message as tlog-cosignature writes it, spelled out apart from the product."""
    name = verifier.name.encode()
    message = (
        b"subtree/v1\n\x00"
        + bytes([len(name)])
        + name
        + time.to_bytes(8, "big")
        + bytes([len(origin)])
        + origin
        + (0).to_bytes(8, "big")
        + size.to_bytes(8, "big")
        + root
    )
    raw = time.to_bytes(8, "big") + private.sign(message)
    return Signature(verifier.name, verifier.key_id, raw).line()


def test_ml_dsa_44_cosignatures_hold_for_one_checkpoint():
    private = MLDSA44PrivateKey.from_seed_bytes(bytes(range(32)))
    verifier = Verifier.for_key("pq.example", private.public_key().public_bytes_raw(), ML_DSA_44)
    assert Verifier.parse(verifier.vkey) == verifier
    line = ml_dsa_line(private, verifier, 77)
    opened = open_note(NOTE + line, [LOG.verifier, verifier])
    assert opened.verified[1].time() == 77
    assert open_note(BODY + b"\n" + line, [verifier]).text == BODY
    for changed in ({"size": 4}, {"origin": b"bid.example/2"}, {"root": b"\x06" * 32}):
        with pytest.raises(NoteError, match="bad signature"):
            open_note(NOTE + ml_dsa_line(private, verifier, 77, **changed), [verifier])


def test_ml_dsa_44_signs_nothing_but_bare_checkpoints():
    private = MLDSA44PrivateKey.from_seed_bytes(bytes(range(32)))
    verifier = Verifier.for_key("pq.example", private.public_key().public_bytes_raw(), ML_DSA_44)
    raw = parse_note(BODY + b"\n" + ml_dsa_line(private, verifier, 77))[1][0].raw
    for text in (b"some text\n", BODY + b"extension\n"):
        with pytest.raises(NoteError, match="ML-DSA-44 signs"):
            verifier.verify(text, raw)
