"""The command: archives and folders, verified first; leads told with what they rest on."""

import json
from typing import Any

import pytest

from replay.__main__ import main
from replay.indicators.lead import BASE_LEAST
from replay.indicators.plain import MARK
from tests.replay.plays import first_run, small

FOUR: dict[str, Any] = {
    "bidders": {"A": {}, "B": {}, "C": {}, "D": {}},
    "steps": [
        {"at": "10:00:00", "by": "A", "bid": "1000"},
        {"at": "10:00:30", "by": "B", "bid": "1010"},
        {"at": "10:01:00", "by": "C", "bid": "1020"},
        {"at": "10:02:00", "by": "D", "bid": "1030"},
    ],
    "outcome": {"at": "10:05:00", "status": "sold", "awards": [{"bidder": "D", "price": "1030"}]},
}


def keep(folder, name: str, **changes):
    run = first_run(small(scenario=name, **changes))
    assert run.ok, run.misses
    raw, policy = run.archive()
    (folder / f"{name}.session").write_bytes(raw)
    (folder / f"{name}.policy").write_text(policy)
    return folder / f"{name}.session"


def test_a_session_told(tmp_path, capsys):
    path = keep(tmp_path, "four", **FOUR)
    assert main(["leads", str(path), "--only", "3,4,9"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(MARK["en"])
    # Mean 1015, variance 500/3: 12.909... / 1015.
    assert "* coefficient of variation = 0.0127  A, B, C, D  scenario.example/log/four" in out
    assert "entries: 6, 7, 8, 9" in out
    assert "base rate: too few to say (1 compared; sessions given: 1)" in out
    assert "innocent: In an open auction" in out
    assert "gap of the two best =" not in out.split("4  Spread")[1].split("\n", 2)[2], (
        "it has no mark"
    )
    assert out.endswith("cannot be compared by who took part: 9 Summary screens\n")


def test_in_chinese(tmp_path, capsys):
    path = keep(tmp_path, "four", **FOUR)
    assert main(["leads", str(path), "--only", "3,25", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(MARK["zh"])
    assert "* 变异系数 = 0.0127  A、B、C、D" in out
    assert "依据记录：6、7、8、9" in out
    assert "常见程度：样本太少，不作判断（所给 1 场，可比 1 例）" in out
    assert "\n样本太少，不作判断：25 延迟是否公平\n" in out


def test_below_the_mark_is_shown_when_asked_for(tmp_path, capsys):
    path = keep(tmp_path, "four", **FOUR)
    assert main(["leads", str(path), "--only", "8"]) == 0
    assert "below the mark: 8 Distance from uniform\n" in capsys.readouterr().out
    assert main(["leads", str(path), "--only", "8", "--all"]) == 0
    # 0, 1/3, 2/3, 1 against quarters.
    assert "    distance from uniform = 0.2500" in capsys.readouterr().out


def test_a_folder_has_base_rates(tmp_path, capsys):
    path, *_ = [keep(tmp_path, f"four-{n}", **FOUR) for n in range(BASE_LEAST - 1)]
    path.rename(path.with_suffix(".archive"))  # as the centre names it
    wide = [{**step, "bid": str(100 * 2**n)} for n, step in enumerate(FOUR["steps"])]
    outcome = {"at": "10:05:00", "status": "sold", "awards": [{"bidder": "D", "price": "800"}]}
    keep(tmp_path, "wide", **{**FOUR, "steps": wide, "outcome": outcome})
    assert main(["leads", str(tmp_path), "--only", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["mark"] == dict(MARK)
    assert len(found["sessions"]) == BASE_LEAST
    (one,) = found["indicators"]
    assert (one["number"], one["across_sessions"]) == (3, False)
    assert set(one) >= {"title", "formula", "caveat"}
    rows = {row["log"]: row for row in one["values"]}
    row = rows["scenario.example/log/four-0"]
    # In fen: a variance of 5,000,000 / 3 over 101,500 squared.
    assert row["value"] == {"exact": "20/123627", "form": "root", "shown": "0.0127"}
    assert row["base"] == {"shown": 19, "of": 20, "sessions": 20, "rate": "19/20"}
    assert not rows["scenario.example/log/wide"]["lead"]


def test_a_value_that_cannot_be_told_says_why(tmp_path, capsys):
    assert main(["leads", str(keep(tmp_path, "s")), "--only", "2", "--json"]) == 0
    ((row,),) = [one["values"] for one in json.loads(capsys.readouterr().out)["indicators"]]
    assert row["unsaid"]["en"] == "the log holds no connection tags"
    assert "value" not in row


def test_what_does_not_verify_is_refused(tmp_path, capsys):
    path = keep(tmp_path, "s")
    path.write_bytes(path.read_bytes().replace(b"10500", b"10501", 1))
    assert main(["leads", str(path)]) == 1
    assert capsys.readouterr().out.startswith("refused: ")


@pytest.mark.parametrize(
    "arguments", [["--only", "26"], ["--only", "0"], ["--only", "x"], ["--only", ""]]
)
def test_an_indicator_that_there_is_not(tmp_path, capsys, arguments):
    assert main(["leads", str(keep(tmp_path, "s")), *arguments]) == 2
    assert "there is no indicator" in capsys.readouterr().err


def test_a_session_given_twice(tmp_path, capsys):
    path = keep(tmp_path, "s")
    assert main(["leads", str(path), str(tmp_path)]) == 2
    assert "scenario.example/log/s is given twice" in capsys.readouterr().err


def test_nothing_to_read(tmp_path, capsys):
    assert main(["leads", str(tmp_path)]) == 2
    assert "no archive found" in capsys.readouterr().err
    path = keep(tmp_path, "s")
    path.with_suffix(".policy").unlink()
    assert main(["leads", str(path)]) == 2
    assert "s.policy" in capsys.readouterr().err


def test_one_policy_for_all(tmp_path, capsys):
    path = keep(tmp_path, "s")
    elsewhere = path.with_suffix(".policy").rename(tmp_path / "trusted")
    assert main(["leads", str(path), "--policy", str(elsewhere)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith(MARK["en"])
    assert told.err == ""


def test_a_policy_beside_proves_nothing_about_whose_it_is(tmp_path, capsys):
    path = keep(tmp_path, "s")
    assert main(["leads", str(path), "--only", "3"]) == 0
    assert "not whose it is" in capsys.readouterr().err


def test_one_bad_archive_hides_no_other(tmp_path, capsys):
    keep(tmp_path, "four", **FOUR)
    bad = keep(tmp_path, "bad")
    bad.write_bytes(bad.read_bytes().replace(b"10500", b"10501", 1))
    alone = keep(tmp_path, "without-policy")
    alone.with_suffix(".policy").unlink()
    assert main(["leads", str(tmp_path), "--only", "3"]) == 1
    out, err = capsys.readouterr()
    assert f"refused: {bad}: checkpoint 1: entries 0 to" in out
    assert "sessions: 1\n" in out
    assert "* coefficient of variation = 0.0127" in out
    assert f"not examined: {alone.with_suffix('.policy')}: No such file" in err
    assert main(["leads", str(tmp_path), "--only", "3", "--lang", "zh"]) == 1
    out, err = capsys.readouterr()
    assert f"不通过：{bad}：第 1 个检查点：编号 0 至" in out
    assert f"未检查：{alone.with_suffix('.policy')}：文件不存在" in err
    assert main(["leads", str(tmp_path), "--only", "3", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [row["file"] for row in found["refused"]] == [str(bad), str(alone)]
    assert found["sessions"] == ["scenario.example/log/four"]


def test_a_folder_that_is_not_there_is_named_itself(tmp_path, capsys):
    gone = tmp_path / "gone"
    assert main(["leads", str(gone)]) == 2
    assert capsys.readouterr().err == f"not examined: {gone}: No such file or directory\n"
    assert main(["leads", str(gone), "--lang", "zh"]) == 2
    assert capsys.readouterr().err == f"未检查：{gone}：文件不存在\n"
