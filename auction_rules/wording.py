"""A term in the words of the notice: its label, and its value with the unit written out.

What a form says short ("Grid", "A round (s)", "(hundredths)") the notice says so that it can be
read without the form. The titles themselves stay as they are: forms and records show them. What
is not here: sentences, which rules say (`says`), and the topics (`topics`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from auction_rules.money import format_decimal
from auction_rules.says import both, in_words
from auction_rules.steps import Grid
from auction_rules.terms import RuleConfig, Scaled, Text, marks_of, show_instant, shown

LANGS: Final = ("zh", "en")
_COMMA: Final[Text] = {"zh": "、", "en": ", "}
_BETWEEN: Final[Text] = {"zh": "，", "en": ", "}
_OTHER: Final[Text] = {"zh": "_en", "en": "_zh"}
_HINT: Final = re.compile(r"\s*[（(](秒|s\b|0)[^（）()]*[）)]")
NOTE: Final = re.compile(r"\s*[（(][^（）()]*[）)]$")
_PER_MYRIAD: Final = re.compile(
    r"\s*[（(]万分之[）)]|\s*\(basis points\)|的?万分之，?|basis points, ?"
)
_HUNDREDTHS: Final = re.compile(r"（百分之一分）|, in hundredths of a point| \(hundredths\)")
_BARE: Final = re.compile(r" \(Chinese\)| \(English\)|（英文）")

# By the English title without its unit: what is too short, or an instruction to a form.
_LABELS: Final[Mapping[str, str]] = {
    "Grid": "An offer moves by",
    "Ceiling": "Highest valid offer",
    "Step kind": "The step is",
    "Better is": "The better offer is",
    "A round": "Length of a round",
    "A turn": "Length of a turn",
    "Open bidding": "Length of open bidding",
    "Finals": "Length of the finals",
    "Inquiry window": "Time to answer the inquiry",
    "Preparation": "Preparation before timed bidding",
    "One left": "The last bidder",
    "Rivals": "Those who go on",
    "Price": "The winner pays",
    "Entry": "A provider comes in",
    "Mode": "The provider is chosen as",
    "Shortlist": "On the short list are",
    "Restart on": "The countdown is restarted by",
    "Offers that extend": "The end is moved by",
    "Trigger window": "Only an offer so late moves the end",
    "Units, one a winner": "Units, of which each winner gets one",
    "Lines a bidder": "Most lines of one bidder",
    "One price in whole": "A single quote is a multiple of",
    "Total in whole": "A sealed total is a multiple of",
    "Indicator from": "The indicator begins at",
    "Indicator up to": "The indicator ends at",
    "What leads to it": "What follows the cap is brought about by",
    "Most extension time": "All extensions together at most",
    "When after that there is still only one": "Where there is still only one after the last of them",
    "How many go on, or leave": "Number of those who go on, or leave",
    "Finalists at least, by rank": "Where fewer are within it, the best so many by rank",
    "Activity asked for": "Least activity",
    "A product not answered": "Where a product is not answered",
    "Prices inside a round": "Within a round there are",
    "Funds": "The project is paid from",
    "Attempt": "This is",
    "Equal offers": "Between equal offers",
    "Form": "Form of the sale",
    "At the margin": "Between equal lines at the end of the supply",
    "Ties within a tick": "Where several answer in one tick",
    "All leave together": "Where the last leave together",
}
_BOUGHT: Final[Mapping[str, str]] = {"Form": "How offers are made"}
"""Of those, what is said otherwise where the lower offer wins: nothing is for sale there."""
_SHORTER: Final[Mapping[str, str]] = {"仅剩一人时": "最后一人"}
"""Chinese titles that their own values say again."""
# Titles that serve both directions: what they are where a higher, and where a lower, offer wins.
_BY_DIRECTION: Final[Mapping[str, tuple[Text, Text]]] = {
    "Start price (the ceiling when lowest wins)": (
        both("起始价", "Start price"),
        both("最高限价", "Ceiling"),
    ),
    "Start price, or ceiling where lower is better": (
        both("起始价", "Start price"),
        both("最高限价", "Ceiling"),
    ),
    "Farthest quantity (highest for MOST, lowest for LEAST)": (
        both("数量上限", "Largest quantity that may be offered"),
        both("数量下限", "Smallest quantity that may be offered"),
    ),
    "Farthest valid price": (
        both("报价上限", "Highest valid offer"),
        both("报价下限", "Lowest valid offer"),
    ),
}


def label(field: Any, name: str, direction: int = 1) -> Text:
    """The title of a term; its unit stands beside the value, what zero means is for the form."""
    extra = field.json_schema_extra
    en = str(extra.get("x-en", name)) if isinstance(extra, dict) else name
    titles = {"zh": field.title or name, "en": en}
    if en in _BY_DIRECTION:
        return _BY_DIRECTION[en][0 if direction > 0 else 1]
    if name.endswith("_basis_points"):
        titles = {lang: _PER_MYRIAD.sub("", title) for lang, title in titles.items()}
    titles = {lang: _HUNDREDTHS.sub("", _HINT.sub("", t)) for lang, t in titles.items()}
    zh, en = titles["zh"], titles["en"]
    bought = _BOUGHT.get(en) if direction < 0 else None
    return both(_SHORTER.get(zh, zh), bought or _LABELS.get(en, en))


def value(terms: RuleConfig, field: Any, name: str, given: Any) -> Text:
    """A value in plain words: amounts in their unit, lengths of time in hours or minutes."""
    if isinstance(given, tuple):
        rows = [
            _row(terms, row, listed=True)
            if isinstance(row, BaseModel)
            else value(terms, field, name, row)
            for row in given
        ]
        return {lang: _COMMA[lang].join(row[lang] for row in rows) for lang in LANGS}
    if isinstance(given, BaseModel):
        return _row(terms, given, listed=False)
    if name.endswith("_basis_points"):
        return dict.fromkeys(LANGS, f"{format_decimal(given, 2)}%")
    if name.endswith("_seconds"):
        return in_words(given)
    if _HUNDREDTHS.search(field.title or ""):
        points = format_decimal(given, 2)
        return both(f"{points} 分", f"{points} point{'' if points == '1' else 's'}")
    for marker in marks_of(field):
        if isinstance(marker, Scaled):
            unit = getattr(terms, marker.unit_field)
            return {lang: unit.written(given, lang) for lang in LANGS}
        return both(show_instant(given), show_instant(given))
    told = shown(terms, field, name, given)
    if isinstance(given, Grid) and "step" in type(terms).model_fields:
        # The choice is named after a raise; what moves may be a price going down, or a quantity.
        step = type(terms).model_fields["step"].title or ""
        return both(told["zh"].replace("增价幅度", NOTE.sub("", step)), told["en"])
    return told


def _row(terms: RuleConfig, row: BaseModel, *, listed: bool) -> Text:
    """A row of terms: its name, then (label value, label value).

    One value stands alone. Without a name the first of them stands for it where there is a list of
    such rows, and else nothing is in brackets.
    """
    names = {lang: str(getattr(row, lang, "")) for lang in LANGS}
    said: dict[str, list[str]] = {lang: [] for lang in LANGS}
    alone: Text | None = None
    for name, field in type(row).model_fields.items():
        given = getattr(row, name)
        nothing = given is None or given in ((), "") or (given == 0 and field.default == 0)
        if nothing or name in LANGS:
            continue
        title, alone = label(field, name), value(terms, field, name, given)
        for lang in LANGS:
            if not name.endswith(_OTHER[lang]):
                said[lang].append(f"{_BARE.sub('', title[lang])} {alone[lang]}")
    if alone is not None and len(said["zh"]) == 1 and not any(names.values()):
        return alone
    if listed:
        names = {lang: names[lang] or said[lang].pop(0) for lang in LANGS}
    return {lang: _bracketed(names[lang], said[lang], lang) for lang in LANGS}


def _bracketed(name: str, parts: list[str], lang: str) -> str:
    told = _BETWEEN[lang].join(parts)
    if not name or not told:
        return name or told
    return f"{name}（{told}）" if lang == "zh" else f"{name} ({told})"
