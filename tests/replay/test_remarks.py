"""Remarks on a session, as whoever downloaded them verifies them: they are a log, and no session."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bidding.engine import notebook
from bidding.engine.notebook import Notebook, Remark
from bidding.proof import canon
from bidding.proof.archive import write_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.policy import policy_text
from bidding.testing import FixedKeys, MemoryLog, VirtualClock
from replay import remarks
from replay.__main__ import main

LOG = "test/log/zs-1"
NOTES = f"{LOG}/notes"


async def downloaded(folder: Any, count: int = 2) -> list[str]:
    """The file of a real notebook and its policy, on the disk; the arguments that name them."""
    keys = FixedKeys()
    book = Notebook(MemoryLog(), VirtualClock(), keys, "house")
    for number in range(count):
        leaf = leaf_hash(b"entry %d" % number)
        await book.write(LOG, Remark("auditor:lu", number, leaf, f"第 {number} 条", f"r{number}"))
    raw = await book.archive(LOG)
    assert raw is not None
    (folder / "notes.archive").write_bytes(raw)
    (folder / "notes.policy").write_text(book.policy(LOG))
    return [str(folder / "notes.archive"), "--policy", str(folder / "notes.policy")]


def signed(folder: Any, entry: dict[str, Any]) -> list[str]:
    """One entry of the log of remarks as its owner signs anything."""
    body, signer = canon.encode(entry), FixedKeys().signer(NOTES)
    root = Tree.from_leaves([leaf_hash(body)]).root()
    note = signer.sign(Checkpoint(NOTES, 1, root).body())
    (folder / "odd").write_bytes(write_archive(NOTES, [body], [note]))
    (folder / "odd.policy").write_text(policy_text(signer.verifier))
    return [str(folder / "odd"), "--policy", str(folder / "odd.policy")]


def test_it_is_the_file_that_the_notebook_writes():
    assert (remarks.SUFFIX, remarks.TYPE) == (notebook.SUFFIX, notebook.TYPE)


async def test_an_honest_file_of_remarks_verifies_and_says_what_it_is(tmp_path, capsys):
    asked = await downloaded(tmp_path)
    assert main(["verify", *asked]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"ok: 2 remarks on {LOG}, ")
    assert "it is not the session" in out
    assert main(["verify", *asked, "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"有效：对 {LOG} 的批注 2 条")
    assert "不是竞价记录本身" in out
    assert main(["verify", *asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["remarks_on"], told["entries"]) == (True, LOG, 2)


async def test_what_asks_for_a_session_says_that_these_are_remarks(tmp_path, capsys):
    asked = await downloaded(tmp_path, 1)
    assert main(["show", *asked]) == 2
    assert "the remarks on a session" in capsys.readouterr().err


async def test_an_altered_remark_is_refused(tmp_path, capsys):
    asked = await downloaded(tmp_path)
    file = tmp_path / "notes.archive"
    file.write_bytes(file.read_bytes().replace("第 1 条".encode(), "第 7 条".encode()))
    assert main(["verify", *asked]) == 1
    assert capsys.readouterr().out.startswith("refused: ")


GOOD: dict[str, Any] = {
    "v": 1,
    "log": NOTES,
    "i": 0,
    "t": 5,
    "type": "note.accepted",
    "actor": "auditor:lu",
    "cmd": "auditor:lu/r",
    "data": {"entry": 3, "leaf": "A" * 43 + "=", "text": "看"},
}


def test_one_signed_remark_alone_holds(tmp_path, capsys):
    assert main(["verify", *signed(tmp_path, GOOD)]) == 0
    assert capsys.readouterr().out.startswith("ok: 1 remark on ")


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "bid.accepted"},
        {"actor": "bidder:01", "cmd": "bidder:01/r"},
        {"cmd": "auditor:other/r"},
        {"tv": 1},
        {"data": {"entry": -1, "leaf": GOOD["data"]["leaf"], "text": "看"}},
        {"data": {"entry": 3, "leaf": "AA==", "text": "看"}},
        {"data": {"entry": 3, "leaf": GOOD["data"]["leaf"], "text": 7}},
        {"data": {"entry": 3, "leaf": GOOD["data"]["leaf"]}},
    ],
)
def test_what_is_signed_under_that_name_and_is_no_remark_is_refused(tmp_path, capsys, odd):
    assert main(["verify", *signed(tmp_path, {**GOOD, **odd})]) == 1
    assert "no remark" in capsys.readouterr().out
