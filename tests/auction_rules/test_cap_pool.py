"""The pool at the cap in both directions; the order of its refusals is that of DOMAIN §13."""

from typing import Any

import pytest

from auction_rules.extension import Countdown
from auction_rules.facts import LeadersChanged, OfferStood
from auction_rules.floor import Bid, Entrant, Floor, Standing
from auction_rules.rule import Accept, Refuse
from auction_rules.stages.cap_pool import CapPool, cap_pool
from auction_rules.steps import Ladder
from auction_rules.terms import Resume

TITLE = {"zh": "竞价", "en": "Bidding"}


def best(floor, sign):
    rows = sorted(floor.standing.offers.values(), key=lambda o: (-sign * o.amount, o.i))
    return LeadersChanged(tuple(o.bidder for o in rows), rows[0].amount)


def hall(sign=1, cap=130, **more):
    stage = CapPool(
        id="timed",
        kind="timed",
        title=TITLE,
        ladder=Ladder(100, 10, cap=cap, sign=sign),
        to_beat=lambda floor, _: next(
            (o.amount for o in floor.standing.offers.values() if o.amount != cap), None
        ),
        leading=lambda floor: best(floor, sign),
        quantity=lambda _floor, _bidder: None,
        resume_policy=Resume.REMAINING,
        length=60,
        countdown=Countdown(60),
        **more,
    )
    floor: Floor[Any] = Floor(None, Standing(), {b: Entrant(b) for b in "ABC"}, 1)
    return stage, floor.after(stage.open(floor, 0), 0)


@pytest.mark.parametrize(("sign", "cap", "worse", "beyond"), [(1, 130, 120, 131), (-1, 70, 80, 69)])
def test_only_the_cap_is_left_once_it_is_offered(sign, cap, worse, beyond):
    stage, floor = hall(sign, cap)
    assert cap_pool(floor, cap) == ()
    first = stage.judge(floor, "A", Bid(cap), 5)
    assert isinstance(first, Accept)
    floor = floor.after(first.facts, 5)
    assert cap_pool(floor, cap) == ("A",)
    assert cap_pool(floor, None) == ()
    for bidder, amount, said in (
        ("B", beyond, "ABOVE_CAP"),
        ("B", worse, "CAP_REACHED"),
        ("A", cap, "DUPLICATE_CAP_CONSENT"),
        ("A", worse, "CAP_REACHED"),
    ):
        judged = stage.judge(floor, bidder, Bid(amount), 6)
        assert isinstance(judged, Refuse)
        assert judged.reason == said
        assert judged.nearest == ((cap,) if bidder == "B" else ())
    second = stage.judge(floor, "C", Bid(cap), 20)
    assert isinstance(second, Accept)
    assert second.facts[0] == OfferStood("C", None, cap, None)
    assert floor.after(second.facts, 20).standing.closes == 80


def test_who_has_no_right_has_none_at_the_cap():
    stage, floor = hall()
    first = stage.judge(floor, "A", Bid(130), 5)
    assert isinstance(first, Accept)
    floor = floor.after(first.facts, 5)
    assert stage.judge(floor, "B", Bid(130, lot="L"), 6) == Refuse("NOT_YOUR_LOT")
    assert stage.actions(floor, "B", 6).minimum == 130
    blocked = stage.actions(floor, "A", 6).blocked
    assert blocked is not None
    assert blocked.reason == "DUPLICATE_CAP_CONSENT"
