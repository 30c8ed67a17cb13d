"""The notice of an auction: its document in words, and the hash that fixes it."""

import hashlib
from typing import Any

import pytest
from pydantic import ValidationError

from auction_rules.registry import UnknownRule, find, rules, source_sha256
from bidding.core import notice as n
from bidding.core.document import WHOLE, Document, least_deposit
from bidding.core.record import open_session, replay
from bidding.proof import canon


def document(rule, **more):
    return Document.model_validate(
        {
            "auction": "a-1",
            "title": {"zh": "一号标的", "en": "Lot one"},
            "rule": rule.name,
            "version": rule.version,
            "terms": dict(rule.example),
            **more,
        }
    )


def told(**more):
    rule = next(rule for rule in rules() if rule.name == "english")
    made = document(rule, **more)
    return n.notice(made.canonical(), made.sha256)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_entry_0_holds_the_document_that_was_approved(rule):
    """Terms, rule name, version and source hash in one canonical object, and its hash."""
    made = document(rule, deposit=least_deposit(rule, rule.Config.model_validate(rule.example)))
    opened = open_session("test/log/a-1", made, 1_000_000, "staff:s", "approver:t")
    entry: Any = canon.decode(opened.body)
    held = entry["data"]
    assert held["document"] == made.canonical()
    assert held["document"]["rule"] == rule.name
    assert held["document"]["version"] == rule.version
    assert held["document"]["rule_sha256"] == source_sha256(rule)
    assert held["document"]["terms"] == rule.Config.model_validate(rule.example).model_dump(
        mode="json"
    )
    assert held["sha256"] == made.sha256
    assert hashlib.sha256(canon.encode(held["document"])).hexdigest() == made.sha256
    # The same notice before approval and from the log, as everybody reads it afterwards.
    state = replay("test/log/a-1", [opened.body])
    after = n.notice(state.document, state.document["sha256"])
    assert after == n.notice(made.canonical(), made.sha256)
    assert after.same_source


def test_the_hash_is_of_the_document_that_is_shown():
    shown = told()
    assert hashlib.sha256(canon.encode(dict(shown.document))).hexdigest() == shown.sha256


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_plain_text_has_all_a_reader_needs(lang):
    shown = told(deposit=5_000_000, deposit_deadline=1_772_413_200_000_000)
    text = n.text(shown, lang)
    assert text.startswith(shown.document["title"][lang] + "\n")
    for paragraph in shown.prose[lang]:
        assert f"\n{paragraph}\n" in text
    assert shown.sha256 in text
    assert shown.document["rule_sha256"] in text
    assert "english@1" in text
    assert ("50,000 元" if lang == "zh" else "50,000 CNY") in text
    assert "2026-03-02 09:00:00" in text


def test_no_deposit_and_no_deadline():
    assert "保证金：不收取\n" in n.text(told(), "zh")
    assert "Deposit: none\n" in n.text(told(), "en")
    assert "保证金到账截止" not in n.text(told(), "zh")


def test_remarks_are_not_for_the_notice():
    assert "发布前提示" not in n.text(told(), "zh")
    assert "Before publishing" not in n.text(told(), "en")


def test_another_source_of_the_same_version_is_said():
    other = {**told().document, "rule_sha256": "0" * 64}
    shown = n.notice(other, "1" * 64)
    assert not shown.same_source
    assert "另一份源程序" in n.text(shown, "zh")
    assert "another source" in n.text(shown, "en")
    assert "另一份源程序" not in n.text(told(), "zh")


def test_a_rule_that_is_not_here_has_no_words():
    with pytest.raises(UnknownRule):
        n.notice({**told().document, "version": "99"}, "0" * 64)


def test_a_judicial_sale_takes_deposits_until_the_end_and_no_deadline():
    rule = find("judicial")
    assert document(rule, deposit=7_000_000).deposit_deadline is None
    with pytest.raises(ValidationError) as refused:
        document(rule, deposit=7_000_000, deposit_deadline=1_772_416_800_000_000)
    (problem,) = refused.value.errors()
    assert problem["loc"] == ("deposit_deadline",)
    assert "竞价结束前均可交纳保证金" in problem["ctx"]["zh"]


@pytest.mark.parametrize("deposit", [3_500_000, 14_000_000])
def test_a_judicial_deposit_is_five_to_twenty_per_cent_of_the_start(deposit):
    """Art. 17, of a start price of 700,000."""
    assert document(find("judicial"), deposit=deposit).canonical()["deposit"] == deposit


@pytest.mark.parametrize("deposit", [0, 1, 3_499_999, 14_000_001])
def test_another_judicial_deposit_is_refused(deposit):
    """Who has not paid cannot take part (art. 17): no deposit at all is not a choice either."""
    with pytest.raises(ValidationError) as refused:
        document(find("judicial"), deposit=deposit).canonical()
    (problem,) = refused.value.errors()
    assert problem["loc"] == ("deposit",)
    assert "起拍价的 5% 至 20% 之间" in problem["ctx"]["zh"]
    assert refused.value.title == WHOLE
