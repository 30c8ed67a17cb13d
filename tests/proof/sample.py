"""A small session, built from fixed seeds, so that every byte of it can be attacked.

`python -m tests.proof.sample` writes tests/vectors/session.json and merkle.json again.
They are golden: files of this version must verify for ever, so a difference is a
change of format and needs a new version of it.
"""

import json
from hashlib import sha256

from bidding.proof.archive import write_archive
from bidding.proof.canon import encode
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash, mth
from bidding.proof.note import Cosigner, Signer
from bidding.proof.policy import policy_text
from bidding.proof.receipt import Receipt
from tests.proof import oracle
from tests.shared import OWN

ORIGIN = "bid.example.cn/log/sample"
T0 = 1_790_000_000_000_000


def seed(name: str) -> bytes:
    return sha256(f"daylight sample key: {name}".encode()).digest()


LOG = Signer(ORIGIN, seed("log"))
OFFICE = Cosigner("witness.example.cn/office", seed("office"))
NOTARY = Cosigner("notary.example.cn/first", seed("notary"))
POLICY = policy_text(LOG.verifier, (OFFICE.verifier, NOTARY.verifier), "1")


def entry(index: int, **changed: object) -> bytes:
    return encode(
        {
            "v": 1,
            "log": ORIGIN,
            "i": index,
            "t": T0 + index * 1_250_000,
            "type": "bid.accepted",
            "tv": 1,
            "actor": f"bidder:{index % 3:02d}",
            "data": {"amount": 100_000_000 + index * 1_000_000, "note": "限时竞价"},
            **changed,
        }
    )


ENTRIES = tuple(entry(index) for index in range(9))


def checkpoint(tree: Tree, size: int, *cosigners: Cosigner, signer: Signer = LOG) -> bytes:
    note = signer.sign(Checkpoint(ORIGIN, size, tree.root(size)).body())
    body = note.partition(b"\n\n")[0] + b"\n"
    return note + b"".join(
        cosigner.cosign(body, T0 // 1_000_000 + 60 + order)
        for order, cosigner in enumerate(cosigners)
    )


def archive(
    entries: tuple[bytes, ...] = ENTRIES, sizes: tuple[int, ...] = (1, 4, 9), *, witnessed=True
) -> bytes:
    """An archive that is honestly signed over whatever entries are given."""
    tree = Tree.from_leaves(map(leaf_hash, entries))
    cosigners = (OFFICE, NOTARY) if witnessed else ()
    return write_archive(ORIGIN, entries, [checkpoint(tree, size, *cosigners) for size in sizes])


def receipt(index: int) -> bytes:
    tree = Tree.from_leaves(map(leaf_hash, ENTRIES))
    note = checkpoint(tree, tree.size, OFFICE, NOTARY)
    return Receipt(ENTRIES[index], index, tuple(tree.inclusion(index)), note).encode()


def session_vectors() -> dict[str, object]:
    return {
        "source": "own; Ed25519 keys from the seeds in tests/proof/sample.py",
        "origin": ORIGIN,
        "policy": POLICY,
        "archive": archive().decode(),
        "receipts": {str(index): receipt(index).decode() for index in (0, 3, 8)},
    }


def merkle_vectors() -> dict[str, object]:
    leaves = [leaf_hash(bytes([index])) for index in range(33)]
    return {
        "source": "own; leaf i = SHA-256(0x00 || byte i), by the recursions of RFC 6962 2.1",
        "roots": [mth(leaves[:size]).hex() for size in range(len(leaves) + 1)],
        "inclusion": [
            {"index": m, "size": n, "proof": [one.hex() for one in oracle.path(m, leaves[:n])]}
            for n in (1, 2, 3, 7, 8, 21, 32, 33)
            for m in sorted({0, n // 2, n - 1})
        ],
        "consistency": [
            {"m": m, "n": n, "proof": [one.hex() for one in oracle.proof(m, leaves[:n])]}
            for n in (1, 2, 7, 8, 21, 33)
            for m in (1, 2, 3, 6, 8, 16, 20, 33)
            if m <= n
        ],
        # The published example: sizes 0..8 over the inputs used by Certificate Transparency.
        "known_inputs": [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ],
        "known_roots": [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ],
    }


if __name__ == "__main__":
    for name, content in (("session", session_vectors()), ("merkle", merkle_vectors())):
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (OWN / f"{name}.json").write_text(text + "\n", encoding="utf-8")
