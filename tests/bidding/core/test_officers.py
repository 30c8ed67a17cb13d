"""Acts of officers that a document must grant: a later end, an offer on behalf, and two who agree."""

from __future__ import annotations

from typing import Any

import pytest

from auction_rules.floor import Bid
from auction_rules.terms import SECOND
from bidding.core import views
from bidding.core.commands import (
    Ask,
    Conclude,
    Exclude,
    Extend,
    Propose,
    Reaward,
    Second,
    Surrogate,
    Suspend,
    Terminate,
    Void,
    ask_to_json,
    kind_of,
)
from bidding.core.document import Document
from bidding.core.officers import BY_TWO, Officers, at_least, told
from bidding.core.record import replay
from bidding.proof import canon
from replay.rejudge import rejudge
from tests.bidding.core.session import (
    OPENS,
    ORIGIN,
    Session,
    document,
    finished,
    opened,
    outcome,
    running,
)

LATER = Extend(60, "网络故障")
FOR_HIM = Surrogate("02", 120, "客户端故障，电话委托")


def granting(rule: str = "english", terms: dict[str, Any] | None = None, **policy: Any) -> Document:
    doc = document(rule, **(terms or {}))
    return doc.model_copy(update={"officers": Officers(**policy)})


def alone(**policy: Any) -> Session:
    """One officer suffices for everything."""
    return running(granting(second=(), **policy), "01", "02")


def propose(ask: Ask) -> Propose:
    return Propose(kind_of(ask), ask_to_json(ask))


def facts(entry: dict[str, Any]) -> list[str]:
    return [fact["fact"] for fact in entry["data"]["facts"]]


def test_a_document_that_says_nothing_keeps_its_bytes_and_grants_nothing():
    doc = document()
    assert "officers" not in doc.canonical()
    assert granting().sha256 != doc.sha256
    session = running(doc, "01", "02")
    assert outcome(session.ask("staff:li", LATER)) == "OFFICERS_MAY_NOT"
    assert outcome(session.ask("staff:li", FOR_HIM)) == "OFFICERS_MAY_NOT"
    assert outcome(session.ask("staff:li", propose(Terminate("法院")))) == "NO_SECOND_NEEDED"
    # As before there was any policy: one approver ends a session.
    assert outcome(session.ask("approver:wang", Terminate("法院"))) == "accepted"


# A later end ------------------------------------------------------------------------------------


def test_an_end_moves_later_by_what_was_asked_and_no_further_in_all_than_the_document_says():
    session = alone(extend_seconds=100)
    closes = session.closes
    entry = session.ask("staff:li", LATER)
    assert facts(entry) == ["deadline_moved", "extended"]
    assert session.closes == closes + 60 * SECOND
    assert entry["data"]["facts"][0]["why"] == "staff"
    refused = session.ask("staff:li", Extend(41, "再次故障"))
    assert outcome(refused) == "EXTENSION_TOO_LONG"
    assert refused["data"]["detail"] == {"seconds": 40}
    assert outcome(session.ask("staff:li", Extend(40, "再次故障"))) == "accepted"
    assert session.closes == closes + 100 * SECOND
    assert session.bid("01", 100, closes + 99 * SECOND) == "accepted"


@pytest.mark.parametrize("seconds", [0, -1, 101])
def test_no_end_moves_back_or_beyond(seconds: int):
    session = alone(extend_seconds=100)
    assert outcome(session.ask("staff:li", Extend(seconds, "故障"))) == "EXTENSION_TOO_LONG"


def test_once_the_rule_extends_by_itself_staff_may_not():
    session = alone(extend_seconds=100)
    assert session.bid("01", 100, session.closes - SECOND) == "accepted"
    assert session.state.standing.extensions == 1
    assert outcome(session.ask("staff:li", LATER)) == "EXTENDED_BY_RULE"


def test_a_sealed_stage_ends_when_it_was_said_to_end():
    doc = granting("far_adjustment", {"quoting": "SEALED"}, second=(), extend_seconds=100)
    assert outcome(running(doc, "01").ask("staff:li", LATER)) == "END_NOT_MOVABLE"


def test_nothing_is_extended_before_it_runs_while_it_stands_still_or_after_the_end():
    for session in (opened(granting(second=(), extend_seconds=100), "01"), alone(extend_seconds=9)):
        if session.state.status == "running":
            session.ask("staff:li", Suspend("停电"))
        assert outcome(session.ask("staff:li", Extend(9, "故障"))) == "NOT_RUNNING"
    assert outcome(finished(alone(extend_seconds=9)).ask("staff:li", LATER)) == "NOT_RUNNING"


# An offer on behalf -----------------------------------------------------------------------------


def test_an_offer_on_behalf_stands_as_his_own_and_says_what_it_is():
    session = alone(surrogate=True)
    entry = session.ask("staff:li", FOR_HIM)
    assert facts(entry)[:2] == ["on_behalf", "offer_stood"]
    assert session.state.standing.leaders == ("02",)
    assert session.bid("01", 130) == "accepted"
    rows = {r["bidder"]: r for r in views.patch(session.state, session.rule, "public")["offers"]}
    assert rows["02"]["on_behalf"] is True
    assert "on_behalf" not in rows["01"]
    # His own next offer is his own.
    assert session.bid("02", 150) == "accepted"
    rows = {r["bidder"]: r for r in views.patch(session.state, session.rule, "public")["offers"]}
    assert "on_behalf" not in rows["02"]


def test_it_is_judged_as_his_own_offer_would_be():
    session = alone(surrogate=True)
    for asked, reason in (
        (Surrogate("02", 99, "电话"), "BELOW_START"),
        (Surrogate("09", 120, "电话"), "NOT_QUALIFIED"),
        (Surrogate("02", 120, "电话", stage="other"), "STALE_PHASE"),
    ):
        assert outcome(session.ask("staff:li", asked)) == reason
    for _ in range(2):
        session.ask("staff:li", Suspend("停电"))
    assert outcome(session.ask("staff:li", FOR_HIM)) == "SUSPENDED"


def test_no_officer_may_know_a_sealed_offer_so_none_can_make_one():
    doc = granting("far_adjustment", {"quoting": "SEALED"}, second=(), surrogate=True)
    session = running(doc, "01")
    asked = Surrogate("01", 100, "电话", "P1")
    assert outcome(session.ask("staff:li", asked)) == "SEALED_FROM_STAFF"


@pytest.mark.parametrize("asker", ["bidder:01", "auditor:zhao"])
def test_only_the_house_does_such_things(asker: str):
    session = alone(extend_seconds=100, surrogate=True)
    for ask in (LATER, FOR_HIM, propose(LATER), Second(1, agree=True)):
        assert outcome(session.ask(asker, ask)) == "NOT_ALLOWED"


# Two who agree ----------------------------------------------------------------------------------

ACTS: list[Ask] = [LATER, FOR_HIM, Terminate("法院冻结"), Void("程序有误")]


def by_two(act: Ask) -> Session:
    session = running(granting(extend_seconds=100, surrogate=True), "01", "02")
    return finished(session) if isinstance(act, Void) else session


@pytest.mark.parametrize("act", ACTS, ids=kind_of)
def test_it_happens_when_another_has_confirmed_it_and_both_are_in_the_record(act: Ask):
    session = by_two(act)
    before = session.state
    assert outcome(session.ask("approver:wang", act)) == "NEEDS_SECOND"
    proposed = session.ask("staff:li", propose(act))
    assert facts(proposed) == ["proposed"]
    assert session.state.standing == before.standing
    assert session.state.status == before.status
    number = proposed["i"]
    for asker, reason in (
        ("approver:li", "SAME_OFFICER"),
        ("staff:wang", "NOT_ALLOWED"),
        ("bidder:01", "NOT_ALLOWED"),
    ):
        assert outcome(session.ask(asker, Second(number, agree=True))) == reason
    done = session.ask("approver:wang", Second(number, agree=True))
    assert facts(done)[0] == "seconded"
    assert len(facts(done)) > 1
    assert session.state.proposals == {}
    assert (session.state.standing, session.state.status) != (before.standing, before.status)
    again = session.ask("approver:wang", Second(number, agree=True), ref="again")
    assert outcome(again) == "NO_SUCH_PROPOSAL"
    entries: list[Any] = [canon.decode(body) for body in session.bodies]
    assert rejudge(ORIGIN, entries).difference is None
    assert replay(ORIGIN, session.bodies).digest == session.state.digest


def test_the_act_is_judged_when_it_is_confirmed():
    session = by_two(FOR_HIM)
    number = session.ask("staff:li", propose(FOR_HIM))["i"]
    assert session.bid("01", 120) == "accepted"
    assert outcome(session.ask("approver:wang", Second(number, agree=True))) == "BELOW_MIN_NEXT"
    # It still waits: somebody has to answer it.
    assert list(session.state.proposals) == [number]
    assert outcome(session.ask("staff:li", Second(number, agree=False))) == "accepted"
    assert session.state.proposals == {}


def test_nobody_is_called_to_confirm_what_could_not_be_done():
    session = by_two(LATER)
    assert outcome(session.ask("staff:li", propose(Extend(101, "故障")))) == "EXTENSION_TOO_LONG"
    assert outcome(session.ask("staff:li", propose(Void("程序有误")))) == "NOT_RUNNING"
    assert outcome(session.ask("staff:li", propose(Suspend("停电")))) == "NOT_ALLOWED"
    assert outcome(session.ask("staff:li", Propose("extend", {"seconds": 1}))) == "NOT_ALLOWED"
    assert session.state.proposals == {}


def test_what_is_only_proposed_moves_nobody_on_the_floor():
    session = by_two(LATER)
    before = session.state
    proposed = session.ask("staff:li", propose(Terminate("法院冻结")))
    after = session.state
    declined = session.ask("staff:li", Second(proposed["i"], agree=False))
    for audience in ("public", "bidder:01"):
        assert views.event(before, proposed, after, session.rule, audience) is None
        assert views.event(after, declined, session.state, session.rule, audience) is None
    for audience in ("staff", "auditor"):
        line = views.event(before, proposed, after, session.rule, audience)
        assert line is not None
        assert "待另一名审批人员确认：法院冻结" in line["text"]["zh"]
        assert [fact["by"] for fact in line["facts"]] == ["staff"]
    number = session.ask("staff:li", propose(Terminate("法院冻结")))["i"]
    before = session.state
    done = session.ask("approver:wang", Second(number, agree=True))
    told_all = views.event(before, done, session.state, session.rule, "public")
    assert told_all is not None
    assert told_all["text"]["en"].endswith("terminated: 法院冻结.")


def test_the_notice_says_what_officers_may_do():
    assert told(Officers(extend_seconds=600, surrogate=True), "zh") == (
        "因故可将开放报价阶段的截止时间推后，全场合计不超过 600 秒；"
        "竞买人因故不能操作的，可代为报价并注明；密封阶段除外；"
        "延长截止时间、代竞买人报价、取消竞买资格、终止、宣布结果无效须由两人办理："
        "一人提请，另一名审批人员确认"
    )
    assert told(Officers(second=()), "en") == "none"
    assert set(BY_TWO) == {"extend", "surrogate", "exclude", "terminate", "void", "reaward"}
    assert told(Officers(next_in_line=True, second=("void", "reaward")), "zh") == (
        "竞得人放弃或者逾期未履约的，可由名次下一位按其报价递补；"
        "宣布结果无效、递补须由两人办理：一人提请，另一名审批人员确认"
    )


# A withdrawn admission --------------------------------------------------------------------------

OUT = Exclude("03", "主管部门认定不符合公告第三条")


def led_by_three(**policy: Any) -> Session:
    """03 leads at 140 before 02 at 120 and 01 at 100, under a document as they are drawn up now."""
    doc = document().model_copy(update={"officers": at_least(Officers(**policy))})
    session = running(doc, "01", "02", "03", "04")
    for bidder, amount in (("01", 100), ("02", 120), ("03", 140)):
        assert session.bid(bidder, amount) == "accepted"
    return session


def shut_out(session: Session, ask: Exclude) -> dict[str, Any]:
    proposal = session.ask("staff:li", propose(ask))
    assert outcome(proposal) == "accepted"
    done = session.ask("approver:wang", Second(proposal["i"], agree=True))
    assert outcome(done) == "accepted"
    return done


def told_to(session: Session, audience: str) -> bool:
    """Whether the last entry is a line of this audience's channel."""
    before, entry = session.states[-2], session.entries[-1]
    return views.event(before, entry, session.state, session.rule, audience) is not None


def excluded_as_seen_by(session: Session, audience: str) -> list[str]:
    room = views.snapshot(session.state, session.rule, audience, session.now)
    return [one["bidder"] for one in room["excluded"]]


@pytest.mark.parametrize("given", [None, Officers(second=()), Officers(second=("void",))])
def test_whatever_a_document_drawn_up_now_says_nobody_shuts_a_bidder_out_alone(given):
    policy = at_least(given)
    assert set(policy.second) == {"exclude", *(given.second if given else ())}
    session = running(document().model_copy(update={"officers": policy}), "01", "02", "03")
    for alone in ("staff:li", "approver:li"):
        assert outcome(session.ask(alone, OUT)) == "NEEDS_SECOND"
    proposal = session.ask("staff:li", propose(OUT))
    # What is only proposed is told to nobody on the floor, him included, and he goes on bidding.
    assert not any(told_to(session, who) for who in ("public", "bidder:03"))
    line = views.event(session.states[-2], proposal, session.state, session.rule, "staff")
    assert line is not None
    assert line["text"]["zh"].startswith("提请取消竞买资格（03 号），待另一名审批人员确认")
    assert session.bid("03", 100) == "accepted"
    assert outcome(session.ask("approver:li", Second(proposal["i"], agree=True))) == "SAME_OFFICER"
    assert outcome(session.ask("approver:wang", Second(proposal["i"], agree=True))) == "accepted"
    assert session.bid("03", 110) == "EXCLUDED"


def test_an_exclusion_is_public_where_the_number_is_and_told_to_all_after_the_close():
    session = led_by_three()
    shut_out(session, OUT)
    for audience in ("public", "bidder:03", "staff", "auditor"):
        assert told_to(session, audience), audience
        assert excluded_as_seen_by(session, audience) == ["03"]
    shut_out(session, Exclude("04", "自愿退出"))
    # 04 made no offer: that he takes part at all is nobody's business before the close.
    seen = {who: told_to(session, who) for who in ("public", "bidder:01", "bidder:04", "staff")}
    assert seen == {"public": False, "bidder:01": False, "bidder:04": True, "staff": True}
    assert excluded_as_seen_by(session, "public") == ["03"]
    assert excluded_as_seen_by(session, "bidder:04") == ["03", "04"]
    finished(session)
    assert excluded_as_seen_by(session, "public") == ["03", "04"]
    panel = views.you(session.state, session.rule, "03", session.now)
    assert (panel["state"], panel["actions"]["blocked"]["reason"]) == ("excluded", "EXCLUDED")
    assert "异议" in panel["sentence"]["zh"]


def test_a_winner_who_was_excluded_is_confirmed_by_nobody_and_the_next_takes_his_place():
    session = led_by_three(next_in_line=True)
    shut_out(session, OUT)
    finished(session)
    # What he offered stands in the record and in the ranking; where it is said, so is what it comes to.
    before, closing = session.states[-2], session.entries[-1]
    line = views.event(before, closing, session.state, session.rule, "public")
    assert line is not None
    assert "03 号竞得，成交价 140 元（已取消资格，不予成交）" in line["text"]["zh"]
    assert [award.bidder for award in session.state.standing.awards] == ["03"]
    after = views.snapshot(session.state, session.rule, "public", session.now)["after"]
    assert (after["outcome"], after["vacated"]) == ("vacant", ["03"])
    assert after["fallen"][0]["sentence"]["zh"].startswith("03 号已被取消竞买资格，不予成交")
    assert outcome(session.ask("staff:li", Conclude("reviewed", "核对无误"))) == "NOBODY_HOLDS"
    refused = session.ask("approver:wang", Conclude("confirmed", "确认"))
    assert (outcome(refused), refused["data"]["detail"]) == ("WINNER_EXCLUDED", {"bidder": "03"})
    proposal = session.ask("staff:li", propose(Reaward("02", "依名次")))
    assert outcome(session.ask("approver:wang", Second(proposal["i"], agree=True))) == "accepted"
    assert [(a.bidder, a.price) for a in session.state.standing.awards] == [("02", 120)]
    session.ask("staff:li", Conclude("reviewed", "核对无误"))
    assert outcome(session.ask("approver:wang", Conclude("confirmed", "确认"))) == "accepted"
    entries: list[Any] = [canon.decode(body) for body in session.bodies]
    assert rejudge(ORIGIN, entries).difference is None
    assert replay(ORIGIN, session.bodies).digest == session.state.digest


def test_without_a_next_in_line_the_result_is_void_and_of_several_awards_only_his_lapses():
    session = led_by_three(second=())
    shut_out(session, OUT)
    finished(session)
    session.ask("staff:li", Conclude("reviewed", "核对无误"))
    assert outcome(session.ask("approver:wang", Conclude("confirmed", "确认"))) == "WINNER_EXCLUDED"
    assert outcome(session.ask("approver:wang", Void("竞得人被取消资格"))) == "accepted"
    doc = document("far_adjustment").model_copy(update={"officers": at_least(None)})
    far = running(doc, "01", "02")
    for bidder, amount in (("01", 120), ("02", 110)):
        assert far.bid(bidder, amount) == "accepted"
    shut_out(far, Exclude("01", "主管部门认定"))
    finished(far)
    far.ask("staff:li", Conclude("reviewed", "核对无误"))
    assert outcome(far.ask("approver:wang", Conclude("confirmed", "确认"))) == "accepted"
    assert [award.bidder for award in far.state.standing.awards] == ["02"]


def test_a_record_of_before_is_judged_as_it_was():
    session = running(document(), "03")
    assert session.bid("03", 100) == "accepted"
    assert outcome(session.ask("staff:li", OUT)) == "accepted"
    finished(session)
    session.ask("staff:li", Conclude("reviewed", "核对无误"))
    assert outcome(session.ask("approver:wang", Conclude("confirmed", "确认"))) == "accepted"


def test_bids_go_on_while_a_proposal_waits():
    session = by_two(LATER)
    session.ask("staff:li", propose(Terminate("法院冻结")))
    entry = session.ask("bidder:01", Bid(100), OPENS + SECOND)
    assert outcome(entry) == "accepted"
