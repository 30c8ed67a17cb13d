"""Of the log alone: what anybody can ask of an archive, without having been there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from auction_rules.far_grants import quota, weight, winning_set
from auction_rules.far_terms import FarTerms
from bidding.core.officers import same_person
from bidding.core.record import bind, rule_of
from bidding.core.state import State, evolve
from bidding.proof import canon
from bidding.proof.checkpoint import parse_body
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import open_note
from bidding.testing import SECOND
from replay.rejudge import rejudge
from tests.invariants.history import History

_STAFF = ("staff", "approver", "system")
_APPROVERS = ("approver", "system")
_TAKES_OFFERS = ("bid", "seal", "confirm", "stay", "proxy")


Step = tuple[State, dict[str, Any], State]


def steps(history: History) -> list[Step]:
    """Each entry between the states before and after it; folded once for all who ask."""
    if history.folded is None or history.folded[0] != history.bodies:
        history.folded = list(history.bodies), list(_folded(history))
    return history.folded[1]


def _folded(history: History) -> Iterator[Step]:
    state = State(history.origin)
    for body in history.bodies:
        entry: Any = canon.decode(body)
        after = evolve(state, entry)
        if state.index == 0:
            after = bind(after, rule_of(after))
        yield state, entry, after
        state = after


def the_log_is_whole(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S1, S12, S19, S20: no gap, time and epoch never back, integers only, all under signed roots."""
    for (_, epoch), (first, later) in pairwise(history.writers):
        if later < epoch:
            yield f"S12 entry {first} is of epoch {later}, after one of epoch {epoch}"
    before = 0
    for index, entry in enumerate(entries):
        if entry["i"] != index:
            yield f"S1 entry {index} says it is {entry['i']}"
        if entry["t"] < before:
            yield f"S1 entry {index} is older than the one before it"
        before = entry["t"]
    for index, body in enumerate(history.bodies):
        try:
            canon.decode(body)
        except canon.CanonError as error:
            yield f"S20 entry {index}: {error}"
    tree = Tree()
    sizes = {}
    for note in history.notes:
        checkpoint = parse_body(open_note(note, [history.verifier]).text)
        sizes[checkpoint.size] = checkpoint.root
    for body in history.bodies:
        tree.append(leaf_hash(body))
        if tree.size in sizes and sizes.pop(tree.size) != tree.root():
            yield f"S1 the checkpoint over {tree.size} entries is of another tree"
    if sizes:
        yield f"S19 checkpoints over {sorted(sizes)} entries and only {len(entries)} are there"


def it_judges_again_to_the_same(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S4, S8, S10: the same rule asked again says the same, entry by entry."""
    found = rejudge(history.origin, entries).difference
    if found is not None:
        yield f"S10 entry {found.index}: {found.about}"


def the_close_is_the_announced_one(
    history: History, entries: list[dict[str, Any]]
) -> Iterator[str]:
    """S5, S21: one close, at the announced end, and nothing counts after it or while suspended."""
    closed_at: int | None = None
    for before, entry, after in steps(history):
        accepted = entry["type"] in ("bid.accepted", "seal.accepted")
        if accepted and before.status != "running":
            yield f"S21 entry {entry['i']} counts while the session is {before.status}"
        if accepted and before.standing.closes is not None and entry["t"] >= before.standing.closes:
            yield f"S5 entry {entry['i']} counts at or after the announced end"
        was, now = before.standing.closes, after.standing.closes
        same = before.standing.stage == after.standing.stage
        if same and was is not None and now is not None and now < was:
            yield f"S5 entry {entry['i']} moves the end to an earlier time"
        if after.standing.closed and not before.standing.closed:
            if closed_at is not None:
                yield f"S5 entry {entry['i']} closes a second time"
            closed_at = entry["t"]
            if before.standing.closes is not None and closed_at < before.standing.closes:
                yield f"S5 entry {entry['i']} closes before the announced end"


def nothing_happens_while_it_stands_still(
    history: History, entries: list[dict[str, Any]]
) -> Iterator[str]:
    """S21: suspended, nothing is offered, awarded or closed; it goes on at the announced hour."""
    for before, entry, after in steps(history):
        if before.suspended is None or before.ended is not None:
            continue
        i, still = entry["i"], after.suspended is not None
        if still and (after.standing != before.standing):
            yield f"S21 entry {i} changes the floor while the session is suspended"
        if (
            still
            and after.suspended is not None
            and after.suspended.since != before.suspended.since
        ):
            yield f"S21 entry {i} moves the instant from which time stood still"
        goes_on = not still and after.ended is None
        hour = None if before.resuming is None else max(before.resuming.at, before.t)
        if goes_on and hour is not None and entry["t"] != hour:
            yield f"S21 entry {i} resumes at another instant than the announced one"
        ends = {fact["fact"] for fact in entry["data"].get("facts", ())}
        if not still and ends & {"awarded", "closed", "unsold"}:
            yield f"S21 entry {i} resumes and ends the session in one"


def who_bids_may_bid(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S15, S22: admitted, not excluded, deposit in force when it was decided; for his own lot only."""
    for before, entry, _ in steps(history):
        kind, _, said = entry["type"].partition(".")
        if said != "accepted" or kind not in _TAKES_OFFERS:
            continue
        number = entry["actor"].removeprefix("bidder:")
        person = before.people.get(number)
        if person is None or person.excluded:
            yield f"S15 entry {entry['i']}: No. {number} was not admitted"
        elif person.paid - person.out + person.guaranteed < before.document["deposit"]:
            yield f"S15 entry {entry['i']}: the deposit of No. {number} was not in force"
        elif person.entrant.lot is not None and entry["data"]["ask"].get("lot") not in (
            None,
            person.entrant.lot,
        ):
            yield f"S22 entry {entry['i']}: No. {number} offers for a lot that is not his"


def linked_parcels_stay_within_the_quota(
    history: History, entries: list[dict[str, Any]]
) -> Iterator[str]:
    """S22: who would win together never gets more than there is."""
    for _, entry, after in steps(history):
        if not isinstance(after.terms, FarTerms) or after.standing.stage is None:
            continue
        taken = sum(weight(after.terms, s.quantity or 0) for s in winning_set(after.floor()))
        if taken > quota(after.terms):
            yield f"S22 after entry {entry['i']} {taken} are granted of {quota(after.terms)}"


def it_takes_two(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S16: nobody opens, ends, or resumes after long alone; who confirms is somebody else."""
    first = entries[0]["data"]
    if same_person(first["proposer"], first["approver"]):
        yield "S16 one person proposed and approved the session"
    for before, entry, _ in steps(history):
        if before.index == 0 or not entry["type"].endswith(".accepted"):
            continue
        i, actor = entry["i"], entry["actor"]
        role = actor.partition(":")[0]
        kind = entry["type"].partition(".")[0]
        facts = {fact["fact"]: fact for fact in entry["data"]["facts"]}
        if facts.keys() & {"terminated", "voided"} and role not in _APPROVERS:
            yield f"S16 entry {i} is an end by {role}"
        if "seconded" in facts and facts["seconded"]["agree"]:
            proposal = before.proposals[facts["seconded"]["proposal"]]
            if role not in _APPROVERS or same_person(proposal.by, actor):
                yield f"S16 entry {i} is confirmed by whoever proposed it"
        elif kind == "resume" and _stood_long(before, entry["t"]):
            yield f"S16 entry {i} resumes by one officer what takes two"
        if kind in ("admit", "exclude", "deposit", "suspend", "resume") and role not in _STAFF:
            yield f"S16 entry {i} is an act of the house by {role}"


def _stood_long(state: State, now: int) -> bool:
    """By the document alone: the judge does not ask whom it judges."""
    told = state.document.get("downtime")
    if told is None or state.suspended is None:
        return False
    limit: int = told["auto_seconds"] * SECOND
    return now - state.suspended.since > limit


def the_document_is_fixed(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S17: what was approved is what was played; what moves an end says why."""
    for before, entry, after in steps(history):
        if before.index and after.document != before.document:
            yield f"S17 entry {entry['i']} changes the document"
        if before.index and entry["type"].startswith("session."):
            yield f"S17 entry {entry['i']} opens the session again"
        facts = entry["data"].get("facts", ())
        by_staff = any(f["fact"] == "deadline_moved" and f["why"] == "staff" for f in facts)
        if by_staff and not any(f["fact"] == "extended" for f in facts):
            yield f"S17 entry {entry['i']} moves an end by staff without saying so"


CHECKS = (
    it_judges_again_to_the_same,
    the_close_is_the_announced_one,
    nothing_happens_while_it_stands_still,
    who_bids_may_bid,
    linked_parcels_stay_within_the_quota,
    it_takes_two,
    the_document_is_fixed,
)
