"""A session of a rule played through the core, and its log judged again from nothing.

Shared by the tests of rules that have no court of their own in `tests/bidding/core`: the plan is
plain data, (seconds, bidder, amount, quantity, slot), and amounts are told in steps from the start.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from auction_rules.floor import Bid, Draw
from auction_rules.terms import SECOND
from bidding.core.commands import Suspend
from bidding.core.document import Document
from bidding.core.record import bind, command_of, record, replay
from bidding.core.state import State, evolve
from bidding.proof import canon
from tests.bidding.core.session import OPENS, ORIGIN, Session, opened

BIDDERS = ("A", "B", "C", "D")
Asked = tuple[int, str, int, int | None, str | None]


def session(rule: str, terms: Mapping[str, Any], plan: Sequence[Asked], seed: str) -> Session:
    """The whole session: the plan, then every bell, and the draw where one is waited for."""
    doc = Document(
        auction="sample",
        title={"zh": "样例", "en": "Sample"},  # type: ignore[arg-type]
        rule=rule,
        version="1",
        terms=dict(terms),
    )
    here = opened(doc, *BIDDERS)
    here.until(OPENS)
    for seconds, bidder, amount, quantity, slot in plan:
        now = here.now + seconds * SECOND
        here.ask(f"bidder:{bidder}", Bid(amount, None, quantity, None, slot), now)
    while (at := here.due()) is not None:
        here.until(at)
    if here.state.standing.stage == "draw":
        here.ask("staff:li", Draw(seed))
        while (at := here.due()) is not None:
            here.until(at)
    here.ask("staff:li", Suspend("too late"))
    return here


def judge_again(here: Session) -> None:
    """The same log comes out of the same commands, byte by byte, and folds to the same state."""
    first: Any = canon.decode(here.bodies[0])
    state = bind(evolve(State(ORIGIN), first), here.rule)
    for body in here.bodies[1:]:
        read: Any = canon.decode(body)
        again = record(state, command_of(read), read["t"], here.rule, first=read.get("by"))
        assert again.body == body
        state = again.state
    assert state == here.state
    assert replay(ORIGIN, here.bodies) == here.state
    assert here.state.status == "closed"
    assert bool(state.standing.awards) != (state.standing.unsold is not None)
