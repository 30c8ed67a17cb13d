"""What somebody kept beside the file: a receipt or a checkpoint that the log's owner once signed.

One honest checkpoint is enough to show that the owner later told another history, and one receipt
pins the very bytes of its entry. Only the log's own signature is asked of them: a receipt given
at once has no witness yet, and it binds the owner all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from bidding.proof.archive import HEADER as ARCHIVE
from bidding.proof.archive import Archive, ArchiveError
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.form import in_chinese
from bidding.proof.merkle import ProofError, Tree, leaf_hash, verify_inclusion
from bidding.proof.policy import Policy, PolicyError
from bidding.proof.receipt import HEADER, Receipt, ReceiptError, parse_receipt


@dataclass(frozen=True, slots=True)
class Held:
    """One kept paper that holds by itself: its number among those shown, and what it proves."""

    number: int
    checkpoint: Checkpoint
    receipt: Receipt | None

    @property
    def where(self) -> str:
        """Its place for ArchiveError."""
        return f"held {self.number}"


def read_held(number: int, raw: bytes, policy: Policy) -> Held:
    """The receipt or checkpoint note in a file; ArchiveError says why it proves nothing."""
    if raw.startswith(ARCHIVE):
        raise ArchiveError(
            f"held {number}",
            "is an archive; a receipt or a checkpoint that you kept is wanted",
            "是竞价档案，此处应为自己留存的回执或检查点",
        )
    receipt = None
    try:
        if raw.startswith(HEADER.encode()):
            receipt = parse_receipt(raw)
        note = raw if receipt is None else receipt.checkpoint
        checkpoint = policy.open_checkpoint(note, quorum=False).checkpoint
        if receipt is not None:
            leaf = leaf_hash(receipt.entry)
            verify_inclusion(receipt.index, checkpoint.size, leaf, receipt.proof, checkpoint.root)
    except (PolicyError, ReceiptError) as wrong:
        raise ArchiveError(f"held {number}", wrong.en, wrong.zh) from wrong
    except ProofError as wrong:
        raise ArchiveError(
            f"held {number}",
            f"it proves nothing: {wrong}",
            f"该凭据本身不成立：{in_chinese(wrong)}",
        ) from wrong
    return Held(number, checkpoint, receipt)


def pin(held: Held, archive: Archive) -> None:
    """Returns unless the receipt holds other bytes of its entry than the file does."""
    receipt = held.receipt
    if receipt is None or held.checkpoint.origin != archive.origin:
        return
    index = receipt.index
    if index < len(archive.entries) and archive.entries[index] != receipt.entry:
        raise ArchiveError(
            f"entry {index}",
            f"is not what the log's owner signed in receipt {held.number}",
            f"与日志所有者在第 {held.number} 份凭据中签名的内容不一致",
        )


def compare(held: Held, archive: Archive) -> None:
    """Returns when the file begins with the history the paper was signed over, else ArchiveError."""
    checkpoint, count = held.checkpoint, len(archive.entries)
    if checkpoint.origin != archive.origin:
        raise ArchiveError(
            held.where,
            f"is of the log {checkpoint.origin}, not of {archive.origin}",
            f"属于日志 {checkpoint.origin}，不是 {archive.origin}",
        )
    if checkpoint.size > count:
        raise ArchiveError(
            held.where,
            f"was signed over {checkpoint.size} entries; the file holds {count}: "
            "entries were left out or the log was forked",
            f"签名时共有 {checkpoint.size} 条记录，文件中只有 {count} 条：有记录被删除或日志已分叉",
        )
    pin(held, archive)
    tree = Tree.from_leaves(leaf_hash(entry) for entry in archive.entries[: checkpoint.size])
    if tree.root() != checkpoint.root:
        raise ArchiveError(
            held.where,
            f"the log's owner signed two histories of its first {checkpoint.size} entries: "
            "the log was forked",
            f"日志所有者就前 {checkpoint.size} 条记录签过两份不同的内容：日志已分叉",
        )


__all__ = ["Held", "compare", "pin", "read_held"]
