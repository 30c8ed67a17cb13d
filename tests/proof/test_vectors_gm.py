"""The published vectors for SM3 and SM2."""

import pytest

from bidding.proof import sm2
from bidding.proof.sm3 import sm3
from tests.shared import vectors

GM = vectors("gm_sm2_sm3")
SM2 = GM["sm2"]
PUBLIC = bytes.fromhex("04" + SM2["public_x_hex"] + SM2["public_y_hex"])
MESSAGE = SM2["message_utf8"].encode()
SIGNATURE = bytes.fromhex(SM2["r_hex"] + SM2["s_hex"])


def _sm3_cases():
    blocks = [
        dict(line.split(" = ") for line in block.splitlines() if " = " in line)
        for block in GM["sm3_nist_rsp"].split("\n\n")
    ]
    return [one for one in blocks if one]


@pytest.mark.vectors("gm_sm3")
@pytest.mark.parametrize("case", _sm3_cases(), ids=lambda case: case["Len"])
def test_sm3(case):
    message = bytes.fromhex(case["Msg"])[: int(case["Len"]) // 8]
    assert sm3(message).hex() == case["MD"]


@pytest.mark.vectors("gm_sm2")
def test_sm2_the_digest_of_the_annex():
    digest = sm2.digest(PUBLIC, MESSAGE, SM2["id_utf8"].encode())
    assert digest.hex().upper() == SM2["e_hex"]


@pytest.mark.vectors("gm_sm2")
def test_sm2_the_signature_of_the_annex():
    sm2.verify(PUBLIC, MESSAGE, SIGNATURE, SM2["id_utf8"].encode())
    assert SM2["id_utf8"].encode() == sm2.DEFAULT_ID


@pytest.mark.vectors("gm_sm2")
def test_sm2_the_private_key_of_the_annex_has_this_public_key():
    """Multiples of G by the same arithmetic that verifies."""
    x, y, z = sm2._sum_of_multiples(int(SM2["private_hex"], 16), sm2.G, 0, sm2.G)
    affine = (x * pow(z, -2, sm2.P) % sm2.P, y * pow(z, -3, sm2.P) % sm2.P)
    assert affine == sm2.parse_public(PUBLIC)
