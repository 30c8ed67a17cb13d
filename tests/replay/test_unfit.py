"""Values that do not fit are told in Chinese, and a file that is no scenario with its line."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError, model_validator

from bidding.proof.text import BilingualError
from replay.__main__ import main
from replay.unfit import first_of, unfit


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Sample(BaseModel, extra="forbid"):
    whole: Annotated[int, Field(ge=1, le=9)] = 1
    name: Annotated[str, Field(pattern="^[a-z]+$", max_length=3)] = "a"
    some: Annotated[list[int], Field(min_length=1)] = [1]
    kind: Literal["sold", "unsold"] = "sold"
    colour: Colour = Colour.RED
    yes: bool = True
    odd: float = 0

    @model_validator(mode="after")
    def _own(self) -> Sample:
        if self.whole == 7:
            raise BilingualError("seven is not liked", "不用七")
        return self


@pytest.mark.parametrize(
    ("given", "zh"),
    [
        ({"whole": "x"}, "应为整数"),
        ({"whole": 0}, "不得小于 1"),
        ({"whole": 10}, "不得大于 9"),
        ({"whole": 7}, "不用七"),
        ({"name": 1}, "应为文字"),
        ({"name": "A"}, "写法不符合 ^[a-z]+$"),
        ({"name": "abcd"}, "至多 3 个字符"),
        ({"some": []}, "至少 1 项"),
        ({"some": 1}, "应为列表"),
        ({"kind": "x"}, "应为以下之一：'sold' 或 'unsold'"),
        ({"colour": "x"}, "应为以下之一：'red' 或 'blue'"),
        ({"yes": "x"}, "应为 true 或 false"),
        ({"more": 1}, "没有这一项"),
    ],
)
def test_pydantics_sentences(given: dict[str, Any], zh: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate(given)
    assert unfit(first_of(caught.value))["zh"] == zh


def test_one_that_is_not_known_keeps_its_words_in_brackets() -> None:
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate({"odd": "x"})
    told = unfit(first_of(caught.value))
    assert told["zh"] == f"取值不符合要求（{told['en']}）"


def test_a_misspelt_key_is_told_before_the_missing_one() -> None:
    class Needs(BaseModel, extra="forbid"):
        bidder: str

    with pytest.raises(ValidationError) as caught:
        Needs.model_validate({"biddr": "A"})
    assert first_of(caught.value)["loc"] == ("biddr",)


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("", "第 1 行：文件是空的"),
        ("a: b: c\n", "第 1 行：此处不应出现冒号，请检查缩进或加引号"),
        ("a:\n\t- 1\n", "第 2 行：不能用制表符缩进，请用空格"),
        ("a: [1\nb: 2\n", "第 2 行：YAML 写法有误（"),
        ("a: 1\na: 2\n", "第 2 行：a 写了两次"),
        ("a: 1.5\n", "第 1 行：1.5 应加引号：金额写作十进制文字"),
        ("a: &b 1\n", "第 1 行：此处不用锚点"),
        ("scenario: x\nnonsense: 3\n", "第 2 行：nonsense：没有这一项"),
        ("scenario: x\n", "第 1 行：title：缺少这一项"),
    ],
)
def test_a_file_that_is_no_scenario(
    text: str, zh: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    assert main(["scenario", str(path), "--lang", "zh"]) == 2
    assert capsys.readouterr().err.startswith(f"{path}：{zh}")
    assert main(["scenario", str(path)]) == 2
    assert not re.search("[\u4e00-\u9fff]", capsys.readouterr().err)
