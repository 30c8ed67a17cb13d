"""Good rules pass every property; a rule with one fault fails by the property meant for it."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from auction_rules.conformance import PROPERTIES, check
from auction_rules.conformance.chance import Chance
from auction_rules.conformance.course import course
from auction_rules.conformance.hash_seeds import hash_order
from auction_rules.conformance.variations import MOST, variations
from auction_rules.draw_terms import DrawTerms
from auction_rules.english import English
from auction_rules.facts import Awarded, Drawn
from auction_rules.registry import BUILT_IN, find, rules
from auction_rules.rule import Accept, Rule
from tests.auction_rules.conformance.bad_rules import BAD, Shuffled, Untried
from tests.auction_rules.known import known

# SHA-256 of "daylight/1" and so on: the first eight bytes, big-endian, modulo a thousand.
CHOICES = [643, 990, 387, 161]

# Two more processes for each set of terms take their time: those of a rule share two.
AT_HOME = [name for name in PROPERTIES if name != "hash_order"]
EXAMPLES = [pytest.param(rule, terms, id=name) for name, rule, terms in known()]


# Plays of each variation: 22 rules have up to 32 of them, and the whole check is not to be slow.
NEAR = 3
# Of each set of terms, in either of two processes: a set's order shows in the first of them.
FEW = 8

PARTIES = [{"id": name, "zh": name, "en": name} for name in ("O1", "notary", "centre")]
WINDOWS = {"commit_seconds": 60, "reveal_seconds": 60}
SOURCES = {
    "all-reveal": {"source": "COMMIT_REVEAL", "parties": PARTIES, **WINDOWS},
    "two-reveal": {"source": "COMMIT_REVEAL", "parties": PARTIES, "needed": 2, **WINDOWS},
    "beacon": {"source": "BEACON", "beacon": "DRAND_QUICKNET", "beacon_after_seconds": 30},
    "balls": {"source": "BALLS"},
}
QUANTITY_CLOCK = {
    "unit": {"zh": "件", "en": "pieces", "scale": 0},
    "price": "500000",
    "wins": "MOST",
    "form": "CLOCK",
    "start_quantity": "100",
    "limit_quantity": "120",
    "step": "5",
    "tick_seconds": 30,
    "extension_seconds": 0,
}
# What makes lots be drawn where the example tells equal offers apart in another way.
BY_LOT: list[tuple[str, dict[str, Any]]] = [
    ("ascending_clock", {"rationing": "DRAW"}),
    ("sealed_bid", {"tie": "DRAW"}),
    ("simultaneous", {"tie": "DRAWN_ORDER"}),
    ("simultaneous", {"tie": "DRAWN_EACH_ROUND"}),
    ("quantity_bid", QUANTITY_CLOCK),
]
DRAWN: list[tuple[str, Rule, dict[str, Any]]] = [
    (name, rule, dict(terms))
    for name, rule, terms in (
        *known(),
        *((f"{n}-{m}", find(n), {**find(n).example, **more}) for m, (n, more) in enumerate(BY_LOT)),
    )
    if any(line.kind == "draw" for line in rule.programme(rule.Config.model_validate(terms)))
]


@pytest.mark.parametrize(("rule", "terms"), EXAMPLES)
def test_built_in(rule, terms):
    found = [failure for name in AT_HOME for failure in check(rule, terms, only=name)]
    assert [str(failure) for failure in found] == []


@pytest.mark.parametrize("rule", BUILT_IN, ids=lambda rule: rule.name)
def test_built_in_near_its_example(rule):
    """With every variation of its terms, as an author of a rule runs it, in fewer plays of each."""
    assert [str(failure) for failure in check(rule, many=NEAR)] == []


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("name", "rule", "terms"), DRAWN, ids=[name for name, *_ in DRAWN])
def test_built_in_with_chance_from_elsewhere(name, rule, terms, source):
    del name
    terms = {**terms, "draws": SOURCES[source]}
    found = [f for name in AT_HOME for f in check(rule, terms, only=name, many=10)]
    assert [str(failure) for failure in found] == []


def test_every_rule_that_draws_is_among_them():
    """All but the random end, which draws an instant and has a test of its own."""
    draw = {rule.name for rule in rules() if issubclass(rule.Config, DrawTerms)}
    assert {rule.name for _, rule, _ in DRAWN} == draw - {"open_closed"}
    assert len(draw) == 15


@pytest.mark.parametrize("source", SOURCES)
def test_their_plays_come_to_draws(source):
    drew = set()
    for _, rule, terms in DRAWN:
        given = {**terms, "draws": SOURCES[source]}
        plays = [course(rule, given, str(number)) for number in range(10)]
        answers = [step.answer for play in plays for step in play.steps]
        facts = [f for answer in answers if isinstance(answer, Accept) for f in answer.facts]
        drew |= {rule.name for fact in facts if isinstance(fact, Drawn)}
    assert len(drew) >= 9


@pytest.mark.parametrize("built_in", BUILT_IN, ids=lambda rule: rule.name)
def test_no_built_in_hangs_on_a_hash_seed(built_in):
    jobs = [(rule, terms, FEW) for _, rule, terms in known() if rule.name == built_in.name]
    assert hash_order(jobs) == [None] * len(jobs)
    assert jobs


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.__name__)
def test_only_the_property_asked_for_is_told(bad):
    (failure,) = check(bad(), only=BAD[bad])
    assert failure.property == BAD[bad]
    assert failure.wrong
    assert str(failure).startswith(BAD[bad])


def test_every_property_finds_some_fault():
    assert set(BAD.values()) == set(PROPERTIES)


def test_all_properties_are_asked_at_once():
    assert check(English()) == []
    assert {failure.property for failure in check(Shuffled())} == {"hash_order"}


def test_a_set_s_order_is_told_with_the_act_after_which_it_shows():
    (failure,) = check(Shuffled(), only="hash_order")
    told = re.search(
        r"Bid\(.*: the ranking is (\[.*\]) under one .* seed, (\[.*\]) under", failure.wrong
    )
    assert told
    one, other = json.loads(told[1]), json.loads(told[2])
    assert one != other
    assert sorted(one) == sorted(other)


def test_a_rule_that_no_other_process_can_name():
    class Local(English):
        pass

    (failure,) = check(Local(), only="hash_order")
    assert "cannot be played in another process" in failure.wrong


def test_a_rule_of_the_script_that_runs_is_told_in_a_sentence():
    (failure,) = check(type("Script", (English,), {"__module__": "__main__"})(), only="hash_order")
    assert "put it in a module and import it" in failure.wrong


def test_terms_near_the_example_are_played_unless_terms_are_given():
    (failure,) = check(Untried(), only="whole_numbers")
    assert failure.play.endswith("with min_bidders=2")
    assert check(Untried(), Untried.example, only="whole_numbers") == []


def test_variations_differ_from_the_example_in_one_valid_term():
    rule = find("english")
    terms = rule.Config.model_validate(rule.example)
    switched = dict(variations(rule, rule.example))
    assert len(switched) <= MOST
    assert {"min_bidders=2", "grid=MULTIPLE_OF_STEP", "reserve=1"} <= set(switched)
    for told, varied in switched.items():
        other = rule.Config.model_validate(varied)
        fields = [n for n in rule.Config.model_fields if getattr(other, n) != getattr(terms, n)]
        assert fields == [told.partition("=")[0].partition(".")[0]]


def test_another_process_that_fails_is_told():
    english = find("english")
    jobs: list[tuple[Rule, Mapping[str, Any], int]] = [(english, {}, 1)]
    (wrong,) = hash_order(jobs)
    assert wrong is not None
    assert wrong.startswith("in another process: ")


def test_a_property_of_another_name_is_an_error():
    with pytest.raises(KeyError):
        check(English(), only="beauty")


def test_terms_that_are_not_valid():
    (failure,) = check(English(), {**English.example, "step": "0"})
    assert failure.property == "config"


def test_a_failure_tells_its_story():
    (failure,) = check(next(b for b in BAD if b.__name__ == "Thief")(), only="winner")
    assert any("bidder" in line and "Bid(" in line for line in failure.story)
    assert "bell" in failure.story[-1]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_plays_are_worth_playing(rule):
    """The properties would hold of plays in which nothing happens."""
    plays = [course(rule, rule.example, str(n)) for n in range(16)]
    asked = [s for p in plays for s in p.steps if s.act.role == "bidder"]
    assert len(asked) > 40
    assert sum(isinstance(s.answer, Accept) for s in asked) >= 10
    assert sum(isinstance(s.answer, Accept) for s in asked) < len(asked)
    facts = [
        f for p in plays for s in p.steps if isinstance(s.answer, Accept) for f in s.answer.facts
    ]
    assert any(isinstance(fact, Awarded) for fact in facts)


def test_chance_is_the_same_everywhere():
    chance = Chance("daylight")
    assert [chance.below(1000) for _ in range(4)] == CHOICES
