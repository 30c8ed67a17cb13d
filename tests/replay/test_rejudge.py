"""Re-judging finds the first entry whose decision the rule would not have given."""

import copy
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bidding.core import record
from bidding.core.record import replay as fold
from bidding.core.record import rule_of
from bidding.core.state import State, evolve
from bidding.proof import canon
from replay.__main__ import main
from replay.rejudge import RuleMissing, rejudge
from tests.replay import malformed, witnessed
from tests.replay.plays import first_run, opened, small

Entries = list[dict[str, Any]]
ORIGIN = witnessed.LOG.verifier.name


def session() -> tuple[str, Entries]:
    _, _, found = opened(first_run(small()))
    return found.origin, [copy.deepcopy(entry) for entry in found.entries]


def chained(origin: str, entries: Entries) -> Entries:
    """Entries as an owner of the log could rewrite them: every later digest made to fit."""
    state = State(origin)
    data = entries[0]["data"]
    data["sha256"] = hashlib.sha256(canon.encode(data["document"])).hexdigest()
    for index, entry in enumerate(entries):
        entry["i"] = index
        if index:
            entry["ps"] = state.digest
        state = evolve(state, entry)
    return entries


def test_the_log_as_it_was_shows_no_difference() -> None:
    origin, entries = session()
    judged = rejudge(origin, entries)
    assert judged.difference is None
    assert judged.entries == len(entries)
    assert judged.same_source
    assert fold(origin, map(canon.encode, entries)).digest


def bid_of(entries: Entries, amount: int) -> dict[str, Any]:
    return next(e for e in entries if e["data"].get("ask", {}).get("amount") == amount)


def refuse_a_good_bid(entries: Entries) -> int:
    entry = bid_of(entries, 15_000)
    entry["type"] = "bid.refused"
    entry["data"] = {
        "ask": entry["data"]["ask"],
        "reason": "BELOW_MIN_NEXT",
        "detail": {},
        "nearest": [],
    }
    return int(entry["i"])


def accept_a_low_bid(entries: Entries) -> int:
    entry = bid_of(entries, 10_500)
    facts = [
        {
            "fact": "offer_stood",
            "bidder": "B",
            "lot": None,
            "amount": 10_500,
            "quantity": None,
            "slot": None,
        }
    ]
    entry["type"], entry["data"] = "bid.accepted", {"ask": entry["data"]["ask"], "facts": facts}
    return int(entry["i"])


def move_the_deadline_further(entries: Entries) -> int:
    entry = bid_of(entries, 15_000)
    moved = next(f for f in entry["data"]["facts"] if f["fact"] == "deadline_moved")
    moved["closes"] += 1
    return int(entry["i"])


def give_another_reason(entries: Entries) -> int:
    entry = bid_of(entries, 10_500)
    entry["data"]["reason"] = "NOT_ON_GRID"
    return int(entry["i"])


def award_somebody_else(entries: Entries) -> int:
    entry = entries[-1]
    award = next(f for f in entry["data"]["facts"] if f["fact"] == "awarded")
    award["bidder"] = "B"
    return int(entry["i"])


def swallow_a_bell(entries: Entries) -> int:
    # The opening bell is dropped; the first bid stands on a floor that never opened.
    index = next(e["i"] for e in entries if e["type"] == "bell.accepted")
    del entries[index]
    return int(index)


@pytest.mark.parametrize(
    "tamper",
    [
        refuse_a_good_bid,
        accept_a_low_bid,
        move_the_deadline_further,
        give_another_reason,
        award_somebody_else,
        swallow_a_bell,
    ],
)
def test_a_wrong_decision_is_found_where_it_stands(tamper: Callable[[Entries], int]) -> None:
    origin, entries = session()
    index = tamper(entries)
    judged = rejudge(origin, chained(origin, entries))
    assert judged.difference is not None
    assert judged.difference.index == index
    assert f"entry {index}" in judged.difference.line()
    assert judged.entries == index


def test_a_wrong_digest_is_found() -> None:
    origin, entries = session()
    entries[3]["ps"] = entries[2]["ps"]
    difference = rejudge(origin, entries).difference
    assert difference is not None
    assert (difference.index, difference.about) == (3, "state digest")


def test_other_source_of_the_same_version_is_told() -> None:
    origin, entries = session()
    entries[0]["data"]["document"]["rule_sha256"] = "0" * 64
    judged = rejudge(origin, chained(origin, entries))
    assert judged.difference is None
    assert not judged.same_source


def test_a_rule_that_is_not_installed_is_named() -> None:
    origin, entries = session()
    entries[0]["data"]["document"]["version"] = "99"
    with pytest.raises(RuleMissing, match="english@99"):
        rejudge(origin, entries)


def rich() -> Entries:
    return [copy.deepcopy(entry) for entry in witnessed.session().entries]


def test_what_was_brought_in_is_counted() -> None:
    judged = rejudge(ORIGIN, rich())
    assert judged.difference is None
    assert judged.verified == {"draws": 1, "reserves": 0, "openings": 0, "signatures": 7}


@pytest.mark.parametrize(
    ("late", "early", "difference"),
    [(0, 1, None), (0, 0, "order"), (0, None, "order"), (1, 2, "order")],
    ids=["before the bell", "at the bell", "nobody had it earlier", "written after the bell"],
)
def test_at_the_bell_s_instant_what_a_door_had_before_goes_first(late, early, difference) -> None:
    """The last admission is written again where the opening bell was due."""
    origin, entries = session()
    index = next(e["i"] for e in entries if e["type"] == "bell.accepted")
    bell = entries[index]["t"]
    del entries[index:]
    state = fold(origin, map(canon.encode, entries))
    asked = record.command_of(entries[-1])
    received = None if early is None else bell + late - early
    command = replace(asked, ref="again", received=received)
    again = record.record(state, command, bell + late, rule_of(state))
    entries.append(again.entry)
    found = rejudge(origin, entries).difference
    assert (found and found.about) == difference


def test_another_order_than_the_seed_gives_is_a_difference() -> None:
    entries = rich()
    entry = next(e for e in entries if e["type"] == "draw.accepted")
    drawn = next(f for f in entry["data"]["facts"] if f["fact"] == "drawn")
    drawn["order"].reverse()
    difference = rejudge(ORIGIN, chained(ORIGIN, entries)).difference
    assert difference is not None
    assert (difference.index, difference.about) == (entry["i"], "facts")
    places = [place for place, _, _ in difference.rows()]
    assert any(place.endswith(".order[0]") for place in places)


def forged_signature(entries: Entries) -> int:
    """The owner takes a bid that its bidder signed for another amount."""
    entry, good = entries[9], entries[12]
    entry["type"] = "bid.accepted"
    entry["data"] = {**entry["data"], "facts": good["data"]["facts"]}
    for key in ("reason", "detail", "nearest"):
        del entry["data"][key]
    return 9


def refused_signature(entries: Entries) -> int:
    """The owner calls a sound signature unsound."""
    entry = entries[12]
    del entry["data"]["facts"]
    entry["type"] = "bid.refused"
    entry["data"] |= {"reason": "SIGNATURE_INVALID", "detail": {}, "nearest": []}
    return 12


@pytest.mark.parametrize(
    ("tamper", "expected", "got"),
    [(forged_signature, "does not hold", "holds"), (refused_signature, "holds", "does not hold")],
)
def test_a_differing_verdict_on_a_signature_is_told_as_such(
    tamper: Callable[[Entries], int], expected: str, got: str
) -> None:
    entries = rich()
    index = tamper(entries)
    difference = rejudge(ORIGIN, chained(ORIGIN, entries)).difference
    assert difference is not None
    assert (difference.index, difference.about) == (index, "signature")
    assert (difference.expected, difference.recorded) == (expected, got)
    assert f"编号 {index} 的记录：签名不一致" in difference.line("zh")


def test_a_reference_that_was_never_used_cannot_have_been_used_again() -> None:
    entries = rich()
    entry = entries[14]
    del entry["data"]["facts"]
    entry.pop("cmd", None)
    entry["type"], entry["by"] = "bid.refused", 12
    entry["data"] |= {"reason": "REF_REUSED", "detail": {"first": 12}, "nearest": []}
    difference = rejudge(ORIGIN, chained(ORIGIN, entries)).difference
    assert difference is not None
    assert (difference.index, difference.about) == (14, "request")


@pytest.mark.parametrize("ask", [{"amount": "160"}, {"amount": None}, {"amount": [1]}, {"lot": 3}])
def test_a_request_nobody_could_make_is_a_difference_and_no_traceback(ask: dict[str, Any]) -> None:
    entries = rich()
    entries[14]["data"]["ask"] |= ask
    difference = rejudge(ORIGIN, chained(ORIGIN, entries)).difference
    assert difference is not None
    assert difference.index == 14


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    policy = tmp_path / "policy"
    policy.write_text(witnessed.POLICY, encoding="utf-8")
    return tmp_path / "archive", policy


def write(files: tuple[Path, Path], entries: Entries) -> None:
    files[0].write_bytes(witnessed.archive([canon.encode(e) for e in chained(ORIGIN, entries)]))


def command(files: tuple[Path, Path], name: str, *more: str) -> int:
    archive, policy = files
    return main([name, str(archive), *more, "--policy", str(policy)])


def lower_award(entries: Entries) -> int:
    entry = entries[12]
    stood = next(f for f in entry["data"]["facts"] if f["fact"] == "offer_stood")
    stood["amount"], stood["bidder"] = 130, "A"
    return 12


def test_expected_and_got_stand_side_by_side(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    entries = rich()
    lower_award(entries)
    write(files, entries)
    assert command(files, "rejudge") == 1
    first, head, *rows = capsys.readouterr().out.splitlines()
    assert first.startswith("entry 12: facts differs")
    assert head.split() == ["the", "rule", "gives", "the", "log", "has"]
    assert [row.split() for row in rows] == [
        ["facts[0].bidder", "B", "A"],
        ["facts[0].amount", "120", "130"],
    ]
    at = head.index("the log has")
    assert all(row[at - 1] == " " != row[at] for row in rows)
    assert command(files, "rejudge", "--lang", "zh") == 1
    first, head, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("编号 12 的记录：事实不一致；按规则应为 ")
    assert head.split() == ["按规则应为", "记录为"]


def test_the_same_for_machines(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    entries = rich()
    write(files, entries)
    assert command(files, "rejudge", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"]
    assert found["verified"]["draws"] == 1
    assert "difference" not in found
    lower_award(entries)
    write(files, entries)
    assert command(files, "rejudge", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    difference = found["difference"]
    assert not found["ok"]
    assert (difference["entry"], difference["about"], found["entries"]) == (12, "facts", 12)
    assert (difference["expected"][0]["amount"], difference["got"][0]["amount"]) == (120, 130)


def test_counts_are_told_in_both_languages(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    write(files, rich())
    assert command(files, "rejudge") == 0
    assert "verified from logged inputs: 1 draw, 7 bidders' signatures" in capsys.readouterr().out
    assert command(files, "rejudge", "--lang", "zh") == 0
    assert "据记录的输入核验：摇号 1 次、竞买人签名 7 个" in capsys.readouterr().out


def test_without_the_rule_the_log_still_tells_what_it_can(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    entries = rich()
    entries[0]["data"]["document"]["version"] = "99"
    write(files, entries)
    assert command(files, "rejudge") == 2
    assert "land_listing@99 is not installed here" in capsys.readouterr().err
    assert command(files, "rejudge", "--json", "--lang", "zh") == 2
    out, err = capsys.readouterr()
    assert json.loads(out) == {"ok": False, "rule": "land_listing@99", "installed": False}
    assert "未安装规则 land_listing@99" in err
    assert command(files, "verify") == 0
    assert "6 requests signed by bidders' own keys" in capsys.readouterr().out
    assert command(files, "show") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(entries)
    assert "No. A offered 100 CNY" in lines[7]
    assert "uspended: 停电" in lines[10]
    assert command(files, "at", "12", "--as", "auditor") == 0
    room = json.loads(capsys.readouterr().out)
    assert (room["rule"], room["installed"]) == ("land_listing@99", False)
    assert room["leaders"] == ["B"]
    assert {offer["amount"] for offer in room["offers"]} == {100, 120}
    assert command(files, "explain", "12") == 2
    assert "not installed" in capsys.readouterr().err


def test_a_refusal_that_makes_no_sense_is_shown_as_it_stands(files: tuple[Path, Path]) -> None:
    entries = rich()
    entries[8]["data"]["reason"] = "MIRACLE"
    write(files, entries)
    assert command(files, "show") == 0
    assert command(files, "rejudge") == 1
    assert command(files, "explain", "8") in (0, 2)
    assert command(files, "at", "8") in (0, 2)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda data: data.update(reason=7), "data.reason"),
        (lambda data: data.update(detail=[]), "data.detail"),
        (lambda data: data.update(nearest={"a": 1}), "data.nearest"),
        (lambda data: data.pop("nearest"), "data.nearest"),
    ],
)
def test_a_refusal_of_no_known_shape_stops_every_command(
    files: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, Any]], Any],
    place: str,
) -> None:
    entries = rich()
    change(entries[8]["data"])
    write(files, entries)
    for words in (("verify",), ("show",), ("rejudge",), ("explain", "8"), ("at", "8")):
        assert command(files, *words) == 1
        told = f"refused: entry 8: unknown shape ({place}): replay stops\n"
        assert capsys.readouterr().out == told


def by_officers(**named: Any) -> tuple[str, Entries]:
    """The session with other officers in entry 0; `...` takes one out."""
    origin, entries = session()
    for name, officer in named.items():
        holder = entries[0] if name == "actor" else entries[0]["data"]
        if officer is ...:
            del holder[name]
        else:
            holder[name] = officer
    return origin, chained(origin, entries)


@pytest.mark.parametrize(
    "named",
    [
        {"proposer": "staff:2"},  # the approver is approver:2, the same account
        {"approver": "staff:1"},
        {"approver": "approver:3"},  # and not whoever opened it
        {"proposer": "bidder:A"},
        {"proposer": "approver:2"},
        {"proposer": ..., "approver": ...},
        {"proposer": "staff:", "approver": "approver:"},
        {"actor": "system"},
    ],
)
def test_a_session_takes_two_officers(named: dict[str, Any]) -> None:
    difference = rejudge(*by_officers(**named)).difference
    assert difference is not None
    assert (difference.index, difference.about) == (0, "officers")
    assert difference.line().startswith(
        "entry 0: officers differs; the rule gives staff who proposed, and another person"
    )
    assert difference.line("zh").startswith(
        "编号 0 的记录：经办人员不一致；按规则应为 由工作人员提出、由另一人作为审批人批准并开场"
    )


def test_one_officer_gets_no_paper(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = malformed.keep(tmp_path, by_officers(proposer="staff:2")[1])
    assert main(["verify", *given]) == 0
    assert main(["rejudge", *given, "--lang", "zh"]) == 1
    assert "经办人员不一致" in capsys.readouterr().out
    out = tmp_path / "paper.html"
    assert main(["transcript", *given, "--as", "record", "--out", str(out)]) == 1
    assert "officers differs" in capsys.readouterr().out
    assert not out.exists()
