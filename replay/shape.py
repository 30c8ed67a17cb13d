"""Whether an entry has a shape we know: type, version, fields, asks and facts (PROOF.md §1.2).

Unknown type or version: replay stops, and never skips. It is asked once, before an entry is
folded, so that whoever reads a verified session may rely on the shape. It is not whether the entry
makes sense: an amount nobody could bid, or a stage the rule does not have, is for `rejudge`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final, TypeAlias, get_type_hints

from pydantic import ValidationError

from bidding.core.commands import KINDS
from bidding.core.document import Published
from bidding.core.house_facts import SHAPES
from bidding.proof.archive import ArchiveError

_Fits: TypeAlias = Callable[[Any], bool]

TYPE_VERSION: Final = 1
"""The version of every type of entry there has been so far."""

_ACTOR: Final = re.compile(r"system|(?:staff|approver|bidder|auditor):[A-Za-z0-9_-]{1,32}")
_OUTCOMES: Final = ("accepted", "refused")
_HEX256: Final = re.compile(r"[0-9a-f]{64}")
_MOST_DEPTH: Final = 32
"""Nothing that is recorded nests deeper; what does would exhaust whoever prints it."""


def admit(entry: Mapping[str, Any]) -> None:
    """Returns when the shape is known, else raises ArchiveError naming the entry and the place.

    `entry` has passed the envelope: its version, log, index and time are what they must be.
    """
    index, kind = entry["i"], entry.get("type")
    known = isinstance(kind, str) and (
        kind == "session.opened" if index == 0 else _is_request(kind)
    )
    version = entry.get("tv")
    if not known or type(version) is not int or version != TYPE_VERSION:
        raise ArchiveError(
            f"entry {index}",
            f"unknown type or version ({kind!r:.80}, tv {version!r:.20}): replay stops",
            f"类型或版本无法识别（{kind!r:.80}，tv {version!r:.20}），读取到此为止",
        )
    place = _opening(entry) if index == 0 else _request(entry)
    if place is not None:
        raise ArchiveError(
            f"entry {index}",
            f"unknown shape ({place:.80}): replay stops",
            f"结构无法识别（{place:.80}），读取到此为止",
        )


def _is_request(kind: str) -> bool:
    ask, _, outcome = kind.partition(".")
    return ask in KINDS and outcome in _OUTCOMES


def _text(value: Any) -> bool:
    return type(value) is str


def _whole(value: Any) -> bool:
    return type(value) is int


def _texts(value: Any) -> bool:
    return type(value) is list and all(type(one) is str for one in value)


def _mapping(value: Any) -> bool:
    return type(value) is dict and _shallow(value)


def _shallow(value: Any, depth: int = 0) -> bool:
    if depth > _MOST_DEPTH:
        return False
    if type(value) is dict:
        return all(_shallow(one, depth + 1) for one in value.values())
    return type(value) is not list or all(_shallow(one, depth + 1) for one in value)


def _maybe(fits: _Fits) -> _Fits:
    return lambda value: value is None or fits(value)


_FITS: Final[tuple[tuple[Any, _Fits], ...]] = (
    (str, _text),
    (int, _whole),
    (bool, lambda value: type(value) is bool),
    (str | None, _maybe(_text)),
    (int | None, _maybe(_whole)),
    (tuple[str, ...], _texts),
    (Mapping[str, Any], _mapping),
    (int | str | bool | None, lambda value: value is None or type(value) in (int, str, bool)),
)


def _fields(cls: type[Any]) -> Mapping[str, _Fits]:
    """What each field of an ask or a fact may hold, as JSON."""
    hints = get_type_hints(cls)
    found = {}
    for one in fields(cls):
        hint = hints[one.name]
        found[one.name] = next(fits for known, fits in _FITS if known == hint)
    return MappingProxyType(found)


_ASKS: Final = {kind: _fields(cls) for kind, cls in KINDS.items()}
_FACTS: Final = {kind: {"fact": _text, **_fields(cls)} for kind, cls in SHAPES.kinds.items()}


def _row(row: Mapping[str, Any], wanted: Mapping[str, _Fits], place: str) -> str | None:
    """The first place of a flat object that is not as wanted."""
    for name, fits in wanted.items():
        if name not in row or not fits(row[name]):
            return f"{place}.{name}"
    if len(row) == len(wanted):
        return None
    return next(f"{place}.{name}" for name in row if name not in wanted)


def _facts(rows: Any) -> str | None:
    if type(rows) is not list:
        return "data.facts"
    for number, row in enumerate(rows):
        place = f"data.facts[{number}]"
        name = row.get("fact") if type(row) is dict else None
        wanted = _FACTS.get(name) if type(name) is str else None
        if wanted is None:
            return place
        if wrong := _row(row, wanted, place):
            return wrong
    return None


_ENVELOPE: Final[Mapping[str, _Fits]] = {
    "v": _whole,
    "log": _text,
    "i": _whole,
    "t": _whole,
    "type": _text,
    "tv": _whole,
    "actor": lambda value: _text(value) and _ACTOR.fullmatch(value) is not None,
    "data": lambda value: type(value) is dict,
}
_DIGEST: Final[Mapping[str, _Fits]] = {**_ENVELOPE, "ps": _text}
_OPENING: Final[Mapping[str, _Fits]] = {
    "document": _mapping,
    "sha256": _text,
    "engine": _text,
    "python": _text,
    "policy_sha256": _maybe(lambda value: _text(value) and _HEX256.fullmatch(value) is not None),
    "proposer": _ENVELOPE["actor"],
    "approver": _ENVELOPE["actor"],
    "facts": lambda value: type(value) is list,
}
_ACCEPTED: Final[Mapping[str, _Fits]] = {
    "ask": lambda value: type(value) is dict,
    "facts": lambda value: type(value) is list,
}
_REFUSED: Final[Mapping[str, _Fits]] = {
    "ask": lambda value: type(value) is dict,
    "reason": _text,
    "detail": _mapping,
    "nearest": lambda value: type(value) is list and all(map(_whole, value)),
}
_SIGNATURE: Final[Mapping[str, _Fits]] = {"key": _text, "value": _text}


def _opening(entry: Mapping[str, Any]) -> str | None:
    data = entry.get("data")
    wrong = _row(entry, _ENVELOPE, "entry")
    if wrong is None:
        assert type(data) is dict
        # The first release named no policy.
        wrong = _row({"policy_sha256": None, **data}, _OPENING, "data") or _facts(data["facts"])
    if wrong is None:
        assert type(data) is dict
        wrong = _document(data["document"])
    return wrong


def _document(row: Mapping[str, Any]) -> str | None:
    plain = {key: value for key, value in row.items() if key != "rule_sha256"}
    source = row.get("rule_sha256")
    if type(source) is not str or _HEX256.fullmatch(source) is None:
        return "data.document.rule_sha256"
    try:
        Published.model_validate(plain)
    except ValidationError as wrong:
        return ".".join(("data.document", *map(str, wrong.errors()[0]["loc"])))
    return None


def _request(entry: Mapping[str, Any]) -> str | None:
    wanted = dict(_DIGEST)
    if "cmd" in entry:
        start = f"{entry.get('actor')}/"
        wanted["cmd"] = lambda value: _text(value) and value.startswith(start)
    if "by" in entry:
        wanted["by"] = lambda value: _whole(value) and 0 < value < entry["i"]
    return _row(entry, wanted, "entry") or _answer(entry["type"], entry["data"])


def _answer(kind: str, data: Mapping[str, Any]) -> str | None:
    ask, _, outcome = kind.partition(".")
    wanted = dict(_ACCEPTED if outcome == "accepted" else _REFUSED)
    if "sig" in data:
        wanted["sig"] = lambda value: type(value) is dict and not _row(value, _SIGNATURE, "")
    if "tags" in data:
        wanted["tags"] = lambda value: type(value) is dict and all(map(_text, value.values()))
    if "received" in data:
        wanted["received"] = _whole
    wrong = _row(data, wanted, "data") or _row(data["ask"], _ASKS[ask], "data.ask")
    return wrong or (_facts(data["facts"]) if outcome == "accepted" else None)


__all__ = ["TYPE_VERSION", "admit"]
