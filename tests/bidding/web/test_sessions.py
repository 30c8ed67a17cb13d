import asyncio

import pytest

from bidding.adapters.registry import SqlRegistry
from bidding.client import HouseSaysNo, Visitor
from bidding.engine.identity import Account
from bidding.engine.ports import BookAway
from bidding.web.limits import Limits
from bidding.web.sessions import (
    BIDDER_LONGEST,
    HOUSE_IDLE,
    HOUSE_LONGEST,
    Sessions,
    csrf_of,
    new_token,
)
from tests.bidding.adapters.conftest import new_place
from tests.bidding.web.door_in_process import open_door, signed_in


async def test_who_acts_for_the_house_is_signed_out_when_idle(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s", "b") as (staff, bidder):
        house.pass_by(HOUSE_IDLE - 1_000_000)
        assert (await staff.get("/api/me"))["account"] == "s"
        house.pass_by(HOUSE_IDLE - 1_000_000)
        assert (await staff.get("/api/me"))["account"] == "s", "a request starts the time anew"
        house.pass_by(HOUSE_IDLE + 1_000_000)
        assert (await staff.get("/api/me"))["account"] is None
        assert (await bidder.get("/api/me"))["account"] == "b", "a bidder may be quiet"


async def test_and_after_twelve_hours_however_busy(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "t") as (approver,):
        for _ in range(24):
            house.pass_by(HOUSE_LONGEST // 25)
            assert (await approver.get("/api/me"))["account"] == "t"
        house.pass_by(HOUSE_LONGEST // 10)
        assert (await approver.get("/api/me"))["account"] is None
        with pytest.raises(HouseSaysNo) as no:
            await approver.get("/api/drafts")
        assert no.value.code == "NOT_SIGNED_IN"


async def test_a_bidder_s_sign_in_ends_after_a_day(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        house.pass_by(BIDDER_LONGEST + 1)
        assert (await bidder.get("/api/me"))["account"] is None


async def test_an_open_stream_is_presence(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        await house.publish()
        async with staff.join("a"):
            for _ in range(3):
                house.pass_by(HOUSE_IDLE - 1_000_000)
                await house.door.sessions.sweep_once()
            assert (await staff.get("/api/me"))["account"] == "s"


async def test_when_somebody_was_seen_is_written_down(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        house.pass_by(120_000_000)
        await bidder.get("/api/me")
        await house.door.sessions.sweep_once()
        (line,) = (await bidder.get("/api/sessions"))["sessions"]
        assert line["last_seen"] - line["created"] >= 120_000_000


async def test_what_is_no_token_is_the_public(tmp_path):
    async with open_door(tmp_path) as house:
        for token in (None, "", "x" * 65, "é", new_token()):
            assert (await house.door.sessions.who(token)).account is None


def test_the_csrf_word_is_bound_to_the_cookie_and_does_not_tell_it():
    token = new_token()
    assert csrf_of(token) == csrf_of(token) != csrf_of(new_token())
    assert len(csrf_of(token)) == 43
    assert token not in csrf_of(token)


class AnyPassword:
    async def hash(self, password: str) -> str:
        return password

    async def matches(self, verifier: str, password: str) -> bool:
        return True


class Now:
    time = 1_764_000_000_000_000

    def now(self) -> int:
        return self.time


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_two_nodes_know_the_same_sign_ins_and_end_them_within_two_seconds(kind, tmp_path):
    place, clock = await new_place(kind, tmp_path), Now()
    registers = [await SqlRegistry.open(place) for _ in range(2)]
    await registers[0].create_account(Account("b", "b", frozenset({"bidder"}), "v"))
    here, there = (
        Sessions(each, AnyPassword(), clock, Limits(), lambda: 0.0) for each in registers
    )
    who = await here.sign_in("b", "x", "agent", "::1")
    assert (await there.who(who.token)).account == who.account
    over: list[str] = []
    there.watch(lambda: frozenset({who.key}), over.extend)
    await there.sweep_once()
    assert over == []
    await here.end("b", who.key)
    # Open streams are asked about every second; a request is believed for a second.
    await there.sweep_once()
    assert over == [who.key]
    assert (await there.who(who.token)).account is None
    again = await there.sign_in("b", "x", "agent", "::1")
    assert (await here.who(again.token)).account == again.account
    await there.end("b", again.key)
    clock.time += 1_000_000
    assert (await here.who(again.token)).account is None
    for each in registers:
        await each.close()


async def test_a_register_that_is_away_cuts_nobody_off_and_is_no_answer(tmp_path, monkeypatch):
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        await house.publish()
        async with bidder.join("a"):

            async def away(_work: object) -> None:
                raise BookAway("nobody answers")

            with monkeypatch.context() as outage:
                outage.setattr(house.door.registry, "_whole", away)
                house.pass_by(2_000_000)
                with pytest.raises(HouseSaysNo) as no:
                    await bidder.get("/api/me")
                assert (no.value.status, no.value.code) == (503, "TRY_LATER")
                # Whoever is nobody in particular is not asked about.
                async with Visitor(house.url) as public:
                    assert (await public.get("/api/auctions"))["auctions"]
                await asyncio.sleep(1.2)  # a sweep, which finds nobody to ask
                assert house.door.stream.open == 1
            (line,) = (await bidder.get("/api/sessions"))["sessions"]
            # The next sweep asks again, and hears who is over.
            assert await house.door.registry.revoke("b", line["id"], house.clock.now())
            async with asyncio.timeout(30):
                while house.door.stream.open:
                    await asyncio.sleep(0.05)
