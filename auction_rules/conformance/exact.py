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

from auction_rules.conformance.aliases import Aliases, free
from auction_rules.conformance.set_kinds import last
from auction_rules.conformance.set_names import sets_of
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
_ALSO_FIELDS: Final = frozenset({"now", "today", "timestamp", "total_seconds"})
"""Names of a clock's methods that are good names of fields too."""
_BY_NAME: Final = frozenset({"getattr", "methodcaller", "attrgetter"})
EXACT_MATH: Final = frozenset({"ceil", "comb", "floor", "gcd", "isqrt", "lcm", "perm", "prod"})
_FLOAT_SPEC: Final = re.compile(r"[eEfFgGn%]$")
_FLOAT_PERCENT: Final = re.compile(r"(?<!%)(?:%%)*%(?:\(\w*\))?[-+ #0]*[\d*]*(?:\.[\d*]+)?[eEfFgG]")


def faults(source: str, sets: frozenset[str] = frozenset()) -> list[Fault]:
    """Every ban that a module breaks, in the order of its lines; SyntaxError if it is no Python.

    `sets` are attributes and functions known from elsewhere to be, or to return, a set.
    """
    tree = ast.parse(source)
    asked, names = _asked_about(tree), Aliases(tree)
    found = [
        fault
        for node in ast.walk(tree)
        for fault in (
            *_imports(node),
            *_numbers(node, asked),
            *_calls(node),
            *_parts(node, names),
            *_formats(node, names),
        )
    ]
    found += _bare(tree)
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
        module = (node.module or "").lstrip("_")
        for name in names:
            if module == "math" and name not in EXACT_MATH:
                yield Fault(node.lineno, f"math.{name}", INEXACT["float"])
            if module == "operator" and (name == "*" or name in OPERATORS):
                yield Fault(node.lineno, f"operator.{name}", OPERATORS.get(name, _DIVISION))
        names = [module]
    for name in names:
        # _random is random, written in C.
        root = name.partition(".")[0].lstrip("_")
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
        if called.id == "pow" and not _whole_power(node):
            yield Fault(node.lineno, "pow()", _POWER)
    if isinstance(called, ast.Attribute) and (why := BANNED_METHODS.get(called.attr)):
        yield Fault(node.lineno, f".{called.attr}()", why)


def _whole_power(node: ast.Call) -> bool:
    """Whether this pow() stays among whole numbers: by a modulus, or by what is written out."""
    given = {word.arg: word.value for word in node.keywords}
    given |= dict(zip(("base", "exp", "mod"), node.args, strict=False))
    if any(isinstance(part, ast.Starred) for part in node.args) or None in given:
        return False
    modulus = given.get("mod")
    if modulus is not None and not (isinstance(modulus, ast.Constant) and modulus.value is None):
        return True
    return "exp" in given and _counts(given["exp"])


def _bare(tree: ast.Module) -> Iterator[Fault]:
    """Names of the language that are handed on: map(round, a) rounds, and so does r = round."""
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for name in free(tree):
        if name.id in BANNED_CALLS:
            yield Fault(name.lineno, f"{name.id}()", BANNED_CALLS[name.id])
        elif name.id == "pow" and name not in called:
            yield Fault(name.lineno, "pow()", _POWER)


def _parts(node: ast.AST, names: Aliases) -> Iterator[Fault]:
    """What is banned of modules and of types, called or only named."""
    if isinstance(node, ast.Attribute):
        yield from _member(node.lineno, names.dotted(node.value), node.attr)
    # getattr(a, "__truediv__") says the same.
    if isinstance(node, ast.Call) and last(node.func) in _BY_NAME:
        owner = names.dotted(node.args[0]) if node.args else ""
        for part in node.args:
            if _is_text(part):
                name = str(part.value)
                yield from _member(node.lineno, owner, name)
                if why := OPERATORS.get(name) or BANNED_METHODS.get(name):
                    yield Fault(node.lineno, f".{name}", why)


def _member(line: int, owner: str, name: str) -> Iterator[Fault]:
    if owner == "math" and name not in EXACT_MATH:
        yield Fault(line, f"math.{name}", INEXACT["float"])
    if name in OPERATORS and (owner.lstrip("_") == "operator" or name.startswith("__")):
        yield Fault(line, f".{name}", OPERATORS[name])
    # `act.now` is an instant somebody gave: only the clock's own is banned by its name alone.
    clock = owner.rpartition(".")[2] in {"datetime", "date", "timedelta"}
    if (why := BANNED_METHODS.get(name)) and (clock or name not in _ALSO_FIELDS):
        yield Fault(line, f".{name}()", why)


def _formats(node: ast.AST, names: Aliases) -> Iterator[Fault]:
    for spec in _specs(node, names):
        if _FLOAT_SPEC.search(spec):
            line = getattr(node, "lineno", 0)
            yield Fault(line, f"format {spec}", _FORMAT)


def _specs(node: ast.AST, names: Aliases) -> Iterator[str]:
    """Format specifications at this node, as far as they are written out in the module."""
    if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
        for part in node.format_spec.values[-1:]:
            yield from names.texts(part.value if isinstance(part, ast.FormattedValue) else part)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        for text in names.texts(node.left):
            yield from _FLOAT_PERCENT.findall(text)
    elif isinstance(node, ast.Attribute) and node.attr in {"format", "format_map"}:
        for text in names.texts(node.value):
            yield from _fields(text)
    elif isinstance(node, ast.Call):
        name, given = last(node.func), node.args
        if isinstance(node.func, ast.Name) and name == "format":
            yield from (text for part in given[1:2] for text in names.texts(part))
        elif name == "__format__":
            yield from (text for part in given for text in names.texts(part))
        elif names.dotted(node.func) in {"str.format", "str.format_map"}:
            for text in (text for part in given[:1] for text in names.texts(part)):
                yield from _fields(text)


def _fields(text: str) -> list[str]:
    try:
        return [spec or "" for _, _, spec, _ in Formatter().parse(text)]
    except ValueError:
        # A text with a brace in it that is no template.
        return []


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
