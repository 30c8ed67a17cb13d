"""The register: one of each, whichever node is asked, and what is ended stays ended."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from bidding.adapters.registry import SqlRegistry
from bidding.engine.identity import (
    Account,
    Application,
    BankNotice,
    Decline,
    Draft,
    Role,
    SignIn,
    Stale,
    Taken,
)

NOW = 1_764_000_000_000_000


@pytest.fixture
async def nodes(place):
    """One register, open twice."""
    opened = await SqlRegistry.open(place), await SqlRegistry.open(place)
    people: dict[str, Role] = {"b1": "bidder", "b2": "bidder", "s1": "staff"}
    for name, role in people.items():
        await opened[0].create_account(Account(name, "某人", frozenset({role}), "verifier"))
    yield opened
    for each in opened:
        await each.close()


@pytest.fixture
def registry(nodes):
    return nodes[0]


def sign_in(name: str, account: str = "b1") -> SignIn:
    return SignIn(name, name.encode().ljust(32), account, 1, 1, "agent", "::1")


async def both(nodes, ask):
    """The same question at two nodes at once; what each says, or raises."""
    return await asyncio.gather(*(ask(node) for node in nodes), return_exceptions=True)


async def test_an_account_is_there_once(registry):
    with pytest.raises(Taken):
        await registry.create_account(Account("b1", "x", frozenset({"bidder"}), "v"))
    assert await registry.account("nobody") is None
    assert [a.account for a in await registry.accounts()] == ["b1", "b2", "s1"]


async def test_made_at_two_nodes_at_once_an_account_is_there_once(nodes):
    for n in range(5):
        account = Account(f"x{n}", "x", frozenset({"bidder"}), "v")
        done = await both(nodes, lambda node, account=account: node.create_account(account))
        assert Counter(type(one) for one in done) == {type(None): 1, Taken: 1}


async def test_closing_an_account_ends_its_sign_ins_and_no_others(registry):
    for name, account in (("one", "b1"), ("two", "b1"), ("three", "b2")):
        await registry.sign_in(sign_in(name, account))
    await registry.disable("b1", 50)
    assert await registry.alive(frozenset({"one", "two", "three"})) == {"three"}
    assert (await registry.sign_in_by_key(b"one".ljust(32))).revoked == 50
    await registry.enable("b1")
    assert await registry.alive(frozenset({"one"})) == frozenset()


async def test_what_one_node_ends_is_over_at_the_other(nodes):
    here, there = nodes
    await here.sign_in(sign_in("one"))
    assert await there.alive(frozenset({"one"})) == {"one"}
    assert await there.revoke("b1", "one", 5)
    assert await here.alive(frozenset({"one"})) == frozenset()
    assert (await here.sign_in_by_key(b"one".ljust(32))).revoked == 5


async def test_a_sign_in_that_crosses_the_closing_of_its_account_is_ended(nodes):
    here, there = nodes
    for n in range(10):
        await asyncio.gather(here.sign_in(sign_in(f"n{n}")), there.disable("b1", 7))
        await here.enable("b1")
        assert await here.alive(frozenset({f"n{n}"})) == frozenset()


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


async def test_when_somebody_was_seen_never_goes_back_and_two_nodes_may_write_it_at_once(nodes):
    names = [f"s{n}" for n in range(20)]
    for name in names:
        await nodes[0].sign_in(sign_in(name))
    for turn in range(2, 12):
        forth = dict.fromkeys(names, turn)
        back = dict.fromkeys(reversed(names), turn - 1)
        await asyncio.gather(nodes[0].touch(forth), nodes[1].touch(back))
        assert {s.last_seen for s in await nodes[1].sign_ins("b1")} == {turn}


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


async def test_of_two_who_change_a_draft_at_once_one_is_told_to_read_it_again(nodes):
    draft = Draft("d", "s1", {}, frozenset({"s1"}))
    await nodes[0].add_draft(draft)
    for version in range(5):
        read = replace(draft, version=version)
        done = await both(nodes, lambda node, read=read: node.change_draft(read))
        assert Counter(type(one) for one in done) == {type(None): 1, Stale: 1}


async def test_one_application_a_person_and_auction(nodes):
    registry, other = nodes
    first = await registry.apply(application("x", "b1"))
    assert await other.apply(application("y", "b1")) == first
    assert await registry.application("y") is None
    for n in range(5):
        one, two = await asyncio.gather(
            registry.apply(replace(application(f"p{n}", "b2"), auction=f"z{n}")),
            other.apply(replace(application(f"q{n}", "b2"), auction=f"z{n}")),
        )
        assert one == two


async def test_who_was_declined_waits_again_once_he_asks_anew_and_the_reason_stays(nodes):
    here, there = nodes
    asked = await here.apply(application("x", "b1"))
    no = Decline("x", asked.created, 5, "s1", "材料不全")
    assert sorted(await both(nodes, lambda node: node.decline(no))) == [False, True]
    assert (await there.application("x")).state == "refused"
    again = await there.apply(replace(application("y", "b1", "P2"), created=9))
    assert again == replace(asked, created=9, lot="P2")
    # An officer who still reads what was asked before declines nothing now.
    assert not await here.decline(no)
    await here.give_paddle("x", ("07",), b"s" * 32, 0)
    await here.admitted("x")
    assert not await there.decline(replace(no, applied=9))
    assert (await there.application("x")).state == "admitted"
    assert (await there.declines("a"), await there.declines("b")) == ([no], [])


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


async def test_no_two_nodes_give_the_same_paddle_nor_one_person_two(nodes):
    candidates = tuple(f"{n:02}" for n in range(1, 13))
    for n in range(10):
        account = Account(f"p{n}", "某人", frozenset({"bidder"}), "verifier")
        await nodes[0].create_account(account)
        await nodes[0].apply(application(f"x{n}", f"p{n}"))
    # Every application at both nodes, all at once, and everybody would like the first number.
    asked = [
        nodes[turn % 2].give_paddle(f"x{n}", candidates, b"s" * 32, n)
        for n in range(10)
        for turn in range(2)
    ]
    seats = await asyncio.gather(*asked)
    assert seats[::2] == seats[1::2]
    assert sorted(seat.paddle for seat in seats[::2]) == list(candidates[:10])
    assert [seat.account for seat in seats[::2]] == [f"p{n}" for n in range(10)]


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


async def test_a_bank_reference_that_reaches_two_nodes_at_once_stands_for_one_payment(nodes):
    here, there = nodes
    for n in range(5):
        notice = BankNotice(f"ref-{n}", "a", "07", 8_000_000_000, NOW)
        assert await both(nodes, lambda node, told=notice: node.bank_notice(told)) == [notice] * 2
        other = replace(notice, bank_ref=f"other-{n}")
        done = await asyncio.gather(
            here.bank_notice(other),
            there.bank_notice(replace(other, bidder="08")),
            return_exceptions=True,
        )
        assert Counter(type(one) for one in done) == {BankNotice: 1, Taken: 1}


async def test_who_hangs_up_leaves_no_half_of_a_transaction(nodes):
    registry, other = nodes
    for n in range(20):
        task = asyncio.create_task(registry.sign_in(sign_in(f"s{n}")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await registry.close()
    names = frozenset(f"s{n}" for n in range(20))
    assert await other.alive(names) == names


async def test_it_is_there_after_a_restart(place):
    register = await SqlRegistry.open(place)
    await register.create_account(Account("a", "甲", frozenset({"staff", "approver"}), "v"))
    await register.close()
    register = await SqlRegistry.open(place)
    assert [a.roles for a in await register.accounts()] == [{"staff", "approver"}]
    await register.close()
