"""YAML with places: plain strings, integers and booleans, each key with its line.

Only what a scenario needs: no floats (amounts are strings), no dates made into objects, no
anchors, no duplicate keys. Every complaint names the line.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from bidding.proof.text import BilingualError

_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)
_MOST_DEPTH = 32
_YAML: Final = (
    ("mapping values are not allowed here", "此处不应出现冒号，请检查缩进或加引号"),
    ("could not find expected ':'", "缺少冒号"),
    ("found character '\\t'", "不能用制表符缩进，请用空格"),
    ("expected <block end>", "缩进或层次有误"),
    ("found unexpected end of stream", "引号没有结束"),
    ("while scanning a quoted scalar", "引号没有结束"),
    ("special characters are not allowed", "含有不允许的字符"),
)
"""How PyYAML's commonest sentences begin."""


class Unreadable(BilingualError):
    """A file that is no scenario; the text names the line."""

    @classmethod
    def at(cls, line: int, en: str, zh: str) -> Unreadable:
        """What is wrong on a line."""
        return cls(f"line {line}: {en}", f"第 {line} 行：{zh}")


class Located(dict[str, Any]):
    """A mapping that remembers on which line each key stands."""

    lines: dict[str, int]
    line: int


def load(text: str) -> Any:
    """The document as plain values; Unreadable with the line of what is wrong."""
    try:
        node = yaml.compose(text, Loader=_PlainlyBuilt)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        said = str(getattr(wrong, "problem", None) or wrong)
        raise Unreadable.at(line, said, _malformed(said)) from wrong
    if node is None:
        raise Unreadable.at(1, "the file is empty", "文件是空的")
    return _plain(node)


class _PlainlyBuilt(yaml.SafeLoader):
    """Raises Unreadable for anchors and for depth: a short text may not unfold into a long one."""

    _depth = 0

    def get_event(self) -> Any:
        """The next event, looked at on its way, so that a text is gone through once."""
        event = super().get_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise Unreadable.at(line, "anchors are not used here", "此处不用锚点")
        self._depth += isinstance(event, yaml.CollectionStartEvent)
        self._depth -= isinstance(event, yaml.CollectionEndEvent)
        if self._depth > _MOST_DEPTH:
            raise Unreadable.at(line, "nested too deeply", "嵌套过深")
        return event


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
            raise Unreadable.at(line, f"the key {key!r} stands twice", f"{key} 写了两次")
        found.lines[key] = line
        found[key] = _plain(value_node)
    return found


def _scalar(node: yaml.ScalarNode) -> Any:
    tag, value = node.tag.rpartition(":")[2], node.value
    if tag == "int" and _INTEGER.fullmatch(value):
        return int(value)
    if tag == "float" and ":" not in value:
        line = node.start_mark.line + 1
        raise Unreadable.at(
            line,
            f"write {value} in quotes: amounts are decimal strings",
            f"{value} 应加引号：金额写作十进制文字",
        )
    if tag == "bool":
        return value.lower() in ("true", "yes", "on")
    return None if tag == "null" else value


def _malformed(said: str) -> str:
    """PyYAML's complaint for whoever wrote the file."""
    known = next((zh for start, zh in _YAML if said.startswith(start)), None)
    return known or f"YAML 写法有误（{said}）"


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
