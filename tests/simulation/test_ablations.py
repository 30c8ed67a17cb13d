"""A simulation that misses a safeguard that was taken out would prove nothing.

Those that show themselves soon are here; all of them are `python -m tests.simulation --ablations`.
"""

from __future__ import annotations

import pytest

from tests.simulation.ablations import ABLATIONS, CONTROL, NODES, first_seed

#: Each with the invariant that must name it.
SOON = {
    "ack before commit": "S2",
    "shown before commit": "S9",
    "unknown is a no": "S2",
    "no dedupe": "S2",
    "no fence": "S1",
    "retry with a new reference": "S2",
    "no gap-fill": "S9",
    "no compensation": "S6",
    "a full inbox is a no": "S2",
    "wall clock": "S7",
    "decided before the loss is counted": "S6",
    "one officer resumes": "S16",
    "sealed offers are shown": "S13",
    "the unpaid may bid": "S15",
    "nothing goes on by itself": "L5",
    "answers from memory": "S2",
}

#: Those that show themselves later, each with its first seed: those before it need not be run again.
LATER = {"time counted from the next beat": ("S6", 9)}

#: Those of several nodes, within so many seeds; a fifth of them have several.
BETWEEN = {
    "no closing barrier": ("S5", 30),
    "no bus health": ("S6", 20),
    "a node's wall clock": ("S7", 20),
    "a lost reply is decided anew": ("S2", 10),
}


@pytest.mark.parametrize("name", SOON)
def test_what_was_taken_out_is_missed(name: str) -> None:
    found = first_seed(name, range(12))
    assert SOON[name] in found.invariants, found


@pytest.mark.parametrize("name", LATER)
def test_what_was_taken_out_is_missed_later(name: str) -> None:
    invariant, seed = LATER[name]
    assert invariant in first_seed(name, range(seed, seed + 1)).invariants


@pytest.mark.parametrize("name", BETWEEN)
def test_what_several_nodes_need_is_missed(name: str) -> None:
    invariant, within = BETWEEN[name]
    assert invariant in first_seed(name, range(within)).invariants


def test_nothing_is_found_where_nothing_was_taken_out() -> None:
    assert first_seed(CONTROL, range(12)).seed is None


def test_all_that_is_tried_soon_is_in_the_table() -> None:
    assert SOON.keys() | LATER.keys() < ABLATIONS.keys()
    assert BETWEEN.keys() < NODES.keys()
