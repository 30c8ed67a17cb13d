"""The rule document can be read, in both languages, whatever the rule."""

import re

import pytest

from auction_rules import english, far_adjustment
from auction_rules.prose import prose
from auction_rules.terms import Unit
from tests.auction_rules.known import known

TERMS = [pytest.param(rule, terms, id=name) for name, rule, terms in known()]


def said(rule, terms, lang="zh", **options):
    return "\n".join(prose(rule, rule.Config.model_validate(terms), **options)[lang])


@pytest.mark.parametrize(("rule", "terms"), TERMS)
def test_both_languages_say_as_much(rule, terms):
    config = rule.Config.model_validate(terms)
    text = prose(rule, config)
    assert len(text["zh"]) == len(text["en"]) >= 10
    for zh, en in zip(text["zh"], text["en"], strict=True):
        assert zh.endswith("。")
        assert en.endswith(".")
        assert zh.count("；") <= en.count("; ") or "（" in zh or "发布前" in zh
        assert not re.search(r"[：；]\s*[；。]|、、|：：|None|True|False|\{|\}|_seconds", zh)
        assert not re.search(r"[:;]\s*[;.]|, ,|: :|None|True|False|\{|\}|_seconds", en)
    assert text == prose(rule, rule.Config.model_validate(config.model_dump(mode="json")))


@pytest.mark.parametrize(("rule", "terms"), TERMS)
def test_every_term_in_use_is_said(rule, terms):
    config = rule.Config.model_validate(terms)
    text = said(rule, terms)
    for name, field in rule.Config.model_fields.items():
        value = getattr(config, name)
        silent = value is None or value in ((), "", 0) or isinstance(value, Unit)
        # A lot is said by its name, and an extension that is none by a sentence.
        if silent or name.startswith(("lot_", "extension")):
            continue
        assert re.split("[（(]", field.title)[0] in text, name


def test_a_plain_auction_word_for_word():
    text = prose(english.RULE, english.RULE.Config.model_validate(english.RULE.example))
    assert text["zh"][:2] == [
        "本场按“公开增价竞价”规则（english@1）进行。",
        "标的与数量：标的为示例标的。",
    ]
    assert text["zh"][3:7] == [
        "报价与增价：报价以“元”计，高者为优；起始价：1,000,000 元；增价方式：固定金额；增价幅度：10,000 元；报价阶梯：不低于一个增价幅度即可；领先者可自行加价：是。",
        "倒计时与延时：延时方式：有效报价后重新倒计时；延时时长：300 秒。",
        "同价处理：报价以到达服务器的先后逐条编号，先后以编号为准。",
        "限价：本场不设限价。",
    ]
    assert text["en"][4] == (
        "Countdown and extension: Extension: each valid offer restarts the countdown; "
        "Extension length: 300 s."
    )


def test_what_is_chosen_is_said():
    example = english.RULE.example
    assert "本场不设延时" in said(english.RULE, {**example, "extension_seconds": 0})
    assert "延时方式" not in said(english.RULE, {**example, "extension_seconds": 0})
    assert "领先者可自行加价：否" in said(english.RULE, {**example, "leader_may_raise": False})
    far = far_adjustment.RULE
    sealed = {**far.example, "quoting": "SEALED", "cap_price": "6000"}
    assert "网上报价：报价密封，仅本人可见" in said(far, sealed)
    assert "最高限价：6,000 元/㎡" in said(far, sealed)
    assert "Parcel 1 (30,000 m²)" in said(far, sealed, "en")


def test_remarks_are_for_the_drafter():
    terms = {**english.RULE.example, "extension_seconds": 0}
    assert "发布前提示：不设延时" in said(english.RULE, terms)
    assert "Before publishing: Without" in said(english.RULE, terms, "en")
    assert "发布前提示" not in said(english.RULE, terms, remarks=False)
