"""A whole session with officers: what bidders and officers ask, then every duty until it is closed.

For rules that wait for points, choices and chance. What is asked is plain data; after it the
officers do what they owe, and the session closes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from auction_rules.conformance.asks import duties
from auction_rules.floor import BidderAsk, OfficerAsk
from auction_rules.rule import Accept
from auction_rules.terms import SECOND
from bidding.core.commands import Suspend
from bidding.core.document import Document
from tests.auction_rules.rejudged import BIDDERS
from tests.bidding.core.session import OPENS, Session, opened

Asked = tuple[int, str, BidderAsk | OfficerAsk]
"""Seconds since the ask before it, who (`bidder:A`, `staff:E1`), and what."""


def attended(
    rule: str, terms: Mapping[str, Any], plan: Sequence[Asked], officers: Sequence[str]
) -> Session:
    """The session after the plan, its bells, and every duty of these officers."""
    doc = Document(
        auction="sample",
        title={"zh": "样例", "en": "Sample"},  # type: ignore[arg-type]
        rule=rule,
        version="1",
        terms=dict(terms),
    )
    here = opened(doc, *BIDDERS)
    here.until(OPENS)
    for seconds, actor, ask in plan:
        here.ask(actor, ask, here.now + seconds * SECOND)
    for _ in range(100):
        while (at := here.due()) is not None:
            here.until(at)
        if here.state.status == "closed":
            here.ask("staff:li", Suspend("too late"))
            return here
        _duty(here, tuple(officers))
    raise AssertionError("a hundred duties, and still open")


def _duty(here: Session, officers: tuple[str, ...]) -> None:
    floor = here.state.floor()
    for officer, ask in duties(floor, officers, f"{here.now:x}"):
        if isinstance(here.rule.office(floor, officer, ask, here.now), Accept):
            here.ask(f"staff:{officer}", ask)
            return
    raise AssertionError(f"stage {floor.standing.stage!r} waits for nobody")
