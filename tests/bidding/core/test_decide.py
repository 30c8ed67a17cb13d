"""One place decides; its order of checks is one table."""

from dataclasses import replace

import pytest

from auction_rules.floor import Bid, Confirm
from auction_rules.rule import Refuse
from bidding.core import house_facts as h
from bidding.core.commands import (
    Admit,
    Bell,
    Command,
    Deposit,
    Exclude,
    Resume,
    Suspend,
    Terminate,
    Void,
)
from bidding.core.decide import Accepted, decide, due
from bidding.core.right import may_act
from tests.bidding.core.session import (
    OPENS,
    T0,
    document,
    finished,
    opened,
    outcome,
    running,
)

STAFF, SECOND_PERSON, HOUSE = "staff:li", "approver:wang", "system"


def ready(**terms):
    """Running; 01 may bid, 02 has no deposit, 03 is excluded, 05 is both."""
    session = opened(document(deposit=500, **terms), "01", "02", "03", "05")
    for bidder in ("01", "03"):
        session.ask(STAFF, Deposit(bidder, 500, T0, f"b-{bidder}"))
    for bidder in ("03", "05"):
        session.ask(STAFF, Exclude(bidder, "串通"))
    session.until(OPENS)
    return session


def suspended():
    session = ready()
    session.ask(STAFF, Suspend("停电"))
    return session


def over():
    return finished(ready())


def ended():
    session = ready()
    session.ask(SECOND_PERSON, Terminate("法院冻结"))
    return session


def void():
    session = over()
    session.ask(SECOND_PERSON, Void("程序有误"))
    return session


def before():
    return opened(document(), "01")


@pytest.mark.parametrize(
    ("make", "actor", "ask", "said"),
    [
        # Who asks.
        (ready, STAFF, Bid(100), "NOT_ALLOWED"),
        (ready, HOUSE, Bid(100), "NOT_ALLOWED"),
        (ready, HOUSE, Confirm(), "NOT_ALLOWED"),
        # Admission, exclusion, deposit: before anything about the session or the amount.
        (ready, "bidder:09", Bid(1, stage="gone"), "NOT_QUALIFIED"),
        (ready, "bidder:", Bid(100), "NOT_QUALIFIED"),
        (ready, "bidder:03", Bid(1, stage="gone"), "EXCLUDED"),
        (ready, "bidder:05", Bid(1, stage="gone"), "EXCLUDED"),
        (ready, "bidder:02", Bid(1, stage="gone"), "DEPOSIT_NOT_CONFIRMED"),
        (suspended, "bidder:09", Bid(1), "NOT_QUALIFIED"),
        (suspended, "bidder:03", Bid(1), "EXCLUDED"),
        (suspended, "bidder:02", Bid(1), "DEPOSIT_NOT_CONFIRMED"),
        # State of the session.
        (suspended, "bidder:01", Bid(1, stage="gone"), "SUSPENDED"),
        (over, "bidder:01", Bid(1, stage="gone"), "AFTER_DEADLINE"),
        (ended, "bidder:01", Bid(1), "NOT_BIDDABLE"),
        (void, "bidder:01", Bid(1), "NOT_BIDDABLE"),
        (before, "bidder:01", Bid(1), "NOT_BIDDABLE"),
        # Then the rule: the stage seen, the window, the ladder.
        (ready, "bidder:01", Bid(1, stage="gone"), "STALE_PHASE"),
        (ready, "bidder:01", Confirm(), "OUTSIDE_WINDOW"),
        (ready, "bidder:01", Bid(99), "BELOW_START"),
        (ready, "bidder:01", Bid(100), "accepted"),
    ],
)
def test_the_order_of_checks_for_a_bidder(make, actor, ask, said):
    session = make()
    assert outcome(session.ask(actor, ask)) == said


@pytest.mark.parametrize(("amount", "said"), [(1, "AFTER_DEADLINE"), (100, "AFTER_DEADLINE")])
def test_at_the_deadline_is_too_late_also_before_the_bell(amount, said):
    session = ready()
    decision = decide(
        session.state, Command("bidder:01", Bid(amount)), session.closes, session.rule
    )
    assert decision == Refuse(said)
    earlier = decide(
        session.state, Command("bidder:01", Bid(100)), session.closes - 1, session.rule
    )
    assert isinstance(earlier, Accepted)


@pytest.mark.parametrize(
    ("make", "actor", "ask", "said"),
    [
        # Roles.
        (ready, "bidder:01", Suspend("x"), "NOT_ALLOWED"),
        (suspended, "bidder:01", Resume("x"), "NOT_ALLOWED"),
        (ready, "bidder:01", Admit("04"), "NOT_ALLOWED"),
        (ready, "bidder:01", Exclude("01", "x"), "NOT_ALLOWED"),
        (ready, "bidder:01", Deposit("01", 1, T0, "b"), "NOT_ALLOWED"),
        (ready, "bidder:01", Terminate("x"), "NOT_ALLOWED"),
        (ready, "nobody", Suspend("x"), "NOT_ALLOWED"),
        (ready, STAFF, Terminate("x"), "NOT_ALLOWED"),
        (over, STAFF, Void("x"), "NOT_ALLOWED"),
        (ready, STAFF, Bell(), "NOT_ALLOWED"),
        (ready, "bidder:01", Bell(), "NOT_ALLOWED"),
        # The bell.
        (ready, HOUSE, Bell(), "NOT_DUE"),
        (suspended, HOUSE, Bell(), "NOT_DUE"),
        (over, HOUSE, Bell(), "NOT_DUE"),
        # Suspension.
        (before, STAFF, Suspend("x"), "accepted"),
        (ready, SECOND_PERSON, Suspend("x"), "accepted"),
        (ready, STAFF, Suspend("x", OPENS), "accepted"),
        (ready, STAFF, Suspend("x", OPENS - 1), "NOT_ALLOWED"),
        (ready, HOUSE, Suspend("x", OPENS - 1), "NOT_ALLOWED"),
        (ready, HOUSE, Suspend("x", OPENS + 1), "NOT_ALLOWED"),
        (suspended, STAFF, Suspend("x"), "SUSPENDED"),
        (over, STAFF, Suspend("x"), "NOT_RUNNING"),
        (ended, STAFF, Suspend("x"), "NOT_RUNNING"),
        (suspended, STAFF, Resume("x"), "accepted"),
        (ready, STAFF, Resume("x"), "NOT_SUSPENDED"),
        (over, STAFF, Resume("x"), "NOT_SUSPENDED"),
        (ended, STAFF, Resume("x"), "NOT_SUSPENDED"),
        # The end.
        (before, SECOND_PERSON, Terminate("x"), "accepted"),
        (ready, SECOND_PERSON, Terminate("x"), "accepted"),
        (suspended, HOUSE, Terminate("x"), "accepted"),
        (over, SECOND_PERSON, Terminate("x"), "NOT_RUNNING"),
        (ended, SECOND_PERSON, Terminate("x"), "NOT_RUNNING"),
        (over, SECOND_PERSON, Void("x"), "accepted"),
        (ready, SECOND_PERSON, Void("x"), "NOT_RUNNING"),
        (ended, SECOND_PERSON, Void("x"), "NOT_RUNNING"),
        (void, SECOND_PERSON, Void("x"), "NOT_RUNNING"),
        # Admission.
        (ready, STAFF, Admit("04"), "accepted"),
        (suspended, STAFF, Admit("04"), "accepted"),
        (ready, STAFF, Admit("01"), "ALREADY_ADMITTED"),
        (ready, STAFF, Admit("03"), "ALREADY_ADMITTED"),
        (ready, STAFF, Admit("0 4"), "NO_SUCH_BIDDER"),
        (ready, STAFF, Admit(""), "NO_SUCH_BIDDER"),
        (ready, STAFF, Admit("04", "P1"), "NO_SUCH_LOT"),
        (over, STAFF, Admit("04"), "NOT_RUNNING"),
        (ended, STAFF, Admit("04"), "NOT_RUNNING"),
        (ready, STAFF, Exclude("01", "x"), "accepted"),
        (ready, STAFF, Exclude("09", "x"), "NO_SUCH_BIDDER"),
        (ready, STAFF, Exclude("03", "x"), "EXCLUDED"),
        (over, STAFF, Exclude("01", "x"), "NOT_RUNNING"),
        # Deposit: the bank's time decides, and the window is half-open (DOMAIN S21).
        (ready, STAFF, Deposit("02", 500, OPENS - 1, "b"), "accepted"),
        (ready, STAFF, Deposit("02", 500, OPENS, "b"), "DEPOSIT_LATE"),
        (ready, STAFF, Deposit("09", 500, T0, "b"), "NO_SUCH_BIDDER"),
        (ready, STAFF, Deposit("02", 0, T0, "b"), "NOT_A_PAYMENT"),
        (ready, STAFF, Deposit("02", -500, T0, "b"), "NOT_A_PAYMENT"),
        (ready, STAFF, Deposit("01", 2**53 - 1, T0, "b"), "NOT_A_PAYMENT"),
        (ready, STAFF, Deposit("02", 500, 2**53 - 1, "b"), "NOT_A_PAYMENT"),
        (ready, STAFF, Deposit("01", 500, T0, "b-01"), "DUPLICATE_NOTICE"),
        (ready, STAFF, Deposit("01", 500, OPENS, "b-01"), "DUPLICATE_NOTICE"),
        (ready, STAFF, Deposit("02", 500, T0, "b-01"), "accepted"),
        (over, STAFF, Deposit("02", 500, T0, "b"), "NOT_RUNNING"),
    ],
)
def test_what_staff_and_the_house_may_do(make, actor, ask, said):
    session = make()
    assert outcome(session.ask(actor, ask)) == said


def test_each_parcel_is_admitted_once_and_only_those_of_the_notice():
    session = opened(document("far_adjustment"), "01")
    for ask, said in (
        (Admit("02"), "NO_SUCH_LOT"),
        (Admit("02", "P9"), "NO_SUCH_LOT"),
        (Admit("02", "P1"), "ALREADY_ADMITTED"),
        (Admit("01", "P2"), "ALREADY_ADMITTED"),
        (Admit("02", "P2"), "accepted"),
    ):
        assert outcome(session.ask(STAFF, ask)) == said


def test_part_payments_add_up_and_the_last_one_opens_the_door():
    session = opened(document(deposit=1_000), "01")
    session.until(OPENS)
    first = session.ask(STAFF, Deposit("01", 300, OPENS - 9, "b-1"))
    assert first["data"]["facts"][0] | {"fact": ""} == {
        "fact": "",
        "bidder": "01",
        "amount": 300,
        "total": 300,
        "received": OPENS - 9,
        "bank_ref": "b-1",
        "ok": False,
    }
    assert session.bid("01", 100) == "DEPOSIT_NOT_CONFIRMED"
    second = session.ask(STAFF, Deposit("01", 700, OPENS - 2, "b-2"))
    assert (second["data"]["facts"][0]["total"], second["data"]["facts"][0]["ok"]) == (1_000, True)
    assert session.bid("01", 100) == "accepted"


def test_the_house_alone_says_since_when_it_stood_still():
    session = ready()
    state = replace(session.state, t=OPENS + 10)
    late = Command(HOUSE, Suspend("RECOVERY", OPENS + 10))
    assert decide(state, late, OPENS + 50, session.rule) == Accepted(
        (h.Suspended(OPENS + 10, "RECOVERY"),)
    )


def test_the_next_bell_is_never_before_the_last_entry():
    session = opened(document(), "01")
    assert due(session.state, session.rule) == OPENS
    late = replace(session.state, t=OPENS + 5)
    assert due(late, session.rule) == OPENS + 5
    for quiet in (suspended(), over(), ended(), void()):
        assert due(quiet.state, quiet.rule) is None


@pytest.mark.parametrize(
    ("make", "bidder", "reason"),
    [
        (ready, "01", None),
        (ready, None, "NOT_QUALIFIED"),
        (ready, "02", "DEPOSIT_NOT_CONFIRMED"),
        (ready, "03", "EXCLUDED"),
        (suspended, "01", "SUSPENDED"),
        (before, "01", "NOT_BIDDABLE"),
    ],
)
def test_why_a_bidder_may_not_act_at_all(make, bidder, reason):
    said = may_act(make().state, bidder)
    assert (said.reason if said else None) == reason


def test_a_fault_awards_nothing_and_gives_the_countdown_back():
    # DOMAIN S18.
    session = running(document(), "01", "02")
    assert session.bid("01", 520, OPENS + 50_000_000) == "accepted"
    session.ask(STAFF, Suspend("故障"), OPENS + 60_000_000)
    session.until(OPENS + 500_000_000)
    assert session.state.status == "suspended"
    assert session.bid("02", 530) == "SUSPENDED"
    day = OPENS + 86_400_000_000
    session.ask(STAFF, Resume("恢复"), day)
    assert session.closes == day + 30_000_000
    assert session.state.standing.leaders == ("01",)
    finished(session)
    assert session.state.standing.awards[0].price == 520
