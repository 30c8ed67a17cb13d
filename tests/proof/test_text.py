import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.text import MAX_INT64, from_base64, from_decimal, to_base64


@given(st.binary(max_size=100))
def test_base64_comes_back(raw):
    assert from_base64(to_base64(raw)) == raw


@pytest.mark.parametrize(
    "text", ["A", "AA", "AAA", "AAA=\n", " AAA=", "AA_-", "AB==", "AAB=", "字", "A=A="]
)
def test_only_one_spelling_of_base64(text):
    with pytest.raises(ValueError):
        from_base64(text)


@given(st.integers(0, MAX_INT64))
def test_decimals_come_back(number):
    assert from_decimal(str(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00",
        "007",
        "+7",
        "-0",
        " 7",
        "7 ",
        "7\n",
        "1_0",
        "0x1",
        "１２",
        "٣",
        str(2**63),
        "9" * 5000,
    ],
)
def test_only_plain_decimals(text):
    with pytest.raises(ValueError):
        from_decimal(text)
