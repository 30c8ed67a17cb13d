"""The terms that are in use, a line each, in the words of the notice: the table beside the room.

What it is not: the notice, which tells them by topic and in sentences (`prose`), nor the form,
which shows every term there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from auction_rules.resumed import given_back
from auction_rules.terms import Choice, RuleConfig, Text, Unit
from auction_rules.topics import idle
from auction_rules.wording import label, value

_Fields: TypeAlias = Mapping[str, FieldInfo]


def in_use(rule: Any, terms: RuleConfig) -> list[dict[str, Text]]:
    """Label and value of every term in use, also of those that the notice tells in a sentence.

    Not the lots, which have a list of their own. What every rule has comes last.
    """
    fields = type(terms).model_fields
    common = {name: field for name, field in fields.items() if name in RuleConfig.model_fields}
    own = {name: field for name, field in fields.items() if name not in common}
    return [*_table(rule, terms, terms, own), *_table(rule, terms, terms, common)]


def _table(
    rule: Any, terms: RuleConfig, record: BaseModel, fields: _Fields
) -> Iterator[dict[str, Text]]:
    for name, field in fields.items():
        given = getattr(record, name)
        if isinstance(given, tuple) or unused(terms, name, field, given):
            continue
        if isinstance(given, BaseModel):
            yield from _table(rule, terms, given, type(given).model_fields)
            continue
        told = value(terms, field, name, given)
        if name == "resume":
            # The choice means something else in each stage; the notice says what.
            told = given_back(rule, terms) or told
        yield {
            "label": _reworded(terms, label(field, name, rule.direction(terms))),
            "value": _reworded(terms, told) if isinstance(given, Choice) else told,
        }


def _reworded(terms: RuleConfig, text: Text) -> Text:
    return {lang: terms.reworded(text[lang], lang) for lang in ("zh", "en")}


def unused(terms: RuleConfig, name: str, field: FieldInfo, given: Any) -> bool:
    """Whether a term would only puzzle: it is not used, or is told elsewhere."""
    # Units are said with the amounts, the lots are named before the terms.
    if isinstance(given, Unit) or re.fullmatch(r"lot_(zh|en|id)", name):
        return True
    # Zero means none where it is the default.
    nothing = given is None or (given == 0 and field.default == 0 and given is not False)
    if nothing or given in ((), "") or idle(terms, name):
        return True
    # How nothing is extended.
    return name.startswith("extension") and getattr(terms, "extension_seconds", None) == 0
