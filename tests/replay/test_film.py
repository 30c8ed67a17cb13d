"""The film shows any entry, at any instant, as any party saw it."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.terms import SECOND
from bidding.core.state import State, evolve
from replay import bare
from replay.film import EVERY, Film, NoRule
from tests.replay.plays import first_run, opened, small


def film() -> Film:
    _, _, session = opened(first_run(small()))
    return session.film


def test_state_at_every_entry() -> None:
    shown = film()
    for index in range(1, len(shown)):
        assert shown.state(index - 1).digest == shown.entries[index]["ps"]
    assert shown.state(len(shown) - 1) == shown.end
    for outside in (len(shown), -1):
        with pytest.raises(IndexError):
            shown.state(outside)


def long_film() -> Film:
    bids = [
        {"at": "10:00:00", "by": "AB"[n % 2], "bid": str(100 + 10 * n)} for n in range(3 * EVERY)
    ]
    outcome = {"status": "sold"}
    _, _, session = opened(first_run(small(steps=bids, outcome=outcome)))
    return session.film


LONG = long_film()


@given(st.integers(0, len(LONG) - 2))
def test_seeking_gives_what_folding_gives(index: int) -> None:
    assert LONG.state(index).digest == LONG.entries[index + 1]["ps"]


def test_seeking_folds_a_short_stretch_only(monkeypatch: pytest.MonkeyPatch) -> None:
    folded = []

    def counting(state: State, entry: Mapping[str, Any]) -> State:
        folded.append(entry["i"])
        return evolve(state, entry)

    monkeypatch.setattr("replay.film.evolve", counting)
    LONG.state(len(LONG) - 1)
    assert len(folded) < EVERY


def test_an_instant_finds_its_entry() -> None:
    shown = film()
    assert shown.index_at(shown.entries[0]["t"] - 1) is None
    assert shown.index_at(shown.end.t + SECOND) == len(shown) - 1
    for index, entry in enumerate(shown.entries):
        found = shown.index_at(entry["t"])
        assert found is not None
        assert found >= index
        assert shown.entries[found]["t"] == entry["t"]


def test_the_room_as_it_was() -> None:
    shown = film()
    tops = [shown.room(i, "public")["top"] for i in range(len(shown))]
    changes = [top for n, top in enumerate(tops) if not n or top != tops[n - 1]]
    assert changes == [None, 10_000, 11_000, 15_000]
    assert shown.room(3, "public", 5)["now"] == 5


def test_each_party_sees_its_own() -> None:
    shown = film()
    seen = {
        who: [i for i in range(len(shown)) if shown.event(i, who)]
        for who in ("public", "bidder:B", "staff")
    }
    refused = next(i for i, entry in enumerate(shown.entries) if entry["type"] == "bid.refused")
    assert refused in seen["bidder:B"]
    assert refused in seen["staff"]
    assert refused not in seen["public"]
    assert shown.panel(refused, "B")["state"] == "none"


def test_one_line_an_entry_in_both_languages() -> None:
    shown = film()
    for lang, word in (("zh", "竞得"), ("en", "won")):
        told = shown.lines(lang)
        assert len(told) == len(shown)
        assert word in told[-1]


def test_without_its_rule_a_session_is_still_told() -> None:
    _, _, session = opened(first_run(small()))
    first, *rest = session.entries
    missing = {**first["data"]["document"], "version": "99"}
    shown = Film(session.origin)
    shown.entries, shown._kept, shown._times = [first], [session.film.state(0)], [first["t"]]
    assert rest
    shown.entries[0] = {**first, "data": {**first["data"], "document": missing}}
    assert shown.lines("en")[0].startswith("    0")
    with pytest.raises(NoRule, match="english@99"):
        shown.room(0, "public")
    told = shown.rule, bare.text(next(e for e in rest if e["type"] == "bell.accepted"), shown.end)
    assert told == (None, {"zh": "“timed”阶段开始。", "en": "Stage “timed” opened."})
