"""The files that docs/verify-it-yourself.md works on: a session, policies, and what somebody kept.

Three parties drew lots among two equal offers, and two witnesses cosigned. `python -m
tests.docs.practice FOLDER` writes them, for whoever wants to try the page before he needs it: with
what an auditor installs, no server and no test tool.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from auction_rules.terms import SECOND
from bidding.proof import canon
from bidding.proof.acknowledgement import Acknowledgement, signer_name
from bidding.proof.archive import write_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Cosigner, Signer
from bidding.proof.policy import policy_text
from bidding.proof.receipt import Receipt
from tests.bidding.core.session import T0
from tests.replay.draws import archived

LOG_SEED = bytes(range(32))
OFFICE = Cosigner("office.example.cn/witness", bytes(range(2, 34)))
NOTARY = Cosigner("notary.example.cn/witness", bytes(range(3, 35)))
COURT = Cosigner("court.example.cn/witness", bytes(range(1, 33)))
"""A witness who did not sign."""
COMPLAINT = b"a complaint, as the house packed it\n"
EARLY = 10
"""How many entries the checkpoint somebody kept covers."""


def write(folder: Path) -> None:
    """All of them; the folder is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    run = archived("parties")
    log = Signer(run.state.origin, LOG_SEED)
    bodies, size = run.bodies, len(run.bodies)
    early, last = _note(log, bodies, EARLY), _note(log, bodies, size)
    index = max(i for i, body in enumerate(bodies) if json.loads(body)["actor"] == "bidder:C")
    path = tuple(Tree.from_leaves(map(leaf_hash, bodies)).inclusion(index, size))
    files = {
        "session.archive": write_archive(log.verifier.name, bodies, [early, last]),
        "session.policy": policy_text(
            log.verifier, (OFFICE.verifier, NOTARY.verifier), "all"
        ).encode(),
        "other.policy": policy_text(
            log.verifier, (OFFICE.verifier, NOTARY.verifier, COURT.verifier), "all"
        ).encode(),
        "own.tlog-proof": Receipt(bodies[index], index, path, last).encode(),
        "first.tlog-proof": Receipt(
            bodies[index], index, path, _note(log, bodies, size, ())
        ).encode(),
        "kept.checkpoint": early,
        "document.json": canon.encode(json.loads(bodies[0])["data"]["document"]),
        "complaint-1.zip": COMPLAINT,
        "complaint-1.note": _acknowledged(log.verifier.name),
    }
    for name, raw in files.items():
        (folder / name).write_bytes(raw)


def _acknowledged(origin: str) -> bytes:
    centre = origin.rpartition("/")[0]
    sha256 = hashlib.sha256(COMPLAINT).hexdigest()
    taken = Acknowledgement(centre, origin, 1, "C", T0 + 5_000 * SECOND, sha256)
    return Signer(signer_name(centre), LOG_SEED).sign(taken.text())


def _note(
    log: Signer,
    bodies: Sequence[bytes],
    size: int,
    witnesses: Sequence[Cosigner] = (OFFICE, NOTARY),
) -> bytes:
    tree = Tree.from_leaves(map(leaf_hash, bodies))
    body = Checkpoint(log.verifier.name, size, tree.root(size)).body()
    lines = [one.cosign(body, T0 // SECOND + place) for place, one in enumerate(witnesses)]
    return log.sign(body) + b"".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python -m tests.docs.practice FOLDER 文件夹")
    write(Path(sys.argv[1]))
