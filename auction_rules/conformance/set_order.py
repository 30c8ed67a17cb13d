"""Where the order of a set gets into an answer, found in the syntax tree.

What it is: the walks, the texts and the calls through which a set is seen in its order. What counts
as a set, `set_kinds` and `set_names` say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from auction_rules.conformance.set_kinds import Sets, last
from auction_rules.conformance.set_names import scopes

WHY: Final = "the order of a set is chance: sorted() first"
# Calls whose answer does not depend on the order in which they see a set.
ORDERLESS: Final = frozenset(
    {"sorted", "len", "min", "max", "sum", "any", "all", "set", "frozenset", "bool"}
)
_KEYED: Final = frozenset({"sorted", "min", "max"})
"""With a key, these keep the order in which they saw what the key calls equal."""
_WALKERS: Final = frozenset(
    [
        "list",
        "tuple",
        "iter",
        "enumerate",
        "zip",
        "map",
        "filter",
        "dict",
        "reversed",
        "next",
        "str",
        "repr",
        "ascii",
        "format",
        "format_map",
        "reduce",
        "chain",
        "islice",
        "cycle",
        "accumulate",
        "product",
        "permutations",
        "combinations",
        "groupby",
        "pairwise",
        "starmap",
        "takewhile",
        "dropwhile",
        "zip_longest",
        "batched",
        "deque",
        "Counter",
    ]
)
_TEXTS: Final = frozenset({"str", "repr", "ascii", "format", "format_map"})
_LEAKS: Final = frozenset({"pop", "__iter__"})
_FEEDERS: Final = frozenset({"join", "extend", "fromkeys", "from_iterable", "extendleft"})


@dataclass(frozen=True, order=True)
class Fault:
    """One ban that one line breaks."""

    line: int
    what: str
    why: str


def set_faults(tree: ast.Module, known: frozenset[str]) -> Iterator[Fault]:
    """Every place where a set is walked; `known` are names as `sets_of` gives them."""
    for _, scope, sets in scopes(tree, known):
        yield from _walked(scope, sets)


def _walked(scope: list[ast.AST], sets: Sets) -> Iterator[Fault]:
    # A generator that only feeds sorted(), len() and the like may see a set in any order.
    excused = {
        argument
        for node in scope
        if isinstance(node, ast.Call) and last(node.func) in ORDERLESS and not _keyed(node)
        for argument in node.args
    }
    for node in scope:
        if isinstance(node, ast.For | ast.AsyncFor) and sets.has(node.iter):
            yield Fault(node.lineno, "for over a set", WHY)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
            if node not in excused and any(sets.has(g.iter) for g in node.generators):
                yield Fault(node.lineno, "comprehension over a set", WHY)
        elif isinstance(node, ast.Starred) and sets.has(node.value):
            yield Fault(node.lineno, "* of a set", WHY)
        elif isinstance(node, ast.YieldFrom) and sets.has(node.value):
            yield Fault(node.lineno, "yield from a set", WHY)
        elif isinstance(node, ast.Assign) and sets.has(node.value):
            if any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
                yield Fault(node.lineno, "a set taken apart", WHY)
        elif isinstance(node, ast.Call):
            yield from _call(node, sets)
        else:
            yield from _mixed(node, sets)


def _mixed(node: ast.AST, sets: Sets) -> Iterator[Fault]:
    """A set added to a list, or put into a text."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and sets.has(node.value):
        yield Fault(node.lineno, "+= of a set", WHY)
    elif isinstance(node, ast.FormattedValue) and _shown(node.value, sets):
        yield Fault(node.lineno, "text of a set", WHY)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        told = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        if any(_shown(part, sets) for part in told):
            yield Fault(node.lineno, "text of a set", WHY)


def _shown(node: ast.expr, sets: Sets) -> bool:
    """Whether a text of it shows the order of a set: its own, or of one that it holds."""
    return sets.has(node) or sets.rows(node) or sets.of_sets(node)


def _keyed(node: ast.Call) -> bool:
    return last(node.func) in _KEYED and any(word.arg == "key" for word in node.keywords)


def _call(node: ast.Call, sets: Sets) -> Iterator[Fault]:
    called, name = node.func, last(node.func)
    words = [word.value for word in node.keywords] if name == "format" else []
    given = any(sets.has(argument) for argument in (*node.args, *words))
    told = name in _TEXTS and any(_shown(part, sets) for part in (*node.args, *words))
    if told or (given and name in _WALKERS):
        yield Fault(node.lineno, f"{name}() of a set", WHY)
    elif _each(node, sets):
        yield Fault(node.lineno, f"{name}() of sets", WHY)
    elif given and _keyed(node):
        yield Fault(node.lineno, f"{name}() of a set by a key", WHY)
    elif isinstance(called, ast.Attribute) and (
        (given and name in _FEEDERS) or (name in _LEAKS and sets.has(called.value))
    ):
        yield Fault(node.lineno, f".{name}() of a set", WHY)


def _each(node: ast.Call, sets: Sets) -> bool:
    """Whether the call walks every set of a list of them."""
    name, given = last(node.func), node.args
    if name == "from_iterable":
        return any(map(sets.rows, given))
    if name == "map" and given:
        return last(given[0]) in _WALKERS | _FEEDERS and any(map(sets.rows, given[1:]))
    apart = [part.value for part in given if isinstance(part, ast.Starred)]
    return name in _WALKERS and any(map(sets.rows, apart))
