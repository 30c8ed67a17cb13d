"""A witness somewhere else, asked over HTTP: the client side of C2SP tlog-witness.

It sends what it is given and reads the answer within bounds; what a line is worth is checked by
whoever asked. One connection pool for all witnesses of a house. It never raises anything but what
the port names: a witness's network is not the house's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import aiohttp

from bidding.engine.ports import (
    SignedLast,
    WitnessAway,
    WitnessDisputes,
    WitnessRefuses,
)
from bidding.proof.checkpoint import parse_body
from bidding.proof.text import from_decimal
from bidding.proof.witness import SIZE_TYPE, Submission

#: Seconds for a whole answer. A witness signs in milliseconds; the rest is the way to it.
TIMEOUT: Final = 5
#: Bytes of an answer that are read: some signature lines, or a number.
_ANSWER_MAX: Final = 16_384
#: Characters of a refusal that are repeated in our own log.
_TOLD_MAX: Final = 200


def session() -> aiohttp.ClientSession:
    """The connections to all witnesses; whoever makes it closes it."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=TIMEOUT),
        # Nothing of a witness's is kept, followed or believed but its answer.
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Content-Type": "text/plain; charset=utf-8"},
    )


class HttpWitness:
    """Implements `bidding.engine.ports.Witness` for the witness at an address."""

    def __init__(self, name: str, url: str, http: aiohttp.ClientSession) -> None:
        self._name, self._http = name, http
        self._url = f"{url.rstrip('/')}/add-checkpoint"

    @property
    def name(self) -> str:
        """Its name in the policy."""
        return self._name

    async def add_checkpoint(
        self, old: int, proof: Sequence[bytes], note: bytes
    ) -> bytes | SignedLast:
        """Lines, or the size it signed last. Raises WitnessAway, WitnessRefuses."""
        checkpoint = parse_body(note[: note.rfind(b"\n\n") + 1])
        body = Submission(old, tuple(proof), note, checkpoint).encode()
        try:
            async with self._http.post(self._url, data=body, allow_redirects=False) as response:
                answer = await self._read(response)
                return _understood(response.status, response.content_type, answer)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise WitnessAway(f"{type(error).__name__}: {error}") from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        answer = b""
        async for part in response.content.iter_chunked(_ANSWER_MAX):
            answer += part
            if len(answer) > _ANSWER_MAX:
                raise WitnessAway("its answer has no end")
        return answer


def _understood(status: int, kind: str, answer: bytes) -> bytes | SignedLast:
    if status == 200:
        return answer
    told = "".join(c if c.isprintable() else " " for c in answer.decode(errors="replace"))
    told = f"{status} {told[:_TOLD_MAX].strip()}"
    if status == 409 and kind == SIZE_TYPE:
        try:
            return SignedLast(from_decimal(answer.decode("ascii").removesuffix("\n")))
        except ValueError:
            raise WitnessAway(f"a size that is none: {told}") from None
    if status == 422:
        raise WitnessDisputes(told)
    if status in (400, 403, 404, 409):
        raise WitnessRefuses(told)
    raise WitnessAway(told)
