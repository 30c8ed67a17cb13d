"""A house as its own process, for tests that knock at the real door, or break it down; and its people."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, Self

from bidding.adapters.passwords import Argon2Passwords
from bidding.adapters.registry import SqlRegistry
from bidding.books import place_of
from bidding.client import HouseSaysNo, Visitor
from bidding.engine.identity import Account, Role
from tests.doors.program import Running, forked, from_nothing
from tests.ports import Port

PASSWORD = "correct horse battery"
OFFICERS: Mapping[str, tuple[Role, ...]] = {
    "staff": ("staff",),
    "approver": ("approver",),
    "auditor": ("auditor",),
}
SECOND = 1_000_000


@dataclass
class HouseProcess:
    """The program as a centre starts it, on its own data folder and a port the system chose.

    Started again after its end, whatever ended it, it has the port it had before: nobody else was
    given that meanwhile.
    """

    data: Path
    options: tuple[str, ...] = ("--no-demo",)
    environment: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    process: Running | None = None
    logs: list[Path] = field(default_factory=list)
    called: str = "stderr"
    _held: Port = field(default_factory=Port)

    def start(self) -> None:
        """Returns when the door answers."""
        self.logs.append(self.data / f"{self.called}-{len(self.logs)}.txt")
        words = ["--port", str(self.port), "--data", str(self.data), *self.options]
        with self.logs[-1].open("w") as errors:
            self.process = (
                from_nothing(words, errors, self.environment)
                if self.environment
                else forked(words, errors)
            )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert "http" in first, self.logs[-1].read_text()
        self.url = first.split()[-1]

    @property
    def port(self) -> int:
        return self._held.number

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ends it with a signal, and waits for it. SIGKILL: no goodbye, no flush."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def stop(self) -> None:
        """Ends it; one that is gone already is fine."""
        if self.process is not None and self.process.poll() is None:
            self.end()

    def log_text(self) -> str:
        return "".join(path.read_text() for path in self.logs)

    def errors(self) -> list[str]:
        """Every line that the house itself calls an error: there is none in a good run."""
        lines = [json.loads(line) for line in self.log_text().splitlines() if line.startswith("{")]
        return [str(line) for line in lines if line["level"] in ("error", "critical")]


async def make_people(
    data: Path,
    people: Mapping[str, tuple[Role, ...]],
    *,
    called: str = "",
    books: str | None = None,
) -> None:
    """Accounts in the register of a house, in `data` or at `books`, all with one password.

    `called` comes before names.
    """
    data.mkdir(parents=True, exist_ok=True)
    # As weak as Argon2 allows: these tests are about doors, and sign in a hundred times.
    passwords = Argon2Passwords(time_cost=1, memory_kib=8)
    registry = await SqlRegistry.open(place_of("registry", data, books))
    verifier = await passwords.hash(PASSWORD)
    for name, roles in people.items():
        await registry.create_account(Account(name, f"{called}{name}", frozenset(roles), verifier))
    await registry.close()
    passwords.close()


async def now(visitor: Visitor) -> int:
    return int((await visitor.get("/api/time"))["now"])


_AHEAD: Final = frozenset(
    {"terms.opens", "terms.quoting_opens", "terms.listing_opens", "deposit_deadline"}
)
"""What must lie ahead when it is published."""


async def publish(staff: Visitor, approver: Visitor, fields: dict[str, Any]) -> str:
    """Staff propose, the approver approves what was submitted; the auction's name.

    Where the announced opening went by meanwhile, because this machine has other things to do,
    everything that was announced is announced for later.
    """
    draft = f"/api/drafts/{(await staff.post('/api/drafts', fields))['id']}"
    while True:
        try:
            submitted = await staff.post(f"{draft}/submit")
            done = await approver.post(f"{draft}/approve", {"sha256": submitted["sha256"]})
            return str(done["auction"])
        except HouseSaysNo as no:
            wrong = {field["path"] for field in no.body.get("fields", ())}
            if not wrong & _AHEAD:
                raise
        if (await staff.get(draft))["state"] == "submitted":
            await approver.post(f"{draft}/return", {"reason": "late"})
        fields = _later(fields, 5 * SECOND)
        await staff.put(draft, fields)


def _later(value: Any, by: int) -> Any:
    if isinstance(value, dict):
        return {key: _later(one, by) for key, one in value.items()}
    # No amount here is so large; every instant after 2001 is larger.
    return value + by if isinstance(value, int) and value > 10**15 else value


def begun_by_an_offer(opens: int, seconds: int) -> dict[str, Any]:
    """Terms of an ascending auction that ends so many seconds after its last offer, and not before.

    Whoever has to offer may be as slow as his machine: no time runs before the first offer.
    """
    return {
        "opens": opens,
        "clock_starts": "FIRST_BID",
        "latest_start": opens + 600 * SECOND,
        "duration_seconds": seconds,
        "extension_seconds": seconds,
    }


async def take_part(
    staff: Visitor, auction: str, bidder: Visitor, lot: str | None = None, *, pays: bool = True
) -> str:
    """Apply, be admitted, pay what the document asks; the paddle number."""
    path = f"/api/auctions/{auction}"
    applied = await bidder.post(f"{path}/apply", {"lot": lot})
    admitted = await staff.post(f"{path}/admit", {"application": applied["id"]})
    assert admitted["type"] == "accepted", admitted
    required = (await staff.get(path))["document"]["deposit"]
    if pays and required:
        notice = {
            "bidder": admitted["bidder"],
            "amount": required,
            "received": await now(staff),
            "bank_ref": f"bank-{auction}-{admitted['bidder']}",
        }
        assert (await staff.post(f"{path}/deposits", notice))["type"] == "accepted"
    return str(admitted["bidder"])


class Reached(Protocol):
    """A house at an address: one process, or what stands before several."""

    @property
    def url(self) -> str: ...


class People:
    """Everybody of one house, signed in."""

    def __init__(self, house: Reached) -> None:
        self._house = house
        self._stack = AsyncExitStack()
        self._visitors: dict[str, Visitor] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def sign_in(self, *names: str) -> None:
        """Signs in these accounts, one browser each."""
        for name in names:
            visitor = await self._stack.enter_async_context(Visitor(self._house.url))
            await visitor.sign_in(name, PASSWORD)
            self._visitors[name] = visitor

    def __getitem__(self, name: str) -> Visitor:
        return self._visitors[name]

    async def publish(self, fields: dict[str, Any]) -> str:
        """As staff and approver do it together."""
        return await publish(self["staff"], self["approver"], fields)

    async def admit(
        self, auction: str, lots: dict[str, str | None], deposit: int
    ) -> dict[str, str]:
        """Applies, admits and pays for each account, unless `deposit` is 0; account -> number."""
        return {
            account: await take_part(self["staff"], auction, self[account], lot, pays=bool(deposit))
            for account, lot in lots.items()
        }

    async def until(self, auction: str, status: str) -> None:
        """Returns when the auction has come this far."""
        async with asyncio.timeout(60):
            path = f"/api/auctions/{auction}"
            while (await self["staff"].get(path))["room"]["status"] != status:
                await asyncio.sleep(0.1)
