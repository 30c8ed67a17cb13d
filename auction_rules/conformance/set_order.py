"""Where the order of a set gets into an answer, found in the syntax tree.

What counts as a set: what is written as one or annotated as one, names and attributes that were
given one in this module, functions said to return one, and what set operators make of keys. What
it is not: a type checker; a set that comes in without an annotation is not seen.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

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
_LEAKS: Final = frozenset({"pop", "__iter__"})
_FEEDERS: Final = frozenset({"join", "extend", "fromkeys", "from_iterable", "extendleft"})
_OPERATORS: Final = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
_METHODS: Final = frozenset({"copy", "difference", "intersection", "symmetric_difference", "union"})
_TYPES: Final = frozenset({"set", "frozenset", "AbstractSet", "MutableSet", "Set", "FrozenSet"})
_WRAPPERS: Final = frozenset({"Final", "ClassVar", "Annotated", "Optional", "Required"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, order=True)
class Fault:
    """One ban that one line breaks."""

    line: int
    what: str
    why: str


def sets_of(tree: ast.Module) -> frozenset[str]:
    """Attributes that a module gives a set to, and functions that return one.

    They are known by name alone: whoever names two things alike must sort both.
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found |= {
                part.target.id
                for part in node.body
                if isinstance(part, ast.AnnAssign)
                and isinstance(part.target, ast.Name)
                and _is_set_type(part.annotation)
            }
        elif isinstance(node, _FUNCTIONS) and _is_set_type(node.returns):
            found.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute):
            found |= {node.target.attr} if _is_set_type(node.annotation) else set()
        elif isinstance(node, ast.Assign) and _Sets(frozenset(), frozenset()).has(node.value):
            found |= {part.attr for part in node.targets if isinstance(part, ast.Attribute)}
    return frozenset(found)


def set_faults(tree: ast.Module, known: frozenset[str]) -> Iterator[Fault]:
    """Every place where a set is walked; `known` are names as `sets_of` gives them."""
    starts: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while starts:
        start, outer = starts.pop()
        scope, inner = _scope(start)
        # A name of the scope around it is seen here, unless it means something else here.
        names = (outer - _bound(start, scope)) | _names(start, scope, outer, known)
        yield from _walked(scope, _Sets(names, known))
        starts += [(function, names) for function in inner]


def _scope(start: ast.AST) -> tuple[list[ast.AST], list[ast.AST]]:
    """The nodes of a module or function itself, and the functions in it."""
    inside: list[ast.AST] = []
    functions: list[ast.AST] = []
    queue = list(ast.iter_child_nodes(start))
    while queue:
        node = queue.pop()
        inside.append(node)
        if isinstance(node, (*_FUNCTIONS, ast.Lambda)):
            functions.append(node)
        else:
            queue += ast.iter_child_nodes(node)
    return inside, functions


def _bound(start: ast.AST, scope: list[ast.AST]) -> set[str]:
    names = {n.id for n in scope if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names | {n.arg for n in ast.walk(start) if isinstance(n, ast.arg)}


def _names(
    start: ast.AST, scope: list[ast.AST], outer: frozenset[str], known: frozenset[str]
) -> frozenset[str]:
    """Names that hold a set somewhere in this scope, by annotation or by what they are given."""
    names = outer - _bound(start, scope)
    names |= {n.arg for n in scope if isinstance(n, ast.arg) and _is_set_type(n.annotation)}
    if isinstance(start, (*_FUNCTIONS, ast.Lambda)):
        given = [*start.args.posonlyargs, *start.args.args, *start.args.kwonlyargs]
        names |= {n.arg for n in given if _is_set_type(n.annotation)}
    while True:
        sets = _Sets(names, known)
        more = names | {name for node in scope for name in _given(node, sets)}
        if more == names:
            return names
        names = more


def _given(node: ast.AST, sets: _Sets) -> Iterator[str]:
    """Names that this node gives a set to."""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        if _is_set_type(node.annotation) or (node.value is not None and sets.has(node.value)):
            yield node.target.id
    elif isinstance(node, ast.NamedExpr) and sets.has(node.value):
        yield node.target.id
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _paired(target, node.value, sets)


def _paired(target: ast.expr, value: ast.expr, sets: _Sets) -> Iterator[str]:
    if isinstance(target, ast.Name) and sets.has(value):
        yield target.id
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _paired(one, other, sets)


def _is_set_type(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.BinOp):
        return _is_set_type(annotation.left) or _is_set_type(annotation.right)
    if isinstance(annotation, ast.Subscript):
        if last(annotation.value) in _WRAPPERS:
            inside = annotation.slice
            return _is_set_type(inside.elts[0] if isinstance(inside, ast.Tuple) else inside)
        annotation = annotation.value
    return annotation is not None and last(annotation) in _TYPES


def last(node: ast.expr) -> str:
    """The name, or the last part of a dotted one; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


@dataclass(frozen=True)
class _Sets:
    """Which expressions are sets: by names `here`, by attributes and functions of `elsewhere`."""

    here: frozenset[str]
    elsewhere: frozenset[str]

    def has(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Set | ast.SetComp):
            return True
        if isinstance(node, ast.Name):
            return node.id in self.here
        if isinstance(node, ast.Attribute):
            return node.attr in self.elsewhere
        if isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATORS):
            return any(self.has(side) or _is_keys(side) for side in (node.left, node.right))
        if isinstance(node, ast.IfExp):
            return self.has(node.body) or self.has(node.orelse)
        if isinstance(node, ast.BoolOp):
            return any(self.has(part) for part in node.values)
        if isinstance(node, ast.NamedExpr):
            return self.has(node.value)
        return isinstance(node, ast.Call) and self._made(node.func)

    def _made(self, called: ast.expr) -> bool:
        if isinstance(called, ast.Name):
            return called.id in {"set", "frozenset"} or called.id in self.elsewhere
        if isinstance(called, ast.Attribute):
            return called.attr in self.elsewhere or (
                called.attr in _METHODS and self.has(called.value)
            )
        return False


def _is_keys(node: ast.expr) -> bool:
    """Keys and items are in order by themselves; what a set operator makes of them is not."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    return node.func.attr in {"keys", "items"} and not node.args


def _walked(scope: list[ast.AST], sets: _Sets) -> Iterator[Fault]:
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
        elif isinstance(node, ast.FormattedValue) and sets.has(node.value):
            yield Fault(node.lineno, "text of a set", WHY)
        elif isinstance(node, ast.Assign) and sets.has(node.value):
            if any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
                yield Fault(node.lineno, "a set taken apart", WHY)
        elif isinstance(node, ast.Call):
            yield from _call(node, sets)


def _keyed(node: ast.Call) -> bool:
    return last(node.func) in _KEYED and any(word.arg == "key" for word in node.keywords)


def _call(node: ast.Call, sets: _Sets) -> Iterator[Fault]:
    called, given = node.func, any(sets.has(argument) for argument in node.args)
    name = last(called)
    if given and name in _WALKERS:
        yield Fault(node.lineno, f"{name}() of a set", WHY)
    elif given and _keyed(node):
        yield Fault(node.lineno, f"{name}() of a set by a key", WHY)
    elif isinstance(called, ast.Attribute) and (
        (given and name in _FEEDERS) or (name in _LEAKS and sets.has(called.value))
    ):
        yield Fault(node.lineno, f".{name}() of a set", WHY)
