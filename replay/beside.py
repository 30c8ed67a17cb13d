"""What an archive carries beside the record: SM2 signatures and time-stamps, checked when asked.

Nothing here can make a bad archive good: it is asked about archives that hold already.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from bidding.proof.archive import ArchiveError, Verified
from bidding.proof.beside import gm_notes, tokens
from bidding.proof.checkpoint import parse_body
from bidding.proof.gm import GmError, GmVerifier, verify_gm
from bidding.proof.note import parse_note
from bidding.proof.policy import Policy
from bidding.proof.text import BilingualError


@dataclass(frozen=True, slots=True)
class Covered:
    """A proof that holds, over the first `size` entries; `t` is the authority's time (µs UTC)."""

    size: int
    t: int | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What was asked for and holds, and what is there and nobody asked for."""

    sm2: Covered | None
    stamp: Covered | None
    unchecked: tuple[str, ...]
    """Of `sm2` and `timestamp`, those that the archive carries and that were not checked."""


class NoExtra(BilingualError):
    """The product that reads time-stamps is not installed."""


def beside(
    verified: Verified, *, sm2: GmVerifier | None = None, authority: bytes | None = None
) -> Beside:
    """Checks what there is a key for: the SM2 key, the authority's certificates in PEM.

    Raises ArchiveError when that is missing or does not hold, and NoExtra.
    """
    notes = verified.archive.checkpoints
    carried = {
        "sm2": sm2 is None and any(gm_notes(note) for note in notes),
        "timestamp": authority is None and any(tokens(note) for note in notes),
    }
    return Beside(
        None if sm2 is None else _sm2(verified, sm2),
        None if authority is None else _stamp(verified, authority),
        tuple(name for name, there in carried.items() if there),
    )


def strangers(verified: Verified, policy: Policy) -> int:
    """How many signature lines, under any checkpoint, are by a key that the policy does not name.

    They were not checked: a damaged line of a witness, under a checkpoint that needs none, is one.
    SM2 signatures and time-stamps are told apart, in `Beside`.
    """
    known = {(key.name, key.key_id) for key in (*policy.logs, *policy.witnesses.values())}
    return sum(
        sum((one.name, one.key_id) not in known for one in parse_note(note)[1])
        - len(gm_notes(note))
        - len(tokens(note))
        for note in verified.archive.checkpoints
    )


def _sm2(verified: Verified, key: GmVerifier) -> Covered:
    """The newest checkpoint that this key signed in the parallel log."""
    archive = verified.archive
    for number, note in _newest_first(archive.checkpoints):
        ours = [one for one in gm_notes(note) if parse_note(one)[1][0].key_id == key.key_id]
        if ours:
            try:
                found = [verify_gm(one, key, archive.origin, archive.entries) for one in ours]
            except GmError as error:
                raise ArchiveError(f"checkpoint {number}", error.en, error.zh) from error
            return Covered(found[0].size)
    raise ArchiveError("end", "carries no SM2 signature by this key", "没有该公钥的 SM2 签名")


def _stamp(verified: Verified, pem: bytes) -> Covered:
    """The newest time-stamped checkpoint."""
    product = _product()
    for number, note in _newest_first(verified.archive.checkpoints):
        text, _ = parse_note(note)
        for response in tokens(note):
            try:
                stamp = product.check(response, text, product.certificates(pem))
            except product.StampRefused as error:
                raise ArchiveError(
                    f"checkpoint {number}",
                    f"its time-stamp does not verify: {error.en}",
                    f"时间戳未通过验证：{error.zh}",
                ) from error
            return Covered(parse_body(text).size, stamp.t)
    raise ArchiveError("end", "carries no time-stamp", "没有时间戳")


def _product() -> Any:
    """`replay.timestamp`; what it needs is in an extra."""
    try:
        return import_module("replay.timestamp")
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("replay"):
            raise
        raise NoExtra(
            f"time-stamps need the extra `timestamp` ({missing.name} is not installed)",
            f"核验时间戳需要可选组件 timestamp（未安装 {missing.name}）",
        ) from missing


def _newest_first(notes: tuple[bytes, ...]) -> list[tuple[int, bytes]]:
    return list(enumerate(notes, 1))[::-1]


__all__: Final = ["Beside", "Covered", "NoExtra", "beside", "strangers"]
