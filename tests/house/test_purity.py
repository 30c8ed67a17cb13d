"""Pure code says nothing that differs from one machine or one year to the next."""

from pathlib import Path

import pytest

from tests.house.purity import faults

ROOT = Path(__file__).parents[2]
PURE = ("auction_rules", "bidding/core", "bidding/proof")
MODULES = sorted(
    path.relative_to(ROOT).as_posix() for folder in PURE for path in (ROOT / folder).rglob("*.py")
)
# What one module may say after all, and why.
EXEMPT = {
    "auction_rules/registry.py": {
        "import importlib": "it reads the entry points of plug-ins",
        "import sys": "it finds the loaded module of a rule",
        "import pathlib": "it hashes the source of a rule",
    },
}


def test_there_is_pure_code() -> None:
    for folder in PURE:
        assert any(module.startswith(folder) for module in MODULES), folder


@pytest.mark.parametrize("module", MODULES)
def test_module_is_pure(module: str) -> None:
    exempt = EXEMPT.get(module, {})
    found = faults((ROOT / module).read_text(encoding="utf-8"))
    told = [f"{module}:{fault.line}: {fault.what}: {fault.why}" for fault in found]
    assert [line for line, f in zip(told, found, strict=True) if f.what not in exempt] == []


@pytest.mark.parametrize("module", sorted(EXEMPT))
def test_exemption_is_still_needed(module: str) -> None:
    found = {fault.what for fault in faults((ROOT / module).read_text(encoding="utf-8"))}
    assert set(EXEMPT[module]) <= found


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("x = 0.1", "0.1"),
        ("x = 1e3", "1000.0"),
        ("x = -2.5", "2.5"),
        ("x = 1j", "1j"),
        ("x = a / b", "/"),
        ("x /= b", "/"),
        ("x = float(a)", "float()"),
        ("x = hash(a)", "hash()"),
        ("x = id(a)", "id()"),
        ("x = round(a)", "round()"),
        ("x = open(a)", "open()"),
        ("import time", "import time"),
        ("from time import monotonic", "import time"),
        ("def f():\n    import random", "import random"),
        ("import os.path", "import os"),
        ("from uuid import uuid4", "import uuid"),
        ("import asyncio", "import asyncio"),
        ("import threading", "import threading"),
        ("import locale", "import locale"),
        ("import importlib.metadata", "import importlib"),
        ("t = datetime.now(UTC)", ".now()"),
        ("t = datetime.datetime.utcnow()", ".utcnow()"),
        ("t = date.today()", ".today()"),
        ("t = moment.timestamp()", ".timestamp()"),
        ("t = datetime.fromtimestamp(x, UTC)", ".fromtimestamp()"),
        ("t = (a - b).total_seconds()", ".total_seconds()"),
        ("x = math.sqrt(a)", "math.sqrt"),
        ("from math import log", "math.log"),
        ("for x in {1, 2}: pass", "for over a set"),
        ("for x in set(a): pass", "for over a set"),
        ("for x in frozenset(a) - b: pass", "for over a set"),
        ("s = set(a)\nfor x in s: pass", "for over a set"),
        ("s = set(a)\nr = s | t\nfor x in r: pass", "for over a set"),
        ("def f(s: set[str]) -> None:\n    for x in s: pass", "for over a set"),
        ("def f() -> None:\n    s: frozenset[int] = g()\n    for x in s: pass", "for over a set"),
        ("x = [a for a in {1, 2}]", "comprehension over a set"),
        ("x = {a: 1 for a in set(b)}", "comprehension over a set"),
        ("x = list({1, 2})", "list() of a set"),
        ("x = tuple(set(a))", "tuple() of a set"),
        ("x = next(iter(set(a)))", "iter() of a set"),
        ("x = [*{1, 2}]", "* of a set"),
        ("x = ','.join({a, b})", ".join() of a set"),
        ("x = dict.fromkeys(set(a))", ".fromkeys() of a set"),
        ("s = set(a)\nx = s.pop()", ".pop() of a set"),
        ("x = list(set(a).union(b))", "list() of a set"),
        ("async def f():\n    for x in {1, 2}: pass", "for over a set"),
        ("class C:\n    def f(self):\n        return self.a / 2", "/"),
    ],
)
def test_bad_line_is_found(source: str, what: str) -> None:
    assert what in [fault.what for fault in faults(source)]


@pytest.mark.parametrize(
    "source",
    [
        "x = 7 // 2",
        "x = Fraction(1, 3)",
        "x = math.isqrt(a) + math.gcd(a, b)",
        "from math import gcd",
        "from datetime import UTC, datetime, timedelta\nx = datetime(1970, 1, 1, tzinfo=UTC)",
        "x = isinstance(a, float)",
        "for x in sorted({1, 2}): pass",
        "s = set(a)\nx = sorted(b for b in s if b)",
        "s = set(a)\nx = any(b.bad for b in s)",
        "s = set(a)\nx = {b for b in s}",
        "x = a in {1, 2}",
        "x = len({1, 2}) + max({1, 2})",
        "s = [1, 2]\nfor x in s: pass",
        "def f():\n    s = {1}\n    return 1 in s\ndef g(s):\n    for x in s: pass",
        "x = a - b\nfor y in x: pass",
    ],
)
def test_good_line_is_left_alone(source: str) -> None:
    assert faults(source) == []


def test_fault_names_its_line() -> None:
    assert [fault.line for fault in faults("a = 1\n\nb = a / 2\nc = 0.5\n")] == [3, 4]
