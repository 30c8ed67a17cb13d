"""Draws redone from an archive: what holds, what cannot be told, and every way to bend one."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auction_rules.draw_terms import Source
from bidding.core.state import State, evolve
from bidding.proof import canon
from bidding.proof.policy import parse_policy
from replay import draw as redoing
from replay.__main__ import main
from replay.beacon import is_signed
from replay.chance import Signed
from replay.draw import Redrawn, redraw
from replay.play import Run, play
from replay.scenario import read
from replay.verify import verify
from tests.replay import draws
from tests.replay.draws import ROUND_1000, Entries, archived, entries_of
from tests.replay.plays import SCENARIOS, first_run, opened, small
from tests.shared import own
from tools.golden import GOLDEN

SESSIONS = sorted(GOLDEN.glob("*/*.session"))


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def only(
    entries: Entries, published: dict[int, str] | None = None, signed: Signed | None = None
) -> Redrawn:
    (found,) = redraw(entries, published, signed)
    return found


def wrong(found: Redrawn) -> list[str]:
    """The English sentences of what does not hold."""
    words = [one.en for one in found.checks if one.ok is False]
    return [*words, *(["result"] if found.same is False else [])]


# The orders are those worked out by hand in the plays.
@pytest.mark.parametrize(
    ("name", "recorded", "untold"),
    [
        ("parties", ("C", "B"), []),
        ("two of three", ("B", "C"), ["not shown by supervisor"]),
        ("balls", ("C", "A", "B"), ["whether the balls were drawn fairly"]),
        ("corrected balls", ("A", "C", "B"), ["whether the balls were drawn fairly"]),
        ("drand", ("C", "B"), ["the recorded value was not compared", "the BLS12-381 signature"]),
        ("figures", ("B", "C"), ["the recorded value was not compared"]),
        # 09:15:00 and 376 s after the opening of the stretch; +08:00.
        ("end by parties", (str(1_772_414_476_000_000),), []),
        ("end by a seed", (str(1_772_414_628_000_000),), ["whoever kept the seed"]),
        ("officer", ("A", "B"), ["the terms name no source"]),
    ],
)
def test_a_draw_holds_and_says_what_nobody_can_tell(
    name: str, recorded: tuple[str, ...], untold: list[str]
) -> None:
    found = only(entries_of(name))
    assert found.holds
    assert found.same
    assert found.recorded == found.redone == recorded
    said = [one for one in found.checks if one.ok is None]
    assert [one.en.startswith(words) for one, words in zip(said, untold, strict=True)] == [
        True
    ] * len(untold)
    assert all(one.zh for one in found.checks)


def test_each_hash_is_what_anybody_gets() -> None:
    found = only(entries_of("parties"))
    secrets = {p: sha(f"{p} word") for p in ("centre", "supervisor", "notary")}
    assert found.seed == sha(",".join(f"{p}:{secret}" for p, secret in secrets.items()))
    first, last = found.steps
    assert first.text == f"{found.seed}|LOT-01|B,C"
    assert first.digest == sha(first.text)
    assert (first.left, first.picked) == (2, "BC"[int(first.digest, 16) % 2])
    assert (last.text, last.left, last.picked) == (f"{found.seed}|LOT-01|B", 1, "B")


def test_a_number_in_the_incomplete_end_is_hashed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = entries_of("parties")
    text = only(entries).steps[0].text
    digest = int(sha(text), 16)
    # A range that ends, for two, just below this number.
    monkeypatch.setattr(redoing, "_RANGE", digest - digest % 2)
    again, *_ = [step for step in only(entries).steps if step.picked is not None]
    first = only(entries).steps[0]
    assert (first.text, first.picked) == (text, None)
    assert again.text.startswith(f"{text}|")


def test_a_draw_that_was_not_made_is_told() -> None:
    found = only(entries_of("withheld"))
    assert (found.entry, found.same, found.redone, found.steps) == (None, None, (), ())
    assert found.holds
    assert redraw(()) == ()


def fact(entries: Entries, name: str, number: int = 0) -> dict[str, Any]:
    rows = [r for e in entries for r in e["data"].get("facts") or () if r["fact"] == name]
    return rows[number]


def entry_with(entries: Entries, name: str, number: int = 0) -> dict[str, Any]:
    wanted = fact(entries, name, number)
    return next(e for e in entries if any(r is wanted for r in e["data"].get("facts") or ()))


def swap_order(e: Entries) -> None:
    fact(e, "drawn")["order"].reverse()


def other_seed(e: Entries) -> None:
    fact(e, "drawn")["seed"] = sha("another")


def lose_one(e: Entries) -> None:
    fact(e, "pool_fixed")["pool"].remove("B")


def put_one_in(e: Entries) -> None:
    fact(e, "pool_fixed")["pool"].append("A")


def pool_afterwards(e: Entries) -> None:
    row = fact(e, "pool_fixed")
    entry_with(e, "pool_fixed")["data"]["facts"].remove(row)
    chance = ("draw_committed", "draw_typed", "drawn")
    rows = [r for x in e for r in x["data"].get("facts") or () if r["fact"] in chance]
    first = next(x for x in e if rows[0] in (x["data"].get("facts") or ()))
    first["data"]["facts"].insert(0, row)


def no_pool(e: Entries) -> None:
    entry_with(e, "pool_fixed")["data"]["facts"].remove(fact(e, "pool_fixed"))


def draw_for_another(e: Entries) -> None:
    fact(e, "drawn")["what"] = "LOT-02"


def draw_again(e: Entries) -> None:
    again = {**fact(e, "drawn"), "order": list(reversed(fact(e, "drawn")["order"]))}
    e[-1]["data"]["facts"].append(again)


def other_secret(e: Entries) -> None:
    row, entry = fact(e, "draw_revealed"), entry_with(e, "draw_revealed")
    row["secret"] = entry["data"]["ask"]["secret"] = sha("another")


def other_commitment(e: Entries) -> None:
    row, entry = fact(e, "draw_committed"), entry_with(e, "draw_committed")
    row["commit"] = entry["data"]["ask"]["commit"] = sha("another")


def commit_twice(e: Entries) -> None:
    row = fact(e, "draw_committed")
    entry_with(e, "draw_committed", 1)["data"]["facts"].append({**row, "commit": sha("again")})


def by_a_stranger(e: Entries) -> None:
    fact(e, "draw_committed")["party"] = "stranger"


def in_anothers_name(e: Entries) -> None:
    entry_with(e, "draw_revealed")["actor"] = "staff:1"


def shown_too_early(e: Entries) -> None:
    row = fact(e, "draw_revealed")
    entry_with(e, "draw_revealed")["data"]["facts"].remove(row)
    entry_with(e, "draw_committed", 1)["data"]["facts"].append(row)


def not_shown(e: Entries) -> None:
    entry_with(e, "draw_revealed")["data"]["facts"].remove(fact(e, "draw_revealed"))


def another_round(e: Entries) -> None:
    fact(e, "draw_round")["round"] += 1


def another_instant(e: Entries) -> None:
    fact(e, "draw_round")["at"] += 1


def round_named_later(e: Entries) -> None:
    row = fact(e, "draw_round")
    entry_with(e, "draw_round")["data"]["facts"].remove(row)
    entry_with(e, "draw_typed")["data"]["facts"].insert(0, row)


def round_already_out(e: Entries) -> None:
    """The owner claims that the stage opened earlier, and names a round that he had seen."""
    entry, minute = entry_with(e, "draw_round"), 60_000_000
    for row in entry["data"]["facts"]:
        if row["fact"] == "stage_opened":
            row["opens"] -= 2 * minute
    row = fact(e, "draw_round")
    row["round"], row["at"] = row["round"] - 40, row["at"] - 2 * minute
    for number in (0, 1):
        fact(e, "draw_typed", number)["round"] = row["round"]
        entry_with(e, "draw_typed", number)["data"]["ask"]["round"] = row["round"]


def typed_alone(e: Entries) -> None:
    first = fact(e, "draw_typed")["officer"]
    fact(e, "draw_typed", 1)["officer"] = first
    entry_with(e, "draw_typed", 1)["actor"] = f"staff:{first}"


def typed_for_another(e: Entries) -> None:
    entry_with(e, "draw_typed", 1)["actor"] = entry_with(e, "draw_typed")["actor"]


def typed_apart(e: Entries) -> None:
    row, entry = fact(e, "draw_typed"), entry_with(e, "draw_typed")
    row["value"] = list(reversed(row["value"])) if len(row["value"]) > 1 else ["0"]
    for key in ("order", "value"):
        if key in entry["data"]["ask"]:
            entry["data"]["ask"][key] = row["value"] if key == "order" else row["value"][0]


def typed_before_it_was_out(e: Entries) -> None:
    entry_with(e, "draw_typed")["t"] = fact(e, "draw_round")["at"] - 1


def not_a_signature(e: Entries) -> None:
    for number in (0, 1):
        fact(e, "draw_typed", number)["value"] = ["xyz"]
        entry_with(e, "draw_typed", number)["data"]["ask"]["value"] = "xyz"


def other_balls(e: Entries) -> None:
    fact(e, "drawn")["order"] = ["A", "B", "C"]


def a_ball_too_many(e: Entries) -> None:
    for number in (0, 1):
        fact(e, "draw_typed", number)["value"] = ["C", "A", "B", "D"]
        entry_with(e, "draw_typed", number)["data"]["ask"]["order"] = ["C", "A", "B", "D"]
    fact(e, "drawn")["order"] = ["C", "A", "B", "D"]


def balls_with_a_seed(e: Entries) -> None:
    fact(e, "drawn")["seed"] = "1"


def note(e: Entries, key: str) -> dict[str, Any]:
    return next(r for x in e for r in x["data"].get("facts") or () if r.get("key") == key)


def later_end(e: Entries) -> None:
    note(e, "random end")["value"] += 1_000_000


def later_stretch(e: Entries) -> None:
    note(e, "last stretch opened")["value"] += 1


def seed_not_committed(e: Entries) -> None:
    note(e, "seed")["value"] = "another"
    ask = next(x["data"]["ask"] for x in e if x["type"] == "draw.accepted")
    ask["seed"] = "another"


def seed_not_asked(e: Entries) -> None:
    next(x["data"]["ask"] for x in e if x["type"] == "draw.accepted")["seed"] = "another"


POOL = "the pool was fixed before"
SECRET = "centre showed the secret"
NAMED = "was named with the pool"
ALIKE = "typed alike by"
SEED = "the seed is"


@pytest.mark.parametrize(
    ("name", "bend", "found"),
    [
        ("parties", swap_order, ["result"]),
        ("parties", other_seed, [SEED, "result"]),
        ("parties", lose_one, ["result"]),
        ("parties", put_one_in, ["result"]),
        ("parties", pool_afterwards, [POOL]),
        ("parties", no_pool, [POOL, "result"]),
        ("parties", draw_for_another, [POOL, SEED, "not shown by", "result"]),
        ("parties", draw_again, [POOL, "not shown by", SEED, "result"]),
        ("parties", other_secret, ["showed the secret", SEED]),
        ("parties", other_commitment, ["showed the secret"]),
        ("parties", commit_twice, ["centre committed to", "centre committed to", SECRET]),
        ("parties", by_a_stranger, ["stranger committed to", SECRET]),
        ("parties", in_anothers_name, ["showed the secret"]),
        ("parties", shown_too_early, ["showed the secret", "nothing was shown before"]),
        ("parties", not_shown, ["not shown by", SEED]),
        ("drand", another_round, [NAMED]),
        ("drand", another_instant, [NAMED]),
        ("drand", round_named_later, [NAMED]),
        ("drand", round_already_out, [NAMED, ALIKE]),
        ("drand", typed_alone, [ALIKE]),
        ("drand", typed_for_another, [ALIKE]),
        ("drand", typed_apart, [ALIKE]),
        ("drand", typed_before_it_was_out, ["it was typed when"]),
        ("drand", not_a_signature, [SEED]),
        ("drand", other_seed, [SEED, "result"]),
        ("figures", another_round, [NAMED]),
        ("figures", other_seed, [SEED]),
        ("balls", other_balls, [ALIKE, "result"]),
        ("balls", typed_alone, [ALIKE]),
        ("balls", typed_for_another, [ALIKE]),
        ("balls", typed_apart, [ALIKE]),
        ("balls", a_ball_too_many, ["the balls are exactly"]),
        ("balls", balls_with_a_seed, ["the balls are exactly"]),
        ("balls", pool_afterwards, [POOL]),
        ("end by parties", other_secret, ["showed the secret", SEED]),
        ("end by parties", later_end, ["result"]),
        ("end by parties", later_stretch, ["result"]),
        ("end by a seed", later_end, ["result"]),
        ("end by a seed", seed_not_committed, ["SHA-256 of the seed", "result"]),
        ("end by a seed", seed_not_asked, ["the seed was typed in"]),
        ("officer", swap_order, ["result"]),
        ("officer", other_seed, ["the seed was typed in"]),
        ("officer", seed_not_asked, ["the seed was typed in"]),
        ("officer", pool_afterwards, [POOL]),
    ],
)
def test_a_bent_draw_is_found(name: str, bend: Callable[[Entries], None], found: list[str]) -> None:
    entries = entries_of(name)
    before = json.dumps(entries)
    bend(entries)
    assert json.dumps(entries) != before
    said = [words for one in redraw(entries) for words in wrong(one)]
    assert not all(one.holds for one in redraw(entries))
    for words in found:
        assert any(words in sentence for sentence in said), said
    assert all(any(words in sentence for words in found) for sentence in said), said


def test_what_somebody_fetched_himself_is_compared() -> None:
    entries = entries_of("drand")
    compared = [one for one in only(entries, {1000: ROUND_1000}).checks if "you gave" in one.en]
    assert [one.ok for one in compared] == [True]
    other = only(entries, {1000: ROUND_1000[:-1] + "8"})
    assert [one.ok for one in other.checks if "you gave" in one.en] == [False]
    assert not other.holds
    # A file that does not hold the round proves nothing either way.
    absent = only(entries, {999: ROUND_1000})
    assert absent.holds
    assert any("was not compared" in one.en for one in absent.checks)


def test_the_beacons_own_signature_is_verified_where_something_can() -> None:
    entries = entries_of("drand")
    signature = [one for one in only(entries, None, is_signed).checks if "BLS12-381" in one.en]
    assert [one.ok for one in signature] == [True]
    # What two officers type alike holds in every other respect, were it never published.
    other = b"".fromhex(ROUND_1000[:-2] + "38").hex()
    seed = hashlib.sha256(bytes.fromhex(other)).hexdigest()
    text = json.dumps(entries).replace(ROUND_1000, other).replace(sha_of_round(), seed)
    invented = only(json.loads(text), None, is_signed)
    assert [one.en.partition(" of ")[0] for one in invented.checks if one.ok is False] == [
        "the BLS12-381 signature"
    ]
    assert not invented.holds
    assert wrong(only(json.loads(text))) in ([], ["result"])


def sha_of_round() -> str:
    return hashlib.sha256(bytes.fromhex(ROUND_1000)).hexdigest()


def test_the_command_verifies_a_beacon_or_says_that_nobody_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = written(archived("drand"), tmp_path)
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "[ok] the BLS12-381 signature of round 1000 is by the key of drand quicknet" in out
    assert out.splitlines()[-1].startswith("same: C, B")
    # The base install, as an auditor has it.
    monkeypatch.setitem(sys.modules, "py_arkworks_bls12381", None)
    monkeypatch.delitem(sys.modules, "replay.beacon")
    assert main(command) == 3
    out = capsys.readouterr().out
    assert "[??] the BLS12-381 signature of round 1000 is not verified here" in out
    assert out.splitlines()[-1].startswith("not verified: the value of round 1000")
    assert main([*command, "--lang", "zh"]) == 3
    assert capsys.readouterr().out.splitlines()[-1].startswith("尚未核实：随机信标第 1000 期")
    assert main([*command, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["beacon_unverified"] == [1000]
    beacon = tmp_path / "beacon.json"
    beacon.write_text(json.dumps({"round": 1000, "signature": ROUND_1000}), encoding="utf-8")
    assert main([*command, "--beacon", str(beacon)]) == 0
    capsys.readouterr()
    # Nothing is missing where no public source was drawn from.
    assert main(written(archived("parties"), tmp_path)) == 0


def test_a_public_figure_that_nobody_compared_is_not_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No signature stands behind it: two officers typed it, and only the source can confirm it."""
    command = written(archived("figures"), tmp_path)
    assert main(command) == 3
    assert (
        capsys.readouterr()
        .out.splitlines()[-1]
        .startswith("not verified: the value of publication 2 of the public source")
    )
    assert main([*command, "--lang", "zh"]) == 3
    assert capsys.readouterr().out.splitlines()[-1].startswith("尚未核实：公开来源第 2 期")
    beacon = tmp_path / "beacon.json"
    beacon.write_text(json.dumps({"round": 2, "value": "0412345"}), encoding="utf-8")
    assert main([*command, "--beacon", str(beacon)]) == 0
    beacon.write_text(json.dumps({"round": 2, "value": "0412346"}), encoding="utf-8")
    assert main([*command, "--beacon", str(beacon)]) == 1


def test_the_browser_and_python_are_held_to_the_same_words() -> None:
    assert own("draws") == draws.vectors()


def written(run: Run, folder: Path) -> list[str]:
    raw, policy = run.archive()
    (folder / "a.session").write_bytes(raw)
    (folder / "a.policy").write_text(policy, encoding="utf-8")
    return ["draw", str(folder / "a.session"), "--policy", str(folder / "a.policy")]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = written(archived("parties"), tmp_path)
    assert main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("signed by the centre only: no witness")
    assert lines[1].startswith("up to entry ")
    assert lines[3] == "draw for LOT-01"
    assert lines[5].startswith("  pool: B, C (entry ")
    assert lines[-1].startswith("same: C, B, as recorded in entry ")
    assert main([*command, "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "来源（编号 0 的记录）：各方先密封后揭示" in out
    assert "一致：C、B" in out
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    assert found["draws"][0]["redone"] == ["C", "B"]


def test_the_command_with_a_file_of_the_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = written(archived("drand"), tmp_path)
    beacon = tmp_path / "beacon.json"
    beacon.write_text(json.dumps({"round": 1000, "signature": ROUND_1000}), encoding="utf-8")
    assert main([*command, "--beacon", str(beacon)]) == 0
    assert "[ok] publication 1000 in the file you gave says the same" in capsys.readouterr().out
    beacon.write_text(json.dumps([{"round": 1000, "value": "00"}]), encoding="utf-8")
    assert main([*command, "--beacon", str(beacon)]) == 1
    out = capsys.readouterr().out
    assert "[NO] publication 1000" in out
    assert out.splitlines()[-1].startswith("does not hold: the result C, B of entry ")
    for nonsense in ("nonsense", "3", '[{"round": 1000}]', "[[]]"):
        beacon.write_text(nonsense, encoding="utf-8")
        assert main([*command, "--beacon", str(beacon)]) == 2
        assert "no publication" in capsys.readouterr().err


def test_a_file_of_another_publication_is_never_taken_for_a_comparison(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beacon = tmp_path / "beacon.json"
    beacon.write_text(json.dumps({"round": 1, "signature": ROUND_1000}), encoding="utf-8")
    command = [*written(archived("drand"), tmp_path), "--beacon", str(beacon)]
    assert main(command) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "refused: the file of --beacon was not used, nothing in it could be compared: "
        "it holds publication 1, and the draws of this session name 1000"
    )
    assert main([*command, "--lang", "zh"]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("不通过：--beacon 文件未被使用")
    assert last.endswith("其中为第 1 期，而本场摇号指定第 1000 期")
    assert main([*command, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["beacon_unused"] == [1]
    # What is needed among what is not.
    rows = [{"round": n, "signature": ROUND_1000} for n in (999, 1000)]
    beacon.write_text(json.dumps(rows), encoding="utf-8")
    assert main(command) == 0
    assert "publication 1000 in the file you gave says the same" in capsys.readouterr().out
    command = [*written(archived("parties"), tmp_path), "--beacon", str(beacon)]
    assert main(command) == 1
    assert "no draw of this session names a publication" in capsys.readouterr().out


def test_no_draw_and_none_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = written(archived("withheld"), tmp_path)
    assert main(command) == 0
    assert capsys.readouterr().out.endswith("not drawn: no result is recorded\n")
    command = written(first_run(small()), tmp_path)
    assert main(command) == 0
    assert capsys.readouterr().out.endswith("\nup to there nothing was drawn in this session\n")


def test_an_archive_is_verified_before_anything_is_redone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = written(archived("balls"), tmp_path)
    path = tmp_path / "a.session"
    path.write_bytes(path.read_bytes().replace(b'"order":["C","A","B"]', b'"order":["A","C","B"]'))
    assert main(command) == 1
    out = capsys.readouterr().out
    assert out.startswith("refused: ")
    assert "draw for" not in out


@pytest.mark.parametrize(("name", "bend"), [("parties", swap_order), ("balls", other_balls)])
def test_an_owner_who_signs_another_result_is_caught(
    name: str, bend: Callable[[Entries], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = archived(name)
    entries = [json.loads(body) for body in run.bodies]
    bend(entries)
    # The award goes to whoever the owner wants; every later digest is made to fit, and signed.
    state = State(run.state.origin)
    for index, entry in enumerate(entries):
        if index:
            entry["ps"] = state.digest
        state = evolve(state, entry)
    run.bodies[:] = [canon.encode(entry) for entry in entries]
    command = written(run, tmp_path)
    assert main(["verify", *command[1:]]) == 0
    capsys.readouterr()
    assert main(command) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("different: ")


# Every draw of the corpus, whatever its rule: none is lost, and each comes out the same.
@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_draw_of_the_corpus_holds(path: Path) -> None:
    policy = parse_policy(path.with_suffix(".policy").read_text(encoding="utf-8"))
    entries = verify(path.read_bytes(), policy).entries
    rows = [row for entry in entries for row in entry["data"].get("facts") or ()]
    made = [row for row in rows if row["fact"] == "drawn" or row.get("key") == "random end"]
    found = redraw(entries)
    assert len([one for one in found if one.entry is not None]) == len(made)
    assert all(one.holds for one in found)
    assert {one.source for one in found} <= {one.value for one in Source}


def test_a_session_may_draw_several_times() -> None:
    run = next(play(read(SCENARIOS / "hybrid_dutch" / "hybrid-ties.yaml")))
    made = [one for one in redraw(opened(run)[2].entries) if one.entry is not None]
    assert len(made) > 1
    assert all(one.holds for one in made)


# Every rule that can draw, by every source it can name.
@pytest.mark.parametrize(
    "path", sorted((SCENARIOS / "draws").glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_rule_draws_from_every_source(path: Path) -> None:
    for run in play(read(path)):
        entries = [json.loads(body) for body in run.bodies]
        for one in redraw(entries, None, is_signed):
            assert one.holds, (run.name, wrong(one))
            if one.entry is not None:
                other = json.loads(json.dumps(entries))
                swap_result(other, one)
                assert not all(again.holds for again in redraw(other, None, is_signed)), run.name


def swap_result(entries: Entries, made: Redrawn) -> None:
    """The recorded result of one draw, turned round or moved by a second."""
    for row in entries[made.entry or 0]["data"]["facts"]:
        if row["fact"] == "drawn" and row["what"] == made.what:
            row["order"] = row["order"][::-1]
        if row.get("key") == "random end":
            row["value"] += 1_000_000
