"""What holds for every session, under any terms, whatever is asked and whenever.

1. The log judges itself again: same decisions, same bytes, same state.
2. A deadline never moves back.
3. Nothing is accepted from a bidder at or after the deadline, or while nothing runs.
4. A retry is known for what it is (`plans._retry` asserts it where it happens).
5. The outcome is worth its offers: quota, totals, steps.
6. A refusal changes the index and the time, and nothing else.
7. When nobody asks anything more, the session ends after a few bells.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction_rules.facts import Awarded
from auction_rules.far_grants import quota
from auction_rules.far_terms import QuotaKind
from auction_rules.money import divide_half_up, divide_up
from auction_rules.values import changed
from bidding.core.commands import Resume
from bidding.core.record import bind, command_of, record, replay
from bidding.core.state import State, evolve
from bidding.proof import canon
from tests.bidding.core.plans import DOCUMENTS, begin, plans, play
from tests.bidding.core.session import ORIGIN, Session, finished

RULES = sorted(DOCUMENTS)
# A session has many branches: twice what other properties get, where that is little.
many = settings(max_examples=max(120, settings().max_examples))
Step = tuple[State, dict[str, Any], State]


def steps(session: Session) -> Iterator[Step]:
    """Each entry with the state before and after it."""
    return zip(session.states, session.entries[1:], session.states[1:], strict=False)


def generated(rule: str, data: st.DataObject) -> Session:
    return play(begin(data.draw(DOCUMENTS[rule])), data.draw(plans))


def ended(session: Session) -> Session:
    """The same session once nobody asks anything more."""
    if session.state.status == "suspended":
        session.ask("staff:li", Resume("恢复供电"))
    return finished(session)


@pytest.mark.parametrize("rule", RULES)
@many
@given(data=st.data())
def test_the_log_judges_itself_again(rule, data):
    session = generated(rule, data)
    first = canon.decode(session.bodies[0])
    assert isinstance(first, dict)
    state = bind(evolve(State(ORIGIN), first), session.rule)
    for body, entry in zip(session.bodies[1:], session.entries[1:], strict=True):
        read: Any = canon.decode(body)
        assert read == entry
        assert canon.encode(entry) == body
        again = record(state, command_of(read), read["t"], session.rule, first=read.get("by"))
        assert again.body == body
        state = again.state
    assert state == session.state
    assert replay(ORIGIN, session.bodies) == session.state
    assert state.digest == session.state.digest


@pytest.mark.parametrize("rule", RULES)
@many
@given(data=st.data())
def test_deadlines_windows_and_refusals(rule, data):
    session = generated(rule, data)
    for before, entry, after in steps(session):
        old, new = before.standing, after.standing
        if old.closes is not None and new.closes is not None:
            assert new.closes >= old.closes
        assert after.t >= before.t
        if entry["type"].endswith(".refused"):
            assert after == changed(before, index=before.index + 1, t=entry["t"])
        elif entry["actor"].startswith("bidder:"):
            assert before.status == "running"
            assert old.closes is None or old.opens <= entry["t"] < old.closes
            person = before.people[entry["actor"].removeprefix("bidder:")]
            assert person.deposit_ok
            assert not person.excluded
        if before.status in ("closed", "terminated", "voided"):
            assert entry["type"] == "void.accepted" or entry["type"].endswith(".refused")


@pytest.mark.parametrize("rule", RULES)
@many
@given(data=st.data())
def test_left_alone_it_ends_and_says_how(rule, data):
    session = ended(generated(rule, data))
    status, standing = session.state.status, session.state.standing
    assert status in ("closed", "terminated", "voided")
    assert session.due() is None
    if status == "closed":
        assert bool(standing.awards) != (standing.unsold is not None)
    else:
        assert standing.closed == (status == "voided")


@many
@given(DOCUMENTS["english"], plans)
def test_ascending_offers_rise_by_at_least_the_step_and_the_last_one_wins(doc, plan):
    session = ended(play(begin(doc), plan))
    terms = session.state.terms
    last = None
    for _, entry, _ in steps(session):
        if entry["type"] != "bid.accepted":
            continue
        bid = entry["data"]["ask"]["amount"]
        if last is None:
            assert bid >= terms.start_price
        else:
            percent = divide_up(last * terms.step_basis_points, 10_000)
            assert bid - last >= max(terms.step, percent)
        if terms.grid == "MULTIPLE_OF_STEP":
            assert (bid - terms.start_price) % terms.step == 0
        last = bid
    standing = session.state.standing
    assert (standing.top.amount if standing.top else None) == last
    for award in standing.awards:
        assert last is not None
        assert last >= (terms.reserve or 0)
        assert len(standing.offers) >= terms.min_bidders
        assert award == Awarded(standing.leaders[0], None, last, None, last)


@many
@given(DOCUMENTS["far_adjustment"], plans)
def test_what_is_granted_fits_the_quota_and_is_what_stood(doc, plan):
    session = ended(play(begin(doc), plan))
    terms, standing = session.state.terms, session.state.standing
    offers, awards = standing.offers, standing.awards
    ranked = session.rule.ranking(session.state.floor())
    assert [b for b in ranked if b in standing.leaders] == list(standing.leaders)
    granted = [award.quantity or 0 for award in awards]
    by_area = terms.quota_kind is QuotaKind.AREA
    assert (sum(granted) if by_area else len(awards)) <= quota(terms)
    assert len({award.bidder for award in awards}) == len(awards)
    lowest = min((offers[award.bidder].amount for award in awards), default=0)
    for award in awards:
        stood = offers[award.bidder]
        assert award.lot == stood.lot
        assert 0 < (award.quantity or 0) <= (stood.quantity or 0)
        assert award.price == (lowest if terms.pricing == "UNIFORM" else stood.amount)
        whole = award.price * (terms.unit.fen or 1) * (award.quantity or 0)
        per_area = divide_half_up(whole, 10**terms.quantity_unit.scale)
        assert award.total == (award.price if terms.basis == "TOTAL" else per_area)
        assert terms.cap_price is None or stood.amount <= terms.cap_price
    settled = session.rule.settlement(session.state.floor())
    if session.state.status == "closed":
        assert settled.total == sum(award.total for award in awards)
    if awards:
        assert tuple(award.bidder for award in awards) == standing.leaders
        assert len(offers) >= terms.min_bidders


@many
@given(DOCUMENTS["far_adjustment"], plans)
def test_each_bidder_only_ever_raises_his_own_price(doc, plan):
    session = play(begin(doc), plan)
    terms = session.state.terms
    own: dict[str, int] = {}
    for _, entry, after in steps(session):
        if entry["type"] != "bid.accepted":
            continue
        bidder, bid = entry["actor"].removeprefix("bidder:"), entry["data"]["ask"]["amount"]
        assert bid >= own.get(bidder, terms.start_price - terms.step) + terms.step
        own[bidder] = bid
        assert after.standing.offers[bidder].amount == bid
    assert {b: o.amount for b, o in session.state.standing.offers.items()} == own


@pytest.mark.parametrize("rule", RULES)
@many
@given(data=st.data())
def test_a_refused_attempt_more_or_less_alters_no_outcome(rule, data):
    """DOMAIN §15: permuting rejected attempts never alters state, here: leaving them out."""
    session = ended(generated(rule, data))
    state = bind(evolve(State(ORIGIN), session.entries[0]), session.rule)
    for entry in session.entries[1:]:
        if entry["type"].endswith(".accepted"):
            state = record(state, command_of(entry), entry["t"], session.rule).state
    assert state.people == session.state.people
    assert state.ended == session.state.ended
    mine, theirs = state.standing, session.state.standing
    assert mine.awards == theirs.awards
    assert (mine.leaders, mine.cutoff, mine.closed) == (
        theirs.leaders,
        theirs.cutoff,
        theirs.closed,
    )
