"""The centre's signed word that it has a complaint, checkable offline: a paper beside all logs.

    daylight complaint acknowledgement v1
    centre <the prefix of the centre's logs>
    auction <origin of the auction's log>
    number <the complaint's number>
    from <paddle or alias>
    filed <microseconds since 1970 UTC>
    sha256 <of the complaint's file, in hexadecimal>

It is a C2SP signed-note by the key of the centre's logs, under a name that no log can have, so that
nobody can take it for a checkpoint. It says that the centre has this file, not that it is right; no
witness is asked for, because nothing else could be shown to somebody else.
"""

import re
from dataclasses import dataclass
from typing import Final

from bidding.proof.canon import MAX_INT
from bidding.proof.form import in_chinese
from bidding.proof.note import ED25519, NoteError, Verifier, open_note, parse_note
from bidding.proof.policy import Policy
from bidding.proof.text import BilingualError, from_decimal

HEADER: Final = "daylight complaint acknowledgement v1"
_FIELDS: Final = ("centre", "auction", "number", "from", "filed", "sha256")
_HEX256: Final = re.compile(r"[0-9a-f]{64}")


class AcknowledgementError(BilingualError):
    """An acknowledgement that cannot be read, or that the centre did not sign."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Which complaint on which log was taken; `filed` in microseconds since 1970 UTC."""

    centre: str
    auction: str
    number: int
    alias: str
    filed: int
    sha256: str

    def text(self) -> str:
        """What is signed: one fact a line."""
        values = (self.centre, self.auction, self.number, self.alias, self.filed, self.sha256)
        lines = (f"{name} {value}" for name, value in zip(_FIELDS, values, strict=True))
        return "\n".join((HEADER, *lines, ""))


def signer_name(centre: str) -> str:
    """The name under which a centre signs papers that are in no log."""
    return f"{centre}:papers"


def is_acknowledgement(raw: bytes) -> bool:
    """Whether a file begins like one; nothing is verified."""
    return raw.startswith(HEADER.encode())


def verify_acknowledgement(raw: bytes, policy: Policy) -> Acknowledgement:
    """What the centre acknowledged, once a key that the policy has for its log signed it.

    Raises AcknowledgementError.
    """
    try:
        found = _parse(parse_note(raw)[0])
        # Which log it is of says only whose key to ask: nothing is believed before the signature.
        open_note(raw, _keys(found, policy))
    except AcknowledgementError:
        raise
    except NoteError as error:
        raise AcknowledgementError(
            f"the acknowledgement does not verify: {error}",
            f"受理回执未通过验证：{in_chinese(error)}",
        ) from error
    except ValueError as error:
        raise AcknowledgementError(
            f"not an acknowledgement: {error}", f"不是有效的异议受理回执：{in_chinese(error)}"
        ) from error
    return found


def _keys(claimed: Acknowledgement, policy: Policy) -> list[Verifier]:
    """The keys of the log it names, under the name for papers, else ValueError."""
    keys = [log for log in policy.logs if log.name == claimed.auction and log.alg == ED25519]
    if not keys:
        raise AcknowledgementError(
            f"the policy knows no log named {claimed.auction}",
            f"信任策略中没有名为 {claimed.auction} 的日志",
        )
    if not claimed.auction.startswith(f"{claimed.centre}/"):
        raise ValueError("its log is not of its centre")
    return [Verifier.for_key(signer_name(claimed.centre), log.public) for log in keys]


def _parse(text: bytes) -> Acknowledgement:
    """Each line in its place and in its one spelling, else ValueError."""
    header, *lines = text.decode().removesuffix("\n").split("\n")
    pairs = [line.split(" ", 1) for line in lines]
    if header != HEADER or [pair[0] for pair in pairs] != list(_FIELDS):
        raise ValueError("the lines of an acknowledgement are missing or in another order")
    if any(len(pair) < 2 or not pair[1] for pair in pairs):
        raise ValueError("a line says nothing")
    centre, auction, number, alias, filed, sha256 = (pair[1] for pair in pairs)
    if not _HEX256.fullmatch(sha256):
        raise ValueError("the hash is not a SHA-256 in hexadecimal")
    when = from_decimal(filed)
    if when > MAX_INT:
        raise ValueError("the time is beyond every calendar")
    return Acknowledgement(centre, auction, from_decimal(number), alias, when, sha256)


__all__ = [
    "Acknowledgement",
    "AcknowledgementError",
    "is_acknowledgement",
    "signer_name",
    "verify_acknowledgement",
]
