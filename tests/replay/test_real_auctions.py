"""The plays agree with the records of others, read from the shared folder where it exists."""

import json
from decimal import Decimal

import pytest

from replay.play import play
from replay.scenario import read
from tests.replay.plays import SCENARIOS
from tests.shared import SHARED

RECORDS = SHARED / "data" / "onchain_english_extension.json"
EXAMPLES = SHARED / "scenarios" / "worked-examples.json"
GWEI = 10**9


def auctions() -> list[dict[str, object]]:
    if not RECORDS.exists():
        return []
    found: list[dict[str, object]] = json.loads(
        RECORDS.read_text(encoding="utf-8"), parse_float=Decimal
    )["auctions"]
    return found


def test_sixteen_plays_are_in_the_repository() -> None:
    assert len(list((SCENARIOS / "onchain").glob("*.yaml"))) == 16


@pytest.mark.vectors("onchain_english_extension")
@pytest.mark.parametrize("record", auctions(), ids=lambda r: str(r["auction"]))
def test_every_bid_winner_and_price_is_the_recorded_one(record: dict[str, object]) -> None:
    scenario = read(SCENARIOS / "onchain" / f"onchain-{record['auction']}.yaml")
    bids = record["bids"]
    assert isinstance(bids, list)
    assert [(s.by, int(s.bid or 0)) for s in scenario.steps] == [
        (b["bidder"], int(b["amount"] * GWEI)) for b in bids
    ]
    outcome = record["outcome"]
    assert isinstance(outcome, dict)
    run = next(play(scenario))
    awards = run.state.standing.awards
    assert [(a.bidder, a.price) for a in awards] == [
        (outcome["winner"], int(outcome["price"] * GWEI))
    ]


def examples() -> list[dict[str, object]]:
    if not EXAMPLES.exists():
        return []
    rows: list[dict[str, object]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return [row for row in rows if row["id"] == "S14"]


@pytest.mark.parametrize("example", examples(), ids=lambda e: str(e["id"]))
def test_the_quota_play_states_the_worked_example(example: dict[str, object]) -> None:
    expect = example["expect"]
    assert isinstance(expect, dict)
    runs = {run.name: run for run in play(read(SCENARIOS / "far-quota.yaml"))}
    for name, key in (
        ("far-quota", "SKIP_FIT"),
        ("far-quota.stop", "STOP_AT_MISFIT"),
        ("far-quota.timed-raise", "timed_P6_raises_to_4600"),
    ):
        run, want = runs[name], expect[key]
        awards = run.state.standing.awards
        assert [a.bidder for a in awards] == want["winners"]
        assert 100_000 - sum(a.quantity or 0 for a in awards) == want["unused_m2"]
    total = sum(a.total for a in runs["far-quota"].state.standing.awards)
    assert total == expect["SKIP_FIT"]["total_yuan"] * 100
