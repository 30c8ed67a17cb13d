"""Sessions of one rule under generated plans, played through the core in virtual time.

A plan is plain data: how long nothing happens, who asks what, and how far from the edge of what is
valid. `rejudged` says that the log alone gives the same decisions, bytes and state again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from auction_rules.floor import Bid, Confirm, Draw, Leave, Stay
from auction_rules.terms import SECOND
from bidding.core.commands import Admit, Deposit, Resume, Suspend
from bidding.core.document import Document
from bidding.core.record import bind, command_of, record, replay
from bidding.core.state import State, evolve
from bidding.proof import canon
from tests.bidding.core.session import OPENS, ORIGIN, UNIT, Session, opened

BIDDERS = ("01", "02", "03", "04")
SMALL = "03"
"""The bidder admitted with a priority."""
SEED = "sample"

waits = st.sampled_from([0, 1, SECOND, 5 * SECOND, 17 * SECOND, 40 * SECOND, None, None])
people = st.sampled_from(BIDDERS)
acts = st.one_of(
    *[st.tuples(st.just("bid"), people, st.sampled_from([0, 0, 0, 0, -1, 1, -7, 7, -40]))] * 10,
    st.tuples(st.just("confirm"), people, st.booleans()),
    st.tuples(st.just("seed")),
    st.tuples(st.just("suspend")),
    st.tuples(st.just("resume")),
)
plans = st.lists(st.tuples(waits, acts), min_size=4, max_size=24)
Plan = Sequence[tuple[int | None, tuple[Any, ...]]]


def began(rule: str, terms: Mapping[str, Any], deposit: int = 0) -> Session:
    """The session in its first stage, four bidders admitted who paid what deposit there is, in fen."""
    document = Document(
        auction="sample",
        title={"zh": "样例", "en": "Sample"},  # type: ignore[arg-type]
        rule=rule,
        version="1",
        terms={"unit": UNIT, "opens": OPENS, **terms},
        deposit=deposit,
    )
    session = opened(document)
    for bidder in BIDDERS:
        session.ask("staff:li", Admit(bidder, None, 1 if bidder == SMALL else 0))
        if deposit:
            session.ask("staff:li", Deposit(bidder, deposit, session.now, f"paid-{bidder}"))
    session.until(OPENS)
    return session


def played(session: Session, plan: Plan, lots: Sequence[str | None] = (None,)) -> Session:
    """The session after the plan; a wait of None is until the next bell."""
    for number, (wait, act) in enumerate(plan):
        now = session.now + wait if wait is not None else max(session.due() or 0, session.now)
        _do(session, act, now, lots[number % len(lots)])
    return session


def _do(session: Session, act: tuple[Any, ...], now: int, lot: str | None) -> None:
    match act:
        case ("bid", who, delta):
            session.until(now)
            actions = session.rule.actions(session.state.floor(), who, now)
            edge = 500 if actions.minimum is None else actions.minimum
            session.ask(f"bidder:{who}", Bid(max(0, edge + delta), lot), now)
        case ("confirm", who, answer):
            session.ask(f"bidder:{who}", Confirm(answer), now)
        case ("stay", who):
            session.ask(f"bidder:{who}", Stay(session.state.standing.round), now)
        case ("leave", who):
            session.ask(f"bidder:{who}", Leave(session.state.standing.round), now)
        case ("zero", who):
            session.ask(f"bidder:{who}", Bid(0, lot), now)
        case ("seed",):
            session.ask("staff:li", Draw(SEED), now)
        case ("suspend",):
            session.ask("staff:li", Suspend("停电"), now)
        case ("resume",):
            session.ask("staff:li", Resume("恢复供电"), now)


def rung(session: Session) -> Session:
    """The same session after the bell that is due next."""
    at = session.due()
    assert at is not None
    session.until(at)
    return session


def over(session: Session) -> Session:
    """The same session once nobody asks anything more; the seed comes when it is waited for."""
    if session.state.status == "suspended":
        session.ask("staff:li", Resume("恢复供电"))
    for _ in range(60):
        at = session.due()
        if at is not None:
            session.until(at)
        elif session.state.status == "running":
            session.ask("staff:li", Draw(SEED))
        else:
            break
    assert session.state.status == "closed"
    standing = session.state.standing
    assert bool(standing.awards) != (standing.unsold is not None)
    return session


def rejudged(session: Session) -> None:
    """The log judges itself again, refusals change nothing, and no deadline moves back."""
    state = bind(evolve(State(ORIGIN), canon.decode(session.bodies[0])), session.rule)  # type: ignore[arg-type]
    for body in session.bodies[1:]:
        entry: Any = canon.decode(body)
        again = record(state, command_of(entry), entry["t"], session.rule, first=entry.get("by"))
        assert again.body == body
        old, new = state.standing, again.state.standing
        if entry["type"].endswith(".refused"):
            assert old == new
        if old.closes is not None and new.closes is not None and old.stage == new.stage:
            assert new.closes >= old.closes
        state = again.state
    assert state == session.state
    assert replay(ORIGIN, session.bodies).digest == session.state.digest


def accepted(session: Session) -> list[tuple[str, int, str | None, int]]:
    """Bidder, amount, lot and index of every accepted offer."""
    return [
        (
            e["actor"].removeprefix("bidder:"),
            e["data"]["ask"]["amount"],
            e["data"]["ask"].get("lot"),
            e["i"],
        )
        for e in session.entries
        if e["type"] == "bid.accepted"
    ]
