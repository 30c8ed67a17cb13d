"""After the close: steps in their order by two people, defaults, and money that leaves with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from auction_rules.facts import Awarded
from auction_rules.floor import Bid
from auction_rules.rule import Refuse
from auction_rules.terms import SECOND
from bidding.core import views
from bidding.core.aftermath import outcome as result_outcome
from bidding.core.commands import (
    Conclude,
    Deposit,
    Exclude,
    Guarantee,
    Payout,
    Propose,
    Reaward,
    SealGuarantee,
    Second,
    Terminate,
    ask_to_json,
)
from bidding.core.officers import Officers, at_least
from bidding.core.record import replay
from bidding.proof import canon
from replay.rejudge import rejudge
from tests.bidding.core.session import (
    OPENS,
    ORIGIN,
    T0,
    Session,
    document,
    finished,
    opened,
    outcome,
    running,
)

REVIEW = Conclude("reviewed", "核对无误")
CONFIRM = Conclude("confirmed", "确认成交")
PUBLISH = Conclude("published", "成交公示")


def sold() -> Session:
    """Won by 03 at 140, then 02, then 01."""
    session = running(document(), "01", "02", "03", "04")
    for bidder, amount in (("01", 100), ("02", 120), ("03", 140)):
        assert session.bid(bidder, amount) == "accepted"
    return finished(session)


def confirmed() -> Session:
    session = sold()
    assert outcome(session.ask("staff:li", REVIEW)) == "accepted"
    assert outcome(session.ask("approver:wang", CONFIRM)) == "accepted"
    return session


def test_reviewed_by_one_confirmed_by_another_then_published():
    session = sold()
    assert outcome(session.ask("approver:wang", CONFIRM)) == "STEP_TOO_EARLY"
    assert outcome(session.ask("staff:li", PUBLISH)) == "STEP_TOO_EARLY"
    assert outcome(session.ask("staff:li", REVIEW)) == "accepted"
    assert outcome(session.ask("staff:zhou", REVIEW)) == "STEP_DONE"
    assert outcome(session.ask("staff:zhou", CONFIRM)) == "NOT_ALLOWED"
    assert outcome(session.ask("approver:li", CONFIRM)) == "SAME_OFFICER"
    assert outcome(session.ask("approver:wang", CONFIRM)) == "accepted"
    assert outcome(session.ask("staff:li", PUBLISH)) == "accepted"
    assert [one.step for one in session.state.after] == ["reviewed", "confirmed", "published"]
    line = views.event(
        session.states[-2], session.entries[-1], session.state, session.rule, "public"
    )
    assert line is not None
    # Everybody hears of it; the role, never the account.
    assert line["text"]["zh"] == "结果已公示：成交公示。"
    assert [fact["by"] for fact in line["facts"]] == ["staff"]
    entries: list[Any] = [canon.decode(body) for body in session.bodies]
    assert rejudge(ORIGIN, entries).difference is None
    assert replay(ORIGIN, session.bodies).digest == session.state.digest


@pytest.mark.parametrize("asker", ["bidder:03", "auditor:zhao"])
def test_nobody_else_concludes_or_pays(asker: str):
    session = sold()
    for ask in (REVIEW, Payout("01", "refund", 1, "x")):
        assert outcome(session.ask(asker, ask)) == "NOT_ALLOWED"


def test_the_end_by_an_officer_says_why_and_money_that_came_too_late_says_whose():
    session = opened(document(deposit=500), "01")
    session.until(OPENS)
    late = session.ask("staff:li", Deposit("01", 500, OPENS, "b-late"))
    assert outcome(late) == "DEPOSIT_LATE"
    line = views.event(session.states[-2], late, session.state, session.rule, "staff")
    assert line is not None
    assert line["text"]["zh"].startswith("01 号：")
    session.ask("approver:wang", Terminate("法院冻结"))
    after = views.snapshot(session.state, session.rule, "public", session.now)["after"]
    assert after["sentence"] == {
        "zh": "已终止，没有成交：法院冻结。",
        "en": "Terminated; nothing was sold: 法院冻结.",
    }


def test_there_is_nothing_to_conclude_before_the_close_or_after_a_termination():
    session = running(document(), "01")
    assert outcome(session.ask("staff:li", REVIEW)) == "NOT_CLOSED"
    session.ask("approver:wang", Terminate("法院冻结"))
    assert outcome(session.ask("staff:li", REVIEW)) == "NOT_CLOSED"


def test_defaults_go_down_the_ranking_and_each_person_defaults_once():
    session = confirmed()

    def default(bidder: str, actor: str = "approver:wang") -> str:
        return outcome(session.ask(actor, Conclude("defaulted", "拒签合同", bidder)))

    assert default("03", "staff:li") == "NOT_ALLOWED"
    assert default("02") == "NO_SUCH_BIDDER"
    assert default("03") == "accepted"
    assert session.state.after[-1].follows == "02"
    assert default("03") == "STEP_DONE"
    assert default("02") == "accepted"
    assert session.state.after[-1].follows == "01"
    assert default("01") == "accepted"
    # 04 never made an offer.
    assert session.state.after[-1].follows is None
    # The record of what was awarded stays.
    assert [award.bidder for award in session.state.standing.awards] == ["03"]


def test_whoever_was_excluded_is_not_next():
    session = running(document(), "01", "02", "03")
    for bidder, amount in (("01", 100), ("02", 120), ("03", 140)):
        session.bid(bidder, amount)
    session.ask("staff:li", Exclude("02", "串通"))
    session = finished(session)
    session.ask("staff:li", REVIEW)
    session.ask("approver:wang", CONFIRM)
    session.ask("approver:wang", Conclude("defaulted", "拒签合同", "03"))
    assert session.state.after[-1].follows == "01"


@pytest.mark.parametrize(
    "ask",
    [
        Conclude("defaulted", "无人"),
        Conclude("reviewed", "无误", "01"),
        Conclude("celebrated", "无误"),
    ],
)
def test_steps_that_are_none(ask: Conclude):
    assert outcome(sold().ask("approver:wang", ask)) == "NOT_ALLOWED"


def test_an_unsold_session_is_concluded_too():
    session = finished(running(document(), "01"))
    assert session.state.standing.unsold is not None
    assert outcome(session.ask("staff:li", REVIEW)) == "accepted"


# Money ------------------------------------------------------------------------------------------


def paid(amount: int = 700) -> Session:
    """Two bidders, a deposit of 500 asked; 01 paid it in two parts, with too much in all."""
    session = opened(document(deposit=500), "01", "02")
    for part, money in enumerate((200, amount - 200)):
        session.ask("staff:li", Deposit("01", money, T0, f"b-{part}"))
    session.ask("staff:li", Deposit("02", 500, T0, "c"))
    assert session.state.people["01"].deposit_ok
    return session


def pay(session: Session, amount: int, purpose: str = "refund", actor: str = "staff:li") -> str:
    return outcome(session.ask(actor, Payout("01", purpose, amount, "未竞得")))


def test_before_the_end_only_what_is_too_much_goes_back():
    session = paid()
    assert pay(session, 201) == "DEPOSIT_STILL_NEEDED"
    assert pay(session, 200) == "accepted"
    assert session.state.people["01"].deposit_ok
    assert pay(session, 1) == "DEPOSIT_STILL_NEEDED"
    session.until(OPENS)
    assert outcome(session.ask("bidder:01", Bid(100), OPENS)) == "accepted"


@pytest.mark.parametrize("amount", [0, -1, 701])
def test_nothing_leaves_that_did_not_come_in(amount: int):
    assert pay(finished(paid()), amount) == "MORE_THAN_PAID_IN"


def test_refunds_and_forfeits_add_up_to_what_came_in_and_no_more():
    session = finished(paid())
    assert pay(session, 300) == "accepted"
    assert pay(session, 100, "forfeit") == "NOT_ALLOWED"
    assert pay(session, 100, "forfeit", "approver:wang") == "accepted"
    assert pay(session, 301) == "MORE_THAN_PAID_IN"
    assert pay(session, 300) == "accepted"
    assert session.state.people["01"].out == session.state.people["01"].paid == 700
    assert pay(session, 1) == "MORE_THAN_PAID_IN"


def test_a_deposit_is_not_kept_while_its_owner_may_still_bid():
    session = paid()
    assert pay(session, 500, "forfeit", "approver:wang") == "DEPOSIT_STILL_NEEDED"
    session.ask("staff:li", Exclude("01", "串通"))
    assert pay(session, 500, "forfeit", "approver:wang") == "accepted"
    assert pay(session, 1, "present", "approver:wang") == "NOT_ALLOWED"


def today(excluded: str | None = None) -> Session:
    """As documents are drawn up now: 03 won with 140, and had paid 550 where 500 was asked."""
    given = document(deposit=500).model_copy(update={"officers": at_least(None)})
    session = opened(given, "01", "02", "03")
    for bidder, money in (("01", 500), ("02", 500), ("03", 550)):
        session.ask("staff:li", Deposit(bidder, money, T0, f"b-{bidder}"))
    session.until(OPENS)
    for bidder, amount in (("01", 100), ("02", 120), ("03", 140)):
        assert session.bid(bidder, amount) == "accepted"
    if excluded is not None:
        proposal = session.ask(
            "staff:li", Propose("exclude", ask_to_json(Exclude(excluded, "串通")))
        )
        second = Second(proposal["i"], agree=True)
        assert outcome(session.ask("approver:wang", second)) == "accepted"
    return finished(session)


def keep(session: Session, actor: str, amount: int, bidder: str = "03") -> str:
    return outcome(session.ask(actor, Payout(bidder, "forfeit", amount, "逾期未签约")))


def test_a_winners_deposit_is_kept_for_a_default_recorded_by_somebody_else_and_no_more_of_it():
    session = today()
    assert keep(session, "approver:wang", 500) == "NO_GROUND_TO_KEEP"
    for actor, ask in (("staff:li", REVIEW), ("approver:wang", CONFIRM), ("staff:li", PUBLISH)):
        assert outcome(session.ask(actor, ask)) == "accepted"
    assert keep(session, "approver:wang", 500) == "NO_GROUND_TO_KEEP"
    session.ask("approver:wang", Conclude("defaulted", "逾期未签约", "03"))
    assert keep(session, "approver:wang", 500) == "OWN_FINDING"
    assert keep(session, "approver:zhou", 500) == "EXCESS_FIRST"
    assert outcome(session.ask("staff:li", Payout("03", "refund", 50, "多缴"))) == "accepted"
    assert keep(session, "staff:li", 500) == "NOT_ALLOWED"
    assert keep(session, "approver:zhou", 200) == "accepted"
    assert keep(session, "approver:zhou", 300) == "accepted"
    # Nobody else's, for all that.
    assert keep(session, "approver:zhou", 500, "02") == "NO_GROUND_TO_KEEP"
    entries: list[Any] = [canon.decode(body) for body in session.bodies]
    assert rejudge(ORIGIN, entries).difference is None


def test_a_deposit_is_kept_of_whoever_two_officers_excluded():
    session = today(excluded="02")
    assert keep(session, "approver:wang", 500, "02") == "accepted"


@pytest.mark.parametrize("why", ["excluded", "defaulted"])
def test_where_nobody_holds_it_there_is_no_sale_to_review_and_its_failure_may_be_published(
    why: str,
):
    session = today(excluded="03" if why == "excluded" else None)
    if why == "excluded":
        assert outcome(session.ask("staff:li", REVIEW)) == "NOBODY_HOLDS"
        assert outcome(session.ask("approver:wang", CONFIRM)) == "WINNER_EXCLUDED"
    else:
        for actor, ask in (("staff:li", REVIEW), ("approver:wang", CONFIRM)):
            session.ask(actor, ask)
        session.ask("approver:wang", Conclude("defaulted", "拒签合同", "03"))
    assert outcome(session.ask("staff:li", PUBLISH)) == "accepted"
    assert result_outcome(session.state) == "vacant"


def test_what_is_paid_out_is_between_the_bidder_and_the_house():
    session = finished(paid())
    before = session.state
    entry = session.ask("staff:li", Payout("01", "refund", 700, "未竞得"))
    told = {
        audience: views.event(before, entry, session.state, session.rule, audience) is not None
        for audience in ("public", "bidder:01", "bidder:02", "staff", "auditor")
    }
    assert told == {
        "public": False,
        "bidder:01": True,
        "bidder:02": False,
        "staff": True,
        "auditor": True,
    }


def guarantee(session: Session, amount: int, now: int | None = None, commit: str = "c") -> str:
    ask = Guarantee("01", amount, commit, OPENS + 9_000 * SECOND)
    return outcome(session.ask("staff:li", ask, now))


def test_a_guarantee_does_what_money_would_and_adds_up_with_it():
    session = opened(document(deposit=500), "01")
    assert guarantee(session, 300) == "accepted"
    assert not session.state.people["01"].deposit_ok
    assert guarantee(session, 200) == "DUPLICATE_NOTICE"
    session.ask("staff:li", Deposit("01", 200, T0, "b"))
    assert session.state.people["01"].deposit_ok
    session.until(OPENS)
    assert session.bid("01", 100) == "accepted"
    # Nothing of it came in, so nothing of it goes back.
    assert pay(finished(session), 201) == "MORE_THAN_PAID_IN"
    assert replay(ORIGIN, session.bodies).digest == session.state.digest


def test_a_guarantee_counts_as_of_now_and_not_once_it_has_run_out():
    late = opened(document(deposit=500), "01")
    assert guarantee(late, 500, OPENS) == "DEPOSIT_LATE"
    session = opened(document(deposit=500), "01")
    assert guarantee(session, 0) == "NO_GUARANTEE"
    over = Guarantee("01", 500, "c", T0)
    assert outcome(session.ask("staff:li", over)) == "NO_GUARANTEE"
    stranger = Guarantee("09", 500, "c", OPENS)
    assert outcome(session.ask("staff:li", stranger)) == "NO_SUCH_BIDDER"
    # By itself it may be all of the deposit.
    assert guarantee(session, 500) == "accepted"
    assert session.state.people["01"].deposit_ok


# The next in line ---------------------------------------------------------------------------------


def granted(rule: str = "english", second: tuple[Any, ...] = (), **terms: Any) -> Session:
    """As `sold` and confirmed, under a notice that grants a next in line; 03 has defaulted."""
    policy = Officers(next_in_line=True, second=second)
    given = document(rule, **terms).model_copy(update={"officers": policy})
    session = running(given, "01", "02", "03", "04")
    for bidder, amount in (("01", 100), ("02", 120), ("03", 140)):
        assert session.bid(bidder, amount) == "accepted"
    session = finished(session)
    for actor, ask in (("staff:li", REVIEW), ("approver:wang", CONFIRM)):
        assert outcome(session.ask(actor, ask)) == "accepted"
    assert (
        outcome(session.ask("approver:wang", Conclude("defaulted", "拒签合同", "03"))) == "accepted"
    )
    return session


def test_the_next_in_line_is_awarded_at_his_own_offer_and_the_steps_begin_again():
    session = granted()
    before = session.state
    assert outcome(session.ask("staff:li", Reaward("02", "依名次"))) == "NOT_ALLOWED"
    assert outcome(session.ask("approver:wang", Reaward("01", "依名次"))) == "NOT_NEXT"
    before = session.state
    entry = session.ask("approver:wang", Reaward("02", "依名次"))
    assert outcome(entry) == "accepted"
    assert session.state.standing.awards == (Awarded("02", None, 120, None, 120),)
    assert session.rule.settlement(session.state.floor()).total == 120
    line = views.event(before, entry, session.state, session.rule, "public")
    assert line is not None
    assert line["text"]["zh"] == (
        "03 号的竞得资格失效；当前领先：02；02 号竞得，成交价 120 元；02 号按名次递补：依名次。"
    )
    # He is the winner now, and the one before him is not.
    assert views.you(session.state, session.rule, "02", session.now)["state"] == "won"
    assert views.you(session.state, session.rule, "03", session.now)["state"] == "lost"
    # His result is reviewed, confirmed by another and published, as any result.
    assert outcome(session.ask("staff:li", PUBLISH)) == "STEP_TOO_EARLY"
    for actor, ask in (("staff:li", REVIEW), ("approver:wang", CONFIRM), ("staff:li", PUBLISH)):
        assert outcome(session.ask(actor, ask)) == "accepted"
    assert outcome(session.ask("approver:wang", Reaward("01", "依名次"))) == "NO_DEFAULT"
    entries: list[Any] = [canon.decode(body) for body in session.bodies]
    assert rejudge(ORIGIN, entries).difference is None
    assert replay(ORIGIN, session.bodies).digest == session.state.digest


def test_whoever_declines_or_is_excluded_is_passed_over_and_nobody_is_awarded_twice():
    session = granted()
    assert (
        outcome(session.ask("approver:wang", Conclude("defaulted", "放弃递补", "02"))) == "accepted"
    )
    assert session.state.after[-1].follows == "01"
    assert outcome(session.ask("approver:wang", Reaward("02", "依名次"))) == "NOT_NEXT"
    assert outcome(session.ask("approver:wang", Reaward("01", "依名次"))) == "accepted"
    for actor, ask in (("staff:li", REVIEW), ("approver:wang", CONFIRM)):
        session.ask(actor, ask)
    session.ask("approver:wang", Conclude("defaulted", "逾期", "01"))
    assert outcome(session.ask("approver:wang", Reaward("04", "依名次"))) == "NOBODY_NEXT"


def test_where_the_policy_takes_two_one_proposes_and_another_confirms():
    session = granted(second=("reaward",))
    ask = Reaward("02", "依名次")
    assert outcome(session.ask("approver:wang", ask)) == "NEEDS_SECOND"
    proposal = session.ask("staff:li", Propose("reaward", ask_to_json(ask)))
    assert outcome(proposal) == "accepted"
    assert outcome(session.ask("approver:li", Second(proposal["i"], agree=True))) == "SAME_OFFICER"
    entry = session.ask("approver:wang", Second(proposal["i"], agree=True))
    assert outcome(entry) == "accepted"
    assert [award.bidder for award in session.state.standing.awards] == ["02"]


def test_why_there_is_none_is_said():
    # The notice grants none.
    session = confirmed()
    session.ask("approver:wang", Conclude("defaulted", "拒签合同", "03"))
    assert outcome(session.ask("approver:wang", Reaward("02", "依名次"))) == "NEXT_NOT_IN_TERMS"
    # Nobody left reaches the reserve.
    session = granted(reserve=130)
    assert outcome(session.ask("approver:wang", Reaward("02", "依名次"))) == "NEXT_BELOW_RESERVE"
    # Before a default, and before the end.
    session = running(document(), "01")
    assert outcome(session.ask("approver:wang", Reaward("01", "依名次"))) == "NOT_CLOSED"


def test_a_rule_without_a_next_in_line_says_so():
    session = running(document("far_adjustment"), "01", "02")
    found = session.rule.next_award(session.state.floor(), frozenset())
    assert isinstance(found, Refuse)
    assert found.reason == "NO_NEXT_BY_RULE"


def test_a_document_that_grants_none_keeps_the_hash_it_had():
    plain = document().model_copy(update={"officers": Officers(second=("void",))})
    assert "next_in_line" not in plain.canonical()["officers"]
    grants = document().model_copy(update={"officers": Officers(next_in_line=True, second=())})
    assert grants.canonical()["officers"]["next_in_line"] is True


# Sealed guarantees --------------------------------------------------------------------------------


def test_a_sealed_guarantee_says_nothing_before_the_session_and_counts_as_of_when_it_came():
    session = opened(document(deposit=500), "01", "02")
    before = session.state
    entry = session.ask("staff:bank", SealGuarantee("c"))
    assert outcome(entry) == "accepted"
    assert [fact["fact"] for fact in entry["data"]["facts"]] == ["guarantee_sealed"]
    # The house and auditors hear that one is in; nobody on the floor does, and nobody whose it is.
    told = {
        audience: views.event(before, entry, session.state, session.rule, audience) is not None
        for audience in ("public", "bidder:01", "bidder:02", "staff", "auditor")
    }
    assert told == {
        **dict.fromkeys(("public", "bidder:01", "bidder:02"), False),
        **dict.fromkeys(("staff", "auditor"), True),
    }
    assert outcome(session.ask("staff:bank", SealGuarantee("c"))) == "DUPLICATE_NOTICE"
    # Not even the house opens it earlier.
    assert guarantee(session, 500) == "GUARANTEE_SEALED"
    session.until(OPENS)
    # The deadline is over, and it was in before.
    assert guarantee(session, 500, commit="other") == "DEPOSIT_LATE"
    assert guarantee(session, 500) == "accepted"
    assert session.bid("01", 100) == "accepted"
    assert guarantee(session, 500) == "DUPLICATE_NOTICE"
    assert replay(ORIGIN, session.bodies).digest == session.state.digest


def test_none_is_sealed_after_the_deadline_or_once_the_session_has_begun():
    session = opened(document(deposit=500), "01")
    session.until(OPENS)
    assert outcome(session.ask("staff:bank", SealGuarantee("c"))) == "DEPOSIT_LATE"
    assert outcome(session.ask("bidder:01", SealGuarantee("c"))) == "NOT_ALLOWED"
