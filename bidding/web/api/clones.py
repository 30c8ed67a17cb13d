"""A new draft from an earlier document: same rule, terms and papers; new number, later times.

All instants move by the same whole number of days, so that hours of the day and distances stay,
and the first of them lies ahead. Its writer is whoever copies it; nothing of the approval is copied.
"""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from auction_rules.facts import Instant
from auction_rules.terms import SECOND, AtInstant, marks_of
from bidding.engine.identity import Draft
from bidding.web.api.drafts import ORIGIN, DraftLine, document_of, draft_of, line_of
from bidding.web.problems import Problem
from bidding.web.routes import STAFF, Call, Route

_DAY: Final = 86_400 * SECOND
_HOUR: Final = 3_600 * SECOND


def moments(terms: BaseModel) -> Iterator[Instant]:
    """Every instant in validated terms, those in rows and records included."""
    for name, field in type(terms).model_fields.items():
        value = getattr(terms, name)
        if any(isinstance(mark, AtInstant) for mark in marks_of(field)):
            if value is not None:
                yield value
        else:
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, BaseModel):
                    yield from moments(part)


def moved(terms: BaseModel, by: int) -> dict[str, Any]:
    """The same terms as plain values with every instant later by so many microseconds."""
    plain = terms.model_dump(mode="json")
    for name, field in type(terms).model_fields.items():
        value = getattr(terms, name)
        if any(isinstance(mark, AtInstant) for mark in marks_of(field)):
            plain[name] = None if value is None else value + by
        elif isinstance(value, BaseModel):
            plain[name] = moved(value, by)
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            plain[name] = [moved(part, by) for part in value]
    return plain


def days_ahead(first: Instant | None, now: Instant) -> int:
    """Microseconds of whole days after which `first` is at least an hour ahead; 0 where it is."""
    if first is None or first >= now + _HOUR:
        return 0
    return -(-(now + _HOUR - first) // _DAY) * _DAY


def later(fields: Mapping[str, Any], now: Instant) -> dict[str, Any]:
    """The fields of a draft for another auction. What cannot be read yet is copied as it stands."""
    copy = {
        **fields,
        "auction": f"{str(fields['rule']).replace('_', '-')[:24]}-{secrets.token_hex(4)}",
    }
    try:
        document = document_of(copy)
    except Problem:
        return copy
    _, terms = document.bound()
    deadline = document.deposit_deadline
    known = [*moments(terms), *([] if deadline is None else [deadline])]
    by = days_ahead(min(known, default=None), now)
    copy["terms"] = moved(terms, by)
    copy["deposit_deadline"] = None if deadline is None else deadline + by
    # The newest version of the rule: an old auction must not bind a new one to old rules.
    copy["version"] = None
    return copy


async def clone(call: Call) -> dict[str, Any]:
    """A new draft that says what this one says, at later times."""
    source = await draft_of(call)
    me = call.account.account
    now = call.door.clock.now()
    draft = Draft(
        id=secrets.token_hex(8),
        proposer=me,
        fields={**later(source.fields, now), ORIGIN: source.id},
        writers=frozenset({me}),
        updated=now,
    )
    await call.door.registry.add_draft(draft)
    return line_of(draft, now)


ROUTES: Final = (
    Route(
        "POST",
        "/api/drafts/{id}/clone",
        clone,
        "drafts",
        "复制为新方案",
        "A new draft from this one",
        roles=STAFF,
        answer=DraftLine,
        status=201,
        problems=("NOT_FOUND",),
    ),
)
