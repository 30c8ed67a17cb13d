"""What a witness promises: it never signs two views of one log that do not fit together.

C2SP tlog-witness, `add-checkpoint`, as values: a request and what was signed last go in, an
answer and what is to be remembered come out. It is not a server and keeps nothing: whoever runs
it must make the new memory durable before the answer leaves, one request of a log at a time.

    old <size>
    <base64 hash>            the consistency proof, at most 63 lines
    <blank line>
    <checkpoint note>

Checked in this order: form (400), origin (404), the log's signature (403), `old` not above the
size (400), `old` what was signed last (409 with that size), equal sizes with equal roots (409),
the proof (422). An origin is admitted by the log's own key, or by a centre's key when the origin
lies under the centre's name (docs/decisions/0018).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bidding.proof.checkpoint import Checkpoint, parse_body
from bidding.proof.merkle import HASH_BYTES, ProofError, verify_consistency
from bidding.proof.note import (
    ED25519,
    Cosigner,
    NoteError,
    Signature,
    Verifier,
    open_note,
    parse_note,
)
from bidding.proof.text import from_base64, from_decimal, to_base64

MAX_PROOF_LINES: Final = 63
#: 63 hashes, a note of 100 Ed25519 signatures under long names, and room to spare.
MAX_REQUEST: Final = 65_536

SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"

# The part of an origin that a centre chooses for each session: what our own house admits.
_SESSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class RequestError(ValueError):
    """A request that is none; the text says why."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A request, read. Nothing in it is verified."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes
    checkpoint: Checkpoint

    def encode(self) -> bytes:
        """The body of the HTTP request."""
        lines = [f"old {self.old}", *(to_base64(one) for one in self.proof), "", ""]
        return "\n".join(lines).encode() + self.note


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, the body, and its type."""

    status: int
    body: bytes
    content_type: str = TEXT_TYPE


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, and what must be remembered before it is given (None: nothing new).

    `suspect` says that the log's own key signed a view which does not continue the last one, or
    was not shown to: the note is worth keeping.
    """

    answer: Answer
    remember: Checkpoint | None = None
    suspect: bool = False


class Trust:
    """Whose logs a witness follows: single logs by their keys, and centres by name and key.

    A centre signs each session's log with one key under the name `<centre>/<session>`, so its
    verification key, named after the centre, admits the logs of sessions that nobody has heard
    of yet, and nobody else's. Raises NoteError for keys that sign no logs.
    """

    def __init__(self, logs: Iterable[Verifier] = (), centres: Iterable[Verifier] = ()) -> None:
        self._logs: dict[str, list[Verifier]] = {}
        for log in logs:
            self._logs.setdefault(_signs_logs(log).name, []).append(log)
        self._centres = tuple(_signs_logs(centre) for centre in centres)

    def verifiers(self, origin: str) -> list[Verifier]:
        """The keys that may sign the log `origin`; none for an unknown log."""
        found = list(self._logs.get(origin, ()))
        for centre in self._centres:
            session = origin.removeprefix(f"{centre.name}/")
            if session != origin and _SESSION.fullmatch(session):
                found.append(Verifier(origin, ED25519, centre.public))
        return found


def _signs_logs(key: Verifier) -> Verifier:
    if key.alg != ED25519:
        raise NoteError(f"{key.name}: not the Ed25519 key of a log")
    return key


def parse_request(raw: bytes) -> Submission:
    """The parts of a request. Raises RequestError."""
    try:
        return _parse(raw)
    except ValueError as error:
        raise RequestError(f"not a request: {error}") from None


def _parse(raw: bytes) -> Submission:
    """Each line in its place and in its one spelling, else ValueError."""
    head, blank, note = raw.partition(b"\n\n")
    if not blank:
        raise ValueError("no blank line before the checkpoint")
    first, *lines = head.decode("ascii").split("\n")
    if not first.startswith("old "):
        raise ValueError("the first line is not `old <size>`")
    if len(lines) > MAX_PROOF_LINES:
        raise ValueError(f"more than {MAX_PROOF_LINES} proof lines")
    old = from_decimal(first.removeprefix("old "))
    proof = tuple(from_base64(line) for line in lines)
    if any(len(one) != HASH_BYTES for one in proof):
        raise ValueError("a proof line is not a SHA-256 hash")
    # Only the text: what is wrong with a signature line is a wrong signature, 403.
    checkpoint = parse_body(note[: note.rfind(b"\n\n") + 1])
    return Submission(old, proof, note, checkpoint)


def stranger(submission: Submission, trust: Trust) -> Answer | None:
    """The answer to what no trusted log signed; None for what one did.

    To be asked before anything is kept for a log: its name alone may be anybody's invention.
    """
    verifiers = trust.verifiers(submission.checkpoint.origin)
    if not verifiers:
        return _answer(404, "unknown log")
    try:
        open_note(submission.note, verifiers)
    except NoteError as error:
        return _answer(403, f"invalid signature: {error}")
    return None


def judge(
    submission: Submission, latest: Checkpoint | None, trust: Trust, cosigner: Cosigner, now: int
) -> Verdict:
    """The answer to one submission, when `latest` is what was last signed of its log.

    `now` is in seconds since 1970 UTC.
    """
    checkpoint, known = submission.checkpoint, 0 if latest is None else latest.size
    if (answer := stranger(submission, trust)) is not None:
        return Verdict(answer)
    if submission.old > checkpoint.size:
        return Verdict(_answer(400, "the old size is above the checkpoint's"))
    if submission.old != known:
        return Verdict(_conflict(known))
    if latest is not None and checkpoint.size == known and checkpoint.root != latest.root:
        return Verdict(_conflict(known), suspect=True)
    try:
        _check_growth(submission, latest)
    except ProofError as error:
        return Verdict(_answer(422, f"consistency proof: {error}"), suspect=known > 0)
    # A checkpoint has one spelling, so its body is the text that the log signed.
    return Verdict(Answer(200, cosigner.cosign(checkpoint.body(), now)), remember=checkpoint)


def add_checkpoint(
    memory: Mapping[str, Checkpoint], raw: bytes, trust: Trust, cosigner: Cosigner, now: int
) -> tuple[Answer, Mapping[str, Checkpoint]]:
    """The whole protocol as one function: memory and request in, answer and new memory out."""
    try:
        submission = parse_request(raw)
    except RequestError as error:
        return bad_request(str(error)), memory
    origin = submission.checkpoint.origin
    verdict = judge(submission, memory.get(origin), trust, cosigner, now)
    if verdict.remember is not None:
        memory = {**memory, origin: verdict.remember}
    return verdict.answer, memory


def bad_request(why: str) -> Answer:
    """The answer to what cannot be read."""
    return _answer(400, why)


def cosignature(note: bytes, lines: bytes, witness: Verifier) -> bytes:
    """The line of `witness` in a witness's answer to `note`, once it verifies, else NoteError.

    Lines by other keys are dropped (tlog-witness: the client MUST ignore them).
    """
    if not lines.endswith(b"\n") or lines.startswith(b"\n") or b"\n\n" in lines:
        raise NoteError("not a list of signature lines")
    opened = open_note(note + lines, (witness,))
    (signature,) = opened.verified
    return signature.line()


def cosigned_by(note: bytes) -> tuple[Signature, ...]:
    """Every signature line of a note, the log's own first. Nothing is verified."""
    return parse_note(note)[1]


def _check_growth(submission: Submission, latest: Checkpoint | None) -> None:
    if latest is None or latest.size == 0:
        # Every tree begins with the empty one: there is nothing to prove, and no line may say so.
        if submission.proof:
            raise ProofError("nothing is to be proved from size 0")
        return
    new = submission.checkpoint
    verify_consistency(latest.size, new.size, latest.root, new.root, submission.proof)


def _answer(status: int, why: str) -> Answer:
    return Answer(status, f"{why}\n".encode())


def _conflict(known: int) -> Answer:
    return Answer(409, b"%d\n" % known, SIZE_TYPE)
