"""Opening again from the archive: an owner who signs another amount than the box holds is found."""

import json
from pathlib import Path

import pytest

from bidding.proof.archive import ArchiveError
from replay.openings import openings
from replay.play import play
from replay.scenario import read
from tests.replay.plays import every_scenario

ESCROW = [path for path in every_scenario() if path.parent.name == "escrow"]


def entries_of(name: str, variant: str = "") -> list[dict]:
    (path,) = (path for path in ESCROW if path.stem == name)
    full = f"escrow-{name}.{variant}" if variant else f"escrow-{name}"
    run = next(run for run in play(read(path)) if run.name == full)
    return [json.loads(body) for body in run.bodies]


def facts(entries: list[dict], kind: str) -> list[dict]:
    return [f for e in entries for f in e["data"].get("facts", ()) if f["fact"] == kind]


@pytest.mark.parametrize("path", ESCROW, ids=lambda path: path.stem)
def test_every_play_opens_to_what_its_log_says(path: Path) -> None:
    for run in play(read(path)):
        entries = [json.loads(body) for body in run.bodies]
        found = openings(entries)
        opened = {(o.bidder, o.amount) for o in found if o.void is None}
        assert opened == {(f["bidder"], f["amount"]) for f in facts(entries, "offer_opened")}
        void = {(o.bidder, o.void) for o in found if o.void is not None}
        assert void == {(f["bidder"], f["reason"]) for f in facts(entries, "offer_voided")}


def test_another_amount_than_the_box_holds_is_found() -> None:
    entries = entries_of("trustees")
    facts(entries, "offer_opened")[0]["amount"] += 100
    with pytest.raises(ArchiveError, match="opens to 180000, not to 180100"):
        openings(entries)


def test_a_sound_offer_called_void_is_found() -> None:
    entries = entries_of("trustees")
    fact = facts(entries, "offer_opened")[1]
    bidder = fact["bidder"]
    fact.clear()
    blame = {"reason": "SHARES_DEALT_WRONG", "blame": f"bidder:{bidder}"}
    fact.update({"fact": "offer_voided", "bidder": bidder, **blame})
    with pytest.raises(ArchiveError, match=f"the offer of {bidder} opens to"):
        openings(entries)


def test_a_void_offer_called_sound_is_found() -> None:
    entries = entries_of("void-offers")
    (fact,) = facts(entries, "offer_voided")
    fact.clear()
    fact.update({"fact": "offer_opened", "bidder": "B", "lot": None, "amount": 190_000})
    with pytest.raises(ArchiveError, match="opens to SHARES_DEALT_WRONG, not to 190000"):
        openings(entries)


def test_a_key_that_is_not_the_trustees_is_found() -> None:
    entries = entries_of("trustees")
    one, other = facts(entries, "trustee_opened")
    one["key"] = other["key"]
    with pytest.raises(ArchiveError, match="not that of trustee T1"):
        openings(entries)


@pytest.mark.parametrize("how", ["secret", "plain"])
def test_a_bidder_who_showed_something_else_is_found(how: str) -> None:
    entries = entries_of("bidder-opens", "remedy" if how == "plain" else "everybody-opens")
    asked = [e for e in entries if e["type"] == "reveal.accepted"]
    shown = next(e["data"]["ask"] for e in asked if e["data"]["ask"][how] is not None)
    shown[how] = "AA" + shown[how][2:]
    with pytest.raises(ArchiveError) as caught:
        openings(entries)
    assert caught.value.zh
    assert caught.value.where.startswith("entry ")


def test_a_session_without_sealing_has_nothing_to_open() -> None:
    path = next(path for path in every_scenario() if path.stem == "first-price")
    run = next(play(read(path)))
    assert openings([json.loads(body) for body in run.bodies]) == ()
