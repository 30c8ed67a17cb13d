"""Every state of every rule has its face: what the examples come to, shown in a real browser.

The expected face is told by the kind of the stage and by what the house offers the bidder, in a
table of its own: it is not asked of the page's sources.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext

from auction_rules.registry import BUILT_IN
from tests.browser.conftest import Complaints
from tests.browser.desk import Desk, open_house
from tests.browser.pictures import Picture, pictures
from tests.browser.shown import Shown

WATCHED = {"draw", "seed", "frozen", "reserve", "panel", "read_out"}
OVER = {"closed", "terminated", "voided"}
ONE_FACE = {"gate": "asked", "claim": "asked", "rounds": "lines"}
PADS = {"quoting", "timed", "best", "one_price", "turns", "unsealing", None}


def expected(picture: Picture) -> str | None:
    """The name of the face under which the bidder acts; None where he watches."""
    assert picture.you is not None
    actions, kind = picture.you["actions"], picture.kind
    if picture.room["status"] in OVER or kind in WATCHED:
        return None
    if actions["ask"] is None and picture.room["status"] == "running" and kind not in PADS:
        # He may not act at all, and is told why where the amount would be.
        return "pad"
    if actions["ask"] is None:
        return "pad"
    if kind == "unsealing":
        return None if actions["blocked"] is None else "pad"
    if actions["lines"]:
        return "lines"
    if kind == "clock":
        return "tick"
    return ONE_FACE.get(kind or "", "pad")


def wrongs(picture: Picture, seen: dict[str, Any]) -> list[str]:
    """What the page does not show as it should."""
    found: list[str] = []

    def same(what: str, wanted: Any, got: Any) -> None:
        if wanted != got:
            found.append(
                f"{picture.rule}/{picture.source} {picture.kind}: {what} {got!r}, not {wanted!r}"
            )

    over = picture.room["status"] in OVER
    same("outcome", over, seen["outcome"])
    same("suspended", picture.room["status"] == "suspended", seen["suspended"])
    same("untold words", [], [key for key in seen["keys"] if key.split(".")[0] in AREAS])
    if over:
        return found
    if picture.kind in WATCHED | {"unsealing"}:
        same("awaited", picture.kind, seen["waits"])
    if picture.kind == "draw":
        undrawn = bool(picture.room["pool"]) and not picture.room["order"]
        same("pool", undrawn, "pool" in seen["extra"])
    if picture.kind != "rounds":
        same("order", bool(picture.room["order"]), "order" in seen["extra"])
    if picture.you is None:
        same("face", None, seen["face"])
        return found
    actions = picture.you["actions"]
    same("face", expected(picture), seen["face"])
    opens = actions["ask"] is not None and actions["blocked"] is None
    if seen["face"] in ("pad", "asked", "tick"):
        same("off", not opens, seen["off"])
    same("reveal", actions["ask"] == "reveal" and opens, seen["reveal"])
    if seen["face"] == "lines":
        same(
            "rows",
            [(x["slot"], x["blocked"] is None, x["withdraw"]) for x in actions["lines"]],
            [(x["slot"], x["open"], x["withdraw"]) for x in seen["rows"]],
        )
    for act in ("take_back", "leave", "waive"):
        if expected(picture) is not None:
            same(act, act in actions["also"], act.replace("_", "-") in seen["extra"])
    if actions["pending"] is not None and seen["face"] == "pad":
        same("pending", True, "pending" in seen["extra"])
    return found


AREAS = {
    "face",
    "asked",
    "tick",
    "lines",
    "pad",
    "turns",
    "await",
    "told",
    "why",
    "answer",
    "price",
}


async def test_every_state_of_every_rule_has_its_face(
    browser: Browser, complaints: Complaints, tmp_path: Path
) -> None:
    def listen(context: BrowserContext) -> None:
        context.on("console", complaints.on_console)
        context.on("weberror", lambda found: complaints.on_error(found.error))

    every = pictures()
    assert {p.rule for p in every} == {rule.name for rule in BUILT_IN}
    async with open_house(tmp_path, "zhao") as (house, _):
        desk = await Desk.open(browser, house, listen, "zhao")
        shown = Shown(desk.page)
        mine = [p for p in every if p.you is not None]
        await shown.open(desk, mine[0])
        found = [wrong for p in mine for wrong in wrongs(p, await shown.show(p))]
        await desk.context.close()
        visitor = await Desk.open(browser, house, listen)
        shown = Shown(visitor.page)
        public = [p for p in every if p.you is None]
        await shown.open(visitor, public[0])
        found += [wrong for p in public for wrong in wrongs(p, await shown.show(p))]
        await visitor.context.close()
    assert found == []
