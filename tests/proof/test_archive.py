import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.archive import ArchiveError, parse_archive, verify_archive, write_archive
from bidding.proof.canon import decode
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from bidding.proof.policy import PolicyError, parse_policy, policy_text
from tests.proof import sample
from tests.proof.sample import ENTRIES, LOG, NOTARY, OFFICE, ORIGIN
from tests.shared import own

POLICY = parse_policy(sample.POLICY)
RAW = sample.archive()
PARTS = parse_archive(RAW)


def refused(raw, policy=POLICY):
    with pytest.raises(ArchiveError) as told:
        verify_archive(raw, policy)
    assert re.fullmatch(r"header|end|entry \d+|checkpoint \d+", told.value.where)
    assert told.value.en.startswith(told.value.where + ": ")
    assert "\n" not in told.value.en + told.value.zh
    assert re.match(r"文件头|文件末尾|编号 \d+ 的记录|第 \d+ 个检查点", told.value.zh)
    return told.value


def joined(entries, notes=PARTS.checkpoints, *, count=None, origin=ORIGIN):
    """A file as somebody with an editor would make it: nothing is signed again."""
    count = len(entries) if count is None else count
    head = [b"bidding-session-archive/v1", origin.encode(), str(count).encode()]
    return b"\n".join([*head, *entries, b"", b"\n".join(notes)])


def test_an_honest_archive_verifies():
    verified = verify_archive(RAW, POLICY)
    assert verified.archive.origin == ORIGIN
    assert verified.archive.entries == ENTRIES
    assert verified.entries == tuple(decode(entry) for entry in ENTRIES)
    assert verified.checkpoint.size == 9
    assert verified.witnesses == (OFFICE.verifier.name, NOTARY.verifier.name)
    assert joined(ENTRIES) == RAW


def test_the_golden_archive_still_verifies():
    golden = own("session")
    raw = golden["archive"].encode()
    assert raw == RAW
    assert verify_archive(raw, parse_policy(golden["policy"])).checkpoint.size == 9


@given(st.integers(0, 12), st.data())
def test_archives_of_any_length_come_back(count, data):
    entries = tuple(sample.entry(index) for index in range(count))
    sizes = data.draw(st.lists(st.integers(0, count), max_size=4).map(sorted))
    raw = sample.archive(entries, (*sizes, count))
    verified = verify_archive(raw, POLICY)
    assert verified.archive.entries == entries
    assert len(verified.archive.checkpoints) == len(sizes) + 1


def test_every_flipped_byte_is_refused_or_stays_in_a_witness_line_not_needed():
    spared = [
        (match.start(), match.end())
        for match in re.finditer("— (witness|notary)[^\n]*\n".encode(), RAW)
    ]
    harmless = 0
    for position in range(len(RAW)):
        altered = bytearray(RAW)
        altered[position] ^= 1
        try:
            verified = verify_archive(bytes(altered), POLICY)
        except ArchiveError:
            continue
        harmless += 1
        assert any(start <= position < end for start, end in spared)
        assert verified.archive.entries == ENTRIES
    assert 0 < harmless < 200  # the names and key ids of six witness lines


def test_every_truncation_is_refused_or_loses_witnesses_not_needed():
    for length in range(len(RAW)):
        try:
            verified = verify_archive(RAW[:length], POLICY)
        except (ArchiveError, PolicyError):
            continue
        assert RAW[:length].endswith(b"\n")
        assert verified.archive.entries == ENTRIES
        assert verified.witnesses == (OFFICE.verifier.name,)


def test_every_dropped_doubled_swapped_or_foreign_entry_is_refused():
    for at in range(len(ENTRIES)):
        dropped = ENTRIES[:at] + ENTRIES[at + 1 :]
        doubled = ENTRIES[: at + 1] + ENTRIES[at:]
        foreign = (*ENTRIES[:at], sample.entry(at, actor="bidder:99"), *ENTRIES[at + 1 :])
        for entries in (dropped, doubled, foreign):
            refused(joined(entries))
            refused(joined(entries, count=len(ENTRIES)))
        for other in range(at):
            swapped = list(ENTRIES)
            swapped[at], swapped[other] = swapped[other], swapped[at]
            refused(joined(swapped))


def test_a_refusal_says_between_which_entries_the_change_lies():
    changed = list(ENTRIES)
    changed[6] = sample.entry(6, actor="bidder:99")
    told = refused(joined(changed))
    assert told.where == "checkpoint 3"
    assert told.en == "checkpoint 3: entries 4 to 8 are not all as they were signed"
    assert told.zh == "第 3 个检查点：编号 4 至 8 的记录与签名时不一致"


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", "header"),
        (b"bidding-session-archive/v2\n", "header"),
        (b"bidding-session-archive/v1", "header"),
        (b"bidding-session-archive/v1\no\n\n", "header"),
        (b"bidding-session-archive/v1\no\n-1\n", "header"),
        (b"bidding-session-archive/v1\n\xff\n1\n", "header"),
        ("bidding-session-archive/v1\no\n１\n".encode(), "header"),
        (b"bidding-session-archive/v1\no\n" + b"9" * 5000 + b"\n", "header"),
        (joined(ENTRIES, count=2**63 - 1), "entry 9"),
        (joined(ENTRIES, count=10), "entry 9"),
        (joined(ENTRIES, count=8), "end"),
        (joined((), count=0, notes=()), "end"),
        (joined((*ENTRIES[:4], b"x", *ENTRIES[5:])), "entry 4"),
        (joined((*ENTRIES[:4], b"x" * 65_536, *ENTRIES[5:])), "entry 4"),
        (joined(ENTRIES, notes=()), "end"),
        (RAW + b"\n", "end"),
        (RAW + b"x\n", "checkpoint 3"),
        (RAW[:-1], "end"),
        (joined(ENTRIES, origin="bid.example.cn/log/other"), "checkpoint 1"),
        (joined(ENTRIES, PARTS.checkpoints[:2]), "end"),
        (joined(ENTRIES, PARTS.checkpoints[::-1]), "checkpoint 2"),
        (joined(ENTRIES[:4], PARTS.checkpoints), "checkpoint 3"),
    ],
)
def test_the_place_of_the_fault_is_named(raw, where):
    assert refused(raw).where == where


def test_a_shortened_log_with_its_shortened_checkpoints_is_an_honest_earlier_archive():
    assert verify_archive(joined(ENTRIES[:4], PARTS.checkpoints[:2]), POLICY).checkpoint.size == 4


def test_a_fork_signed_by_the_log_itself_falls_to_one_old_checkpoint():
    forged = (*ENTRIES[:2], sample.entry(2, actor="bidder:99"), *ENTRIES[3:])
    tree = Tree.from_leaves(map(leaf_hash, forged))
    fork = sample.checkpoint(tree, 9, OFFICE, NOTARY)
    assert refused(joined(forged, [*PARTS.checkpoints[:2], fork])).where == "checkpoint 2"


def test_a_checkpoint_by_a_stranger_or_with_extra_lines_is_refused():
    tree = Tree.from_leaves(map(leaf_hash, ENTRIES))
    stranger = sample.checkpoint(tree, 9, OFFICE, signer=Signer(ORIGIN, sample.seed("stranger")))
    assert refused(joined(ENTRIES, [stranger])).where == "checkpoint 1"
    extended = LOG.sign(Checkpoint(ORIGIN, 9, tree.root(), ("extra",)).body())
    told = refused(joined(ENTRIES, [extended]), parse_policy(policy_text(LOG.verifier)))
    assert told.where == "checkpoint 1"


def test_too_few_witnesses_on_the_last_checkpoint_is_the_policys_refusal():
    with pytest.raises(PolicyError) as told:
        verify_archive(sample.archive(witnessed=False), POLICY)
    assert NOTARY.verifier.name in told.value.en
    assert told.value.zh.startswith("见证签名不足")
    alone = parse_policy(policy_text(LOG.verifier))
    assert verify_archive(sample.archive(witnessed=False), alone).witnesses == ()
    last_only = [
        *parse_archive(sample.archive(witnessed=False)).checkpoints[:2],
        PARTS.checkpoints[2],
    ]
    assert verify_archive(joined(ENTRIES, last_only), POLICY).checkpoint.size == 9


@pytest.mark.parametrize(
    ("entry", "en"),
    [
        (sample.entry(5, i=6), "has i = 6, but 5"),
        (sample.entry(5, log="bid.example.cn/log/other"), "has log ="),
        (sample.entry(5, v=2), "has v = 2"),
        (sample.entry(5, t=sample.T0), "its time is before"),
        (b'{"a":1,"a":1}', "is not canonical JSON"),
    ],
)
def test_what_an_engine_logged_wrongly_is_told_by_entry(entry, en):
    """Honestly signed over: only the checks after the signatures can see it."""
    told = refused(sample.archive((*ENTRIES[:5], entry, *ENTRIES[6:])))
    assert told.where == "entry 5"
    assert told.en.startswith(f"entry 5: {en}")


def test_equal_times_are_allowed():
    same = tuple(sample.entry(index, t=sample.T0) for index in range(9))
    assert len(verify_archive(sample.archive(same), POLICY).entries) == 9


@pytest.mark.parametrize(
    ("entries", "notes"),
    [
        ([b'{"a":\n1}'], PARTS.checkpoints),
        ([b""], PARTS.checkpoints),
        (ENTRIES, []),
        (ENTRIES, [PARTS.checkpoints[2][:-1]]),
        (ENTRIES, [PARTS.checkpoints[2] + b"\n"]),
        (ENTRIES, [PARTS.checkpoints[1] + b"\n" + PARTS.checkpoints[2]]),
    ],
)
def test_what_could_not_be_read_back_is_not_written(entries, notes):
    with pytest.raises(ArchiveError):
        write_archive(ORIGIN, entries, notes)


@given(st.binary(max_size=200), st.integers(0, len(RAW)))
def test_any_bytes_anywhere_are_refused(raw, at):
    for one in (raw, b"bidding-session-archive/v1\n" + raw, RAW[:at] + raw):
        try:
            assert verify_archive(one, POLICY).archive.entries == ENTRIES
        except (ArchiveError, PolicyError):
            continue
