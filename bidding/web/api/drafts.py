"""Drafts: from a form to a published auction, through two people.

draft -> submitted -> published, or back to draft with a reason. What the second person approves is a
hash: he names the SHA-256 of the document he read, and exactly that document becomes entry 0.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError

from auction_rules.lint import lint
from auction_rules.registry import UnknownRule, find
from auction_rules.rule import Rule
from auction_rules.terms import RuleConfig
from bidding.core.document import MOST_PAPERS, WHOLE, Document
from bidding.core.downtime import MOST_SECONDS as MOST_DOWN
from bidding.core.notice_period import DEADLINE, Hour, begins, field_of, hours
from bidding.core.officers import BY_TWO, MOST_SECONDS, ByTwo, at_least
from bidding.engine.identity import Draft, Stale
from bidding.engine.papers import MOST_BYTES, media_of
from bidding.engine.ports import LogExists
from bidding.web import problems, wire
from bidding.web.api.asking import Reason
from bidding.web.context import Door
from bidding.web.problems import Problem
from bidding.web.remarked import about
from bidding.web.routes import APPROVER, CLEAN, HOUSE, STAFF, Answer, Body, Call, Plain, Route

ROOM: Final = "drafts"
ORIGIN: Final = "origin"
"""Beside the fields of the document: the draft that this one was copied from."""

Words = Annotated[str, Field(max_length=160, pattern=f"^{CLEAN}*$")]


class TitleBody(Body):
    """A title in both languages; may be empty while it is a draft."""

    zh: Words
    en: Words


class PaperBody(Body):
    """A paper that was handed in before (`POST /api/papers`), and what it is to be called."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[str, Field(min_length=1, max_length=120, pattern=f"^{CLEAN}*$")]
    kind: Literal["picture", "map", "document"]
    media: Literal["application/pdf", "image/png", "image/jpeg"]
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)]
    lot: Annotated[str, Field(max_length=64, pattern=f"^{CLEAN}*$")] | None = None


class OfficersBody(Body):
    """What officers may do to the running session; `second` names the acts that take two.

    Withdrawing an admission is always among them, named or not.
    """

    extend_seconds: Annotated[int, Field(ge=0, le=MOST_SECONDS)] = 0
    surrogate: bool = False
    next_in_line: bool = False
    second: Annotated[
        list[ByTwo], Field(max_length=len(BY_TWO), default_factory=lambda: list(BY_TWO))
    ]


class DowntimeBody(Body):
    """What is done after an interruption: up to so many seconds it ends by itself, after a notice."""

    auto_seconds: Annotated[int, Field(ge=0, le=MOST_DOWN)] = 300
    notice_seconds: Annotated[int, Field(ge=0, le=MOST_DOWN)] = 60


class DraftBody(Body):
    """The fields of a document. A draft may be incomplete; what is missing comes back as problems.

    Amounts in the terms are integers of the smallest unit or decimal text in the unit, instants
    are microseconds or ISO 8601 with an offset. `auction` is given by the house when left out.
    """

    auction: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")] | None = None
    title: TitleBody
    rule: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.]{1,16}$")] | None = None
    terms: dict[str, Plain]
    deposit: wire.Whole = 0
    deposit_deadline: wire.Instant | None = None
    papers: Annotated[list[PaperBody], Field(max_length=MOST_PAPERS, default_factory=list)]
    officers: OfficersBody | None = None
    downtime: DowntimeBody | None = None


class ApproveBody(Body):
    """The hash of what you read; anything else is refused."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ReturnBody(Body):
    """Why it is sent back."""

    reason: Reason


class FieldProblem(Answer):
    """What still is missing or wrong."""

    path: str
    sentence: wire.Sentence


class RemarkLine(Answer):
    """What may be regretted: to be read before publishing, and no reason to refuse."""

    code: str
    zh: str
    en: str
    terms: list[str]
    """Names of the terms it is about; none where it is about the whole."""


class DraftLine(Answer):
    """`sha256`, `canonical` and remarks are there when the document is complete and right."""

    id: str
    state: str
    proposer: str
    submitted_by: str | None
    approver: str | None
    returned: str | None
    updated: wire.Instant
    auction: str | None
    fields: dict[str, Any]
    sha256: str | None
    canonical: dict[str, Any] | None
    problems: list[FieldProblem]
    remarks: list[RemarkLine]


class DraftList(Answer):
    """All drafts, the last changed first."""

    drafts: list[DraftLine]


def document_of(fields: Mapping[str, Any]) -> Document:
    """The document a draft stands for. Raises Problem BAD_FIELDS with every wrong field."""
    whole = {key: value for key, value in fields.items() if key != ORIGIN}
    try:
        whole["version"] = whole.get("version") or find(whole["rule"]).version
        document = Document.model_validate(whole)
        document = document.model_copy(update={"officers": at_least(document.officers)})
    except UnknownRule:
        raise Problem("BAD_FIELDS", fields=[problems.Field("rule", _NO_RULE)]) from None
    except ValidationError as error:
        raise Problem("BAD_FIELDS", fields=problems.fields_of(error)) from None
    try:
        document.canonical()
    except UnknownRule:
        raise Problem("BAD_FIELDS", fields=[problems.Field("version", _NO_RULE)]) from None
    except ValidationError as error:
        under = "" if error.title == WHOLE else "terms"
        raise Problem("BAD_FIELDS", fields=problems.fields_of(error, under)) from None
    return document


def _still_ahead(document: Document, now: int) -> None:
    """Raises Problem for what would be over before it is published.

    Two people approve announced times; opening late would make the clock say something else, and
    a deposit that nobody can pay any more would keep everybody out.
    """
    rule, terms = document.bound()
    found: list[problems.Field] = []
    opens, deadline = begins(rule, terms), document.deposit_deadline
    if opens is not None and opens <= now:
        name = field_of(terms, opens)
        found.append(problems.Field(f"terms.{name}" if name else "terms", _PAST))
    if document.deposit and deadline is not None and deadline <= now:
        found.append(problems.Field(DEADLINE, _PAID_TOO_LATE))
    if found:
        raise Problem("BAD_FIELDS", fields=found)


async def _at_hand(door: Door, document: Document) -> None:
    """Raises Problem for a paper the house does not have: its hash would promise what nobody can read."""
    found: list[problems.Field] = []
    for number, paper in enumerate(document.papers):
        content = await door.papers.get(paper.sha256[:32])
        told = None if content is None else (len(content), media_of(content))
        if told != (paper.size, paper.media):
            found.append(problems.Field(f"papers.{number}", _NO_PAPER))
    if found:
        raise Problem("BAD_FIELDS", fields=found)


_NO_PAPER: Final = {
    "zh": "没有收到这份附件，请重新上传。",
    "en": "This paper is not here; upload it again.",
}
_PAST: Final = {
    "zh": "开始时间已经过去，请改为将来的时间。",
    "en": "The opening time has passed; choose a time in the future.",
}
_PAID_TOO_LATE: Final = {
    "zh": "保证金到账截止时间已经过去，没有人还能缴纳，请改为将来的时间。",
    "en": "The deadline of the deposit has passed, and nobody can pay any more; choose a later time.",
}
_NO_RULE: Final = {"zh": "没有安装这种规则。", "en": "No such rule is installed."}


def line_of(draft: Draft, now: int) -> dict[str, Any]:
    """A draft as it leaves the house, with its problems or its hash.

    What is said of its hours is as of `now`, and once it is published as of then.
    """
    found: list[problems.Field] = []
    document = None
    try:
        document = document_of(draft.fields)
    except Problem as problem:
        found = list(problem.fields)
    return {
        "id": draft.id,
        "state": draft.state,
        "proposer": draft.proposer,
        "submitted_by": draft.submitted_by,
        "approver": draft.approver,
        "returned": draft.returned,
        "updated": draft.updated,
        "auction": draft.auction or draft.fields.get("auction"),
        "fields": dict(draft.fields),
        "sha256": document.sha256 if document else None,
        "canonical": document.canonical() if document else None,
        "problems": [{"path": f.path, "sentence": f.sentence} for f in found],
        "remarks": remarks_on(draft, document, now) if document else [],
    }


def remarks_on(draft: Draft, document: Document, now: int) -> list[dict[str, Any]]:
    """The remarks on a complete draft, as they leave the house."""
    at = draft.updated if draft.state == "published" else now
    rule, terms = document.bound()
    return remark_lines(
        rule, terms, hours(rule, terms, document.deposit, document.deposit_deadline, at)
    )


def remark_lines(rule: Rule, terms: RuleConfig, beside: tuple[Hour, ...]) -> list[dict[str, Any]]:
    """The remarks on these terms and on their hours, as they leave the house."""
    found = [(r, about(r, terms)) for r in lint(rule, terms)]
    found += [(hour.remark, [hour.field] if hour.field else []) for hour in beside]
    return [{"code": r.code, "zh": r.zh, "en": r.en, "terms": names} for r, names in found]


def _fields(body: DraftBody) -> dict[str, Any]:
    fields = body.model_dump()
    fields["auction"] = (
        fields["auction"] or f"{body.rule.replace('_', '-')[:24]}-{secrets.token_hex(4)}"
    )
    return fields


async def drafts(call: Call) -> dict[str, Any]:
    """All drafts."""
    now = call.door.clock.now()
    return {"drafts": [line_of(d, now) for d in await call.door.registry.drafts()]}


async def create(call: Call) -> dict[str, Any]:
    """A new draft; it may be incomplete."""
    draft = Draft(
        id=secrets.token_hex(8),
        proposer=call.account.account,
        fields=_fields(call.body(DraftBody)),
        writers=frozenset({call.account.account}),
        updated=call.door.clock.now(),
    )
    await call.door.registry.add_draft(draft)
    return line_of(draft, call.door.clock.now())


async def read(call: Call) -> dict[str, Any]:
    """One draft."""
    return line_of(await draft_of(call), call.door.clock.now())


async def change(call: Call) -> dict[str, Any]:
    """Write the fields anew while it is a draft."""
    draft = await draft_of(call, "draft")
    body = call.body(DraftBody)
    if body.auction is None and draft.fields.get("auction"):
        body = body.model_copy(update={"auction": draft.fields["auction"]})
    writers = draft.writers | {call.account.account}
    fields = _fields(body)
    if ORIGIN in draft.fields:
        fields[ORIGIN] = draft.fields[ORIGIN]
    changed = replace(draft, fields=fields, writers=writers)
    return line_of(await _write(call, changed), call.door.clock.now())


async def submit(call: Call) -> dict[str, Any]:
    """Fix the document and hand it to the second person."""
    draft = await draft_of(call, "draft")
    document = document_of(draft.fields)
    _still_ahead(document, call.door.clock.now())
    await _at_hand(call.door, document)
    if document.auction in call.door.house.auctions():
        taken = {"zh": "该编号已用于另一场竞价。", "en": "Another auction has this number."}
        raise Problem("BAD_FIELDS", fields=[problems.Field("auction", taken)])
    changed = replace(
        draft,
        state="submitted",
        submitted_by=call.account.account,
        sha256=document.sha256,
        returned=None,
    )
    return line_of(await _write(call, changed), call.door.clock.now())


async def approve(call: Call) -> dict[str, Any]:
    """Publish. By another person than wrote or submitted it; of exactly the hash that was read.

    The register is written before the log, so that two approvers at once publish once. A crash
    in between leaves a published draft without an auction: approving again finishes it.
    """
    draft = await draft_of(call, "submitted", "published")
    me = call.account.account
    if me in draft.writers or me == draft.submitted_by:
        raise Problem("SAME_PERSON")
    document = document_of(draft.fields)
    if not draft.sha256 == document.sha256 == call.body(ApproveBody).sha256:
        raise Problem("OTHER_CONTENT")
    _still_ahead(document, call.door.clock.now())
    await _at_hand(call.door, document)
    there = document.auction in call.door.house.auctions()
    if draft.state == "published":
        if there or draft.approver != me:
            raise Problem("NOT_A_DRAFT")
    else:
        draft = await _write(
            call, replace(draft, state="published", approver=me, auction=document.auction)
        )
    try:
        await call.door.house.publish(document, f"staff:{draft.submitted_by}", f"approver:{me}")
    except LogExists:
        raise Problem("ALREADY_TAKEN") from None
    return line_of(draft, call.door.clock.now())


async def send_back(call: Call) -> dict[str, Any]:
    """Hand it back to its writers, with a reason.

    Also one that a crash left published without an auction: once its opening time has passed it
    can no longer be finished, and must not be lost.
    """
    draft = await draft_of(call, "submitted", "published")
    if draft.state == "published" and draft.auction in call.door.house.auctions():
        raise Problem("NOT_A_DRAFT")
    reason = call.body(ReturnBody).reason
    changed = replace(
        draft, state="draft", sha256=None, approver=None, auction=None, returned=reason
    )
    return line_of(await _write(call, changed), call.door.clock.now())


async def draft_of(call: Call, *states: str) -> Draft:
    """The draft asked for. Raises NOT_FOUND, or NOT_A_DRAFT in another state than these."""
    draft = await call.door.registry.draft(call.path["id"])
    if draft is None:
        raise Problem("NOT_FOUND")
    if states and draft.state not in states:
        raise Problem("NOT_A_DRAFT")
    return draft


async def _write(call: Call, draft: Draft) -> Draft:
    draft = replace(draft, updated=call.door.clock.now())
    try:
        await call.door.registry.change_draft(draft)
    except Stale:
        raise Problem("OUT_OF_DATE") from None
    return replace(draft, version=draft.version + 1)


_ONE: Final = "/api/drafts/{id}"
_STATE: Final = ("NOT_FOUND", "NOT_A_DRAFT", "OUT_OF_DATE")

ROUTES: Final = (
    Route(
        "GET", "/api/drafts", drafts, ROOM, "方案列表", "All drafts", roles=HOUSE, answer=DraftList
    ),
    Route(
        "POST",
        "/api/drafts",
        create,
        ROOM,
        "新建方案",
        "New draft",
        roles=STAFF,
        body=DraftBody,
        answer=DraftLine,
        status=201,
    ),
    Route(
        "GET",
        _ONE,
        read,
        ROOM,
        "一个方案",
        "One draft",
        roles=HOUSE,
        answer=DraftLine,
        problems=_STATE,
    ),
    Route(
        "PUT",
        _ONE,
        change,
        ROOM,
        "修改方案",
        "Change a draft",
        roles=STAFF,
        body=DraftBody,
        answer=DraftLine,
        problems=_STATE,
    ),
    Route(
        "POST",
        f"{_ONE}/submit",
        submit,
        ROOM,
        "提交审批",
        "Submit for approval",
        roles=STAFF,
        answer=DraftLine,
        problems=(*_STATE, "BAD_FIELDS"),
    ),
    Route(
        "POST",
        f"{_ONE}/approve",
        approve,
        ROOM,
        "批准并发布",
        "Approve and publish",
        roles=APPROVER,
        body=ApproveBody,
        answer=DraftLine,
        problems=(*_STATE, "SAME_PERSON", "OTHER_CONTENT", "ALREADY_TAKEN", "BAD_FIELDS"),
    ),
    Route(
        "POST",
        f"{_ONE}/return",
        send_back,
        ROOM,
        "退回修改",
        "Send back",
        roles=APPROVER,
        body=ReturnBody,
        answer=DraftLine,
        problems=_STATE,
    ),
)
