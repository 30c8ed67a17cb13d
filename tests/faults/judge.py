"""What the clients hold against the final archive. It knows nothing of the faults.

Twice: by the log's own invariants, which the simulation shares, and by counting entries here,
without the product's fold: every acknowledgement stands in the archive, as it was told, once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

from auction_rules.floor import Bid
from bidding.core.commands import Command
from bidding.proof.archive import parse_archive
from bidding.proof.policy import Policy
from bidding.proof.receipt import ReceiptError, verify_receipt
from replay.verify import verify
from tests.faults.crowd import Asked, Bidder
from tests.invariants import broken
from tests.invariants.history import History, Told, Wish


@dataclass
class Verdict:
    """What became of one round's bids; the three lists are sentences, and empty."""

    commands: int = 0
    acknowledged: int = 0
    accepted: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing to complain of."""
        return not (self.lost or self.doubled or self.broken)


def judged(raw: bytes, policy: Policy, crowd: list[Bidder]) -> Verdict:
    """The verdict on an archive that the policy's keys sign."""
    said = Verdict()
    entries = [orjson.loads(body) for body in parse_archive(raw).entries]
    history = History.of_archive(raw)
    (history.key,) = policy.logs
    for bidder in crowd:
        said.broken += bidder.trouble
        for asked in bidder.asked:
            said.commands += 1
            _acknowledged(said, history, entries, policy, bidder=bidder, asked=asked)
    counted_once(said, entries, crowd)
    said.broken += broken(history)
    verify(raw, policy)
    return said


def _acknowledged(
    said: Verdict,
    history: History,
    entries: list[dict[str, Any]],
    policy: Policy,
    *,
    bidder: Bidder,
    asked: Asked,
) -> None:
    key = f"{bidder.actor}/{asked.ref}"
    answer = asked.answer
    wish = Wish(Command(bidder.actor, Bid(asked.amount), asked.ref), _micro(asked.wanted))
    history.wishes.append(wish)
    if answer is None or asked.at is None:
        said.broken.append(f"{key} was never answered")
        return
    said.acknowledged += 1
    said.accepted += answer.accepted
    entry = entries[answer.i] if answer.i < len(entries) else {}
    if (entry.get("cmd"), entry.get("t")) != (key, answer.body["t"]):
        said.lost.append(f"{key} was told entry {answer.i}, which is {entry.get('cmd')}")
        return
    if entry["type"] != f"bid.{answer.body['type']}" or _amount(entry) != asked.amount:
        said.broken.append(f"{key} was told {answer.body['type']}, entry {answer.i} differs")
    raw = bidder.receipts.get(answer.i)
    if raw is None:
        said.broken.append(f"{key} has no receipt of entry {answer.i}")
        return
    try:
        shown = verify_receipt(raw, policy)
    except ReceiptError as error:
        said.broken.append(f"the receipt of {key} does not hold: {error.en}")
        return
    history.receipts.append((answer.i, raw))
    at = _micro(asked.at)
    wish.told.append(Told(at, answer.i, answer.body["t"], orjson.loads(shown.entry)))
    if shown.index != answer.i or orjson.loads(shown.entry) != entry:
        said.lost.append(f"{key} has a receipt of entry {shown.index}, and the archive another")


def counted_once(said: Verdict, entries: list[dict[str, Any]], crowd: list[Bidder]) -> None:
    """No request counted twice, under its reference or another, and none that nobody made."""
    wanted = {f"{b.actor}/{a.ref}" for b in crowd for a in b.asked}
    keys = Counter(entry["cmd"] for entry in entries if "cmd" in entry)
    said.doubled += [f"{key} has {n} entries" for key, n in keys.items() if n > 1]
    bids = [entry for entry in entries if entry["type"].startswith("bid.")]
    # No two bids of a round name the same amount.
    amounts = Counter((entry["actor"], _amount(entry)) for entry in bids)
    said.doubled += [
        f"{who} bids {amount} {n} times" for (who, amount), n in amounts.items() if n > 1
    ]
    said.broken += [f"{e['cmd']} was asked by nobody" for e in bids if e["cmd"] not in wanted]


def _amount(entry: dict[str, Any]) -> int:
    return int(entry["data"]["ask"]["amount"])


def _micro(seconds: float) -> int:
    return int(seconds * 1_000_000)
