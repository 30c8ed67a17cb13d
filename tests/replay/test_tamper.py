"""The tamper matrix: whatever is done to an archive or a receipt, the refusal says what and where.

One small session with two witnesses (tests/replay/witnessed.py), attacked byte by byte and entry
by entry, by strangers, by the owner of the log, and by the owner with both witnesses on his side.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import pytest

from bidding.proof import canon
from bidding.proof.archive import ArchiveError, parse_archive, verify_archive
from bidding.proof.note import Cosigner, Signer
from bidding.proof.policy import PolicyError, parse_policy
from bidding.proof.receipt import ReceiptError, verify_receipt
from replay.__main__ import main
from replay.beside import strangers
from replay.verify import Altered, verify
from tests.bidding.core.session import ORIGIN
from tests.replay import witnessed as w

POLICY = parse_policy(w.POLICY)
RAW = w.archive()
BODIES = w.bodies()
COUNT, MIDDLE = len(BODIES), w.MIDDLE
PARTS = parse_archive(RAW)


@dataclass(frozen=True)
class Places:
    """Where the lines of an archive begin, and its parts."""

    raw: bytes

    @cached_property
    def starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self.raw.split(b"\n"))]

    @cached_property
    def entries(self) -> tuple[bytes, ...]:
        return parse_archive(self.raw).entries

    @cached_property
    def notes_at(self) -> int:
        return self.raw.index(b"\n\n") + 2

    @cached_property
    def second_at(self) -> int:
        return self.notes_at + len(parse_archive(self.raw).checkpoints[0]) + 1

    @cached_property
    def spared(self) -> list[tuple[int, int]]:
        """Witness lines of the first checkpoint: no quorum is asked of it, so they may be unreadable."""
        lines = re.finditer("— (office|notary)[^\n]*\n".encode(), self.raw)
        return [line.span() for line in lines if line.start() < self.second_at]


WHOLE = Places(RAW)
LITTLE = Places(w.archive(BODIES[: MIDDLE + 1]))
"""The smallest with every kind of line: by the house, the staff and bidders; signed by a bidder,
rightly or not, and unsigned; accepted and refused; two checkpoints with two witnesses each."""

ZH_WHERE = r"文件头|文件末尾|编号 \d+ 的记录|第 \d+ 个检查点|所持的第 \d+ 份凭据"


def refused(raw: bytes, *held: bytes) -> ArchiveError | PolicyError:
    """The refusal; its form is checked for both languages."""
    with pytest.raises((ArchiveError, PolicyError)) as caught:
        verify(raw, POLICY, held=held)
    told = caught.value
    assert isinstance(told, ArchiveError | PolicyError)
    assert "\n" not in told.en + told.zh
    assert re.search(r"[\u4e00-\u9fff]", told.zh)
    assert not re.search(r"[\u4e00-\u9fff]", told.en)
    if isinstance(told, ArchiveError):
        assert told.en.startswith(f"{told.where}: ")
        assert re.match(f"({ZH_WHERE})：", told.zh)
    return told


def archive_error(raw: bytes, *held: bytes) -> ArchiveError:
    told = refused(raw, *held)
    assert isinstance(told, ArchiveError)
    return told


def joined(entries: Sequence[bytes], *, count: int | None = None) -> bytes:
    """A file as somebody with an editor would make it: nothing is signed again."""
    count = len(entries) if count is None else count
    head = [b"bidding-session-archive/v1", ORIGIN.encode(), b"%d" % count]
    return b"\n".join([*head, *entries, b"", b"\n".join(PARTS.checkpoints)])


def with_entry(index: int, entry: bytes) -> tuple[bytes, ...]:
    return (*BODIES[:index], entry, *BODIES[index + 1 :])


def checkpoint_over(index: int) -> str:
    """The first checkpoint that covers an entry."""
    return "checkpoint 1" if index < MIDDLE else "checkpoint 2"


def likely_of(told: ArchiveError) -> int | None:
    return told.likely.index if isinstance(told, Altered) else None


def test_the_honest_archive_holds() -> None:
    session = verify(RAW, POLICY, held=[w.receipt(7), w.checkpoint(BODIES, MIDDLE, ())])
    assert session.witnesses == (w.OFFICE.verifier.name, w.NOTARY.verifier.name)
    assert (session.signed, session.unsound, session.held) == (6, 1, 2)
    assert session.state.status == "closed"
    kinds = {entry["type"] for entry in session.entries}
    assert {"bid.refused", "suspend.accepted", "draw.accepted", "enrol.accepted"} <= kinds
    assert len(WHOLE.spared) == 2


# --- bytes ----------------------------------------------------------------------------------


def expect_flip(places: Places, position: int, told: ArchiveError | PolicyError) -> int | None:
    """Asserts that the refusal names the place of a flipped byte; the entry it was in, if any."""
    line, count = bisect_right(places.starts, position) - 1, len(places.entries)
    ends_line = places.raw[position] == 0x0A
    where = told.where if isinstance(told, ArchiveError) else "policy"
    if line == 0:
        assert where == "header"
        assert f"byte {position} " in told.en
        assert f"第 {position} 个字节" in told.zh
    elif line < 3:
        # The name of another log, a number that is not the count, or no number at all.
        assert where in ("header", "checkpoint 1", "end") or re.fullmatch(r"entry \d+", where)
    elif line < 3 + count:
        index = line - 3
        if ends_line:
            # Two lines became one: an entry is missing at the end, or its text runs on.
            assert where in (f"entry {count - 1}", "end", f"entry {index}")
            return None
        assert isinstance(told, ArchiveError)
        assert where == checkpoint_over(index)
        assert told.between is not None
        assert told.between[0] <= index <= told.between[1]
        assert f"entries {told.between[0]} to {told.between[1]} are not all" in told.en
        return index
    elif position < places.notes_at:
        assert where in ("end", f"entry {count - 1}")
    elif ends_line:
        # Without its blank line a checkpoint runs into its neighbour.
        assert where in ("checkpoint 1", "checkpoint 2", "end", "policy")
    elif position < places.second_at:
        assert where == "checkpoint 1"
    else:
        assert where in ("checkpoint 2", "policy")
        if where == "policy":
            assert "not enough witnesses" in told.en
            assert "见证签名不足" in told.zh
    return None


def test_the_little_archive_has_every_kind_of_line() -> None:
    session = verify(LITTLE.raw, POLICY)
    assert (session.checkpoints, len(session.witnesses), session.unsound) == (2, 2, 1)
    kinds = {
        (e["type"].partition(".")[2], e["actor"][:5], "sig" in e["data"]) for e in session.entries
    }
    whole = {
        (e["type"].partition(".")[2], e["actor"][:5], "sig" in e["data"])
        for e in verify(RAW, POLICY).entries
    }
    # All but an unsigned request of a bidder without a key, which is formed like one of the staff.
    assert whole - kinds == {("accepted", "bidde", False)}


def test_every_flipped_byte_is_refused_where_it_is() -> None:
    harmless = inside = named = 0
    for position in range(len(LITTLE.raw)):
        altered = bytearray(LITTLE.raw)
        altered[position] ^= 0x01
        try:
            session = verify(bytes(altered), POLICY)
        except (ArchiveError, PolicyError) as told:
            index = expect_flip(LITTLE, position, told)
            if index is not None and isinstance(told, ArchiveError):
                inside += 1
                guess = likely_of(told)
                named += guess == index
                # A link has two ends; the guess may name the other one, and says so.
                assert guess in (None, index, index + 1), position
        else:
            harmless += 1
            assert any(start <= position < end for start, end in LITTLE.spared), position
            assert session.proof.archive.entries == LITTLE.entries
    assert harmless < 110  # names and key ids in two lines that nothing depends on
    assert named > inside * 8 // 10


def test_every_flipped_byte_is_refused_before_anything_is_read() -> None:
    """The cheap half of verifying suffices: what is parsed later was signed."""
    for position in range(len(RAW)):
        altered = bytearray(RAW)
        altered[position] ^= 0x80
        try:
            verified = verify_archive(bytes(altered), POLICY)
        except (ArchiveError, PolicyError) as told:
            expect_flip(WHOLE, position, told)
        else:
            assert any(start <= position < end for start, end in WHOLE.spared), position
            assert verified.archive.entries == BODIES


@pytest.mark.parametrize("third", range(3))
def test_every_truncation_is_refused(third: int) -> None:
    for length in range(third, len(RAW), 3):
        told = refused(RAW[:length])
        where = told.where if isinstance(told, ArchiveError) else "policy"
        if length < WHOLE.starts[3]:
            assert where == "header" or where.startswith("entry")
        elif length < WHOLE.starts[3 + COUNT]:
            # The first entry that is not there, whole, is named.
            line = bisect_right(WHOLE.starts, length) - 1
            assert where in (f"entry {line - 3}", f"entry {line - 2}", "end"), length
        else:
            assert re.fullmatch(r"end|checkpoint [12]|policy|entry \d+", where)


# --- entries --------------------------------------------------------------------------------


@pytest.mark.parametrize("index", range(COUNT))
def test_a_dropped_entry(index: int) -> None:
    dropped = BODIES[:index] + BODIES[index + 1 :]
    told = archive_error(joined(dropped))
    assert told.where == checkpoint_over(index)
    if index < COUNT - 1:
        assert likely_of(told) == index
        assert f"has i = {index + 1}, but {index} belongs here" in told.en
    else:
        assert f"was signed over {COUNT} entries; the file holds {COUNT - 1}" in told.en
    told = archive_error(joined(dropped, count=COUNT))
    assert told.where == f"entry {COUNT - 1}"
    assert "缺失" in told.zh


@pytest.mark.parametrize("index", range(COUNT))
def test_a_doubled_entry(index: int) -> None:
    told = archive_error(joined(BODIES[: index + 1] + BODIES[index:]))
    if index == COUNT - 1:
        # Every signed entry is in its place, and one stands behind them.
        assert told.where == "end"
        assert f"covers {COUNT} of {COUNT + 1} entries" in told.en
    else:
        # The double of the last entry under a checkpoint stands behind that checkpoint.
        assert told.where == checkpoint_over(index + 1)
        assert likely_of(told) == index + 1
        assert f"has i = {index}, but {index + 1} belongs here" in told.en


@pytest.mark.parametrize("index", range(1, COUNT))
def test_swapped_entries(index: int) -> None:
    for other in range(index):
        swapped = list(BODIES)
        swapped[index], swapped[other] = swapped[other], swapped[index]
        told = archive_error(joined(swapped))
        assert told.where == checkpoint_over(other)
        assert likely_of(told) == other


@pytest.mark.parametrize("index", range(COUNT))
def test_an_entry_of_another_log(index: int) -> None:
    foreign = BODIES[index].replace(ORIGIN.encode(), b"bid.example.cn/log/other")
    told = archive_error(joined(with_entry(index, foreign)))
    assert told.where == checkpoint_over(index)
    assert likely_of(told) == index
    assert "has log = 'bid.example.cn/log/other'" in told.en
    inserted = (*BODIES[:index], foreign, *BODIES[index:])
    told = archive_error(joined(inserted))
    assert told.where == checkpoint_over(index)
    assert likely_of(told) == index


def test_a_changed_amount_is_traced_by_the_digest_after_it() -> None:
    entry = canon.decode(BODIES[14])  # C, who has no key, goes beyond the cap
    assert isinstance(entry, dict)
    entry["data"]["facts"][0]["value"] = 170
    told = archive_error(joined(with_entry(14, canon.encode(entry))))
    assert isinstance(told, Altered)
    assert told.proved.en == "checkpoint 2: entries 9 to 20 are not all as they were signed"
    assert "most likely entry 14 (line 18 of the file)" in told.en
    assert "最可能是编号 14 的记录（文件第 18 行）" in told.zh
    assert "carries the digest of another state" in told.en


def test_a_changed_refusal_is_traced_by_the_bidders_own_signature() -> None:
    entry = canon.decode(BODIES[8])
    assert isinstance(entry, dict)
    entry["data"]["ask"]["amount"] = 115
    told = archive_error(joined(with_entry(8, canon.encode(entry))))
    assert likely_of(told) == 8
    assert "as signed by his own key; it is not" in told.en
    assert "经核验并非如此" in told.zh


def test_a_word_that_leaves_no_trace_is_not_guessed_at() -> None:
    entry = canon.decode(BODIES[9])
    assert isinstance(entry, dict)
    entry["data"]["nearest"] = [1]
    told = archive_error(joined(with_entry(9, canon.encode(entry))))
    assert likely_of(told) is None
    assert told.between == (9, COUNT - 1)


def test_a_receipt_pins_the_entry_that_was_changed() -> None:
    entry = canon.decode(BODIES[9])
    assert isinstance(entry, dict)
    entry["data"]["nearest"] = [1]
    forged = joined(with_entry(9, canon.encode(entry)))
    told = archive_error(forged, w.receipt(3), w.receipt(9))
    assert told.where == "entry 9"
    assert "is not what the log's owner signed in receipt 2" in told.en
    assert "第 2 份凭据" in told.zh


# --- whoever signs ----------------------------------------------------------------------------


def rewritten(index: int = 14) -> tuple[bytes, ...]:
    """Another amount, in a log that its owner writes again from there on."""
    entry = canon.decode(BODIES[index])
    assert isinstance(entry, dict)
    entry["data"]["ask"]["amount"] = 170
    return with_entry(index, canon.encode(entry))


def test_an_attackers_own_key_under_the_logs_name() -> None:
    attacker = Signer(ORIGIN, bytes(32))
    told = archive_error(w.archive(rewritten(), (), attacker))
    assert told.where == "checkpoint 1"
    assert "no signature by a known key" in told.en
    assert "没有已知公钥的签名" in told.zh
    # Under the log's own key id his signature is a bad one of the log's.
    first, last = (note.split(b"\n")[4] for note in PARTS.checkpoints)
    assert ORIGIN.encode() in last
    forged = RAW.replace(last, first)
    told = archive_error(forged)
    assert told.where == "checkpoint 2"
    assert f"bad signature by {ORIGIN}" in told.en
    assert "的签名不成立" in told.zh


def test_witnesses_of_the_same_name_with_other_keys() -> None:
    false = [
        Cosigner(one.verifier.name, bytes([n]) * 32) for n, one in enumerate((w.OFFICE, w.NOTARY))
    ]
    told = refused(w.archive(rewritten(), false))
    assert isinstance(told, PolicyError)
    assert "not enough witnesses" in told.en


@pytest.mark.parametrize("who", [(), (w.OFFICE,), (w.NOTARY,)], ids=["nobody", "office", "notary"])
def test_rewritten_by_the_owner_and_not_witnessed_again(who: tuple[Cosigner, ...]) -> None:
    told = refused(w.archive(rewritten(), who))
    assert isinstance(told, PolicyError)
    absent = [one.verifier.name for one in (w.OFFICE, w.NOTARY) if one not in who]
    assert told.en.endswith(f"missing {', '.join(absent)}")
    assert told.zh.endswith(f"缺 {'、'.join(absent)}")


def test_the_old_cosignatures_do_not_fit_a_rewritten_log() -> None:
    fresh = parse_archive(w.archive(rewritten(), ())).checkpoints[1]
    witnesses = b"".join(
        line + b"\n" for line in PARTS.checkpoints[1].split(b"\n") if b"witness" in line
    )
    raw = w.archive(rewritten(), ()).replace(fresh, fresh + witnesses)
    told = archive_error(raw)
    assert told.where == "checkpoint 2"
    assert f"bad signature by {w.OFFICE.verifier.name}" in told.en


FORK = w.archive(rewritten())
"""Signed again by the owner and by both witnesses: only what somebody kept speaks against it."""


def test_a_fork_with_both_witnesses_loses_against_one_honest_checkpoint() -> None:
    assert verify(FORK, POLICY).proof.archive.entries == rewritten()
    told = archive_error(FORK, w.checkpoint(BODIES, 16, ()))
    assert told.where == "held 1"
    assert "two histories of its first 16 entries: the log was forked" in told.en
    assert "日志已分叉" in told.zh
    # A checkpoint from before the fork is continued by both.
    assert verify(FORK, POLICY, held=[w.checkpoint(BODIES, 14, ())]).held == 1


def test_a_fork_loses_against_a_receipt_which_names_the_entry() -> None:
    told = archive_error(FORK, w.receipt(14, 16))
    assert told.where == "entry 14"
    told = archive_error(FORK, w.receipt(7, 16))
    assert told.where == "held 1"
    assert "forked" in told.en


def test_a_log_signed_again_without_its_tail() -> None:
    short = w.archive(BODIES[:16])
    assert verify(short, POLICY).proof.archive.entries == BODIES[:16]
    told = archive_error(short, w.checkpoint(BODIES, COUNT, ()))
    assert told.where == "held 1"
    assert f"signed over {COUNT} entries; the file holds 16" in told.en


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"nonsense", "the policy knows no log named nonsense"),
        (ORIGIN.encode() + b"\n1\n", "the checkpoint does not verify"),
        (w.receipt(7).replace(b"index 7", b"index 6"), "it proves nothing"),
        (w.checkpoint(BODIES, 5, (), Signer(ORIGIN, bytes(32))), "no signature by a known key"),
        (b"c2sp.org/tlog-proof@v1\n", "not a receipt"),
    ],
)
def test_a_paper_that_proves_nothing_is_refused_itself(held: bytes, said: str) -> None:
    told = archive_error(RAW, held)
    assert told.where == "held 1"
    assert said in told.en


def test_an_owner_who_takes_an_unsigned_bid_for_a_signed_one() -> None:
    """The signatures of log and witnesses hold; the bidder's own does not."""
    entry = canon.decode(BODIES[8])
    assert isinstance(entry, dict)
    del entry["data"]["sig"]
    told = archive_error(w.archive(with_entry(8, canon.encode(entry))))
    assert told.where == "entry 8"
    assert "as signed by his own key; it is not" in told.en
    entry = canon.decode(BODIES[9])
    assert isinstance(entry, dict)
    good = canon.decode(BODIES[8])
    assert isinstance(good, dict)
    entry["data"], entry["cmd"] = {**good["data"], "reason": "SIGNATURE_INVALID"}, good["cmd"]
    told = archive_error(w.archive(with_entry(9, canon.encode(entry))))
    assert told.where == "entry 9"
    assert "the log refused the signature of bidder B, which holds" in told.en
    assert "该签名经核验有效" in told.zh


@pytest.mark.parametrize("keeps", [True, False])
def test_an_unsigned_bid_is_not_excused_by_naming_an_earlier_entry(keeps: bool) -> None:
    """`by` belongs to the second use of a reference, which is refused and has no reference."""
    entry = canon.decode(BODIES[8])
    assert isinstance(entry, dict)
    del entry["data"]["sig"]
    entry["by"] = 6
    if not keeps:
        del entry["cmd"]
    told = archive_error(w.archive(with_entry(8, canon.encode(entry))))
    assert told.where == "entry 8"
    assert "as signed by his own key; it is not" in told.en


def test_an_owner_who_lets_in_another_key_than_was_asked() -> None:
    entry, other = canon.decode(BODIES[4]), canon.decode(BODIES[5])
    assert isinstance(entry, dict)
    assert isinstance(other, dict)
    entry["data"]["facts"][0]["public"] = other["data"]["facts"][0]["public"]
    told = archive_error(w.archive(with_entry(4, canon.encode(entry))))
    assert told.where == "entry 4"
    assert "as signed by his own key; it is not" in told.en


# --- receipts ---------------------------------------------------------------------------------

RECEIPT = w.receipt(7, cosigners=(w.OFFICE, w.NOTARY))


@pytest.mark.parametrize("mask", [0x01, 0x80], ids=["low-bit", "high-bit"])
def test_every_flipped_byte_of_a_receipt_is_refused(mask: int) -> None:
    assert verify_receipt(RECEIPT, POLICY).entry == BODIES[7]
    notes = RECEIPT.index(b"\n\n") + 2
    for position in range(len(RECEIPT)):
        altered = bytearray(RECEIPT)
        altered[position] ^= mask
        with pytest.raises((ReceiptError, PolicyError)) as caught:
            verify_receipt(bytes(altered), POLICY)
        told = caught.value
        assert re.search(r"[\u4e00-\u9fff]", told.zh)
        if position < notes:
            assert isinstance(told, ReceiptError)
            assert re.match("not a receipt|the entry is not entry", told.en)
        else:
            assert re.search(
                "does not verify|not enough witnesses|no log named|not signed by its log", told.en
            )


def test_every_truncated_receipt_is_refused() -> None:
    for length in range(len(RECEIPT)):
        with pytest.raises((ReceiptError, PolicyError)):
            verify_receipt(RECEIPT[:length], POLICY)


def test_a_receipt_signed_by_the_centre_alone_or_by_an_attacker() -> None:
    with pytest.raises(PolicyError, match="not enough witnesses"):
        verify_receipt(w.receipt(7), POLICY)
    note = w.checkpoint(BODIES, COUNT, (), Signer(ORIGIN, bytes(32)))
    forged = RECEIPT[: RECEIPT.index(b"\n\n") + 2] + note
    with pytest.raises(PolicyError, match="no signature by a known key"):
        verify_receipt(forged, POLICY)


# --- the command line -------------------------------------------------------------------------


def attacks() -> Iterator[bytes]:
    """Some of each kind of damage."""
    for position in range(0, len(RAW), 211):
        altered = bytearray(RAW)
        altered[position] ^= 0x01 if position % 2 else 0x80
        yield bytes(altered)
    for length in range(0, len(RAW), 499):
        yield RAW[:length]
    for index in range(0, COUNT, 4):
        yield joined(BODIES[:index] + BODIES[index + 1 :])
        yield joined(BODIES[:index] + BODIES[index:])[: -index - 1]
        yield joined(with_entry(index, b'{"a":' + b"[" * 200 + b"1" + b"]" * 200 + b"}"))
        yield joined(with_entry(index, b"9" * 5000))
        yield w.archive(with_entry(index, canon.encode({"a": 1})))
        yield w.archive(
            with_entry(index, BODIES[index].replace(b'"data":{', b'"data":[],"datb":{'))
        )
    yield w.archive(rewritten(), ())


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    policy = tmp_path / "policy"
    policy.write_text(w.POLICY, encoding="utf-8")
    return tmp_path / "archive", policy


COMMANDS: list[list[str]] = [
    ["verify"],
    ["verify", "--json"],
    ["verify", "--lang", "zh"],
    ["rejudge"],
    ["show"],
    ["at", "3"],
    ["explain", "3"],
    ["receipt"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_command_line_says_one_line_and_never_raises(
    paths: tuple[Path, Path], command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    archive, policy = paths
    for raw in attacks():
        archive.write_bytes(raw)
        name, *more = command
        words = [*more] if more[:1] in (["--json"], ["--lang"]) else more
        line = [name, str(archive), *words, "--policy", str(policy)]
        status = main(line)
        out, err = capsys.readouterr()
        told = out + err
        if status == 0:
            # A name in a witness line that no quorum needs.
            assert parse_archive(raw).entries == BODIES
            continue
        assert status == 1
        assert not err
        assert len(told.splitlines()) == 1
        assert "Traceback" not in told
        if "--json" in command:
            row = json.loads(told)
            assert row["ok"] is False
            assert row["where"]
            assert set(row["sentence"]) == {"zh", "en"}
        else:
            assert told.startswith("不通过：" if "zh" in command else "refused: ")


def test_a_damaged_witness_line_that_no_quorum_needs_is_told(
    paths: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Every flip that is let pass is one of a line that the answer says was not checked."""
    archive, policy = paths
    trusted = ["--policy", str(policy)]
    archive.write_bytes(RAW)
    assert main(["verify", str(archive), *trusted]) == 0
    assert "not checked" not in capsys.readouterr().out
    passed = 0
    for start, end in WHOLE.spared:
        for position in range(start, end):
            altered = bytearray(RAW)
            altered[position] ^= 0x01
            try:
                found = verify(bytes(altered), POLICY)
            except (ArchiveError, PolicyError):
                continue
            passed += 1
            assert strangers(found.proof, POLICY) == 1
            archive.write_bytes(altered)
    assert passed > 0
    assert main(["verify", str(archive), *trusted]) == 0
    assert "1 signature line by a key that this policy does not name" in capsys.readouterr().out
    assert main(["verify", str(archive), *trusted, "--lang", "zh"]) == 0
    assert "有 1 行签名的公钥不在信任策略中" in capsys.readouterr().out
    assert main(["verify", str(archive), *trusted, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["strangers"] == 1


def test_kept_papers_on_the_command_line(
    paths: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, policy = paths
    kept = tmp_path / "kept"
    kept.write_bytes(w.receipt(14, 16))
    line = ["verify", str(archive), "--policy", str(policy), "--held", str(kept)]
    archive.write_bytes(RAW)
    assert main(line) == 0
    assert "continues 1 kept paper" in capsys.readouterr().out
    archive.write_bytes(FORK)
    assert main([*line, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["where"] == "entry 14"


def test_what_is_proved_and_what_is_guessed_stay_apart_for_machines(
    paths: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    archive, policy = paths
    archive.write_bytes(joined(BODIES[:5] + BODIES[6:]))
    assert main(["verify", str(archive), "--policy", str(policy), "--json"]) == 1
    row = json.loads(capsys.readouterr().out)
    assert row["where"] == "checkpoint 1"
    assert row["between"] == [0, MIDDLE - 1]
    assert "likely" not in row["sentence"]["en"]
    assert row["likely"]["entry"] == 5
    assert row["likely"]["line"] == 9
