"""A table to play a rule at: no house, no log, no clock; one index for each thing that happens."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auction_rules.facts import Closed, FloorFact
from auction_rules.floor import Bid, BidderAsk, Confirm, Entrant, Floor, Standing
from auction_rules.rule import Accept, Judgement, Rule


class Table:
    """A floor with admitted bidders; `lots` gives each his own lot where the rule has such."""

    def __init__(
        self, rule: Rule, terms: Mapping[str, Any], bidders: str, *, lots: Mapping[str, str] = {}
    ) -> None:
        self.rule = rule
        entrants = {b: Entrant(b, lots.get(b)) for b in bidders.split()}
        self.floor: Floor[Any] = Floor(rule.Config.model_validate(terms), Standing(), entrants, 1)
        self.happen(rule.open(self.floor, 0), 0)

    @property
    def standing(self) -> Standing:
        return self.floor.standing

    @property
    def closes(self) -> int:
        assert self.standing.closes is not None
        return self.standing.closes

    def happen(self, facts: tuple[FloorFact, ...], now: int) -> None:
        after = self.floor.after(facts, now)
        self.floor = replace(after, index=after.index + 1)

    def ask(self, bidder: str, ask: BidderAsk, now: int) -> Judgement:
        """What the rule says; what it accepts has happened."""
        judged = self.rule.judge(self.floor, bidder, ask, now)
        if isinstance(judged, Accept):
            self.happen(judged.facts, now)
        return judged

    def bid(self, bidder: str, amount: int, now: int, **more: Any) -> str:
        """`accepted`, or the code of the refusal."""
        judged = self.ask(bidder, Bid(amount, **more), now)
        return "accepted" if isinstance(judged, Accept) else judged.reason

    def confirm(self, bidder: str, now: int, *, answer: bool = True) -> str:
        """`accepted`, or the code of the refusal."""
        judged = self.ask(bidder, Confirm(answer), now)
        return "accepted" if isinstance(judged, Accept) else judged.reason

    def bell(self) -> tuple[FloorFact, ...]:
        """What happens at the instant that is due."""
        due = self.rule.due(self.floor)
        assert due is not None
        facts = self.rule.lapse(self.floor, due)
        self.happen(facts, due)
        return facts

    def end(self) -> tuple[FloorFact, ...]:
        """The facts of the last bell, nobody asking anything any more."""
        for _ in range(8):
            facts = self.bell()
            if facts[-1] == Closed():
                assert self.rule.due(self.floor) is None
                return facts
        raise AssertionError("eight bells, and still open")
