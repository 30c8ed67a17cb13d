"""What-if: the same requests under another condition, laid beside the record."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from auction_rules.registry import find
from bidding.proof.policy import parse_policy
from replay.__main__ import main
from replay.film import Film
from replay.play import play
from replay.rejudge import rejudge
from replay.scenario import read
from replay.verify import verify
from replay.what_if import CAVEAT, MARK, Change, Impossible, what_if
from tests.replay.plays import SMALL, every_scenario, first_run, opened, small


def film():
    return opened(first_run(small()))[2].film


def award(course):
    return [(row["bidder"], row["price"]) for row in course.awards]


def test_nothing_changed_changes_nothing():
    found = what_if(film(), Change())
    assert found.recorded == found.hypothetical
    assert found.otherwise == ()
    assert all(row.same for row in found.rows)


def test_another_step_refuses_what_was_taken():
    found = what_if(film(), Change(terms={"step": 2_000}))
    assert award(found.recorded) == [("A", 15_000)]
    assert [(o.recorded, o.hypothetical) for o in found.otherwise] == [
        ("accepted", "BELOW_MIN_NEXT")
    ]
    # 100, then at least 120: B's 110 is too low, and A's own 150 stands.
    assert award(found.hypothetical) == [("A", 15_000)]
    assert [price for _, price in found.hypothetical.path] == [10_000, 15_000]


def test_without_the_winner_the_other_wins_at_what_was_too_low_before():
    # B's 105 was below A's 100 plus a step; alone it stands, and his 110 is no full step more.
    found = what_if(film(), Change(without_bidders=frozenset({"A"})))
    assert award(found.hypothetical) == [("B", 10_500)]
    assert {(o.recorded, o.hypothetical) for o in found.otherwise} == {
        ("BELOW_MIN_NEXT", "accepted"),
        ("accepted", "BELOW_MIN_NEXT"),
    }
    assert found.hypothetical.extensions == ()
    assert found.recorded.ended is not None
    assert found.hypothetical.ended is not None
    assert found.recorded.ended - found.hypothetical.ended == 30_000_000


def test_of_a_session_that_goes_on_it_says_how_far_the_entries_reach():
    whole = film()
    last = max(e["i"] for e in whole.entries if e["type"] == "bid.accepted")
    shown = Film(whole.origin, whole.entries[: last + 1])
    (row,) = (row for row in what_if(shown, Change()).rows if row.about["en"] == "ended at")
    # The last offer of the play is A's, at 10:04:30; that is no end.
    assert row.recorded["zh"].startswith("未结束，记录至 ")
    assert row.recorded["en"].startswith("not over; last entry ")
    assert "10:04:30" in row.recorded["en"]
    (row,) = (row for row in what_if(whole, Change()).rows if row.about["en"] == "ended at")
    assert "last entry" not in row.recorded["en"]


def test_why_nothing_would_be_sold_is_said_in_a_sentence():
    found = what_if(film(), Change(without_bidders=frozenset({"A", "B"})))
    (result,) = (row for row in found.rows if row.about["en"] == "result")
    assert result.hypothetical == {
        "zh": "流拍：没有有效报价",
        "en": "Unsold: there was no valid offer",
    }


def test_without_one_bid():
    shown = film()
    last = max(e["i"] for e in shown.entries if e["type"] == "bid.accepted")
    found = what_if(shown, Change(without_entries=frozenset({last})))
    assert award(found.hypothetical) == [("B", 11_000)]
    assert found.hypothetical.accepted == found.recorded.accepted - 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (Change(terms={"step": -1}), "step"),
        (Change(terms={"no_such_term": 1}), "no_such_term"),
        (Change(without_bidders=frozenset({"Z"})), "Z"),
        (Change(without_entries=frozenset({0})), "entry 0"),
        (Change(without_entries=frozenset({999})), "999"),
    ],
)
def test_what_cannot_be_played_is_said_so(change, says):
    with pytest.raises(Impossible, match=says):
        what_if(film(), change)


@pytest.mark.parametrize("path", every_scenario(), ids=lambda path: path.stem)
def test_every_play_comes_out_the_same_when_nothing_is_changed(path: Path):
    run = next(play(read(path)))
    raw, policy = run.archive()
    shown = verify(raw, parse_policy(policy)).film
    found = what_if(shown, Change())
    assert found.otherwise == ()
    assert found.recorded == found.hypothetical


COURT = {
    "scenario": "court",
    "rule": "judicial",
    "terms": {"opens": "10:00:00", "basis_price": "10000", "start_price": "7000", "step": "100"},
    "steps": [
        {"at": "10:30:00", "by": "A", "bid": "7000"},
        {"at": "10:31:00", "by": "B", "bid": "7100"},
    ],
    "outcome": {"status": "sold"},
    "bidders": {"A": {}, "B": {}},
}


def court(monkeypatch, **more):
    """A sale recorded before the law of deposits was looked at."""
    with monkeypatch.context() as then:
        then.setattr("bidding.core.document._lawful_deposit", lambda *_: None)
        then.setattr(type(find("judicial")), "deposit_until_end", False)
        return opened(first_run(small(**COURT | more)))[2].film


@pytest.mark.parametrize("more", [{}, {"deposit": "1", "deposit_deadline": "09:30:00"}])
def test_a_record_is_held_to_no_law_that_came_after_it(monkeypatch, more):
    shown = court(monkeypatch, **more)
    found = what_if(shown, Change())
    assert (found.recorded, found.otherwise) == (found.hypothetical, ())
    assert award(what_if(shown, Change(terms={"step": 20_000})).hypothetical) == [("A", 700_000)]
    # The terms themselves are the rule's: a changed one is refused as it ever was (art. 20).
    with pytest.raises(Impossible, match="extension_seconds"):
        what_if(shown, Change(terms={"extension_seconds": 60}))


def test_a_change_is_held_to_the_law_that_the_record_met():
    shown = opened(first_run(small(**COURT, deposit="700")))[2].film
    assert what_if(shown, Change(terms={"step": 5_000})).otherwise == ()
    with pytest.raises(Impossible, match="5% and 20% of the start price"):
        what_if(shown, Change(terms={"start_price": 2_000_000, "basis_price": 2_000_000}))


def test_a_hypothetical_session_keeps_its_own_rules():
    found = what_if(film(), Change(terms={"extension_seconds": 10}))
    assert rejudge(found.film.origin, [dict(e) for e in found.film.entries]).difference is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_marks_what_it_says(tmp_path, capsys, lang):
    raw, policy = first_run(small()).archive()
    (tmp_path / "a").write_bytes(raw)
    (tmp_path / "p").write_text(policy)
    asked = ["what-if", str(tmp_path / "a"), "--policy", str(tmp_path / "p"), "--lang", lang]
    assert main([*asked, "--without-bidder", "A"]) == 0
    out = capsys.readouterr().out
    assert MARK[lang] in out
    assert CAVEAT[lang] in out
    assert main([*asked, "--set", "step=20", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["mark"] == MARK
    assert main([*asked, "--set", "step"]) == 2
    assert main([*asked, "--set", "step=-1"]) == 2


def test_the_command_reads_amounts_as_people_write_them_and_says_what_it_changed(tmp_path, capsys):
    # SMALL is in yuan with two decimals; its step is 10 yuan, 1,000 fen.
    raw, policy = first_run(small()).archive()
    (tmp_path / "a").write_bytes(raw)
    (tmp_path / "p").write_text(policy)
    asked = ["what-if", str(tmp_path / "a"), "--policy", str(tmp_path / "p")]

    def told(*more: str) -> str:
        assert main([*asked, *more]) == 0
        return capsys.readouterr().out

    changed = what_if(film(), Change(terms={"step": 2_000}))
    for amount in ("20", "20.00", '"20"'):
        assert main([*asked, "--set", f"step={amount}", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["rows"] == [{**asdict(row), "same": row.same} for row in changed.rows]
        (row,) = found["terms"]
        assert (row["same"], "10" in row["recorded"]["en"]) == (False, True)
        assert "20" in row["hypothetical"]["en"]
    lines = told("--set", "step=20", "--without-bidder", "B", "--without-entry", "4").splitlines()
    assert lines[1].startswith("Step: ")
    assert lines[1].index("10") < lines[1].index(" -> ") < lines[1].index("20")
    assert lines[2:4] == ["without bidder: B", "without entry: 4"]
    assert "（与记录相同）" in told("--set", "step=10", "--lang", "zh")
    assert main([*asked, "--set", "step=20.005"]) == 2
    assert "20.005" in capsys.readouterr().err


def test_the_sample_is_the_one_the_figures_above_are_worked_out_from():
    assert SMALL["terms"]["step"] == "10"
