"""A draw on paper: enough to redo it, and what nobody can tell said beside it."""

from __future__ import annotations

import hashlib

import pytest

from replay.draw_paper import drawn
from replay.transcript import transcript
from tests.replay.draws import ROUND_1000, archived
from tests.replay.papers import pairs, said, small_paper
from tests.replay.plays import opened


def on_paper(name: str, lang: str = "zh") -> dict[str, str]:
    paper = transcript(opened(archived(name))[2], "record", "public")
    return pairs(paper, "draws", lang)


def test_the_values_suffice_to_redo_it() -> None:
    found = on_paper("parties", "en")
    assert found["Drawn for"] == "LOT-01"
    assert found["Source of chance"] == "parties commit, then reveal"
    assert found["Pool"].startswith("B, C (entry ")
    assert found["Result"].startswith("C, B (entry ")
    number = int(hashlib.sha256(f"{found['Seed']}|LOT-01|B,C".encode()).hexdigest(), 16)
    assert "BC"[number % 2] == "C"
    assert found["Redone"] == "the same result comes out, and every check holds"


@pytest.mark.parametrize(
    ("name", "label", "words"),
    [
        ("drand", "期号", "第 1000 期"),
        ("drand", "种子", hashlib.sha256(bytes.fromhex(ROUND_1000)).hexdigest()),
        ("drand", "重做", "从记录中看不出来的：记录的数值未与公布者核对"),
        ("balls", "结果", "C、A、B"),
        ("end by parties", "摇号事项", "随机截止"),
        ("end by parties", "结果", "2026-03-02 09:21:16"),
        ("officer", "重做", "条款未指定随机数来源"),
    ],
)
def test_each_source(name: str, label: str, words: str) -> None:
    assert words in on_paper(name)[label]


def test_no_seed_is_printed_where_balls_were_drawn() -> None:
    assert "种子" not in on_paper("balls")


def test_a_paper_without_a_draw_has_no_such_part() -> None:
    assert "draws" not in said(small_paper())
    assert drawn(opened(archived("withheld"))[2]) is None
