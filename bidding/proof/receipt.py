"""The receipt: "this is entry N of the log the centre signed", checkable offline.

C2SP tlog-proof with the entry's bytes in `extra`, so that receipt and policy suffice:

    c2sp.org/tlog-proof@v1
    extra <base64 of the entry>
    index <N>
    <base64 sibling hashes, leaf to root>

    <checkpoint note, verbatim>

It reveals nobody else's entry. It is not proof that something was sent and not logged.
"""

from dataclasses import dataclass
from typing import Final

from bidding.proof.envelope import EntryError, open_entry
from bidding.proof.form import in_chinese
from bidding.proof.merkle import HASH_BYTES, ProofError, leaf_hash, verify_inclusion
from bidding.proof.policy import Policy
from bidding.proof.text import BilingualError, from_base64, from_decimal, to_base64

HEADER: Final = "c2sp.org/tlog-proof@v1"
# A path of 63 hashes reaches beyond any size that can be written down.
MAX_HASHES: Final = 63


class ReceiptError(BilingualError):
    """A receipt that cannot be read or does not hold, told in both languages."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry, its place and the way up to a signed root.

    `entry` is empty when the file carries none; then the reader must have the bytes.
    """

    entry: bytes
    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """The `.tlog-proof` file."""
        lines = [HEADER]
        if self.entry:
            lines.append(f"extra {to_base64(self.entry)}")
        lines.append(f"index {self.index}")
        lines.extend(to_base64(one) for one in self.proof)
        return "\n".join((*lines, "", "")).encode() + self.checkpoint


def parse_receipt(raw: bytes) -> Receipt:
    """The parts of a receipt; NOTHING is verified here. Raises ReceiptError."""
    try:
        return _parse(raw)
    except ValueError as error:
        raise ReceiptError(
            f"not a receipt: {error}", f"不是有效的回执文件：{in_chinese(error)}"
        ) from error


@dataclass(frozen=True, slots=True)
class Weighed:
    """A receipt that its log signed, and who vouches for it beside the log, by the policy's names.

    `missing` are the witnesses that the policy asks for and that have not signed: a receipt given
    at once (R1) has none, and binds the centre all the same.
    """

    receipt: Receipt
    witnesses: tuple[str, ...]
    missing: tuple[str, ...]


def verify_receipt(raw: bytes, policy: Policy, *, entry: bytes | None = None) -> Receipt:
    """The receipt with its entry, once the policy trusts it and the entry is in the tree.

    `entry` is needed only for receipts that carry none. Raises ReceiptError or PolicyError.
    """
    weighed = weigh_receipt(raw, policy, entry=entry)
    policy.demand_quorum(weighed.witnesses)
    return weighed.receipt


def weigh_receipt(raw: bytes, policy: Policy, *, entry: bytes | None = None) -> Weighed:
    """The receipt, once its log's own signature holds and the entry is in the tree.

    The tree size comes from the signed checkpoint and the leaf hash from the entry's bytes,
    never from the file's word. Raises ReceiptError or PolicyError.
    """
    receipt = parse_receipt(raw)
    body = receipt.entry or entry or b""
    if not body or (entry is not None and entry != body):
        raise ReceiptError(
            "the receipt carries no entry, or another one", "回执中没有记录内容，或内容不一致"
        )
    checked = policy.open_checkpoint(receipt.checkpoint, quorum=False)
    checkpoint = checked.checkpoint
    try:
        verify_inclusion(
            receipt.index, checkpoint.size, leaf_hash(body), receipt.proof, checkpoint.root
        )
    except ProofError as error:
        raise ReceiptError(
            f"the entry is not entry {receipt.index} of the signed log: {error}",
            f"该记录不是已签名日志中的第 {receipt.index} 条：{in_chinese(error)}",
        ) from error
    try:
        open_entry(body, checkpoint.origin, receipt.index)
    except EntryError as error:
        raise ReceiptError(f"the entry {error.en}", f"该记录{error.zh}") from error
    whole = Receipt(body, receipt.index, receipt.proof, receipt.checkpoint)
    return Weighed(whole, checked.witnesses, policy.missing(checked.witnesses))


def _parse(raw: bytes) -> Receipt:
    """Each line in its place and in its one spelling, else ValueError."""
    if raw.startswith(HEADER.encode() + b"\r\n"):
        raise ValueError("line breaks were changed: an editor or a mail program wrote it anew")
    head, blank, checkpoint = raw.partition(b"\n\n")
    if not blank or not checkpoint:
        raise ValueError("no checkpoint after a blank line")
    if not head.isascii():
        # A mark that an editor put before the first line, or a file of something else.
        raise ValueError(f"the first line is not {HEADER}")
    header, *lines = head.decode("ascii").split("\n")
    if header != HEADER:
        raise ValueError(f"the first line is not {HEADER}")
    entry = b""
    if lines and lines[0].startswith("extra "):
        entry = from_base64(lines.pop(0).removeprefix("extra "))
        if not entry:
            raise ValueError("an empty extra line")
    if not lines or not lines[0].startswith("index "):
        raise ValueError("no index line")
    index = from_decimal(lines.pop(0).removeprefix("index "))
    proof = tuple(from_base64(line) for line in lines)
    if len(proof) > MAX_HASHES or any(len(one) != HASH_BYTES for one in proof):
        raise ValueError("the path is not a list of SHA-256 hashes")
    return Receipt(entry, index, proof, checkpoint)
