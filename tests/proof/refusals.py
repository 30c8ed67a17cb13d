"""Files that must be refused, each with the place that is wrong: for every verifier we have.

`python -m tests.proof.refusals` writes tests/vectors/refusals.json again. The places are written
here by hand, from the order of the checks in the archive's description; they are not asked of
any verifier.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bidding.client.own_key import OwnKey
from bidding.proof.canon import encode
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from tests.proof import sample
from tests.shared import OWN

_LINES = sample.archive().split(b"\n")
_NOTES = sample.archive().partition(b"\n\n")[2]


def _file(lines: list[bytes]) -> bytes:
    return b"\n".join(lines)


def _entries(changed: dict[int, bytes]) -> bytes:
    """The honest file with some lines of entries put in the place of others, signatures as they were."""
    lines = list(_LINES)
    for index, line in changed.items():
        lines[3 + index] = line
    return _file(lines)


def _without(index: int, count: bytes = b"9") -> bytes:
    lines = [line for at, line in enumerate(_LINES) if at != 3 + index]
    return _file([*lines[:2], count, *lines[3:]])


def _signed(entries: tuple[bytes, ...]) -> bytes:
    """An archive whose owner signs, and whose witnesses cosign, whatever these entries are."""
    return sample.archive(entries)


def _another(index: int, **changed: object) -> bytes:
    entries = list(sample.ENTRIES)
    entries[index] = sample.entry(index, **changed)
    return _signed(tuple(entries))


def _forked() -> bytes:
    """The first checkpoint is of the honest log, the last of one with another first entry."""
    entries = (sample.entry(0, data={"amount": 1}), *sample.ENTRIES[1:])
    honest = Tree.from_leaves(map(leaf_hash, sample.ENTRIES))
    first = sample.checkpoint(honest, 4, sample.OFFICE)
    other = Tree.from_leaves(map(leaf_hash, entries))
    last = sample.checkpoint(other, 9, sample.OFFICE)
    head = (b"bidding-session-archive/v1", sample.ORIGIN.encode(), b"9")
    return b"\n".join((*head, *entries, b"", b"\n".join((first, last))))


_KEY = OwnKey(Ed25519PrivateKey.from_private_bytes(sample.seed("bidder")))


def _bidder(index: int, kind: str, ask: dict[str, Any], signed: str | None, **more: Any) -> bytes:
    """An entry of a bidder's request; `signed` is what he signed, None for no signature."""
    actor, ref = "bidder:01", f"ref-{index}"
    data: dict[str, Any] = {"ask": ask, **more.pop("data", {})}
    if signed is not None:
        data["sig"] = {"key": _KEY.id, "value": _KEY.sign(sample.ORIGIN, actor, signed, kind, ask)}
    outcome = "refused" if "reason" in data else "accepted"
    fields = {"actor": actor, "cmd": f"{actor}/{ref}", "data": data, "type": f"{kind}.{outcome}"}
    return sample.entry(index, **fields)


_ENROL = _bidder(0, "enrol", {"alg": "ed25519", "public": _KEY.public}, "ref-0")


def _with_key(second: bytes) -> bytes:
    """A log whose first entry enrols a key, and whose second is this."""
    return sample.archive((_ENROL, second), (1, 2))


def good_signatures() -> bytes:
    """A log whose bidder enrolled a key and signed his bid with it."""
    return _with_key(_bidder(1, "bid", {"amount": 5}, "ref-1"))


def cases() -> list[tuple[str, bytes, str]]:
    """What was done, the file, and the place that is wrong."""
    raw, entries = sample.archive(), sample.ENTRIES
    last = sample.checkpoint(Tree.from_leaves(map(leaf_hash, entries)), 9, sample.OFFICE)
    thief = Signer(sample.ORIGIN, sample.seed("thief"))
    tree = Tree.from_leaves(map(leaf_hash, entries))
    stolen = sample.checkpoint(tree, 9, sample.OFFICE, signer=thief)
    head = _file(_LINES[:12]) + b"\n\n"
    return [
        ("empty", b"", "header"),
        ("another format", raw.replace(b"/v1", b"/v2", 1), "header"),
        ("count with a leading zero", raw.replace(b"\n9\n", b"\n09\n", 1), "header"),
        ("count in full-width digits", raw.replace(b"\n9\n", "\n９\n".encode(), 1), "header"),
        ("an entry dropped", _without(5), "entry 8"),
        ("an entry dropped and the count with it", _without(5, b"8"), "checkpoint 3"),
        ("the first entry dropped, counted", _without(0, b"8"), "checkpoint 1"),
        ("two entries swapped", _entries({1: entries[2], 2: entries[1]}), "checkpoint 2"),
        ("an entry twice", _entries({7: entries[6]}), "checkpoint 3"),
        ("an amount changed", _entries({4: entries[4].replace(b"104", b"105")}), "checkpoint 3"),
        ("more announced than there is", raw.replace(b"\n9\n", b"\n10\n", 1), "entry 9"),
        ("less announced than there is", raw.replace(b"\n9\n", b"\n8\n", 1), "end"),
        ("cut within the entries", raw[: raw.index(b'"i":5')], "entry 5"),
        ("cut within the last signature", raw[:-20], "end"),
        (
            "cut after the second checkpoint",
            raw[: raw.rindex(sample.ORIGIN.encode() + b"\n9")],
            "end",
        ),
        (
            "a checkpoint's size changed",
            raw.replace(b"sample\n4\n", b"sample\n5\n"),
            "checkpoint 2",
        ),
        ("a blank line too many", raw + b"\n", "end"),
        (
            "checkpoints in another order",
            head + b"\n".join((last, sample.checkpoint(tree, 4))),
            "checkpoint 2",
        ),
        ("signed by a thief under the log's name", head + stolen, "checkpoint 1"),
        ("witnesses left out", sample.archive(witnessed=False), "policy"),
        ("two histories in one file", _forked(), "checkpoint 1"),
        ("rewritten by its owner, who signs, not yet witnessed", _rewritten(), "policy"),
        ("another log's entry, signed", _another(3, log="bid.example.cn/log/other"), "entry 3"),
        ("a wrong number in an entry, signed", _another(6, i=7), "entry 6"),
        ("a clock that goes back, signed", _another(2, t=sample.T0), "entry 2"),
        (
            "a fraction, signed",
            _signed((entries[0].replace(b"00000000", b"0.5"), *entries[1:])),
            "entry 0",
        ),
        ("a space, signed", _signed((entries[0].replace(b":", b": ", 1), *entries[1:])), "entry 0"),
        ("not JSON, signed", _signed((*entries[:8], b"{}]")), "entry 8"),
        ("too long an entry", _signed_long(), "entry 0"),
    ]


def _signed_long() -> bytes:
    long = encode({"a": "x" * 70_000})
    return raw_archive((long, *sample.ENTRIES[1:]))


def raw_archive(entries: tuple[bytes, ...]) -> bytes:
    """An archive that is put together without asking whether it can be."""
    tree = Tree.from_leaves(map(leaf_hash, entries))
    head = (b"bidding-session-archive/v1", sample.ORIGIN.encode(), b"%d" % len(entries))
    return b"\n".join((*head, *entries, b"", sample.checkpoint(tree, len(entries), sample.OFFICE)))


def _rewritten() -> bytes:
    entries = (*sample.ENTRIES[:8], sample.entry(8, data={"amount": 1}))
    return sample.archive(entries, witnessed=False)


def bidder_cases() -> list[tuple[str, bytes, str]]:
    """Files in which a bidder's own signature does not fit what the house decided; all else holds."""
    ask, invalid = {"amount": 5}, {"data": {"reason": "SIGNATURE_INVALID"}}
    unsigned = sample.archive(
        (_bidder(0, "enrol", {"alg": "ed25519", "public": _KEY.public}, None),), (1,)
    )
    low = {"alg": "ed25519", "public": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}
    return [
        ("signed for another reference", _with_key(_bidder(1, "bid", ask, "ref-9")), "entry 1"),
        (
            "not signed, though a key is enrolled",
            _with_key(_bidder(1, "bid", ask, None)),
            "entry 1",
        ),
        (
            "refused for a signature that holds",
            _with_key(_bidder(1, "bid", ask, "ref-1", **invalid)),
            "entry 1",
        ),
        ("a key enrolled without its signature", unsigned, "entry 0"),
        (
            "a key of low order enrolled",
            sample.archive((_bidder(0, "enrol", low, "ref-0"),), (1,)),
            "entry 0",
        ),
    ]


def document() -> dict[str, object]:
    """The golden file's content."""

    def rows(found: list[tuple[str, bytes, str]]) -> list[dict[str, str]]:
        return [{"name": n, "file": b64encode(raw).decode(), "where": w} for n, raw, w in found]

    return {
        "source": "own; keys from tests/proof/sample.py, places by hand from the order of the checks",
        "policy": sample.POLICY,
        "archives": rows(cases()),
        "bidders": rows(bidder_cases()),
        "good": b64encode(good_signatures()).decode(),
    }


if __name__ == "__main__":
    content = json.dumps(document(), ensure_ascii=False, indent=1) + "\n"
    (OWN / "refusals.json").write_text(content, encoding="utf-8")
