import asyncio
import sqlite3
from dataclasses import replace

import pytest

from bidding.adapters.registry import SqlRegistry
from bidding.engine.identity import (
    Account,
    Application,
    BankNotice,
    Draft,
    Role,
    SignIn,
    Stale,
    Taken,
)


@pytest.fixture
async def registry(tmp_path):
    register = await SqlRegistry.open(tmp_path / "house.db")
    people: dict[str, Role] = {"b1": "bidder", "b2": "bidder", "s1": "staff"}
    for name, role in people.items():
        await register.create_account(Account(name, "某人", frozenset({role}), "verifier"))
    yield register
    await register.close()


def sign_in(name: str, account: str = "b1") -> SignIn:
    return SignIn(name, name.encode().ljust(32), account, 1, 1, "agent", "::1")


async def test_an_account_is_there_once(registry):
    with pytest.raises(Taken):
        await registry.create_account(Account("b1", "x", frozenset({"bidder"}), "v"))
    assert await registry.account("nobody") is None
    assert [a.account for a in await registry.accounts()] == ["b1", "b2", "s1"]


async def test_closing_an_account_ends_its_sign_ins_and_no_others(registry):
    for name, account in (("one", "b1"), ("two", "b1"), ("three", "b2")):
        await registry.sign_in(sign_in(name, account))
    await registry.disable("b1", 50)
    assert await registry.alive(frozenset({"one", "two", "three"})) == {"three"}
    assert (await registry.sign_in_by_key(b"one".ljust(32))).revoked == 50
    await registry.enable("b1")
    assert await registry.alive(frozenset({"one"})) == frozenset()


async def test_a_sign_in_is_ended_by_its_owner_only_and_once(registry):
    await registry.sign_in(sign_in("one"))
    assert not await registry.revoke("b2", "one", 5)
    assert await registry.revoke("b1", "one", 5)
    assert not await registry.revoke("b1", "one", 6)
    assert await registry.sign_ins("b1") == []


async def test_last_seen_is_written_for_many_at_once(registry):
    await registry.sign_in(sign_in("one"))
    await registry.sign_in(sign_in("two"))
    await registry.touch({"one": 70, "two": 80})
    assert {s.id: s.last_seen for s in await registry.sign_ins("b1")} == {"one": 70, "two": 80}


async def test_a_draft_that_changed_meanwhile_is_not_overwritten(registry):
    draft = Draft("d", "s1", {"terms": {"步": [1, None]}}, frozenset({"s1"}))
    await registry.add_draft(draft)
    read = await registry.draft("d")
    assert read == draft
    await registry.change_draft(replace(read, state="submitted"))
    with pytest.raises(Stale):
        await registry.change_draft(replace(read, state="published"))
    assert (await registry.draft("d")).state == "submitted"


def application(name: str, account: str, lot: str | None = None) -> Application:
    return Application(name, "a", account, "A1", lot, 1)


async def test_one_application_a_person_and_auction(registry):
    first = await registry.apply(application("x", "b1"))
    assert await registry.apply(application("y", "b1")) == first
    assert await registry.application("y") is None


async def test_a_paddle_is_given_once_and_kept(registry):
    await registry.apply(application("x", "b1"))
    await registry.apply(application("y", "b2"))
    seat = await registry.give_paddle("x", ("07", "08"), b"s" * 32, 0)
    assert await registry.give_paddle("x", ("08", "09"), b"t" * 32, 1) == seat
    other = await registry.give_paddle("y", ("07", "08"), b"u" * 32, 2)
    assert (seat.paddle, other.paddle) == ("07", "08")
    assert await registry.holder("a", "08") == "b2"
    assert await registry.holder("a", "09") is None
    await registry.admitted("y")
    assert [a.state for a in await registry.applications("a")] == ["waiting", "admitted"]
    assert (await registry.seat("a", "b2")).admitted
    assert not (await registry.seat("a", "b1")).admitted
    with pytest.raises(LookupError):
        await registry.give_paddle("none", ("01",), b"s" * 32, 0)


async def test_no_paddle_left(registry):
    await registry.apply(application("x", "b1"))
    await registry.apply(application("y", "b2"))
    await registry.give_paddle("x", ("07",), b"s" * 32, 0)
    with pytest.raises(Taken):
        await registry.give_paddle("y", ("07",), b"s" * 32, 0)


async def test_a_bank_reference_stands_for_one_payment(registry):
    notice = BankNotice("ref", "a", "07", 100, 5)
    await registry.bank_notice(notice)
    await registry.counted("ref", 9)
    assert (await registry.bank_notice(notice)).counted == 9
    for other in ({"amount": 101}, {"auction": "z"}, {"bidder": "08"}, {"received": 6}):
        with pytest.raises(Taken):
            await registry.bank_notice(replace(notice, **other))


async def test_who_hangs_up_leaves_no_half_of_a_transaction(registry):
    for n in range(20):
        task = asyncio.create_task(registry.sign_in(sign_in(f"s{n}")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await registry.close()
    names = frozenset(f"s{n}" for n in range(20))
    assert await registry.alive(names) == names


async def test_it_is_there_after_a_restart_and_a_newer_file_is_refused(tmp_path):
    register = await SqlRegistry.open(tmp_path / "house.db")
    await register.create_account(Account("a", "甲", frozenset({"staff", "approver"}), "v"))
    await register.close()
    register = await SqlRegistry.open(tmp_path / "house.db")
    assert [a.roles for a in await register.accounts()] == [{"staff", "approver"}]
    await register.close()
    with sqlite3.connect(tmp_path / "house.db") as file:
        file.execute("UPDATE house SET schema_version = 2")
    file.close()
    with pytest.raises(RuntimeError):
        await SqlRegistry.open(tmp_path / "house.db")
