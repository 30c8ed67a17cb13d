"""Which expressions and annotations are sets, or hold sets, found in a syntax tree.

What counts: what is written as a set or annotated as one, what set operators make of keys, and
what is taken out of a mapping or a list of sets. What names stand for, `set_names` finds out. What
it is not: a type checker.
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
_MAPPINGS: Final = frozenset({"dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})
_SEQUENCES: Final = frozenset(
    {"list", "tuple", "deque", "Sequence", "MutableSequence", "Iterable", "Iterator", "Collection"}
)
_TAKERS: Final = frozenset({"get", "pop", "popleft", "setdefault"})
_SAME_ROWS: Final = frozenset({"list", "tuple", "sorted", "reversed", "iter", "deque", "filter"})
_ONE_OF: Final = frozenset({"next", "min", "max"})
"""Given a list of sets these give one of them."""
OF_SETS: Final = "[]"
"""Behind a name: what it names is no set, and what a key or a number takes out of it is one."""
ROWS: Final = "[*]"
"""Behind a name: what it names is no set, and a walk through it gives sets."""


def last(node: ast.expr) -> str:
    """The name, or the last part of a dotted one; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def typed(name: str, annotation: ast.expr | None) -> Iterator[str]:
    """The name, marked, if what it is annotated with is a set or holds sets."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.BinOp):
        yield from typed(name, annotation.left)
        yield from typed(name, annotation.right)
    elif annotation is not None and not isinstance(annotation, ast.Subscript):
        yield from [name] if last(annotation) in _TYPES else []
    elif annotation is not None:
        yield from _inside(name, annotation)


def _inside(name: str, annotation: ast.Subscript) -> Iterator[str]:
    within, outer = annotation.slice, last(annotation.value)
    parts = within.elts if isinstance(within, ast.Tuple) else [within]
    if outer in _WRAPPERS:
        yield from typed(name, parts[0])
    elif outer in _TYPES:
        yield name
    elif outer in _MAPPINGS:
        yield from [name + OF_SETS] if name in typed(name, parts[-1]) else []
    elif outer in _SEQUENCES:
        # Of a tuple with several parts, only one whose every part is a set can be told.
        items = [p for p in parts if not (isinstance(p, ast.Constant) and p.value is ...)]
        if items and all(name in typed(name, item) for item in items):
            yield from (name + OF_SETS, name + ROWS)


@dataclass(frozen=True)
class Sets:
    """Which expressions are sets: by names `here`, by attributes and functions of `elsewhere`."""

    here: frozenset[str]
    elsewhere: frozenset[str]

    def valued(self, name: str, value: ast.expr) -> Iterator[str]:
        """The name, marked, if this value is a set or holds sets."""
        if self.has(value):
            yield name
        if self.of_sets(value):
            yield name + OF_SETS
        if self.rows(value):
            yield name + ROWS

    def has(self, node: ast.expr) -> bool:
        """Whether this is a set."""
        if isinstance(node, ast.Set | ast.SetComp):
            return True
        if isinstance(node, ast.Name | ast.Attribute):
            return self._known(node, "")
        if isinstance(node, ast.Subscript):
            return not isinstance(node.slice, ast.Slice) and self.of_sets(node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATORS):
            return any(self.has(side) or _is_keys(side) for side in (node.left, node.right))
        if isinstance(node, ast.IfExp):
            return self.has(node.body) or self.has(node.orelse)
        if isinstance(node, ast.BoolOp):
            return any(self.has(part) for part in node.values)
        if isinstance(node, ast.NamedExpr):
            return self.has(node.value)
        return isinstance(node, ast.Call) and self._made(node)

    def _known(self, node: ast.expr, mark: str) -> bool:
        if isinstance(node, ast.Name):
            return node.id + mark in self.here
        return isinstance(node, ast.Attribute) and node.attr + mark in self.elsewhere

    def _made(self, call: ast.Call) -> bool:
        called, given = call.func, call.args
        if isinstance(called, ast.Name):
            one = called.id in _ONE_OF and len(given) == 1 and self.rows(given[0])
            return one or called.id in {"set", "frozenset"} or called.id in self.elsewhere
        if not isinstance(called, ast.Attribute):
            return False
        return (
            called.attr in self.elsewhere
            or (called.attr in _METHODS and self.has(called.value))
            or (called.attr in _TAKERS and self.of_sets(called.value))
            or (called.attr in {"get", "setdefault"} and any(map(self.has, given[1:])))
        )

    def of_sets(self, node: ast.expr) -> bool:
        """Whether this is a mapping whose values are sets, or a list of sets."""
        if isinstance(node, ast.Name | ast.Attribute):
            return self._known(node, OF_SETS)
        if isinstance(node, ast.Dict):
            return any(self.has(value) for value in node.values)
        if isinstance(node, ast.DictComp):
            return self.has(node.value)
        if isinstance(node, ast.Call) and last(node.func) == "defaultdict":
            return any(last(part) in {"set", "frozenset"} for part in node.args[:1])
        if isinstance(node, ast.Call) and last(node.func) in {"dict", "copy"}:
            held = node.args[:1] if isinstance(node.func, ast.Name) else [node.func]
            return any(
                self.of_sets(part.value if isinstance(part, ast.Attribute) else part)
                for part in held
            )
        return self._called(node, OF_SETS) or self._listed(node)

    def rows(self, node: ast.expr) -> bool:
        """Whether a walk through this gives sets."""
        if isinstance(node, ast.Name | ast.Attribute):
            return self._known(node, ROWS)
        if isinstance(node, ast.GeneratorExp | ast.SetComp):
            return self.has(node.elt)
        if isinstance(node, ast.Set):
            return any(map(self.has, node.elts))
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr == "values":
                return self.of_sets(called.value)
            if isinstance(called, ast.Name) and called.id == "map":
                return last(node.args[0]) in {"set", "frozenset"} | self.elsewhere
            if isinstance(called, ast.Name) and called.id in _SAME_ROWS:
                return any(map(self.rows, node.args))
        return self._called(node, ROWS) or self._listed(node)

    def _called(self, node: ast.expr, mark: str) -> bool:
        return isinstance(node, ast.Call) and last(node.func) + mark in self.here | self.elsewhere

    def _listed(self, node: ast.expr) -> bool:
        """Whether it is a list or tuple written out, cut or put together, with sets in it."""
        if isinstance(node, ast.List | ast.Tuple):
            plain = [part for part in node.elts if not isinstance(part, ast.Starred)]
            several = [part.value for part in node.elts if isinstance(part, ast.Starred)]
            whole = any if isinstance(node, ast.List) else all
            found = bool(plain) and whole(map(self.has, plain))
            return found or any(map(self.rows, several))
        if isinstance(node, ast.ListComp):
            return self.has(node.elt)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult):
            return self._listed_or_known(node.left) or self._listed_or_known(node.right)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            return self.rows(node.value)
        if isinstance(node, ast.IfExp):
            return self.rows(node.body) or self.rows(node.orelse)
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"list", "tuple", "sorted", "deque"}
            and any(map(self.rows, node.args))
        )

    def _listed_or_known(self, node: ast.expr) -> bool:
        return self._listed(node) or self._known(node, ROWS)

    def looped(self, target: ast.expr, walked: ast.expr) -> Iterator[str]:
        """Names that a loop gives sets to, in a walk through what holds them."""
        if self.rows(walked):
            yield from [target.id] if isinstance(target, ast.Name) else []
        if not isinstance(walked, ast.Call) or not isinstance(target, ast.Tuple):
            return
        called, at = walked.func, list[ast.expr]()
        if isinstance(called, ast.Attribute) and called.attr == "items":
            at = target.elts[1:] if self.of_sets(called.value) else []
        elif isinstance(called, ast.Name) and called.id == "enumerate":
            at = target.elts[1:] if any(map(self.rows, walked.args[:1])) else []
        elif isinstance(called, ast.Name) and called.id == "zip":
            pairs = zip(target.elts, walked.args, strict=False)
            at = [one for one, given in pairs if self.rows(given)]
        yield from (part.id for part in at if isinstance(part, ast.Name))


def _is_keys(node: ast.expr) -> bool:
    """Keys and items are in order by themselves; what a set operator makes of them is not."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    return node.func.attr in {"keys", "items"} and not node.args
