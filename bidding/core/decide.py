"""decide(state, command, now, rule): the one place where a request becomes a decision.

Order of the tests is fixed, so that the same refusal comes out on replay (DOMAIN §13):
who asks and whether he signed it, admission, deposit, state of the session, then the rule
(stage seen, deadline, cap, minimum, grid, jump).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from auction_rules.facts import FloorFact, Instant, QuorumMissing
from auction_rules.floor import (
    Bid,
    BidderAsk,
    Confirm,
    Draw,
    DrawBalls,
    DrawCommit,
    DrawFigure,
    DrawReveal,
    Leave,
    OfficerAsk,
    OpenReserve,
    Proxy,
    Reveal,
    Score,
    SealedBid,
    SealReserve,
    Stay,
    TrusteeKey,
    Withdraw,
)
from auction_rules.money import LIMIT
from auction_rules.rule import Accept, Refuse, Rule
from bidding.core import aftermath, downtime, officers, sealing, writable
from bidding.core import commands as c
from bidding.core import house_facts as h
from bidding.core.right import may_act
from bidding.core.state import OVER, State
from bidding.proof import command_key


@dataclass(frozen=True, slots=True)
class Accepted:
    """Yes, and these facts happened."""

    facts: tuple[h.Fact, ...]


Decision: TypeAlias = Accepted | Refuse

KEYS_MAX: Final = 8
"""Keys of one bidder in one session: a desk, a phone, and some to spare."""

_STAFF = ("staff", "approver", "system")
_SECOND = ("approver", "system")


def due(state: State, rule: Rule) -> Instant | None:
    """When the next bell is due; None when over. Never before the last entry.

    While suspended it is the announced hour of going on, if there is one.
    """
    if state.status in OVER:
        return None
    if state.status == "suspended":
        at = None if state.resuming is None else state.resuming.at
    else:
        at = rule.due(state.floor())
    return None if at is None else max(at, state.t)


def decide(state: State, command: c.Command, now: Instant, rule: Rule) -> Decision:
    """What the request comes to at `now` (microseconds); changes nothing."""
    ask = command.ask
    if writable.refused(ask):
        return Refuse("NOT_WRITABLE")
    match ask:
        case Bid() | Confirm() | Stay() | Leave() | Proxy() | SealedBid() | Reveal():
            return _signed(state, command) or _from_bidder(state, command.bidder, ask, now, rule)
        case c.Enrol():
            return _enrol(state, command, ask)
        case c.Bell():
            return _bell(state, now, rule) if command.role == "system" else Refuse("NOT_ALLOWED")
        case _ if command.role not in _STAFF:
            return Refuse("NOT_ALLOWED")
        case c.Announce():
            # After the end too: people must hear what comes next, and why it ended.
            return Accepted((h.Announced(ask.zh, ask.en),))
        case (
            c.Resume()
            | c.Terminate()
            | c.Void()
            | c.Extend()
            | c.Surrogate()
            | c.Exclude()
            | c.Reaward()
            | c.Propose()
            | c.Second()
        ):
            return _weighty(state, command, ask, now, rule)
        case _:
            return _from_staff(state, command, ask, now, rule)


def _from_staff(state: State, command: c.Command, ask: c.Ask, now: Instant, rule: Rule) -> Decision:
    """What one officer alone may ask."""
    match ask:
        case c.Suspend():
            return _suspend(state, command, ask, now)
        case (
            SealReserve()
            | OpenReserve()
            | Score()
            | Withdraw()
            | TrusteeKey()
            | Draw()
            | DrawCommit()
            | DrawReveal()
            | DrawFigure()
            | DrawBalls()
        ):
            return _from_officer(state, command.actor, ask, now, rule)
        case c.Payout():
            return _found(aftermath.payout(state, command.actor, ask))
        case c.Conclude():
            return _found(aftermath.conclude(state, command.actor, ask, rule))
        case c.Admit() | c.Deposit() | c.Guarantee() | c.SealGuarantee():
            over = state.status in OVER
            return Refuse("NOT_RUNNING") if over else _register(state, ask, now, rule)
        case _:
            raise AssertionError(f"nobody decides {command.ask!r}")


def _found(found: tuple[h.Fact, ...] | Refuse) -> Decision:
    return found if isinstance(found, Refuse) else Accepted(found)


def _register(
    state: State,
    ask: c.Admit | c.Deposit | c.Guarantee | c.SealGuarantee,
    now: Instant,
    rule: Rule,
) -> Decision:
    match ask:
        case c.Admit():
            return _admit(state, ask, rule)
        case c.Deposit():
            return _deposit(state, ask, now)
        case c.Guarantee():
            return _guarantee(state, ask, now)
        case c.SealGuarantee():
            return _seal_guarantee(state, ask, now)


def _signed(state: State, command: c.Command) -> Refuse | None:
    """Why the signature does not do; None when it holds, or when none is needed."""
    person = state.people.get(command.bidder or "")
    signature = command.signature
    if signature is None:
        return Refuse("SIGNATURE_MISSING") if person is not None and person.keys else None
    known = person.keys if person is not None else ()
    key = next((key for key in known if key.key == signature.key), None)
    if key is None or not _holds(state, command, signature, key.alg, key.public):
        return Refuse("SIGNATURE_INVALID")
    return None


def _holds(state: State, command: c.Command, signature: c.Signature, alg: str, public: str) -> bool:
    kind, ask = c.kind_of(command.ask), c.ask_to_json(command.ask)
    text = command_key.signed_text(state.origin, command.actor, command.ref, kind, ask)
    return command_key.verify(alg, public, signature.value, text)


def _enrol(state: State, command: c.Command, ask: c.Enrol) -> Decision:
    """A key comes in when it is sound, new, and has signed this very request.

    Another key of the same bidder need not agree: whoever lost his browser has no other way,
    and each request in the log names the key that signed it.
    """
    bidder = command.bidder
    if bidder is None:
        return Refuse("NOT_ALLOWED")
    person = state.people.get(bidder)
    if person is None:
        return Refuse("NOT_QUALIFIED")
    if person.excluded:
        return Refuse("EXCLUDED")
    if state.status in OVER:
        return Refuse("NOT_RUNNING")
    if command_key.fault(ask.alg, ask.public) is not None:
        return Refuse("KEY_UNSOUND")
    name, signature = command_key.key_id(ask.alg, ask.public), command.signature
    if signature is None:
        return Refuse("SIGNATURE_MISSING")
    if signature.key != name or not _holds(state, command, signature, ask.alg, ask.public):
        return Refuse("SIGNATURE_INVALID")
    if any(key.key == name for key in person.keys):
        return Refuse("KEY_KNOWN")
    if len(person.keys) == KEYS_MAX:
        return Refuse("KEY_LIMIT", {"limit": KEYS_MAX})
    return Accepted((h.KeyEnrolled(bidder, name, ask.alg, ask.public),))


def _from_bidder(
    state: State, bidder: str | None, ask: BidderAsk, now: Instant, rule: Rule
) -> Decision:
    if bidder is None:
        return Refuse("NOT_ALLOWED")
    if refused := may_act(state, bidder):
        return refused
    judged = rule.judge(state.floor(), bidder, ask, now)
    if isinstance(judged, Refuse):
        return judged
    if isinstance(ask, SealedBid) and sealing.malformed(state, bidder, ask):
        return Refuse("SEAL_MALFORMED")
    if isinstance(ask, Reveal):
        return _opened(judged, sealing.by_bidder(state, state.floor(), bidder, ask, rule))
    return Accepted(judged.facts)


def _from_officer(
    state: State, officer: str, ask: OfficerAsk, now: Instant, rule: Rule
) -> Decision:
    if state.status == "suspended":
        return Refuse("SUSPENDED")
    if state.status != "running":
        return Refuse("NOT_BIDDABLE")
    judged = rule.office(state.floor(), officer.partition(":")[2] or officer, ask, now)
    if isinstance(judged, Refuse):
        return judged
    if isinstance(ask, TrusteeKey):
        floor = state.floor().after(judged.facts, now)
        return _opened(judged, sealing.with_trustee(state, floor, ask, rule))
    return Accepted(judged.facts)


def _opened(judged: Accept, found: tuple[FloorFact, ...] | Refuse) -> Decision:
    """The rule took the key; what it opens is part of the same entry."""
    return found if isinstance(found, Refuse) else Accepted((*judged.facts, *found))


def _bell(state: State, now: Instant, rule: Rule) -> Decision:
    at = due(state, rule)
    if at is None or now < at:
        return Refuse("NOT_DUE")
    if state.suspended is not None and state.resuming is not None:
        given = rule.resume(state.floor(), state.suspended.since, now)
        return Accepted((h.Resumed(state.resuming.reason), *given))
    lapsed = rule.lapse(state.floor(), now)
    if any(isinstance(fact, QuorumMissing) for fact in lapsed):
        # Trustees did not come: people look first, and the bidders open when it is resumed.
        return Accepted((*lapsed, h.Suspended(now, "QUORUM_MISSING")))
    return Accepted(lapsed)


def _weighty(
    state: State,
    command: c.Command,
    ask: c.Resume
    | c.Terminate
    | c.Void
    | c.Extend
    | c.Surrogate
    | c.Exclude
    | c.Reaward
    | c.Propose
    | c.Second,
    now: Instant,
    rule: Rule,
) -> Decision:
    """Acts that the document may have two officers do."""
    match ask:
        case c.Propose():
            return _propose(state, command, ask, now, rule)
        case c.Second():
            return _second(state, command, ask, now, rule)
        case c.Resume() if downtime.takes_two(state, now):
            return Refuse("NEEDS_SECOND")  # the house is nobody's second
        case _ if officers.takes_two(state, c.kind_of(ask), now) and command.role != "system":
            return Refuse("NEEDS_SECOND")
        case _:
            return _alone(state, command, ask, now, rule)


def _alone(state: State, command: c.Command, ask: c.Ask, now: Instant, rule: Rule) -> Decision:
    """What the act comes to when enough officers have asked for it."""
    match ask:
        case c.Resume():
            return _resume(state, ask, now, rule)
        case c.Terminate() | c.Void():
            return _end(state, command, ask)
        case c.Extend():
            return _found(officers.extend(state, ask, now, rule))
        case c.Surrogate():
            return _found(officers.surrogate(state, ask, now, rule))
        case c.Exclude():
            return _exclude(state, ask)
        case c.Reaward():
            return _found(aftermath.reaward(state, command.actor, ask, rule))
        case _:
            raise AssertionError(f"nobody decides {ask!r}")


def _propose(
    state: State, command: c.Command, ask: c.Propose, now: Instant, rule: Rule
) -> Decision:
    """Recorded only if it could be done now: a second officer is not called for nothing."""
    try:
        about = officers.proposed_ask(ask)
    except ValueError:
        return Refuse("NOT_ALLOWED")
    if not officers.takes_two(state, ask.act, now):
        return Refuse("NO_SECOND_NEEDED")
    as_approver = c.Command(f"approver:{command.actor.partition(':')[2]}", about)
    tried = _alone(state, as_approver, about, now, rule)
    if isinstance(tried, Refuse):
        return tried
    return Accepted((h.Proposed(ask.act, command.actor, dict(ask.about)),))


def _second(state: State, command: c.Command, ask: c.Second, now: Instant, rule: Rule) -> Decision:
    """Anybody on the staff may turn a proposal down; only another, an approver, confirms it."""
    proposal = state.proposals.get(ask.proposal)
    if proposal is None:
        return Refuse("NO_SUCH_PROPOSAL")
    answered = h.Seconded(ask.proposal, ask.agree)
    if not ask.agree:
        return Accepted((answered,))
    if command.role not in _SECOND:
        return Refuse("NOT_ALLOWED")
    if officers.same_person(proposal.by, command.actor):
        return Refuse("SAME_OFFICER")
    # As things are now, not as they were when it was proposed.
    done = _alone(state, command, officers.proposed_ask(proposal), now, rule)
    return done if isinstance(done, Refuse) else Accepted((answered, *done.facts))


def _end(state: State, command: c.Command, ask: c.Terminate | c.Void) -> Decision:
    if command.role not in _SECOND:
        return Refuse("NOT_ALLOWED")
    if isinstance(ask, c.Void):
        void = state.status == "closed"
        return Accepted((h.Voided(ask.reason),)) if void else Refuse("NOT_RUNNING")
    if state.status in OVER:
        return Refuse("NOT_RUNNING")
    return Accepted((h.Terminated(ask.reason),))


def _suspend(state: State, command: c.Command, ask: c.Suspend, now: Instant) -> Decision:
    standing_still = state.suspended is not None and state.resuming is None
    if state.status in OVER or standing_still:
        return Refuse("SUSPENDED" if state.status == "suspended" else "NOT_RUNNING")
    since = now if ask.since is None else ask.since
    if since != now and (command.role != "system" or not state.t <= since <= now):
        return Refuse("NOT_ALLOWED")
    if state.suspended is not None:
        # The announced hour is taken back; time has not run since the first suspension.
        since = state.suspended.since
    return Accepted((h.Suspended(since, ask.reason),))


def _resume(state: State, ask: c.Resume, now: Instant, rule: Rule) -> Decision:
    if state.suspended is None or state.status != "suspended":
        return Refuse("NOT_SUSPENDED")
    if state.resuming is not None:
        return Refuse("RESUMES_ALREADY")
    if (at := downtime.hour(state, now)) > now:
        return Accepted((h.Resuming(at, ask.reason),))
    given = rule.resume(state.floor(), state.suspended.since, now)
    return Accepted((h.Resumed(ask.reason), *given))


def _admit(state: State, ask: c.Admit, rule: Rule) -> Decision:
    if not c.IDENTIFIER.fullmatch(ask.bidder):
        return Refuse("NO_SUCH_BIDDER")
    if rule.own_lots != (ask.lot is not None):
        return Refuse("NO_SUCH_LOT")
    if ask.lot is not None:
        if ask.lot not in {lot.id for lot in rule.lots(state.terms)}:
            return Refuse("NO_SUCH_LOT")
        if any(e.lot == ask.lot for e in state.entrants.values()):
            return Refuse("ALREADY_ADMITTED")
    if ask.bidder in state.people:
        return Refuse("ALREADY_ADMITTED")
    return Accepted((h.Admitted(ask.bidder, ask.lot, ask.priority, ask.who),))


def _exclude(state: State, ask: c.Exclude) -> Decision:
    if state.status in OVER:
        return Refuse("NOT_RUNNING")
    person = state.people.get(ask.bidder)
    if person is None:
        return Refuse("NO_SUCH_BIDDER")
    return (
        Refuse("EXCLUDED") if person.excluded else Accepted((h.Excluded(ask.bidder, ask.reason),))
    )


def _deposit(state: State, ask: c.Deposit, now: Instant) -> Decision:
    person = state.people.get(ask.bidder)
    if person is None:
        return Refuse("NO_SUCH_BIDDER")
    if ask.bank_ref in person.bank_refs:
        return Refuse("DUPLICATE_NOTICE")
    total = person.paid + ask.amount
    if ask.amount <= 0 or total > LIMIT or ask.received > now:
        return Refuse("NOT_A_PAYMENT")
    # DOMAIN §9: the bank's time of receipt decides, not the time of the notice.
    deadline = state.document.get("deposit_deadline")
    if deadline is not None and ask.received >= deadline:
        return Refuse("DEPOSIT_LATE")
    ok = total + person.guaranteed >= state.document["deposit"]
    return Accepted(
        (h.DepositCounted(ask.bidder, ask.amount, total, ask.received, ask.bank_ref, ok),)
    )


def _guarantee(state: State, ask: c.Guarantee, now: Instant) -> Decision:
    """A guarantee does what money would (宁波 17); it has no bank's time, so it counts as of now.

    One that came in sealed counts as of then, and not before the session has begun.
    """
    person = state.people.get(ask.bidder)
    if person is None:
        return Refuse("NO_SUCH_BIDDER")
    if ask.commit in person.bank_refs:
        return Refuse("DUPLICATE_NOTICE")
    total = person.guaranteed + ask.amount
    if ask.amount <= 0 or total > LIMIT or ask.until <= now:
        return Refuse("NO_GUARANTEE")
    sealed = state.sealed_guarantees.get(ask.commit)
    if sealed is not None and state.status == "announced":
        return Refuse("GUARANTEE_SEALED")
    deadline = state.document.get("deposit_deadline")
    if deadline is not None and (now if sealed is None else sealed) >= deadline:
        return Refuse("DEPOSIT_LATE")
    ok = person.paid + total >= state.document["deposit"]
    return Accepted((h.GuaranteeCounted(ask.bidder, ask.amount, ask.commit, ask.until, ok),))


def _seal_guarantee(state: State, ask: c.SealGuarantee, now: Instant) -> Decision:
    """Taken as long as a deposit is; once the session has begun there is nothing left to hide."""
    if ask.commit in state.sealed_guarantees:
        return Refuse("DUPLICATE_NOTICE")
    deadline = state.document.get("deposit_deadline")
    if state.status != "announced" or (deadline is not None and now >= deadline):
        return Refuse("DEPOSIT_LATE")
    return Accepted((h.GuaranteeSealed(ask.commit),))
