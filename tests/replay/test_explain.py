"""Explain: the chain behind an entry names what it rests on, in both languages."""

from pathlib import Path

import pytest

from bidding.proof.policy import parse_policy
from replay.__main__ import main
from replay.explain import explain
from replay.play import play
from replay.scenario import read
from replay.verify import verify
from tests.replay.plays import SCENARIOS, every_scenario, first_run, opened, small


def film():
    return opened(first_run(small()))[2].film


def entry_of(shown, kind, reason=None, nth=0):
    found = [
        e["i"] for e in shown.entries if e["type"] == kind and e["data"].get("reason") == reason
    ]
    return found[nth]


def told(shown, index, lang="en"):
    return "\n".join(line.text[lang] for line in explain(shown, index).lines)


def test_why_accepted():
    shown = film()
    index = entry_of(shown, "bid.accepted", nth=1)
    said = told(shown, index)
    assert ", from bidder B: No. B offered" in said
    assert "请求方：竞买人 B。" in told(shown, index, "zh")
    assert "No. B was admitted" in said
    assert "From 110 CNY up could be offered" in said.replace(".00", "")
    assert "No. B offered" in said


def test_why_refused_stops_at_the_check_that_refused():
    shown = film()
    low = explain(shown, entry_of(shown, "bid.refused", "BELOW_MIN_NEXT"))
    assert "110" in low.lines[-1].text["en"]
    assert low.lines[-1].clause is not None
    poor = told(shown, entry_of(shown, "bid.refused", "DEPOSIT_NOT_CONFIRMED"))
    assert "could be offered" not in poor
    assert "The stage was" not in poor


def test_what_could_be_offered_is_told_only_to_whoever_could_offer():
    """His reference was used before: that comes first, and his deposit is missing all the same."""
    twice = [
        {"at": "10:02:00", "by": "C", "bid": bid, "ref": "again", "expect": refused}
        for bid, refused in (("120", "DEPOSIT_NOT_CONFIRMED"), ("130", "REF_REUSED"))
    ]
    shown = opened(first_run(small(steps=twice, variants=[], outcome={"status": "unsold"})))[2].film
    said = told(shown, entry_of(shown, "bid.refused", "REF_REUSED"))
    assert "could be offered" not in said


def test_where_no_term_ends_the_ladder_it_is_said_from_where():
    shown = film()
    said = told(shown, entry_of(shown, "bid.accepted", nth=1), "zh")
    assert "当时可报 110 元 起；请求为 110 元。" in said


def test_a_draw_is_open_until_it_is_done():
    shown = opened(first_run(read(SCENARIOS / "dutch" / "dutch-same-tick.yaml")))[2].film
    assert "可操作时段为 2026-03-02 10:01:00 至 办理完毕" in told(shown, 9, "zh")


def test_why_the_deadline_moved():
    shown = film()
    index = entry_of(shown, "bid.accepted", nth=2)
    moved = next(
        line for line in explain(shown, index).lines if line.text["en"].startswith("Closes now")
    )
    assert "10:05:30" in moved.text["zh"]
    assert "10:05:00" in moved.text["zh"], "what it was before"
    assert moved.clause is not None
    assert "60" in moved.clause["zh"] or "1 分" in moved.clause["zh"]


def test_why_this_winner():
    shown = film()
    last = explain(shown, len(shown) - 1)
    won = next(line for line in last.lines if line.text["en"].startswith("No. A won"))
    assert won.entries == (entry_of(shown, "bid.accepted", nth=2),)
    order = next(line for line in last.lines if line.text["en"].startswith("The order"))
    assert order.text["en"].index("No. A") < order.text["en"].index("No. B")


@pytest.mark.parametrize("path", every_scenario(), ids=lambda path: path.stem)
def test_every_entry_of_every_play_has_its_reasons(path: Path):
    run = next(play(read(path)))
    raw, policy = run.archive()
    shown = verify(raw, parse_policy(policy)).film
    for index in range(len(shown)):
        why = explain(shown, index)
        assert why.lines
        for line in why.lines:
            assert line.text["zh"]
            assert line.text["en"]
            assert all(0 <= i <= index for i in line.entries)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command(tmp_path, capsys, lang):
    raw, policy = first_run(small()).archive()
    (tmp_path / "a").write_bytes(raw)
    (tmp_path / "p").write_text(policy)
    asked = ["explain", str(tmp_path / "a"), "--policy", str(tmp_path / "p"), "--lang", lang]
    assert main([*asked, "5"]) == 0
    assert capsys.readouterr().out.startswith("1. ")
    assert main([*asked, "5", "--json"]) == 0
    assert main([*asked, "999"]) == 2
