"""Requests that no entry can hold, put so that the record can refuse them.

An entry holds integers up to 2**53-1 and text of some thousand characters (bidding/proof/canon.py,
`BODY_MAX` of a log). The door lets nothing greater in. Should something come another way all the
same, the request has an entry and a reason like any other: what cannot be written down stands
there as the hash of what was asked, and is refused for that, live and on replay. It is not a
second parser: what a value means is still decided by the core and the rule.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from bidding.core.commands import Ask, ask_from_json, ask_to_json, kind_of
from bidding.proof import canon

MARK: Final = "unwritable:sha256:"
ASK_MAX: Final = 24_000
"""Bytes of a request: an entry has it, the facts that repeat it, and room for the rest."""
_LONG: Final = 200


def writable(ask: Ask) -> Ask:
    """The request itself, or one in which hashes stand for what no entry can hold."""
    row = ask_to_json(ask)
    if _fits(row):
        return ask
    held = {name: part for name, part in row.items() if _fits(part) and _short(part)}
    hashed: dict[str, Any] = {n: MARK + _digest(part) for n, part in row.items() if n not in held}
    return ask_from_json(kind_of(ask), row | hashed)


def refused(ask: Ask) -> bool:
    """Whether it is one that could not be written down as it was asked."""
    return any(
        type(part) is str and part.startswith(MARK)
        for part in (getattr(ask, name) for name in type(ask).__dataclass_fields__)
    )


def _fits(value: Any) -> bool:
    try:
        return len(canon.encode(value)) <= ASK_MAX
    except canon.CanonError:
        return False


def _short(value: Any) -> bool:
    return len(canon.encode(value)) <= _LONG


def _digest(value: Any) -> str:
    # Python refuses to print a number of thousands of digits in tens, and in sixteens it does not.
    told = f"{value:x}" if type(value) is int else repr(value)
    return sha256(told.encode("utf-8", "backslashreplace")).hexdigest()
