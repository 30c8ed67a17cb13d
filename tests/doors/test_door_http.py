"""The API against foreign pages, foreign roles and broken bodies; and the two people a session needs."""

import asyncio
import json
import sqlite3

import aiohttp
import pytest

from bidding.client import HouseSaysNo, Visitor
from bidding.proof.receipt import parse_receipt
from bidding.web.app import ROUTES
from bidding.web.security import CONTENT_POLICY
from tests.doors.door import (
    PASSWORD,
    REAL_NAME,
    SECOND,
    HouseProcess,
    begun_by_an_offer,
    closed_with,
    english,
    house_process,
    now,
    publish,
    receive,
    running,
    sealed,
    signed_in,
    size,
    socket,
    take_part,
    until_status,
)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with house_process(tmp_path_factory.mktemp("http")) as running_house:
        yield running_house
        assert running_house.end() == 0
        assert running_house.errors() == []
        assert REAL_NAME not in running_house.log_text()
        for name in ("log.db", "log.db-wal"):
            path = running_house.data / name
            if path.exists():
                assert REAL_NAME.encode() not in path.read_bytes()


async def raw(visitor: Visitor, method: str, path: str, data: bytes | None = None, **headers: str):
    """Status, headers and body of a request with exactly these headers."""
    given = {"Cookie": visitor.cookie, **headers}
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.request(method, visitor.url + path, data=data, headers=given) as response,
    ):
        return response.status, response.headers, await response.read()


# What a page of another site can do: nothing ---------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "BAD_CSRF"),
        ({"X-CSRF": ""}, "BAD_CSRF"),
        ({"X-CSRF": "x" * 43}, "BAD_CSRF"),
        ({"X-CSRF": "own", "Origin": "https://evil.example"}, "FOREIGN_ORIGIN"),
        ({"X-CSRF": "own", "Origin": "null"}, "FOREIGN_ORIGIN"),
        ({"X-CSRF": "own", "Sec-Fetch-Site": "cross-site"}, "FOREIGN_ORIGIN"),
        ({"X-CSRF": "own", "Sec-Fetch-Site": "same-site"}, "FOREIGN_ORIGIN"),
        ({"X-CSRF": "own", "Origin": "house", "Sec-Fetch-Site": "same-origin"}, None),
        ({"X-CSRF": "own"}, None),
    ],
)
async def test_only_our_own_pages_change_anything(house: HouseProcess, headers, code):
    async with signed_in(house, "staff1") as (staff,):
        assert staff.csrf is not None
        real = {
            k: v.replace("own", staff.csrf).replace("house", house.url) for k, v in headers.items()
        }
        body = json.dumps(english(await now(staff))).encode()
        drafts = len((await staff.get("/api/drafts"))["drafts"])
        status, _, answer = await raw(
            staff, "POST", "/api/drafts", body, **{"Content-Type": "application/json", **real}
        )
        assert (status, json.loads(answer).get("code")) == ((403, code) if code else (201, None))
        assert len((await staff.get("/api/drafts"))["drafts"]) == drafts + (code is None)


async def test_another_ones_csrf_word_does_not_fit(house: HouseProcess):
    async with signed_in(house, "staff1", "bidder1") as (staff, bidder):
        assert bidder.csrf is not None
        status, _, answer = await raw(
            staff, "POST", "/api/sign-out", b"{}", **{"X-CSRF": bidder.csrf}
        )
        assert (status, json.loads(answer)["code"]) == (403, "BAD_CSRF")
        assert (await staff.get("/api/me"))["account"] == "staff1"


# What every answer carries ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/api/me",
        "/api/nothing",
        "/nothing",
        "/api/auctions/none",
        "/%ff%fe",
        "/static/../server.py",
        "/staff",
    ],
)
async def test_every_answer_carries_the_policy(house: HouseProcess, path: str):
    async with Visitor(house.url) as public:
        status, headers, _ = await raw(public, "GET", path)
        assert status < 500 or path == "/staff"
        assert headers["Content-Security-Policy"] == CONTENT_POLICY
        assert CONTENT_POLICY == (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "img-src 'self' data:; font-src 'self'; require-trusted-types-for 'script'; "
            "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in headers
        assert "Strict-Transport-Security" not in headers  # this house speaks no TLS


async def test_the_cookie_is_for_the_browser_only(house: HouseProcess):
    async with Visitor(house.url) as public:
        _, headers, body = await raw(public, "GET", "/api/me")
        cookie = headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Domain" not in cookie
        assert len(cookie.partition("=")[2].partition(";")[0]) == 43
        assert json.loads(body)["csrf"] not in cookie


# Bodies ----------------------------------------------------------------------------------------

BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "BAD_JSON"),
    "not JSON": (b"{", 400, "BAD_JSON"),
    "two values": (b"{} {}", 400, "BAD_JSON"),
    "not UTF-8": (b'{"a":"\xff"}', 400, "BAD_UTF8"),
    "a lone surrogate inside the terms": (b'{"terms":{"x":"\\udfff"}}', 400, "BAD_UTF8"),
    "a field twice": (b'{"rule":"english","rule":"quota"}', 400, "DUPLICATE_KEY"),
    "a field twice, deep inside": (b'{"terms":{"step":1,"step":2}}', 400, "DUPLICATE_KEY"),
    "a float in the terms": (b'{"terms":{"step":1.5}}', 400, "BAD_NUMBER"),
    "not a number": (b'{"terms":{"step":NaN}}', 400, "BAD_NUMBER"),
    "too wide": (b'{"deposit":9007199254740992}', 400, "BAD_NUMBER"),
    "too deep": (b'{"terms":' + b'{"a":' * 40 + b"1" + b"}" * 41, 400, "TOO_DEEP"),
    "sixty thousand brackets": (b"[" * 60_000, 400, "TOO_DEEP"),
    "a list": (b"[]", 422, "BAD_FIELDS"),
    "an unknown field": (b'{"approved":true}', 422, "BAD_FIELDS"),
    "too long": (b'{"a":"' + b"x" * 70_000 + b'"}', 413, "TOO_LONG"),
}


@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_is_not_exactly_right_is_a_problem_document(
    house: HouseProcess, what: str
):
    body, status, code = BODIES[what]
    async with signed_in(house, "staff1") as (staff,):
        assert staff.csrf is not None
        found, headers, answer = await raw(
            staff,
            "POST",
            "/api/drafts",
            body,
            **{"Content-Type": "application/json", "X-CSRF": staff.csrf},
        )
        problem = json.loads(answer)
        assert (found, problem["code"]) == (status, code)
        assert headers["Content-Type"] == "application/problem+json"
        assert problem["sentence"]["zh"]
        assert problem["sentence"]["en"]


async def test_a_form_of_another_type_is_not_read(house: HouseProcess):
    async with signed_in(house, "staff1") as (staff,):
        assert staff.csrf is not None
        for kind in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ):
            status, _, answer = await raw(
                staff, "POST", "/api/drafts", b"{}", **{"Content-Type": kind, "X-CSRF": staff.csrf}
            )
            assert (status, json.loads(answer)["code"]) == (415, "BAD_TYPE")


async def test_queries_are_strict_too(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1") as (staff, approver):
        auction = await running(staff, approver)
        path = f"/api/auctions/{auction}/entries"
        for query in (
            "start=-1",
            "start=x",
            "limit=0",
            "limit=1001",
            "start=1&start=2",
            "other=1",
            "start=1.0x",
        ):
            with pytest.raises(HouseSaysNo) as no:
                await staff.ask("GET", f"{path}?{query}")
            assert no.value.status in (400, 422), query
        assert (await staff.get(path, start=10**12))["entries"] == []


# Roles -----------------------------------------------------------------------------------------

#: Who may call what: one letter a role (b s a u = bidder staff approver auditor), `*` anyone.
MATRIX: dict[tuple[str, str], str] = {
    ("GET", "/api/me"): "*",
    ("POST", "/api/sign-in"): "*",
    ("POST", "/api/sign-out"): "*",
    ("GET", "/api/ready"): "*",
    ("GET", "/api/time"): "*",
    ("GET", "/api/sessions"): "bsau",
    ("DELETE", "/api/sessions/{id}"): "bsau",
    ("GET", "/api/auctions"): "*",
    ("GET", "/api/auctions/{auction}"): "*",
    ("POST", "/api/auctions/{auction}/apply"): "b",
    ("GET", "/api/auctions/{auction}/applications"): "sa",
    ("GET", "/api/auctions/{auction}/entrance"): "sau",
    ("POST", "/api/auctions/{auction}/admit"): "s",
    ("POST", "/api/auctions/{auction}/decline"): "s",
    ("POST", "/api/auctions/{auction}/deposits"): "s",
    ("POST", "/api/auctions/{auction}/exclude"): "sa",
    ("POST", "/api/auctions/{auction}/suspend"): "sa",
    ("POST", "/api/auctions/{auction}/resume"): "sa",
    ("POST", "/api/auctions/{auction}/terminate"): "a",
    ("POST", "/api/auctions/{auction}/void"): "a",
    ("POST", "/api/auctions/{auction}/announce"): "sa",
    ("POST", "/api/auctions/{auction}/bids"): "b",
    ("POST", "/api/auctions/{auction}/confirm"): "b",
    ("POST", "/api/auctions/{auction}/stay"): "b",
    ("POST", "/api/auctions/{auction}/leave"): "b",
    ("POST", "/api/auctions/{auction}/keys"): "b",
    ("POST", "/api/auctions/{auction}/proxy"): "b",
    ("POST", "/api/auctions/{auction}/draw"): "sa",
    ("POST", "/api/auctions/{auction}/draw-commit"): "sa",
    ("POST", "/api/auctions/{auction}/draw-reveal"): "sa",
    ("POST", "/api/auctions/{auction}/draw-figure"): "sa",
    ("POST", "/api/auctions/{auction}/draw-balls"): "sa",
    ("POST", "/api/auctions/{auction}/seal"): "b",
    ("POST", "/api/auctions/{auction}/reveal"): "b",
    ("POST", "/api/auctions/{auction}/trustee-key"): "sa",
    ("POST", "/api/auctions/{auction}/seal-reserve"): "sa",
    ("POST", "/api/auctions/{auction}/open-reserve"): "sa",
    ("POST", "/api/auctions/{auction}/score"): "sa",
    ("POST", "/api/auctions/{auction}/withdraw"): "sa",
    ("GET", "/api/office/live"): "sau",
    ("GET", "/api/auctions/{auction}/office"): "sa",
    ("POST", "/api/auctions/{auction}/extend"): "sa",
    ("GET", "/api/auctions/{auction}/money"): "sa",
    ("GET", "/api/auctions/{auction}/aftermath"): "sa",
    ("POST", "/api/auctions/{auction}/conclude"): "sa",
    ("GET", "/api/auctions/{auction}/package"): "sa",
    ("POST", "/api/bank/notices"): "s",
    ("POST", "/api/auctions/{auction}/money/grant"): "s",
    ("POST", "/api/auctions/{auction}/money/return"): "s",
    ("POST", "/api/auctions/{auction}/payouts"): "sa",
    ("POST", "/api/auctions/{auction}/guarantees"): "s",
    ("GET", "/api/auctions/{auction}/guarantees/own"): "b",
    ("POST", "/api/auctions/{auction}/guarantees/sealed"): "b",
    ("POST", "/api/auctions/{auction}/surrogate"): "sa",
    ("POST", "/api/auctions/{auction}/reaward"): "sa",
    ("POST", "/api/auctions/{auction}/proposals"): "sa",
    ("POST", "/api/auctions/{auction}/second"): "sa",
    ("POST", "/api/rules/{name}/dry-run"): "sa",
    ("POST", "/api/scenarios/dry-run"): "sa",
    ("POST", "/api/drafts/{id}/clone"): "s",
    ("POST", "/api/papers"): "s",
    ("GET", "/api/papers/{id}"): "sa",
    ("GET", "/api/auctions/{auction}/papers/{id}"): "*",
    ("GET", "/api/calendar"): "sau",
    **{
        ("GET", f"/open{path}"): "*"
        for path in (
            *("", "/ocds", "/auctions", "/auctions.csv", "/results", "/results.csv"),
            *("/land", "/land.csv", "/property", "/property.csv"),
            *("/interruptions", "/interruptions.csv", "/service"),
        )
    },
    ("GET", "/api/leads"): "sau",
    ("POST", "/api/leads/{id}/steps"): "sau",
    ("GET", "/api/paper-forms"): "sau",
    ("GET", "/api/figures"): "sau",
    ("GET", "/api/figures.xlsx"): "sau",
    ("GET", "/api/results/entered"): "sau",
    ("POST", "/api/results/entered"): "sa",
    ("POST", "/api/results/withdraw"): "sa",
    ("GET", "/api/auctions/{auction}/entries"): "sau",
    ("GET", "/api/auctions/{auction}/receipts/{i}"): "bsau",
    ("GET", "/api/auctions/{auction}/receipts"): "bsau",
    # While it runs; once it is over the archive is everybody's.
    ("GET", "/api/auctions/{auction}/archive"): "sau",
    ("GET", "/api/auctions/{auction}/verifiable"): "*",
    ("GET", "/api/auctions/{auction}/verify"): "sau",
    ("GET", "/api/auctions/{auction}/transcript"): "sau",
    ("GET", "/api/auctions/{auction}/film"): "sau",
    ("GET", "/api/films/{id}"): "sau",
    ("GET", "/api/auctions/{auction}/film/room"): "sau",
    ("GET", "/api/films/{id}/room"): "sau",
    ("GET", "/api/auctions/{auction}/film/seen"): "sau",
    ("GET", "/api/films/{id}/seen"): "sau",
    ("GET", "/api/auctions/{auction}/film/difference"): "sau",
    ("GET", "/api/films/{id}/difference"): "sau",
    ("GET", "/api/auctions/{auction}/film/rejudged"): "sau",
    ("GET", "/api/films/{id}/rejudged"): "sau",
    ("POST", "/api/auctions/{auction}/film/what-if"): "sau",
    ("POST", "/api/films/{id}/what-if"): "sau",
    ("GET", "/api/auctions/{auction}/film/export"): "sau",
    ("GET", "/api/films/{id}/export"): "sau",
    ("GET", "/api/auctions/{auction}/film/entries/{i}"): "sau",
    ("GET", "/api/films/{id}/entries/{i}"): "sau",
    ("GET", "/api/auctions/{auction}/film/entries/{i}/receipt"): "sau",
    ("GET", "/api/films/{id}/entries/{i}/receipt"): "sau",
    ("POST", "/api/films"): "sau",
    ("GET", "/api/auctions/{auction}/remarks"): "sau",
    ("POST", "/api/auctions/{auction}/remarks"): "u",
    ("GET", "/api/auctions/{auction}/remarks/archive"): "sau",
    ("GET", "/api/auctions/{auction}/remarks/policy"): "sau",
    ("GET", "/api/auctions/{auction}/policy"): "*",
    ("GET", "/api/auctions/{auction}/policy/sm2"): "*",
    ("GET", "/api/auctions/{auction}/consistency"): "*",
    ("GET", "/api/rules"): "*",
    ("GET", "/api/rules/{name}"): "*",
    ("POST", "/api/rules/{name}/preview"): "sa",
    ("GET", "/api/auctions/{auction}/notice"): "*",
    ("GET", "/api/auctions/{auction}/notice.html"): "*",
    ("GET", "/api/auctions/{auction}/notice.txt"): "*",
    ("GET", "/api/drafts/{id}/notice"): "sa",
    ("GET", "/api/drafts/{id}/changes"): "sa",
    ("GET", "/api/drafts"): "sa",
    ("POST", "/api/drafts"): "s",
    ("GET", "/api/drafts/{id}"): "sa",
    ("PUT", "/api/drafts/{id}"): "s",
    ("POST", "/api/drafts/{id}/submit"): "s",
    ("POST", "/api/drafts/{id}/approve"): "a",
    ("POST", "/api/drafts/{id}/return"): "a",
    ("GET", "/api/mine"): "b",
    ("POST", "/api/auctions/{auction}/practice"): "b",
    ("GET", "/api/practice/{id}"): "b",
    ("POST", "/api/practice/{id}/skip"): "b",
    ("DELETE", "/api/practice/{id}"): "b",
    ("GET", "/api/mine/complaints"): "b",
    ("GET", "/api/auctions/{auction}/mine"): "b",
    ("GET", "/api/auctions/{auction}/mine/why/{i}"): "b",
    ("GET", "/api/auctions/{auction}/mine/receipts"): "b",
    ("POST", "/api/auctions/{auction}/complaints"): "b",
    ("GET", "/api/complaints"): "sau",
    ("POST", "/api/complaints/{i}/answer"): "sa",
    ("GET", "/api/complaints/{i}/file"): "bsau",
    ("GET", "/api/complaints/{i}/receipt"): "bsau",
    ("POST", "/api/auctions/{auction}/check"): "b",
    ("GET", "/api/openapi.json"): "*",
    ("GET", "/api/asyncapi.json"): "*",
}
ROLES = {"": None, "b": "bidder1", "s": "staff1", "a": "approver1", "u": "auditor1"}


def test_the_matrix_has_a_row_for_every_route():
    assert {(r.method, r.path) for r in ROUTES} == set(MATRIX)


@pytest.mark.parametrize("letter", ROLES)
async def test_each_role_may_do_what_its_row_says_and_nothing_else(
    house: HouseProcess, letter: str
):
    async with signed_in(house, "staff1", "approver1") as (staff, approver):
        auction = await running(staff, approver)
    async with Visitor(house.url) as visitor:
        if ROLES[letter]:
            await visitor.sign_in(str(ROLES[letter]), PASSWORD)
        else:
            await visitor.get("/api/me")
            visitor.csrf = (await visitor.get("/api/me"))["csrf"]
        for (method, pattern), allowed in MATRIX.items():
            if pattern == "/api/sign-out":
                continue  # it would end the walk; tried on its own below
            path = pattern.replace("{auction}", auction).replace("{id}", "0" * 16)
            path = path.replace("{name}", "english").replace("{i}", "0")
            headers = {"Content-Type": "application/json", "X-CSRF": visitor.csrf or ""}
            # An empty body, so that what is allowed stops at the fields and changes nothing.
            status, _, answer = await raw(visitor, method, path, b"{}", **headers)
            while status == 429:  # the walk is longer than a person's pace
                await asyncio.sleep(0.2)
                status, _, answer = await raw(visitor, method, path, b"{}", **headers)
            may = allowed == "*" or (letter and letter in allowed)
            refused = status in (401, 403)
            assert refused != bool(may), (method, pattern, status, answer[:200])
            if not may:
                assert json.loads(answer)["code"] == ("FORBIDDEN" if letter else "NOT_SIGNED_IN")
            assert status < 500


# Signing in ------------------------------------------------------------------------------------


async def test_wrong_passwords_and_unknown_accounts_look_the_same_and_run_dry(house: HouseProcess):
    async with Visitor(house.url) as visitor:
        for account in ("guessed", "nobody-at-all"):
            for _ in range(6):
                with pytest.raises(HouseSaysNo) as no:
                    await visitor.sign_in(account, "wrong")
                assert (no.value.status, no.value.code) == (401, "WRONG_PASSWORD")
            with pytest.raises(HouseSaysNo) as no:
                await visitor.sign_in(account, "wrong")
            assert (no.value.status, no.value.code) == (429, "TOO_FAST")
        # The right one must wait too, or guessing would go on through it.
        with pytest.raises(HouseSaysNo) as no:
            await visitor.sign_in("guessed", PASSWORD)
        assert no.value.code == "TOO_FAST"
        await visitor.sign_in("staff2", PASSWORD)


async def test_signing_in_gives_a_new_cookie_and_ends_the_one_before(house: HouseProcess):
    async with Visitor(house.url) as visitor:
        await visitor.get("/api/me")
        anonymous = visitor.cookie
        await visitor.sign_in("bidder2", PASSWORD)
        first = visitor.cookie
        assert first != anonymous
        await visitor.sign_in("bidder2", PASSWORD)
        assert visitor.cookie != first
        status, _, answer = await raw(visitor, "GET", "/api/me", Cookie=first)
        assert (status, json.loads(answer)["account"]) == (200, None)


async def test_sign_ins_are_listed_and_ending_one_closes_its_streams(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder3", "bidder3", "bidder1") as people:
        staff, approver, here, there, somebody = people
        auction = await running(staff, approver)
        sessions = (await here.get("/api/sessions"))["sessions"]
        other = next(s for s in sessions if not s["current"])
        assert {"created", "last_seen", "user_agent", "address"} <= set(other)
        with pytest.raises(HouseSaysNo) as no:
            await somebody.delete(f"/api/sessions/{other['id']}")
        assert no.value.status == 404
        async with socket(there, auction) as theirs, socket(here, auction) as mine:
            await here.delete(f"/api/sessions/{other['id']}")
            assert await closed_with(theirs) == 4409
            await mine.send('{"type":"time","c":1}')
            await receive(mine, "time")
        assert (await there.get("/api/me"))["account"] is None
        assert (await here.get("/api/me"))["account"] == "bidder3"


async def test_signing_out_is_for_good(house: HouseProcess):
    async with signed_in(house, "bidder2") as (bidder,):
        before = bidder.cookie
        await bidder.sign_out()
        assert bidder.account is None
        _, _, answer = await raw(bidder, "GET", "/api/me", Cookie=before)
        assert json.loads(answer)["account"] is None


# Two people ------------------------------------------------------------------------------------


async def test_nobody_approves_his_own_work_and_only_what_was_read_is_published(
    house: HouseProcess,
):
    async with signed_in(house, "staff1", "staff2", "approver1") as (staff, both, approver):
        draft = await both.post("/api/drafts", english(await now(both) + 3600 * SECOND))
        one = f"/api/drafts/{draft['id']}"
        assert (draft["state"], draft["problems"]) == ("draft", [])
        # staff1 touches it, staff2 submits: neither may approve.
        fields = english(await now(both) + 3600 * SECOND, step=2_000)
        changed = await staff.put(one, fields)
        assert changed["sha256"] != draft["sha256"]
        submitted = await staff.post(f"{one}/submit")
        sha256 = submitted["sha256"]
        with pytest.raises(HouseSaysNo) as no:
            await both.post(f"{one}/approve", {"sha256": sha256})
        assert (no.value.status, no.value.code) == (403, "SAME_PERSON")
        with pytest.raises(HouseSaysNo) as no:
            await approver.post(f"{one}/approve", {"sha256": draft["sha256"]})
        assert no.value.code == "OTHER_CONTENT"
        with pytest.raises(HouseSaysNo) as no:
            await staff.put(one, fields)
        assert no.value.code == "NOT_A_DRAFT"
        published = await approver.post(f"{one}/approve", {"sha256": sha256})
        assert (published["state"], published["approver"]) == ("published", "approver1")
        found = await approver.get(f"/api/auctions/{published['auction']}")
        assert found["sha256"] == sha256
        with pytest.raises(HouseSaysNo) as no:
            await approver.post(f"{one}/approve", {"sha256": sha256})
        assert no.value.code == "NOT_A_DRAFT"
        opened = (await approver.get(f"/api/auctions/{published['auction']}/entries"))["entries"][0]
        assert opened["data"]["proposer"] == "staff:staff1"
        assert opened["data"]["approver"] == "approver:approver1"


async def test_a_draft_says_what_is_missing_and_is_not_submitted_before(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1") as (staff, approver):
        wrong = english(await now(staff), step=0)
        draft = await staff.post("/api/drafts", wrong)
        assert [p["path"].split(".")[0] for p in draft["problems"]] == ["terms"]
        assert draft["sha256"] is None
        one = f"/api/drafts/{draft['id']}"
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"{one}/submit")
        assert (no.value.status, no.value.body["fields"]) == (422, draft["problems"])
        await staff.put(one, english(await now(staff) + 3600 * SECOND))
        await staff.post(f"{one}/submit")
        back = await approver.post(f"{one}/return", {"reason": "请补充标的说明"})
        assert (back["state"], back["returned"], back["sha256"]) == (
            "draft",
            "请补充标的说明",
            back["sha256"],
        )
        assert (await staff.post(f"{one}/submit"))["state"] == "submitted"


async def test_two_approvers_at_once_publish_once(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "staff2") as (staff, one, two):
        draft = await staff.post("/api/drafts", english(await now(staff) + 3600 * SECOND))
        sha256 = (await staff.post(f"/api/drafts/{draft['id']}/submit"))["sha256"]
        path = f"/api/drafts/{draft['id']}/approve"
        answers = await asyncio.gather(
            one.post(path, {"sha256": sha256}),
            two.post(path, {"sha256": sha256}),
            return_exceptions=True,
        )
        assert sorted(type(a).__name__ for a in answers) == ["HouseSaysNo", "dict"]
        lines = (await staff.get("/api/auctions"))["auctions"]
        assert [a["auction"] for a in lines].count(draft["auction"]) == 1


# Taking part -----------------------------------------------------------------------------------


async def test_from_application_to_bid_every_gate_holds(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1", "auditor1") as people:
        staff, approver, bidder, auditor = people
        auction = await running(staff, approver)
        path = f"/api/auctions/{auction}"
        offer = {"ref": "r1", "amount": 100_000}
        with pytest.raises(HouseSaysNo) as no:
            await bidder.post(f"{path}/bids", offer)
        assert no.value.code == "NOT_ADMITTED"
        applied = await bidder.post(f"{path}/apply", {"lot": None})
        assert (await bidder.post(f"{path}/apply", {"lot": None}))["id"] == applied["id"]
        (line,) = (await staff.get(f"{path}/applications"))["applications"]
        assert "bidder1" not in json.dumps(line)
        with pytest.raises(HouseSaysNo):
            await bidder.post(f"{path}/bids", offer)
        admitted = await staff.post(f"{path}/admit", {"application": applied["id"]})
        assert (await staff.post(f"{path}/admit", {"application": applied["id"]}))["i"] == admitted[
            "i"
        ]
        unpaid = await bidder.post(f"{path}/bids", offer)
        assert unpaid["reason"] == "DEPOSIT_NOT_CONFIRMED"
        notice = {
            "bidder": admitted["bidder"],
            "amount": 5_000,
            "received": 1,
            "bank_ref": f"b-{auction}",
        }
        paid = await staff.post(f"{path}/deposits", notice)
        assert paid["type"] == "accepted"
        assert (await staff.post(f"{path}/deposits", notice))["i"] == paid["i"]
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"{path}/deposits", notice | {"amount": 6_000})
        assert no.value.code == "ALREADY_TAKEN"
        # The refusal of r1 stands: a reference has one answer. A new one is a new question.
        assert (await bidder.post(f"{path}/bids", offer))["i"] == unpaid["i"]
        good = await bidder.post(f"{path}/bids", offer | {"ref": "r2"})
        assert good["type"] == "accepted"
        async with socket(bidder, auction) as ws:
            await ws.send(json.dumps({"type": "bid", **offer, "ref": "r2"}))
            assert (await receive(ws, "accepted"))["i"] == good["i"]
            await ws.send(json.dumps({"type": "bid", "ref": "r2", "amount": 101_000}))
            assert (await receive(ws, "refused"))["reason"] == "REF_REUSED"
        mine = (await bidder.get(path))["mine"]
        assert (mine["bidder"], mine["admitted"], mine["deposit"]["ok"]) == (
            admitted["bidder"],
            True,
            True,
        )
        everything = json.dumps((await auditor.get(f"{path}/entries", limit=1000))["entries"])
        assert "bidder1" not in everything
        assert REAL_NAME not in everything


async def test_staff_stop_and_go_on_and_only_the_second_person_ends(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1") as (staff, approver, bidder):
        auction = await running(staff, approver)
        path = f"/api/auctions/{auction}"
        await take_part(staff, auction, bidder)
        assert (await staff.post(f"{path}/suspend", {"reason": "供电中断"}))["type"] == "accepted"
        refused = await bidder.post(f"{path}/bids", {"ref": "s", "amount": 100_000})
        assert refused["reason"] == "SUSPENDED"
        assert (await staff.post(f"{path}/resume", {"reason": "供电恢复"}))["type"] == "accepted"
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"{path}/terminate", {"reason": "不应通过"})
        assert no.value.status == 403
        assert (await approver.post(f"{path}/terminate", {"reason": "公告更正"}))[
            "type"
        ] == "accepted"
        assert (await staff.get(path))["room"]["status"] == "terminated"


@pytest.mark.parametrize("reason", ["", "   ", "a\nb", "a\x00b", "a\x7fb", "a\u202eb", "x" * 201])
async def test_a_reason_is_one_clean_line(house: HouseProcess, reason: str):
    async with signed_in(house, "staff1", "approver1") as (staff, approver):
        auction = await running(staff, approver)
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"/api/auctions/{auction}/suspend", {"reason": reason})
        assert (no.value.code, no.value.body["fields"][0]["path"]) == ("BAD_FIELDS", "reason")


# The record ------------------------------------------------------------------------------------


async def test_receipts_are_for_whoever_asked_and_for_those_who_watch(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1", "bidder2", "staff2") as people:
        staff, approver, one, two, watcher = people
        auction = await running(staff, approver)
        path = f"/api/auctions/{auction}"
        await take_part(staff, auction, one)
        await take_part(staff, auction, two)
        mine = await one.post(f"{path}/bids", {"ref": "mine", "amount": 100_000})
        receipt = await one.download(f"{path}/receipts?ref=mine")
        assert receipt == await one.download(f"{path}/receipts/{mine['i']}")
        assert receipt == await watcher.download(f"{path}/receipts/{mine['i']}")
        assert receipt.startswith(b"c2sp.org/tlog-proof@v1\n")
        for wrong in (
            f"receipts/{mine['i']}",
            "receipts?ref=mine",
            "receipts/1",
            "receipts/999999",
        ):
            with pytest.raises(HouseSaysNo) as no:
                await two.download(f"{path}/{wrong}")
            assert no.value.code == "NOT_FOUND", wrong
        # The notice is every bidder's: to whose keys he seals, his browser proves with it.
        opening = parse_receipt(await two.download(f"{path}/receipts/0"))
        assert json.loads(opening.entry)["type"] == "session.opened"


async def test_the_archive_is_everybodys_once_it_is_over_and_verifies(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1") as (staff, approver, bidder):
        opens = await now(staff) + SECOND
        auction = await publish(staff, approver, english(**begun_by_an_offer(opens, 1)))
        path = f"/api/auctions/{auction}"
        await take_part(staff, auction, bidder)
        await until_status(staff, auction, "running")
        async with Visitor(house.url) as public:
            with pytest.raises(HouseSaysNo) as no:
                await public.download(f"{path}/archive")
            assert no.value.code == "NOT_SIGNED_IN"
            told = await public.get(f"{path}/verifiable")
            assert (told["archive"], told["checkpoint"]) == (False, None)
            assert "尚未结束" in told["why"]["zh"]
            await bidder.post(f"{path}/bids", {"ref": "r", "amount": 120_000})
            await until_status(public, auction, "closed")
            told = await public.get(f"{path}/verifiable")
            assert (told["archive"], told["why"]) == (True, None)
            archive = await public.download(f"{path}/archive")
            assert archive.startswith(b"bidding-session-archive/v1\n")
            verdict = await public.get(f"{path}/verify")
            assert (verdict["ok"], verdict["rejudged"], verdict["first_wrong"]) == (
                True,
                True,
                None,
            )
            assert b"daylight.local/log" in await public.download(f"{path}/policy")
            paper = await staff.download(f"{path}/transcript?kind=confirmation&lang=zh")
            assert "成交确认书" in paper.decode()
            assert f"/verify?auction={auction}" in paper.decode()
            with pytest.raises(HouseSaysNo) as no:
                await bidder.download(f"{path}/transcript")
            assert no.value.code == "FORBIDDEN"
            line = next(
                a
                for a in (await public.get("/api/auctions"))["auctions"]
                if a["auction"] == auction
            )
            assert (line["status"], line["awards"][0]["price"]) == ("closed", 120_000)


async def test_a_session_is_not_published_after_its_announced_opening(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1") as (staff, approver):
        late = await staff.post("/api/drafts", english(await now(staff) - SECOND))
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"/api/drafts/{late['id']}/submit")
        assert [f["path"] for f in no.value.body["fields"]] == ["terms.opens"]
        opens = await now(staff) + 3 * SECOND
        soon = await staff.post("/api/drafts", english(opens))
        submitted = await staff.post(f"/api/drafts/{soon['id']}/submit")
        while await now(staff) <= opens:
            await asyncio.sleep(0.1)
        with pytest.raises(HouseSaysNo) as no:
            await approver.post(
                f"/api/drafts/{soon['id']}/approve", {"sha256": submitted["sha256"]}
            )
        assert no.value.code == "BAD_FIELDS"
        for name in ("english", "far_adjustment"):
            terms = (await staff.get(f"/api/rules/{name}"))["example"]
            opens = terms.get("opens") or terms["quoting_opens"]
            assert opens > await now(staff) + 23 * 3600 * SECOND


async def test_while_offers_are_sealed_nobody_reads_the_record(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1", "bidder2", "staff2") as people:
        staff, approver, one, two, watcher = people
        auction = await publish(staff, approver, sealed(await now(staff) + 3 * SECOND // 2, 8))
        path = f"/api/auctions/{auction}"
        await take_part(staff, auction, one, "P1")
        await take_part(staff, auction, two, "P2")
        await until_status(staff, auction, "running")
        offer = await one.post(f"{path}/bids", {"ref": "sealed", "amount": 123_400, "lot": "P1"})
        assert offer["type"] == "accepted"
        film = ("film", "film/room?i=0", "film/entries/0", "film/export", "remarks")
        for wrong in ("entries", "archive", "verify", f"receipts/{offer['i']}", *film):
            with pytest.raises(HouseSaysNo) as no:
                await watcher.download(f"{path}/{wrong}")
            assert no.value.code == "SEALED", wrong
        assert (await one.download(f"{path}/receipts?ref=sealed")).startswith(b"c2sp.org")
        for visitor in (two, watcher, approver):
            assert "123400" not in json.dumps((await visitor.get(path))["room"])
            async with visitor.join(auction) as seat:
                assert "123400" not in json.dumps([seat.rooms, seat.you])
        own = (await one.get(path))["room"]["offers"]
        assert [o["amount"] for o in own] == [123_400]
        await until_status(staff, auction, "closed")
        assert "123400" in json.dumps((await watcher.get(f"{path}/entries"))["entries"])


async def test_the_documents_describe_what_is_there(house: HouseProcess):
    async with Visitor(house.url) as public:
        document = await public.get("/api/openapi.json")
        assert document["openapi"] == "3.1.0"
        stream = await public.get("/api/asyncapi.json")
        assert stream["channels"]["stream"]["address"] == "/api/v1/stream"
        rule = await public.get("/api/rules/english")
        assert rule["schema"]["properties"]["start_price"]["title"]
        with pytest.raises(HouseSaysNo) as no:
            await public.get("/api/rules/none_such")
        assert no.value.status == 404


async def test_no_token_and_no_password_lies_in_the_register(house: HouseProcess):
    async with signed_in(house, "bidder1") as (bidder,):
        token = bidder.cookie.partition("=")[2]
        with sqlite3.connect(f"file:{house.data}/house.db?mode=ro", uri=True) as register:
            text = "\n".join(register.iterdump())
        register.close()
        assert token not in text
        assert PASSWORD not in text
        assert "$argon2id$" in text


async def test_size_counts_what_was_asked(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1") as (staff, approver):
        auction = await running(staff, approver)
        before = await size(staff, auction)
        await staff.post(f"/api/auctions/{auction}/suspend", {"reason": "x"})
        assert await size(staff, auction) == before + 1
