"""Japanese: what the terms may be; who is out stays out, and the price is a level he knew."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.japanese import RULE
from auction_rules.lint import lint
from tests.auction_rules.clocks import answers, plans, played, ticks

TERMS = {"opens": 0, "start_price": 600, "last_price": 1_000, "step": 100}
ALONE = {"min_bidders": 1, "one_suffices_told": True}


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"last_price": 599}, "last_price"),
        ({"direction": "REVERSE"}, "last_price"),
        ({"tie": "SEALED_ROUND"}, "tie_seconds"),
        ({"tie": "EARLIER", "tie_seconds": 5}, "tie_seconds"),
        ({"min_bidders": 0, "one_suffices_told": True}, "min_bidders"),
        ({"min_bidders": 1}, "min_bidders"),
        ({"one_suffices_told": True}, "min_bidders"),
    ],
)
def test_terms_that_do_not_go_together(terms, code):
    with pytest.raises(ValidationError) as said:
        RULE.Config.model_validate({**TERMS, **terms})
    assert said.value.errors()[0]["type"] == code


@pytest.mark.parametrize(("terms", "told"), [({}, False), (ALONE, True)])
def test_a_clock_that_one_bidder_may_win_is_remarked_upon(terms, told):
    remarks = lint(RULE, RULE.Config.model_validate({**TERMS, **terms}))
    assert ("ONE_SUFFICES" in {remark.code for remark in remarks}) == told


LADDERS = st.one_of(
    st.builds(lambda step: {"step": step}, st.integers(5, 20)),
    st.just({"step_kind": "PERCENT_OF_LATEST", "step_basis_points": 4_000}),
)


@st.composite
def japanese_terms(draw):
    """Any terms of a Japanese auction that go together, with few levels."""
    forward = draw(st.booleans())
    ends = sorted(draw(st.lists(st.integers(0, 40), min_size=2, max_size=2)))
    terms = {
        "direction": "FORWARD" if forward else "REVERSE",
        "start_price": ends[not forward],
        "last_price": ends[forward],
        **draw(LADDERS),
        "tick_seconds": 10,
        "pays": draw(st.sampled_from(["LAST_ACCEPTED", "RIVAL_LEFT"])),
        "rivals": draw(st.sampled_from(["NAMED", "COUNTED", "HIDDEN"])),
        "last_one": draw(st.sampled_from(["STOPS", "CONTINUES"])),
        "tie": draw(st.sampled_from(["DRAW", "EARLIER", "SEALED_ROUND", "SHARED"])),
        "min_bidders": draw(st.integers(1, 3)),
    }
    terms["one_suffices_told"] = terms["min_bidders"] == 1
    if terms["tie"] == "SEALED_ROUND":
        terms["tie_seconds"] = 10
    return terms


@given(japanese_terms(), plans, st.sampled_from(["5eed", "00ff"]))
def test_levels_exits_and_the_price(terms, plan, seed):
    here = played("japanese", terms, plan, seed)
    config, awards = here.state.terms, here.state.standing.awards
    levels = [fact["price"] for _, fact in ticks(here)]
    assert levels[0] == config.start_price
    sign = config.direction.better
    assert all(sign * (b - a) > 0 for a, b in pairwise(levels))
    stayed: dict[str, list[int]] = {}
    for _, bidder, offer in answers(here):
        stayed.setdefault(bidder, []).append(offer["amount"])
    # Whoever is in at a level was in at every level before it.
    assert all(own == levels[: len(own)] for own in stayed.values())
    if len(stayed) < config.min_bidders:
        assert here.state.standing.unsold == ("BELOW_MIN_BIDDERS" if stayed else "NO_BID")
        return
    farthest = max(len(own) for own in stayed.values())
    level = [bidder for bidder, own in stayed.items() if len(own) == farthest]
    if config.last_one == "STOPS":
        # With one bidder staying, no further level opens.
        alone = min(n for n in range(len(levels) + 1) if _staying(stayed, n) < 2)
        assert len(levels) <= max(1, alone)
    if config.tie == "SHARED" and len(level) > 1:
        price = levels[farthest - 1]
        assert sorted(a.bidder for a in awards) == sorted(level)
        assert sum(a.total for a in awards) == price
        assert {a.price for a in awards} == {price}
        assert max(a.total for a in awards) - min(a.total for a in awards) <= 1
        return
    (award,) = awards
    assert award.bidder in level
    assert award.total == award.price
    if len(level) == 1 and config.pays == "LAST_ACCEPTED":
        assert award.price == stayed[award.bidder][-1]
    elif len(level) == 1:
        rivals = [own[-1] for bidder, own in stayed.items() if bidder != award.bidder]
        assert award.price == max(rivals, key=lambda a: sign * a, default=config.start_price)
    elif config.tie == "SEALED_ROUND":
        assert sign * (award.price - levels[farthest - 1]) >= 0
    else:
        assert award.price == levels[farthest - 1]


def _staying(stayed, number):
    """How many accepted this many levels; before the first, whoever may come."""
    return sum(len(own) >= number for own in stayed.values()) if number else 2


def test_hidden_rivals_are_named_by_no_fact_before_the_end():
    terms = {"start_price": 600, "last_price": 1_000, "step": 100, "tick_seconds": 10}
    plan = [(0, who, "stay", 0) for who in "AB"] + [(10, "A", "stay", 0), (0, "B", "stay", 0)]
    for rivals, times in (("NAMED", 3), ("COUNTED", 1), ("HIDDEN", 1)):
        here = played("japanese", {**terms, "rivals": rivals}, plan, "5eed")
        named = [
            f for e in here.entries for f in e["data"].get("facts", ()) if f["fact"] == "entitled"
        ]
        assert len(named) == times
        facts = [f for e in here.entries for f in e["data"].get("facts", ())]
        counted = [f["value"] for f in facts if f["fact"] == "noted" and f["key"] == "staying"]
        assert counted == ([2, 2] if rivals == "COUNTED" else [])


@pytest.mark.parametrize(
    "more",
    [
        {"tie": "SHARED", "rivals": "COUNTED"},
        {"last_one": "CONTINUES", "pays": "RIVAL_LEFT"},
        {"step": "0", "step_kind": "PERCENT_OF_LATEST", "step_basis_points": 500},
    ],
)
def test_conformance(more):
    assert check(RULE, {**RULE.example, **more}) == []
