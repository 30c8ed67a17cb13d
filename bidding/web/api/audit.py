"""The record: entries, receipts, the policy, and whether it all holds.

While sealed offers or secret limits lie unopened nobody reads the record, not even those who watch
the house: an entry holds what its bidder asked (MP 2018: "selected bidders saw prices").
"""

import asyncio
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field

from bidding.engine.house import NotWitnessed, Stage
from bidding.proof.archive import parse_archive
from bidding.proof.policy import parse_policy
from bidding.proof.text import to_base64
from bidding.web.problems import Problem
from bidding.web.rooms import Present, audience_of
from bidding.web.routes import SIGNED_IN, WATCHERS, Answer, Call, Query, Route, file_response
from bidding.web.wire import Reference, Whole
from replay.rejudge import RuleMissing, rejudge
from replay.verify import verify as verify_archive

ROOM: Final = "audit"

RECEIPT_TYPE: Final = "application/vnd.tlog-proof"
POLICY_TYPE: Final = "text/plain"
#: Says which stage a receipt is of, `R1` or `R2`.
STAGE_HEADER: Final = "Receipt-Stage"


class EntriesQuery(Query):
    """A part of the record: from `start`, at most `limit` entries."""

    start: Whole = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class EntryList(Answer):
    """`size` is how many entries the log has now."""

    entries: list[dict[str, Any]]
    size: int


class StageQuery(Query):
    """R1: signed by the centre, at once. R2: by a quorum of its witnesses too. Else the best."""

    stage: Stage | None = None


class ReceiptQuery(StageQuery):
    """The reference you chose for your own request."""

    ref: Reference


class SizesQuery(Query):
    """Two sizes of the log, the smaller first; each as a signed checkpoint names it."""

    start: Annotated[Whole, Field(ge=1, alias="from")]
    stop: Annotated[Whole, Field(ge=1, alias="to")]


class Consistency(Answer):
    """RFC 6962 2.1.2: the log of `to` entries begins with the log of `from`. Base64 hashes."""

    origin: str
    first: Whole = Field(alias="from")
    last: Whole = Field(alias="to")
    proof: list[str]


class Verdict(Answer):
    """`ok`: bytes, tree, signatures and states hold, and the rule gives the same decisions again."""

    ok: bool
    entries: int
    checkpoint: str
    rejudged: bool
    first_wrong: dict[str, Any] | None


async def _readable(call: Call) -> Present:
    present = await Present.of(call.door, call.auction)
    if present.sealed:
        raise Problem("SEALED")
    return present


async def entries(call: Call) -> dict[str, Any]:
    """The entries as they stand in the log."""
    present, query = await _readable(call), call.query(EntriesQuery)
    # The size first: an entry written meanwhile may be sealed by a stage that just opened.
    size = present.state.index
    stop = min(query.start + query.limit, size)
    found = (
        await call.door.house.entries(call.auction, query.start, stop) if query.start < stop else []
    )
    return {"entries": found, "size": size}


async def receipt(call: Call) -> web.Response:
    """The signed proof of one entry: your own or the notice, or any for those who watch."""
    index = int(call.path["i"])
    present = await Present.of(call.door, call.auction, size=index + 1)
    if index >= present.state.index:
        raise Problem("NOT_FOUND")
    if call.who.has("staff", "approver", "auditor"):
        if present.sealed:
            raise Problem("SEALED")
    else:
        (entry,) = await call.door.house.entries(call.auction, index, index + 1)
        # Somebody else's entry and one that is not there look the same. Entry 0 is the notice:
        # a browser seals to nobody's keys but those that it can prove were published.
        own = await _own_actor(call)
        if index > 0 and entry["actor"] != own:
            raise Problem("NOT_FOUND")
    return await _receipt(call, index, call.query(StageQuery).stage)


async def own_receipt(call: Call) -> web.Response:
    """The signed proof of your own request, found by its reference."""
    await Present.of(call.door, call.auction)
    query = call.query(ReceiptQuery)
    key = f"{await _own_actor(call)}/{query.ref}"
    index = call.door.house.index_of(call.auction, key)
    if index is None:
        await call.door.house.read_on(call.auction)
        index = call.door.house.index_of(call.auction, key)
    if index is None:
        raise Problem("NOT_FOUND")
    return await _receipt(call, index, query.stage)


async def _own_actor(call: Call) -> str:
    if call.who.has("staff"):
        return f"staff:{call.account.account}"
    if call.who.has("approver"):
        return f"approver:{call.account.account}"
    seat = await call.door.registry.seat(call.auction, call.account.account)
    if seat is None:
        raise Problem("NOT_FOUND")
    return f"bidder:{seat.paddle}"


async def _receipt(call: Call, index: int, wanted: Stage | None) -> web.Response:
    house, name = call.door.house, f"{call.auction}-{index}.tlog-proof"
    try:
        proof, stage = await house.receipt(call.auction, index, wanted)
    except IndexError:
        # The auction is being read from its log again; the entry is safe, the proof comes later.
        raise Problem("TRY_LATER", headers={"Retry-After": "1"}) from None
    except NotWitnessed:
        if not house.witnessing.policy.demands:
            raise Problem("NO_WITNESSES") from None
        raise Problem("NOT_WITNESSED", headers={"Retry-After": "1"}) from None
    answer = file_response(proof, RECEIPT_TYPE, name)
    answer.headers[STAGE_HEADER] = stage
    return answer


async def consistency(call: Call) -> dict[str, Any]:
    """The proof that whoever kept an earlier checkpoint asks for, to see that nothing was rewritten."""
    query = call.query(SizesQuery)
    present = await Present.of(call.door, call.auction, size=query.stop)
    if present.sealed and not await _seated(call):
        # It tells whether the log has so many entries; a bidder knows that from his receipts.
        raise Problem("SEALED")
    try:
        proof = call.door.house.consistency(call.auction, query.start, query.stop)
    except IndexError:
        raise Problem("NOT_FOUND") from None
    if proof is None:
        raise Problem("TRY_LATER", headers={"Retry-After": "1"})
    return {
        "origin": present.state.origin,
        "from": query.start,
        "to": query.stop,
        "proof": [to_base64(one) for one in proof],
    }


async def _seated(call: Call) -> bool:
    """Whether a bidder of this auction asks."""
    _, seat = await audience_of(call.door, call.who, call.auction)
    return seat is not None and seat.admitted


async def policy(call: Call) -> web.Response:
    """Whose signatures count: what a verifier starts from."""
    await Present.of(call.door, call.auction)
    text = call.door.house.policy(call.auction)
    return file_response(text.encode(), POLICY_TYPE, f"{call.auction}.policy")


async def sm2_policy(call: Call) -> web.Response:
    """The centre's SM2 key of this auction's parallel log, where it keeps one."""
    await Present.of(call.door, call.auction)
    text = call.door.house.sm2_policy(call.auction)
    if text is None:
        raise Problem("NOT_FOUND")
    return file_response(text.encode(), POLICY_TYPE, f"{call.auction}.sm2")


async def verify(call: Call) -> dict[str, Any]:
    """What an auditor does at home with the archive and the policy, done here for a first look."""
    present = await _readable(call)
    if not present.over and not call.who.has("staff", "approver", "auditor"):
        raise Problem("FORBIDDEN" if call.who.account else "NOT_SIGNED_IN")
    content = await call.door.house.archive(call.auction)
    trusted = call.door.house.policy(call.auction)
    verdict = await asyncio.to_thread(_verdict, content, trusted)
    if present.limits and not call.who.has("staff", "approver", "auditor"):
        # Where it went wrong is public; what stands there may be somebody's limit.
        verdict["first_wrong"] = where_only(verdict["first_wrong"])
    return verdict


def where_only(wrong: dict[str, Any] | None) -> dict[str, Any] | None:
    """A fault without the words of the entry it is in."""
    return None if wrong is None else {"where": wrong["where"], "what": ""}


def _verdict(content: bytes, trusted: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ok": False,
        "entries": 0,
        "checkpoint": "",
        "rejudged": False,
        "first_wrong": None,
    }
    try:
        found["checkpoint"] = parse_archive(content).checkpoints[-1].decode()
        session = verify_archive(content, parse_policy(trusted))
        found["entries"] = len(session.entries)
        again = rejudge(session.origin, session.entries)
    except RuleMissing as missing:
        return found | {"ok": True, "first_wrong": {"where": "rule", "what": str(missing)}}
    except ValueError as wrong:
        return found | {
            "first_wrong": {"where": getattr(wrong, "where", "archive"), "what": str(wrong)}
        }
    if again.difference is not None:
        return found | {
            "rejudged": True,
            "first_wrong": {
                "where": f"entry {again.difference.index}",
                "what": again.difference.line(),
            },
        }
    return found | {"ok": True, "rejudged": True}


_ONE: Final = "/api/auctions/{auction}"

ROUTES: Final = (
    Route(
        "GET",
        f"{_ONE}/entries",
        entries,
        ROOM,
        "全部记录",
        "The record's entries",
        roles=WATCHERS,
        query=EntriesQuery,
        answer=EntryList,
        problems=("SEALED",),
    ),
    Route(
        "GET",
        f"{_ONE}/receipts/{{i}}",
        receipt,
        ROOM,
        "一条记录的回执",
        "The receipt of an entry",
        roles=SIGNED_IN,
        query=StageQuery,
        file=RECEIPT_TYPE,
        problems=("NOT_FOUND", "SEALED", "TRY_LATER", "NOT_WITNESSED", "NO_WITNESSES"),
    ),
    Route(
        "GET",
        f"{_ONE}/receipts",
        own_receipt,
        ROOM,
        "按编号取回执",
        "The receipt of your own request",
        roles=SIGNED_IN,
        query=ReceiptQuery,
        file=RECEIPT_TYPE,
        problems=("NOT_FOUND", "TRY_LATER", "NOT_WITNESSED", "NO_WITNESSES"),
    ),
    Route(
        "GET",
        f"{_ONE}/consistency",
        consistency,
        ROOM,
        "一致性证明",
        "The proof between two sizes of the log",
        query=SizesQuery,
        answer=Consistency,
        problems=("NOT_FOUND", "SEALED", "TRY_LATER"),
    ),
    Route(
        "GET",
        f"{_ONE}/policy",
        policy,
        ROOM,
        "信任策略文件",
        "The policy to verify with",
        file=POLICY_TYPE,
    ),
    Route(
        "GET",
        f"{_ONE}/policy/sm2",
        sm2_policy,
        ROOM,
        "国密并行日志的公钥",
        "The SM2 key of the parallel log",
        file=POLICY_TYPE,
        problems=("NOT_FOUND",),
    ),
    Route(
        "GET",
        f"{_ONE}/verify",
        verify,
        ROOM,
        "核验",
        "Verify and re-judge here",
        answer=Verdict,
        problems=("SEALED", "FORBIDDEN", "NOT_SIGNED_IN"),
    ),
)
