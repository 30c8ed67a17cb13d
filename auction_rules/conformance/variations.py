"""Terms near a rule's example, drawn from its own Config: one term switched at a time.

What it is: the terms that the author did not think of when he wrote the example. Each choice takes
its other values, what is on goes off, what is left out comes in, a count is one more or less.
What it is not: every combination. Whatever the Config refuses is no variation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import chain, zip_longest
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from auction_rules.rule import Rule
from auction_rules.terms import AtInstant, marks_of

MOST: Final = 32
"""Variations of one example: each costs plays."""
Variation = tuple[str, dict[str, Any]]
"""What is switched, for people, and the whole terms."""


def variations(rule: Rule, data: Mapping[str, Any]) -> list[Variation]:
    """At most MOST valid terms that differ from `data` in one term each.

    The first other value of every term comes before the second of any.
    """
    terms = rule.Config.model_validate(data)
    plain = terms.model_dump(mode="json")
    columns = [list(_switched(terms, name, plain[name])) for name in type(terms).model_fields]
    found: list[Variation] = []
    for switch in filter(None, chain.from_iterable(zip_longest(*columns))):
        name, told, value = switch
        varied = {**plain, name: value}
        if len(found) < MOST and _differs(rule, varied, terms):
            found.append((told, varied))
    return found


def _differs(rule: Rule, varied: Mapping[str, Any], terms: Any) -> bool:
    try:
        return bool(rule.Config.model_validate(varied) != terms)
    except ValidationError:
        return False


def _switched(terms: BaseModel, name: str, plain: Any) -> Iterator[tuple[str, str, Any]]:
    value, field = getattr(terms, name), type(terms).model_fields[name]
    if isinstance(value, BaseModel):
        for inner in type(value).model_fields:
            for _, told, other in _switched(value, inner, plain[inner]):
                yield name, f"{name}.{told}", {**plain, inner: other}
        return
    if any(isinstance(mark, AtInstant) for mark in marks_of(field)):
        # Another instant is another day, and the same rule.
        return
    for other in _others(field.annotation, plain):
        yield name, f"{name}={other}", other


def _others(annotation: Any, plain: Any) -> Iterator[Any]:
    """Other values of one term, likely ones first."""
    parts = list(_parts(annotation))
    for part in parts:
        if part is bool:
            yield not plain
        elif get_origin(part) is Literal:
            yield from (value for value in get_args(part) if value != plain)
        elif isinstance(part, type) and issubclass(part, Enum):
            yield from (member.value for member in part if member.value != plain)
    if int in parts and plain is None:
        yield from (1, 1_000)
    elif type(plain) is int and bool not in parts:
        yield from (plain + 1, 0) if plain else (1, 1_000)
    if plain is not None and type(None) in parts:
        yield None


def _parts(annotation: Any) -> Iterator[Any]:
    """The types that a union or an annotated type is made of."""
    inside = get_args(annotation)
    if get_origin(annotation) is Literal or not inside:
        yield annotation
    elif isinstance(get_origin(annotation), type) and issubclass(
        get_origin(annotation), list | tuple | dict
    ):
        return
    else:
        for part in inside:
            yield from _parts(part)
