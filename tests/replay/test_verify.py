"""Verify: signatures first, then that each entry follows from the state before it."""

import pytest

from bidding.proof import canon
from bidding.proof.archive import ArchiveError, parse_archive, write_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from bidding.proof.policy import parse_policy, policy_text
from replay.verify import verify
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
