"""What a rule says a bidder may do beside one plain bid: slots, taking back, points, what is pending.

Whatever is shown must be what `judge` accepts: a button that is refused is a false promise.
"""

import pytest

from auction_rules.floor import Bid, Confirm, Leave, Stay
from auction_rules.terms import SECOND
from tests.auction_rules.courses import began, rung
from tests.bidding.core.session import OPENS, outcome

LOTS = [
    {"id": "L1", "start_price": 1000, "step": 100, "points": 2},
    {"id": "L2", "start_price": 500, "step": 50, "points": 1},
]
ROUNDS = {"items": LOTS, "round_seconds": 60, "eligibility_points": 2, "waivers": 1}
LINES = {"supply": 100, "closes": OPENS + SECOND, "start_price": 20, "lines": 2, "amendments": 0}
PRODUCTS = [
    {"id": "P", "supply": 10, "start_price": 100, "step": 10},
    {"id": "Q", "supply": 10, "start_price": 200, "step": 10},
]
TURNS = {
    "opens": OPENS,
    "closes": OPENS + SECOND,
    "ceiling": 1000,
    "step": 10,
    "turn_seconds": 20,
    "lead_seconds": 10,
}
TONNES = {"unit": {"zh": "元/吨", "en": "CNY/t", "scale": 0, "fen": 100}}


def may(session, bidder="01"):
    return session.rule.actions(session.state.floor(), bidder, session.now)


def said(session, ask, bidder="01"):
    return outcome(session.ask(f"bidder:{bidder}", ask))


def test_each_lot_says_what_it_asks_for_and_what_is_pending():
    session = began("simultaneous", ROUNDS)
    shown = may(session)
    assert [(line.slot, line.minimum, line.step, line.pending) for line in shown.lines] == [
        ("L1", 1000, 100, None),
        ("L2", 500, 50, None),
    ]
    assert (shown.points, shown.waivers, shown.also) == ((2, 0), 1, ("waive", "leave"))
    assert said(session, Bid(1000, slot="L1")) == "accepted"
    shown = may(session)
    assert (shown.lines[0].pending, shown.points) == (1000, (2, 2))
    # No points are left for the other lot, and who has offered does not sit the round out.
    blocked = shown.lines[1].blocked
    assert blocked is not None
    assert blocked.reason == said(session, Bid(500, slot="L2")) == "QTY_OVER_LIMIT"
    assert shown.also == ("leave",)
    assert said(session, Stay(session.state.standing.round)) == "ALREADY_ANSWERED"
    rung(session)
    held = may(session).lines[0]
    assert held.blocked is not None
    assert (held.blocked.reason, held.pending, held.withdraw) == ("ALREADY_LEADING", None, False)


def test_a_high_offer_can_be_withdrawn_as_often_as_the_terms_say():
    terms = {"withdrawals": 1, "withdrawal_basis_points": 300, "activity_basis_points": 1}
    session = began("simultaneous", {**ROUNDS, **terms})
    assert said(session, Bid(1000, slot="L1")) == "accepted"
    rung(session)
    assert [line.withdraw for line in may(session).lines] == [True, False]
    assert said(session, Bid(0, slot="L1")) == "accepted"
    assert [line.withdraw for line in may(session).lines] == [False, False]


def test_who_waived_has_nothing_more_to_say_in_the_round():
    session = began("simultaneous", ROUNDS)
    assert said(session, Stay(1)) == "accepted"
    shown = may(session)
    assert shown.blocked is not None
    assert (shown.blocked.reason, shown.also) == ("ALREADY_ANSWERED", ())
    assert all(line.blocked is not None for line in shown.lines)


def test_every_line_of_a_demand_has_its_own_bounds():
    session = began("volume", {**TONNES, **LINES, "min_quantity": 5, "bidder_limit": 60})
    assert [(x.slot, x.quantity_minimum, x.quantity_maximum) for x in may(session).lines] == [
        ("1", 5, 60),
        ("2", 5, 60),
    ]
    assert said(session, Bid(30, quantity=40, slot="1")) == "accepted"
    first, second = may(session).lines
    assert first.blocked is not None
    assert first.blocked.reason == said(session, Bid(31, quantity=40, slot="1"))
    assert (second.minimum, second.quantity_maximum) == (20, 20)
    assert said(session, Bid(20, quantity=20, slot="2")) == "accepted"


def test_each_product_of_a_clock_has_its_price_and_its_points():
    session = began("ascending_clock", {"products": PRODUCTS, "eligibility": 12})
    shown = may(session)
    assert [(x.slot, x.ask, x.price, x.quantity_maximum) for x in shown.lines] == [
        ("P", "stay", 100, 10),
        ("Q", "stay", 200, 10),
    ]
    assert shown.points == (12, 0)
    assert said(session, Stay(1, 9, "P")) == "accepted"
    shown = may(session)
    assert [(x.pending, x.quantity_maximum) for x in shown.lines] == [(9, 10), (None, 3)]
    assert shown.points == (12, 9)


@pytest.mark.parametrize("bound", [False, True])
def test_an_offer_can_be_taken_back_where_the_terms_say(bound):
    terms = {"closes": OPENS + SECOND, "start_price": 100, "may_withdraw": not bound}
    session = began("sealed_bid", terms)
    assert may(session).also == ()
    assert said(session, Confirm(answer=False)) == "OUTSIDE_WINDOW"
    assert said(session, Bid(100)) == "accepted"
    assert may(session).also == (() if bound else ("take_back",))
    assert said(session, Confirm(answer=False)) == ("OUTSIDE_WINDOW" if bound else "accepted")
    assert may(session).also == ()


@pytest.mark.parametrize(("amendments", "left"), [(0, [1]), (2, [3, 2, 1])])
def test_how_many_offers_are_left(amendments, left):
    terms = {"closes": OPENS + SECOND, "start_price": 100, "amendments": amendments}
    session = began("sealed_bid", terms)
    for number, expected in enumerate(left):
        assert may(session).left == expected
        assert said(session, Bid(100 + number)) == "accepted"
    blocked = may(session).blocked
    assert blocked is not None
    assert blocked.reason == said(session, Bid(200))


def test_the_offer_of_a_turn_is_pending_and_can_be_taken_back():
    session = began("turn_rounds", TURNS)
    for bidder in ("01", "02"):
        assert said(session, Bid(900), bidder) == "accepted"
    session.until(OPENS + 11 * SECOND)
    # The later of two equal offers speaks first.
    assert (may(session, "02").pending, may(session, "02").also) == (None, ())
    assert said(session, Bid(800), "02") == "accepted"
    assert (may(session, "02").pending, may(session, "02").also) == (800, ("take_back",))
    assert said(session, Confirm(answer=False), "02") == "accepted"
    assert may(session, "02").pending is None


def test_a_clock_can_be_left_where_silence_is_not_the_only_no():
    japanese = began("japanese", {"start_price": 100, "last_price": 200, "step": 10})
    assert may(japanese).also == ("leave",)
    assert said(japanese, Leave(1)) == "accepted"
    dutch = began("dutch", {"start_price": 200, "last_price": 100, "step": 10})
    assert may(dutch).also == ()
    assert said(dutch, Leave(1)) == "OUTSIDE_WINDOW"
