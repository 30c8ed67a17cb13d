"""Every note of every rule is a sentence in both languages, wherever a play brings it about."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import auction_rules
from auction_rules.facts import Noted
from auction_rules.registry import find
from bidding.core.noted import known, noted
from bidding.proof import canon
from replay.play import play
from replay.scenario import read
from tests.replay.plays import SCENARIOS

FOLDER = Path(auction_rules.__file__).parent
CHINESE = re.compile("[\u4e00-\u9fff]")


@cache
def from_plays():
    """(rule, terms, key, value) of every note in every scenario, one for each pattern of key."""
    found: dict[Any, Any] = {}
    for path in sorted(SCENARIOS.rglob("*.yaml")):
        for run in play(read(path)):
            rule = find(run.state.document["rule"])
            for body in run.bodies:
                for fact in _facts(body):
                    if fact["fact"] == Noted.fact:
                        kind = re.sub(r"\d+|\b[A-Z]\w*", "?", fact["key"])
                        at = (rule.name, kind, fact["value"] is None)
                        found.setdefault(at, (rule, run.state.terms, fact["key"], fact["value"]))
    return list(found.values())


def _facts(body):
    entry: Any = canon.decode(body)
    return entry["data"].get("facts", ())


def test_the_plays_bring_notes_about():
    assert len(from_plays()) > 20


def test_every_note_of_every_play_is_a_sentence_in_both_languages():
    for rule, terms, key, value in from_plays():
        zh, en = noted(key, value, terms.unit, rule, terms)
        assert known(key), (rule.name, key)
        assert CHINESE.search(zh), zh
        assert en.replace("²", "").isascii(), en
        assert not zh.startswith(key)
        assert "None" not in zh + en
        # A number or a lot may have a low line in it; a name of the code may not show.
        assert not re.search(r"[a-z]_[a-z]|[{}]", zh + en), zh + en


def test_every_key_in_the_sources_is_known():
    """Also those that no play brings about: the beginnings of what the code can note."""
    heads = {(path.name, head) for path in FOLDER.rglob("*.py") for head in _heads(path)}
    assert len(heads) > 10
    for name, head in sorted(heads):
        tries = [head, f"{head}A", f"{head}7 A", f"{head}A/B", f"{head}A/B 7"]
        tries += [f"{head} A", f"{head} 7 A"]
        assert any(known(key.replace("?", "7")) for key in tries), (name, head)


def _heads(path):
    """The literal beginnings of first arguments of `Noted`, through names of the module."""
    tree = ast.parse(path.read_text("utf-8"))
    named = {}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Constant):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            named[ast.unparse(target)] = node.value.value
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Noted" and node.args:
            key = node.args[0]
            if isinstance(key, ast.Constant):
                yield key.value
            elif isinstance(key, ast.Name) and key.id in named:
                yield named[key.id]
            elif isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
                yield key.values[0].value


@pytest.mark.parametrize(
    ("rule", "key", "value", "zh", "en"),
    [
        ("sealed_bid", "offers 03", 2, "03 号第 2 次报价", "No. 03: offer 2"),
        ("volume", "offers 03/2", 1, "03 号第 1 次报价（第 2 项）", "No. 03: offer 1 in line 2"),
        ("dutch", "left", 3, "剩余 3 份", "3 units left"),
        (
            "opening",
            "price points 03",
            3_905,
            "03 号价格分 39.05",
            "No. 03: 39.05 points for the price",
        ),
        (
            "opening",
            "evaluated price 03",
            90_000,
            "03 号评标价 900 元",
            "No. 03: evaluated at 900 CNY",
        ),
        ("intermediary", "coefficient", 97, "抽得下浮系数 97%", "the coefficient drawn is 97 %"),
        ("hybrid_dutch", "stopped_by", "03", "停钟者为 03 号", "No. 03 stopped the clock"),
        (
            "turn_rounds",
            "offer of the turn",
            110_050,
            "本次发言报价 1,100.50 元，发言结束后公布",
            "1,100.50 CNY offered in this turn, told when it ends",
        ),
        ("ascending_clock", "price A", 10_500, "甲类现价 105 元", "A stands at 105 CNY"),
        (
            "simultaneous",
            "offer 03/L1",
            "110000 17",
            "03 号本轮对一号摊位报价 1,100 元",
            "No. 03 offers 1,100 CNY for Stall 1 in this round",
        ),
        (
            "quota",
            "void 03/1",
            "EXCLUDED_BY_MUTEX",
            "03 号对1的报价无效：已竞得互斥的标的",
            "No. 03: the offer for 1 is void, since a lot of the same exclusive group was won",
        ),
        ("english", "haste", 3, "haste：3", "haste: 3"),
    ],
)
def test_the_sentence_of_a_note(rule, key, value, zh, en):
    found = find(rule)
    terms = found.Config.model_validate(found.example)
    assert noted(key, value, terms.unit, found, terms) == (zh, en)
