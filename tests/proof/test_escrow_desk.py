"""What the browser's code seals, this code opens: desks/src/escrow.ts run under Node, no bundler."""

import json
import subprocess
from base64 import b64decode
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest

from bidding.proof import escrow
from bidding.proof.text import to_base64
from tools.build_desks import node_binary

SOURCE = Path(__file__).parents[2] / "desks" / "src" / "escrow.ts"
PRIVATES = {n: sha256(f"desk trustee {n}".encode()).digest() for n in range(1, 4)}
TRUSTEES = [escrow.publics_of(PRIVATES[n]) for n in PRIVATES]
CONTEXT = escrow.Context("zs-2026-0012", "1", "07")
SCRIPT = """
const { seal, P256, X25519 } = await import(process.argv[1]);
const { offer, trustees, k, curve } = JSON.parse(process.argv[2]);
const using = [X25519, P256].find((one) => one.name === curve);
console.log(JSON.stringify(await seal(offer, trustees, k, undefined, using)));
"""


def sealed_by_the_desk(price, k, curve="X25519"):
    offer = {"auction": "zs-2026-0012", "lot": "1", "bidder": "07", "price": price, "unit": "元.2"}
    trustees = [to_base64(one) for one in TRUSTEES] if k else []
    asked = json.dumps({"offer": offer, "trustees": trustees, "k": k, "curve": curve})
    command = [str(node_binary()), "--no-warnings", "--input-type=module", "-e", SCRIPT]
    said = subprocess.run(
        [*command, SOURCE.as_uri(), asked], capture_output=True, check=True, timeout=60
    )
    told = json.loads(said.stdout)
    sealed, kept = told["sealed"], told["kept"]
    return (
        escrow.Sealed(
            b64decode(sealed["commit"]),
            b64decode(sealed["box"]),
            sealed["k"],
            tuple(b64decode(one) for one in sealed["shares"]),
        ),
        b64decode(kept["key"]),
        b64decode(kept["plain"]),
    )


@pytest.mark.parametrize(("curve", "size"), [("X25519", 80), ("P-256", 113)])
@pytest.mark.parametrize("price", [0, 123456789, 2**53 - 1])
def test_trustees_open_what_the_desk_sealed(price, curve, size):
    sealed, key, plain = sealed_by_the_desk(price, 2, curve)
    assert [len(share) for share in sealed.shares] == [size] * 3
    assert len(sealed.box) == escrow.box_bytes(CONTEXT, "元.2")
    for numbers in combinations(PRIVATES, 2):
        some = {n: PRIVATES[n] for n in numbers}
        assert escrow.unseal(CONTEXT, sealed, TRUSTEES, some) == escrow.Opened(plain, key, (), ())
    assert escrow.read(CONTEXT, plain, "元.2") == price
    assert escrow.unseal(CONTEXT, sealed, TRUSTEES, {1: PRIVATES[1]}).plain is None


def test_the_bidder_opens_what_his_desk_sealed():
    sealed, key, plain = sealed_by_the_desk(500_000, 0)
    assert escrow.open_box(CONTEXT, sealed, key) == plain
    assert escrow.read(CONTEXT, plain, "元.2") == 500_000
