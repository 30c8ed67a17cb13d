"""Who may have an archive, and what is said to everybody else."""

from typing import Any

import pytest

from bidding.client import HouseSaysNo, Visitor
from bidding.core.document import Document
from tests.bidding.web.door_in_process import open_door, signed_in

PATH = "/api/auctions/a"


async def test_an_archive_that_holds_limits_is_never_offered_and_it_is_said_why(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "t") as (approver,):
        terms: dict[str, Any] = {
            "opens": house.clock.now(),
            "duration_seconds": 3600,
            "start_price": 100,
        }
        terms |= {"step": 1, "proxy": "ALLOWED"}
        title = {"zh": "标的", "en": "Lot"}
        named = {"auction": "a", "title": title, "rule": "english", "version": "1"}
        document = Document.model_validate({**named, "terms": terms})
        await house.door.house.publish(document, "staff:s", "approver:t")
        async with Visitor(house.url) as public:
            await house.until("a", "running")
            # While limits lie there, those who watch cannot have it either.
            for visitor in (public, approver):
                told = await visitor.get(f"{PATH}/verifiable")
                assert (told["archive"], told["checkpoint"]) == (False, None)
                assert told["why"]["zh"].startswith("本场尚未结束")
            await approver.post(f"{PATH}/terminate", {"reason": "撤回"})
            told = await public.get(f"{PATH}/verifiable")
            assert told["archive"] is False
            assert "自动出价" in told["why"]["zh"]
            assert "secret limits" in told["why"]["en"]
            # What the public can keep instead: the log's name, its size and its root, signed.
            assert told["checkpoint"].count("\n— ") == 1
            (line,) = (await public.get("/api/auctions"))["auctions"]
            assert (line["status"], line["archive"]) == ("terminated", False)
            with pytest.raises(HouseSaysNo) as no:
                await public.download(f"{PATH}/archive")
            assert no.value.body["sentence"] == told["why"]
        assert (await approver.get(f"{PATH}/verifiable"))["why"] is None
        archive = await approver.download(f"{PATH}/archive")
        assert told["checkpoint"].encode() in archive


async def test_while_offers_lie_sealed_it_is_nobodys_and_that_is_said(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        now = house.clock.now()
        terms = {"opens": now, "closes": now + 3_600_000_000, "start_price": 100}
        title = {"zh": "标的", "en": "Lot"}
        named = {"auction": "a", "title": title, "rule": "sealed_bid", "version": "1"}
        document = Document.model_validate({**named, "terms": terms})
        await house.door.house.publish(document, "staff:s", "approver:t")
        await house.until("a", "running")
        told = await auditor.get(f"{PATH}/verifiable")
        assert (told["archive"], told["checkpoint"]) == (False, None)
        assert told["why"]["zh"].startswith("本场有报价尚未揭示")
