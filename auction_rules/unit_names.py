"""What the name of a unit says: which power of ten of a yuan it is, per what, and of which area.

Two names stand for one unit, and people in each language read their own: they must say the same.
Spaces, line ends and full-width signs are folded before a name is read. What it is not: a table
of currencies; any that is not the yuan settles as itself, and is worth no fen.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
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
_MILLIONS: Final = ("1m", "10m", "100m")
_MONEY: Final = re.compile(r"cny|rmb|yuan")
_MONEY_WORD: Final = re.compile(_MONEY.pattern, re.IGNORECASE)
_AREAS: Final = {
    "m2": ("m2", 0),
    "平方米": ("m2", 0),
    "平米": ("m2", 0),
    "sqm": ("m2", 0),
    "sq.m": ("m2", 0),
    "squaremetre": ("m2", 0),
    "squaremeter": ("m2", 0),
    "公顷": ("m2", 4),
    "ha": ("m2", 4),
    "hectare": ("m2", 4),
    "平方公里": ("m2", 6),
    "平方千米": ("m2", 6),
    "km2": ("m2", 6),
    "sqkm": ("m2", 6),
    "sq.km": ("m2", 6),
    "squarekilometre": ("m2", 6),
    "squarekilometer": ("m2", 6),
    "亩": ("mu", 0),
    "市亩": ("mu", 0),
    "mu": ("mu", 0),
}
"""Each as a power of ten of one of two areas that have no common measure in decimals."""
_TIMES: Final = re.compile("(千万|百万|万|千|亿)?(.+)")
_POWERS: Final = {"千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8}


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


def multiple(name: str) -> tuple[int, str]:
    """Which power of ten an English name counts in, and of what: 4 and m² for 10k m².

    Of CNY 10k/mu it is 4 and CNY/mu; 0 and the name itself where it counts one by one.
    """
    head, slash, tail = name.partition("/")
    words = _MONEY_WORD.sub(r" \g<0> ", head).split()
    for first in range(len(words)):
        for last in range(len(words), first, -1):
            said = folded("".join(words[first:last])).replace(",", "")
            # Of what is no money 100 m is a length.
            if said in _MILLIONS and not speaks_of_yuan(head):
                continue
            if power := _ENGLISH.get(said, 0):
                # "10k/mu" is read as yuan, as in `power_in_english`.
                of = " ".join(words[:first] + words[last:]) or "CNY"
                return power, of + slash + tail
    return 0, name


def per(name: str) -> str | None:
    """Per what the price is, as its name says it; None where nothing is said."""
    return unicodedata.normalize("NFKC", name).partition("/")[2] or None


def _area(name: str) -> tuple[str, int] | None:
    """An area by its name in either language; None for what is no area that is known."""
    power, rest = multiple(name)
    plain = folded(rest)
    if (chinese := _TIMES.fullmatch(plain)) and chinese[1]:
        power, plain = _POWERS[chinese[1]], chinese[2]
    found = _AREAS.get(plain) or _AREAS.get(plain.removesuffix("s"))
    return None if found is None else (found[0], found[1] + power)


@lru_cache(maxsize=256)
def areas_differ(one: str, other: str) -> bool:
    """Whether two names, of prices per area or of areas, are of two areas known to differ."""
    areas = [_area(per(name) or name) for name in (one, other)]
    return None not in areas and areas[0] != areas[1]


def counted_otherwise(price: str, quantity: str) -> bool:
    """Whether a price is per something else than quantities are in; names of one language."""
    each = per(price)
    if each is None:
        return False
    areas = _area(each), _area(quantity)
    if None not in areas:
        return areas[0] != areas[1]
    return folded(each).removesuffix("s") != folded(quantity).removesuffix("s")
