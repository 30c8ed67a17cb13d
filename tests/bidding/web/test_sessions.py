import pytest

from bidding.client import HouseSaysNo
from bidding.web.sessions import BIDDER_LONGEST, HOUSE_IDLE, HOUSE_LONGEST, csrf_of, new_token
from tests.bidding.web.door_in_process import open_door, signed_in


async def test_who_acts_for_the_house_is_signed_out_when_idle(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s", "b") as (staff, bidder):
        house.clock.ahead += HOUSE_IDLE - 1_000_000
        assert (await staff.get("/api/me"))["account"] == "s"
        house.clock.ahead += HOUSE_IDLE - 1_000_000
        assert (await staff.get("/api/me"))["account"] == "s", "a request starts the time anew"
        house.clock.ahead += HOUSE_IDLE + 1_000_000
        assert (await staff.get("/api/me"))["account"] is None
        assert (await bidder.get("/api/me"))["account"] == "b", "a bidder may be quiet"


async def test_and_after_twelve_hours_however_busy(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "t") as (approver,):
        for _ in range(24):
            house.clock.ahead += HOUSE_LONGEST // 25
            assert (await approver.get("/api/me"))["account"] == "t"
        house.clock.ahead += HOUSE_LONGEST // 10
        assert (await approver.get("/api/me"))["account"] is None
        with pytest.raises(HouseSaysNo) as no:
            await approver.get("/api/drafts")
        assert no.value.code == "NOT_SIGNED_IN"


async def test_a_bidder_s_sign_in_ends_after_a_day(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        house.clock.ahead += BIDDER_LONGEST + 1
        assert (await bidder.get("/api/me"))["account"] is None


async def test_an_open_stream_is_presence(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        await house.publish()
        async with staff.join("a"):
            for _ in range(3):
                house.clock.ahead += HOUSE_IDLE - 1_000_000
                await house.door.sessions.sweep_once()
            assert (await staff.get("/api/me"))["account"] == "s"


async def test_when_somebody_was_seen_is_written_down(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        house.clock.ahead += 120_000_000
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
