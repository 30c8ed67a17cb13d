"""Open data: stable, paged, cached, without cookies and names; each standard by its own rules."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from bidding.client import Visitor
from bidding.core.document import Document
from bidding.web import data_v2
from bidding.web.context import DoorSettings
from bidding.web.open_records import as_csv
from replay.play import play
from replay.scenario import read as read_scenario
from tests.bidding.web.door_in_process import Open, open_door, signed_in
from tests.bidding.web.ocds_facts import check_package
from tests.bidding.web.test_dashboard import confirm
from tests.replay.plays import SCENARIOS
from tests.replay.test_results import result_of

SECOND = 1_000_000
#: DOMAIN §12: the fields of DEAL_LAND_INFO as the specification V2.0 names them.
LAND_FIELDS = [
    "DEAL_LAND_CODE",
    "DEAL_ANNOUNCEMENT_GUID",
    "UNIFIED_DEAL_CODE",
    "INVEST_PROJECT_CODE",
    "LAND_PROJECT_NAME",
    "LAND_CODE",
    "LAND_AREA",
    "LAND_USAGE",
    "LEND_AGE_LIMIT",
    "LAND_POSITION",
    "DEAL_PRICE",
    "CURRENCY_CODE",
    "PRICE_UNIT",
    "LENDING_NAME",
    "LENDING_TYPE",
    "LENDING_CODE",
    "REGION_CODE",
    "TRA_PLACE_CODE",
    "TRA_AGENCY_NAME",
    "TRA_AGENCY_CODE",
    "PLATFORM_CODE",
    "PUB_SERVICE_PLAT_CODE",
    "DATA_TIMESTAMP",
    "PUBLISHING_TIME",
    "ANNOUNCEMENT_TITLE",
    "ANNOUNCEMENT_CONNECT",
    "LAND_URL",
    "RELATE_CODE",
]


async def fetch(house: Open, path: str, **headers: str) -> tuple[int, Any, bytes]:
    """As a program without cookies does it."""
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.get(house.url + path, headers=headers) as response,
    ):
        return response.status, response.headers, await response.read()


async def told(house: Open, path: str) -> Any:
    status, _, body = await fetch(house, path)
    assert status == 200, body
    return json.loads(body)


async def purchase(
    house: Open, bidders: list[Visitor], staff: Visitor, name: str, **more: Any
) -> list[str]:
    """A reverse auction under 1,000.00, won at 900.25; the paddles."""
    now = house.clock.now()
    terms = {
        "opens": now + 60 * SECOND,
        "closes": now + 120 * SECOND,
        "ceiling": "1000.00",
        "confirm_seconds": 0,
        "min_offers": 1,
    }
    paddles = await publish(
        house, bidders, staff, name, {"rule": "reverse_procurement", "terms": terms, **more}
    )
    path = f"/api/auctions/{name}/bids"
    for bidder, fen in zip(bidders, (90_025, 95_000), strict=False):
        answer = await bidder.post(path, {"ref": f"{fen}", "amount": fen})
        assert answer["type"] == "accepted", answer
    return paddles


async def publish(
    house: Open, bidders: list[Visitor], staff: Visitor, name: str, made: dict[str, Any]
) -> list[str]:
    """Publishes it, seats these bidders, and returns once it runs."""
    title = {"zh": f"标的 {name}", "en": f"Lot {name}"}
    made = {"auction": name, "title": title, "version": "1", **made}
    await house.door.house.publish(Document.model_validate(made), "staff:s", "approver:t")
    paddles = []
    for bidder in bidders:
        applied = await bidder.post(f"/api/auctions/{name}/apply", {"lot": None})
        body = {"application": applied["id"]}
        paddles.append((await staff.post(f"/api/auctions/{name}/admit", body))["bidder"])
    await house.until(name, "running")
    return paddles


async def land(house: Open, bidder: Visitor, staff: Visitor, name: str) -> str:
    """A listing from 100.00, sold at 150.50; the paddle."""
    now = house.clock.now()
    terms = {
        "listing_opens": now + 60 * SECOND,
        "listing_closes": now + 120 * SECOND,
        "start_price": "100.00",
        "step": "0.50",
        "countdown_seconds": 60,
    }
    (paddle,) = await publish(
        house, [bidder], staff, name, {"rule": "land_listing", "terms": terms}
    )
    answer = await bidder.post(f"/api/auctions/{name}/bids", {"ref": "one", "amount": 15_050})
    assert answer["type"] == "accepted", answer
    await house.until(name, "closed")
    return str(paddle)


async def test_every_data_set_says_what_its_fields_mean(tmp_path):
    async with open_door(tmp_path) as house:
        catalogue = await told(house, "/open")
        for one in catalogue["datasets"]:
            found = await told(house, one["json_url"])
            assert one["title"]["zh"]
            assert one["text"]["en"]
            names = [field["name"] for field in one["fields"]]
            for record in found.get("records", ()):
                assert list(record) == names
            if one["csv_url"]:
                _, headers, body = await fetch(house, one["csv_url"])
                assert headers["Content-Type"] == "text/csv; charset=utf-8"
                assert body.decode("utf-8-sig").splitlines()[0].split(",") == names


async def test_a_sale_of_land_under_the_names_of_the_national_specification(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s", "t") as visitors:
        bidder, staff, approver = visitors
        paddle = await land(house, bidder, staff, "plot")
        (auction,) = (await told(house, "/open/auctions"))["records"]
        assert (auction["outcome"], auction["deals"]) == ("provisional", 0)
        # The table is of announcements: nothing is announced before officers publish it.
        assert (await told(house, "/open/land"))["records"] == []
        (result,) = (await told(house, "/open/results"))["records"]
        assert (result["status"], result["outcome"]) == ("closed", "provisional")
        await confirm(staff, approver, "plot")
        assert (await told(house, "/open/land"))["records"] == []
        body = {"step": "published", "reason": "成交公示", "ref": "published"}
        answer = await staff.post("/api/auctions/plot/conclude", body)
        assert answer["type"] == "accepted", answer
        (record,) = (await told(house, "/open/land"))["records"]
        assert sorted(record) == sorted(LAND_FIELDS)
        assert (record["DEAL_PRICE"], record["PRICE_UNIT"]) == ("150.50", "元")
        assert (record["LAND_PROJECT_NAME"], record["RELATE_CODE"]) == ("标的 plot", "plot")
        assert (record["LENDING_NAME"], record["LENDING_CODE"]) == (None, None)
        assert record["PUBLISHING_TIME"] >= record["DATA_TIMESTAMP"] > auction["ended"]
        (result,) = (await told(house, "/open/results"))["records"]
        assert result["outcome"] == "published"
        assert record["DEAL_LAND_CODE"] == result["id"]
        assert (result["number"], result["amount_yuan"]) == (paddle, "150.50")
        (entry,) = await house.door.house.entries("plot", result["entry"], result["entry"] + 1)
        assert "awarded" in [fact["fact"] for fact in entry["data"]["facts"]]
        (auction,) = (await told(house, "/open/auctions"))["records"]
        assert (auction["premium_yuan"], auction["premium_rate"]) == ("50.50", "50.50%")
        assert auction["status"] == "closed"
        assert (await told(house, "/open/property"))["records"] == []
        # A sale is no purchase.
        assert (await told(house, "/open/ocds"))["releases"] == []


async def test_a_purchase_in_releases_that_never_change(tmp_path):
    async with (
        open_door(tmp_path) as house,
        signed_in(house, "b", "s", "t") as (bidder, staff, approver),
    ):
        (paddle,) = await purchase(house, [bidder], staff, "buy")
        before = await told(house, "/open/ocds")
        assert [release["tag"] for release in before["releases"]] == [["tender"]]
        await house.until("buy", "closed")
        path = "/api/auctions/buy/conclude"
        steps = ((staff, "reviewed"), (approver, "confirmed"), (staff, "published"))
        sold = await told(house, "/open/ocds")
        for who, step in steps:
            body = {"step": step, "reason": "核对无误", "ref": f"ref-{step}"}
            assert (await who.post(path, body))["type"] == "accepted"
        await approver.post("/api/auctions/buy/void", {"reason": "串通"})
        package = await told(house, "/open/ocds")
        releases = package["releases"]
        assert [release["tag"][0] for release in releases] == [
            *("tender", "award", "awardUpdate", "awardCancellation")
        ]
        # What was said stays said.
        assert releases[:1] == before["releases"]
        assert releases[:2] == sold["releases"]
        check_package(package)
        award = releases[1]["awards"][0]
        assert award["value"] == {"amount": 900.25, "currency": "CNY"}
        assert releases[1]["tender"]["value"] == {"amount": 1000.00, "currency": "CNY"}
        assert award["suppliers"] == [{"id": f"buy-{paddle}", "name": f"{paddle} 号竞买人"}]
        assert [r["awards"][0]["status"] for r in releases[1:]] == [
            "pending",
            "active",
            "cancelled",
        ]
        _, _, raw = await fetch(house, "/open/ocds")
        assert b'"amount":900.25,' in raw


async def test_pages_stay_what_they_are_and_lead_to_the_next(tmp_path):
    async with open_door(tmp_path) as house:
        for name in ("one", "two", "three"):
            await house.publish(name)
        first = await told(house, "/open/auctions?page=1&size=2")
        assert [record["id"] for record in first["records"]] == ["one", "two"]
        assert (first["auctions"], first["next"]) == (
            3,
            f"{house.url}/open/auctions?page=2&size=2",
        )
        second = await told(house, first["next"].removeprefix(house.url))
        assert ([r["id"] for r in second["records"]], second["next"]) == (["three"], None)
        assert (await told(house, "/open/auctions?page=9"))["records"] == []
        _, headers, _ = await fetch(house, "/open/auctions.csv?size=2")
        assert headers["Link"] == f'<{house.url}/open/auctions.csv?page=2&size=2>; rel="next"'
        for query in ("page=0", "size=201", "size=x", "q=1"):
            status, _, body = await fetch(house, f"/open/auctions?{query}")
            assert (status, json.loads(body)["code"]) == (422, "BAD_FIELDS"), query


async def test_anybody_may_keep_it_and_nobody_is_told_apart(tmp_path):
    async with open_door(tmp_path) as house:
        await house.publish()
        await house.until("a", "running")
        status, headers, body = await fetch(house, "/open/auctions")
        assert (status, "Set-Cookie" in headers) == (200, False)
        assert headers["Cache-Control"] == "public, max-age=30"
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        again = await fetch(house, "/open/auctions", **{"If-None-Match": headers["ETag"]})
        assert (again[0], again[2]) == (304, b"")
        async with signed_in(house, "s") as (staff,):
            status, signed, same = await fetch(house, "/open/auctions", Cookie=staff.cookie)
        assert (status, same, "Set-Cookie" in signed) == (200, body, False)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-12.50", "-12.50"),
        ("-3.00%", "-3.00%"),
        ("+86", "'+86"),
        ('甲"乙,\n丙', '甲"乙,\n丙'),
        (None, ""),
        (7, "7"),
    ],
)
def test_no_cell_is_a_formula_and_all_come_back(value, cell):
    raw = as_csv(["a"], [{"a": value}])
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows == [["a"], [cell]]


async def test_a_result_its_witnesses_have_not_signed_is_not_there(tmp_path, monkeypatch):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as (bidder, staff):
        await land(house, bidder, staff, "plot")
        assert len((await told(house, "/open/results"))["records"]) == 1
        monkeypatch.setattr(house.door.house, "result", lambda _: "waits")
        assert (await told(house, "/open/results"))["records"] == []
        assert (await told(house, "/open/land"))["records"] == []
        (auction,) = (await told(house, "/open/auctions"))["records"]
        assert (auction["deals"], auction["amount_yuan"], auction["ended"]) == (None, None, None)


async def test_the_schema_catches_what_the_standard_does_not_name(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        await purchase(house, [], staff, "buy")
        package = await told(house, "/open/ocds")
    check_package(package)
    (release,) = package["releases"]
    assert release["tender"]["awardCriteria"] == "priceOnly"
    begins, ends = (release["tender"]["tenderPeriod"][key] for key in ("startDate", "endDate"))
    assert begins < ends
    for wrong in (
        {**package, "releases": [{**release, "tag": ["sold"]}]},
        {**package, "releases": [{**release, "winner": "01"}]},
        {**package, "releases": [{**release, "date": "yesterday"}]},
        {key: value for key, value in package.items() if key != "publisher"},
    ):
        with pytest.raises(AssertionError):
            check_package(wrong)


async def announce(house: Open, name: str) -> None:
    """A purchase of tomorrow."""
    opens = house.clock.now() + 86_400 * SECOND
    terms = {"opens": opens, "closes": opens + 3_600 * SECOND, "ceiling": "1000.00"}
    made = {
        "auction": name,
        "title": {"zh": f"标的 {name}", "en": f"Lot {name}"},
        "rule": "reverse_procurement",
        "version": "1",
        "terms": terms,
    }
    await house.door.house.publish(Document.model_validate(made), "staff:s", "approver:t")


async def test_a_page_stays_the_same_while_more_is_published(tmp_path):
    async with open_door(tmp_path) as house:
        for name in ("one", "two", "three"):
            await announce(house, name)
        first, second = [await told(house, f"/open/ocds?page={n}&size=2") for n in (1, 2)]
        assert first["links"] == {"next": f"{house.url}/open/ocds?page=2&size=2"}
        assert second["links"] == {"prev": f"{house.url}/open/ocds?page=1&size=2"}
        check_package(first)
        await announce(house, "four")
        again = [await told(house, f"/open/ocds?page={n}&size=2") for n in (1, 2)]
        assert again[0] == first
        # What was there stays first; what is new comes behind it.
        assert again[1]["releases"][:1] == second["releases"]
        every = [release for page in again for release in page["releases"]]
        assert [release["tender"]["id"] for release in every] == ["one", "two", "three", "four"]


async def public_faces(house: Open, staff: Visitor, name: str) -> dict[str, tuple[Any, ...]]:
    """Number and fen of whoever holds the award, as each public face and the dashboard tell it."""
    (line,) = (await told(house, "/api/auctions"))["auctions"]
    room = (await told(house, f"/api/auctions/{name}"))["room"]
    (auction,) = (await told(house, "/open/auctions"))["records"]
    results = (await told(house, "/open/results"))["records"]
    releases = (await told(house, "/open/ocds"))["releases"]
    awards = [award for release in releases[1:] for award in release["awards"]]
    latest = {award["id"]: award for award in awards}
    found = await staff.get("/api/figures")
    (row,) = found["lines"]

    def held(view: dict[str, Any]) -> list[tuple[str, int]]:
        gone = view["after"]["vacated"]
        return [(a["bidder"], a["total"]) for a in view["awards"] if a["bidder"] not in gone]

    def fen(text: str | float) -> int:
        return int(Decimal(str(text)) * 100)

    assert found["figures"]["deals"] == row["deals"] == auction["deals"]
    assert found["figures"]["amount"] == row["amount"] == fen(auction["amount_yuan"])
    assert line["after"]["outcome"] == room["after"]["outcome"] == auction["outcome"]
    assert auction["outcome"] == row["outcome"]
    return {
        "board": tuple(held(line)),
        "room": tuple(held(room)),
        "results": tuple(
            (one["number"], fen(one["total"])) for one in results if one["status"] == "closed"
        ),
        "ocds": tuple(
            (award["suppliers"][0]["name"].split()[0], fen(award["value"]["amount"]))
            for award in latest.values()
            if award["status"] != "cancelled"
        ),
        "dashboard": tuple(
            (one["bidder"], one["total"])
            for one in row["awards"]
            if one["bidder"] not in row["vacated"]
        ),
    }


async def test_a_winner_in_default_is_cancelled_and_the_next_in_line_is_awarded(tmp_path):
    async with (
        open_door(tmp_path) as house,
        signed_in(house, "b", "b2", "s", "t") as (first, second, staff, approver),
    ):
        paddles = await purchase(
            house, [first, second], staff, "buy", officers={"next_in_line": True, "second": []}
        )
        await house.until("buy", "closed")

        async def take(who: Visitor, path: str, **body: Any) -> None:
            answer = await who.post(f"/api/auctions/buy/{path}", {"reason": "依名次", **body})
            assert answer["type"] == "accepted", answer

        before: list[Any] = []
        for round_ in ("first", "second"):
            for who, step in ((staff, "reviewed"), (approver, "confirmed"), (staff, "published")):
                await take(who, "conclude", step=step, ref=f"{round_}-{step}")
            if round_ == "first":
                before = (await told(house, "/open/ocds"))["releases"]
                await take(
                    approver, "conclude", step="defaulted", bidder=paddles[0], ref="in-default"
                )
                faces = await public_faces(house, staff, "buy")
                assert set(faces.values()) == {()}
                (fallen,) = (await told(house, "/api/auctions"))["auctions"][0]["after"]["fallen"]
                assert (fallen["bidder"], fallen["reason"], fallen["follows"]) == (
                    *(paddles[0], "依名次"),
                    paddles[1],
                )
                (lapsed,) = (await told(house, "/open/results"))["records"]
                assert (lapsed["status"], lapsed["lapsed_reason"]) == ("lapsed", "依名次")
                assert lapsed["lapsed"] > lapsed["awarded"]
                sums = (await staff.get("/api/figures"))["figures"]
                assert (sums["deals"], sums["failed"]) == (0, 1)
                told_so = (await approver.get("/api/auctions/buy/aftermath"))["reaward"]
                assert (told_so["bidder"], told_so["price"], told_so["two"]) == (
                    *(paddles[1], 95_000),
                    False,
                )
                await take(approver, "reaward", bidder=paddles[1])
        faces = await public_faces(house, staff, "buy")
        assert set(faces.values()) == {((paddles[1], 95_000),)}, faces
        package = await told(house, "/open/ocds")
        check_package(package)
        releases = package["releases"]
        assert before
        assert releases[: len(before)] == before
        assert [(r["tag"][0], r.get("awards", [{}])[0].get("status")) for r in releases] == [
            ("tender", None),
            ("award", "pending"),
            ("awardUpdate", "active"),
            ("awardCancellation", "cancelled"),
            ("award", "pending"),
            ("awardUpdate", "active"),
        ]
        won = [release["awards"][0] for release in releases[1:]]
        assert [one["value"]["amount"] for one in won] == [900.25, 900.25, 900.25, 950, 950]
        assert len({one["id"] for one in won}) == 2
        # The figures are those of the result that stands, down to its entry.
        results = (await told(house, "/open/results"))["records"]
        assert [(one["number"], one["status"]) for one in results] == [
            (paddles[0], "lapsed"),
            (paddles[1], "closed"),
        ]
        (auction,) = (await told(house, "/open/auctions"))["records"]
        assert (auction["amount_yuan"], auction["saved_yuan"]) == ("950.00", "50.00")


async def test_a_purchase_that_fails_says_how(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s", "t") as (staff, approver):
        await purchase(house, [], staff, "none")
        await house.until("none", "closed")
        await purchase(house, [], staff, "stopped")
        await approver.post("/api/auctions/stopped/terminate", {"reason": "采购取消"})
        package = await told(house, "/open/ocds")
        check_package(package)
        releases = package["releases"]
        assert [release["tag"][0] for release in releases] == [
            *("tender", "tenderUpdate", "tender", "tenderCancellation")
        ]
        statuses = [release["tender"]["status"] for release in releases]
        assert statuses == ["active", "unsuccessful", "active", "cancelled"]
        assert releases[3]["tender"]["amendments"][0]["rationale"] == "采购取消"
        assert {release["ocid"] for release in releases} == {"test-log-none", "test-log-stopped"}


async def test_a_registered_prefix_begins_every_contracting_id(tmp_path):
    settings = DoorSettings(ocid_prefix="ocds-abc123")
    async with open_door(tmp_path, settings=settings) as house, signed_in(house, "s") as (staff,):
        await purchase(house, [], staff, "buy")
        (release,) = (await told(house, "/open/ocds"))["releases"]
        assert release["ocid"] == "ocds-abc123-buy"


def test_a_sale_of_property_under_the_names_of_the_specification():
    """DOMAIN §12: property has PRE_EXCHANGE_TYPE and GIVEUP_PRIORITY besides."""
    path = next((SCENARIOS / "property_rights").glob("*.yaml"))
    run = next(run for run in play(read_scenario(path)) if run.state.standing.awards)
    result = result_of(run)
    assert data_v2.records(result, "land", "https://x") == []
    assert data_v2.records(result, "property", "https://x") == []
    result = replace(result, outcome="published")
    made = data_v2.records(result, "property", "https://x")
    assert len(made) == len(result.awards)
    (record, won) = made[0], result.awards[0]
    assert {"PRE_EXCHANGE_TYPE", "GIVEUP_PRIORITY", "PROJECT_NAME", "UNIFIED_DEAL_CODE"} <= set(
        record
    )
    assert record["PROJECT_NAME"] == result.title["zh"]
    assert result.unit.fen is not None
    assert Decimal(record["DEAL_PRICE"]) * 100 == won.total * result.unit.fen
    assert f"{won.bidder} 号" in record["ANNOUNCEMENT_CONNECT"]
    void = replace(result, status="voided", outcome="voided")
    assert data_v2.records(void, "property", "https://x") == []
