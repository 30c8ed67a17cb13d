"""Proxy bids: the closed form, its edges (M03), and the stage that turns it into facts."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.conformance import check as conforms
from auction_rules.extension import Countdown, Trigger
from auction_rules.facts import (
    Awarded,
    DeadlineMoved,
    LeadersChanged,
    OfferStood,
    ProxySet,
    RaisedByHouse,
    Unsold,
)
from auction_rules.floor import Bid, Floor, Proxy
from auction_rules.program import Staged
from auction_rules.prose import prose
from auction_rules.proxy import Equal, Overtake, Proxying, Side, alone, bounds, check, contest
from auction_rules.registry import find
from auction_rules.rule import Accept, Refuse, Settlement
from auction_rules.stages.outcry import Outcry
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import SECOND, Resume, RuleConfig
from tests.auction_rules.table import Table

OPENS = 10 * SECOND
TERMS: dict[str, Any] = {
    "unit": {"zh": "元", "en": "CNY", "scale": 0, "fen": 100},
    "opens": OPENS,
    "duration_seconds": 60,
    "start_price": 100,
    "step": 10,
    "extension_seconds": 30,
    "trigger_window_seconds": 30,
    "proxy": "ALLOWED",
}


def table(bidders="A B C", **terms):
    here = Table(find("english"), TERMS | terms, bidders)
    here.bell()
    return here


def limit(here, bidder, amount, now=OPENS + 1):
    judged = here.ask(bidder, Proxy(amount), now)
    return "accepted" if isinstance(judged, Accept) else judged.reason


def play(here, *acts):
    """`A100` is an offer by hand, `A<200` a limit, `A<-` takes it away."""
    for n, act in enumerate(acts):
        who, rest, now = act[0], act[1:], OPENS + 1 + n
        if rest.startswith("<"):
            said = limit(here, who, None if rest == "<-" else int(rest[1:]), now)
        else:
            said = here.bid(who, int(rest), now)
        assert said == "accepted", (act, said)
    offers = here.standing.offers
    return "".join(f"{b}{offers[b].amount} " for b in here.rule.ranking(here.floor)).strip()


@pytest.mark.parametrize(
    ("acts", "terms", "stands"),
    [
        # Alone: the start, and no more.
        (["A<200"], {}, "A100"),
        # The second limit and a step, at most the best limit.
        (["A<200", "B<150"], {}, "A160 B150"),
        (["A<200", "B<195"], {}, "A200 B195"),
        (["A<200", "B<300"], {}, "B210 A200"),
        # Against a person who bids by hand.
        (["A<200", "B110"], {}, "A120 B110"),
        (["A<200", "B195"], {}, "A200 B195"),
        (["A<200", "B201"], {}, "B201 A100"),
        (["B100", "A<200"], {}, "A110 B100"),
        # GSA: of equal limits the earlier leads at the full limit.
        (["A<200", "B<200"], {}, "A200 B200"),
        (["A<200", "B200"], {}, "A200 B200"),
        (["A<200", "B<200"], {"proxy_equal": "LATER"}, "B200 A100"),
        (["A<200", "B200"], {"proxy_equal": "LATER"}, "B200 A100"),
        # `overtake`: a limit less than a step above the other's is itself the price.
        (["A<200", "B<205"], {}, "B205 A200"),
        (["A<205", "B200"], {}, "A205 B200"),
        (["A<200", "B<205"], {"proxy_overtake": "FULL_STEP"}, "A200 B200"),
        (["A<200", "B<210"], {"proxy_overtake": "FULL_STEP"}, "B210 A200"),
        (["A<205", "B200"], {"proxy_overtake": "FULL_STEP"}, "A205 B200"),
        # What is offered by hand stands, though it is less than a step above a hidden limit.
        (["A<200", "B205"], {"proxy_overtake": "FULL_STEP"}, "B205 A100"),
        (["A<205", "B<200"], {"proxy_overtake": "FULL_STEP", "proxy_equal": "LATER"}, "B200 A100"),
        # A limit off the grid is as good as the last amount on it.
        (["A<155", "B<200"], {"grid": "MULTIPLE_OF_STEP"}, "B160 A150"),
        (["A<205", "B<209"], {"grid": "MULTIPLE_OF_STEP"}, "A200 B200"),
        # Whole tenths of the price, rounded up: above 155 comes 171.
        (
            ["A<300", "B<155"],
            {"step_kind": "PERCENT", "step_basis_points": 1000, "step": 1},
            "A171 B155",
        ),
        # The jump limit is for offers by hand; the house goes no further than it must.
        (["A<300", "B<250"], {"max_jump_steps": 2}, "A260 B250"),
        # Three at once: whoever is out stays out until he raises his limit.
        (["A<150", "B<200", "C<180"], {}, "B190 C180 A150"),
        (["A<150", "B<200", "C<180", "A<300"], {}, "A210 B200 C180"),
        # A limit raised keeps its place in time, or loses it.
        (["A<150", "B<160", "A<200", "B<200"], {}, "A200 B200"),
        (["A<150", "B<160", "C<300", "B<400", "A<400"], {}, "A400 B400 C300"),
        (
            ["A<150", "B<160", "C<300", "B<400", "A<400"],
            {"proxy_keeps_time": False},
            "B400 A400 C300",
        ),
        # The same limit again is no change.
        (["A<200", "A<200", "B<200"], {"proxy_keeps_time": False}, "A200 B200"),
        # Raised, lowered and taken away by the leader: nobody sees anything.
        (["A<200", "B<150", "A<500"], {}, "A160 B150"),
        (["A<200", "B<150", "A<160", "B170"], {}, "B170 A160"),
        (["A<200", "B<150", "A<-", "B170"], {}, "B170 A160"),
        # Set anew after it was taken away, it has the time of the second setting.
        (["A<200", "A<-", "B110", "A<150", "B<150"], {}, "A150 B150"),
        # The leader's own raise by hand, below and beyond his limit.
        (["A<200", "A150", "B160"], {}, "A170 B160"),
        (["A<200", "A250", "B260"], {}, "B260 A250"),
        # The reserve is met at once by a limit that reaches it (GSA), not by one that does not.
        (["A<200"], {"reserve": 150, "proxy_to_reserve": True}, "A150"),
        (["A<149"], {"reserve": 150, "proxy_to_reserve": True}, "A100"),
        (["A<200"], {"reserve": 150}, "A100"),
        (["A100", "A<200"], {"reserve": 150, "proxy_to_reserve": True}, "A150"),
        (["A<140", "B<200"], {"reserve": 180, "proxy_to_reserve": True}, "B180 A140"),
        (
            ["A<200"],
            {"reserve": 155, "proxy_to_reserve": True, "grid": "MULTIPLE_OF_STEP"},
            "A160",
        ),
        (
            ["A<159"],
            {"reserve": 155, "proxy_to_reserve": True, "grid": "MULTIPLE_OF_STEP"},
            "A100",
        ),
        # Whoever leads may not outbid himself by hand, yet raise his limit (MECHANISMS §1).
        (["A<200", "A<300", "B<250"], {"leader_may_raise": False}, "A260 B250"),
    ],
)
def test_what_stands(acts, terms, stands):
    assert play(table(**terms), *acts) == stands


@pytest.mark.parametrize(
    ("acts", "ask", "terms", "reason", "nearest"),
    [
        ([], "A<99", {}, "BELOW_START", (100,)),
        ([], "A<0", {}, "BELOW_START", (100,)),
        ([], "A<-", {}, "NO_LIMIT_SET", ()),
        ([], "A<200", {"proxy": "NONE"}, "PROXY_NOT_ALLOWED", ()),
        (["A150"], "B<159", {}, "BELOW_MIN_NEXT", (160,)),
        (["A<200", "B<150"], "A<159", {}, "LIMIT_BELOW_OFFER", (160,)),
        # By its visible price, not by the secret of the leader.
        (["A<200"], "B<109", {}, "BELOW_MIN_NEXT", (110,)),
        (["A<200", "A<-"], "A<-", {}, "NO_LIMIT_SET", ()),
        ([], f"A<{10**16}", {}, "JUMP_NOT_ALLOWED", None),
    ],
)
def test_what_is_refused(acts, ask, terms, reason, nearest):
    here = table(**terms)
    play(here, *acts)
    amount = None if ask[2:] == "-" else int(ask[2:])
    judged = here.rule.judge(here.floor, ask[0], Proxy(amount), OPENS + 50)
    assert isinstance(judged, Refuse)
    assert judged.reason == reason
    assert nearest is None or judged.nearest == nearest


def test_when_it_is_too_late_and_too_early():
    here = Table(find("english"), TERMS, "A")
    assert limit(here, "A", 200, OPENS - 1) == "NOT_BIDDABLE"
    here.bell()
    assert limit(here, "A", 200, OPENS + 60 * SECOND - 1) == "accepted"
    assert limit(here, "A", 300, here.closes) == "OUTSIDE_WINDOW"
    assert here.end()[1] == Awarded("A", None, 100, None, 100)


def test_one_entry_holds_the_offer_and_the_answer():
    here = table()
    now = OPENS + 40 * SECOND
    first = here.ask("A", Proxy(200), now)
    assert first == Accept(
        (
            ProxySet("A", 200),
            OfferStood("A", None, 100, None),
            RaisedByHouse("A", 3),
            LeadersChanged(("A",), 100),
            DeadlineMoved(now + 30 * SECOND, "extension"),
        )
    )
    later = now + 20 * SECOND
    assert here.ask("B", Bid(110), later) == Accept(
        (
            OfferStood("B", None, 110, None),
            OfferStood("A", None, 120, None),
            RaisedByHouse("A", 3),
            LeadersChanged(("A",), 120),
            # Two offers stood, and one ask moved the end once.
            DeadlineMoved(later + 30 * SECOND, "extension"),
        )
    )
    assert here.standing.extensions == 2
    # The leader's own limit is nobody's business: no leader, no deadline, nothing.
    assert here.ask("A", Proxy(900), later + 1) == Accept((ProxySet("A", 900),))
    assert here.ask("A", Proxy(None), later + 2) == Accept((ProxySet("A", None),))
    assert here.standing.offers["A"].auto == 3
    # By hand again, and no longer marked.
    assert here.bid("A", 130, later + 3) == "accepted"
    assert here.standing.offers["A"].auto is None


def test_a_limit_starts_the_clock_like_an_offer():
    here = table(clock_starts="FIRST_BID", latest_start=OPENS + 600 * SECOND)
    now = OPENS + 5 * SECOND
    judged = here.ask("A", Proxy(200), now)
    assert isinstance(judged, Accept)
    assert judged.facts[-1] == DeadlineMoved(now + 60 * SECOND, "first_bid")
    late = here.ask("A", Proxy(300), now + 1)
    assert late == Accept((ProxySet("A", 300),))


def test_the_house_does_not_bid_for_the_excluded():
    here = table()
    play(here, "A<200")
    entrants = {**here.floor.entrants}
    entrants["A"] = type(entrants["A"])("A", excluded=True)
    here.floor = Floor(here.floor.terms, here.standing, entrants, here.floor.index)
    assert here.bid("B", 110, OPENS + 9) == "accepted"
    assert here.standing.leaders == ("B",)


def test_enough_bidders_and_the_reserve_count_offers_of_the_house():
    here = table(min_bidders=2, reserve=130)
    play(here, "A<200", "B<120")
    assert here.end()[1] == Awarded("A", None, 130, None, 130)
    here = table(reserve=150)
    play(here, "A<200", "B<120")
    assert here.end()[1] == Unsold("RESERVE_NOT_MET")


@pytest.mark.parametrize(
    ("terms", "where"),
    [
        ({"proxy": "NONE", "proxy_equal": "LATER"}, "proxy"),
        ({"proxy": "NONE", "proxy_keeps_time": False}, "proxy"),
        ({"proxy_to_reserve": True}, "proxy_to_reserve"),
        ({"grid": "MULTIPLE_OF_STEP", "proxy_overtake": "FULL_STEP"}, "proxy_overtake"),
    ],
)
def test_terms_that_say_nothing(terms, where):
    with pytest.raises(ValueError, match=where):
        find("english").Config.model_validate(TERMS | terms)


class _Buyer(Staged[RuleConfig]):
    """A reverse auction of one stage: prices fall, and a limit is the least one would take."""

    name, version, title = "buyer", "1", {"zh": "反向", "en": "Reverse"}
    Config = RuleConfig
    cap: int | None = None

    def stages(self, terms):
        return (
            Outcry(
                id="timed",
                kind="timed",
                title=self.title,
                ladder=Ladder(1_000, 10, cap=self.cap, sign=-1),
                to_beat=lambda floor, _: floor.standing.cutoff,
                leading=_cheapest,
                quantity=lambda *_: None,
                resume_policy=Resume.REMAINING,
                length=60 * SECOND,
                countdown=Countdown(30 * SECOND, trigger=Trigger.TOP_CHANGE),
                proxying=Proxying(),
            ),
        )

    def starts(self, terms):
        return OPENS

    def follows(self, floor, closed):
        return None

    def finish(self, floor, now):
        return ()

    def ranking(self, floor):
        offers = sorted(floor.standing.offers.values(), key=lambda o: (o.amount, o.since))
        return tuple(offer.key for offer in offers)

    def settlement(self, floor):
        return Settlement(0, 0, None)

    def direction(self, terms):
        return -1


def _cheapest(floor):
    best = min(floor.standing.offers.values(), key=lambda o: (o.amount, o.since))
    return LeadersChanged((best.bidder,), best.amount)


UNIT = {"unit": TERMS["unit"]}


@pytest.mark.parametrize(
    ("acts", "cap", "stands"),
    [
        (["A<800"], None, "A1000"),
        (["A<800", "B<900"], None, "A890 B900"),
        (["A<800", "B<800"], None, "A800 B800"),
        (["A<800", "B<795"], None, "B795 A800"),
        (["A<800", "B805"], None, "A800 B805"),
        (["A<800", "B799"], None, "B799 A1000"),
        (["A<850", "B<855"], 850, "A850 B855"),
    ],
)
def test_prices_fall_just_as_they_rise(acts, cap, stands):
    rule: Any = _Buyer()
    rule.cap = cap
    here = Table(rule, UNIT, "A B C")
    here.bell()
    assert play(here, *acts) == stands
    assert limit(here, "C", 1_001) in ("BELOW_MIN_NEXT", "CAP_REACHED")


def test_no_limit_beyond_the_cap_and_none_when_it_is_reached():
    ladder = Ladder(100, 10, cap=155)
    assert bounds(ladder, None, None) == (100, 155)
    assert check(ladder, 156, 100, None) == Refuse("ABOVE_CAP", {"cap": 155}, (155,))
    assert check(ladder, 155, 100, None) is None
    assert bounds(ladder, 150, None) == Refuse("CAP_REACHED", {"cap": 155})
    assert check(ladder, 155, 150, 150) == Refuse("CAP_REACHED", {"cap": 155})
    # Two limits at the cap: no price above it.
    how = Proxying()
    found = contest(ladder, how, Side("A", 100, 155, 1), Side("B", None, 155, 2))
    assert (found.winner.bidder, found.price, found.loser) == ("A", 155, 155)


def test_a_change_of_leader_alone_moves_the_end_where_the_terms_say_so():
    rule: Any = _Buyer()
    here = Table(rule, UNIT, "A B")
    here.bell()
    now = OPENS + 50 * SECOND
    limit(here, "A", 800, now)
    assert here.closes == now + 30 * SECOND
    here.bid("B", 900, now + SECOND)
    assert here.standing.leaders == ("A",)
    assert here.closes == now + 30 * SECOND


# Properties ----------------------------------------------------------------------------------

AMOUNTS = st.integers(100, 260)
LADDERS = st.builds(
    Ladder,
    st.just(100),
    st.integers(1, 17),
    st.sampled_from(list(Grid)),
    cap=st.sampled_from((None, 255)),
)


@given(LADDERS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_the_price_is_the_second_limit_and_a_step(ladder, firm, one, two):
    """price = min(max1, max2 + step), clipped to the grid and the cap."""
    limits = [ladder.within(min(x, ladder.cap or x)) for x in (one, two)]
    firm = ladder.within(min(firm, *limits))
    found = contest(
        ladder, Proxying(), Side("A", firm, limits[0], 1), Side("B", None, limits[1], 2)
    )
    best, second = max(limits), min(limits)
    assert found.price == min(best, ladder.minimum(second))
    assert found.winner.bidder == ("B" if limits[1] > limits[0] else "A")
    assert found.loser is None or found.loser <= found.price
    assert ladder.within(found.price) == found.price


def by_hand(ladder: Ladder, price: int, limits: dict[str, int]) -> tuple[str, int]:
    """Two people at their keyboards, `A` in the lead: each gives the least valid amount in turn.

    Whoever cannot raise by a whole step gives all he has, if that is more.
    """
    leader, other = "A", "B"
    for _ in count():
        least = ladder.minimum(price)
        amount = min(least, limits[other])
        if amount <= price:
            return leader, price
        leader, other, price = other, leader, amount
    raise AssertionError


@given(LADDERS, AMOUNTS, AMOUNTS)
def test_it_ends_where_bidding_by_hand_would(ladder, one, two):
    limits = {"A": ladder.within(one), "B": ladder.within(two)}
    if min(limits.values()) < ladder.minimum(100):
        return
    found = contest(
        ladder, Proxying(), Side("A", 100, limits["A"], 1), Side("B", None, limits["B"], 2)
    )
    leader, price = by_hand(ladder, 100, limits)
    if limits["A"] != limits["B"]:
        assert found.winner.bidder == leader
    # By hand the price depends on whose turn it is; never by more than a step.
    assert abs(found.price - price) <= ladder.step


@given(
    st.builds(Proxying, st.sampled_from(list(Equal)), st.sampled_from(list(Overtake))),
    LADDERS | st.builds(Ladder, st.just(260), st.integers(1, 17), sign=st.just(-1)),
    st.tuples(AMOUNTS, AMOUNTS, AMOUNTS),
    st.sampled_from((1, 3)),
)
def test_no_contest_breaks_a_promise(how, ladder, amounts, time):
    """Nobody beyond his limit, no price back, nobody left who could still outbid."""
    sign = ladder.sign
    firm, one, two = (ladder.within(x) for x in amounts)
    if sign * (two - ladder.minimum(firm)) < 0:
        return
    held = Side("A", firm, one if sign * (one - firm) >= 0 else None, 2)
    asked = Side("B", None, two, time)
    found = contest(ladder, how, asked, held)
    far = {"A": one if held.limit is not None else firm, "B": two}
    loser = "A" if found.winner is asked else "B"
    assert sign * (far[found.winner.bidder] - found.price) >= 0
    assert found.loser is None or sign * (far[loser] - found.loser) >= 0
    assert found.loser is None or sign * (found.price - found.loser) >= 0
    assert sign * (found.price - firm) >= 0
    assert sign * (far[loser] - ladder.minimum(found.price)) < 0


@given(st.integers(100, 300), st.integers(90, 300))
def test_alone_it_is_the_start_or_the_reserve(reach, reserve):
    ladder = Ladder(100, 10)
    price = alone(ladder, Proxying(reserve=reserve), Side("A", None, reach, 1))
    assert price == (reserve if 100 < reserve <= reach else 100)
    assert alone(ladder, Proxying(), Side("A", 100, reach, 1)) is None


ACTS = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.sampled_from(("bid", "limit", "limit", "cancel")),
        st.integers(95, 320),
    ),
    max_size=14,
)
WAYS = st.fixed_dictionaries(
    {
        "proxy_equal": st.sampled_from(("EARLIER", "LATER")),
        "proxy_overtake": st.sampled_from(("PARTIAL", "FULL_STEP")),
        "proxy_keeps_time": st.booleans(),
        "leader_may_raise": st.booleans(),
        "reserve": st.just(180),
        "proxy_to_reserve": st.booleans(),
    }
)


@given(WAYS, ACTS)
def test_any_play_keeps_the_promises(ways, acts):
    """No offer beyond a limit, a price that never falls, actions that say what judge does."""
    here = table(**ways)
    price, now = 0, OPENS
    for who, kind, amount in acts:
        now += 1
        limits = here.rule.actions(here.floor, who, now).limits
        assert limits is not None
        for end, ok in ((limits[0], True), (limits[0] - 1, False), (limits[1], True)):
            said = here.rule.judge(here.floor, who, Proxy(end), now)
            assert isinstance(said, Accept) == ok, (end, said)
        own = here.standing.offers.get(who)
        ask = {"bid": Bid(amount), "limit": Proxy(amount), "cancel": Proxy(None)}[kind]
        before = here.floor
        judged = here.ask(who, ask, now)
        assert judged == before_again(here, before, who, ask, now)
        if isinstance(judged, Refuse):
            assert here.floor is before
            continue
        for fact, following in zip(judged.facts, judged.facts[1:], strict=False):
            if isinstance(following, RaisedByHouse):
                assert isinstance(fact, OfferStood)
                assert fact.amount <= here.standing.proxies[fact.bidder]
        top = here.standing.top
        assert top is None or top.amount >= price
        price = 0 if top is None else top.amount
        ranked = here.rule.ranking(here.floor)
        assert ranked[:1] == here.standing.leaders
        if kind == "cancel":
            assert here.standing.offers.get(who) == own


def before_again(here, floor, who, ask, now):
    """The same question again, as one who judges the log later asks it."""
    return here.rule.judge(floor, who, ask, now)


def test_the_notice_says_how_the_house_bids_and_who_sees_a_limit():
    rule = find("english")

    def notice(**terms):
        told = prose(rule, rule.Config.model_validate({**rule.example, **terms}), remarks=False)
        assert len(told["zh"]) == len(told["en"])
        return "".join(told["zh"]), " ".join(told["en"])

    zh, en = notice()
    assert "不会出现相同的最优报价" in zh
    assert "委托系统自动出价" not in zh
    zh, en = notice(proxy="ALLOWED")
    assert "不会出现相同的最优报价" not in zh
    assert "先委托者按其限额领先" in zh
    assert "限额仅委托人本人可见" in zh
    assert "the earlier limit leads at its full amount" in en
    zh, _ = notice(proxy="ALLOWED", proxy_equal="LATER")
    assert "后到者领先" in zh


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"proxy_equal": "LATER", "proxy_overtake": "FULL_STEP", "proxy_keeps_time": False},
        {"grid": "MULTIPLE_OF_STEP", "max_jump_steps": 3},
        {"leader_may_raise": False, "reserve": "1205000", "proxy_to_reserve": True},
    ],
)
def test_the_rule_with_proxy_bids_conforms(terms):
    rule = find("english")
    given_terms = {**rule.example, "proxy": "ALLOWED", **terms}
    assert [str(failure) for failure in conforms(rule, given_terms)] == []
