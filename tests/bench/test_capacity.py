"""The model that docs/scale.md plans with, beside a node that really works."""

from __future__ import annotations

import asyncio

from bench.capacity import (
    DEMANDS,
    PLACES,
    PLANNED,
    Costs,
    Demand,
    Seen,
    learnt,
    nodes_for,
    plan,
    runs,
    split,
    told,
)
from tests.doors.program import ROOT

COSTS = Costs(idle=100_000, turn=1_000, bid=100, frame=10)


async def test_a_mix_of_bids_and_watchers_costs_what_the_model_says():
    """Within a factor of two either way: cores shared with everything else that runs here."""
    nothing, few, many, mix = await asyncio.wait_for(runs(DEMANDS, 1.0), 100)
    said = told(learnt(nothing, few, many, PLANNED.frame), mix)
    print(f"said {said} µs, measured {mix.worked} µs: {mix}")
    assert mix.bids > 50
    assert mix.frames > 100
    assert mix.worked <= 2 * said
    assert said <= 2 * mix.worked


def test_costs_are_learnt_from_what_was_seen():
    # 1 s of nothing; 20 turns of one bid; 50 turns of ten bids, with frames at 10 µs each.
    nothing = Seen(1_000_000, 0, 0, 0, 100_000)
    few = Seen(2_000_000, 20, 20, 100, 200_000 + 20_000 + 2_000 + 1_000)
    many = Seen(1_000_000, 50, 500, 250, 100_000 + 50_000 + 50_000 + 2_500)
    assert learnt(nothing, few, many, frame=10) == COSTS
    assert told(COSTS, many) == many.worked


def test_an_auction_has_no_more_turns_than_ticks():
    assert Demand(auctions=2, bids=30, streams=10).turns == 30
    assert Demand(auctions=2, bids=5_000, streams=10).turns == 100
    assert Demand(auctions=2, bids=5_000, streams=10).frames == 500


def test_nodes_for_a_demand_and_one_that_stands_by():
    # 600 ms of a core, less 100 idle, 50 turns and 100 bids: 440 ms, 44,000 frames.
    assert nodes_for(COSTS, Demand(1, 100, 880)) == 1 + 1
    assert nodes_for(COSTS, Demand(1, 100, 881)) == 2 + 1
    # Few frames, and more streams than one node takes.
    assert nodes_for(COSTS, Demand(1_000, 10, 12_001)) == 2 + 1


def test_bids_that_fill_a_node_are_split_between_clusters_or_nowhere():
    # 5,000 bids take 500 ms: nothing is left with 100 idle. Two clusters bear half each.
    assert nodes_for(COSTS, Demand(2, 5_000, 10)) is None
    assert split(COSTS, Demand(2, 5_000, 10)) == (2, 2)
    assert split(COSTS, Demand(1, 5_000, 10)) is None


def test_the_page_shows_what_the_model_says():
    page = (ROOT / "docs" / "scale.md").read_text("utf-8")
    assert len(plan()) == len(PLACES)
    for row in plan():
        assert row in page
    for figure in (PLANNED.idle, PLANNED.turn, PLANNED.bid, PLANNED.frame):
        assert f"{figure:,} µs" in page
