"""Old archives live for ever: each is verified, re-judged, and comes to what it came to then.

`./check golden` does the same on every Python we promise; here it is the one that runs the tests.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from auction_rules.registry import BUILT_IN
from bidding.proof.policy import parse_policy
from bidding.version import VERSION
from replay.play import play
from replay.scenario import read
from replay.verify import verify
from tools import golden

NOW = golden.GOLDEN / VERSION
SESSIONS = sorted(golden.GOLDEN.glob("*/*.session"))


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_comes_to_what_it_came_to(path: Path) -> None:
    golden.replay_one(path)


@pytest.mark.parametrize("setting", golden.SETTINGS, ids=lambda s: f"{s[0]} {s[1]} {s[2]}")
def test_in_another_process(setting: tuple[str, str, bool]) -> None:
    told = golden.apart(Path(sys.executable), *setting)
    assert told == golden.replay_all()
    assert told["sessions"] == len(SESSIONS)


def test_each_pair_of_settings_occurs() -> None:
    for one in range(3):
        for other in range(one):
            assert len({(setting[one], setting[other]) for setting in golden.SETTINGS}) == 4


def test_a_released_version_never_changes() -> None:
    assert "0.1.0" in golden.released()
    for version, listed in golden.released().items():
        assert golden.hashes(golden.GOLDEN / version) == listed, version


def test_no_version_is_forgotten() -> None:
    """A folder that is neither released nor of this version would be replayed and never frozen."""
    folders = {path.name for path in golden.GOLDEN.iterdir() if (path / "witnessed.json").exists()}
    assert folders == {*golden.released(), VERSION}


def test_this_version_has_a_corpus_of_whole_sessions() -> None:
    names = {path.stem for path in NOW.iterdir()}
    assert {path.name for path in NOW.iterdir()} == {
        f"{name}{end}" for name in names for end in (".session", ".policy", ".json")
    }
    assert "witnessed" in names


def test_the_whole_corpus_is_small() -> None:
    files = [path for path in golden.GOLDEN.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 2_000_000 * len(golden.released() or [1])


def test_every_rule_and_every_kind_of_stage_is_in_it() -> None:
    have = golden.shown({*golden.released(), VERSION})
    assert {("rule", f"{rule.name}@{rule.version}") for rule in BUILT_IN} <= have
    kinds = set()
    for path in sorted(golden.SCENARIOS.rglob("*.yaml")):
        run = next(play(read(path)))
        archive, policy = run.archive()
        found = golden.features(verify(archive, parse_policy(policy)))
        kinds |= {feature for feature in found if feature[0] == "stage"}
    assert len(kinds) > 5
    assert kinds <= have


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One golden session in a corpus of its own."""
    folder = tmp_path / VERSION
    folder.mkdir()
    for end in (".session", ".policy", ".json"):
        shutil.copy(NOW / f"witnessed{end}", folder)
    (tmp_path / "released.json").write_text("{}")
    monkeypatch.setattr(golden, "GOLDEN", tmp_path)
    monkeypatch.setattr(golden, "RELEASED", tmp_path / "released.json")
    return folder


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda e: e["digests"].__setitem__(4, "other"), "the state after entry 4"),
        (lambda e: e["room"].update(status="running"), "room.status is not what it was"),
        (lambda e: e["room"].update(former=1), "room.former is not what it was"),
        (lambda e: e["outcome"]["awards"].pop(), "outcome.awards is not what it was"),
        (lambda e: e.update(rule="english@1"), "rule is not what it was"),
    ],
)
def test_a_build_that_comes_to_something_else_is_told(copy: Path, change, said: str) -> None:
    want = json.loads((copy / "witnessed.json").read_bytes())
    change(want)
    (copy / "witnessed.json").write_text(json.dumps(want))
    with pytest.raises(golden.Changed, match=said):
        golden.replay_all()


def test_more_than_was_shown_is_no_change(copy: Path) -> None:
    want = json.loads((copy / "witnessed.json").read_bytes())
    del want["room"]["status"]
    (copy / "witnessed.json").write_text(json.dumps(want))
    assert golden.replay_all()["sessions"] == 1


def test_words_may_be_said_better_and_what_they_stand_by_may_not_change(copy: Path) -> None:
    room = golden.replay_one(copy / "witnessed.session").film.room(0, "public")
    told = golden.wordless(room)
    assert room["rule"]["title"].keys() == {"zh", "en"}
    assert told["rule"] == {"name": room["rule"]["name"], "version": room["rule"]["version"]}
    assert [phase.keys() for phase in told["programme"]] == [{"id", "kind"}] * len(
        told["programme"]
    )
    assert golden.missing([{"a": 1}], [{"a": 1, "b": 2}], "x") is None
    assert golden.missing([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 3}], "x") == "x[1].a"
    assert golden.missing([{"a": 1}], [{"a": 1}, {"a": 2}], "x") == "x"


def test_a_released_corpus_is_closed(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert golden.main(["release"]) == 0
    assert golden.released()[VERSION] == golden.hashes(copy)
    assert golden.main(["release"]) == 1
    assert golden.main(["make"]) == 1
    assert "raise the version first" in capsys.readouterr().err
    with (copy / "witnessed.policy").open("a") as policy:
        policy.write("# one line more\n")
    assert golden.hashes(copy) != golden.released()[VERSION]


def test_the_next_version_holds_what_no_released_one_shows(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert golden.main(["release"]) == 0
    every = golden.features(golden.replay_one(copy / "witnessed.session"))
    assert golden.shown(golden.released()) == every
    # One play shows what the released session does not, the other nothing new.
    plays = golden.SCENARIOS / "draws"
    monkeypatch.setattr(golden, "SCENARIOS", plays)
    taken = golden.chosen()
    assert taken
    added = set().union(*(features_of(one) for one in taken))
    offered = set().union(
        *(
            features_of(golden.Recorded(run.name, *run.archive()))
            for path in plays.glob("*.yaml")
            for run in play(read(path))
        )
    )
    assert offered - every <= added
    for one in taken:
        others = set().union(*(features_of(other) for other in taken if other is not one))
        assert features_of(one) - every - others, one.name


def features_of(one: golden.Recorded) -> set[tuple[str, str]]:
    return golden.features(verify(one.archive, parse_policy(one.policy)))


def test_another_process_that_fails_is_told_with_its_setting(copy: Path) -> None:
    with pytest.raises(golden.Changed, match="hash seed 1, time zone UTC"):
        golden.apart(Path(shutil.which("false") or "false"), "1", "UTC", False)


def test_an_unknown_word_is_answered_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert golden.main(["dance"]) == 2
    assert "make | release | replay | everywhere" in capsys.readouterr().err
