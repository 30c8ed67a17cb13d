"""What the document says of interruptions: who lets a session go on, and after what notice."""

import pytest
from pydantic import ValidationError

from auction_rules.terms import SECOND
from bidding.core import notice as notices
from bidding.core import views
from bidding.core.commands import Propose, Resume, Second, Suspend, Terminate, ask_to_json
from bidding.core.document import Document
from bidding.core.downtime import Downtime, recovered
from bidding.core.record import command_of, record, replay
from bidding.core.state import State
from tests.bidding.core.session import (
    OPENS,
    ORIGIN,
    Session,
    document,
    opened,
    outcome,
    running,
)

POLICY = Downtime(auto_seconds=300, notice_seconds=60)
STOP, GO = Suspend("断电"), Resume("恢复供电")
LIMIT = 300 * SECOND
SINCE = OPENS + 10 * SECOND


def promised(policy: Downtime | None = POLICY) -> Document:
    """The sample document with this policy, in which what remained comes back."""
    return document(resume="REMAINING").model_copy(update={"downtime": policy})


def stopped(policy: Downtime | None = POLICY) -> Session:
    """Suspended by an officer ten seconds after the opening; fifty are left."""
    session = running(promised(policy), "01")
    assert outcome(session.ask("staff:li", STOP, SINCE)) == "accepted"
    return session


def facts(session: Session) -> list[str]:
    return [fact["fact"] for fact in session.entries[-1]["data"]["facts"]]


def test_the_hour_is_told_and_the_session_goes_on_at_it():
    session = stopped()
    session.ask("staff:li", GO, SINCE + 30 * SECOND)
    assert facts(session) == ["resuming"]
    at = SINCE + 90 * SECOND
    assert (session.state.status, session.due()) == ("suspended", at)
    assert session.bid("01", 100, at - 1) == "SUSPENDED"
    assert session.bid("01", 100, at) == "accepted"
    bell = session.entries[-2]
    assert (bell["type"], bell["t"]) == ("bell.accepted", at)
    assert [f["fact"] for f in bell["data"]["facts"]] == ["resumed", "deadline_moved"]
    assert session.closes == at + 50 * SECOND, "as much as was left when it stopped"
    assert session.state.resuming is None


@pytest.mark.parametrize(
    ("policy", "later", "actor", "said"),
    [
        (POLICY, LIMIT, "staff:li", "accepted"),
        (POLICY, LIMIT, "system", "accepted"),
        (POLICY, LIMIT + 1, "staff:li", "NEEDS_SECOND"),
        (POLICY, LIMIT + 1, "approver:wang", "NEEDS_SECOND"),
        (POLICY, LIMIT + 1, "system", "NEEDS_SECOND"),
        (POLICY, LIMIT + 1, "bidder:01", "NOT_ALLOWED"),
        (Downtime(auto_seconds=0), 1, "staff:li", "NEEDS_SECOND"),
        (None, LIMIT + 1, "staff:li", "accepted"),
    ],
)
def test_up_to_the_limit_one_resumes_and_beyond_it_two(policy, later, actor, said):
    assert outcome(stopped(policy).ask(actor, GO, SINCE + later)) == said


def test_two_officers_end_a_long_suspension_and_nobody_alone():
    session = stopped()
    late = SINCE + LIMIT + SECOND
    about = Propose("resume", ask_to_json(GO))
    assert outcome(session.ask("staff:li", about, late)) == "accepted"
    number = session.entries[-1]["i"]
    assert session.state.resuming is None, "a proposal is not yet an act"
    agree = Second(number, agree=True)
    assert outcome(session.ask("approver:li", agree, late + 1)) == "SAME_OFFICER"
    assert outcome(session.ask("staff:zhao", agree, late + 2)) == "NOT_ALLOWED"
    assert outcome(session.ask("approver:wang", agree, late + 3)) == "accepted"
    assert facts(session) == ["seconded", "resuming"]
    assert session.due() == late + 3 + 60 * SECOND, "the notice counts from the confirmation"


def test_nobody_proposes_what_one_may_do():
    session = stopped()
    about = Propose("resume", ask_to_json(GO))
    assert outcome(session.ask("staff:li", about, SINCE + LIMIT)) == "NO_SECOND_NEEDED"


def test_an_announced_hour_is_taken_back_and_time_stood_still_from_the_first_stop_on():
    session = stopped()
    session.ask("staff:li", GO, SINCE + 200 * SECOND)
    assert outcome(session.ask("staff:li", GO)) == "RESUMES_ALREADY"
    assert outcome(session.ask("staff:li", STOP, SINCE + 210 * SECOND)) == "accepted"
    assert session.due() is None
    suspended = session.state.suspended
    assert suspended is not None
    assert suspended.since == SINCE
    assert outcome(session.ask("staff:li", STOP)) == "SUSPENDED"
    assert outcome(session.ask("staff:li", GO, SINCE + LIMIT + 1)) == "NEEDS_SECOND"


def test_an_end_ends_the_announcement_too():
    session = stopped()
    session.ask("staff:li", GO)
    session.ask("approver:wang", Terminate("法院来函"))
    assert (session.due(), session.state.resuming) == (None, None)


def test_without_notice_and_without_a_policy_it_goes_on_at_once():
    for policy in (None, Downtime(notice_seconds=0)):
        session = stopped(policy)
        session.ask("staff:li", GO, SINCE + 30 * SECOND)
        assert facts(session) == ["resumed", "deadline_moved"]


@pytest.mark.parametrize("policy", [None, POLICY])
@pytest.mark.parametrize(("away", "goes_on"), [(LIMIT, True), (LIMIT + 1, False)])
def test_what_the_house_records_when_it_comes_back(policy, away, goes_on):
    state = running(promised(policy), "01").state
    found = recovered(state, OPENS + 60 * SECOND, SINCE, SINCE + away)
    assert [type(command.ask) for command in found] == [Suspend, Resume][: 1 + goes_on]
    assert found[0].ask == Suspend("RECOVERY", SINCE)


def test_before_the_opening_nobody_missed_anything():
    state = opened(promised(), "01").state
    found = recovered(state, OPENS, OPENS - 3600 * SECOND, OPENS + LIMIT)
    assert [command.ask for command in found] == [Suspend("RECOVERY", OPENS), Resume("RECOVERY")]


def test_an_absence_that_cost_nobody_anything_is_not_recorded():
    session = stopped()
    assert recovered(session.state, session.due(), SINCE, SINCE + LIMIT) == []
    session.ask("staff:li", GO)
    at = session.due()
    assert at is not None
    assert recovered(session.state, at, SINCE + 1, at - 1) == [], "back before the hour"
    late = recovered(session.state, at, SINCE + 1, at)
    assert [type(command.ask) for command in late] == [Suspend, Resume], "and told anew after it"


def test_the_record_judges_itself_again_and_a_fold_finds_the_same_state():
    session = stopped()
    session.ask("staff:li", GO)
    session.until(session.due() or 0)
    session.until(session.due() or 0)
    assert session.state.status == "closed"
    assert replay(ORIGIN, session.bodies).digest == session.state.digest
    for before, entry in zip(session.states, session.entries[1:], strict=False):
        again = record(before, command_of(entry), entry["t"], session.rule)
        assert again.entry == entry


def test_a_document_that_says_nothing_keeps_the_hash_it_always_had():
    silent, told = promised(None), promised()
    assert "downtime" not in silent.canonical()
    assert told.canonical()["downtime"] == {"auto_seconds": 300, "notice_seconds": 60}
    assert silent.sha256 == document(resume="REMAINING").sha256 != told.sha256


def test_a_limit_is_a_whole_number_of_seconds_up_to_a_day():
    for wrong in (-1, 86_401, 1.5, "60"):
        with pytest.raises(ValidationError):
            Downtime(auto_seconds=wrong)  # type: ignore[arg-type]


def test_the_notice_says_it():
    doc = promised()
    told = notices.notice(doc.canonical(), doc.sha256)
    zh = dict(notices.facts(told, "zh"))["系统中断与恢复"]
    en = dict(notices.facts(told, "en"))["Where the service fails"]
    assert "不超过 5 分钟的，由系统自行恢复" in zh
    assert "提前 1 分钟向全体竞买人公告" in zh
    assert "no more than 5 minutes ends by itself" in en
    assert "told to all bidders 1 minute ahead" in en


def test_the_room_says_what_it_waits_for():
    def room(state: State) -> dict[str, object]:
        shown = views.suspended_of(state)
        assert shown is not None
        return shown

    session = stopped()
    assert room(session.state)["resumes"] is None
    assert room(session.state)["next"] == {
        "zh": "中止超过 5 分钟的，恢复须两人办理；恢复时间至少提前 1 分钟公告。",
        "en": "To end a suspension of more than 5 minutes takes two officers; the hour is announced "
        "at least 1 minute ahead.",
    }
    session.ask("staff:li", GO, SINCE + SECOND)
    assert room(session.state)["resumes"] == SINCE + 61 * SECOND
    assert "定于北京时间 2026-03-02 09:02:11 恢复" in str(room(session.state)["next"])
    line = views.event(
        session.states[-2], session.entries[-1], session.state, session.rule, "public"
    )
    assert line is not None, "everybody is told"
    assert line["text"]["zh"] == "公告恢复时间：北京时间 09:02:11（恢复供电）。"


def test_a_document_that_promises_no_word_ahead_is_not_said_to_promise_one():
    for policy in (None, Downtime(auto_seconds=300, notice_seconds=0)):
        shown = views.suspended_of(stopped(policy).state)
        assert shown is not None
        assert "恢复后立即继续，不另行提前告知" in shown["next"]["zh"]
        assert "no word ahead" in shown["next"]["en"]
