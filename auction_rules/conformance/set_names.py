"""Which names and expressions of a module are sets, found in its syntax tree.

What counts: what is written as a set or annotated as one, names and attributes that were given
one, functions that return one, what set operators make of keys, and what is taken out of a mapping
of sets. What it is not: a type checker; a set that comes in without an annotation is not seen.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_OPERATORS: Final = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
_METHODS: Final = frozenset({"copy", "difference", "intersection", "symmetric_difference", "union"})
_TYPES: Final = frozenset({"set", "frozenset", "AbstractSet", "MutableSet", "Set", "FrozenSet"})
_WRAPPERS: Final = frozenset({"Final", "ClassVar", "Annotated", "Optional", "Required"})
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


_MAPPINGS: Final = frozenset({"dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})
_TAKERS: Final = frozenset({"get", "pop", "setdefault"})
OF_SETS: Final = "[]"
"""Behind a name: what it names is no set, and its values are."""


def sets_of(tree: ast.Module, known: frozenset[str] = frozenset()) -> frozenset[str]:
    """Attributes that a module gives a set to, and functions that return one, beside the `known`.

    They are known by name alone: whoever names two things alike must sort both.
    """
    while True:
        found = set(known)
        for start, scope, sets in scopes(tree, known):
            for node in scope:
                found |= set(_declared(node, sets))
            if isinstance(start, FUNCTIONS):
                given = (node.value for node in scope if isinstance(node, ast.Return))
                if any(value is not None and sets.has(value) for value in given):
                    found.add(start.name)
        if found == known:
            return known
        known = frozenset(found)


def _declared(node: ast.AST, sets: Sets) -> Iterator[str]:
    """Names that can be asked for from elsewhere, and are sets from here on."""
    if isinstance(node, ast.ClassDef):
        for part in node.body:
            yield from _given(part, sets)
    elif isinstance(node, FUNCTIONS):
        yield from _typed(node.name, node.returns)
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute):
        yield from _typed(node.target.attr, node.annotation)
        if node.value is not None:
            yield from _valued(node.target.attr, node.value, sets)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                yield from _valued(target.attr, node.value, sets)
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Lambda):
                yield from _valued(target.id, node.value.body, sets)


def scopes(
    tree: ast.Module, known: frozenset[str]
) -> Iterator[tuple[ast.AST, list[ast.AST], Sets]]:
    """The module and each function in it: its own nodes, and what is a set there."""
    starts: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while starts:
        start, outer = starts.pop()
        scope, inner = scope_of(start)
        names = _names(start, scope, outer, known)
        yield start, scope, Sets(names, known)
        starts += [(function, names) for function in inner]


def scope_of(start: ast.AST) -> tuple[list[ast.AST], list[ast.AST]]:
    """The nodes of a module or function itself, and the functions in it."""
    inside: list[ast.AST] = []
    functions: list[ast.AST] = []
    queue = list(ast.iter_child_nodes(start))
    while queue:
        node = queue.pop()
        inside.append(node)
        if isinstance(node, (*FUNCTIONS, ast.Lambda)):
            functions.append(node)
        else:
            queue += ast.iter_child_nodes(node)
    return inside, functions


def names_of(start: ast.AST, scope: list[ast.AST]) -> set[str]:
    """Names that a scope, or an argument in it, gives a meaning of its own."""
    names = {n.id for n in scope if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names | {n.arg for n in ast.walk(start) if isinstance(n, ast.arg)}


def _names(
    start: ast.AST, scope: list[ast.AST], outer: frozenset[str], known: frozenset[str]
) -> frozenset[str]:
    """Names that hold a set somewhere in this scope, by annotation or by what they are given."""
    # A name of the scope around it is seen here, unless it means something else here.
    own = names_of(start, scope)
    names = frozenset(name for name in outer if name.removesuffix(OF_SETS) not in own)
    if isinstance(start, (*FUNCTIONS, ast.Lambda)):
        given = [*start.args.posonlyargs, *start.args.args, *start.args.kwonlyargs]
        names |= {name for n in given for name in _typed(n.arg, n.annotation)}
    while True:
        sets = Sets(names, known)
        more = names | {name for node in scope for name in _given(node, sets)}
        if more == names:
            return names
        names = more


def _given(node: ast.AST, sets: Sets) -> Iterator[str]:
    """Names that this node gives a set to, or a mapping of sets."""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield from _typed(node.target.id, node.annotation)
        if node.value is not None:
            yield from _valued(node.target.id, node.value, sets)
    elif isinstance(node, ast.NamedExpr):
        yield from _valued(node.target.id, node.value, sets)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _paired(target, node.value, sets)
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield from _looped(node.target, node.iter, sets)


def _paired(target: ast.expr, value: ast.expr, sets: Sets) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield from _valued(target.id, value, sets)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _paired(one, other, sets)


def _looped(target: ast.expr, walked: ast.expr, sets: Sets) -> Iterator[str]:
    """The values of a mapping of sets, as a loop names them."""
    if not (isinstance(walked, ast.Call) and isinstance(walked.func, ast.Attribute)):
        return
    if not sets.of_sets(walked.func.value):
        return
    if walked.func.attr == "values" and isinstance(target, ast.Name):
        yield target.id
    elif walked.func.attr == "items" and isinstance(target, ast.Tuple):
        yield from (part.id for part in target.elts[1:] if isinstance(part, ast.Name))


def _typed(name: str, annotation: ast.expr | None) -> Iterator[str]:
    if _is_set_type(annotation):
        yield name
    elif _is_of_sets(annotation):
        yield name + OF_SETS


def _valued(name: str, value: ast.expr, sets: Sets) -> Iterator[str]:
    if sets.has(value):
        yield name
    elif sets.of_sets(value):
        yield name + OF_SETS


def _is_of_sets(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.BinOp):
        return _is_of_sets(annotation.left) or _is_of_sets(annotation.right)
    if not isinstance(annotation, ast.Subscript):
        return False
    inside = annotation.slice
    parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    if last(annotation.value) in _WRAPPERS:
        return _is_of_sets(parts[0])
    return last(annotation.value) in _MAPPINGS and _is_set_type(parts[-1])


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
class Sets:
    """Which expressions are sets: by names `here`, by attributes and functions of `elsewhere`."""

    here: frozenset[str]
    elsewhere: frozenset[str]

    def has(self, node: ast.expr) -> bool:
        """Whether this is a set."""
        if isinstance(node, ast.Set | ast.SetComp):
            return True
        if isinstance(node, ast.Name):
            return node.id in self.here
        if isinstance(node, ast.Attribute):
            return node.attr in self.elsewhere
        if isinstance(node, ast.Subscript):
            return self.of_sets(node.value)
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
            return (
                called.attr in self.elsewhere
                or (called.attr in _METHODS and self.has(called.value))
                or (called.attr in _TAKERS and self.of_sets(called.value))
            )
        return False

    def of_sets(self, node: ast.expr) -> bool:
        """Whether this is a mapping whose values are sets."""
        if isinstance(node, ast.Name):
            return node.id + OF_SETS in self.here
        if isinstance(node, ast.Attribute):
            return node.attr + OF_SETS in self.elsewhere
        if isinstance(node, ast.Dict):
            return any(self.has(value) for value in node.values)
        if isinstance(node, ast.DictComp):
            return self.has(node.value)
        if not isinstance(node, ast.Call):
            return False
        if last(node.func) == "defaultdict":
            return any(last(part) in {"set", "frozenset"} for part in node.args[:1])
        return last(node.func) + OF_SETS in (self.here | self.elsewhere)


def _is_keys(node: ast.expr) -> bool:
    """Keys and items are in order by themselves; what a set operator makes of them is not."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    return node.func.attr in {"keys", "items"} and not node.args
