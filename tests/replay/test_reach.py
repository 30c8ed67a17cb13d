"""An archive cut at an honest checkpoint: it holds, and every answer says how far it reaches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bidding.proof.archive import parse_archive, write_archive
from replay.__main__ import main
from replay.reach import _THEN, STATUS
from replay.transcript import transcript
from tests.bidding.core.session import ORIGIN
from tests.replay import witnessed as w
from tests.replay.papers import cut, section, session_of

BODIES = w.bodies()


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy"
    path.write_text(w.POLICY, encoding="utf-8")
    return path


def cut_at(tmp_path: Path, size: int) -> Path:
    """What anybody can make of the public receipt of an entry: its checkpoint is witnessed."""
    note = w.checkpoint(BODIES, size)
    path = tmp_path / "cut.session"
    path.write_bytes(write_archive(ORIGIN, BODIES[:size], [note]))
    return path


@pytest.mark.parametrize("command", ["verify", "rejudge", "draw"])
def test_a_cut_archive_is_told_to_be_one_of_a_running_session(
    command: str, tmp_path: Path, policy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = [command, str(cut_at(tmp_path, 14)), "--policy", str(policy)]
    assert main(line) == 0
    out = capsys.readouterr().out
    assert "up to entry 13 (the last checkpoint, 2026-03-02 09:" in out
    assert "still running, not over" in out
    assert "an annulment for one, cannot be told from this file: ask the centre" in out
    assert main([*line, "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "截至编号 13 的记录" in out
    assert "仍在进行，尚未结束" in out
    assert "请向交易中心或在其网页核对" in out
    if command != "verify":
        assert main([*line, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["status"] == "running"
        assert found["witnesses"] == [w.OFFICE.verifier.name, w.NOTARY.verifier.name]


def test_a_whole_archive_does_not_claim_to_be_the_end_either(
    tmp_path: Path, policy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = cut_at(tmp_path, len(BODIES))
    assert main(["verify", str(path), "--policy", str(policy)]) == 0
    out = capsys.readouterr().out
    assert "the session was closed; whether anything was recorded after it" in out
    assert "1 checkpoint, " in out


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("land_listing/zijin-automatic.yaml", "voided"),
        ("property_rights/tiandong-bid-again.yaml", "lag-found-afterwards"),
    ],
)
def test_a_confirmation_of_what_was_annulled_later_says_as_of_when(name: str, variant: str) -> None:
    whole = session_of(name, variant)
    void = next(e["i"] for e in whole.entries if "void" in e["type"])
    short = cut(name, void, variant)
    assert short.state.status == "closed"
    paper = transcript(short, "confirmation", "public")
    provisional, mark = paper.marks  # nobody had confirmed it by then
    assert provisional["zh"].startswith("竞得，待确认")
    assert f"截至编号 {void - 1} 的记录" in mark["zh"]
    assert "例如宣布结果无效" in mark["zh"]
    assert f"This paper stands up to entry {void - 1} (the last checkpoint," in mark["en"]
    assert "ask the centre" in mark["en"]


def test_the_checkpoint_of_an_unfinished_record_is_not_called_the_closing_one() -> None:
    paper = transcript(cut("land_listing/zijin-automatic.yaml", 6), "record", "public")
    (how,) = section(paper, "proof").paragraphs
    assert "结束时" not in how["zh"]
    assert "最后一个检查点" in how["zh"]
    assert "closing" not in how["en"]


def test_every_status_has_its_words() -> None:
    assert set(STATUS) == set(_THEN)


def test_the_archive_used_here_is_whole() -> None:
    assert parse_archive(w.archive()).entries == BODIES
