"""A real browser for the tests of the desks: one Chromium a worker, one fresh context a test.

    async def test_the_board_opens(page, address):
        await page.goto(address)

A test fails when its page threw an error, wrote one to the console or broke the content policy,
even when every assertion held; a test that provokes such words names them:

    async def test_refused_sign_in(page, complaints):
        ...
        complaints.expect("401")

A file that wants a house names its `BIDDERS` and asks for `office`: one house for the file, and
windows on it for each test.

Tests here share one event loop (the browser's connection lives on it).
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    async_playwright,
    expect,
)

from tests.browser.desk import PATIENCE, Office, open_house
from tests.doors.house_process import HouseProcess, People
from tools.browser import find
from tools.build_desks import node_binary

HERE = Path(__file__).parent
ARGUMENTS = [
    "--no-sandbox",  # containers have no user namespaces
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the asynchronous tests of this folder on the loop of the session."""
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


class Complaints:
    """What the pages of one test complained about."""

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._expected: list[str] = []
        self._allowed: list[str] = []

    def expect(self, words: str) -> None:
        """Allow complaints that contain these words; one at least must come."""
        self._expected.append(words)

    def allow(self, words: str) -> None:
        """Allow complaints that come only if something is asked in the wrong moment."""
        self._allowed.append(words)

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep what a page writes to its console as an error."""
        if message.type == "error":
            self._heard.append(f"{message.text} ({message.location['url']})")

    def on_error(self, error: Error) -> None:
        """Keep what a page threw and nobody caught."""
        self._heard.append(str(error))

    def listen(self, context: BrowserContext) -> None:
        """Hear every page of this context, those it opens later too."""
        context.on("console", self.on_console)
        context.on("weberror", lambda found: self.on_error(found.error))

    def settle(self) -> None:
        """Fail on a complaint nobody expected, and on one that was expected and never came."""
        unexpected = [
            words
            for words in self._heard
            if not any(known in words for known in self._expected + self._allowed)
        ]
        missing = [
            known for known in self._expected if not any(known in words for words in self._heard)
        ]
        assert not unexpected, f"the page complained: {unexpected}"
        assert not missing, f"the page did not complain about: {missing}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One headless Chromium for all tests of this worker."""
    # Playwright's own Node wants a library that bare machines lack; ours does not.
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(node_binary())
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=find(), headless=True, args=ARGUMENTS
        )
        yield chromium
        await chromium.close()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the pages of this test complain about; settled when the test is over."""
    kept = Complaints()
    yield kept
    kept.settle()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, complaints: Complaints) -> AsyncIterator[BrowserContext]:
    """A fresh visitor: Chinese, in Shanghai, without cookies.

    Both are set because under a bare `LANG` the browser's language is no valid tag.
    """
    visitor = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    visitor.set_default_timeout(PATIENCE)
    complaints.listen(visitor)
    yield visitor
    await visitor.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> Page:
    """The visitor's first page."""
    return await context.new_page()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[HouseProcess, People]]:
    """One house for all tests of a file, with its `BIDDERS`; each test has an auction of its own."""
    async with open_house(tmp_path_factory.mktemp("house"), *request.module.BIDDERS) as found:
        yield found
        assert found[0].errors() == []


@pytest_asyncio.fixture(loop_scope="session")
async def office(
    opened: tuple[HouseProcess, People], browser: Browser, complaints: Complaints
) -> AsyncIterator[Office]:
    """The file's house, and windows on it that tell tales."""
    kept = Office(*opened, browser, complaints.listen)
    yield kept
    await kept.close()
