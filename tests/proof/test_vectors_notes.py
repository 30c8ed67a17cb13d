"""The published vectors for notes, keys, checkpoints, policies and receipts."""

from base64 import b64decode

import pytest

from bidding.proof.checkpoint import CheckpointError, parse_body
from bidding.proof.ed25519 import fault
from bidding.proof.note import NoteError, Signature, Signer, Verifier, open_note
from bidding.proof.policy import PolicyError, parse_policy
from bidding.proof.receipt import Receipt, ReceiptError, parse_receipt
from tests.shared import vectors

NOTES = vectors("c2sp_notes")
KEYS = NOTES["keys"]
BODIES = vectors("c2sp_checkpoint_bodies")["cases"]
POLICIES = vectors("c2sp_policy")
PROOFS = vectors("c2sp_tlog_proof_syntax")
EDGES = vectors("cctv_ed25519")["vectors"]

BAD_KEYS = [*KEYS["vkeys_bad"], *(one["vkey"] for one in KEYS["vkeys_implementation_dependent"])]


@pytest.mark.vectors("c2sp_notes")
@pytest.mark.parametrize("case", NOTES["cases"], ids=lambda case: case["desc"])
def test_notes(case):
    note, keys = b64decode(case["note_b64"]), [Verifier.parse(key) for key in case["keys"]]
    if not case["ok"]:
        with pytest.raises(NoteError):
            open_note(note, keys)
        return
    opened = open_note(note, keys)
    assert [one.name for one in opened.verified] == case["verified"]
    if "unverified" in case:
        assert [one.name for one in opened.unverified] == case["unverified"]


@pytest.mark.vectors("c2sp_vkeys")
@pytest.mark.parametrize("vkey", KEYS["vkeys_ok"])
def test_good_vkeys(vkey):
    assert Verifier.parse(vkey).vkey == vkey


@pytest.mark.vectors("c2sp_vkeys")
@pytest.mark.parametrize("vkey", BAD_KEYS, ids=lambda vkey: vkey[:40])
def test_bad_vkeys(vkey):
    with pytest.raises(NoteError):
        Verifier.parse(vkey)


@pytest.mark.vectors("c2sp_vkeys")
def test_every_substring_and_every_mutation_of_a_good_vkey():
    vkey = KEYS["vkeys_ok"][0]
    for start in range(len(vkey)):
        for end in range(start, len(vkey) + 1):
            if vkey[start:end] != vkey:
                with pytest.raises(NoteError):
                    Verifier.parse(vkey[start:end])
        with pytest.raises(NoteError):
            Verifier.parse(vkey[:start] + chr(ord(vkey[start]) + 1) + vkey[start + 1 :])


@pytest.mark.vectors("c2sp_skeys")
def test_a_private_key_signs_as_published():
    sign = KEYS["skey_sign"]
    note = Signer.parse(sign["skey"]).sign(sign["text"])
    assert note.decode() == sign["text"] + "\n" + sign["signature_line"]


@pytest.mark.vectors("c2sp_skeys")
@pytest.mark.parametrize(("name", "skey"), KEYS["skeys"].items())
def test_private_keys(name, skey):
    assert Signer.parse(skey).verifier.name == name


@pytest.mark.vectors("c2sp_cosignature_times")
@pytest.mark.parametrize("case", KEYS["cosig_timestamp"], ids=["timed", "plain"])
def test_cosignature_times(case):
    raw = b64decode(case["sig_b64"])
    signature = Signature("w", raw[:4], raw[4:])
    if case.get("error"):
        with pytest.raises(NoteError):
            signature.time()
    else:
        assert signature.time() == case["unix"]


@pytest.mark.vectors("c2sp_checkpoint_bodies")
@pytest.mark.parametrize("case", BODIES, ids=lambda case: repr(case["body"][:30]))
def test_checkpoint_bodies(case):
    body = case["body"].encode()
    if not case["ok"]:
        with pytest.raises(CheckpointError):
            parse_body(body)
        return
    checkpoint = parse_body(body)
    assert checkpoint.body() == body
    assert checkpoint.size == case.get("size", checkpoint.size)


@pytest.mark.vectors("c2sp_policy")
@pytest.mark.parametrize("case", POLICIES["good"], ids=lambda case: case["desc"])
def test_good_policies(case):
    policy = parse_policy(case["policy"])
    for quorum in case["quorum"]:
        assert policy.satisfied(quorum["have"]) is quorum["ok"]


@pytest.mark.vectors("c2sp_policy")
@pytest.mark.parametrize("case", POLICIES["bad"], ids=lambda case: case["desc"])
def test_bad_policies(case):
    with pytest.raises(PolicyError):
        parse_policy(case["policy"])


@pytest.mark.vectors("c2sp_tlog_proof_syntax")
@pytest.mark.parametrize("case", PROOFS["good"], ids=["bare", "full"])
def test_good_proof_files(case):
    receipt = parse_receipt(case["raw"].encode())
    assert receipt == Receipt(
        b64decode(case.get("extra_b64", "")),
        case["index"],
        tuple(b64decode(one) for one in case["hashes"]),
        case["checkpoint"].encode(),
    )
    assert receipt.encode().decode() == case["raw"]


@pytest.mark.vectors("c2sp_tlog_proof_syntax")
@pytest.mark.parametrize("raw", [*PROOFS["bad"], *PROOFS["bad_extra"]])
def test_bad_proof_files(raw):
    with pytest.raises(ReceiptError):
        parse_receipt(raw.encode())


@pytest.mark.vectors("cctv_ed25519")
@pytest.mark.parametrize("case", EDGES, ids=lambda case: str(case["number"]))
def test_weak_keys_are_refused_before_they_can_divide_verifiers(case):
    weak = {"low_order_A", "non_canonical_A"} & set(case["flags"] or ())
    assert bool(weak) == (fault(bytes.fromhex(case["key"])) is not None)
