"""A secret limit: its owner sees it, and nobody else can read it off anything he is shown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.floor import Bid, Proxy
from auction_rules.money import LIMIT
from auction_rules.terms import SECOND
from bidding.core import views
from bidding.core.commands import Exclude, Resume, Suspend
from replay.explain import explain
from replay.film import Film
from replay.rejudge import rejudge
from tests.bidding.core.session import OPENS, ORIGIN, Session, document, running

AUDIENCES = ("public", "staff", "auditor", "bidder:02", "bidder:03")
WAYS = st.fixed_dictionaries(
    {},
    optional={
        "proxy_equal": st.sampled_from(("EARLIER", "LATER")),
        "proxy_overtake": st.sampled_from(("PARTIAL", "FULL_STEP")),
        "proxy_keeps_time": st.booleans(),
        "leader_may_raise": st.booleans(),
    },
)


def told(session: Session, audience: str) -> list[dict[str, Any] | None]:
    rows = zip([session.states[0], *session.states], session.entries, session.states, strict=False)
    return [views.event(a, entry, b, session.rule, audience) for a, entry, b in rows]


def shown(session: Session, audience: str) -> list[Any]:
    """Everything an audience is ever shown, and its own answers."""
    rows: list[Any] = []
    for state, entry, line in zip(
        session.states, session.entries, told(session, audience), strict=True
    ):
        rows += [line, state.digest, entry.get("ps")]
        rows.append(views.snapshot(state, session.rule, audience, state.t))
        if audience.startswith("bidder:"):
            rows.append(views.you(state, session.rule, audience.partition(":")[2], state.t))
        if entry["actor"] == audience:
            rows.append(views.answer(entry, state))
    return rows


def session_of(terms: dict[str, Any], acts: list[Any], limits: tuple[int, ...]) -> Session:
    session = running(document("english", proxy="ALLOWED", **terms), "01", "02", "03")
    for n, (who, kind, amount) in enumerate(acts):
        now = max(session.now, OPENS) + 1 + n
        if kind == "secret":
            session.ask("bidder:01", Proxy(limits[amount % len(limits)]), now)
        elif kind == "limit":
            session.ask(f"bidder:{who}", Proxy(amount), now)
        elif kind == "cancel":
            session.ask(f"bidder:{who}", Proxy(None), now)
        elif kind == "pause":
            session.ask("staff:li", Suspend("停电"), now)
            session.ask("staff:li", Resume("恢复"), now + SECOND)
        else:
            session.ask(f"bidder:{who}", Bid(amount), now)
    return session


ACTS = st.lists(
    st.tuples(
        st.sampled_from(("02", "03")),
        st.sampled_from(("secret", "secret", "limit", "limit", "bid", "bid", "cancel", "pause")),
        st.integers(90, 400),
    ),
    max_size=10,
)


@given(WAYS, ACTS)
def test_a_limit_nobody_reached_changes_not_one_byte_of_what_others_see(terms, acts):
    """Non-interference: two sessions with other secret limits of 01, each beyond all others."""
    one = session_of(terms, acts, (100_000, 100_500))
    two = session_of(terms, acts, (777_777, 987_654_321))
    for audience in AUDIENCES:
        assert shown(one, audience) == shown(two, audience)


@given(WAYS, ACTS, st.integers(90, 400))
def test_no_entry_shows_a_limit_to_anybody_but_its_owner(terms, acts, secret):
    session = session_of(terms, acts, (secret,))
    for audience in (*AUDIENCES, "bidder:01"):
        for entry, line in zip(session.entries, told(session, audience), strict=True):
            if entry["actor"] == audience or line is None:
                continue
            assert all(fact["fact"] != "proxy_set" for fact in line["facts"])
            assert "自动出价上限" not in line["text"]["zh"]
            if entry["type"].startswith("proxy."):
                assert line.get("ask") is None
                assert entry["type"] == "proxy.accepted"


@given(WAYS, ACTS, st.integers(90, 400))
def test_the_log_judges_itself_again(terms, acts, secret):
    session = session_of(terms, acts, (secret,))
    again = rejudge(ORIGIN, session.entries)
    assert again.difference is None


def test_what_others_see_of_an_entry_that_set_a_limit():
    session = running(document("english", proxy="ALLOWED"), "01", "02")
    entry = session.ask("bidder:01", Proxy(54_321), OPENS)
    state = session.state
    public = told(session, "public")[-1]
    assert public is not None
    assert [fact["fact"] for fact in public["facts"]] == [
        "offer_stood",
        "raised_by_house",
        "leaders_changed",
    ]
    assert public["text"]["zh"].startswith("01 号报价 100 元；由系统代 01 号自动报出")
    own = told(session, "bidder:01")[-1]
    assert own is not None
    assert own["ask"] == {"limit": 54_321}
    assert "自动出价上限 54,321 元" in own["text"]["zh"]
    panel = views.you(state, session.rule, "01", session.now)
    assert panel["limit"] == 54_321
    assert panel["actions"]["limits"] == [100, LIMIT]
    assert views.you(state, session.rule, "02", session.now)["limit"] is None
    (row,) = views.snapshot(state, session.rule, "public", session.now)["offers"]
    assert row["auto"] is True
    assert views.answer(entry, state)["facts"][0] == {
        "fact": "proxy_set",
        "bidder": "01",
        "limit": 54_321,
    }


@pytest.mark.parametrize("ask", [Proxy(99_999), Proxy(None)])
def test_nobody_hears_of_a_limit_that_changes_nothing(ask):
    session = running(document("english", proxy="ALLOWED"), "01", "02")
    session.ask("bidder:01", Proxy(500), OPENS)
    session.ask("bidder:01", ask, OPENS + 1)
    for audience in AUDIENCES:
        assert told(session, audience)[-1] is None


def test_the_house_stops_bidding_for_whom_it_excludes():
    session = running(document("english", proxy="ALLOWED"), "01", "02")
    session.ask("bidder:01", Proxy(500), OPENS)
    session.ask("staff:li", Exclude("01", "串通"), OPENS + 1)
    session.bid("02", 110, OPENS + 2)
    assert session.state.standing.leaders == ("02",)


def test_a_limit_is_a_bidder_s_and_not_while_suspended():
    session = running(document("english", proxy="ALLOWED"), "01")
    assert session.ask("staff:li", Proxy(500), OPENS)["data"]["reason"] == "NOT_ALLOWED"
    assert session.ask("bidder:09", Proxy(500), OPENS)["data"]["reason"] == "NOT_QUALIFIED"
    session.ask("staff:li", Suspend("停电"), OPENS)
    assert session.ask("bidder:01", Proxy(500), OPENS)["data"]["reason"] == "SUSPENDED"


def test_of_two_at_one_price_the_earlier_instruction_leads_and_both_are_told_so():
    session = running(document("english", proxy="ALLOWED"), "01", "02")
    session.ask("bidder:01", Proxy(1_100), OPENS)
    session.ask("bidder:02", Bid(1_100), OPENS + 1)
    for audience in ("public", "bidder:02"):
        line = told(session, audience)[-1]
        assert line is not None
        assert "01 号与 02 号同价，01 号先委托自动出价，同价时先委托者领先" in line["text"]["zh"]
        assert "No. 01 is level with No. 02 and instructed the house earlier" in line["text"]["en"]
    behind = views.you(session.state, session.rule, "02", session.now)
    assert (behind["state"], behind["sentence"]["zh"]) == (
        "outbid",
        "您的报价与领先的自动出价同价；同价时先委托者领先，您目前未领先。",
    )
    assert "已被超过" not in behind["sentence"]["zh"]
    chain = explain(Film(ORIGIN, session.entries), len(session.entries) - 1).lines
    tie = next(line for line in chain if "同价时先委托者领先" in line.text["zh"] and line.clause)
    assert "先委托者按其限额领先" in tie.clause["zh"]  # type: ignore[index]
    # Beyond the limit he is outbid, and nothing is level.
    session.ask("bidder:02", Bid(1_200), OPENS + 2)
    ahead = views.you(session.state, session.rule, "01", session.now)
    assert ahead["sentence"]["zh"] == "您的报价已被超过。"
