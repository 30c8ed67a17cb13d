"""The rule keeps what every rule owes the house, and its plays end as they should."""

from pathlib import Path

import pytest
from my_rule import RULE
from pydantic import ValidationError

from auction_rules.conformance import PROPERTIES, check
from auction_rules.conformance.sources import inexact
from auction_rules.lint import lint
from auction_rules.prose import prose
from replay.play import play
from replay.scenario import read

PLAYS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("name", PROPERTIES)
def test_conforms(name):
    assert check(RULE, only=name) == []


def test_is_exact():
    assert inexact("my_rule") == []


@pytest.mark.parametrize("finalists", [2, 3, 100])
def test_conforms_with_more_finalists(finalists):
    assert check(RULE, {**RULE.example, "finalists": finalists}) == []


@pytest.mark.parametrize("path", PLAYS, ids=lambda path: path.stem)
def test_plays(path):
    runs = list(play(read(path)))
    assert runs
    assert [miss.line() for run in runs for miss in run.misses] == []


@pytest.mark.parametrize("terms", [{"finalists": 1}, {"step": "0"}, {"round_seconds": 0}])
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        RULE.Config.model_validate({**RULE.example, **terms})


def test_remarks():
    many = RULE.Config.model_validate({**RULE.example, "finalists": 11})
    assert [remark.code for remark in lint(RULE, many)] == ["MANY_FINALISTS"]
    assert lint(RULE, RULE.Config.model_validate(RULE.example)) == ()


def test_the_notice_says_who_goes_on():
    text = prose(RULE, RULE.Config.model_validate({**RULE.example, "finalists": 3}))
    assert "第一轮报价最高的 3 人进入第二轮" in text["zh"][7]
    assert "the 3 highest of the first round go on to the second" in text["en"][7]
    assert "of equal offers the one that reached the server first wins" in text["en"][5]
    assert "Bidders in the second round" not in "".join(text["en"])
