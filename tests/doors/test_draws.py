"""Chance comes in through the doors of a real house, from parties and from balls, by the client."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from bidding.client import HouseSaysNo, Lots
from bidding.proof.policy import parse_policy
from replay.rejudge import rejudge
from replay.verify import verify
from tests.doors.door import SECOND, house_process, now, publish, signed_in, take_part

PEOPLE = ("staff1", "staff2", "auditor1", "bidder1", "bidder2")
JOINT = {
    "source": "COMMIT_REVEAL",
    "parties": [
        {"id": "staff1", "zh": "交易中心", "en": "the centre"},
        {"id": "staff2", "zh": "公证处", "en": "the notary"},
    ],
    "commit_seconds": 600,
    "reveal_seconds": 600,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with house_process(tmp_path_factory.mktemp("draws")) as running_house:
        yield running_house


@pytest.fixture(scope="module")
def drawn(house):
    """Of each kind an auction in which two offered the same, when its pool is fixed."""
    return asyncio.run(equal_offers(house))


def document(rule, terms):
    return {"title": {"zh": "摇号", "en": "Lots"}, "rule": rule, "terms": terms, "deposit": 0}


def sealed(opens, draws):
    terms = {
        "lot_id": "L1",
        "opens": opens,
        "closes": opens + 5 * SECOND,
        "start_price": 10_000,
        "tie": "DRAW",
        "draws": draws,
    }
    return document("sealed_bid", terms)


def stalls(opens):
    items = [{"id": "L1", "start_price": 1_000, "step": 100}]
    terms = {
        "items": items,
        "opens": opens,
        "round_seconds": 5,
        "pause_seconds": 1,
        "eligibility_points": 1,
        "tie": "DRAWN_EACH_ROUND",
        "draws": {"source": "BALLS"},
    }
    return document("simultaneous", terms)


async def equal_offers(house):
    """All at a time, for each takes some seconds; everybody sits there before it opens."""
    found = {}
    async with signed_in(house, *PEOPLE) as (staff, other, _, *bidders), AsyncExitStack() as stack:
        opens = await now(staff) + 3 * SECOND
        made = {
            "parties": (sealed(opens, JOINT), 20_000, None),
            "by hand": (stalls(opens), 1_000, "L1"),
            "balls": (sealed(opens, {"source": "BALLS"}), 20_000, None),
        }
        seats = []
        for name, (fields, amount, lot) in made.items():
            auction = found[name] = await publish(staff, other, fields)
            for bidder in bidders:
                await take_part(staff, auction, bidder)
                seat = await stack.enter_async_context(bidder.join(auction))
                seats.append((seat, amount, lot))
        for seat, amount, lot in seats:
            await seat.until(lambda s: s.room["status"] == "running", within=30)
            assert (await seat.bid(amount, lot=lot)).accepted
        for seat, _, _ in seats:
            await seat.until(lambda s: bool(s.room["pool"]), within=60)
    return found


async def awaited(lots, said):
    """Waits until the room says that this is awaited."""
    end = time.monotonic() + 60
    while (
        (shown := await lots.draws()) is None
        or shown["awaits"] is None
        or said not in shown["awaits"]["en"]
    ):
        assert time.monotonic() < end, shown
        await asyncio.sleep(0.05)
    return shown


async def checked(auditor, auction):
    path = f"/api/auctions/{auction}"
    policy = parse_policy((await auditor.download(f"{path}/policy")).decode())
    report = verify(await auditor.download(f"{path}/archive"), policy)
    assert rejudge(report.origin, report.entries).difference is None


async def test_two_parties_commit_and_reveal(house, drawn):
    async with signed_in(house, *PEOPLE[:3]) as (staff, other, auditor):
        auction = drawn["parties"]
        centre, notary = Lots(staff, auction), Lots(other, auction)
        shown = await awaited(centre, "Commitments are awaited from the centre, the notary.")
        assert shown["named"]["zh"].startswith("随机数由交易中心、公证处先密封、后揭示")
        assert (await centre.commit())["type"] == "accepted"
        with pytest.raises(HouseSaysNo, match="TOO_EARLY"):
            await centre.reveal()
        assert (await centre.balls(await centre.pool()))["reason"] == "OTHER_SOURCE"
        await awaited(centre, "from the notary.")
        assert (await notary.commit())["type"] == "accepted"
        await awaited(notary, "Secrets are awaited")
        assert await centre.secret() != await notary.secret()
        assert (await notary.reveal())["type"] == "accepted"
        answer = await centre.reveal()
        (drawn,) = [f for f in answer["facts"] if f["fact"] == "drawn"]
        assert sorted(drawn["order"]) == sorted(await centre.pool())
        room = (await staff.get(f"/api/auctions/{auction}"))["room"]
        assert [a["bidder"] for a in room["awards"]] == drawn["order"][:1]
        await checked(auditor, auction)


async def test_offers_are_drawn_by_hand(house, drawn):
    """What two officers type are offers here, with the lot in their names."""
    async with signed_in(house, *PEOPLE[:3]) as (staff, other, auditor):
        auction = drawn["by hand"]
        one, two = Lots(staff, auction), Lots(other, auction)
        await awaited(one, "Balls are awaited")
        order = sorted(await one.pool(), reverse=True)
        assert all(name.endswith("/L1") for name in order)
        assert (await one.balls(order))["type"] == "accepted"
        shown = await awaited(two, "another must type the same")
        assert shown["typed"] == 1
        assert (await two.balls(order[::-1]))["reason"] == "TYPED_DIFFERS"
        assert (await two.balls(order))["type"] == "accepted"
        room = (await staff.get(f"/api/auctions/{auction}"))["room"]
        assert room["order"] == order
        await checked(auditor, auction)


async def test_nobody_is_asked_for_a_secret_where_balls_are_drawn(house, drawn):
    async with signed_in(house, PEOPLE[0]) as (staff,):
        lots = Lots(staff, drawn["balls"])
        with pytest.raises(LookupError):
            await lots.secret()
        assert (await lots.seed("20260302"))["reason"] == "OTHER_SOURCE"
        assert (await lots.figure(1, "0123"))["reason"] == "OTHER_SOURCE"
