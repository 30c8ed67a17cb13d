"""What a rule must not say, found in its syntax tree: floats, clocks, chance, hash order.

What it is: the bans over code whose answer must be the same on every machine and in every year.
`python -m auction_rules.conformance my_rule` holds a package to them; so does `inexact("my_rule")`
in a test. What it is not: a proof. Names are followed inside one module and no further; the plays
(`whole_numbers`, `hash_order`) say the rest.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter
from typing import Final, TypeGuard

from auction_rules.conformance.set_names import last, sets_of
from auction_rules.conformance.set_order import Fault, set_faults

BANNED_IMPORTS: Final = frozenset(
    [
        "asyncio",
        "builtins",
        "cmath",
        "concurrent",
        "ctypes",
        "decimal",
        "glob",
        "importlib",
        "io",
        "locale",
        "multiprocessing",
        "numpy",
        "os",
        "pathlib",
        "platform",
        "random",
        "sched",
        "secrets",
        "selectors",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "ssl",
        "statistics",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
        "zoneinfo",
    ]
)
BANNED_CALLS: Final = {
    "hash": "hash() differs between runs",
    "id": "id() differs between runs",
    "round": "name the rounding: // or a function that says which way",
    "open": "pure code reads no file",
    "print": "pure code tells nobody",
    "input": "pure code asks nobody",
    "eval": "pure code runs only what is written in it",
    "exec": "pure code runs only what is written in it",
    "__import__": "imports stand at the top",
}
INEXACT: Final = {
    "float": "a float is never exact",
    "complex": "a complex number is two floats",
}
_POWER: Final = "a power below nought is a float: write the exponent out, or use ten_to()"
_DIVISION: Final = "true division makes a float: use //, or Fraction(a, b)"
_FORMAT: Final = "this format makes a float of the number first: format_decimal() is exact"
BANNED_METHODS: Final = {
    "now": "time is an argument",
    "utcnow": "time is an argument",
    "today": "time is an argument",
    "timestamp": "timestamp() is a float",
    "fromtimestamp": "fromtimestamp() takes a float and the machine's zone",
    "total_seconds": "total_seconds() is a float",
    "as_integer_ratio": "only a float needs it",
    "is_integer": "only a float needs it",
}
OPERATORS: Final = {
    "truediv": _DIVISION,
    "itruediv": _DIVISION,
    "pow": _POWER,
    "ipow": _POWER,
    "__truediv__": _DIVISION,
    "__rtruediv__": _DIVISION,
    "__itruediv__": _DIVISION,
    "__pow__": _POWER,
    "__rpow__": _POWER,
    "__ipow__": _POWER,
    "__float__": INEXACT["float"],
    "__complex__": INEXACT["complex"],
    "__round__": BANNED_CALLS["round"],
    "__hash__": BANNED_CALLS["hash"],
}
_BY_NAME: Final = frozenset({"getattr", "methodcaller", "attrgetter"})
EXACT_MATH: Final = frozenset({"ceil", "comb", "floor", "gcd", "isqrt", "lcm", "perm", "prod"})
_FLOAT_SPEC: Final = re.compile(r"[eEfFgGn%]$")
_FLOAT_PERCENT: Final = re.compile(r"(?<!%)(?:%%)*%(?:\(\w*\))?[-+ #0]*[\d*]*(?:\.[\d*]+)?[eEfFgG]")


def faults(source: str, sets: frozenset[str] = frozenset()) -> list[Fault]:
    """Every ban that a module breaks, in the order of its lines; SyntaxError if it is no Python.

    `sets` are attributes and functions known from elsewhere to be, or to return, a set.
    """
    tree = ast.parse(source)
    asked = _asked_about(tree)
    found = [
        fault
        for node in ast.walk(tree)
        for fault in (
            *_imports(node),
            *_numbers(node, asked),
            *_calls(node),
            *_operators(node),
            *_formats(node),
        )
    ]
    found += set_faults(tree, sets_of(tree, sets))
    return sorted(set(found))


def _asked_about(tree: ast.Module) -> set[ast.AST]:
    """Nodes that only ask whether something is a float, or say so to a type checker."""
    asked: set[ast.AST] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in {"isinstance", "issubclass"}:
                parts = list(node.args[1:])
        elif isinstance(node, ast.MatchClass):
            parts = [node.cls]
        elif isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
            parts = [part for part in parts if isinstance(part, ast.Name | ast.Tuple)]
        elif isinstance(node, ast.AnnAssign | ast.arg):
            parts = [node.annotation]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parts = [node.returns]
        for part in parts:
            asked |= set(ast.walk(part)) if part is not None else set()
    return asked


def _imports(node: ast.AST) -> Iterator[Fault]:
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        for name in names:
            if node.module == "math" and name not in EXACT_MATH:
                yield Fault(node.lineno, f"math.{name}", INEXACT["float"])
            if node.module == "operator" and name in OPERATORS:
                yield Fault(node.lineno, f"operator.{name}", OPERATORS[name])
        names = [node.module or ""]
    for name in names:
        root = name.partition(".")[0]
        if root in BANNED_IMPORTS:
            yield Fault(node.lineno, f"import {root}", "pure code knows no machine")


def _numbers(node: ast.AST, asked: set[ast.AST]) -> Iterator[Fault]:
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        yield Fault(node.lineno, repr(node.value), INEXACT["float"])
    if isinstance(node, ast.Name) and node.id in INEXACT and node not in asked:
        yield Fault(node.lineno, node.id, INEXACT[node.id])
    if not isinstance(node, ast.BinOp | ast.AugAssign):
        return
    if isinstance(node.op, ast.Div):
        yield Fault(node.lineno, "/", _DIVISION)
    exponent = node.right if isinstance(node, ast.BinOp) else node.value
    if isinstance(node.op, ast.Pow) and not _counts(exponent):
        yield Fault(node.lineno, "**", _POWER)


def _counts(node: ast.expr) -> bool:
    """Whether it is a whole number, nought or more, written out."""
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 0


def _calls(node: ast.AST) -> Iterator[Fault]:
    if not isinstance(node, ast.Call):
        return
    called = node.func
    if isinstance(called, ast.Name):
        if called.id in BANNED_CALLS:
            yield Fault(node.lineno, f"{called.id}()", BANNED_CALLS[called.id])
        # With a modulus, pow() stays among whole numbers.
        given = len(node.args) + len(node.keywords)
        if called.id == "pow" and given < 3 and not (node.args[1:] and _counts(node.args[1])):
            yield Fault(node.lineno, "pow()", _POWER)
    if isinstance(called, ast.Attribute) and (why := BANNED_METHODS.get(called.attr)):
        yield Fault(node.lineno, f".{called.attr}()", why)


def _operators(node: ast.AST) -> Iterator[Fault]:
    if isinstance(node, ast.Attribute):
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        if owner == "math" and node.attr not in EXACT_MATH:
            yield Fault(node.lineno, f"math.{node.attr}", INEXACT["float"])
        if node.attr in OPERATORS and (owner == "operator" or node.attr.startswith("__")):
            yield Fault(node.lineno, f".{node.attr}", OPERATORS[node.attr])
    # getattr(a, "__truediv__") says the same.
    if isinstance(node, ast.Call) and last(node.func) in _BY_NAME:
        for part in node.args:
            if _is_text(part) and part.value in OPERATORS:
                yield Fault(node.lineno, f".{part.value}", OPERATORS[str(part.value)])


def _formats(node: ast.AST) -> Iterator[Fault]:
    for spec in _specs(node):
        if _FLOAT_SPEC.search(spec):
            line = getattr(node, "lineno", 0)
            yield Fault(line, f"format {spec}", _FORMAT)


def _specs(node: ast.AST) -> Iterator[str]:
    """Format specifications at this node, as far as they are written out."""
    if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
        yield from (str(p.value) for p in node.format_spec.values[-1:] if _is_text(p))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _is_text(node.left):
        yield from _FLOAT_PERCENT.findall(str(node.left.value))
    elif isinstance(node, ast.Call):
        called, given = node.func, node.args
        if isinstance(called, ast.Name) and called.id == "format":
            yield from (str(part.value) for part in given[1:2] if _is_text(part))
        if isinstance(called, ast.Attribute) and called.attr == "__format__":
            yield from (str(part.value) for part in given[:1] if _is_text(part))
        if isinstance(called, ast.Attribute) and called.attr == "format" and _is_text(called.value):
            yield from (spec or "" for _, _, spec, _ in Formatter().parse(str(called.value.value)))


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
