"""What pure code must not say, found in its syntax tree.

What it is: the bans of the house that no import contract can see, over the modules whose answer
must be the same on every machine and in every year: floats, true division, clocks, chance, the
order of a set, the identity of an object.

What it is not: a proof. The walk over sets follows names inside one function only; two runs
under different hash seeds say the rest.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

BANNED_IMPORTS = frozenset(
    [
        "asyncio",
        "builtins",
        "concurrent",
        "ctypes",
        "glob",
        "importlib",
        "io",
        "locale",
        "multiprocessing",
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
BANNED_CALLS = {
    "float": "a float is never exact",
    "complex": "a complex number is two floats",
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
BANNED_METHODS = {
    "now": "time is an argument",
    "utcnow": "time is an argument",
    "today": "time is an argument",
    "timestamp": "timestamp() is a float",
    "fromtimestamp": "fromtimestamp() takes a float and the machine's zone",
    "total_seconds": "total_seconds() is a float",
    "as_integer_ratio": "only a float needs it",
    "is_integer": "only a float needs it",
}
EXACT_MATH = frozenset({"ceil", "comb", "floor", "gcd", "isqrt", "lcm", "prod"})
# Calls whose answer does not depend on the order in which they see a set.
ORDERLESS = frozenset(
    {"sorted", "len", "min", "max", "sum", "any", "all", "set", "frozenset", "bool"}
)
SET_OPERATORS = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
SET_METHODS = frozenset({"copy", "difference", "intersection", "symmetric_difference", "union"})


@dataclass(frozen=True)
class Fault:
    """One ban that one line breaks."""

    line: int
    what: str
    why: str


def faults(source: str) -> list[Fault]:
    """Every ban that a module breaks, in the order of its lines."""
    tree = ast.parse(source)
    found = [
        fault
        for node in ast.walk(tree)
        for fault in (*_imports(node), *_numbers(node), *_calls(node))
    ]
    for scope in _scopes(tree):
        found += _set_orders(scope)
    return sorted(set(found), key=lambda fault: (fault.line, fault.what))


def _imports(node: ast.AST) -> Iterator[Fault]:
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        if node.module == "math":
            for name in names:
                if name not in EXACT_MATH:
                    yield Fault(node.lineno, f"math.{name}", "a float is never exact")
        names = [node.module or ""]
    for name in names:
        root = name.partition(".")[0]
        if root in BANNED_IMPORTS:
            yield Fault(node.lineno, f"import {root}", "pure code knows no machine")


def _numbers(node: ast.AST) -> Iterator[Fault]:
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        yield Fault(node.lineno, repr(node.value), "a float is never exact")
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
        yield Fault(node.lineno, "/", "true division makes a float: use //, or Fraction(a, b)")


def _calls(node: ast.AST) -> Iterator[Fault]:
    if not isinstance(node, ast.Call):
        return
    called = node.func
    if isinstance(called, ast.Name) and called.id in BANNED_CALLS:
        yield Fault(node.lineno, f"{called.id}()", BANNED_CALLS[called.id])
    if isinstance(called, ast.Attribute):
        if called.attr in BANNED_METHODS:
            yield Fault(node.lineno, f".{called.attr}()", BANNED_METHODS[called.attr])
        if (
            isinstance(called.value, ast.Name)
            and called.value.id == "math"
            and called.attr not in EXACT_MATH
        ):
            yield Fault(node.lineno, f"math.{called.attr}", "a float is never exact")


def _scopes(tree: ast.Module) -> Iterator[list[ast.AST]]:
    """The nodes of the module itself, then of each function; a name means one thing in each."""
    starts: list[ast.AST] = [tree]
    while starts:
        start = starts.pop()
        inside: list[ast.AST] = []
        queue = list(ast.iter_child_nodes(start))
        while queue:
            node = queue.pop()
            inside.append(node)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                starts.append(node)
            else:
                queue += ast.iter_child_nodes(node)
        yield inside


def _set_orders(scope: list[ast.AST]) -> Iterator[Fault]:
    names = _set_names(scope)
    why = "the order of a set is chance: sorted() first"
    # A generator that only feeds sorted(), len() and the like may see a set in any order.
    excused = {
        id(argument)
        for node in scope
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ORDERLESS
        for argument in node.args
    }
    for node in scope:
        if isinstance(node, ast.For) and _is_set(node.iter, names):
            yield Fault(node.lineno, "for over a set", why)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
            if id(node) not in excused and any(_is_set(g.iter, names) for g in node.generators):
                yield Fault(node.lineno, "comprehension over a set", why)
        elif isinstance(node, ast.Starred) and _is_set(node.value, names):
            yield Fault(node.lineno, "* of a set", why)
        elif isinstance(node, ast.Call):
            yield from _call_on_set(node, names, why)


def _call_on_set(node: ast.Call, names: set[str], why: str) -> Iterator[Fault]:
    called = node.func
    if isinstance(called, ast.Name) and called.id in {
        "list", "tuple", "iter", "enumerate", "zip", "map", "filter", "dict", "reversed",
    }:  # fmt: skip
        if any(_is_set(argument, names) for argument in node.args):
            yield Fault(node.lineno, f"{called.id}() of a set", why)
    elif isinstance(called, ast.Attribute):
        if called.attr == "pop" and _is_set(called.value, names):
            yield Fault(node.lineno, ".pop() of a set", why)
        if called.attr in {"join", "extend", "fromkeys"} and any(
            _is_set(argument, names) for argument in node.args
        ):
            yield Fault(node.lineno, f".{called.attr}() of a set", why)


def _set_names(scope: list[ast.AST]) -> set[str]:
    """Names that hold a set somewhere in this scope, by annotation or by what they are given."""
    names: set[str] = set()
    for node in scope:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if _is_set_type(node.annotation):
                names.add(node.target.id)
        elif isinstance(node, ast.arg) and node.annotation and _is_set_type(node.annotation):
            names.add(node.arg)
    grew = True
    while grew:
        before = len(names)
        for node in scope:
            if isinstance(node, ast.Assign) and _is_set(node.value, names):
                names |= {t.id for t in node.targets if isinstance(t, ast.Name)}
        grew = len(names) > before
    return names


def _is_set_type(annotation: ast.expr) -> bool:
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return isinstance(annotation, ast.Name) and annotation.id in {
        "set", "frozenset", "AbstractSet", "MutableSet",
    }  # fmt: skip


def _is_set(node: ast.expr, names: set[str]) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.BinOp) and isinstance(node.op, SET_OPERATORS):
        return _is_set(node.left, names) or _is_set(node.right, names)
    if isinstance(node, ast.IfExp):
        return _is_set(node.body, names) or _is_set(node.orelse, names)
    if isinstance(node, ast.Call):
        called = node.func
        if isinstance(called, ast.Name):
            return called.id in {"set", "frozenset"}
        if isinstance(called, ast.Attribute) and called.attr in SET_METHODS:
            return _is_set(called.value, names)
    return False
