"""Tags at the door: equal origins show, addresses do not, and nothing is recorded unasked."""

import hashlib
import hmac
import json

import pytest

from bidding.client import HouseSaysNo
from bidding.web.context import DoorSettings
from bidding.web.tags import Tagger
from replay.indicators.course import read
from replay.rejudge import rejudge
from tests.bidding.web.door_in_process import open_door, signed_in

SECRET = bytes(range(32))
LOG, OTHER = "h/log/a", "h/log/b"
PATH = "/api/auctions/a"


def test_a_tag_is_what_the_decision_says():
    key = hmac.new(SECRET, b"bidding/door-tags/v1\nsession\nh/log/a", hashlib.sha256).digest()
    tags = dict(Tagger(SECRET, lasting=False).request(LOG, "203.0.113.9", "Firefox\nzh"))
    assert tags == {
        "key": hmac.new(key, b"key\n", hashlib.sha256).hexdigest()[:8],
        "net": hmac.new(key, b"net\n203.0.113.9", hashlib.sha256).hexdigest()[:16],
        "near": hmac.new(key, b"near\n203.0.113.0/24", hashlib.sha256).hexdigest()[:16],
        "agent": hmac.new(key, b"agent\nFirefox\nzh", hashlib.sha256).hexdigest()[:16],
    }
    lasting = hmac.new(SECRET, b"bidding/door-tags/v1\nlasting\n", hashlib.sha256).digest()
    assert dict(Tagger(SECRET, lasting=True).admission(LOG, "li")) == {
        "key": hmac.new(lasting, b"key\n", hashlib.sha256).hexdigest()[:8],
        "party": hmac.new(lasting, b"party\nli", hashlib.sha256).hexdigest()[:16],
    }


def test_sessions_cannot_be_joined_unless_the_key_lasts():
    asked = [("203.0.113.9", "x"), ("203.0.113.9", "x")]
    apart = [
        dict(Tagger(SECRET, lasting=False).request(log, *one))
        for log, one in zip((LOG, OTHER), asked, strict=True)
    ]
    assert not set(apart[0].values()) & set(apart[1].values())
    lasting = Tagger(SECRET, lasting=True)
    assert lasting.request(LOG, *asked[0]) == lasting.request(OTHER, *asked[1])
    assert Tagger(SECRET, lasting=False).admission(LOG, "li") == ()


def test_one_address_in_two_spellings_and_its_neighbours():
    tags = Tagger(SECRET, lasting=False)
    plain, mapped, near, far, six, six_near, local = (
        dict(tags.request(LOG, address, ""))
        for address in (
            *("203.0.113.9", "::ffff:203.0.113.9", "203.0.113.77", "203.0.114.9"),
            *("2001:db8:1::1", "2001:db8:1:ffff::2", "local"),
        )
    )
    assert plain == mapped
    assert (near["near"], near["net"] == plain["net"]) == (plain["near"], False)
    assert far["near"] != plain["near"]
    assert six["near"] == six_near["near"]
    assert set(local) == {"agent", "key"}


async def _bid_and_read(folder, settings):
    folder.mkdir()
    async with open_door(folder, settings=settings) as house, signed_in(house, "b", "s") as people:
        bidder, staff = people
        await house.publish()
        applied = await bidder.post(f"{PATH}/apply", {})
        answer = await staff.post(f"{PATH}/admit", {"application": applied["id"]})
        await bidder.post(f"{PATH}/bids", {"amount": 100, "ref": "one"})
        async with bidder.join("a") as room:
            await room.bid(200)
        raw = await house.door.house.archive("a")
    lines = raw.split(b"\n\n")[0].split(b"\n")[3:]
    return answer["bidder"], [json.loads(line) for line in lines]


async def test_a_door_that_tags(tmp_path):
    settings = DoorSettings(tagger=Tagger(SECRET, lasting=True))
    paddle, entries = await _bid_and_read(tmp_path / "on", settings)
    admitted, *bids = (e["data"]["tags"] for e in entries if "tags" in e["data"])
    assert set(admitted) == {"key", "party"}
    assert [set(tags) for tags in bids] == [{"key", "net", "near", "agent"}] * 2
    assert bids[0]["net"] == bids[1]["net"], "the stream and the API see one address"
    text = json.dumps(entries)
    assert "127.0.0.1" not in text
    course = read("a", entries)
    party = dict(Tagger(SECRET, lasting=True).admission("", "b"))
    assert course.parties == {paddle: f"{party['key']}.{party['party']}"}
    assert rejudge(entries[0]["log"], entries).difference is None


@pytest.mark.parametrize(
    ("tagger", "public"),
    [(None, 200), (Tagger(SECRET, lasting=False), 200), (Tagger(SECRET, lasting=True), 403)],
    ids=["off", "session", "lasting"],
)
async def test_an_archive_that_knows_parties_again_is_for_auditors(tmp_path, tagger, public):
    settings = DoorSettings(tagger=tagger)
    async with (
        open_door(tmp_path, settings=settings) as house,
        signed_in(house, "b", "s", "t", "u") as (bidder, staff, approver, auditor),
    ):
        await house.publish()
        applied = await bidder.post(f"{PATH}/apply", {"lot": None})
        await staff.post(f"{PATH}/admit", {"application": applied["id"]})
        # A text of somebody is no tag, whatever it says.
        spoof = '"tags":{"key":"00000000","party":"x'
        await approver.post(f"{PATH}/terminate", {"reason": spoof})
        seen = await auditor.download(f"{PATH}/archive")
        told = await bidder.get(f"{PATH}/verifiable")
        assert told["archive"] == (public == 200)
        assert (told["why"] is None) == (public == 200)
        assert told["checkpoint"].encode() in seen
        (line,) = (await bidder.get("/api/auctions"))["auctions"]
        assert line["archive"] == (public == 200)
        assert (await auditor.get(f"{PATH}/verifiable"))["archive"]
        assert (b'"party":"' in seen) == (public == 403)
        try:
            status, raw = 200, await bidder.download(f"{PATH}/archive")
        except HouseSaysNo as no:
            status, raw = no.status, b""
        assert status == public
        assert raw == (seen if public == 200 else b"")


async def test_a_door_that_does_not(tmp_path):
    _, entries = await _bid_and_read(tmp_path / "off", DoorSettings())
    assert sum(e["type"].startswith("bid") for e in entries) == 2
    assert not any("tags" in e["data"] for e in entries)
