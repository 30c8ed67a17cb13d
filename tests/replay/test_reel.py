"""The reel marks what people jump to, and gives each party the lines that it was shown."""

from pathlib import Path
from typing import Any

import pytest

from bidding.core import views
from replay.film import Film, NoRule
from replay.play import play
from replay.reel import MARKS, Reel
from replay.scenario import read
from replay.two_instants import between
from tests.replay.plays import SCENARIOS, every_scenario, first_run, opened, small


def film(**changes: Any) -> Film:
    return opened(first_run(small(**changes)))[2].film


def marked(reel: Reel, mark: str) -> list[str]:
    return [frame.type for frame in reel.frames if mark in frame.marks]


def test_every_entry_has_a_frame_and_the_marks_are_where_the_play_put_them() -> None:
    reel = Reel(film())
    assert [frame.i for frame in reel.frames] == list(range(len(reel.film)))
    # A leads with 100, B with 110, A with 150; nobody else ever does.
    assert marked(reel, "lead") == ["bid.accepted"] * 3
    assert [f.bidder for f in reel.frames if "lead" in f.marks] == ["A", "B", "A"]
    assert [f.reason for f in reel.frames if "refusal" in f.marks] == [
        "BELOW_MIN_NEXT",
        "DEPOSIT_NOT_CONFIRMED",
    ]
    # B named 105, which is no full step above 100, and C without a deposit 120.
    assert [f.asked for f in reel.frames if "refusal" in f.marks] == [10_500, 12_000]
    assert {f.asked for f in reel.frames if "refusal" not in f.marks} == {None}
    # 10:04:30 is within the last minute: the one extension of the play.
    assert [(f.type, f.bidder) for f in reel.frames if "extension" in f.marks] == [
        ("bid.accepted", "A")
    ]
    assert marked(reel, "stage") == ["bell.accepted", "bell.accepted"]
    # Three admissions and two deposits; the publication is no act that one jumps to.
    acts = marked(reel, "staff")
    assert sorted(acts) == ["admit.accepted"] * 3 + ["deposit.accepted"] * 2
    assert {mark for frame in reel.frames for mark in frame.marks} <= set(MARKS)


def test_officers_are_marked_with_whom_they_acted_for() -> None:
    reel = Reel(film())
    admitted = [f.bidder for f in reel.frames if f.type == "admit.accepted"]
    assert admitted == ["A", "B", "C"]


def test_a_reel_that_grows_is_the_reel_of_the_whole() -> None:
    whole = film()
    grown = Reel(Film(whole.origin))
    for entry in whole.entries:
        grown.add(entry)
    assert grown.frames == Reel(whole).frames
    assert grown.film.end == whole.end


def test_what_was_told_is_what_the_film_tells() -> None:
    reel = Reel(film())
    assert [(f.i, text) for f, text in reel.told(2, 5)] == [
        (i, reel.film.text(i)) for i in (2, 3, 4)
    ]
    assert list(reel.told(len(reel.film), 10**9)) == []


def channel(shown: Film, audience: str) -> dict[int, dict[str, Any]]:
    """The lines of one channel, entry by entry."""
    found = {i: shown.event(i, audience) for i in range(len(shown))}
    return {i: line for i, line in found.items() if line is not None}


@pytest.mark.parametrize("audience", ["public", "auditor"])
def test_each_party_gets_the_lines_of_the_room(audience: str) -> None:
    reel = Reel(film())
    one_by_one = channel(reel.film, audience)
    assert dict(reel.seen(audience, 0, len(reel.film))) == one_by_one
    part = {i: line for i, line in one_by_one.items() if 4 <= i < 9}
    assert dict(reel.seen(audience, 4, 9)) == part


def test_a_bidder_was_shown_the_publics_channel_and_his_own() -> None:
    reel = Reel(film())
    own, public = channel(reel.film, "bidder:B"), channel(reel.film, "public")
    assert dict(reel.seen("bidder:B", 0, len(reel.film))) == public | own
    assert own.keys() - public.keys(), "his refusal was told to him alone"
    assert public.keys() - own.keys(), "the others' offers are on the public's channel"


def test_the_public_is_not_told_of_refusals_and_the_auditor_is() -> None:
    reel = Reel(film())
    kinds = {
        a: [line["type"] for _, line in reel.seen(a, 0, len(reel.film))]
        for a in ("public", "auditor")
    }
    assert "bid.refused" not in kinds["public"]
    assert kinds["auditor"].count("bid.refused") == 2


def test_without_the_rule_nothing_is_shown_as_a_party_saw_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = film()
    reel = Reel(whole)
    monkeypatch.setattr(whole, "rule", None)
    with pytest.raises(NoRule):
        list(reel.seen("public", 0, 3))
    assert len(reel.frames) == len(whole)


@pytest.mark.parametrize("path", every_scenario(), ids=lambda path: path.stem)
def test_every_rule_has_its_film(path: Path) -> None:
    shown = opened(first_run(read(path)))[2].film
    reel, last = Reel(shown), len(shown) - 1
    assert [f.reason is not None for f in reel.frames] == [
        "refusal" in f.marks for f in reel.frames
    ]
    # A session that opened has a course to jump along.
    assert any("stage" in f.marks for f in reel.frames)
    for audience in ("public", "auditor", *(f"bidder:{b}" for b in list(shown.end.people)[:2])):
        shown_at = [at for at, _ in reel.seen(audience, 0, last + 1)]
        assert shown_at == sorted(set(shown_at))
        for first, second in ((0, last), (last // 2, last), (last, last // 3)):
            assert len(between(shown, first, second, audience)) >= len(views.PATCH)
        assert all(row.same for row in between(shown, last, last, audience))


# Two instants ----------------------------------------------------------------------------------


def entry(shown: Film, kind: str, nth: int) -> int:
    return [e["i"] for e in shown.entries if e["type"] == kind][nth]


def moved(shown: Film, first: int, second: int, audience: str) -> dict[str, tuple[str, str]]:
    return {
        row.key: (row.then["en"], row.now["en"])
        for row in between(shown, first, second, audience)
        if not row.same
    }


def test_the_bid_that_extends_moves_the_price_the_leader_and_the_end() -> None:
    shown = film()
    last = entry(shown, "bid.accepted", 2)
    found = moved(shown, last - 1, last, "public")
    assert found["leaders"] == ("B", "A")
    assert found["closes"] == ("2026-03-02 10:05:00", "2026-03-02 10:05:30")
    assert found["extensions"] == ("0", "1")
    assert [one.replace(",", "").split(".")[0] for one in found["top"]] == ["110 CNY", "150 CNY"]
    others = {"top", "cutoff", "offers", "next", "figures"}
    assert set(found) == {"leaders", "closes", "extensions"} | others


def test_nothing_moves_for_the_public_where_somebody_was_refused() -> None:
    shown = film()
    refused = entry(shown, "bid.refused", 0)
    assert moved(shown, refused - 1, refused, "public") == {}


def test_a_bidder_sees_his_own_place_move() -> None:
    shown = film()
    last = entry(shown, "bid.accepted", 2)
    found = moved(shown, last - 1, last, "bidder:B")
    assert found["you.rank"] == ("1", "2")
    assert found["you.state"][0] != found["you.state"][1]
    assert all(not row.key.startswith("you.") for row in between(shown, 0, 1, "auditor"))


def test_without_a_ceiling_nothing_is_said_of_one() -> None:
    shown = film()
    opened_at = entry(shown, "bell.accepted", 0)
    assert moved(shown, 0, opened_at, "bidder:A")["you.maximum"] == ("none", "no limit")


def test_what_is_used_of_a_quota_has_its_unit_and_so_has_a_deposit() -> None:
    shown = opened(next(play(read(SCENARIOS / "far-quota.yaml"))))[2].film
    last = len(shown) - 1
    found = moved(shown, 0, last, "auditor")
    # S14: of 100,000 m² there are 10,000 left.
    assert found["quota"] == ("0 m²", "90,000 m²")
    sale = film()
    assert moved(sale, 0, len(sale) - 1, "bidder:A")["you.deposit"] == ("0 CNY", "1 CNY")


def test_every_key_that_a_room_shows_anew_is_compared() -> None:
    shown = film()
    keys = {row.key for row in between(shown, 0, len(shown) - 1, "auditor")}
    assert set(views.PATCH) <= keys


def test_there_is_no_room_beyond_the_end() -> None:
    shown = film()
    with pytest.raises(IndexError):
        between(shown, 0, len(shown), "public")
