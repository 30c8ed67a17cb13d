"""YAML with places: plain strings, integers and booleans, each key with its line.

Only what a scenario needs: no floats (amounts are strings), no dates made into objects, no
anchors, no duplicate keys. Every complaint names the line.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)
_MOST_DEPTH = 32


class Unreadable(ValueError):
    """A file that is no scenario; the text names the line."""


class Located(dict[str, Any]):
    """A mapping that remembers on which line each key stands."""

    lines: dict[str, int]
    line: int


def load(text: str) -> Any:
    """The document as plain values; Unreadable with the line of what is wrong."""
    try:
        _plainly_built(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise Unreadable(f"line {line}: {getattr(wrong, 'problem', None) or wrong}") from wrong
    if node is None:
        raise Unreadable("line 1: the file is empty")
    return _plain(node)


def _plainly_built(text: str) -> None:
    """Raises Unreadable for anchors and for depth: a short text may not unfold into a long one."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise Unreadable(f"line {line}: anchors are not used here")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MOST_DEPTH:
            raise Unreadable(f"line {line}: nested too deeply")


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    assert isinstance(node, yaml.MappingNode)
    found = Located()
    found.line = node.start_mark.line + 1
    found.lines = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = str(key_node.value)
        if key in found:
            raise Unreadable(f"line {line}: the key {key!r} stands twice")
        found.lines[key] = line
        found[key] = _plain(value_node)
    return found


def _scalar(node: yaml.ScalarNode) -> Any:
    tag, value = node.tag.rpartition(":")[2], node.value
    if tag == "int" and _INTEGER.fullmatch(value):
        return int(value)
    if tag == "float" and ":" not in value:
        line = node.start_mark.line + 1
        raise Unreadable(f"line {line}: write {value} in quotes: amounts are decimal strings")
    if tag == "bool":
        return value.lower() in ("true", "yes", "on")
    return None if tag == "null" else value


def line_of(document: Any, path: tuple[int | str, ...]) -> int:
    """The line at which a path into a loaded document stands, or the nearest one above it."""
    line = 1
    for part in path:
        if isinstance(document, Located):
            line = document.lines.get(str(part), document.line)
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return line
        if isinstance(document, Located) and isinstance(part, int):
            line = document.line
    return line
