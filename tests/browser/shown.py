"""A room that is shown pictures: the real page of a real house, its stream played by the test.

The page's files, headers and sign-in are the house's; the socket and one auction's answer are not.
"""

from __future__ import annotations

import json
from typing import Any, Final

from playwright.async_api import Page, WebSocketRoute

from tests.browser.desk import Desk
from tests.browser.pictures import Picture

AUCTION: Final = "shown"
_BEGIN: Final = 1_772_413_200_000_000
"""The page's clock starts here; pictures are moved to it."""

_LOOK: Final = """async (mark) => {
  const began = performance.now();
  while (document.querySelector('h1')?.textContent !== mark) {
    if (performance.now() - began > 20000) throw new Error(`not shown: ${mark}`);
    await new Promise((go) => setTimeout(go, 4));
  }
  const at = (name) => document.querySelector(`[data-test=${name}]`);
  const pad = at('pad');
  return {
    face: pad?.dataset.face ?? null,
    off: pad?.classList.contains('is-off') ?? null,
    text: pad?.textContent ?? '',
    waits: at('await')?.dataset.kind ?? null,
    main: at('bid') !== null,
    reveal: at('reveal') !== null,
    outcome: at('outcome') !== null,
    suspended: at('suspended') !== null,
    rows: [...document.querySelectorAll('[data-test=line]')].map((row) => ({
      slot: row.dataset.slot, open: row.querySelector('[data-test=line-send]') !== null,
      withdraw: row.querySelector('[data-test=withdraw]') !== null })),
    extra: ['take-back', 'leave', 'waive', 'quantity', 'pending', 'left', 'fixed', 'equal',
            'points', 'pool', 'order', 'turns', 'told', 'decline'].filter((name) => at(name)),
    keys: [...document.body.innerText.matchAll(/\\b[a-z_]+\\.[a-z]+_?[a-z_]*\\b/g)].map((m) => m[0]),
  };
}"""


class Shown:
    """One window in which one picture after another is shown."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._socket: WebSocketRoute | None = None
        self._count = 0
        self._first: dict[str, Any] = {}

    async def open(self, desk: Desk, first: Picture, path: str = f"/room/{AUCTION}") -> None:
        """The room with its first picture."""
        self._first, _ = first.at(_BEGIN)
        await self.page.route(f"**/api/auctions/{AUCTION}", self._auction)
        await self.page.route_web_socket("**/api/v1/stream", self._stream)
        await desk.go(path)
        await self.page.locator("[data-test=meter][data-link=live]").wait_for()

    async def show(self, picture: Picture) -> dict[str, Any]:
        """Shows it, and tells what the page made of it."""
        self._count += 1
        mark = f"{picture.source} {self._count}"
        elapsed = int(await self.page.evaluate("Math.round(performance.now() * 1000)"))
        room, you = picture.at(_BEGIN + elapsed)
        room |= {"auction": AUCTION, "title": {"zh": mark, "en": mark}}
        assert self._socket is not None
        if you is not None:
            self._send({"type": "you", **you})
        self._send({"type": "snapshot", "channel": "public", "n": self._count, "room": room})
        looked: dict[str, Any] = await self.page.evaluate(_LOOK, mark)
        return looked

    async def _auction(self, route: Any) -> None:
        room = {**self._first, "auction": AUCTION}
        await route.fulfill(json={"room": room, "document": {}, "mine": None})

    def _stream(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(self._answer)

    def _answer(self, text: str | bytes) -> None:
        message = json.loads(text)
        if message["type"] == "time":
            there = _BEGIN + message["c"]
            self._send({"type": "time", "c": message["c"], "r": there, "s": there})
        elif message["type"] == "hello":
            self._send(
                {
                    "type": "welcome",
                    "v": 1,
                    "auction": AUCTION,
                    "channels": ["public", "bidder:01"],
                    "role": "bidder",
                    "bidder": "01",
                    "now": _BEGIN,
                    "build": "shown",
                }
            )

    def _send(self, frame: dict[str, Any]) -> None:
        assert self._socket is not None
        self._socket.send(json.dumps(frame))
