"""The words in a log are its owner's: printed, they may not pass for an answer of the program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bidding.proof import canon
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.receipt import Receipt
from replay.__main__ import main
from replay.commands.files import legible
from tests.replay import malformed
from tests.replay import witnessed as w

FORGED = "停电\n   99  2026-03-02 10:00:00  system  bid.accepted  \x1b[2J\u202e\x9b1m"
TOLD = r"停电\u000a   99  2026-03-02 10:00:00  system  bid.accepted  \u001b[2J\u202e\u009b1m"


@pytest.fixture
def archive(tmp_path: Path) -> list[str]:
    """An archive in which the reason of the suspension is more than a reason."""
    entries = [json.loads(body) for body in w.bodies()]
    at = next(e for e in entries if e["type"] == "suspend.accepted")
    at["data"]["ask"]["reason"] = at["data"]["facts"][0]["reason"] = FORGED
    return malformed.keep(tmp_path, malformed.chained(entries))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("command", ["show", "explain"])
def test_a_logged_line_break_begins_no_line(
    archive: list[str], command: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    session, *policy = archive
    index = [] if command != "explain" else ["10"]
    main([command, session, *index, *policy, "--lang", lang])
    out = capsys.readouterr().out
    assert TOLD in out
    assert not any(line.startswith("   99") for line in out.split("\n"))
    assert not set(out) & {"\x1b", "\u202e", "\x9b"}


@pytest.mark.parametrize("field", ["actor", "type"])
def test_a_receipt_says_its_entry_in_its_own_lines(
    tmp_path: Path, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = json.loads(w.bodies()[9])
    entry[field] = f"bidder:A\nok: {FORGED}"
    bodies = (*w.bodies()[:9], canon.encode(entry))
    path = tuple(Tree.from_leaves(map(leaf_hash, bodies)).inclusion(9))
    own = Receipt(bodies[9], 9, path, w.checkpoint(bodies, 10, (w.OFFICE, w.NOTARY)))
    (tmp_path / "r").write_bytes(own.encode())
    (tmp_path / "p").write_text(w.POLICY, encoding="utf-8")
    assert main(["receipt", str(tmp_path / "r"), "--policy", str(tmp_path / "p")]) == 0
    out = capsys.readouterr().out
    assert [line for line in out.split("\n") if line.startswith("ok")] == [
        f"ok: entry 9 of {entry['log']}"
    ]
    assert TOLD in out
    assert not set(out) & {"\x1b", "\u202e", "\x9b"}


def test_what_people_write_is_printed_as_they_write_it() -> None:
    plain = "张三（A 号）　报价 1,800 元，溢价率 80.00% · “好” – 🙂"
    assert legible(plain) == plain


@pytest.mark.parametrize(
    "document",
    [
        {"terms": {"unit": {}}},
        {
            "rule": "english",
            "version": "1",
            "terms": {"unit": {"zh": "元", "en": "CNY", "scale": 2}},
        },
    ],
)
def test_a_file_that_is_no_notice_is_told_in_the_language_asked_for(
    tmp_path: Path, document: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """What a schema says of it is English, and tells a clerk nothing."""
    for name, raw in (("r", w.receipt(9)), ("p", w.POLICY.encode())):
        (tmp_path / name).write_bytes(raw)
    terms = tmp_path / "d.json"
    terms.write_text(json.dumps(document), encoding="utf-8")
    command = ["receipt", str(tmp_path / "r"), "--policy", str(tmp_path / "p"), "--lang", "zh"]
    assert main([*command, "--terms", str(terms)]) == 2
    assert capsys.readouterr().err == f"{terms}：既不是档案，也不是公告的规则文件\n"
