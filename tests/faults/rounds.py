"""One round after another on one stage, and what they come to."""

from __future__ import annotations

import asyncio
import contextlib
import math
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp

from bidding.client.visitor import HouseSaysNo, Visitor
from bidding.client.watch import FalseRecord
from bidding.proof.policy import Policy, parse_policy
from tests.doors.house_process import OFFICERS, SECOND, People
from tests.faults.breaking import strike
from tests.faults.crowd import Bidder, first_after, longest, now
from tests.faults.judge import Verdict, judged
from tests.faults.plan import Fault, Plan
from tests.faults.stages import BIDDERS, House, Nodes, house, nodes

Stage: TypeAlias = Nodes | House

#: Of a node that writes the auction: from the fall to the first answer given by another.
_TAKEN_OVER = ("node killed", "node stopped")
_OFFICER_AFTER = 5


@dataclass
class Round:
    """What was planned, what happened when, and the verdict."""

    plan: Plan
    verdict: Verdict
    timeline: list[tuple[float, str]] = field(default_factory=list)
    """Seconds since the bidding began."""
    first: dict[str, float] = field(default_factory=dict)
    """Of each fault: seconds from it to the first answer to a bid asked after it."""
    takeover: float | None = None
    """The same of a fallen writer, where nothing else was broken."""
    held: tuple[bytes, Policy, list[Bidder]] | None = None
    """Archive, policy and crowd that the verdict was found on."""
    longest: float = 0.0
    """The longest that any bidder waited from the first fault on, in seconds."""
    resumed: int = 0
    """How often it took an officer: what the house does not resume by itself waits for him."""

    def __str__(self) -> str:
        said = self.verdict
        waited = ", ".join(f"{kind} {seconds:.2f} s" for kind, seconds in self.first.items())
        return (
            f"{'ok    ' if said.good else 'FAILED'} {self.plan}\n"
            f"       commands {said.commands}, acknowledged {said.acknowledged}, accepted"
            f" {said.accepted}, lost {len(said.lost)}, doubled {len(said.doubled)};"
            f" served again after: {waited}; longest wait {self.longest:.2f} s{self._by_an_officer()}"
        )

    def _by_an_officer(self) -> str:
        return f"; resumed by an officer {self.resumed} times" if self.resumed else ""

    def story(self) -> str:
        """What a failure is told by: the complaints, the plan, the timeline."""
        said = self.verdict
        wrong = [f"  {what}" for what in (*said.lost, *said.doubled, *said.broken)]
        times = [f"  {at:7.2f} s  {what}" for at, what in self.timeline]
        return "\n".join([str(self.plan), *wrong, *times])


@dataclass
class Totals:
    """Of all rounds so far."""

    rounds: list[Round] = field(default_factory=list)

    def __str__(self) -> str:
        said = [one.verdict for one in self.rounds]
        taken = sorted(r.takeover for r in self.rounds if r.takeover is not None)
        counts = {
            "rounds": len(said),
            "faults": sum(len(r.plan.faults) for r in self.rounds),
            "commands": sum(v.commands for v in said),
            "acknowledged": sum(v.acknowledged for v in said),
            "lost": sum(len(v.lost) for v in said),
            "doubled": sum(len(v.doubled) for v in said),
            "rounds that failed": sum(not v.good for v in said),
            "rounds that took an officer": sum(r.resumed > 0 for r in self.rounds),
        }
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        if not taken:
            return f"{told}; no takeover alone"
        p50, p99 = (_share(taken, share) for share in (0.5, 0.99))
        return f"{told}; {len(taken)} takeovers p50 {p50:.2f} s, p99 {p99:.2f} s, most {taken[-1]:.2f} s"


def _share(ordered: list[float], share: float) -> float:
    """The nearest rank."""
    return ordered[math.ceil(len(ordered) * share) - 1]


@asynccontextmanager
async def staged(
    folder: Path, *, one_house: bool, direct: bool = True
) -> AsyncIterator[tuple[Stage, People]]:
    """A stage that serves, and everybody signed in there."""
    folder.mkdir()
    async with AsyncExitStack() as stack:
        at: Stage = (
            await stack.enter_async_context(house(folder))
            if one_house
            else await stack.enter_async_context(nodes(folder, direct=direct))
        )
        people = await stack.enter_async_context(People(at))
        await people.sign_in(*OFFICERS, *BIDDERS)
        yield at, people


async def rounds(
    folder: Path, plans: list[Plan], minutes: float, *, direct: bool = True
) -> AsyncGenerator[Round, None]:
    """Each plan, on a stage that serves until a round fails; none begins after `minutes`."""
    end = now() + minutes * 60
    async with AsyncExitStack() as all_of_them:
        stages: dict[bool, tuple[AsyncExitStack, Stage, People]] = {}
        for number, plan in enumerate(plans):
            if now() > end:
                return
            if plan.one_house not in stages:
                stack = await all_of_them.enter_async_context(AsyncExitStack())
                at, people = await stack.enter_async_context(
                    staged(folder / str(number), one_house=plan.one_house, direct=direct)
                )
                stages[plan.one_house] = stack, at, people
            _, at, people = stages[plan.one_house]
            found = await played(at, people, plan)
            if not found.verdict.good:
                await stages.pop(plan.one_house)[0].aclose()
            yield found


async def played(at: Stage, people: People, plan: Plan) -> Round:
    """One auction, bid in while everything in the plan breaks; judged when all is whole again."""
    auction, numbers = await _announced(people, plan)
    found = Round(plan, Verdict())
    async with AsyncExitStack() as stack:
        price = [1_000]
        crowd = []
        for name in BIDDERS:
            seat = await stack.enter_async_context(people[name].join(auction))
            crowd.append(Bidder(numbers[name], auction, people[name], seat, price))
        await asyncio.gather(
            *(b.seat.until(lambda s: s.room["status"] != "announced", 60) for b in crowd)
        )
        try:
            await _bidding(at, people, auction, crowd, found)
            raw, policy = await _left(people, auction, by_hand=plan.bell is None)
        except (
            TimeoutError,
            HouseSaysNo,
            FalseRecord,
            AssertionError,
            ExceptionGroup,
        ) as error:
            told = "".join(traceback.format_exception(error))
            found.verdict.broken.append(f"the round did not come to its end: {told}")
            found.verdict.broken += await _stands(people, auction)
            return found
    found.held = (raw, parse_policy(policy.decode()), crowd)
    found.verdict = judged(*found.held)
    return found


async def _stands(people: People, auction: str) -> list[str]:
    """How the session stands, and its last entries, if anybody can still tell."""
    path = f"/api/auctions/{auction}"
    try:
        room = (await people["auditor"].get(path))["room"]
        size = (await people["auditor"].get(f"{path}/entries", limit=1))["size"]
        last = await people["auditor"].get(f"{path}/entries", start=max(0, size - 12), limit=12)
    except (HouseSaysNo, aiohttp.ClientError, OSError) as error:
        return [f"nobody can tell how it stands: {error!r}"]
    lines = [f"entry {e['i']} at {e['t']}: {e['type']} {e['data']}" for e in last["entries"]]
    return [f"the session is {room['status']}, at {room}", *lines]


async def _announced(people: People, plan: Plan) -> tuple[str, dict[str, str]]:
    """An auction that opens presently, and the bidders' numbers in it."""
    for ahead in (2, 5, 10, 20):
        time = int((await people["staff"].get("/api/time"))["now"])
        try:
            auction = await people.publish(_document(time + ahead * SECOND, plan))
            return auction, await people.admit(auction, dict.fromkeys(BIDDERS), 0)
        except (HouseSaysNo, AssertionError):
            # This machine has other things to do: it was open before all were admitted.
            continue
    raise TimeoutError("nobody could be admitted within twenty seconds")


async def _bidding(
    at: Stage, people: People, auction: str, crowd: list[Bidder], found: Round
) -> None:
    plan = found.plan
    began = now()
    fell: list[tuple[Fault, float]] = []

    async def breaks(fault: Fault) -> None:
        def told(what: str) -> None:
            fell.append((fault, now()))
            found.timeline.append((now() - began, f"{fault.kind}: {what}"))

        await asyncio.sleep(fault.at / 1000)
        await strike(at, fault, auction, told)
        found.timeline.append((now() - began, f"{fault.kind}: mended"))

    stop, kept = asyncio.Event(), asyncio.Event()
    bidding = [asyncio.create_task(b.bid_on(stop)) for b in crowd]
    keeping = [asyncio.create_task(b.keep(kept)) for b in crowd]

    def resumed() -> None:
        found.resumed += 1
        found.timeline.append((now() - began, "an officer resumed it"))

    officer = asyncio.create_task(_sees_to_it(people["staff"], auction, crowd[0], resumed))
    try:
        async with asyncio.TaskGroup() as faults:
            for fault in plan.faults:
                faults.create_task(breaks(fault))
        await at.whole()
        found.timeline.append((now() - began, "whole"))
        whole = now()
        if plan.bell is None:
            async with asyncio.timeout(60):
                while not all(b.asked and (b.asked[-1].wanted > whole or b.trouble) for b in crowd):
                    await asyncio.sleep(0.05)
        else:
            await asyncio.gather(
                *(b.seat.until(lambda s: s.room["status"] == "closed", 60) for b in crowd)
            )
            found.timeline.append((now() - began, "closed"))
        stop.set()
        async with asyncio.timeout(60):
            await asyncio.gather(*bidding)
        kept.set()
        async with asyncio.timeout(60):
            await asyncio.gather(*keeping)
    finally:
        for task in (officer, *bidding, *keeping):
            task.cancel()
        await asyncio.gather(officer, *bidding, *keeping, return_exceptions=True)
    for fault, when in fell:
        if (first := first_after(crowd, when)) is not None:
            found.first[fault.kind] = first
    found.longest = longest(crowd, min(when for _, when in fell))
    alone = plan.faults[0] if len(plan.faults) == 1 else None
    if alone is not None and alone.kind in _TAKEN_OVER and alone.writer:
        found.takeover = found.first.get(alone.kind)


async def _sees_to_it(
    staff: Visitor, auction: str, watcher: Bidder, resumed: Callable[[], None]
) -> None:
    """An officer resumes what stands still for five seconds: what broke twice in a row waits for him."""
    still = 0
    while True:
        await asyncio.sleep(1)
        still = still + 1 if watcher.seat.room["status"] == "suspended" else 0
        if still >= _OFFICER_AFTER:
            with contextlib.suppress(HouseSaysNo, aiohttp.ClientError, OSError):
                said = await staff.post(f"/api/auctions/{auction}/resume", {"reason": "rehearsal"})
                if said["type"] == "accepted":
                    resumed()
            still = 0


async def _left(people: People, auction: str, *, by_hand: bool) -> tuple[bytes, bytes]:
    """The final archive and the policy."""
    path = f"/api/auctions/{auction}"
    if by_hand:
        said = await _patiently(
            lambda: people["approver"].post(f"{path}/terminate", {"reason": "rehearsal over"})
        )
        assert said["type"] == "accepted", said
    raw = await _patiently(lambda: people["auditor"].download(f"{path}/archive"))
    return raw, await _patiently(lambda: people["auditor"].download(f"{path}/policy"))


async def _patiently(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Asked again as long as nobody can answer, for a minute."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await ask()
            except HouseSaysNo as error:
                if error.status != 503:
                    raise
            except (aiohttp.ClientError, OSError):
                pass
            await asyncio.sleep(0.2)


def _document(opens: int, plan: Plan) -> dict[str, Any]:
    return {
        "title": {"zh": "故障演练", "en": "Under faults"},
        "rule": "english",
        "deposit": 0,
        "terms": {
            "opens": opens,
            "duration_seconds": plan.bell or 3600,
            "start_price": 1_000,
            "step": 1,
            "extension_seconds": 0,
        },
    }
