"""(name, version) -> rule: the built-in ones first, then plug-ins by entry point.

A plug-in declares an entry point in the group `auction_rules` whose object is a rule. A
rule's meaning never changes under a version; the hash says which source gave it.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, cast

from auction_rules import (
    ascending_clock,
    car_plates,
    dutch,
    english,
    far_adjustment,
    hybrid_dutch,
    intermediary,
    japanese,
    judicial,
    land_listing,
    mining_rights,
    multi_round,
    open_closed,
    opening,
    property_rights,
    quantity_bid,
    quota,
    reverse_procurement,
    sealed_bid,
    simultaneous,
    turn_rounds,
    volume,
)
from auction_rules.rule import Rule

GROUP: Final = "auction_rules"
BUILT_IN: Final[tuple[Rule, ...]] = (
    cast("Rule", far_adjustment.RULE),
    cast("Rule", english.RULE),
    cast("Rule", reverse_procurement.RULE),
    cast("Rule", turn_rounds.RULE),
    cast("Rule", open_closed.RULE),
    cast("Rule", simultaneous.RULE),
    cast("Rule", multi_round.RULE),
    cast("Rule", car_plates.RULE),
    cast("Rule", quantity_bid.RULE),
    cast("Rule", quota.RULE),
    cast("Rule", sealed_bid.RULE),
    cast("Rule", volume.RULE),
    cast("Rule", land_listing.RULE),
    cast("Rule", mining_rights.RULE),
    cast("Rule", dutch.RULE),
    cast("Rule", japanese.RULE),
    cast("Rule", hybrid_dutch.RULE),
    cast("Rule", ascending_clock.RULE),
    cast("Rule", judicial.RULE),
    cast("Rule", property_rights.RULE),
    cast("Rule", intermediary.RULE),
    cast("Rule", opening.RULE),
)


class UnknownRule(LookupError):
    """No rule of that name and version is installed here."""


@cache
def rules() -> tuple[Rule, ...]:
    """Every installed rule; a plug-in may not take a built-in's name and version."""
    found = {(rule.name, rule.version): rule for rule in BUILT_IN}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        rule = point.load()
        if (rule.name, rule.version) in found:
            raise ValueError(f"plug-in {point.value} redefines {rule.name}@{rule.version}")
        found[rule.name, rule.version] = rule
    return tuple(found.values())


def find(name: str, version: str | None = None) -> Rule:
    """The rule of that name and version, or its newest version; UnknownRule otherwise."""
    named = [r for r in rules() if r.name == name and version in (None, r.version)]
    if not named:
        raise UnknownRule(f"{name}@{version}" if version else name)
    return max(named, key=lambda r: _age(r.version))


def _age(version: str) -> list[tuple[bool, int, str]]:
    # 1.10 is newer than 1.9: parts that are numbers are compared as numbers.
    parts = version.split(".")
    return [(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in parts]


def source_sha256(rule: Rule) -> str:
    """SHA-256 over the source of the package a rule lives in: it is what decides.

    For a built-in rule that is all of `auction_rules`, since stages decide as much as the
    rule's own module does; for a plug-in therefore its package and `auction_rules`. Line ends are
    normalised, file names are part of the text.
    """
    package, ours = type(rule).__module__.partition(".")[0], __name__.partition(".")[0]
    if package == ours:
        return _package_sha256(ours)
    both = f"{_package_sha256(package)}\n{_package_sha256(ours)}\n"
    return hashlib.sha256(both.encode()).hexdigest()


@cache
def _package_sha256(package: str) -> str:
    top = sys.modules[package]
    file = Path(inspect.getfile(top))
    files = sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
    digest = hashlib.sha256()
    for path in files:
        name = path.relative_to(file.parent).as_posix()
        digest.update(f"{name}\n".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
