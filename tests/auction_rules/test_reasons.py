"""The one list of reasons: complete, in both languages, and nothing in it that is not used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from auction_rules.reasons import REASONS, clause, say, title
from auction_rules.terms import YUAN

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("auction_rules", "bidding/core", "bidding/engine")
    for path in (ROOT / folder).rglob("*.py")
    if path.name != "reasons.py"
)
CODE = re.compile(r"[A-Z]+(_[A-Z]+)+|[A-Z]{6,}")
ENTRIES = {"Refuse", "Unsold"}


def given_to_refuse(tree: ast.AST) -> Iterator[str]:
    """Every code that a call of Refuse or Unsold can be given, also by a name or a choice."""
    named: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, set()).update(_codes(node.value))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in ENTRIES:
            first = node.args[0]
            found = named.get(first.id, set()) if isinstance(first, ast.Name) else set()
            found |= set(_codes(first))
            assert found, f"line {node.lineno}: a refusal whose reason cannot be read"
            yield from found


def _codes(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        value = part.value if isinstance(part, ast.Constant) else None
        if isinstance(value, str) and CODE.fullmatch(value):
            yield value


def used() -> set[str]:
    return {code for path in SOURCES for code in given_to_refuse(ast.parse(path.read_text()))}


def test_every_code_that_is_refused_with_is_in_the_list():
    assert used() - REASONS.keys() == set()


def test_every_code_in_the_list_is_refused_with_somewhere():
    assert REASONS.keys() - used() == set()


def test_the_scan_reads_choices_and_names():
    tree = ast.parse(
        "reason = 'ABOVE_CAP'\n"
        "Refuse(reason)\n"
        "Refuse('NO_BID' if x else 'SUSPENDED', {'cap': 'NOT_A_CODE'})\n"
    )
    assert set(given_to_refuse(tree)) == {"ABOVE_CAP", "NO_BID", "SUSPENDED"}
    with pytest.raises(AssertionError):
        list(given_to_refuse(ast.parse("Refuse(somewhere.reason)")))


DETAIL = {
    "minimum": 110_000,
    "maximum": 1,
    "step": 10_000,
    "cap": 200_000,
    "first": 7,
    "limit": 8,
    "round": 9,
    "seconds": 10,
    "bidder": "07",
}


@pytest.mark.parametrize("code", REASONS)
def test_every_code_has_two_sentences_that_say_the_same(code):
    reason = REASONS[code]
    assert reason.code == code
    places = [
        {name for _, name, _, _ in Formatter().parse(text) if name}
        for text in (reason.zh, reason.en)
    ]
    assert places[0] == places[1] <= DETAIL.keys()
    said = say(code, DETAIL, YUAN)
    assert re.search("[\u4e00-\u9fff]", said["zh"])
    assert said["zh"].endswith("。")
    assert re.fullmatch(r"[A-Z][ -~]+\.", said["en"])
    assert "{" not in said["zh"] + said["en"]
    assert (reason.clause_zh is None) == (reason.clause_en is None)


def test_amounts_are_printed_in_the_unit_and_the_nearest_are_added():
    said = say("BELOW_MIN_NEXT", {"minimum": 110_000, "step": 10_000}, YUAN, (110_000, 120_000))
    assert "1,100 元" in said["zh"]
    assert "1,100 CNY" in said["en"]
    assert said["zh"].endswith("可报 1,100 元 或 1,200 元。")
    assert said["en"].endswith(" Valid now: 1,100 CNY or 1,200 CNY.")


def test_a_detail_that_is_no_amount_is_printed_as_it_is():
    assert "(entry 7)" in say("REF_REUSED", {"first": 7}, YUAN)["en"]


def test_the_clause_of_a_reason():
    told = clause("AFTER_DEADLINE")
    assert told is not None
    assert told["en"] == "arrival at the server counts; windows are half-open"
    assert clause("SUSPENDED") is None


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("NOT_ON_GRID", "不是增价幅度…的整数倍", "not a whole multiple of the step"),
        ("BELOW_START", "低于起始价", "below the start price"),
        ("OUT_OF_RANGE", "不在公告的报价区间…至…内", "outside the announced range … to …"),
        (
            "NOT_NEXT",
            "名次下一位是…号，只能由其递补",
            "the next in line is No. …, and nobody else can be awarded",
        ),
        ("OF_ANOTHER_HOUSE", "OF_ANOTHER_HOUSE", "OF_ANOTHER_HOUSE"),
    ],
)
def test_a_reason_has_a_title_without_the_figures_of_one_case(code, zh, en):
    assert title(code) == {"zh": zh, "en": en}


def test_no_title_has_a_hole_or_a_second_sentence():
    for code in REASONS:
        for text in title(code).values():
            assert text
            assert not set("{}。") & set(text)
            assert not text.endswith(".")
