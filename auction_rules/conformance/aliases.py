"""What a name stands for inside one module: imports under other names, texts kept for later.

What it is: enough of the meaning of names that a ban cannot be passed by under another one. What
it is not: an interpreter. A name that is given two things stands for both, in the whole module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from auction_rules.conformance.set_kinds import last
from auction_rules.conformance.set_names import FUNCTIONS, names_of, scope_of


class Aliases:
    """The names of one module."""

    def __init__(self, tree: ast.Module) -> None:
        self._roots: dict[str, str] = {}
        self._modules: set[str] = set()
        self._texts: dict[str, list[str]] = {}
        assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.AnnAssign)]
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self._roots |= {a.asname: a.name for a in node.names if a.asname}
                self._modules |= {a.name.partition(".")[0] for a in node.names}
            elif isinstance(node, ast.ImportFrom):
                given = {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
                self._roots |= given
                self._modules.add((node.module or "").partition(".")[0])
        for node in assigned:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in filter(None, map(last, targets)):
                self._keep(name, node.value)

    def _keep(self, name: str, value: ast.expr | None) -> None:
        # Only what leads to an import: `now = act.now` says nothing of the name `now`.
        whole = self.dotted(value) if value is not None else ""
        if whole.partition(".")[0] in self._modules:
            self._roots.setdefault(name, whole)
        for part in ast.walk(value) if value is not None else ():
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                self._texts.setdefault(name, []).append(part.value)

    def dotted(self, node: ast.expr) -> str:
        """The dotted name with what it was imported as undone; empty for anything else."""
        if isinstance(node, ast.Name):
            return self._roots.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def texts(self, node: ast.expr) -> list[str]:
        """The texts that this may be, as far as they are written out in the module."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else []
        if isinstance(node, ast.Name | ast.Attribute):
            return self._texts.get(last(node), [])
        if isinstance(node, ast.Subscript):
            return self.texts(node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return [*self.texts(node.left), *self.texts(node.right)]
        return []


def free(start: ast.AST, outer: frozenset[str] = frozenset()) -> Iterator[ast.Name]:
    """Names that are read and given no meaning by the module: those of the language."""
    scope, inner = scope_of(start)
    # What a class body names is no name inside its methods.
    own = {
        part
        for node in scope
        if isinstance(node, ast.ClassDef)
        for line in node.body
        if isinstance(line, ast.Assign | ast.AnnAssign)
        for part in ast.walk(line)
    }
    named = names_of(start, [node for node in scope if node not in own])
    for node in scope:
        if isinstance(node, FUNCTIONS):
            named.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            named |= {alias.asname or alias.name for alias in node.names}
    seen = outer | named
    for node in scope:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in seen:
            yield node
    for function in inner:
        yield from free(function, seen)
