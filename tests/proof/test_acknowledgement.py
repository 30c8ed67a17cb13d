"""Acknowledgements of complaints: who signed, what is said, and every way to bend one."""

from __future__ import annotations

import re

import pytest

from bidding.proof.acknowledgement import (
    Acknowledgement,
    AcknowledgementError,
    is_acknowledgement,
    verify_acknowledgement,
)
from bidding.proof.note import Signer
from bidding.proof.policy import parse_policy, policy_text

CENTRE, AUCTION = "bid.example.cn/log", "bid.example.cn/log/zs-1"
SEED = bytes(range(32))
POLICY = parse_policy(policy_text(Signer(AUCTION, SEED).verifier))
TAKEN = Acknowledgement(CENTRE, AUCTION, 3, "07", 1_772_414_476_000_000, "ab" * 32)


def signed(text: str, name: str = f"{CENTRE}:papers", seed: bytes = SEED) -> bytes:
    return Signer(name, seed).sign(text)


def test_what_the_centre_signed_is_read_back() -> None:
    raw = signed(TAKEN.text())
    assert raw.decode().startswith(
        "daylight complaint acknowledgement v1\n"
        "centre bid.example.cn/log\n"
        "auction bid.example.cn/log/zs-1\n"
        "number 3\n"
        "from 07\n"
        "filed 1772414476000000\n"
    )
    assert is_acknowledgement(raw)
    assert verify_acknowledgement(raw, POLICY) == TAKEN


def test_every_flipped_byte_is_refused() -> None:
    raw = signed(TAKEN.text())
    for position in range(len(raw)):
        altered = bytearray(raw)
        altered[position] ^= 0x01
        with pytest.raises(AcknowledgementError) as told:
            verify_acknowledgement(bytes(altered), POLICY)
        assert re.search(r"[\u4e00-\u9fff]", told.value.zh)
        assert not re.search(r"[\u4e00-\u9fff]", told.value.en)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (signed(TAKEN.text(), seed=bytes(32)), "no signature by a known key"),
        # The key of the log under the log's own name: a checkpoint's signature is no paper's.
        (signed(TAKEN.text(), AUCTION), "no signature by a known key"),
        (signed(TAKEN.text().replace("zs-1", "zs-2")), "knows no log named"),
        (
            signed(
                TAKEN.text().replace("centre bid", "centre other"), "other.example.cn/log:papers"
            ),
            "its log is not of its centre",
        ),
        (signed(TAKEN.text() + "more than\n"), "missing or in another order"),
        (signed(TAKEN.text().replace("number 3", "number 03")), "not a plain decimal number"),
        (signed(TAKEN.text().replace("from 07", "from ")), "a line says nothing"),
        # No calendar of Python goes there: year 9999 and beyond.
        (signed(re.sub("filed .*", f"filed {2**63 - 1}", TAKEN.text())), "beyond every calendar"),
        (signed(TAKEN.text().replace("ab" * 32, "AB" * 32)), "not a SHA-256"),
        (b"daylight complaint acknowledgement v1\n", "a text, a blank line and signature lines"),
    ],
)
def test_what_is_not_one_is_refused_with_the_reason(raw: bytes, said: str) -> None:
    with pytest.raises(AcknowledgementError, match=re.escape(said)) as told:
        verify_acknowledgement(raw, POLICY)
    assert "（" not in told.value.zh.partition("：")[2]  # no sentence is left in English
