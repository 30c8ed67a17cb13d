"""Which names of a module are sets, or hold sets, found in its syntax tree.

What counts: names and attributes that were given a set or annotated as one, functions that return
one, parameters that some call of the package hands one to, and lists that one is put into. What it
is not: a type checker. Functions and attributes are known by name alone, and a set that comes in
from outside the package is seen only where it is annotated.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from auction_rules.conformance.set_kinds import OF_SETS, ROWS, Sets, last, typed

FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_MAKER: Final = (*FUNCTIONS, ast.Lambda)
_OPEN: Final = frozenset({"Any", "object", "Iterable", "Collection", "Container", "Sized"})
"""Annotations under which a set may come in."""
_PUTS: Final = frozenset({"append", "appendleft", "insert"})
CONSTANT: Final = "="
"""Behind a name: a name of some module, which another may import."""
_MARKS: Final = (OF_SETS, ROWS, CONSTANT)


def sets_of(tree: ast.Module, known: frozenset[str] = frozenset()) -> frozenset[str]:
    """Attributes that a module gives a set to, functions that return or are given one.

    Beside the `known`. They are known by name alone: whoever names two things alike must sort both.
    """
    while True:
        found = set(known)
        for start, scope, sets in scopes(tree, known):
            for node in scope:
                found |= set(_declared(node, sets))
            if isinstance(start, ast.Module):
                found |= {name + CONSTANT for name in sets.here if CONSTANT not in name}
            if isinstance(start, FUNCTIONS):
                for node in scope:
                    if isinstance(node, ast.Return) and node.value is not None:
                        found |= set(sets.valued(start.name, node.value))
        if found == known:
            return known
        known = frozenset(found)


def _declared(node: ast.AST, sets: Sets) -> Iterator[str]:
    """Names that can be asked for from elsewhere, and are sets from here on."""
    if isinstance(node, ast.ClassDef):
        for part in node.body:
            yield from _given(part, sets)
        yield from _fields(node, sets)
    elif isinstance(node, FUNCTIONS):
        yield from typed(node.name, node.returns)
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute):
        yield from typed(node.target.attr, node.annotation)
        if node.value is not None:
            yield from sets.valued(node.target.attr, node.value)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _paired(target, node.value, sets, ast.Attribute)
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Lambda):
                yield from sets.valued(target.id, node.value.body)
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute):
        yield from sets.valued(node.target.attr, node.value)
    elif isinstance(node, ast.Call):
        yield from _handed(node, sets)
        yield from _put(node, sets, ast.Attribute)


def _handed(call: ast.Call, sets: Sets) -> Iterator[str]:
    """What a call hands on: `f(0)` for its first argument, `f(s)` for the one by that name."""
    name, texts = last(call.func), [a.value for a in call.args if isinstance(a, ast.Constant)]
    for place, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred):
            break
        yield from sets.valued(f"{name}({place})", argument)
    for word in call.keywords:
        if word.arg is not None:
            yield from sets.valued(f"{name}({word.arg})", word.value)
            # A copy of a record with another value in one of its fields.
            yield from sets.valued(word.arg, word.value) if name == "replace" else ()
    if name in {"setattr", "__setattr__"} and texts and isinstance(texts[0], str):
        yield from sets.valued(texts[0], call.args[-1])


def _fields(node: ast.ClassDef, sets: Sets) -> Iterator[str]:
    """Fields of a record that some call gives a set, under an annotation that lets one in."""
    fields: list[tuple[str, ast.expr | None]] = [
        (part.target.id, part.annotation)
        for part in node.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    ]
    yield from _taken(node.name, fields, sets)


def _taken(maker: str, parameters: list[tuple[str, ast.expr | None]], sets: Sets) -> Iterator[str]:
    """Parameters that some call hands a set, or what holds sets, unless annotated otherwise."""
    for place, (name, annotation) in enumerate(parameters):
        if not _lets_in(annotation):
            continue
        for mark in ("", OF_SETS, ROWS):
            if {f"{maker}({place}){mark}", f"{maker}({name}){mark}"} & sets.elsewhere:
                yield name + mark


def _lets_in(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return annotation is None or last(annotation) in _OPEN


@dataclass(frozen=True, eq=False)
class _Scope:
    """The module or a function in it: its nodes, its own names, and what a call of it names."""

    start: ast.AST
    nodes: list[ast.AST]
    stored: frozenset[str]
    maker: str
    outer: int
    """Where the scope around it stands in the list; the module stands in itself."""


def scopes(
    tree: ast.Module, known: frozenset[str]
) -> Iterator[tuple[ast.AST, list[ast.AST], Sets]]:
    """The module and each function in it: its own nodes, and what is a set there."""
    named: list[frozenset[str]] = []
    for scope in _laid_out(tree):
        around = named[scope.outer] if named else frozenset()
        named.append(_names(scope, Sets(around, known)))
        yield scope.start, scope.nodes, Sets(named[-1], known)


@lru_cache(maxsize=2)
def _laid_out(tree: ast.Module) -> tuple[_Scope, ...]:
    """Every scope once, the one around another before it; asked for again while sets are found."""
    makers: dict[ast.AST, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            parts = [part for part in node.body if isinstance(part, FUNCTIONS)]
            makers |= {p: node.name for p in parts if p.name in {"__init__", "__new__"}}
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            makers[node.value] = last(node.targets[0])
    found: list[_Scope] = []
    starts: list[tuple[ast.AST, int]] = [(tree, 0)]
    while starts:
        start, outer = starts.pop()
        nodes, inner = scope_of(start)
        maker = makers.get(start, getattr(start, "name", ""))
        starts += [(function, len(found)) for function in inner]
        found.append(_Scope(start, nodes, frozenset(names_of(start, nodes)), maker, outer))
    return tuple(found)


def scope_of(start: ast.AST) -> tuple[list[ast.AST], list[ast.AST]]:
    """The nodes of a module or function itself, and the functions in it."""
    inside: list[ast.AST] = []
    functions: list[ast.AST] = []
    queue = list(ast.iter_child_nodes(start))
    while queue:
        node = queue.pop()
        inside.append(node)
        if isinstance(node, _MAKER):
            functions.append(node)
        else:
            queue += ast.iter_child_nodes(node)
    return inside, functions


def names_of(start: ast.AST, scope: list[ast.AST]) -> set[str]:
    """Names that a scope, or an argument in it, gives a meaning of its own."""
    names = {n.id for n in scope if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names | {n.arg for n in ast.walk(start) if isinstance(n, ast.arg)}


def _names(scope: _Scope, outer: Sets) -> frozenset[str]:
    """Names that hold a set somewhere in this scope, by annotation or by what they are given."""
    # A name of the scope around it is seen here, unless it means something else here.
    names = frozenset(name for name in outer.here if _plain(name) not in scope.stored)
    if isinstance(scope.start, _MAKER):
        names |= set(_parameters(scope.start, outer, scope.maker))
    while True:
        sets = Sets(names, outer.elsewhere)
        more = names | {name for node in scope.nodes for name in _given(node, sets)}
        if more == names:
            return names
        names = more


def _plain(name: str) -> str:
    for mark in _MARKS:
        name = name.removesuffix(mark)
    return name


def _parameters(
    start: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, outer: Sets, maker: str
) -> Iterator[str]:
    """By annotation, by default, and by what calls hand over."""
    ordered = [*start.args.posonlyargs, *start.args.args]
    defaults = [*reversed(start.args.defaults)]
    for one, default in zip(reversed(ordered), defaults, strict=False):
        yield from outer.valued(one.arg, default)
    for one, given in zip(start.args.kwonlyargs, start.args.kw_defaults, strict=True):
        yield from outer.valued(one.arg, given) if given is not None else ()
    named = [(one.arg, one.annotation) for one in (*ordered, *start.args.kwonlyargs)]
    for name, annotation in named:
        yield from typed(name, annotation)
    if named and named[0][0] in {"self", "cls"}:
        named = named[1:]
    if maker:
        yield from _taken(maker, named, outer)


def _given(node: ast.AST, sets: Sets) -> Iterator[str]:
    """Names that this node gives a set to, or what holds sets."""
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
            yield from typed(name, annotation)
            yield from sets.valued(name, value) if value is not None else ()
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield from sets.valued(name, value)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _paired(target, value, sets, ast.Name)
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
            # A set that is added to a list is a fault, and makes no set of it.
            yield from (name + OF_SETS, name + ROWS) if sets.rows(value) else ()
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield from sets.valued(name, value)
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            yield from sets.looped(node.target, node.iter)
        case ast.ImportFrom(names=names):
            yield from _imported(names, sets)
        case ast.Call():
            yield from _put(node, sets, ast.Name)


def _imported(names: list[ast.alias], sets: Sets) -> Iterator[str]:
    for alias in names:
        for mark in ("", OF_SETS, ROWS):
            if alias.name + mark + CONSTANT in sets.elsewhere:
                yield (alias.asname or alias.name) + mark


def _put(call: ast.Call, sets: Sets, kind: type[ast.Name | ast.Attribute]) -> Iterator[str]:
    """A list that a set is put into, known by a name or by an attribute."""
    called = call.func
    if not (isinstance(called, ast.Attribute) and isinstance(called.value, kind)):
        return
    name, given = last(called.value), call.args
    if (called.attr in _PUTS and any(map(sets.has, given[-1:]))) or (
        called.attr == "extend" and any(map(sets.rows, given))
    ):
        yield from (name + OF_SETS, name + ROWS)
    elif called.attr == "setdefault" and any(map(sets.has, given[1:])):
        yield name + OF_SETS


def _paired(
    target: ast.expr,
    value: ast.expr,
    sets: Sets,
    kind: type[ast.Name | ast.Attribute],
) -> Iterator[str]:
    """What a name or an attribute is given; what is put under a key of it."""
    if isinstance(target, kind):
        yield from sets.valued(last(target), value)
    elif isinstance(target, ast.Subscript) and isinstance(target.value, kind):
        yield from [last(target.value) + OF_SETS] if sets.has(value) else []
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _paired(one, other, sets, kind)
