"""The checkpoint: "the log called `origin` has `size` entries and this root".

C2SP tlog-checkpoint, the text without its signatures. It is not proof of anything
until a note (note.py) carries it and a policy (policy.py) trusts who signed.
"""

from dataclasses import dataclass

from bidding.proof.merkle import EMPTY_ROOT, HASH_BYTES
from bidding.proof.text import MAX_INT64, from_base64, from_decimal, to_base64


class CheckpointError(ValueError):
    """A text that is no checkpoint; the message says which line."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One state of one log. Raises CheckpointError when it could not be written down."""

    origin: str
    size: int
    root: bytes
    # Lines that other logs may add. Ours write none: no monitor can audit them.
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or any(character < " " for character in line):
                raise CheckpointError("origin and extension lines are non-empty text")
        if not 0 <= self.size <= MAX_INT64:
            raise CheckpointError("size outside 0 .. 2**63-1")
        if len(self.root) != HASH_BYTES:
            raise CheckpointError("the root has 32 bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise CheckpointError("the empty tree has another root")

    def body(self) -> bytes:
        """The text that is signed: each line ends in a newline."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions, "")
        return "\n".join(lines).encode()


def parse_body(body: bytes) -> Checkpoint:
    """The checkpoint in a note's text. Raises CheckpointError on any other spelling."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise CheckpointError("not UTF-8") from None
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop():
        raise CheckpointError("three lines expected, each ended by a newline")
    origin, size, root, *extensions = lines
    try:
        return Checkpoint(origin, from_decimal(size), from_base64(root), tuple(extensions))
    except CheckpointError:
        raise
    except ValueError as error:
        raise CheckpointError(f"size or root: {error}") from None
