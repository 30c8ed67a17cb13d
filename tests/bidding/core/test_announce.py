"""What staff tell everybody: heard in every room at any time, and deciding nothing."""

import pytest

from bidding.core import views
from bidding.core.commands import Announce, Suspend, Terminate
from tests.bidding.core.session import Session, document, finished, opened, outcome, running

WORDS = Announce("请核对报价。", "Check your offers.")


def quiet() -> Session:
    return opened(document(), "01")


def stopped() -> Session:
    session = running(document(), "01")
    session.ask("staff:li", Suspend("停电"))
    return session


def ended() -> Session:
    session = running(document(), "01")
    session.ask("approver:wang", Terminate("法院冻结"))
    return session


def sealed() -> Session:
    return running(document("far_adjustment", quoting="SEALED"), "01")


ROOMS = [quiet, lambda: running(document(), "01"), stopped, ended, sealed]


@pytest.mark.parametrize("room", [*ROOMS, lambda: finished(running(document(), "01"))])
@pytest.mark.parametrize("officer", ["staff:li", "approver:wang"])
def test_everybody_hears_it_at_any_time_and_the_floor_is_as_it_was(room, officer):
    session = room()
    before = session.state
    entry = session.ask(officer, WORDS)
    assert outcome(entry) == "accepted"
    assert session.state.standing == before.standing
    assert session.state.status == before.status
    for audience in ("public", "staff", "auditor"):
        line = views.event(before, entry, session.state, session.rule, audience)
        assert line is not None
        # The role that speaks, never the account behind it.
        assert line["who"] == officer.partition(":")[0]
        assert line["text"] == {
            "zh": "工作人员通知：请核对报价。",
            "en": "message from the staff: Check your offers.",
        }


@pytest.mark.parametrize("asker", ["bidder:01", "bidder:99", "auditor:zhao"])
def test_nobody_else_speaks_for_the_house(asker):
    session = running(document(), "01")
    assert outcome(session.ask(asker, WORDS)) == "NOT_ALLOWED"
