"""Re-judging finds the first entry whose decision the rule would not have given."""

import copy
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from bidding.core.record import replay as fold
from bidding.core.state import State, evolve
from bidding.proof import canon
from replay.rejudge import RuleMissing, rejudge
from tests.replay.plays import first_run, opened, small

Entries = list[dict[str, Any]]


def session() -> tuple[str, Entries]:
    _, _, found = opened(first_run(small()))
    return found.origin, [copy.deepcopy(entry) for entry in found.entries]


def chained(origin: str, entries: Entries) -> Entries:
    """Entries as an owner of the log could rewrite them: every later digest made to fit."""
    state = State(origin)
    data = entries[0]["data"]
    data["sha256"] = hashlib.sha256(canon.encode(data["document"])).hexdigest()
    for index, entry in enumerate(entries):
        entry["i"] = index
        if index:
            entry["ps"] = state.digest
        state = evolve(state, entry)
    return entries


def test_the_log_as_it_was_shows_no_difference() -> None:
    origin, entries = session()
    judged = rejudge(origin, entries)
    assert judged.difference is None
    assert judged.entries == len(entries)
    assert judged.same_source
    assert fold(origin, map(canon.encode, entries)).digest


def bid_of(entries: Entries, amount: int) -> dict[str, Any]:
    return next(e for e in entries if e["data"].get("ask", {}).get("amount") == amount)


def refuse_a_good_bid(entries: Entries) -> int:
    entry = bid_of(entries, 15_000)
    entry["type"] = "bid.refused"
    entry["data"] = {
        "ask": entry["data"]["ask"],
        "reason": "BELOW_MIN_NEXT",
        "detail": {},
        "nearest": [],
    }
    return int(entry["i"])


def accept_a_low_bid(entries: Entries) -> int:
    entry = bid_of(entries, 10_500)
    facts = [
        {
            "fact": "offer_stood",
            "bidder": "B",
            "lot": None,
            "amount": 10_500,
            "quantity": None,
            "slot": None,
        }
    ]
    entry["type"], entry["data"] = "bid.accepted", {"ask": entry["data"]["ask"], "facts": facts}
    return int(entry["i"])


def move_the_deadline_further(entries: Entries) -> int:
    entry = bid_of(entries, 15_000)
    moved = next(f for f in entry["data"]["facts"] if f["fact"] == "deadline_moved")
    moved["closes"] += 1
    return int(entry["i"])


def give_another_reason(entries: Entries) -> int:
    entry = bid_of(entries, 10_500)
    entry["data"]["reason"] = "NOT_ON_GRID"
    return int(entry["i"])


def award_somebody_else(entries: Entries) -> int:
    entry = entries[-1]
    award = next(f for f in entry["data"]["facts"] if f["fact"] == "awarded")
    award["bidder"] = "B"
    return int(entry["i"])


def swallow_a_bell(entries: Entries) -> int:
    # The opening bell is dropped; the first bid stands on a floor that never opened.
    index = next(e["i"] for e in entries if e["type"] == "bell.accepted")
    del entries[index]
    return int(index)


@pytest.mark.parametrize(
    "tamper",
    [
        refuse_a_good_bid,
        accept_a_low_bid,
        move_the_deadline_further,
        give_another_reason,
        award_somebody_else,
        swallow_a_bell,
    ],
)
def test_a_wrong_decision_is_found_where_it_stands(tamper: Callable[[Entries], int]) -> None:
    origin, entries = session()
    index = tamper(entries)
    judged = rejudge(origin, chained(origin, entries))
    assert judged.difference is not None
    assert judged.difference.index == index
    assert f"entry {index}" in judged.difference.line()
    assert judged.entries == index


def test_a_wrong_digest_is_found() -> None:
    origin, entries = session()
    entries[3]["ps"] = entries[2]["ps"]
    difference = rejudge(origin, entries).difference
    assert difference is not None
    assert (difference.index, difference.about) == (3, "state digest")


def test_other_source_of_the_same_version_is_told() -> None:
    origin, entries = session()
    entries[0]["data"]["document"]["rule_sha256"] = "0" * 64
    judged = rejudge(origin, chained(origin, entries))
    assert judged.difference is None
    assert not judged.same_source


def test_a_rule_that_is_not_installed_is_named() -> None:
    origin, entries = session()
    entries[0]["data"]["document"]["version"] = "99"
    with pytest.raises(RuleMissing, match="english@99"):
        rejudge(origin, entries)
