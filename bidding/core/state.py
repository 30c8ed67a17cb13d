"""The state of one auction, folded from its log. Folding runs no rule code.

`evolve` asserts what must always hold: the index is the next one, time never goes back, and
each entry carries the digest of the state before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, TypeAlias

import orjson

from auction_rules.facts import FLOOR_FACTS, Amount, Instant, fact_to_json
from auction_rules.floor import Chance, Entrant, Floor, Offer, Standing, stand
from auction_rules.values import changed
from bidding.core import house_facts as h
from bidding.proof import canon
from bidding.proof.text import BilingualError

ENTRY_VERSION: Final = 1
OVER: Final = ("closed", "terminated", "voided")
"""The statuses after which nothing is asked of a session any more."""


class BadEntry(BilingualError):
    """A log entry that cannot follow the state before it; the text does not name the entry."""


@dataclass(frozen=True)
class Person:
    """A bidder as the house knows him: admission and deposit; amounts in fen."""

    entrant: Entrant
    who: str | None = None
    paid: Amount = 0
    deposit_ok: bool = False
    out: Amount = 0
    """What of it was given back or kept."""
    guaranteed: Amount = 0
    """What guarantees stand for beside it."""
    bank_refs: tuple[str, ...] = ()
    keys: tuple[h.KeyEnrolled, ...] = ()
    """Keys he signs with, in the order they came; with none his requests need no signature."""

    @property
    def excluded(self) -> bool:
        """Whether his admission was withdrawn."""
        return self.entrant.excluded

    @cached_property
    def plain(self) -> orjson.Fragment:
        """Its part of the state's canonical bytes, made once: people rarely change."""
        e = self.entrant
        row = [e.bidder, e.lot, e.priority, self.who, self.paid, self.deposit_ok, e.excluded]
        keys = [key.key for key in self.keys]
        # Only where there is any: the digests of sessions without it stay what they were.
        more = [self.out, self.guaranteed] if self.out or self.guaranteed else []
        return orjson.Fragment(orjson.dumps([*row, self.bank_refs, keys, *more], option=_OPTIONS))


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A withdrawn admission: its entry, when, and the reason that was given."""

    i: int
    t: Instant
    reason: str


@dataclass(frozen=True)
class State:
    """Everything that decides what happens next. Immutable; `digest` is computed once."""

    origin: str
    index: int = 0
    t: Instant = 0
    document: Mapping[str, Any] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    entrants: Mapping[str, Entrant] = field(default_factory=dict)
    """The part of `people` that a rule may see, by number."""
    standing: Standing = field(default_factory=Standing)
    suspended: h.Suspended | None = None
    resuming: h.Resuming | None = None
    """When a suspended session goes on, once that is announced."""
    ended: str | None = None
    """`terminated` or `voided`, once staff ended it."""
    why_ended: str = ""
    """The reason they gave. Not part of the digest: nothing is decided by it."""
    proposals: Mapping[int, h.Proposed] = field(default_factory=dict)
    """What one officer proposed and nobody has answered, by entry."""
    given: int = 0
    """Seconds by which staff have moved ends later."""
    on_behalf: tuple[int, ...] = ()
    """The entries in which staff made an offer for a bidder."""
    sealed_guarantees: Mapping[str, Instant] = field(default_factory=dict)
    """When each sealed guarantee came in, by its commitment; opened ones stay."""
    after: tuple[h.Concluded, ...] = ()
    """The steps taken after the close, in order."""
    after_at: tuple[tuple[int, Instant], ...] = ()
    """In which entry each of them was taken, and when. Not part of the digest: they are in `after`."""
    exclusions: Mapping[str, Exclusion] = field(default_factory=dict)
    """Why and when, by number. Not part of the digest: that somebody is excluded is in `people`."""
    terms: Any = field(default=None, compare=False)
    """The rule's validated Config; None where the rule is not installed. Not part of the digest."""

    @property
    def status(self) -> str:
        """announced, running, suspended, closed, terminated or voided."""
        if self.ended is not None:
            return self.ended
        if self.standing.closed:
            return "closed"
        if self.suspended is not None:
            return "suspended"
        return "announced" if self.standing.stage is None else "running"

    def floor(self) -> Floor[Any]:
        """What the rule is asked about."""
        return Floor(self.terms, self.standing, self.entrants, self.index)

    @cached_property
    def digest(self) -> str:
        """Base64 SHA-256 of the canonical bytes of the complete state."""
        return canon.sha256_b64(orjson.dumps(_plain(self), option=_OPTIONS))


_OF_THE_FLOOR: Final = frozenset(FLOOR_FACTS)
_NO_CHANCE: Final = Chance()
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


def _plain(s: State) -> dict[str, Any]:
    g = s.standing
    return {
        "origin": s.origin,
        "index": s.index,
        "t": s.t,
        "document": s.document.get("sha256"),
        "people": [s.people[n].plain for n in sorted(s.people)],
        "suspended": fact_to_json(s.suspended) if s.suspended else None,
        "ended": s.ended,
        "stage": g.stage,
        "kind": g.kind,
        "opens": g.opens,
        "closes": g.closes,
        "offers": [_offer(g.offers[n]) for n in sorted(g.offers)],
        "leaders": g.leaders,
        "cutoff": g.cutoff,
        "entitled": g.entitled,
        "answers": _pairs(g.answers),
        "extensions": g.extensions,
        "extended": g.extended,
        "acted": g.acted,
        "revealed": g.revealed,
        "awards": [fact_to_json(a) for a in g.awards],
        "unsold": g.unsold,
        "closed": g.closed,
        "notes": _pairs(g.notes),
        "round": g.round,
        "price": g.price,
        "pool": g.pool,
        "order": g.order,
        "reserves": _pairs(g.reserves),
        "reserve_amounts": _pairs(g.reserve_amounts),
        "scores": _pairs(g.scores),
        # By the entries that set them: a digest stands in receipts, and a limit could be guessed
        # from it. The entries themselves are in the tree.
        "proxies": _pairs(g.proxy_times),
        "withdrawn": _pairs(g.withdrawn),
        **_sealed(g),
        **_chance(g.chance),
        **_officers(s),
        **({"resuming": fact_to_json(s.resuming)} if s.resuming else {}),
        **({"sealed_guarantees": _pairs(s.sealed_guarantees)} if s.sealed_guarantees else {}),
        **({"after": [fact_to_json(one) for one in s.after]} if s.after else {}),
    }


def _sealed(g: Standing) -> dict[str, Any]:
    """Only where there is any: the digests of sessions without it stay what they were."""
    if not g.sealed and not g.trustee_keys:
        return {}
    rows = [g.sealed[bidder] for bidder in sorted(g.sealed)]
    return {
        "sealed": [[o.bidder, o.lot, o.commit, o.box, o.k, o.shares, o.t, o.i] for o in rows],
        "trustee_keys": _pairs(g.trustee_keys),
    }


def _officers(s: State) -> dict[str, Any]:
    """Only where officers have used what a document may grant them, as above."""
    if not s.proposals and not s.given and not s.on_behalf:
        return {}
    rows = [[i, fact_to_json(s.proposals[i])] for i in sorted(s.proposals)]
    return {"proposals": rows, "given": s.given, "on_behalf": s.on_behalf}


def _chance(c: Chance) -> dict[str, Any]:
    """Only where something came in but a seed, as above."""
    if c == _NO_CHANCE:
        return {}
    parts = (_pairs(c.commits), c.revealing, _pairs(c.reveals), _pairs(c.typed))
    return {"chance": [c.what, c.round, c.at, *parts]}


def _offer(o: Offer) -> list[Any]:
    row = [o.bidder, o.lot, o.amount, o.quantity, o.t, o.i, o.slot]
    return row if o.auto is None else [*row, o.auto]


def _pairs(found: Mapping[str, Any]) -> list[list[Any]]:
    return [[key, found[key]] for key in sorted(found)]


_OfPeople: TypeAlias = (
    h.Admitted | h.Excluded | h.KeyEnrolled | h.DepositCounted | h.GuaranteeCounted | h.PaidOut
)


def _of_people(s: State, fact: _OfPeople) -> State:
    match fact:
        case h.Admitted():
            person = Person(Entrant(fact.bidder, fact.lot, fact.priority), fact.who)
            if not s.document.get("deposit"):
                person = changed(person, deposit_ok=True)
            return changed(
                s,
                people={**s.people, fact.bidder: person},
                entrants={**s.entrants, fact.bidder: person.entrant},
            )
        case h.Excluded():
            known = s.people[fact.bidder]
            person = changed(known, entrant=replace(known.entrant, excluded=True))
            return changed(
                s,
                people={**s.people, fact.bidder: person},
                entrants={**s.entrants, fact.bidder: person.entrant},
            )
        case h.KeyEnrolled():
            owner = s.people[fact.bidder]
            person = changed(owner, keys=(*owner.keys, fact))
            return changed(s, people={**s.people, fact.bidder: person})
        case h.DepositCounted():
            known = s.people[fact.bidder]
            refs = (*known.bank_refs, fact.bank_ref)
            person = changed(known, paid=fact.total, deposit_ok=fact.ok, bank_refs=refs)
            return changed(s, people={**s.people, fact.bidder: person})
        case h.GuaranteeCounted():
            backed = s.people[fact.bidder]
            person = changed(
                backed,
                guaranteed=backed.guaranteed + fact.amount,
                deposit_ok=fact.ok,
                bank_refs=(*backed.bank_refs, fact.commit),
            )
            return changed(s, people={**s.people, fact.bidder: person})
        case h.PaidOut():
            payee = s.people[fact.bidder]
            person = changed(payee, out=payee.out + fact.amount)
            return changed(s, people={**s.people, fact.bidder: person})


def _by_officers(s: State, fact: h.Extended | h.OnBehalf | h.Proposed | h.Seconded) -> State:
    match fact:
        case h.Extended():
            return changed(s, given=s.given + fact.seconds)
        case h.OnBehalf():
            return changed(s, on_behalf=(*s.on_behalf, s.index))
        case h.Proposed():
            return changed(s, proposals={**s.proposals, s.index: fact})
        case h.Seconded():
            left = {i: one for i, one in s.proposals.items() if i != fact.proposal}
            return changed(s, proposals=left)


def _of_running(
    s: State, fact: h.Suspended | h.Resuming | h.Resumed | h.Terminated | h.Voided
) -> State:
    match fact:
        case h.Suspended():
            return changed(s, suspended=fact, resuming=None)
        case h.Resuming():
            return changed(s, resuming=fact)
        case h.Resumed():
            return changed(s, suspended=None, resuming=None)
        case h.Terminated():
            return changed(
                s, ended="terminated", why_ended=fact.reason, suspended=None, resuming=None
            )
        case h.Voided():
            return changed(s, ended="voided", why_ended=fact.reason, suspended=None, resuming=None)


def _change(s: State, fact: h.HouseFact, t: Instant) -> State:
    match fact:
        case h.Excluded():
            told = {**s.exclusions, fact.bidder: Exclusion(s.index, t, fact.reason)}
            return changed(_of_people(s, fact), exclusions=told)
        case h.Admitted() | h.KeyEnrolled():
            return _of_people(s, fact)
        case h.DepositCounted() | h.GuaranteeCounted() | h.PaidOut():
            return _of_people(s, fact)
        case h.Extended() | h.OnBehalf() | h.Proposed() | h.Seconded():
            return _by_officers(s, fact)
        case h.Suspended() | h.Resuming() | h.Resumed() | h.Terminated() | h.Voided():
            return _of_running(s, fact)
        case h.Concluded():
            return changed(s, after=(*s.after, fact), after_at=(*s.after_at, (s.index, t)))
        case h.GuaranteeSealed():
            return changed(s, sealed_guarantees={**s.sealed_guarantees, fact.commit: t})
        case h.Announced():
            return s  # words for people; nothing is decided by them


def evolve(s: State, entry: Mapping[str, Any], facts: tuple[h.Fact, ...] | None = None) -> State:
    """The state after one entry; BadEntry when it cannot follow. `facts` saves reading them."""
    if entry["i"] != s.index or entry["log"] != s.origin or entry["v"] != ENTRY_VERSION:
        raise BadEntry(
            f"entry {entry['i']} of {entry['log']} cannot follow entry {s.index - 1} of {s.origin}",
            f"日志 {entry['log']} 编号 {entry['i']} 的记录不能接在日志 {s.origin} "
            f"编号 {s.index - 1} 的记录之后",
        )
    if entry["t"] < s.t:
        raise BadEntry("its time goes back behind the entry before it", "时间早于前一条记录")
    data = entry["data"]
    if s.index == 0:
        if entry["type"] != "session.opened":
            raise BadEntry("a log begins with session.opened", "日志应以 session.opened 开始")
        # The digest of the state knows the document by this hash alone.
        if hashlib.sha256(canon.encode(data["document"])).hexdigest() != data["sha256"]:
            raise BadEntry(
                "the document has another SHA-256 than the entry says",
                "规则文件的 SHA-256 与该记录所载不符",
            )
        document = {**data["document"], "sha256": data["sha256"]}
        s = changed(s, document=document)
    elif entry.get("ps") != s.digest:
        raise BadEntry("the state before it has another digest", "此前状态的摘要与该记录所载不符")
    t, i = entry["t"], entry["i"]
    if facts is None:
        facts = tuple(h.SHAPES.read(row) for row in data.get("facts", ()))
    standing = s.standing
    for fact in facts:
        # One look-up for the commonest facts; a union of classes is tried one by one.
        if type(fact) in _OF_THE_FLOOR:
            standing = stand(standing, fact, t, i)  # type: ignore[arg-type]
        else:
            s = _change(s, fact, t)  # type: ignore[arg-type]
    return changed(s, standing=standing, index=i + 1, t=t)
