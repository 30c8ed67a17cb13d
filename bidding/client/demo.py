"""A demonstration that plays itself through the public door: people, sessions, bidders.

It holds no key to the house. It signs in like everybody, proposes and approves with two accounts,
applies, admits, pays, and bids at a human pace; so what a newcomer sees is what the product
does. One parcel of each live session is kept for him.
"""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bidding.client.bot import Bot
from bidding.client.seat import SeatLost
from bidding.client.visitor import HouseSaysNo, Visitor

log = structlog.get_logger("demo")

PREFIX: Final = "demo-"
PASSWORD: Final = "daylight"  # noqa: S105 exists only while the demonstration is on

SECOND: Final = 1_000_000
QUOTING: Final = 120
COUNTDOWN: Final = 90
DEPOSIT: Final = 50_000_000
"""500,000 yuan, in fen."""
DOWNTIME: Final = {"auto_seconds": 300, "notice_seconds": 60}
"""What the form proposes: past five minutes two officers resume, a minute ahead."""


@dataclass(frozen=True, slots=True)
class Person:
    """One demonstration account. `lot` is the parcel it brings to the live session."""

    account: str
    roles: tuple[Any, ...]
    zh: str
    en: str
    lot: str | None = None
    shown: bool = True


NEWCOMER: Final = Person("demo-bidder", ("bidder",), "竞买人", "a bidder, for you", "P5")
STAFF: Final = Person("demo-staff", ("staff",), "经办人", "staff: proposes and runs sessions")
APPROVER: Final = Person("demo-approver", ("approver",), "审批人", "approver: the second person")
AUDITOR: Final = Person("demo-auditor", ("auditor",), "监督员", "auditor: checks everything")
BOTS: Final = tuple(
    Person(
        f"demo-bot-{n}",
        ("bidder",),
        f"演示竞买人{n}",
        f"bidder {n} that plays by itself",
        f"P{n}",
        shown=False,
    )
    for n in (1, 2, 3, 4)
)
ACCOUNTS: Final = (NEWCOMER, STAFF, APPROVER, AUDITOR, *BOTS)

_PARCELS: Final = (
    ("P1", "石岐区一号地", "Shiqi parcel 1", "30000"),
    ("P2", "东区二号地", "East parcel 2", "25000"),
    ("P3", "西区三号地", "West parcel 3", "18000"),
    ("P4", "南区四号地", "South parcel 4", "12000"),
    ("P5", "火炬区五号地", "Torch parcel 5", "20000"),
)


class Demo:
    """Runs until cancelled: there is always one live session, one ended and one announced."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._people: dict[str, Visitor] = {}

    async def run(self) -> None:
        """Never raises for what a house may say; a demonstration must not stop the house."""
        async with AsyncExitStack() as stack:
            for person in (STAFF, APPROVER, NEWCOMER, *BOTS):
                visitor = await stack.enter_async_context(Visitor(self._url))
                self._people[person.account] = visitor
            while True:
                try:
                    await self._sign_in()
                    async with asyncio.TaskGroup() as group:
                        group.create_task(self._furnish())
                        group.create_task(self._live())
                except* (HouseSaysNo, SeatLost, OSError, TimeoutError) as errors:
                    # A restart of the house, a visitor who suspends the session: begin again.
                    log.warning(
                        "demo begins again", errors=[type(e).__name__ for e in errors.exceptions]
                    )
                await asyncio.sleep(5)

    async def _sign_in(self) -> None:
        for account, visitor in self._people.items():
            await visitor.sign_in(account, PASSWORD)

    # The live session ---------------------------------------------------------------------

    async def _live(self) -> None:
        while True:
            auction = await self._find("running") or await self._open_live()
            await self._seat_everybody(auction, {p.account: p.lot for p in (NEWCOMER, *BOTS)})
            await self._play(
                auction, [self._bot(p, auction, pace=(4.0, 16.0), beyond=(10, 45)) for p in BOTS]
            )
            log.info("demo session over", auction=auction)
            await asyncio.sleep(2)

    async def _open_live(self) -> str:
        now = await self._now()
        terms = {
            "parcels": [
                {"id": i, "zh": zh, "en": en, "added_area": area} for i, zh, en, area in _PARCELS
            ],
            "quota_area": "60000",
            "start_price": "4000",
            "step": "50",
            "quoting_opens": now + 2 * SECOND,
            "quoting_closes": now + QUOTING * SECOND,
            # A newcomer who comes late may still join in, as a centre may decide.
            "eligibility": "ALL",
            "countdown_seconds": COUNTDOWN,
        }
        return await self._publish(
            "far",
            ("调整容积率上网竞价（演示场）", "Floor-area-ratio auction (demonstration)"),
            "far_adjustment",
            terms,
            deposit=DEPOSIT,
        )

    # The others ---------------------------------------------------------------------------

    async def _furnish(self) -> None:
        """Once: an auction to come, and one that is over, so that no list is empty."""
        now = await self._now()
        if await self._find("announced", "english") is None:
            terms = {
                "lot_zh": "岐江北路商业用地使用权",
                "lot_en": "Commercial land, Qijiang North Road",
                "opens": now + 24 * 3600 * SECOND,
                "duration_seconds": 600,
                "start_price": "86000000",
                "step": "1000000",
                "extension_seconds": 300,
            }
            await self._publish(
                "land",
                ("岐江北路商业用地竞价", "Land on Qijiang North Road"),
                "english",
                terms,
                deposit=DEPOSIT,
            )
        if await self._find("closed", "english") is None:
            await self._over(now)

    async def _over(self, now: int) -> None:
        terms = {
            "lot_zh": "旧设备一批",
            "lot_en": "Used equipment",
            "opens": now + 3 * SECOND,
            "duration_seconds": 15,
            "start_price": "120000",
            "step": "2000",
            "extension_seconds": 5,
            "max_extensions": 4,
        }
        auction = await self._publish(
            "assets",
            ("旧设备处置竞价", "Disposal of used equipment"),
            "english",
            terms,
            deposit=0,
        )
        players = BOTS[:3]
        await self._seat_everybody(auction, {p.account: None for p in players})
        await self._play(
            auction, [self._bot(p, auction, pace=(1.0, 3.0), beyond=(4, 12)) for p in players]
        )

    # Steps through the door ---------------------------------------------------------------

    async def _now(self) -> int:
        """The house's time, up to the next full second: announced times are round."""
        now = (await self._people[STAFF.account].get("/api/time"))["now"]
        return int(-(-now // SECOND) * SECOND)

    async def _find(self, status: str, rule: str = "far_adjustment") -> str | None:
        lines = (await self._people[STAFF.account].get("/api/auctions"))["auctions"]
        # A suspended session waits for people; a newcomer gets a live one all the same.
        live = ("running", "announced") if status == "running" else (status,)
        found = (a["auction"] for a in lines if a["status"] in live and a["rule"]["name"] == rule)
        return next((a for a in found if a.startswith(PREFIX)), None)

    async def _publish(
        self,
        kind: str,
        title: tuple[str, str],
        rule: str,
        terms: Mapping[str, Any],
        *,
        deposit: int,
    ) -> str:
        """Two people: one proposes and submits, the other approves exactly what was submitted."""
        staff, approver = self._people[STAFF.account], self._people[APPROVER.account]
        fields = {
            "auction": f"{PREFIX}{kind}-{secrets.token_hex(3)}",
            "title": dict(zip(("zh", "en"), title, strict=True)),
            "rule": rule,
            "terms": dict(terms),
            "deposit": deposit,
            "downtime": DOWNTIME,
        }
        draft = await staff.post("/api/drafts", fields)
        submitted = await staff.post(f"/api/drafts/{draft['id']}/submit")
        published = await approver.post(
            f"/api/drafts/{draft['id']}/approve", {"sha256": submitted["sha256"]}
        )
        log.info("demo session published", auction=published["auction"])
        return str(published["auction"])

    async def _seat_everybody(self, auction: str, lots: Mapping[str, str | None]) -> None:
        staff = self._people[STAFF.account]
        path = f"/api/auctions/{auction}"
        detail = await staff.get(path)
        for account, lot in lots.items():
            applied = await self._people[account].post(f"{path}/apply", {"lot": lot})
            if applied["state"] != "waiting":
                continue
            answer = await staff.post(f"{path}/admit", {"application": applied["id"]})
            required = detail["document"]["deposit"]
            if required and answer["type"] == "accepted":
                notice = {
                    "bidder": answer["bidder"],
                    "amount": required,
                    "received": detail["room"]["now"],
                    "bank_ref": f"{PREFIX}{secrets.token_hex(8)}",
                }
                await staff.post(f"{path}/deposits", notice)

    def _bot(
        self, person: Person, auction: str, pace: tuple[float, float], beyond: tuple[int, int]
    ) -> Bot:
        return Bot(self._people[person.account].join(auction), pace, beyond)

    async def _play(self, auction: str, bots: list[Bot]) -> None:
        """Returns when the auction is over."""
        async with asyncio.TaskGroup() as group:
            for bot in bots:
                group.create_task(bot.play())
