"""Sessions of the clock rules: generated answers, through the core, to the end.

A plan is plain data: (seconds until then, bidder, what he does, a number). Answers are to the tick
that runs when they arrive, now and then to another one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from auction_rules.facts import OfferStood
from auction_rules.floor import Bid, Draw, Leave, Stay
from auction_rules.terms import SECOND
from bidding.core.commands import Suspend
from bidding.core.document import Document
from tests.auction_rules.rejudged import BIDDERS, judge_again
from tests.bidding.core.session import OPENS, UNIT, Session, opened

Act = tuple[int, str, str, int]

plans: st.SearchStrategy[list[Act]] = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 4, 9, 10, 21]),
        st.sampled_from(BIDDERS),
        st.sampled_from(["stay"] * 8 + ["leave", "stale", "bid"]),
        st.integers(0, 7),
    ),
    max_size=24,
)
SLOTS = ("P", "Q")


def played(rule: str, terms: Mapping[str, Any], plan: Sequence[Act], seed: str) -> Session:
    """The session after the plan, after every bell, and with every draw that was waited for."""
    doc = Document(
        auction="sample",
        title={"zh": "样例", "en": "Sample"},  # type: ignore[arg-type]
        rule=rule,
        version="1",
        terms={"opens": OPENS, "unit": UNIT, **terms},
    )
    here = opened(doc, *BIDDERS)
    here.until(OPENS)
    _rest(here, seed, until_clock=True)
    several = len(terms.get("products", ())) > 1
    for seconds, bidder, what, number in plan:
        here.until(here.now + seconds * SECOND)
        here.ask(f"bidder:{bidder}", _asked(here, what, number, several=several))
    _rest(here, seed)
    here.ask("staff:li", Suspend("too late"))
    judge_again(here)
    return here


def _asked(here: Session, what: str, number: int, *, several: bool) -> Bid | Stay | Leave:
    standing = here.state.standing
    if what == "leave":
        return Leave(standing.round)
    if what == "bid" or standing.kind not in ("clock", None):
        return Bid((standing.cutoff or 50) + number - 3)
    if what == "at":
        return _inside(here, number, several=several)
    stated = here.rule.quantity_unit(here.state.terms) is not None
    slot = SLOTS[number % 2] if several else None
    quantity = number // 2 if several else number
    return Stay(standing.round + (what == "stale"), quantity if stated else None, slot)


def _inside(here: Session, number: int, *, several: bool) -> Bid:
    """A price up to four above the one that stands, for one product."""
    slot = SLOTS[number % 2] if several else "P"
    stands = here.state.standing.notes.get(f"price {slot}", 0)
    return Bid(stands + 1 + number // 8, None, number // 2 % 4, None, slot if several else None)


def _rest(here: Session, seed: str, *, until_clock: bool = False) -> None:
    # Several hundred bells would be a clock that never ends.
    for _ in range(400):
        standing = here.state.standing
        if until_clock and standing.kind == "clock":
            return
        if here.state.status == "closed":
            return
        if (at := here.due()) is not None:
            here.until(at)
        else:
            assert standing.kind == "draw"
            here.ask("staff:li", Draw(seed))
    raise AssertionError("still running")


def ticks(here: Session) -> Iterator[tuple[int, dict[str, Any]]]:
    """The facts of rounds, with the time of the entry that brought them."""
    for entry in here.entries:
        for fact in entry["data"].get("facts", ()):
            if fact["fact"] == "round_opened":
                yield entry["t"], fact


def answers(here: Session) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Every yes that counted: when, whose, and the offer it made."""
    for entry in here.entries:
        if entry["type"] == "stay.accepted":
            for fact in entry["data"]["facts"]:
                assert fact["fact"] == OfferStood.fact
                yield entry["t"], entry["actor"].partition(":")[2], fact
