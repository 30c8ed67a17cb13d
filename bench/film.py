"""A session of 100,000 entries: verifying it, opening its film, seeking in it, re-judging it.

Ratios carry over to other machines, absolute figures do not. The session is an English auction of
fifty bidders who raise each other by one step; it is recorded by the same core that runs live.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any, Final

from auction_rules.floor import Bid
from auction_rules.terms import SECOND
from bidding.core.commands import Admit, Ask, Bell, Command
from bidding.core.document import Document
from bidding.core.record import due, open_session, record, rule_of
from bidding.proof.archive import write_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from bidding.proof.policy import parse_policy, policy_text
from replay.film import Film
from replay.rejudge import rejudge
from replay.verify import verify

ENTRIES: Final = 100_000
SEEKS: Final = 1_000
BIDDERS: Final = 50
ORIGIN: Final = "bench.example/log/film"
START: Final = 1_772_413_200 * SECOND
OPENS: Final = START + 60 * SECOND
STEP: Final = 10


def session(count: int = ENTRIES) -> tuple[bytes, str]:
    """An archive of that many entries and its policy; a checkpoint every tenth part."""
    document = Document(
        auction="film",
        title={"zh": "长场", "en": "Long session"},  # type: ignore[arg-type]
        rule="english",
        version="1",
        terms={
            "opens": OPENS,
            "duration_seconds": 86_400,
            "start_price": 100,
            "step": STEP,
            "extension_seconds": 30,
        },
        deposit=0,
    )
    made = open_session(ORIGIN, document, START, "staff:1", "approver:2")
    rule, bodies = rule_of(made.state), [made.body]
    asks: list[tuple[str, Ask]] = [("staff:1", Admit(f"{n:02}")) for n in range(BIDDERS)]
    at, price, serial = START, 100, 0
    while len(bodies) < count:
        bell = due(made.state, rule)
        if bell is not None and bell <= at:
            command, now = Command("system", Bell()), bell
        elif asks:
            actor, ask = asks.pop(0)
            command, now = Command(actor, ask), at
            at = at if asks else OPENS
        else:
            serial += 1
            bidder = f"bidder:{serial % BIDDERS:02}"
            # Every tenth is too low and is refused.
            amount = price if serial % 10 else price - STEP
            price += STEP if serial % 10 else 0
            command, now = Command(bidder, Bid(amount), f"r{serial}"), at
            at += SECOND // 2
        made = record(made.state, command, now, rule)
        bodies.append(made.body)
    signer = Signer(ORIGIN, bytes(range(32)))
    tree = Tree.from_leaves(map(leaf_hash, bodies))
    sizes = [count * part // 10 for part in range(1, 11)]
    notes = [signer.sign(Checkpoint(ORIGIN, size, tree.root(size)).body()) for size in sizes]
    return write_archive(ORIGIN, bodies, notes), policy_text(signer.verifier)


def measure() -> list[dict[str, Any]]:
    """One row a question; milliseconds."""
    archive, text = session()
    policy = parse_policy(text)
    spent, found = _timed(lambda: verify(archive, policy))
    rows = [_row(f"verify {ENTRIES:,} entries, {len(archive) >> 20} MB", spent)]
    spent, film = _timed(lambda: Film(found.origin, found.entries))
    rows.append(_row("open the film of verified entries", spent))
    spent, judged = _timed(lambda: rejudge(found.origin, found.entries))
    assert judged.difference is None
    rows.append(_row("re-judge them", spent))
    rows += _seeks(film)
    return rows


def _seeks(film: Film) -> list[dict[str, Any]]:
    chance = random.Random(7)
    places = [chance.randrange(len(film)) for _ in range(SEEKS)]
    asked: tuple[tuple[str, Callable[[int], object]], ...] = (
        ("state at a random entry", film.state),
        ("public room at a random entry", partial(film.room, audience="public")),
        ("a bidder's room at a random entry", partial(film.room, audience="bidder:07")),
    )
    rows = []
    for what, seek in asked:
        times = sorted(_timed(partial(seek, index))[0] for index in places)
        ranks = {"p50": SEEKS // 2, "p99": SEEKS * 99 // 100, "worst": SEEKS - 1}
        found = {f"{name}_ms": round(times[at] * 1e3, 2) for name, at in ranks.items()}
        rows.append({"what": what, **found})
    return rows


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = perf_counter()
    found = call()
    return perf_counter() - started, found


def _row(what: str, spent: float) -> dict[str, Any]:
    per_second = round(ENTRIES / spent)
    return {"what": what, "ms": round(spent * 1e3), "entries_per_second": per_second}


if __name__ == "__main__":
    for row in measure():
        print(row)
