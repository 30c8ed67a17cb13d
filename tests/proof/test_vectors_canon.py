"""RFC 8785's own test data, seen from our narrower profile.

None of the six published documents lies inside it (capital, numeric or non-ASCII keys,
floats), and that is the point: each is refused whole, and each part that does lie
inside is encoded as published.
"""

import json
import struct
from base64 import b64decode

import pytest
import rfc8785

from bidding.proof.canon import CanonError, decode, encode
from tests.shared import vectors

JCS = vectors("rfc8785_jcs")


def parts(value):
    yield value
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from parts(item)


def inside(value):
    try:
        encode(value)
    except CanonError:
        return False
    return True


@pytest.mark.vectors("rfc8785 documents")
@pytest.mark.parametrize("case", JCS["files"], ids=lambda case: case["name"])
def test_documents(case):
    canonical = bytes.fromhex(case["canonical_hex"])
    document = json.loads(b64decode(case["input_b64"]))
    assert rfc8785.dumps(document) == canonical
    for raw in (canonical, b64decode(case["input_b64"])):
        with pytest.raises(CanonError):
            decode(raw)
    admitted = [part for part in parts(document) if inside(part)]
    assert admitted
    for part in admitted:
        assert encode(part) == rfc8785.dumps(part)
        assert encode(part) in canonical
        assert decode(encode(part)) == part


@pytest.mark.vectors("rfc8785 numbers")
@pytest.mark.parametrize(("bits", "text"), JCS["float_bits_to_text"])
def test_numbers(bits, text):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    with pytest.raises(CanonError):
        encode(number)
    if text == "0":
        assert decode(b"0") == 0
    else:
        with pytest.raises(CanonError):
            decode((text or "NaN").encode())


@pytest.mark.vectors("rfc8785 own edge cases")
@pytest.mark.parametrize("case", JCS["own_edge_cases"], ids=str)
def test_edge_cases(case):
    raw = str(case.get("int", case.get("int_text", case.get("raw")))).encode()
    if case["ok"]:
        assert decode(raw) == case["int"]
        assert encode(case["int"]) == raw
    else:
        with pytest.raises(CanonError):
            decode(raw)
