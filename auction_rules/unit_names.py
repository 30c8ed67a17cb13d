"""What the name of a price unit says: which power of ten of a yuan it is, and per what.

Two names stand for one unit, and people in each language read their own: they must say the same.
Spaces, line ends and full-width signs are folded before a name is read. What it is not: a table
of currencies; any that is not the yuan settles as itself, and is worth no fen.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CHINESE: Final = {"元": 0, "千元": 3, "万元": 4, "百万元": 6, "千万元": 7, "亿元": 8}
_ENGLISH: Final = {
    "": 0,
    "1k": 3,
    "1000": 3,
    "thousand": 3,
    "10k": 4,
    "10000": 4,
    "tenthousand": 4,
    "1m": 6,
    "1000000": 6,
    "million": 6,
    "10m": 7,
    "10000000": 7,
    "tenmillion": 7,
    "100m": 8,
    "100000000": 8,
    "hundredmillion": 8,
}
_MONEY: Final = re.compile(r"cny|rmb|yuan")
_AREAS: Final = {
    "平方米": "m2",
    "平米": "m2",
    "sqm": "m2",
    "亩": "mu",
    "公顷": "ha",
    "hectare": "ha",
}


def folded(name: str) -> str:
    """The name without spaces and line ends, full-width signs as ordinary ones, in small letters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).lower()


def power_in_chinese(name: str) -> int | None:
    """Which power of ten of a yuan: 4 for 万元/亩; None for what is no amount of yuan."""
    return _CHINESE.get(folded(name).partition("/")[0].removeprefix("人民币"))


def power_in_english(name: str) -> int | None:
    """The same for CNY 10k/mu; None for what is no amount of yuan."""
    money = folded(name).partition("/")[0].replace(",", "")
    bare = _MONEY.sub("", money)
    # "10k/mu" is read as yuan; nothing at all is not.
    return _ENGLISH.get(bare) if money else None


def speaks_of_yuan(name: str) -> bool:
    """Whether an English name has the yuan in it."""
    return _MONEY.search(folded(name)) is not None


def per(name: str) -> str | None:
    """Per what, in one spelling for both languages: mu for 万元/亩; None where nothing is said."""
    rest = folded(name).partition("/")[2]
    return counted(rest) if rest else None


def counted(name: str) -> str:
    """The name of an area or quantity in one spelling for both languages, where it is known."""
    plain = folded(name)
    return _AREAS.get(plain, plain)


def areas_differ(one: str, other: str) -> bool:
    """Whether two prices are per two areas that are known to differ."""
    known = {"m2", "mu", "ha"}
    return {per(one), per(other)} <= known and per(one) != per(other)
