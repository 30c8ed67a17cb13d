"""大写: an amount of money in the capital numerals of Chinese cheques, from whole 分.

Follows 支付结算办法, annex 1 (正确填写票据和结算凭证的基本规定), articles 1 to 3. Where the annex
leaves a choice it is made as in the bidder's room: 整 after 元 and after 角, one 零 for any run of
zeros inside, none between 元 and 角. What it is not: a parser; nothing reads these back.
"""

from __future__ import annotations

from typing import Final

from auction_rules.money import ten_to
from auction_rules.terms import Unit

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ((1_000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_PER: Final = {"㎡": "平方米", "t": "吨"}


def whole_number(number: int) -> str:
    """A whole number of zero or more in capital numerals."""
    assert number >= 0
    if number == 0:
        return _DIGITS[0]
    if number < 10_000:
        return _four_digits(number)
    size, name = (100_000_000, "亿") if number >= 100_000_000 else (10_000, "万")
    high, low = divmod(number, size)
    if not low:
        return whole_number(high) + name
    # A zero at the head of the lower part is said once, however many there are.
    bridge = _DIGITS[0] if low * 10 < size else ""
    return whole_number(high) + name + bridge + whole_number(low)


def _four_digits(number: int) -> str:
    out, gap = "", False
    for place, name in _PLACES:
        digit = number // place % 10
        if not digit:
            gap = out != ""
            continue
        out += (_DIGITS[0] if gap else "") + _DIGITS[digit] + name
        gap = False
    return out


def capitals(fen: int) -> str:
    """`103_000_000` 分 is 壹佰零叁万元整."""
    if fen < 0:
        return "负" + capitals(-fen)
    if fen == 0:
        return "零元整"
    yuan, jiao, cents = fen // 100, fen // 10 % 10, fen % 10
    out = f"{whole_number(yuan)}元" if yuan else ""
    if jiao:
        out += f"{_DIGITS[jiao]}角"
    elif cents and yuan:
        out += _DIGITS[0]
    return out + (f"{_DIGITS[cents]}分" if cents else "整")


def reading(amount: int, unit: Unit) -> str:
    """An amount of the smallest unit, read out: 人民币…元整, 每平方米 before it where it is per area.

    What is no money is read in the same numerals, with its unit behind.
    """
    if unit.fen is None:
        return _plain(amount, unit)
    _, slash, per = unit.zh.partition("/")
    head = f"每{_PER.get(per, per)}" if slash else ""
    return f"{head}人民币{capitals(amount * unit.fen)}"


def _plain(amount: int, unit: Unit) -> str:
    whole, rest = divmod(abs(amount), ten_to(unit.scale))
    decimals = str(rest).rjust(unit.scale, "0").rstrip("0") if unit.scale and rest else ""
    point = "点" + "".join(_DIGITS[int(digit)] for digit in decimals) if decimals else ""
    return f"{'负' if amount < 0 else ''}{whole_number(whole)}{point}{unit.zh}"
