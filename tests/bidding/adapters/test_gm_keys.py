"""The SM2 key in its file: made once, kept to the house, signing what an independent oracle takes."""

import pytest
from gmssl.sm2 import CryptSM2

from bidding.adapters.gm_keys import GmFileKeys, GmKeyError
from bidding.proof.gm import open_gm
from bidding.proof.note import parse_note

ORIGIN = "bid.example.cn/log/zs-1"
BODY = f"{ORIGIN}/gm\n1\n{'A' * 43}=\n".encode()


async def test_what_it_signs_our_verifier_and_the_oracle_take(tmp_path):
    keys = GmFileKeys.make(tmp_path / "sm2.key")
    note = await keys.note(ORIGIN, BODY)
    assert open_gm(note, keys.verifier(ORIGIN), ORIGIN).size == 1
    (signature,) = parse_note(note)[1]
    public = keys.verifier(ORIGIN).public[1:].hex()
    oracle = CryptSM2(private_key="", public_key=public)
    assert oracle.verify_with_sm3(signature.raw.hex(), BODY)
    assert not oracle.verify_with_sm3(signature.raw.hex(), BODY + b"x")


def test_the_file_is_the_house_s_alone_and_never_written_over(tmp_path):
    path = tmp_path / "new" / "sm2.key"
    made = GmFileKeys.make(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert GmFileKeys(path).verifier(ORIGIN) == made.verifier(ORIGIN)
    with pytest.raises(GmKeyError, match="there already"):
        GmFileKeys.make(path)
    path.chmod(0o640)
    with pytest.raises(GmKeyError, match="0600"):
        GmFileKeys(path)


@pytest.mark.parametrize("text", ["", "daylight-gm-signing-key/v1\n", "x\nAAAA\n"])
def test_another_file_is_refused(tmp_path, text):
    path = tmp_path / "sm2.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(GmKeyError, match="not an SM2 signing key"):
        GmFileKeys(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(GmKeyError, match="cannot be used"):
        GmFileKeys(tmp_path / "nothing")
