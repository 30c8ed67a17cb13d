"""A time-stamping authority over HTTP: OpenSSL's own answers, and one that is away or lies."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bidding.adapters.timestamp_http import HttpAuthority, session
from bidding.engine.ports import AuthorityAway
from replay.timestamp import certificates, check
from tests.authority import OwnAuthority


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[OwnAuthority]:
    own = OwnAuthority(tmp_path / "tsa")
    runner = await own.serve()
    yield own
    await runner.cleanup()


async def stamp(url: str, message: bytes = b"closing\n") -> bytes:
    async with session() as http:
        return await HttpAuthority(url, http).stamp(message)


async def test_a_real_authority_stamps_and_the_token_verifies(there: OwnAuthority):
    response = await stamp(there.url)
    check(response, b"closing\n", certificates(there.certificate.read_bytes()))


async def test_an_authority_that_is_away_is_said_to_be(there: OwnAuthority):
    there.away = True
    with pytest.raises(AuthorityAway, match="503"):
        await stamp(there.url)
    with pytest.raises(AuthorityAway):
        await stamp("http://127.0.0.1:1/")


async def test_an_old_answer_is_not_taken_for_a_new_one(there: OwnAuthority):
    old = await stamp(there.url)
    there.always = old
    with pytest.raises(AuthorityAway, match="for something else"):
        await stamp(there.url)


@pytest.mark.parametrize("answer", [b"", b"hello", bytes(131_073)])
async def test_nonsense_is_no_token(there: OwnAuthority, answer: bytes):
    there.always = answer
    with pytest.raises(AuthorityAway):
        await stamp(there.url)


async def test_a_refusal_of_the_authority_is_said(there: OwnAuthority):
    # As OpenSSL answers what it cannot read.
    there.always = there.answer(b"no request at all")
    with pytest.raises(AuthorityAway, match="refuses"):
        await stamp(there.url)
