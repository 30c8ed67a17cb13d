import aiohttp
import pytest

from bidding.web.context import DoorSettings
from tests.bidding.web.door_in_process import open_door

PAGE = "<!doctype html><title>{}</title>"


@pytest.fixture
def built(tmp_path):
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    for name in ("board", "room", "staff", "auditor", "verify", "oversight"):
        (folder / f"{name}.html").write_text(PAGE.format(name))
    (folder / "assets" / "room-abc123.js").write_text("export {};" * 500)
    (folder / "manifest.json").write_text("{}")
    (tmp_path / "secret.txt").write_text("secret")
    return DoorSettings(static=folder)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", "board"),
        ("/sign-in", "board"),
        ("/room/zs-2026-1", "room"),
        ("/staff", "staff"),
        ("/audit", "auditor"),
        ("/verify", "verify"),
        ("/oversight", "oversight"),
    ],
)
async def test_each_address_has_its_desk(tmp_path, built, path, page):
    async with open_door(tmp_path, settings=built) as house, aiohttp.ClientSession() as http:
        async with http.get(house.url + path) as response:
            assert (response.status, await response.text()) == (200, PAGE.format(page))
            assert response.headers["Content-Type"] == "text/html; charset=utf-8"
            assert response.headers["Cache-Control"] == "no-cache"
            tag = response.headers["ETag"]
        async with http.get(house.url + path, headers={"If-None-Match": tag}) as response:
            assert (response.status, await response.read()) == (304, b"")


async def test_assets_are_kept_and_nothing_else_is_served(tmp_path, built):
    async with open_door(tmp_path, settings=built) as house, aiohttp.ClientSession() as http:
        async with http.get(f"{house.url}/static/assets/room-abc123.js") as response:
            assert response.status == 200
            assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert response.headers["Content-Encoding"] in ("gzip", "deflate")
        for path in (
            "/static/../secret.txt",
            "/static/%2e%2e/secret.txt",
            "/static//etc/passwd",
            "/static/board.html",
            "/static/none.js",
            "/secret.txt",
        ):
            async with http.get(house.url + path) as response:
                assert response.status == 404, path
                assert "secret" not in (await response.text()).replace("secret.txt", "")


async def test_without_a_build_the_house_says_so_and_the_api_works(tmp_path):
    settings = DoorSettings(static=tmp_path / "none")
    async with open_door(tmp_path, settings=settings) as house, aiohttp.ClientSession() as http:
        async with http.get(house.url) as response:
            assert (response.status, (await response.json())["code"]) == (503, "NOT_BUILT")
        async with http.get(f"{house.url}/api/time") as response:
            assert response.status == 200


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nope", "/room/", "/%ff%fe"])
async def test_a_browser_that_lost_its_way_is_shown_a_page(tmp_path, path):
    async with open_door(tmp_path) as house, aiohttp.ClientSession() as http:
        async with http.get(house.url + path, headers=BROWSER) as response:
            assert response.status == 404
            assert response.headers["Content-Type"] == "text/html; charset=utf-8"
            assert "Content-Security-Policy" in response.headers
            page = await response.text()
            assert "没有这个页面" in page
            assert "There is no such page." in page
            # The policy allows neither inside.
            assert "<style" not in page
            assert "<script" not in page
        async with http.get(house.url + path) as response:
            assert (response.status, response.content_type) == (404, "application/problem+json")


async def test_the_api_answers_a_browser_as_it_answers_programs(tmp_path):
    async with (
        open_door(tmp_path) as house,
        aiohttp.ClientSession() as http,
        http.get(house.url + "/api/nope", headers=BROWSER) as response,
    ):
        assert (response.status, response.content_type) == (404, "application/problem+json")
