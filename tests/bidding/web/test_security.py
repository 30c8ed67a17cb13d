"""The house behind a front server, and the bug that must not leave as a bare 500."""

import aiohttp
import pytest

from bidding.client import HouseSaysNo, Visitor
from bidding.engine.ports import LogBroken
from bidding.web.api import identity
from bidding.web.context import DoorSettings
from bidding.web.limits import Limits, Rate
from bidding.web.routes import Route
from tests.bidding.web.door_in_process import open_door, signed_in


async def fetch(url: str, **headers: str):
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
        return response.status, response.headers, await response.json()


async def test_forwarding_headers_are_believed_of_our_own_front_server_only(tmp_path):
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "1.1.1.1, 203.0.113.9"}
    async with open_door(tmp_path) as house:
        _, headers, _ = await fetch(f"{house.url}/api/me", **forwarded)
        assert "Strict-Transport-Security" not in headers
        assert "Secure" not in headers["Set-Cookie"]
    (tmp_path / "second").mkdir()
    trusting = DoorSettings(trusted_proxies=frozenset({"127.0.0.1"}))
    async with open_door(tmp_path / "second", settings=trusting) as house:
        _, headers, _ = await fetch(f"{house.url}/api/me", **forwarded)
        assert headers["Strict-Transport-Security"].startswith("max-age=")
        assert "Secure" in headers["Set-Cookie"]
        async with Visitor(house.url) as visitor:
            visitor._http.headers.update({"X-Forwarded-For": "1.1.1.1, 203.0.113.9"})
            await visitor.sign_in("b", "correct horse")
            (line,) = (await visitor.get("/api/sessions"))["sessions"]
            assert line["address"] == "203.0.113.9", "the last hop is the one our server saw"


async def test_a_named_origin_is_the_only_one(tmp_path):
    settings = DoorSettings(origins=frozenset({"https://bid.example.cn"}))
    async with open_door(tmp_path, settings=settings) as house, Visitor(house.url) as visitor:
        await visitor.get("/api/me")
        visitor._http.headers["Origin"] = house.url
        with pytest.raises(HouseSaysNo) as no:
            await visitor.sign_in("b", "correct horse")
        assert no.value.code == "FOREIGN_ORIGIN"
        visitor._http.headers["Origin"] = "https://bid.example.cn"
        await visitor.sign_in("b", "correct horse")


async def test_too_fast_by_address_and_by_sign_in(tmp_path):
    limits = Limits(by_address=Rate(0.001, 8), by_sign_in=Rate(0.001, 1000))
    async with open_door(tmp_path, limits) as house:
        codes = [(await fetch(f"{house.url}/api/time"))[0] for _ in range(10)]
        assert codes == [200] * 8 + [429] * 2
    (tmp_path / "second").mkdir()
    limits = Limits(by_sign_in=Rate(0.001, 5))
    async with open_door(tmp_path / "second", limits) as house, signed_in(house, "s") as (staff,):
        # The sign-in itself came as somebody else: the cookie before it.
        for _ in range(5):
            await staff.get("/api/drafts")
        with pytest.raises(HouseSaysNo) as no:
            await staff.get("/api/drafts")
        assert (no.value.status, no.value.code) == (429, "TOO_FAST")


async def test_a_bug_is_a_problem_document_that_tells_nothing(tmp_path, monkeypatch, capsys):
    async def broken(_):
        raise ZeroDivisionError("the secret of the house")

    routes = tuple(
        Route("GET", r.path, broken, r.room, r.zh, r.en) if r.path == "/api/time" else r
        for r in identity.ROUTES
    )
    monkeypatch.setattr("bidding.web.app.ROUTES", routes)
    async with open_door(tmp_path) as house:
        status, headers, body = await fetch(f"{house.url}/api/time")
        assert (status, body["code"]) == (500, "BROKEN")
        assert "secret" not in str(body)
        assert "Content-Security-Policy" in headers
    assert "ZeroDivisionError" in capsys.readouterr().out


async def test_a_record_that_does_not_answer_is_no_bug_and_no_no(tmp_path, monkeypatch):
    async def away(_):
        raise LogBroken("the database of the house")

    routes = tuple(
        Route("GET", r.path, away, r.room, r.zh, r.en) if r.path == "/api/time" else r
        for r in identity.ROUTES
    )
    monkeypatch.setattr("bidding.web.app.ROUTES", routes)
    async with open_door(tmp_path) as house:
        status, headers, body = await fetch(f"{house.url}/api/time")
        assert (status, body["code"], headers["Retry-After"]) == (503, "TRY_LATER", "1")
        assert "database" not in str(body)
