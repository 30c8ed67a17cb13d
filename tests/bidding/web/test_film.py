"""The film over HTTP: what it tells is what the film in the hands of an auditor tells."""

import json
from typing import Any

import aiohttp
import pytest

from auction_rules.floor import Bid
from bidding.client import HouseSaysNo
from bidding.core.commands import Admit, Command
from bidding.engine.house import House
from bidding.proof import canon
from bidding.proof.archive import verify_archive
from bidding.proof.merkle import leaf_hash
from bidding.proof.policy import parse_policy
from bidding.proof.receipt import verify_receipt
from bidding.proof.text import to_base64
from bidding.web import films
from replay.reel import Reel
from replay.verify import verify
from tests.bidding.web.door_in_process import Open, open_door, signed_in
from tests.replay.plays import first_run, misjudged, small

PATH = "/api/auctions/a/film"


async def asked(house: House, actor: str, ask: Any, ref: str) -> None:
    await house.ask("a", Command(actor, ask, ref))


async def contested(house: Open) -> None:
    """Two bidders: 100, a refused 100, 101; the leader changes once."""
    await house.publish()
    engine = house.door.house
    for number in ("01", "02"):
        await asked(engine, "staff:s", Admit(number), f"admit-{number}")
    await asked(engine, "bidder:01", Bid(100), "one")
    await asked(engine, "bidder:02", Bid(100), "same")
    await asked(engine, "bidder:02", Bid(101), "more")


async def offline(visitor):
    """The session as an auditor has it at home."""
    raw = await visitor.download("/api/auctions/a/archive")
    policy = (await visitor.download("/api/auctions/a/policy")).decode()
    return verify(raw, parse_policy(policy)), raw, policy


async def test_the_reel_is_the_one_made_offline(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await contested(house)
        session, _, _ = await offline(auditor)
        found = await auditor.get(PATH)
        reel = Reel(session.film)
        assert found["size"] == len(session.film)
        assert [(f["i"], f["marks"], f["text"]) for f in found["frames"]] == [
            (f.i, list(f.marks), text) for f, text in reel.told(0, found["size"])
        ]
        assert (found["auction"], found["bidders"], found["installed"]) == ("a", ["01", "02"], True)
        assert [f["bidder"] for f in found["frames"] if "lead" in f["marks"]] == ["01", "02"]
        assert [f["reason"] for f in found["frames"] if "refusal" in f["marks"]] == [
            "BELOW_MIN_NEXT"
        ]
        assert {f["type"]: f["kind"]["zh"] for f in found["frames"]} == {
            "session.opened": "发布场次",
            "admit.accepted": "授予竞买资格",
            "bell.accepted": "到时",
            "bid.accepted": "报价",
            "bid.refused": "报价",
        }
        part = await auditor.get(PATH, start=2, limit=3)
        assert part["frames"] == found["frames"][2:5]


async def test_it_grows_with_the_log(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await contested(house)
        before = (await auditor.get(PATH))["size"]
        await asked(house.door.house, "bidder:01", Bid(150), "again")
        after = await auditor.get(PATH)
        assert after["size"] == before + 1
        assert after["frames"][-1]["bidder"] == "01"


async def test_the_room_as_each_party_saw_it(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await contested(house)
        session, _, _ = await offline(auditor)
        last = len(session.film) - 1
        for audience in ("public", "auditor", "bidder:01"):
            for index in (0, last - 2, last):
                found = await auditor.get(f"{PATH}/room", i=index, audience=audience)
                assert found["room"] == json.loads(json.dumps(session.film.room(index, audience)))
                assert found["t"] == session.film.entries[index]["t"]
        mine = await auditor.get(f"{PATH}/room", i=last, audience="bidder:01")
        assert (mine["you"]["state"], mine["you"]["rank"]) == ("outbid", 2)
        assert (await auditor.get(f"{PATH}/room", i=last))["you"] is None


async def test_the_room_at_an_instant(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await contested(house)
        frames = (await auditor.get(PATH))["frames"]
        at = await auditor.get(f"{PATH}/room", t=frames[-1]["t"] + 7)
        assert (at["i"], at["t"]) == (frames[-1]["i"], frames[-1]["t"] + 7)
        for query in ("", "?i=0&t=5", "?i=999", "?t=1", "?i=0&audience=bidder:99", "?i=-1"):
            with pytest.raises(HouseSaysNo) as no:
                await auditor.get(f"{PATH}/room{query}")
            assert no.value.code in ("BAD_FIELDS", "NOT_FOUND"), query


async def test_each_party_has_the_lines_it_was_shown(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await contested(house)
        public = (await auditor.get(f"{PATH}/seen"))["lines"]
        assert "bid.refused" not in [line["type"] for line in public]
        own = (await auditor.get(f"{PATH}/seen", audience="bidder:02"))["lines"]
        assert [(line["who"], line["type"]) for line in own if line["type"].startswith("bid")] == [
            ("01", "bid.accepted"),
            ("02", "bid.refused"),
            ("02", "bid.accepted"),
        ]
        assert all(line["at"] == line["n"] for line in own)


async def test_an_entry_has_its_bytes_its_reasons_and_a_proof_that_holds(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await contested(house)
        _, raw, policy = await offline(auditor)
        refused = next(f["i"] for f in (await auditor.get(PATH))["frames"] if f["reason"])
        found = await auditor.get(f"{PATH}/entries/{refused}")
        assert found["raw"].encode() + b"\n" in raw
        receipt = verify_receipt(found["receipt"].encode(), parse_policy(policy))
        assert receipt.entry == found["raw"].encode()
        assert "1.01" in found["why"][-1]["text"]["zh"], "what would have been allowed"
        assert found["why"][-1]["clause"]["zh"]
        file = await auditor.download(f"{PATH}/entries/{refused}/receipt")
        assert verify_receipt(file, parse_policy(policy)).index == refused


async def test_two_instants_are_laid_side_by_side(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await contested(house)
        last = (await auditor.get(PATH))["size"] - 1
        found = await auditor.get(f"{PATH}/difference", first=last - 1, second=last)
        moved = {
            r["key"]: (r["then"]["en"], r["now"]["en"]) for r in found["rows"] if not r["same"]
        }
        assert moved["leaders"] == ("01", "02")


async def test_the_record_is_judged_again(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await contested(house)
        found = await auditor.get(f"{PATH}/rejudged")
        assert found["difference"] is None
        assert found["entries"] == (await auditor.get(PATH))["size"]
        assert found["same_source"] is True


async def test_a_hypothesis_says_that_it_is_one(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await contested(house)
        before = (await auditor.get(PATH))["size"]
        found = await auditor.post(f"{PATH}/what-if", {"without_bidders": ["02"]})
        assert found["mark"]["zh"] == "推演，非记录"
        assert "损失" in found["caveat"]["zh"]
        best = next(r for r in found["rows"] if r["about"]["en"] == "best offer")
        assert (best["recorded"]["en"], best["hypothetical"]["en"]) == ("1.01 CNY", "1 CNY")
        assert (await auditor.get(PATH))["size"] == before, "nothing was recorded"
        for body, code in (
            ({"without_bidders": ["77"]}, "NOT_PLAYABLE"),
            ({"terms": {"step": -1}}, "NOT_PLAYABLE"),
            ({"without_entries": [0]}, "NOT_PLAYABLE"),
            ({"with": 1}, "BAD_FIELDS"),
        ):
            with pytest.raises(HouseSaysNo) as no:
                await auditor.post(f"{PATH}/what-if", body)
            assert no.value.code == code, body
            zh, en = no.value.body["sentence"]["zh"], no.value.body["sentence"]["en"]
            assert "such" not in zh
            assert "没有" not in en


async def test_the_export_holds_the_very_entries(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await contested(house)
        session, raw, policy = await offline(auditor)
        made = json.loads(await auditor.download(f"{PATH}/export"))
        assert [one["entry"] for one in made["entries"]] == list(session.entries)
        assert all(canon.encode(one["entry"]) + b"\n" in raw for one in made["entries"])
        assert made["policy"] == policy
        last = verify_receipt(made["last_receipt"].encode(), parse_policy(policy))
        assert last.index == made["size"] - 1


# An archive from elsewhere ----------------------------------------------------------------------


async def opened(visitor, body: bytes):
    """Status and answer of opening this body."""
    headers = {"Cookie": visitor.cookie, "X-CSRF": visitor.csrf}
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.post(f"{visitor.url}/api/films", data=body, headers=headers) as response,
    ):
        return response.status, await response.json()


async def test_an_archive_from_elsewhere_is_shown_like_our_own(tmp_path):
    raw, policy = first_run(small()).archive()
    session = verify(raw, parse_policy(policy))
    async with open_door(tmp_path) as house, signed_in(house, "u", "s") as (auditor, staff):
        status, told = await opened(auditor, policy.encode() + raw)
        assert status == 201, told
        assert (told["origin"], told["size"]) == (session.origin, len(session.entries))
        path = f"/api/films/{told['id']}"
        found = await auditor.get(path)
        assert (found["opened"], found["size"]) == (told["id"], len(session.entries))
        last = found["size"] - 1
        room = (await auditor.get(f"{path}/room", i=last, audience="bidder:A"))["room"]
        assert room == json.loads(json.dumps(session.film.room(last, "bidder:A")))
        entry = await auditor.get(f"{path}/entries/{last}")
        proved = verify_receipt(entry["receipt"].encode(), parse_policy(policy))
        assert proved.entry == entry["raw"].encode()
        assert (await auditor.get(f"{path}/rejudged"))["difference"] is None
        # It is his alone.
        with pytest.raises(HouseSaysNo) as no:
            await staff.get(path)
        assert no.value.code == "NOT_FOUND"


async def test_what_its_owner_misjudged_is_laid_beside_what_the_rule_gives(tmp_path):
    raw, policy, index = misjudged()
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        status, told = await opened(auditor, policy.encode() + raw)
        assert status == 201, "every signature holds"
        found = (await auditor.get(f"/api/films/{told['id']}/rejudged"))["difference"]
        assert (found["entry"], found["about"]) == (index, "nearest")
        assert "99900" in json.dumps([row["recorded"] for row in found["rows"]])
        assert "11000" in json.dumps([row["expected"] for row in found["rows"]])
        assert f"编号 {index}" in found["sentence"]["zh"]


async def test_a_file_that_does_not_hold_is_not_opened(tmp_path, monkeypatch):
    raw, policy = first_run(small()).archive()
    monkeypatch.setattr(films, "MOST_BYTES", 1_000_000)
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        for body, code, words in (
            (
                policy.encode() + raw.replace(b'"amount":15000', b'"amount":16000'),
                "",
                "签名时不一致",
            ),
            (policy.encode(), "NOT_AN_ARCHIVE", ""),
            (b"quorum nobody\n" + raw, "NOT_AN_ARCHIVE", "第 1 行"),
            (b"", "NOT_AN_ARCHIVE", ""),
        ):
            status, told = await opened(auditor, body)
            assert status == 422
            assert told["code"] == (code or "NOT_AN_ARCHIVE")
            assert words in told["sentence"]["zh"]


async def test_the_oldest_file_goes_when_there_is_no_room(tmp_path, monkeypatch):
    raw, policy = first_run(small()).archive()
    monkeypatch.setattr(films, "_FILES", 2)
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        names = [(await opened(auditor, policy.encode() + raw))[1]["id"] for _ in range(3)]
        with pytest.raises(HouseSaysNo):
            await auditor.get(f"/api/films/{names[0]}")
        assert (await auditor.get(f"/api/films/{names[1]}"))["opened"] == names[1]


# Remarks ----------------------------------------------------------------------------------------

REMARKS = "/api/auctions/a/remarks"


async def leaf_of(visitor, index: int) -> str:
    found = await visitor.get(f"{PATH}/entries/{index}")
    return to_base64(leaf_hash(found["raw"].encode()))


async def test_a_remark_is_chained_and_verifies_at_home(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u", "s") as (auditor, staff):
        await contested(house)
        with pytest.raises(HouseSaysNo) as no:
            await auditor.download(f"{REMARKS}/archive")
        assert no.value.code == "NOT_FOUND"
        leaf = await leaf_of(auditor, 3)
        body = {"ref": "n1", "entry": 3, "leaf": leaf, "text": "请说明报价依据"}
        made = await auditor.post(REMARKS, body)
        assert (made["i"], made["author"], made["entry"]) == (0, "auditor:u", 3)
        assert await auditor.post(REMARKS, body) == made, "a retry is the same remark"
        listed = await staff.get(REMARKS)
        assert listed == {"origin": "test/log/a/notes", "remarks": [made]}
        raw = await auditor.download(f"{REMARKS}/archive")
        policy = parse_policy((await auditor.download(f"{REMARKS}/policy")).decode())
        (entry,) = verify_archive(raw, policy).entries
        assert entry["data"] == {"entry": 3, "leaf": leaf, "text": "请说明报价依据"}
        made_of_it = json.loads(await auditor.download(f"{PATH}/export"))
        assert made_of_it["remarks"] == [entry]
        # The record itself has not grown.
        assert (await auditor.get(PATH))["size"] == len((await offline(auditor))[0].entries)


async def test_what_is_not_remarked(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u", "s") as (auditor, staff):
        await contested(house)
        leaf = await leaf_of(auditor, 3)
        good = {"ref": "n1", "entry": 3, "leaf": leaf, "text": "好"}
        await auditor.post(REMARKS, good)
        for change, code in (
            ({"entry": 4}, "OTHER_CONTENT"),
            ({"entry": 999}, "NOT_FOUND"),
            ({"text": "另一句"}, "ALREADY_TAKEN"),
            ({"text": " "}, "BAD_FIELDS"),
            ({"text": "a\u202eb"}, "BAD_FIELDS"),
            ({"leaf": leaf[:-2] + "B="}, "OTHER_CONTENT"),
        ):
            with pytest.raises(HouseSaysNo) as no:
                await auditor.post(REMARKS, good | change)
            assert no.value.code == code, change
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(REMARKS, good)
        assert no.value.code == "FORBIDDEN"
        assert len((await auditor.get(REMARKS))["remarks"]) == 1
