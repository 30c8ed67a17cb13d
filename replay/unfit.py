"""Why values do not fit, in both languages: what pydantic found, told to whoever wrote them.

Our own models say in Chinese what they refuse; of pydantic's own sentences the common ones stand
here. What it is not: a translator. One that is not known is told as a value that does not fit, with
pydantic's words in brackets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from auction_rules.terms import Text
from bidding.core.said import both
from bidding.proof.text import BilingualError

_SENTENCES: Final[Mapping[str, str]] = {
    "extra_forbidden": "没有这一项",
    "missing": "缺少这一项",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "string_type": "应为文字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "dict_type": "应为若干“名称: 值”",
    "model_type": "应为若干“名称: 值”",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "literal_error": "应为以下之一：{expected}",
    "enum": "应为以下之一：{expected}",
    "string_pattern_mismatch": "写法不符合 {pattern}",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不得大于 {le}",
}


def first_of(wrong: ValidationError) -> Mapping[str, Any]:
    """What to tell first: a misspelt key is both unknown and missing, and the unknown one is there."""
    errors = wrong.errors()
    return min(errors, key=lambda one: one["type"] != "extra_forbidden")


def unfit(found: Mapping[str, Any]) -> Text:
    """One of pydantic's errors in a sentence, without its place."""
    told = found.get("ctx", {})
    zh = told.get("zh")
    if zh is None and isinstance(own := told.get("error"), BilingualError):
        zh = own.zh
    if zh is None and (known := _SENTENCES.get(found["type"])):
        zh = known.format(
            **{key: str(value).replace(" or ", " 或 ") for key, value in told.items()}
        )
    return both(zh or f"取值不符合要求（{found['msg']}）", found["msg"])


__all__ = ["first_of", "unfit"]
