"""The parallel log in Chinese cryptography: the same entries under SM3 and SM2.

Beside every log there may be a second one, named `<origin>/gm`, over the very same entry bytes:
leaf SM3(0x00 || entry), node SM3(0x01 || left || right), its checkpoints signed with SM2. C2SP
signed-note keeps type 0xff for signatures of others, told apart by an identifier of their own.

It replaces nothing: receipts, witnesses and the archive stand on the first log. It signs nothing
either; that takes a library or a device that keeps secrets (an adapter's matter).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bidding.proof import sm2
from bidding.proof.checkpoint import Checkpoint, CheckpointError, parse_body
from bidding.proof.form import in_chinese
from bidding.proof.merkle import Tree
from bidding.proof.note import (
    NoteError,
    Signature,
    admit_name,
    key_id_of,
    open_note,
    parse_key,
)
from bidding.proof.sm3 import SM3_TREE, leaf_hash
from bidding.proof.text import BilingualError, to_base64

SIGNATURE_TYPE: Final = 0xFF
IDENTIFIER: Final = b"bidding.example/sm2-sm3/v1"
_SUFFIX: Final = "/gm"


class GmError(BilingualError):
    """Why a checkpoint of the parallel log, or the key for it, is refused."""


@dataclass(frozen=True, slots=True)
class GmVerifier:
    """An SM2 public key, `04 || X || Y`, with a name. Raises NoteError for what we do not admit."""

    name: str
    public: bytes
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        admit_name(self.name)
        try:
            sm2.parse_public(self.public)
        except sm2.Sm2Error as error:
            raise NoteError(str(error)) from error
        key_id = key_id_of(self.name, SIGNATURE_TYPE, IDENTIFIER + self.public)
        object.__setattr__(self, "key_id", key_id)

    @classmethod
    def parse(cls, vkey: str) -> "GmVerifier":
        """The verifier of `name+hex(key id)+base64(0xff || identifier || key)`, strictly."""
        name, key_id, kind, material = parse_key(vkey)
        if kind != SIGNATURE_TYPE or not material.startswith(IDENTIFIER):
            raise NoteError(f"the key of {name} is no SM2 key")
        verifier = cls(name, material.removeprefix(IDENTIFIER))
        if verifier.key_id != key_id:
            raise NoteError(f"the key id of {name} does not belong to its key")
        return verifier

    @property
    def vkey(self) -> str:
        """The key on one line."""
        material = to_base64(bytes([SIGNATURE_TYPE]) + IDENTIFIER + self.public)
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def verify(self, text: bytes, raw: bytes) -> None:
        """Returns when `raw` is this key's signature, r || s, on the note text, else NoteError."""
        try:
            sm2.verify(self.public, text, raw)
        except sm2.Sm2Error as error:
            raise NoteError(f"{error} by {self.name}") from error

    def note(self, text: bytes, raw: bytes) -> bytes:
        """The whole note over `text`, signed with `raw`. Raises NoteError unless it verifies.

        Whoever signs goes through here, so that a faulty signer never gets a word out.
        """
        self.verify(text, raw)
        return text + b"\n" + Signature(self.name, self.key_id, raw).line()


def gm_origin(origin: str) -> str:
    """The name of the parallel log of a log."""
    return origin + _SUFFIX


def gm_policy_text(verifier: GmVerifier) -> str:
    """The small file that an auditor keeps beside the policy: one line, one key.

    It is not a C2SP policy, because those know no SM2, and whoever reads them must refuse what
    he does not know.
    """
    return f"log {verifier.vkey}\n"


def parse_gm_policy(text: str) -> GmVerifier:
    """The key in such a file. Raises GmError."""
    words = text.removesuffix("\n").split(" ")
    if not text.endswith("\n") or len(words) != 2 or words[0] != "log":
        raise GmError(
            "SM2 key file: one line `log <key>` expected", "SM2 公钥文件应只有一行：log <公钥>"
        )
    try:
        return GmVerifier.parse(words[1])
    except NoteError as error:
        raise GmError(f"SM2 key file: {error}", f"SM2 公钥文件有误：{in_chinese(error)}") from error


def open_gm(note: bytes, verifier: GmVerifier, origin: str) -> Checkpoint:
    """The checkpoint of the parallel log of `origin` in a signed note. Raises GmError."""
    try:
        checkpoint = parse_body(open_note(note, [verifier]).text)
    except (NoteError, CheckpointError) as error:
        raise GmError(
            f"the SM2 checkpoint does not verify: {error}",
            f"SM2 检查点未通过验证：{in_chinese(error)}",
        ) from error
    if verifier.name != checkpoint.origin or checkpoint.origin != gm_origin(origin):
        raise GmError(
            f"the SM2 checkpoint is of the log {checkpoint.origin:.80}, not of {gm_origin(origin)}",
            f"SM2 检查点属于日志 {checkpoint.origin:.80}，不是 {gm_origin(origin)}",
        )
    if checkpoint.extensions:
        raise GmError(
            "the SM2 checkpoint has lines that ours never have",
            "SM2 检查点含有本系统不会写入的附加行",
        )
    return checkpoint


def verify_gm(
    note: bytes, verifier: GmVerifier, origin: str, entries: Sequence[bytes]
) -> Checkpoint:
    """The checkpoint, once it is signed and its root is that of the first `size` of `entries`.

    `entries` are the bytes of the log `origin`, from its beginning. Raises GmError.
    """
    checkpoint = open_gm(note, verifier, origin)
    if checkpoint.size > len(entries):
        raise GmError(
            f"the SM2 checkpoint was signed over {checkpoint.size} entries; "
            f"the file holds {len(entries)}",
            f"SM2 检查点签名时共有 {checkpoint.size} 条记录，文件中只有 {len(entries)} 条",
        )
    covered = entries[: checkpoint.size]
    if Tree.from_leaves(map(leaf_hash, covered), SM3_TREE).root() != checkpoint.root:
        raise GmError(
            f"the first {checkpoint.size} entries are not all as the SM2 checkpoint was signed for",
            f"前 {checkpoint.size} 条记录与 SM2 检查点签名时不一致",
        )
    return checkpoint
