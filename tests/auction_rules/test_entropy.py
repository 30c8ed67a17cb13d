"""Chance from parties who commit and reveal: no order of acts, no silence and no lie steers it."""

import hashlib
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction_rules.facts import DrawAbsent, DrawCommitted, Drawn, DrawRevealed, DrawWindow
from auction_rules.floor import DrawCommit, DrawReveal, OfficerAsk
from auction_rules.registry import find
from auction_rules.rule import Accept
from auction_rules.terms import SECOND
from tests.auction_rules.table import Table

RULE = find("sealed_bid")
OPENS = 1_772_413_200 * SECOND
WHAT = "LOT"
PARTIES = ("p", "q", "r")
SECRETS = {name: hashlib.sha256(name.encode()).hexdigest() for name in (*PARTIES, "stranger")}
OTHER = hashlib.sha256(b"other").hexdigest()


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def expected(pool: list[str], shown: set[str]) -> tuple[str, ...]:
    """The order by the formula of the decision, worked out here once more."""
    seed = sha(",".join(f"{name}:{SECRETS[name]}" for name in PARTIES if name in shown))
    left, order = sorted(pool), []
    while left:
        # Four names at most: that the digest lies in the rejected stretch does not happen here.
        number = int(sha(f"{seed}|{WHAT}|{','.join(left)}"), 16)
        assert number < 2**256 - 2**256 % len(left)
        order.append(left.pop(number % len(left)))
    return tuple(order)


class Draw(Table):
    """A sale in which four are equal, and the draw among them; what happened is kept."""

    def __init__(self, needed: int = 0) -> None:
        parties = [{"id": name, "zh": name, "en": name} for name in PARTIES]
        draws = {
            "source": "COMMIT_REVEAL",
            "parties": parties,
            "needed": needed,
            "commit_seconds": 60,
            "reveal_seconds": 60,
        }
        super().__init__(
            RULE,
            {
                "lot_id": WHAT,
                "opens": OPENS,
                "closes": OPENS + 60 * SECOND,
                "start_price": 100,
                "step": 10,
                "tie": "DRAW",
                "draws": draws,
            },
            "A B C D",
        )
        self.facts: list[object] = []
        self.bell()
        for bidder in "ABCD":
            self.bid(bidder, 100, OPENS)
        self.now = self.closes
        self.bells()

    def bells(self) -> None:
        """Every bell that is due by now."""
        while (due := RULE.due(self.floor)) is not None and due <= self.now:
            facts = RULE.lapse(self.floor, self.now)
            self.facts += facts
            self.happen(facts, self.now)

    def wait(self, seconds: int) -> None:
        """Time goes by; every bell rings at its own instant."""
        until = self.now + seconds * SECOND
        while (due := RULE.due(self.floor)) is not None and due <= until:
            self.now = max(due, self.now)
            self.bells()
        self.now = until

    def act(self, party: str, ask: OfficerAsk) -> str:
        """`accepted`, or the reason; after it the bells that are due."""
        self.bells()
        before = repr(self.floor.standing)
        judged = RULE.office(self.floor, party, ask, self.now)
        assert repr(self.floor.standing) == before
        if not isinstance(judged, Accept):
            return judged.reason
        self.facts += judged.facts
        self.happen(judged.facts, self.now)
        self.bells()
        return "accepted"

    def commit(self, party: str, secret: str | None = None, what: str = WHAT) -> str:
        text = f"{what}|{party}|{secret or SECRETS[party]}"
        return self.act(party, DrawCommit(sha(text)))

    def reveal(self, party: str, secret: str | None = None) -> str:
        return self.act(party, DrawReveal(secret or SECRETS[party]))

    def of(self, kind: type) -> list:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    @property
    def order(self) -> tuple[str, ...] | None:
        drawn = self.of(Drawn)
        return drawn[0].order if drawn else None


@pytest.mark.parametrize("commits", [*permutations(PARTIES)])
@pytest.mark.parametrize("reveals", [*permutations(PARTIES)])
def test_no_order_of_acts_changes_the_result(commits, reveals):
    here = Draw()
    assert [here.commit(party) for party in commits] == ["accepted"] * 3
    assert [here.reveal(party) for party in reveals] == ["accepted"] * 3
    assert here.order == expected(list("ABCD"), set(PARTIES))


@pytest.mark.parametrize("silent", PARTIES)
def test_where_all_are_needed_silence_stops_the_draw_and_changes_nothing(silent):
    here = Draw()
    for party in PARTIES:
        here.commit(party)
    for party in PARTIES:
        if party != silent:
            here.reveal(party)
    here.wait(3600)
    assert here.order is None
    assert here.of(DrawAbsent) == [DrawAbsent(WHAT, "reveal", (silent,))]
    assert here.reveal(silent, OTHER) == "SECRET_DIFFERS"
    assert here.reveal(silent) == "accepted"
    assert here.order == expected(list("ABCD"), set(PARTIES))


@pytest.mark.parametrize("silent", PARTIES)
def test_where_two_suffice_the_third_is_named_and_left_out(silent):
    here = Draw(needed=2)
    for party in PARTIES:
        here.commit(party)
    for party in PARTIES:
        if party != silent:
            here.reveal(party)
    # He may still come: until his time is over nothing is drawn.
    assert here.order is None
    here.wait(60)
    assert here.of(DrawAbsent) == [DrawAbsent(WHAT, "reveal", (silent,))]
    assert here.order == expected(list("ABCD"), {*PARTIES} - {silent})


@pytest.mark.parametrize("silent", PARTIES)
def test_who_never_commits_is_named_and_where_all_are_needed_waited_for(silent):
    for needed in (0, 2):
        here = Draw(needed)
        others = [party for party in PARTIES if party != silent]
        for party in others:
            here.commit(party)
        here.wait(60)
        assert here.of(DrawAbsent) == [DrawAbsent(WHAT, "commit", (silent,))]
        if needed:
            assert here.commit(silent) == "COMMITS_CLOSED"
            assert here.reveal(silent) == "NEVER_COMMITTED"
            assert [here.reveal(party) for party in others] == ["accepted"] * 2
            assert here.order == expected(list("ABCD"), set(others))
        else:
            assert here.reveal(others[0]) == "REVEAL_TOO_EARLY"
            assert here.commit(silent) == "accepted"
            assert [here.reveal(party) for party in PARTIES] == ["accepted"] * 3
            assert here.order == expected(list("ABCD"), set(PARTIES))


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        (OTHER, "SECRET_DIFFERS"),
        (SECRETS["q"], "SECRET_DIFFERS"),
        (SECRETS["p"].upper(), "SECRET_DIFFERS"),
        (SECRETS["p"][:-1], "SECRET_DIFFERS"),
    ],
)
def test_a_tampered_secret_is_refused_and_the_true_one_still_counts(secret, reason):
    here = Draw()
    for party in PARTIES:
        here.commit(party)
    assert here.reveal("p", secret) == reason
    assert [here.reveal(party) for party in PARTIES] == ["accepted"] * 3
    assert here.reveal("p") == "NOT_BIDDABLE"
    assert here.order == expected(list("ABCD"), set(PARTIES))


def test_what_was_committed_to_for_another_draw_opens_nothing_here():
    here = Draw()
    here.commit("p", what="ANOTHER LOT")
    here.commit("q")
    here.commit("r")
    assert here.reveal("p") == "SECRET_DIFFERS"
    assert here.reveal("q") == "accepted"


def test_a_commitment_of_somebody_else_cannot_be_taken_over():
    """q copies what p committed to; when p has shown it, it is still no secret of q's."""
    here = Draw()
    copied = sha(f"{WHAT}|p|{SECRETS['p']}")
    here.commit("p")
    here.act("q", DrawCommit(copied))
    here.commit("r")
    assert here.reveal("p") == "accepted"
    assert here.reveal("q", SECRETS["p"]) == "SECRET_DIFFERS"


ANYTHING = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["commit", "reveal"]),
            st.sampled_from([*PARTIES, "stranger"]),
            st.sampled_from([None, None, OTHER, "short"]),
        ),
        st.tuples(st.just("wait"), st.sampled_from([1, 30, 59, 60, 61, 600]), st.none()),
    ),
    max_size=4,
)


def each(kind: str) -> st.SearchStrategy:
    """Most or all of the parties do it, in any order."""
    orders = [(*order[:n],) for order in permutations(PARTIES) for n in (2, 3, 3)]
    return st.sampled_from(orders).map(lambda order: [(kind, party, None) for party in order])


ACTS = st.tuples(ANYTHING, each("commit"), ANYTHING, each("reveal"), ANYTHING).map(
    lambda parts: [act for part in parts for act in part]
)


@given(st.sampled_from([0, 2, 3]), ACTS)
@settings(max_examples=300, deadline=None)
def test_the_result_is_a_function_of_who_revealed_and_of_nothing_else(needed, acts):
    here = Draw(needed)
    for kind, who, secret in acts:
        if kind == "wait":
            here.wait(who)
        elif kind == "commit":
            # Whoever commits to another secret cannot show the one of the table any more.
            here.commit(who, secret)
        else:
            here.reveal(who, secret)
    commits = {fact.party: fact.commit for fact in here.of(DrawCommitted)}
    shown = {fact.party: fact.secret for fact in here.of(DrawRevealed)}
    assert set(shown) <= set(commits) <= set(PARTIES)
    assert all(commits[p] == sha(f"{WHAT}|{p}|{secret}") for p, secret in shown.items())
    # Nobody commits once anybody may reveal, and nobody reveals before.
    kinds = [
        type(f) for f in here.facts if isinstance(f, DrawCommitted | DrawWindow | DrawRevealed)
    ]
    windows = [n for n, kind in enumerate(kinds) if kind is DrawWindow]
    last_commit = max((n for n, kind in enumerate(kinds) if kind is DrawCommitted), default=-1)
    first_reveal = min((n for n, k in enumerate(kinds) if k is DrawRevealed), default=len(kinds))
    assert last_commit < first_reveal
    if shown:
        assert last_commit < windows[1] < first_reveal
    if here.order is None:
        return
    assert len(shown) >= (needed or len(PARTIES))
    if all(secret == SECRETS[party] for party, secret in shown.items()):
        assert here.order == expected(list("ABCD"), set(shown))
    assert sum(isinstance(fact, Drawn) for fact in here.facts) == 1
