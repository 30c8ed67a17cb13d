"""大写 as the annex of 支付结算办法 writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.capitals import capitals, reading, whole_number
from auction_rules.money import LIMIT
from auction_rules.terms import Unit

DIGITS = "零壹贰叁肆伍陆柒捌玖"
WAN_YUAN = Unit(zh="万元", en="CNY 10,000", scale=0, fen=1_000_000)


@pytest.mark.parametrize(
    ("fen", "allowed"),
    [
        # The examples of annex 1, article 3, with every way of writing that it allows.
        (140_950, {"壹仟肆佰零玖元伍角", "壹仟肆佰零玖元伍角整"}),
        (600_714, {"陆仟零柒元壹角肆分"}),
        (168_032, {"壹仟陆佰捌拾元零叁角贰分", "壹仟陆佰捌拾元叁角贰分"}),
        (10_700_053, {"壹拾万柒仟元零伍角叁分", "壹拾万零柒仟元伍角叁分", "壹拾万柒仟元伍角叁分"}),
        (1_640_902, {"壹万陆仟肆佰零玖元零贰分"}),
        (32_504, {"叁佰贰拾伍元零肆分"}),
    ],
)
def test_the_examples_of_the_annex(fen, allowed):
    assert capitals(fen) in allowed


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        # What the bidder's room shows for the same amounts (desks/test/capitals.test.ts).
        (0, "零元整"),
        (1, "壹分"),
        (50, "伍角整"),
        (103, "壹元零叁分"),
        (1_050, "壹拾元伍角整"),
        (10_300_000_000, "壹亿零叁佰万元整"),
        (1_000_000_000_000, "壹佰亿元整"),
        (100_010_001_000, "壹拾亿零壹拾万零壹拾元整"),
        (1_000_500, "壹万零伍元整"),
        (10_000_000_000_100, "壹仟亿零壹元整"),
        (9_007_199_254_740_991, "玖拾万零柒佰壹拾玖亿玖仟贰佰伍拾肆万柒仟肆佰零玖元玖角壹分"),
        (-150, "负壹元伍角整"),
    ],
)
def test_written_as_the_room_writes_it(fen, text):
    assert capitals(fen) == text


def read_back(text: str) -> int:
    """分, by another road: each section of four digits is summed on its own."""
    sizes = {"拾": 10, "佰": 100, "仟": 1_000}
    total = section = digit = cents = 0
    for letter in text.removesuffix("整"):
        if letter in DIGITS:
            digit = DIGITS.index(letter)
            continue
        if letter in sizes:
            section += digit * sizes[letter]
        elif letter == "万":
            total, section = total + (section + digit) * 10_000, 0
        elif letter == "亿":
            total, section = (total + section + digit) * 100_000_000, 0
        elif letter == "元":
            total, section = (total + section + digit) * 100, 0
        else:
            cents += digit * {"角": 10, "分": 1}[letter]
        digit = 0
    return total + cents


@given(st.integers(0, LIMIT))
def test_it_can_be_read_back(fen):
    text = capitals(fen)
    assert read_back(text) == fen
    assert "零零" not in text
    assert "零元" not in text or fen < 100


def test_a_unit_price_says_what_it_is_per():
    square_metre = Unit(zh="元/㎡", en="CNY/m²", scale=2, fen=1)
    assert reading(455_050, square_metre) == "每平方米人民币肆仟伍佰伍拾元伍角整"
    assert reading(10_300, WAN_YUAN) == "人民币壹亿零叁佰万元整"


def test_what_is_no_money_is_read_in_its_own_unit():
    assert reading(12_050, Unit(zh="平方米", en="m²", scale=2)) == "壹佰贰拾点伍平方米"
    assert reading(12_005, Unit(zh="平方米", en="m²", scale=2)) == "壹佰贰拾点零伍平方米"
    assert reading(95, Unit(zh="%", en="%", scale=0)) == "玖拾伍%"


def test_whole_numbers_beyond_a_hundred_million():
    assert whole_number(1_000_000_000_000) == "壹万亿"
