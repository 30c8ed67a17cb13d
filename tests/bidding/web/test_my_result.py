"""What the loser reads of how it came out: the offer that won, and on what ground."""

from __future__ import annotations

from typing import Any

from bidding.core.document import Document
from tests.bidding.web.door_in_process import Open, open_door, signed_in

PATH = "/api/auctions/d"
SECOND = 1_000_000


async def outbid(house: Open, ahead: Any, behind: Any, staff: Any) -> tuple[str, str]:
    """Sold to one who had the house bid for him, beyond what another had bid."""
    terms: dict[str, Any] = {"opens": house.clock.now() + 60 * SECOND, "duration_seconds": 60}
    terms |= {"start_price": 100, "step": 1, "extension_seconds": 0, "proxy": "ALLOWED"}
    fields = {"auction": "d", "title": {"zh": "标的", "en": "Lot"}, "rule": "english"}
    made = Document.model_validate({**fields, "version": "1", "terms": terms})
    await house.door.house.publish(made, "staff:s", "approver:t")
    numbers = []
    for visitor in (ahead, behind):
        applied = await visitor.post(f"{PATH}/apply", {"lot": None})
        admitted = await staff.post(f"{PATH}/admit", {"application": applied["id"]})
        numbers.append(str(admitted["bidder"]))
    await house.until("d", "running")
    await behind.post(f"{PATH}/bids", {"ref": "bid", "amount": 400})
    await ahead.post(f"{PATH}/proxy", {"ref": "0123456789abcdef0123456789abcdef", "limit": 500})
    await house.until("d", "closed")
    return numbers[0], numbers[1]


async def test_the_loser_reads_the_offer_that_won_and_why_it_ended_so(tmp_path):
    async with (
        open_door(tmp_path) as house,
        signed_in(house, "b", "b2", "s") as (ahead, behind, staff),
    ):
        won, lost = await outbid(house, ahead, behind, staff)
        found = await behind.get(f"{PATH}/mine")
        assert (found["you"]["bidder"], found["you"]["state"]) == (lost, "lost")
        # The offer that won stands among what decided; of the limit behind it he learns nothing.
        (offer,) = [line for line in found["turns"] if line["type"] == "proxy.accepted"]
        assert offer["text"]["zh"].startswith(f"{won} 号报价 4.01 元；由系统代 {won} 号自动报出")
        (only,) = (await behind.get(f"{PATH}/mine/why/{offer['i']}"))["lines"]
        assert only["text"] == offer["text"]
        assert "系统只报到领先所需的价格" in only["clause"]["zh"]
        # Why it ended so is more than the line itself, and names the order.
        last = found["turns"][-1]["i"]
        chain = (await behind.get(f"{PATH}/mine/why/{last}"))["lines"]
        order = next(x for x in chain if x["text"]["zh"].startswith("结束时的排序"))
        assert order["text"]["zh"].index(f"{won} 号") < order["text"]["zh"].index(f"{lost} 号")
        assert all("5.00 元" not in x["text"]["zh"] for x in (*chain, only))
