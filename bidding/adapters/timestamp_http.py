"""A time-stamping authority somewhere else, asked over HTTP (RFC 3161 section 3.4).

Needs the extra [timestamp]. It makes sure that the answer is about what was asked: granted, the
same digest, the same nonce. Whose word the token is, is for whoever verifies with the authority's
certificate; the house trusts nobody's.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import aiohttp
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    decode_timestamp_response,
)

from bidding.engine.ports import AuthorityAway

#: Seconds for a whole answer. Nobody waits for it but the file it goes into.
TIMEOUT: Final = 30
#: Bytes of an answer that are read: a token with its chain of certificates.
_ANSWER_MAX: Final = 131_072
_QUERY: Final = "application/timestamp-query"
_REPLY: Final = "application/timestamp-reply"


def session() -> aiohttp.ClientSession:
    """The connection to the authority; whoever makes it closes it."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=TIMEOUT),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Content-Type": _QUERY},
    )


class HttpAuthority:
    """Implements `bidding.engine.ports.Authority` for the authority at an address."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self._url, self._http = url, http

    async def stamp(self, message: bytes) -> bytes:
        """The whole response, as it came. Raises AuthorityAway."""
        builder = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256)
        request = builder.build()  # with a nonce, and asking for the certificates
        nonce = request.nonce
        assert nonce is not None, "the builder's default"
        try:
            async with self._http.post(
                self._url, data=request.as_bytes(), allow_redirects=False
            ) as response:
                if response.status != 200 or response.content_type != _REPLY:
                    raise AuthorityAway(f"{response.status} {response.content_type}")
                answer = await _read(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AuthorityAway(f"{type(error).__name__}: {error}") from error
        _check(answer, sha256(message).digest(), nonce)
        return answer


async def _read(response: aiohttp.ClientResponse) -> bytes:
    answer = b""
    async for part in response.content.iter_chunked(_ANSWER_MAX):
        answer += part
        if len(answer) > _ANSWER_MAX:
            raise AuthorityAway("its answer has no end")
    return answer


def _check(answer: bytes, digest: bytes, nonce: int) -> None:
    try:
        response = decode_timestamp_response(answer)
        if response.status != PKIStatus.GRANTED:
            raise AuthorityAway(f"it refuses: status {response.status}")
        stamped = response.tst_info
        if stamped.message_imprint.message != digest or stamped.nonce != nonce:
            raise AuthorityAway("its token is for something else")
    except ValueError as error:
        raise AuthorityAway(f"not a time-stamp response: {error}") from error
