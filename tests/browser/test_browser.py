"""The browser the other tests rely on: it speaks Chinese, is fresh each time, and tells tales."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page

from tests.browser.conftest import Complaints

STATIC = Path(__file__).parents[2] / "bidding" / "web" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; require-trusted-types-for 'script'"
)


@pytest_asyncio.fixture(loop_scope="session")
async def address() -> AsyncIterator[str]:
    """An empty page under the strict content policy, and the built files."""

    async def show(_: web.Request) -> web.Response:
        body = "<!doctype html><html lang=zh-CN><title>空</title><link rel=icon href='data:,'>"
        return web.Response(
            text=body, content_type="text/html", headers={"Content-Security-Policy": POLICY}
        )

    app = web.Application()
    app.router.add_get("/", show)
    app.router.add_static("/static/", STATIC)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def test_visitor_is_in_shanghai(page: Page, address: str) -> None:
    await page.goto(address)
    seen = await page.evaluate(
        "[navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]"
    )
    assert seen == ["zh-CN", "Asia/Shanghai"]


@pytest.mark.parametrize("visit", [1, 2])
async def test_visitor_is_fresh(page: Page, address: str, visit: int) -> None:
    await page.goto(address)
    assert await page.evaluate("localStorage.getItem('visit')") is None
    await page.evaluate("visit => localStorage.setItem('visit', visit)", visit)
    assert await page.evaluate("localStorage.getItem('visit')") == str(visit)


async def test_inline_script_is_a_complaint(
    page: Page, address: str, complaints: Complaints
) -> None:
    complaints.expect("TrustedHTML")
    await page.goto(address)
    with pytest.raises(Exception, match="TrustedHTML"):
        await page.evaluate("document.body.innerHTML = '<b>bold</b>'")


async def test_console_errors_are_heard(page: Page, address: str, complaints: Complaints) -> None:
    complaints.expect("heard")
    own = Complaints()
    page.on("console", own.on_console)
    await page.goto(address)
    async with page.expect_console_message():
        await page.evaluate("setTimeout(() => console.error('heard'))")
    with pytest.raises(AssertionError, match="the page complained"):
        own.settle()


def test_silence_is_a_complaint_when_one_was_expected() -> None:
    quiet = Complaints()
    quiet.expect("401")
    with pytest.raises(AssertionError, match="did not complain"):
        quiet.settle()


def test_every_desk_is_built_without_inline_code() -> None:
    manifest = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    pages = {entry["src"] for entry in manifest.values() if entry.get("isEntry")}
    assert {"board.html", "room.html", "staff.html", "auditor.html", "verify.html"} <= pages
    for name in pages:
        html = (STATIC / name).read_text(encoding="utf-8")
        assert "<script>" not in html
        assert "<style" not in html
        assert 'src="/static/assets/' in html
