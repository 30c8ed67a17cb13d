"""What one decision costs: `python -m bench.decide`.

Decide, facts, entry, canonical bytes, state digest and leaf hash of a real bid, against the
smallest honest machine that does the same kind of work in the same run: one comparison, one
dictionary, canonical JSON, SHA-256. Rows with more bidders and with a longer past show what
grows and what does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from time import perf_counter
from typing import Any

import orjson

from auction_rules.floor import Bid
from auction_rules.registry import find
from auction_rules.rule import Rule
from bidding.core.commands import Admit, Bell, Command
from bidding.core.document import Document, Title
from bidding.core.record import open_session, record
from bidding.core.state import State
from bidding.proof.merkle import leaf_hash

START = 1_772_413_200_000_000
BIDS = 4_000
ROUNDS = 5


def minimal() -> float:
    """Seconds for one bid of the minimal machine."""
    top = 0
    started = perf_counter()
    for n in range(BIDS):
        amount = 400_000 + n
        top = max(top, amount)
        entry = {"i": n, "t": START + n, "actor": "bidder:01", "amount": amount, "top": top}
        hashlib.sha256(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)).digest()
    return (perf_counter() - started) / BIDS


def session(rule_name: str, bidders: int) -> tuple[Rule, State]:
    """A running session with so many admitted bidders."""
    rule = find(rule_name)
    terms: dict[str, Any] = dict(rule.example)
    if rule.own_lots:
        terms["parcels"] = [{"id": f"P{n}", "added_area": 1_000} for n in range(bidders)]
        terms["quoting_opens"], terms["quoting_closes"] = START, START + 10**12
    else:
        terms["opens"], terms["duration_seconds"] = START, 10**6
    document = Document(
        auction="bench",
        title=Title(zh="测量", en="measurement"),
        rule=rule.name,
        version=rule.version,
        terms=terms,
    )
    state = open_session(
        "bench.example/log/bench", document, START - 1, "staff:1", "approver:2"
    ).state
    for n in range(bidders):
        admit = Admit(f"{n:03}", f"P{n}" if rule.own_lots else None)
        state = record(state, Command("staff:1", admit), START - 1, rule).state
    return rule, record(state, Command("system", Bell()), START, rule).state


def bidding(rule: Rule, state: State, past: int = 0) -> float:
    """Seconds for one accepted bid after `past` earlier ones."""
    names = list(state.entrants)
    step = 10_000 if rule.own_lots else 1_000_000
    spent = 0.0
    for n in range(past + BIDS):
        if n == past:
            spent = perf_counter()
        turn, name = divmod(n, len(names))
        level = turn if rule.own_lots else n
        amount = state.terms.start_price + level * step
        command = Command(f"bidder:{names[name]}", Bid(amount), str(n))
        made = record(state, command, START + n, rule)
        leaf_hash(made.body)
        state = made.state
    assert state.standing.acted == past + BIDS, "every bid of the measurement is accepted"
    return (perf_counter() - spent) / BIDS


def best(measure: Callable[[], float]) -> float:
    """The least of some rounds: what it costs when nothing else disturbs."""
    return min(measure() for _ in range(ROUNDS))


def measure() -> list[dict[str, object]]:
    """Rows with microseconds a bid, and the ratio to the minimal machine of the same run."""
    base = best(minimal)
    rows: list[dict[str, object]] = [
        {"what": "minimal machine (baseline)", "microseconds": round(base * 1e6, 2), "ratio": 1.0}
    ]
    cases = [
        ("english, 5 bidders", "english", 5, 0),
        ("english, 5 bidders, 20,000 bids before", "english", 5, 20_000),
        ("far_adjustment, 5 parcels", "far_adjustment", 5, 0),
        ("far_adjustment, 50 parcels", "far_adjustment", 50, 0),
    ]
    for what, name, bidders, past in cases:
        rule, state = session(name, bidders)
        one = min(bidding(rule, state, past) for _ in range(1 if past else ROUNDS))
        row = {"what": what, "microseconds": round(one * 1e6, 2), "ratio": round(one / base, 1)}
        rows.append(row)
    return rows


if __name__ == "__main__":
    for row in measure():
        print(f"{row['what']:<44}{row['microseconds']:>9} µs  {row['ratio']:>6}x")
