"""The officers' live board: who is there, what was asked and refused; nothing of a sealed stage."""

import asyncio
from typing import Any

from bidding.core.document import Document
from bidding.web.tally import Tally
from tests.bidding.web.door_in_process import open_door, signed_in

SECOND = 1_000_000


async def admitted(auction: str, bidder: Any, staff: Any) -> str:
    applied = await bidder.post(f"/api/auctions/{auction}/apply", {"lot": None})
    body = {"application": applied["id"]}
    return str((await staff.post(f"/api/auctions/{auction}/admit", body))["bidder"])


async def line(staff: Any, auction: str) -> dict[str, Any]:
    found = (await staff.get("/api/office/live"))["auctions"]
    return next(one for one in found if one["auction"] == auction)


async def test_counts_what_was_accepted_and_refused_with_the_last_sentence(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as (bidder, staff):
        await house.publish()
        await house.until("a", "running")
        before = await line(staff, "a")
        assert (before["entrants"], before["online"]) == (0, 0)
        assert (before["accepted"], before["refused"], before["last"]) == (0, [], None)
        await admitted("a", bidder, staff)
        for ref, amount in (("one", 200), ("two", 150), ("three", 160), ("four", 99_999_999_999)):
            await bidder.post("/api/auctions/a/bids", {"ref": ref, "amount": amount})
        found = await line(staff, "a")
        state = house.door.house.room("a").state
        assert (found["entrants"], found["unpaid"]) == (1, 0)
        # The second and the third do not reach the next price, 201.
        assert found["accepted"] == 2
        assert [(one["reason"], one["count"]) for one in found["refused"]] == [
            ("BELOW_MIN_NEXT", 2)
        ]
        assert found["refused"][0]["sentence"].keys() == {"zh", "en"}
        assert "{" not in found["refused"][0]["sentence"]["zh"]
        assert found["last"] == max(o.t for o in state.standing.offers.values())
        assert 0 <= found["lag"] < 10 * SECOND
        assert "b" not in {found["entrants"], *map(str, found.values())}


def test_an_offer_on_somebodys_behalf_counts_once_alone_or_by_two():
    tally = Tally()
    made = {"actor": "staff:s", "data": {"facts": [{"fact": "on_behalf"}, {"fact": "offer_stood"}]}}
    tally.count({**made, "type": "surrogate.accepted", "t": 1})
    tally.count({**made, "type": "propose.accepted", "t": 2, "data": {"facts": []}})
    tally.count({**made, "type": "second.accepted", "t": 3, "actor": "approver:t"})
    assert (tally.accepted, tally.last, tally.officers) == (2, 3, 3)


async def test_a_bidder_in_two_windows_is_on_line_once(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as (bidder, staff):
        await house.publish()
        await admitted("a", bidder, staff)
        async with bidder.join("a"), bidder.join("a"):
            assert (await line(staff, "a"))["online"] == 1
        async with asyncio.timeout(30):
            while (await line(staff, "a"))["online"] != 0:
                await asyncio.sleep(0.02)


async def test_of_a_sealed_stage_nothing_is_told_that_would_show_that_somebody_acted(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as (bidder, staff):
        now = house.clock.now()
        terms = {
            "opens": now,
            "closes": now + 3600 * SECOND,
            "ceiling": 1_000,
        }
        fields = {"auction": "b", "title": {"zh": "采购", "en": "Purchase"}}
        document = Document.model_validate(
            {**fields, "rule": "reverse_procurement", "version": "1", "terms": terms}
        )
        await house.door.house.publish(document, "staff:s", "approver:t")
        await house.until("b", "running")
        await admitted("b", bidder, staff)
        hidden = ("accepted", "refused", "last", "lag")
        before = await line(staff, "b")
        assert before["sealed"]
        assert [before[key] for key in hidden] == [None] * 4
        answer = await bidder.post("/api/auctions/b/bids", {"ref": "one", "amount": 900})
        assert answer["type"] == "accepted"
        await bidder.post("/api/auctions/b/bids", {"ref": "two", "amount": 5_000})
        assert await line(staff, "b") == before


async def test_what_is_over_is_counted_and_listed_only_when_asked_for(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "t") as (approver,):
        await house.publish()
        await house.publish("gone")
        await house.until("gone", "running")
        ended = await approver.post("/api/auctions/gone/terminate", {"reason": "法院冻结"})
        assert ended["type"] == "accepted"
        found = await approver.get("/api/office/live")
        assert ([one["auction"] for one in found["auctions"]], found["ended"]) == (["a"], 1)
        found = await approver.get("/api/office/live", over="true")
        assert [one["auction"] for one in found["auctions"]] == ["a", "gone"]
