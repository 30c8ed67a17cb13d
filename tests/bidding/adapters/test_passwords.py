import asyncio

import pytest

from bidding.adapters.passwords import Argon2Passwords


@pytest.fixture
def passwords():
    made = Argon2Passwords(time_cost=1, memory_kib=8)
    yield made
    made.close()


async def test_a_verifier_fits_its_password_and_no_other(passwords):
    verifier = await passwords.hash("暗号 mot de passe")
    assert verifier.startswith("$argon2id$")
    assert "暗号" not in verifier
    assert await passwords.matches(verifier, "暗号 mot de passe")
    assert not await passwords.matches(verifier, "暗号 mot de passé")
    assert verifier != await passwords.hash("暗号 mot de passe")


@pytest.mark.parametrize(
    "verifier", ["", "x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$BBBB"]
)
async def test_what_is_no_verifier_fits_nothing(passwords, verifier):
    assert not await passwords.matches(verifier, "")


async def test_the_loop_turns_while_it_works():
    slow = Argon2Passwords(time_cost=3, memory_kib=65536)
    turns = 0
    work = asyncio.create_task(slow.hash("x"))
    while not work.done():
        turns += 1
        await asyncio.sleep(0.001)
    slow.close()
    assert turns > 3
