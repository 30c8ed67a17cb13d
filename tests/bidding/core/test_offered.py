"""What a panel offers is taken: each amount, answer and act of every course the examples take.

The requests are made as the room's page makes them, of nothing but the panel.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auction_rules.floor import Bid, BidderAsk, Confirm, Leave, Stay
from auction_rules.registry import find
from bidding.core import views
from bidding.core.commands import Ask, Command
from bidding.core.decide import Accepted, decide
from bidding.core.record import bind
from bidding.core.state import State, evolve
from bidding.proof import canon
from replay.play import Run, play
from replay.scenario import read

EXAMPLES = Path(__file__).parents[3] / "examples" / "scenarios"
RULES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())

UNTOLD = {"DUPLICATE_PRICE"}
"""That a price is taken nobody is told before he names it (stages.one_price)."""


def states(run: Run) -> Iterator[State]:
    """The session after each entry, where a stage is open and no bell is due."""
    name, _, version = run.scenario.rule.partition("@")
    rule = find(name, version or None)
    state = State(run.state.origin)
    for number, body in enumerate(run.bodies):
        entry: Any = canon.decode(body)
        state = evolve(state, entry)
        if number == 0:
            state = bind(state, rule)
        if state.status == "running" and state.standing.stage is not None:
            yield state


def offered(state: State, panel: dict[str, Any]) -> Iterator[Ask]:
    """All that the page can send from this panel."""
    acts, stage = panel["actions"], state.standing.stage
    least, most = acts["quantity_minimum"], acts["quantity_maximum"]
    if acts["ask"] is not None and acts["blocked"] is None and not acts["lines"]:
        if acts["ask"] == "bid":
            for amount in (acts["minimum"], *acts["quick"]):
                yield Bid(amount, panel["lot"], least, stage)
        elif acts["ask"] == "confirm":
            yield from (Confirm(answer=True), Confirm(answer=False))
        elif acts["ask"] == "stay":
            yield Stay(acts["round"], None if least == most else least)
    for line in acts["lines"]:
        if line["withdraw"]:
            yield Bid(0, None, None, stage, line["slot"])
        if line["blocked"] is None and line["ask"] == "bid":
            yield Bid(line["minimum"], None, line["quantity_minimum"], stage, line["slot"])
        elif line["blocked"] is None:
            yield Stay(acts["round"], line["quantity_minimum"], line["slot"])
    number = state.standing.round
    also: dict[str, BidderAsk] = {
        "take_back": Confirm(answer=False),
        "leave": Leave(number),
        "waive": Stay(number),
    }
    yield from (also[act] for act in acts["also"])


@pytest.mark.parametrize("folder", RULES)
def test_what_a_panel_offers_is_taken(folder):
    tried: set[tuple[Any, ...]] = set()
    for path in sorted((EXAMPLES / folder).rglob("*.yaml")):
        for run in play(read(path)):
            rule = find(run.scenario.rule.partition("@")[0])
            for state in states(run):
                now = max(state.t, state.standing.opens)
                due = rule.due(state.floor())
                if due is not None and due <= now:
                    continue
                for bidder in state.people:
                    panel = views.you(state, rule, bidder, now)
                    for ask in offered(state, panel):
                        said = decide(state, Command(f"bidder:{bidder}", ask, "r" * 20), now, rule)
                        refused = None if isinstance(said, Accepted) else said.reason
                        assert refused is None or refused in UNTOLD, (
                            path.stem,
                            state.t,
                            bidder,
                            ask,
                        )
                        tried.add((state.standing.stage, type(ask)))
    assert tried
