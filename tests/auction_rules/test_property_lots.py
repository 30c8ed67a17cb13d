"""Property rights: holders of one rank, told apart by lots in the hall or after the bidding."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction_rules.commit import commitment
from auction_rules.conformance import check
from auction_rules.draw import drawn_order
from auction_rules.floor import Bid, Confirm, Draw, OpenReserve, SealReserve
from auction_rules.property_rights import RULE
from auction_rules.registry import find
from auction_rules.rule import Accept
from auction_rules.stages.first_refusal import level
from auction_rules.terms import SECOND
from bidding.core.commands import Admit, Ask
from bidding.core.document import Document
from tests.auction_rules.courses import accepted, rejudged
from tests.auction_rules.prior import Prior
from tests.auction_rules.test_property_terms import AFTER, LOTS, ONE_PHASE, SEALED, TERMS
from tests.bidding.core.session import OPENS, UNIT, Session, opened

PLACES = {"A": 0, "B": 0, "H": 1, "I": 1, "J": 1, "K": 2, "L": 2}
ONCE = AFTER | {"raise_seconds": 20, "exercise": "ONCE"}
AGAIN = ONCE | {"exercise": "AGAIN"}
KINDS = [LOTS, AFTER, ONCE, AGAIN, ONE_PHASE | LOTS, SEALED | LOTS, SEALED | AGAIN]
WHAT = "first-refusal"


def table(**more):
    here = Prior(find("property_rights"), TERMS | more, PLACES)
    here.bell()
    return here


def draw(here, seed="ab"):
    """The draw that is due, and the bell after it."""
    assert here.standing.stage == "draw"
    now = here.floor.standing.opens
    judged = RULE.office(here.floor, "li", Draw(seed), now)
    assert isinstance(judged, Accept)
    here.happen(judged.facts, now)
    here.happen(RULE.lapse(here.floor, now), now)
    return here.standing.order


def in_the_hall(names="HIJ"):
    """The table once A has offered 100, these have named it too, and the time is up."""
    here = table(**LOTS)
    here.bid("A", 100, OPENS)
    for name in names:
        assert here.bid(name, 100, OPENS) == "accepted"
    here.bell()
    here.bell()
    return here


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_kind_of_terms_keeps_what_rules_owe_the_house(kind):
    assert [str(failure) for failure in check(RULE, TERMS | kind)] == []


@pytest.mark.parametrize(
    ("leads", "asks", "answer", "leaders"),
    [
        ("A", "H", "accepted", "H"),
        ("AH", "I", "accepted", "HI"),
        ("AHI", "J", "accepted", "HIJ"),
        ("AHI", "H", "ALREADY_LEADING", "HI"),
        ("AHI", "I", "ALREADY_LEADING", "HI"),
        ("AHI", "K", "EQUAL_PRICE_NO_PRIORITY", "HI"),
        ("AHI", "A", "EQUAL_PRICE_NO_PRIORITY", "HI"),
        ("AKL", "H", "accepted", "H"),
        ("AK", "L", "accepted", "KL"),
        ("A", "B", "EQUAL_PRICE_NO_PRIORITY", "A"),
        ("A", "A", "ALREADY_LEADING", "A"),
    ],
)
def test_who_may_name_the_price_that_stands(leads, asks, answer, leaders):
    here = table(**LOTS)
    for name in leads:
        assert here.bid(name, 100, OPENS) == "accepted"
    shown = RULE.actions(here.floor, asks, OPENS)
    assert shown.minimum == (100 if answer == "accepted" else 110)
    assert here.bid(asks, 100, OPENS) == answer
    assert here.standing.leaders == tuple(leaders)
    assert here.bid(asks, 110, OPENS) == "accepted"
    assert here.standing.leaders == (asks,)


def test_the_pool_is_those_who_named_the_price_and_is_fixed_first():
    here = in_the_hall("HJ")
    assert (here.standing.stage, here.standing.pool) == ("draw", ("H", "J"))
    assert here.bid("I", 100, here.standing.opens) == "OUTSIDE_WINDOW"
    assert RULE.least(here.floor) is None
    order = draw(here)
    assert order == drawn_order(("H", "J"), "ab", WHAT)
    assert here.standing.stage == "confirm"


@pytest.mark.parametrize("silent", [0, 1, 2])
def test_each_takes_the_place_of_the_one_before(silent):
    here = in_the_hall()
    order = draw(here)
    for name in order[:silent]:
        assert here.confirm(name, here.standing.opens, answer=False) == "accepted"
        now = here.standing.opens
        here.happen(RULE.lapse(here.floor, now), now)
    now = here.standing.opens
    for name in order:
        if name != order[silent]:
            assert here.confirm(name, now) == "NO_RIGHT_IN_PHASE"
    assert here.confirm(order[silent], now) == "accepted"
    here.happen(RULE.lapse(here.floor, now), now)
    (award,) = here.standing.awards
    assert (award.bidder, award.price) == (order[silent], 100)
    assert RULE.ranking(here.floor)[0] == order[silent]


def test_when_all_are_in_default_nothing_is_sold():
    here = in_the_hall()
    draw(here)
    for _ in range(3):
        assert here.standing.unsold is None
        here.bell()
    assert (here.standing.unsold, here.standing.awards) == ("ALL_DEFAULTED", ())
    assert RULE.settlement(here.floor).total == 0


def test_an_excluded_holder_keeps_his_lot_and_is_passed_over():
    here = in_the_hall()
    first = drawn_order("HIJ", "ab", WHAT)[0]
    entrants = {**here.floor.entrants, first: replace(here.floor.entrants[first], excluded=True)}
    here.floor = replace(here.floor, entrants=entrants)
    order = draw(here)
    assert order[0] == first
    now = here.standing.opens
    assert here.confirm(order[0], now) == "NO_RIGHT_IN_PHASE"
    assert here.confirm(order[1], now) == "accepted"


@pytest.mark.parametrize(
    ("leader", "pool"), [("A", "HIJKL"), ("K", "HIJ"), ("L", "HIJ"), ("H", "")]
)
def test_who_draws_before_being_asked_after_the_bidding(leader, pool):
    here = table(**AFTER)
    here.bid(leader, 100, OPENS)
    assert level(here.floor) == tuple(pool)
    here.bell()
    here.bell()
    assert here.standing.stage == ("draw" if pool else None)
    if not pool:
        return
    order = draw(here)
    # Lots never put a lesser right before a better one.
    assert here.standing.entitled == tuple(sorted(order, key=lambda b: PLACES[b]))


def test_one_holder_of_each_rank_draws_nothing():
    here = Prior(find("property_rights"), TERMS | AFTER, {"A": 0, "H": 1, "K": 2})
    here.bell()
    here.bid("A", 100, OPENS)
    here.bell()
    here.bell()
    assert (here.standing.stage, here.standing.entitled) == ("claim", ("H", "K"))


@pytest.mark.parametrize(("kind", "asked"), [(AGAIN, 2), (ONCE, 3)])
def test_the_order_of_the_lots_holds_after_a_raise(kind, asked):
    here = table(**kind)
    here.bid("A", 100, OPENS)
    here.bell()
    here.bell()
    order = sorted(draw(here), key=lambda b: PLACES[b])
    now = here.standing.opens
    for name in order[:2]:
        here.confirm(name, now, answer=False)
        here.happen(RULE.lapse(here.floor, now), now)
    assert here.confirm(order[2], now) == "accepted"
    here.happen(RULE.lapse(here.floor, now), now)
    assert here.bid("A", 110, now) == "accepted"
    here.happen(RULE.lapse(here.floor, now), now)
    # Who let the price go has waived; who took it is asked again, or not, as the terms say.
    assert here.standing.stage == "claim"
    assert here.standing.entitled == tuple(order[asked:])


def test_the_last_holder_who_took_it_once_is_not_asked_again():
    here = Prior(find("property_rights"), TERMS | ONCE, {"A": 0, "H": 1})
    here.bell()
    here.bid("A", 100, OPENS)
    here.bell()
    here.bell()
    now = here.standing.opens
    here.confirm("H", now)
    here.happen(RULE.lapse(here.floor, now), now)
    here.bid("A", 110, now)
    here.happen(RULE.lapse(here.floor, now), now)
    (award,) = here.standing.awards
    assert (award.bidder, award.price) == ("A", 110)


acts = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, SECOND, None]),
        st.tuples(st.sampled_from("AHIK"), st.sampled_from(["equal", "equal", "least", "low"])),
    ),
    max_size=6,
)
plans = st.tuples(
    st.lists(st.sampled_from(["li", "wang"]), max_size=2),
    st.sampled_from(["A", "AH", "AHI", "AHI", "AHIK", "AK", ""]),
    acts,
    st.lists(st.sampled_from(["yes", "yes", "no", None]), max_size=8),
)
"""Who seals a reserve, who names the first price, what is asked then, and what those asked say."""


def asked(session: Session, who: str, what: str) -> None:
    floor = session.state.floor()
    top = floor.standing.top
    least = RULE.actions(floor, who, session.now).minimum or 100
    reserve = 105 if who == "li" else 110
    if what in ("seal", "open", "draw"):
        officers: dict[str, Ask] = {
            "seal": SealReserve(commitment(reserve, "0a")),
            "open": OpenReserve(reserve, "0a"),
            "draw": Draw("ab"),
        }
        session.ask(f"staff:{who}", officers[what])
    elif what in ("yes", "no"):
        session.ask(f"bidder:{who}", Confirm(what == "yes"))
    else:
        amount = {"equal": top.amount if top else least, "least": least, "low": least - 1}[what]
        session.ask(f"bidder:{who}", Bid(amount))


def session_of(kind, plan) -> Session:
    """Any course, then every duty of the officers, until it is closed."""
    terms = TERMS | kind | {"opens": OPENS, "closes": OPENS + 4 * SECOND, "unit": UNIT}
    document = Document(
        auction="sample",
        title={"zh": "样例", "en": "Sample"},  # type: ignore[arg-type]
        rule="property_rights",
        version="1",
        terms=terms,
    )
    session = opened(document)
    for bidder in "AHIK":
        session.ask("staff:li", Admit(bidder, None, PLACES[bidder]))
    session.until(OPENS)
    sealers, openers, course, answers = plan
    for officer in sealers:
        asked(session, officer, "seal")
    for bidder in openers:
        asked(session, bidder, "equal")
    for wait, (who, what) in course:
        session.until(max(session.due() or 0, session.now) if wait is None else session.now + wait)
        asked(session, who, what)
    left = list(answers)
    for _ in range(60):
        if session.state.status == "closed":
            return session
        at = session.due()
        if at is None:
            for who, what in (("li", "open"), ("wang", "open"), ("li", "draw")):
                asked(session, who, what)
            continue
        if at > session.now and session.state.standing.stage in ("claim", "confirm", "raise"):
            answered(session, left.pop(0) if left else None)
        session.until(session.due() or session.now)
    raise AssertionError("sixty bells, and still open")


def answered(session: Session, what: str | None) -> None:
    """What the one who is asked says, if anything; a yes in the raise is the least raise."""
    raising = session.state.standing.stage == "raise"
    for bidder in "AHIK" if what else "":
        if RULE.actions(session.state.floor(), bidder, session.now).blocked is None:
            asked(session, bidder, "least" if raising and what == "yes" else str(what))
            return


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(KINDS), plans)
def test_any_course_judges_itself_again_and_no_lesser_right_wins(kind, plan):
    session = session_of(kind, plan)
    rejudged(session)
    standing, offers = session.state.standing, accepted(session)
    assert bool(standing.awards) != (standing.unsold is not None)
    best = max((amount for _, amount, _, _ in offers), default=None)
    reserves = standing.reserve_amounts.values()
    named = {bidder for bidder, amount, _, _ in offers if amount == best}
    if standing.unsold == "ALL_DEFAULTED":
        assert standing.order
        assert {b for b in named if PLACES[b]} >= set(standing.order)
    if not standing.awards:
        assert standing.unsold in ("NO_BID", "RESERVE_NOT_MET", "ALL_DEFAULTED")
        return
    (award,) = standing.awards
    # Nobody pays more than the best offer, and never less than the average of the reserves.
    assert award.price == best
    if reserves:
        assert 2 * sum(reserves) < len(reserves) * (2 * award.price + 1)
    if kind.get("first_refusal") == "IN_HALL_EQUAL":
        assert award.bidder in named
        worth = [PLACES[b] or 9 for b in named]
        assert (PLACES[award.bidder] or 9) == min(worth)
