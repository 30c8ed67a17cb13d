"""A small stage for the engine's plays: documents, people, and a house on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from auction_rules.floor import Bid
from bidding.core.commands import Admit, Command, Resume, Suspend
from bidding.core.document import Document
from bidding.engine.auctioneer import Answer, Final, Retry
from bidding.engine.house import House
from bidding.engine.hub import Payload
from bidding.engine.ports import EventLog
from bidding.testing import EPOCH, SECOND, FixedKeys, MemoryLog, VirtualClock, settle

PREFIX = "bid.example.cn/log"
OPENS = EPOCH + 60 * SECOND
CLOSES = OPENS + 120 * SECOND


def english(auction: str = "zs-1", **terms: Any) -> Document:
    """An ascending auction: from 1,000.00 in steps of 10.00, two minutes, no extension."""
    given = {
        "opens": OPENS,
        "duration_seconds": 120,
        "start_price": 100_000,
        "step": 1_000,
        "extension_seconds": 0,
    } | terms
    title = {"zh": "示例", "en": "Sample"}
    return Document.model_validate(
        {"auction": auction, "title": title, "rule": "english", "version": "1", "terms": given}
    )


def bid(bidder: str, amount: int, ref: str | None = None) -> Command:
    return Command(f"bidder:{bidder}", Bid(amount), ref)


def admit(bidder: str) -> Command:
    return Command("staff:li", Admit(bidder), f"admit-{bidder}")


SUSPEND = Command("staff:li", Suspend("断电"), "s")
RESUME = Command("staff:li", Resume("恢复供电"), "r")


@dataclass
class Hall:
    """A house, its clock and its log. `play` asks and lets everything settle."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    log: EventLog = field(default_factory=MemoryLog)
    keys: FixedKeys = field(default_factory=FixedKeys)
    inbox_max: int = 4096
    house: House = field(init=False)

    def __post_init__(self) -> None:
        self.house = self.new_house()

    def new_house(self, **more: Any) -> House:
        return House(self.log, self.clock, self.keys, PREFIX, inbox_max=self.inbox_max, **more)

    @property
    def memory(self) -> MemoryLog:
        assert isinstance(self.log, MemoryLog)
        return self.log

    async def published(self, document: Document | None = None, *bidders: str) -> str:
        """A published auction with these bidders admitted."""
        auction = await self.house.publish(document or english(), "staff:li", "approver:wang")
        for bidder in bidders:
            assert accepted(await self.house.ask(auction, admit(bidder)))
        await settle()
        return auction

    async def running(self, *bidders: str, document: Document | None = None) -> str:
        """An auction that has opened."""
        auction = await self.published(document, *bidders)
        await self.clock.advance(OPENS - self.clock.now())
        assert self.house.room(auction).state.status == "running"
        return auction

    async def restarted(self) -> House:
        """The house comes back after a fall: nothing was closed, only the log is left."""
        self.house = self.new_house()
        task = asyncio.create_task(self.house.recover())
        await settle()
        await task
        await settle()
        return self.house

    async def types(self, auction: str) -> list[str]:
        return [e["type"] for e in await self.entries(auction)]

    async def entries(self, auction: str) -> list[dict[str, Any]]:
        bodies = await self.log.read(f"{PREFIX}/{auction}")
        return [orjson.loads(body) for body in bodies]


def accepted(answer: Answer) -> bool:
    return isinstance(answer, Final) and answer.entry["type"].endswith(".accepted")


def refused(answer: Answer) -> str:
    """The reason of a refusal that is in the log."""
    assert isinstance(answer, Final), answer
    return str(answer.entry["data"]["reason"])


def retry(answer: Answer) -> str:
    assert isinstance(answer, Retry), answer
    return answer.why


class Screen:
    """A listener that keeps what it was shown, as a page would."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.payloads: list[Payload] = []
        self.lost = False

    def __call__(self, tick: Sequence[Payload]) -> None:
        self.lost = self.lost or not tick
        self.payloads += tick
        self.frames += [orjson.loads(p.text) for p in tick]

    def of(self, channel: str) -> list[dict[str, Any]]:
        return [f for f in self.frames if f.get("channel") == channel]

    def lines(self, channel: str = "public") -> list[dict[str, Any]]:
        return [e for f in self.of(channel) for e in f.get("events", ())]

    @property
    def you(self) -> list[dict[str, Any]]:
        return [f for f in self.frames if f["type"] == "you"]
