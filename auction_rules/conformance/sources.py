"""The modules of a package as they lie on the disk, held to `exact`.

    from auction_rules.conformance.sources import inexact

    def test_my_rule_is_exact():
        assert inexact("my_rule") == []

It reads the package and does not run it. `allowed` is what one module may say after all, as
{"my_rule/tables.py": {"import pathlib": "why"}}: an allowance that nothing needs is told too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final

from auction_rules.conformance.exact import faults
from auction_rules.conformance.set_names import sets_of

Allowed = Mapping[str, Mapping[str, str]]
NOTHING: Final[Allowed] = MappingProxyType({})


class UnknownPackage(LookupError):
    """No package or module of that name can be found here."""


def sources(*packages: str) -> dict[str, str]:
    """Name of each file (`my_rule/terms.py`) and its text; UnknownPackage."""
    found: dict[str, str] = {}
    for package in packages:
        for path, name in _files(package):
            found[name] = path.read_text(encoding="utf-8")
    return found


def _files(package: str) -> Iterable[tuple[Path, str]]:
    try:
        spec = find_spec(package)
    except (ImportError, ValueError) as missing:
        raise UnknownPackage(package) from missing
    if spec is None:
        raise UnknownPackage(package)
    parent = package.replace(".", "/")
    for folder in spec.submodule_search_locations or ():
        for path in sorted(Path(folder).rglob("*.py")):
            yield path, f"{parent}/{path.relative_to(folder).as_posix()}"
    if not spec.submodule_search_locations and spec.origin is not None:
        yield Path(spec.origin), f"{parent}.py"


def inexact(*packages: str, allowed: Allowed = NOTHING) -> list[str]:
    """One line, `file:line: what: why`, for each ban that these packages break."""
    texts = sources(*packages)
    trees = [ast.parse(text) for text in texts.values()]
    sets = frozenset(name for tree in trees for name in sorted(sets_of(tree)))
    told: list[str] = []
    for name, text in texts.items():
        spared = allowed.get(name, {})
        found = faults(text, sets)
        told += [f"{name}:{f.line}: {f.what}: {f.why}" for f in found if f.what not in spared]
        said = [fault.what for fault in found]
        told += [f"{name}: {what} is allowed and not said" for what in spared if what not in said]
    told += [
        f"{name} is allowed something and does not exist" for name in allowed if name not in texts
    ]
    return told
