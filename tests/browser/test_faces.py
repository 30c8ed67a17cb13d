"""Every state of every rule has its face: what the examples come to, shown in a real browser.

The expected face is told by the kind of the stage and by what the house offers the bidder, in a
table of its own: it is not asked of the page's sources.
"""

from __future__ import annotations

from typing import Any

from auction_rules.registry import BUILT_IN
from bidding.web.api.rules import AT_THE_DESKS
from tests.browser.conftest import Complaints
from tests.browser.desk import Office
from tests.browser.pictures import Picture, pictures
from tests.browser.shown import AUCTION, Shown

BIDDERS = ("zhao",)
WATCHED = {"draw", "seed", "frozen", "reserve", "panel", "read_out"}
OVER = {"closed", "terminated", "voided"}
ONE_FACE = {"gate": "asked", "claim": "asked", "rounds": "lines"}
ACTS = {"take_back": "take-back", "leave": "leave", "waive": "waive"}


def expected(picture: Picture) -> str | None:
    """The name of the face under which the bidder acts; None where he watches."""
    assert picture.you is not None
    actions, kind = picture.you["actions"], picture.kind
    if picture.room["status"] in OVER or kind in WATCHED or picture.you["state"] == "excluded":
        return None
    if actions["ask"] is None:
        # He may not act at all, and is told why where the amount would be.
        return "pad"
    if kind == "unsealing":
        return None if actions["blocked"] is None else "pad"
    if actions["lines"]:
        return "lines"
    if kind == "clock":
        return "tick"
    return ONE_FACE.get(kind or "", "pad")


class Compared:
    """What the page does not show as it should, of one picture."""

    def __init__(self, picture: Picture, seen: dict[str, Any]) -> None:
        self.picture, self.seen = picture, seen
        self.found: list[str] = []

    def same(self, what: str, wanted: Any, got: Any) -> None:
        if wanted != got:
            where = f"{self.picture.rule}/{self.picture.source} {self.picture.kind}"
            self.found.append(f"{where}: {what} {got!r}, not {wanted!r}")

    def read(self) -> None:
        """What everybody sees."""
        room, kind, extra = self.picture.room, self.picture.kind, self.seen["extra"]
        self.same("outcome", room["status"] in OVER, self.seen["outcome"])
        self.same("suspended", room["status"] == "suspended", self.seen["suspended"])
        untold = [key for key in self.seen["keys"] if key.split(".")[0] in AREAS]
        self.same("untold words", [], untold)
        if room["status"] in OVER:
            return
        if kind in WATCHED | {"unsealing"}:
            self.same("awaited", kind, self.seen["waits"])
        if kind == "draw":
            self.same("pool", bool(room["pool"]) and not room["order"], "pool" in extra)
        if kind != "rounds":
            self.same("order", bool(room["order"]), "order" in extra)

    def act(self, you: dict[str, Any]) -> None:
        """What a bidder may do."""
        actions, seen = you["actions"], self.seen
        face = expected(self.picture)
        self.same("face", face, seen["face"])
        opens = actions["ask"] is not None and actions["blocked"] is None
        if face in ("pad", "asked", "tick"):
            self.same("off", not opens, seen["off"])
        self.same("reveal", actions["ask"] == "reveal" and opens, seen["reveal"])
        if face == "lines":
            wanted = [(x["slot"], x["blocked"] is None, x["withdraw"]) for x in actions["lines"]]
            self.same("rows", wanted, [(x["slot"], x["open"], x["withdraw"]) for x in seen["rows"]])
        if face is not None:
            also = [act for act in ACTS if ACTS[act] in seen["extra"]]
            self.same("acts", sorted(actions["also"]), sorted(also))
        if face == "pad":
            self.same("pending", actions["pending"] is not None, "pending" in seen["extra"])


def wrongs(picture: Picture, seen: dict[str, Any]) -> list[str]:
    """What the page does not show as it should."""
    compared = Compared(picture, seen)
    compared.read()
    if picture.you is None:
        compared.same("face", None, seen["face"])
    elif picture.room["status"] not in OVER:
        compared.act(picture.you)
    return compared.found


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
    office: Office, complaints: Complaints
) -> None:
    # Pictures have no record behind them, whose policy the room may ask for.
    complaints.allow(f"/api/auctions/{AUCTION}/policy")
    every = pictures()
    # Staff may choose a rule at the desks because its states are looked at here.
    assert {p.rule for p in every} == AT_THE_DESKS == {rule.name for rule in BUILT_IN}
    found: list[str] = []
    for account in (*BIDDERS, None):
        desk = await office.desk(account)
        shown = Shown(desk.page)
        theirs = [p for p in every if (p.you is None) is (account is None)]
        await shown.open(desk, theirs[0])
        found += [wrong for p in theirs for wrong in wrongs(p, await shown.show(p))]
    assert found == []
