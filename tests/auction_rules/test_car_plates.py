"""Car plates: S12, the averages on the way, and price before time."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.car_plates import PlateTerms
from auction_rules.facts import Awarded, Noted, Revealed, Unsold
from auction_rules.floor import Bid
from auction_rules.registry import find
from auction_rules.rule import Accept
from auction_rules.terms import SECOND, instant, show_instant
from tests.auction_rules.rejudged import BIDDERS, judge_again, session
from tests.auction_rules.table import Table
from tests.bidding.core.session import OPENS
from tests.shared import SHARED

DAY = "2026-03-25T{}+08:00"
TERMS: dict[str, Any] = {
    "unit": {"zh": "元", "en": "CNY", "scale": 0, "fen": 100},
    "units": 3,
    "opens": DAY.format("09:00:00"),
    "closes": DAY.format("15:00:00"),
    "start_price": 10_000,
    "step": 100,
    "broadcasts": [{"at": DAY.format("11:00:00")}, {"at": DAY.format("13:00:00")}],
}


def at(clock):
    return instant(DAY.format(clock))


def table(**terms):
    here = Table(find("car_plates"), TERMS | terms, "A B C D E F G H I J")
    here.bell()
    return here


def test_s12_is_the_example_of_the_shared_file():
    cases = json.loads((SHARED / "scenarios" / "worked-examples.json").read_bytes())
    (s12,) = (case for case in cases if case["id"] == "S12")
    here = table()
    told = []
    for row in s12["events"]:
        now = at(row["t"])
        while here.rule.due(here.floor) < now:
            told += here.bell()
        # Three quotes are allowed: one, and two amendments.
        said = here.bid(row["bidder"], row["price"], now)
        assert said == row["code"].replace("OK", "accepted")
    # 10000, 11000, 15000, 13000, 13000 and 10000; a tenth of six, rounded down, is none.
    assert told == [Revealed("average 1", 12_000), Revealed("average 2", 12_667)]
    facts = here.end()
    expect = s12["expect"]
    won = [(f.bidder, f.price) for f in facts if isinstance(f, Awarded)]
    assert won == [(w["bidder"], w["price"]) for w in expect["winners"]]
    assert min(price for _, price in won) == expect["lowest"] == here.standing.cutoff
    last = at(expect["last_winner_time"])
    assert Noted("last_winner_time", show_instant(last)) in facts
    assert here.rule.settlement(here.floor).total == expect["total"]
    assert list(here.rule.ranking(here.floor))[3:5] == expect["losers_by_time"]


def test_the_average_of_ten_as_published():
    here = table()
    for n, bidder in enumerate("ABCDEFGHIJ"):
        assert here.bid(bidder, 10_000 + 1_000 * n, at("09:00:01")) == "accepted"
    assert here.bell() == (Revealed("average 1", 14_500),)


def test_an_average_of_nothing_is_told_as_nothing():
    here = table()
    assert here.bell() == (Revealed("average 1", None),)
    assert here.rule.due(here.floor) == at("13:00:00")
    assert Unsold("NO_BID") in here.end()


def test_quotes_stay_hidden_and_bounds_do_not_move():
    here = table()
    before = here.rule.actions(here.floor, "B", at("09:00:01"))
    here.bid("A", 90_000, at("09:00:01"))
    here.bell()
    assert here.rule.disclosure(here.floor).sealed
    assert here.rule.actions(here.floor, "B", at("11:00:01")) == before
    assert here.bid("B", 10_000, at("11:00:01"), quantity=2) == "QTY_OVER_LIMIT"
    assert here.bid("B", 10_000, at("11:00:01"), lot="2") == "NO_SUCH_LOT"
    assert here.confirm("B", at("11:00:01")) == "OUTSIDE_WINDOW"


@pytest.mark.parametrize(
    "terms",
    [
        {"units": 0},
        {"closes": DAY.format("09:00:00")},
        {"start_price": 0},
        {"step": 0},
        {"broadcasts": [{"at": DAY.format("15:00:00")}]},
        {"broadcasts": [{"at": DAY.format("09:00:00")}]},
        {"broadcasts": list(reversed(TERMS["broadcasts"]))},
        {"start_price": 2**53 - 1},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        find("car_plates").Config.model_validate(TERMS | terms)


quotes = st.tuples(
    st.integers(0, 20),
    st.sampled_from(BIDDERS),
    st.sampled_from([9_900, 10_000, 10_050, 10_100, 10_200, 10_300]),
    st.none(),
    st.none(),
)


@settings(max_examples=100)
@given(st.integers(1, 5), st.integers(0, 2), st.lists(quotes, max_size=14))
def test_price_before_time_and_every_broadcast_once(units, amendments, plan):
    moments = [{"at": OPENS + n * 30 * SECOND} for n in (1, 2)]
    terms = {
        **TERMS,
        "units": units,
        "amendments": amendments,
        "opens": OPENS,
        "closes": OPENS + 90 * SECOND,
        "broadcasts": moments,
    }
    here = session("car_plates", terms, plan, "")
    judge_again(here)
    bells = [e for e in here.entries if e["type"] == "bell.accepted"]
    told = [e["t"] for e in bells if e["data"]["facts"][0]["fact"] == "revealed"]
    assert told == [m["at"] for m in moments]
    last: dict[str, tuple[int, int]] = {}
    made = dict.fromkeys(BIDDERS, 0)
    for entry in here.entries:
        if entry["type"] == "bid.accepted":
            bidder = entry["actor"].removeprefix("bidder:")
            last[bidder] = (-entry["data"]["ask"]["amount"], entry["i"])
            made[bidder] += 1
    assert max(made.values()) <= amendments + 1
    best = sorted(last, key=lambda bidder: last[bidder])[:units]
    assert [a.bidder for a in here.state.standing.awards] == best
    assert [a.price for a in here.state.standing.awards] == [-last[b][0] for b in best]


def test_an_accepted_quote_says_only_that_it_stands():
    here = table()
    judged = here.ask("A", Bid(10_000), at("09:00:01"))
    assert isinstance(judged, Accept)
    assert {fact.fact for fact in judged.facts} == {"offer_stood", "noted"}


LATE = {"last_average": 8_000, "late_cap_from": 500}


@pytest.mark.parametrize(
    ("quote", "now", "said"),
    [
        (30_000, 499, "accepted"),
        (16_100, 500, "ABOVE_CAP"),
        (16_000, 500, "accepted"),
        (16_000, 999, "accepted"),
        (9_900, 500, "BELOW_START"),
        (10_050, 500, "NOT_ON_GRID"),
    ],
)
def test_a_cap_that_begins_at_an_hour(quote, now, said):
    terms = {
        "units": 2,
        "opens": 10,
        "closes": 1_000,
        "start_price": 10_000,
        "step": 100,
    }
    here = Table(find("car_plates"), terms | LATE, "A B")
    here.bell()
    assert here.bid("A", quote, now) == said
    most = here.rule.actions(here.floor, "B", now).maximum
    assert (most == 16_000) == (now >= 500)


@pytest.mark.parametrize(
    "late",
    [
        {"last_average": None},
        {"late_cap_from": None},
        {"late_cap_from": 10},
        {"late_cap_from": 1_000},
        {"last_average": 4_999},
        {"last_average": 2**52, "late_cap_percent": 200},
    ],
)
def test_late_caps_that_cannot_be(late):
    terms = {"units": 2, "opens": 10, "closes": 1_000, "start_price": 10_000, "step": 100}
    with pytest.raises(ValidationError):
        find("car_plates").Config.model_validate(terms | LATE | late)


def test_half_a_unit_of_the_late_cap_is_rounded_up():
    terms = {"units": 1, "opens": 10, "closes": 1_000, "start_price": 100}
    late = {"last_average": 333, "late_cap_percent": 150, "late_cap_from": 500}
    assert PlateTerms.model_validate(terms | late).late_cap == 500
