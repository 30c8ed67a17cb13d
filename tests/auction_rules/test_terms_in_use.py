"""The table beside the room: each term that is in use, once, with its unit beside the value."""

from __future__ import annotations

import re

import pytest

from auction_rules.prose import topic
from auction_rules.registry import BUILT_IN, find
from auction_rules.terms_in_use import in_use
from tests.auction_rules.test_terms import _chinese

# A unit in a label that its value says again, an instruction to a form, a raw ten-thousandth.
FORM = re.compile(r"（秒|\(s\)|\(s, |万分之|basis points|0 为|0 = |（英文）|\(English\)")


@pytest.mark.parametrize("rule", BUILT_IN, ids=lambda r: r.name)
def test_each_term_that_is_set_is_said_without_the_form(rule):
    terms = rule.Config.model_validate(rule.example)
    lines = in_use(rule, terms)
    for line in lines:
        assert _chinese(line["label"]["zh"]), line
        assert line["label"]["en"].isascii(), line
        for lang in ("zh", "en"):
            assert line["value"][lang], line
            assert not FORM.search(line["label"][lang]), line
    told = {line["label"]["zh"]: line["value"] for line in lines}
    assert len(told) == len(lines), "a label that is said twice is no label"
    # What comes back is said of each stage, in the words of the notice.
    notice = topic(rule, terms, "failure")
    for lang, apart, colon in (("zh", "；", "：“"), ("en", "; ", ": ")):
        for way in told["恢复后的时间"][lang].split(apart):
            assert way.split(colon)[-1].rpartition("：")[2] in notice[lang]


def test_a_long_rest_comes_back_whole_and_a_short_one_as_a_countdown():
    rule = find("english")
    terms = rule.Config.model_validate({**rule.example, "extension_seconds": 60})
    table = {one["label"]["zh"]: one["value"] for one in in_use(rule, terms)}
    assert table["恢复后的时间"] == {
        "zh": "补足中止时剩余的时间，不足一个完整倒计时的，给予一个完整倒计时",
        "en": "the time that remained comes back, or one full countdown where that is longer",
    }


def test_a_term_that_says_nothing_here_is_left_out():
    rule = find("english")
    given = {**rule.example, "lot_zh": "旧车", "lot_en": "Cars", "extension_seconds": 0}
    shown = {line["label"]["zh"] for line in in_use(rule, rule.Config.model_validate(given))}
    # No bidding by limits, nothing extended; the lot has a list of its own.
    assert not {one for one in shown if one.startswith(("自动出价限额", "延时", "标的"))}
    more = {**given, "proxy": "ALLOWED", "extension_seconds": 60}
    table = {one["label"]["zh"]: one["value"]["zh"] for one in in_use(rule, rule.Config(**more))}
    assert "自动出价限额相当时" in table
    assert table["延时时长"] == "1 分钟"


def test_shares_are_percents():
    rule = find("ascending_clock")
    terms = rule.Config.model_validate(rule.example)
    table = {line["label"]["zh"]: line["value"] for line in in_use(rule, terms)}
    assert table["最低活跃度"] == {"zh": "100%", "en": "100%"}
