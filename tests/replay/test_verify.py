"""Verify: signatures first, then that each entry follows from the state before it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bidding.proof import canon
from bidding.proof.archive import ArchiveError, parse_archive, write_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from bidding.proof.policy import parse_policy, policy_text
from replay.verify import verify
from tests.replay import malformed
from tests.replay.plays import first_run, opened, small


def test_a_session_holds() -> None:
    run = first_run(small())
    _, _, session = opened(run)
    assert [canon.encode(e) for e in session.entries] == run.bodies
    assert session.state.digest == run.state.digest
    assert session.witnesses == ()


def test_another_policy_refuses_it() -> None:
    run = first_run(small())
    raw, _ = run.archive()
    other = Signer(run.state.origin, bytes(32))
    with pytest.raises(ArchiveError, match="checkpoint 1"):
        verify(raw, parse_policy(policy_text(other.verifier)))


@pytest.mark.parametrize("field", ["ps", "facts", "unknown fact"])
def test_an_owner_who_signs_what_cannot_follow_is_refused(field: str) -> None:
    run = first_run(small())
    raw, _ = run.archive()
    archive = parse_archive(raw)
    bodies = list(archive.entries)
    index = next(n for n, b in enumerate(bodies) if b'"bid.accepted"' in b)
    entry = canon.decode(bodies[index])
    assert isinstance(entry, dict)
    if field == "ps":
        entry["ps"] = canon.sha256_b64(b"another state")
    elif field == "facts":
        entry["data"]["facts"][0]["amount"] += 1
        index += 1  # the next entry carries the digest of the state that was
    else:
        entry["data"]["facts"][0]["fact"] = "miracle"
    bodies[entry["i"]] = canon.encode(entry)
    signer = Signer(archive.origin, bytes(range(32)))
    tree = Tree.from_leaves(leaf_hash(b) for b in bodies)
    note = signer.sign(Checkpoint(archive.origin, tree.size, tree.root()).body())
    forged = write_archive(archive.origin, bodies, [note])
    with pytest.raises(ArchiveError) as caught:
        verify(forged, parse_policy(policy_text(signer.verifier)))
    assert caught.value.where == f"entry {index}"


def escrowed() -> malformed.Entries:
    golden = Path(__file__).parents[1] / "golden" / "0.1.0" / "escrow-trustees.session"
    return malformed.entries_of(golden.read_bytes())


def one_amount_more() -> malformed.Entries:
    entries = escrowed()
    fact = next(
        fact
        for entry in entries
        for fact in entry["data"].get("facts", ())
        if fact["fact"] == "offer_opened"
    )
    fact["amount"] += 100_000
    return malformed.chained(entries)


def another_document() -> malformed.Entries:
    entries = escrowed()
    entries[0]["data"]["document"]["deposit"] += 1
    return entries


@pytest.mark.parametrize(
    ("made", "en", "zh"),
    [
        (
            another_document,
            "entry 0: it is signed, but the document has another SHA-256 than the entry says",
            "编号 0 的记录：虽有签名，但规则文件的 SHA-256 与该记录所载不符",
        ),
        (
            one_amount_more,
            "entry {}: the offer of {} opens to {}, not to {}",
            "编号 {} 的记录：竞买人 {} 的密封报价打开后为 {}，而非记录所载的 {}",
        ),
    ],
)
def test_the_true_reason_is_told_once_in_both_languages(
    made: Callable[[], malformed.Entries], en: str, zh: str
) -> None:
    entries = made()
    raw, policy = malformed.signed(entries)
    found = next(
        (entry["i"], fact["bidder"], fact["amount"] - 100_000, fact["amount"])
        for entry in entries
        for fact in entry["data"].get("facts", ())
        if fact["fact"] == "offer_opened"
    )
    with pytest.raises(ArchiveError) as caught:
        verify(raw, parse_policy(policy))
    assert caught.value.en == en.format(*found)
    assert caught.value.zh == zh.format(*found)


def test_a_link_that_does_not_hold_names_its_entry_once() -> None:
    entries = escrowed()
    entries[5]["ps"] = entries[4]["ps"]
    raw, policy = malformed.signed(entries)
    with pytest.raises(ArchiveError) as caught:
        verify(raw, parse_policy(policy))
    assert caught.value.en == ("entry 5: it is signed, but the state before it has another digest")
    assert caught.value.zh == "编号 5 的记录：虽有签名，但此前状态的摘要与该记录所载不符"
