"""The command line: exit 0, 1 or 2, one clear line, and nothing but the pure packages."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from auction_rules.registry import UnknownRule
from bidding.core.notice import Notice
from bidding.proof.acknowledgement import Acknowledgement
from bidding.proof.archive import parse_archive
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from bidding.proof.policy import policy_text
from bidding.proof.receipt import Receipt
from replay.__main__ import main
from tests.bidding.core.session import ORIGIN
from tests.replay import witnessed as w
from tests.replay.plays import REPOSITORY, SCENARIOS, first_run, small


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    raw, policy = first_run(small()).archive()
    archive, text = tmp_path / "a.session", tmp_path / "a.policy"
    archive.write_bytes(raw)
    text.write_text(policy, encoding="utf-8")
    return archive, text


def run(files: tuple[Path, Path], command: str, *more: str) -> int:
    archive, policy = files
    return main([command, str(archive), *more, "--policy", str(policy)])


@pytest.mark.parametrize("command", ["verify", "show", "rejudge"])
def test_a_good_archive(
    files: tuple[Path, Path], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files, command) == 0
    out, err = capsys.readouterr()
    assert out
    assert not err


@pytest.mark.parametrize(
    ("lang", "words", "others"),
    [
        ("zh", ("起始价：100 元", "增价幅度：10 元", "延时时长：1 分钟"), "Start price"),
        ("en", ("Start price: 100 CNY", "Step: 10 CNY", "Extension length: 1 minute"), "起始价"),
    ],
)
def test_the_terms_in_words(
    files: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    lang: str,
    words: tuple[str, ...],
    others: str,
) -> None:
    assert run(files, "show", "--terms", "--lang", lang) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in words)
    assert others not in out
    # The hash is that of the document in entry 0, as the approver signed it off.
    archive, _ = files
    entry = json.loads(parse_archive(archive.read_bytes()).entries[0])
    assert entry["data"]["sha256"] in out
    assert entry["data"]["document"]["rule_sha256"] in out


def test_the_terms_of_a_rule_that_is_not_here(
    files: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(document: dict[str, Any], sha256: str) -> Notice:
        del sha256
        raise UnknownRule(f"{document['rule']}@{document['version']}")

    monkeypatch.setattr("replay.commands.show.notice", missing)
    assert run(files, "show", "--terms") == 2
    assert capsys.readouterr().err == "the rule english@1 is not here\n"


def test_every_answer_in_chinese(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files, "verify", "--lang", "zh") == 0
    assert run(files, "rejudge", "--lang", "zh") == 0
    told = [line[:3] for line in capsys.readouterr().out.splitlines()]
    assert told == ["有效：", "截至编", "有效：", "仅由交", "截至编"]
    archive, _ = files
    archive.write_bytes(b"nonsense")
    assert run(files, "verify", "--lang", "zh") == 1
    assert capsys.readouterr().out.startswith("不通过：")


def test_a_receipt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    played = first_run(small())
    raw, policy_text = played.archive()
    note = parse_archive(raw).checkpoints[-1]
    tree = Tree.from_leaves(leaf_hash(body) for body in played.bodies)
    index = len(played.bodies) - 2
    proof = tuple(tree.inclusion(index))
    receipt, policy = tmp_path / "one.tlog-proof", tmp_path / "policy"
    receipt.write_bytes(Receipt(played.bodies[index], index, proof, note).encode())
    policy.write_text(policy_text, encoding="utf-8")
    arguments = ["receipt", str(receipt), "--policy", str(policy)]
    assert main(arguments) == 0
    assert main([*arguments, "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert f"ok: entry {index} of" in out
    assert f"第 {index} 号记录" in out
    receipt.write_bytes(receipt.read_bytes().replace(f"index {index}".encode(), b"index 0"))
    assert main(arguments) == 1
    assert capsys.readouterr().out.startswith("refused: ")


def test_a_receipt_names_who_vouches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, policy = tmp_path / "own.tlog-proof", tmp_path / "policy"
    line = ["receipt", str(path), "--policy", str(policy)]
    office, notary = w.OFFICE.verifier.name, w.NOTARY.verifier.name

    def said(*more: str, status: int) -> str:
        assert main([*line, *more]) == status
        return capsys.readouterr().out

    policy.write_text(w.POLICY, encoding="utf-8")
    path.write_bytes(w.receipt(7))
    out = said(status=3)
    assert out.startswith(f"not yet witnessed: entry 7 of {ORIGIN}; the centre's signature holds")
    assert f"witnesses who have not signed: {office}, {notary}\n" in out
    out = said("--lang", "zh", status=3)
    assert out.startswith("尚待见证：")
    assert f"尚未签名的见证人：{office}、{notary}\n" in out
    path.write_bytes(w.receipt(7, cosigners=(w.OFFICE,)))
    out = said(status=3)
    assert f"have not signed: {notary}\nsigned by the centre, witnessed by {office}\n" in out
    path.write_bytes(w.receipt(7, cosigners=(w.OFFICE, w.NOTARY)))
    out = said(status=0)
    assert out.startswith(f"ok: entry 7 of {ORIGIN}\nsigned by the centre, witnessed by {office}, ")
    # The same paper for somebody whom no witness convinces.
    policy.write_text(policy_text(w.LOG.verifier), encoding="utf-8")
    assert "signed by the centre only: no witness vouches" in said(status=0)
    assert "仅由交易中心签名：没有见证人证明" in said("--lang", "zh", status=0)


def test_at(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "at", "7") == 0
    assert json.loads(capsys.readouterr().out)["status"] == "running"
    assert run(files, "at", "99") == 2
    assert "entries 0 to" in capsys.readouterr().err


def test_one_flipped_byte(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    archive, _ = files
    raw = bytearray(archive.read_bytes())
    raw[len(raw) // 2] ^= 1
    archive.write_bytes(raw)
    assert run(files, "verify") == 1
    out = capsys.readouterr().out
    assert out.startswith("refused: ")
    assert len(out.splitlines()) == 1


def test_what_cannot_be_read(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, policy = files
    assert main(["verify", str(tmp_path / "none"), "--policy", str(policy)]) == 2
    policy.write_text("nonsense\n", encoding="utf-8")
    assert main(["verify", str(archive), "--policy", str(policy)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_scenarios(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "archives"
    one = SCENARIOS / "far-quota.yaml"
    assert main(["scenario", str(one), "--archive", str(folder)]) == 0
    assert "7 passed, 0 failed" in capsys.readouterr().out
    for archive in folder.glob("*.session"):
        policy = archive.with_suffix(".policy")
        assert main(["verify", str(archive), "--policy", str(policy)]) == 0
    assert len(list(folder.glob("*.session"))) == 7


def test_a_failing_scenario_names_file_step_expected_and_got(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SCENARIOS / "outage-in-countdown.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text.replace("expect: SUSPENDED", "expect: accepted"), encoding="utf-8")
    assert main(["scenario", str(wrong)]) == 1
    line = capsys.readouterr().out.splitlines()[0]
    assert "wrong.yaml" in line
    assert "step 4: answer: expected accepted, got SUSPENDED" in line
    assert main(["scenario", str(wrong), "--json"]) == 1
    rows = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert [row["ok"] for row in rows].count(False) >= 1


def test_an_unreadable_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("scenario: x\ncolour: red\n", encoding="utf-8")
    assert main(["scenario", str(bad)]) == 2
    assert "bad.yaml: line" in capsys.readouterr().err
    assert main(["scenario", str(tmp_path)]) == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["scenario", str(empty)]) == 2


def test_it_runs_without_server_or_database(files: tuple[Path, Path]) -> None:
    archive, policy = files
    blocked = ["aiohttp", "websockets", "sqlalchemy", "redis", "asyncio", "uvloop"]
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({blocked}))\n"
        "from replay.__main__ import main\n"
        f"sys.exit(main(['rejudge', {str(archive)!r}, '--policy', {str(policy)!r}]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "no difference" in done.stdout


def test_verify_for_machines(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "verify", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"]
    assert found["entries"] == 13
    assert found["status"] == "closed"
    archive, _ = files
    raw = archive.read_bytes()
    at = raw.index(b"bid.accepted")
    archive.write_bytes(raw[:at] + b"bid.accepteD" + raw[at + 12 :])
    assert run(files, "verify", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert not found["ok"]
    assert found["where"] == "checkpoint 1"
    assert found["sentence"]["zh"]
    assert found["sentence"]["en"]


def test_an_acknowledgement_of_a_complaint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Signer("bid.example.cn/log/zs-1", bytes(32))
    complaint, note, policy = (tmp_path / name for name in ("c.zip", "c.note", "policy"))
    complaint.write_bytes(b"a complaint")
    sha256 = hashlib.sha256(b"a complaint").hexdigest()
    taken = Acknowledgement("bid.example.cn/log", log.verifier.name, 3, "07", 0, sha256)
    note.write_bytes(Signer("bid.example.cn/log:papers", bytes(32)).sign(taken.text()))
    policy.write_text(policy_text(log.verifier), encoding="utf-8")
    command = ["receipt", str(note), "--policy", str(policy)]
    assert main(command) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == (
        "ok: the centre has complaint 3 on bid.example.cn/log/zs-1, from 07, "
        "filed 1970-01-01 08:00:00 UTC+8"
    )
    assert out[2] == f"the file complained with has SHA-256 {sha256}"
    assert main([*command, "--complaint", str(complaint), "--lang", "zh"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "与您提供的文件一致"
    complaint.write_bytes(b"another")
    assert main([*command, "--complaint", str(complaint)]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("refused: the file you gave is anot")
    note.write_bytes(note.read_bytes().replace(b"number 3", b"number 4"))
    assert main([*command, "--lang", "zh"]) == 1
    assert capsys.readouterr().out.startswith("不通过：受理回执未通过验证：")


def test_a_receipt_tells_amounts_in_the_unit_of_its_terms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    played = first_run(small())
    raw, policy_of = played.archive()
    bodies = parse_archive(raw).entries
    index = next(i for i, body in enumerate(bodies) if b'"offer_stood"' in body)
    amount = json.loads(bodies[index])["data"]["ask"]["amount"]
    tree, note = Tree.from_leaves(map(leaf_hash, bodies)), parse_archive(raw).checkpoints[-1]
    paths = {name: tmp_path / name for name in ("receipt", "policy", "a", "document.json", "first")}
    paths["policy"].write_text(policy_of, encoding="utf-8")
    paths["a"].write_bytes(raw)
    document = json.loads(bodies[0])["data"]["document"]
    paths["document.json"].write_text(json.dumps(document), encoding="utf-8")
    for name, at in (("receipt", index), ("first", 0)):
        proof = tuple(tree.inclusion(at))
        paths[name].write_bytes(Receipt(bodies[at], at, proof, note).encode())
    command = ["receipt", str(paths["receipt"]), "--policy", str(paths["policy"])]
    assert amount % 100 == 0
    yuan = f"{amount // 100:,} CNY"
    assert main(command) == 0
    assert yuan not in capsys.readouterr().out
    for name in ("a", "document.json"):
        assert main([*command, "--terms", str(paths[name])]) == 0
        out = capsys.readouterr().out
        assert f"offered {yuan}" in out
        assert json.loads(bodies[0])["data"]["sha256"] in out
        assert main([*command, "--terms", str(paths[name]), "--lang", "zh"]) == 0
        assert f"报价 {amount // 100:,} 元" in capsys.readouterr().out
    # Another session's archive is no source of units for this one.
    paths["a"].write_bytes(w.archive())
    assert main([*command, "--terms", str(paths["a"])]) == 1
    capsys.readouterr()
    paths["a"].write_bytes(b"nonsense")
    assert main([*command, "--terms", str(paths["a"])]) == 2
    assert "neither an archive nor the document" in capsys.readouterr().err
    assert main(["receipt", str(paths["first"]), "--policy", str(paths["policy"])]) == 0
    assert "that is: Published; the rule document is fixed." in capsys.readouterr().out
