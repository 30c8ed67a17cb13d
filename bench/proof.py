"""How fast the proof is on this machine: `python -m bench.proof` prints a small table.

Ratios carry over to other machines, absolute figures do not. Each row is the best of
three runs of about a fifth of a second.
"""

from collections.abc import Callable, Iterator
from itertools import count, cycle
from time import perf_counter

from bidding.proof import canon
from bidding.proof.archive import verify_archive, write_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash, verify_inclusion
from bidding.proof.note import Signer, open_note
from bidding.proof.policy import parse_policy, policy_text

SECONDS = 0.2
ORIGIN = "bench.example/log"
LEAVES = 100_000
ARCHIVED = 5_000


def entry(index: int) -> dict[str, object]:
    """A bid of ordinary size."""
    return {
        "v": 1,
        "log": ORIGIN,
        "i": index,
        "t": 1_790_000_000_000_000 + index,
        "type": "bid.accepted",
        "tv": 1,
        "actor": "bidder:03",
        "data": {"ask": {"amount": 101_000_000 + index, "lot": None}, "note": "限时竞价阶段"},
        "cmd": f"bidder:03/{index:08d}",
        "ps": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    }


def rate(step: Callable[[], object]) -> int:
    """Calls a second, best of three."""
    best = 0.0
    for _ in range(3):
        done, started = 0, perf_counter()
        while (spent := perf_counter() - started) < SECONDS:
            for _ in range(20):
                step()
            done += 20
        best = max(best, done / spent)
    return round(best)


def steps() -> Iterator[tuple[str, Callable[[], object], int]]:
    """What is measured: its name, one call, and how many things one call does."""
    value, raw = entry(7), canon.encode(entry(7))
    tree = Tree.from_leaves(leaf_hash(b"%d" % index) for index in range(LEAVES))
    leaf, growing, indexes = leaf_hash(raw), Tree(), cycle(range(0, LEAVES, 97))
    signer, numbers = Signer(ORIGIN, bytes(range(32))), count(1)
    note = signer.sign(Checkpoint(ORIGIN, LEAVES, tree.root()).body())
    path, root = tree.inclusion(4321), tree.root()

    def append_and_root() -> bytes:
        growing.append(leaf)
        return growing.root()

    def sign() -> bytes:
        return signer.sign(Checkpoint(ORIGIN, next(numbers), root).body())

    yield "leaf hashes", lambda: leaf_hash(raw), 1
    yield "appends", lambda: Tree.from_leaves([leaf] * 1000), 1000
    yield "appends, root after each", append_and_root, 1
    yield f"inclusion proofs in {LEAVES}", lambda: tree.inclusion(next(indexes)), 1
    yield f"consistency proofs in {LEAVES}", lambda: tree.consistency(next(indexes) + 1), 1
    yield (
        "inclusion proofs verified",
        lambda: verify_inclusion(4321, LEAVES, leaf_hash(b"4321"), path, root),
        1,
    )
    yield "checkpoints signed", sign, 1
    yield "checkpoints opened", lambda: open_note(note, [signer.verifier]), 1
    yield "encode (checked)", lambda: canon.encode(value), 1
    yield "fast (hot path)", lambda: canon.fast(value), 1
    yield "decode (admission)", lambda: canon.decode(raw), 1
    archive, policy = _archive(signer), parse_policy(policy_text(signer.verifier))
    yield "archive entries verified", lambda: verify_archive(archive, policy), ARCHIVED


def measure() -> list[dict[str, object]]:
    """One row a measurement: what, and how many a second."""
    return [{"what": what, "per_second": rate(step) * many} for what, step, many in steps()]


def _archive(signer: Signer) -> bytes:
    entries = [canon.encode(entry(index)) for index in range(ARCHIVED)]
    tree = Tree.from_leaves(map(leaf_hash, entries))
    return write_archive(
        ORIGIN, entries, [signer.sign(Checkpoint(ORIGIN, tree.size, tree.root()).body())]
    )


if __name__ == "__main__":
    for row in measure():
        print(f"{row['what']:<34}{row['per_second']:>12,}/s")
