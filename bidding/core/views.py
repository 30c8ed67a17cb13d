"""Who sees what: snapshots, events, a bidder's own panel, and the final answer.

Pure projections of committed state. An audience is `public`, `bidder:<number>`, `staff` or
`auditor`. While a stage is sealed nobody but the bidder sees an offer, and an event that an
audience may not see takes no number of its channel: the gap itself would tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from auction_rules.escrow_terms import Escrow, EscrowTerms
from auction_rules.facts import Instant
from auction_rules.floor import Offer
from auction_rules.reasons import clause, say, why_not
from auction_rules.rule import Line, Refuse, Rule
from auction_rules.terms import Text, Unit, show_time
from auction_rules.terms_in_use import in_use
from bidding.core import aftermath, downtime, drawing, said
from bidding.core.right import may_act
from bidding.core.sealing import unit_name
from bidding.core.state import OVER, State

PATCH: Final = (
    "status",
    "stage",
    "suspended",
    "offers",
    "top",
    "leaders",
    "cutoff",
    "quota",
    "next",
    "awards",
    "pool",
    "order",
    "entitled",
    "draw",
    "unsold",
    "figures",
    "opened_by",
    "draws",
    "entrants",
    "excluded",
    "after",
)
"""The keys of a room that change while it runs, in the order they are sent."""


_INTERNAL: Final = (
    *("admit", "deposit", "exclude", "enrol", "propose", "payout"),
    *("guarantee", "seal_guarantee"),
)

_BY_OFFICERS: Final = ("proposed", "concluded")

_BIDDERS_KINDS: Final = ("bid", "confirm", "stay", "leave", "proxy", "seal", "reveal")


def unit_of(state: State) -> Unit:
    """The unit of the prices."""
    unit: Unit = state.terms.unit
    return unit


def snapshot(state: State, rule: Rule, audience: str, now: Instant) -> dict[str, Any]:
    """The whole room as this audience may see it at `now`."""
    terms = state.terms
    quantity_unit = rule.quantity_unit(terms)
    return {
        "auction": state.document["auction"],
        "origin": state.origin,
        "title": state.document["title"],
        "rule": {"name": rule.name, "version": rule.version, "title": rule.title},
        "sha256": state.document["sha256"],
        "unit": terms.unit.model_dump(mode="json"),
        "settlement_unit": rule.settlement_unit(terms).model_dump(mode="json"),
        "quantity_unit": quantity_unit.model_dump(mode="json") if quantity_unit else None,
        "direction": rule.direction(terms),
        "programme": [
            {"id": s.id, "kind": s.kind, "title": s.title} for s in rule.programme(terms)
        ],
        "lots": [
            {"id": lot.id, "title": lot.title, "quantity": lot.quantity} for lot in rule.lots(terms)
        ],
        "own_lots": rule.own_lots,
        "start": getattr(terms, "start_price", None),
        "step": getattr(terms, "step", None),
        "ceiling": getattr(terms, "cap_price", None),
        "opens": rule.due(state.floor()) if state.status == "announced" else None,
        "deposit": state.document["deposit"],
        "escrow": _escrow(terms),
        "terms": in_use(rule, terms),
        "now": now,
        **_highest(terms),
        **patch(state, rule, audience),
    }


def highest_of(terms: Any) -> int | None:
    """The highest price that counts, where offers go down from it (最高限价)."""
    ceiling: int | None = getattr(terms, "ceiling", None)
    return ceiling


def _highest(terms: Any) -> dict[str, Any]:
    """It in words; no key where there is none."""
    ceiling, unit = highest_of(terms), terms.unit
    if ceiling is None:
        return {}
    return {"highest": said.both(unit.show(ceiling, "zh"), unit.show(ceiling, "en"))}


def patch(state: State, rule: Rule, audience: str) -> dict[str, Any]:
    """The keys of the room that change while it runs."""
    floor = state.floor()
    standing = state.standing
    sealed = rule.disclosure(floor).sealed
    rows = _offers(state, rule, audience, sealed=sealed)
    visible = not sealed
    best = max if rule.direction(state.terms) > 0 else min
    settled = rule.settlement(aftermath.held_floor(state)) if visible else None
    figures = None
    if settled is not None and settled.total:
        figures = {
            "total": settled.total,
            "premium": settled.premium,
            "premium_rate": settled.premium_rate,
            "unused": settled.unused,
        }
        if settled.saved is not None:
            figures |= {"saved": settled.saved, "saving_rate": settled.saving_rate}
    unsold = standing.unsold
    return {
        "status": state.status,
        "stage": _stage(state, rule, sealed=sealed),
        "suspended": suspended_of(state),
        "offers": rows,
        "top": best((row["amount"] for row in rows), default=None) if visible else None,
        "leaders": list(standing.leaders) if visible else [],
        "cutoff": standing.cutoff if visible else None,
        "quota": _quota(state, rule, sealed=sealed),
        "next": None if sealed else _newcomer(state, rule),
        "awards": [
            {
                "bidder": a.bidder,
                "lot": a.lot,
                "price": a.price,
                "quantity": a.quantity,
                "total": a.total,
            }
            for a in standing.awards
        ],
        "pool": list(standing.pool) if standing.pool is not None else None,
        "order": list(standing.order),
        "entitled": None if standing.entitled is None else list(standing.entitled),
        "draw": _draw(state),
        "unsold": {"reason": unsold, "sentence": say(unsold, {}, None)} if unsold else None,
        "figures": figures,
        "opened_by": sorted(standing.trustee_keys),
        "draws": drawing.draws(state, rule),
        # The number of bidders is not disclosed before the close (DOMAIN §10).
        "entrants": len(state.entrants) if audience in ("staff", "auditor") else None,
        "excluded": _excluded(state, rule, audience),
        "after": _after(state),
    }


def _excluded(state: State, rule: Rule, audience: str) -> list[dict[str, Any]]:
    """Whose admission was withdrawn, when and why.

    After the end everybody is told; before it of those alone whose offers everybody sees, since
    who else takes part is not disclosed. The house, auditors and he himself always know.
    """
    if not state.exclusions:
        return []
    _, _, own = audience.partition(":")
    every = audience in ("staff", "auditor") or state.status in OVER
    seen = frozenset() if every else _on_show(state, rule)
    return [
        {"bidder": bidder, "i": one.i, "t": one.t, "reason": one.reason}
        for bidder, one in state.exclusions.items()
        if every or bidder == own or bidder in seen
    ]


def _on_show(state: State, rule: Rule) -> frozenset[str]:
    """Bidders whose standing offers everybody sees now."""
    if rule.disclosure(state.floor()).sealed:
        return frozenset()
    return frozenset(offer.bidder for offer in state.standing.offers.values())


def _after(state: State) -> dict[str, Any] | None:
    """What the result is worth, since when, and which winners did not take it; None before the end."""
    worth = aftermath.outcome(state)
    if worth is None:
        return None
    return {
        "outcome": worth,
        "sentence": said.outcome(worth, state.why_ended),
        "vacated": sorted(aftermath.vacated(state)),
        "fallen": _fallen(state),
    }


def _fallen(state: State) -> list[dict[str, Any]]:
    """Each sale that fell through: whose, when, why, and who comes next by rank, if anybody does."""
    return [
        {
            "cause": one.cause,
            "bidder": one.bidder,
            "t": one.t,
            "reason": one.reason,
            "follows": one.follows,
            "sentence": said.fallen(one),
        }
        for one in aftermath.fallen(state)
    ]


def _escrow(terms: Any) -> dict[str, Any] | None:
    """What a browser needs to seal an offer, and a reader to know who can open it."""
    if not isinstance(terms, EscrowTerms) or terms.escrow is Escrow.PLAIN:
        return None
    trustees = [
        {"id": t.id, "title": {"zh": t.zh, "en": t.en}, "public": t.public} for t in terms.trustees
    ]
    return {
        "mode": str(terms.escrow.value),
        "threshold": terms.threshold,
        "trustees": trustees,
        "unit": unit_name(terms),
    }


def _stage(state: State, rule: Rule, *, sealed: bool) -> dict[str, Any] | None:
    standing = state.standing
    if standing.stage is None:
        return None
    stages = rule.programme(state.terms)
    index = next(n for n, s in enumerate(stages) if s.id == standing.stage)
    return {
        "id": standing.stage,
        "kind": standing.kind,
        "index": index,
        "title": stages[index].title,
        "opens": standing.opens,
        "closes": standing.closes,
        "extensions": 0 if sealed else standing.extensions,
        "sealed": sealed,
        "round": standing.round,
        "price": standing.named,
    }


def _draw(state: State) -> dict[str, Any] | None:
    """How far a draw is whose source asks something of people or comes out at an hour.

    Who has done his part, never a secret or what an officer typed.
    """
    chance = state.standing.chance
    if chance.what is None:
        return None
    return {
        "what": chance.what,
        "round": chance.round,
        "at": chance.at or None,
        "committed": sorted(chance.commits),
        "revealing": chance.revealing,
        "revealed": sorted(chance.reveals),
    }


def suspended_of(state: State) -> dict[str, Any] | None:
    """Since when and why the session stands still, and what it waits for, in both languages."""
    fact = state.suspended
    if fact is None:
        return None
    return {
        "since": fact.since,
        "reason": fact.reason,
        "sentence": said.reason(fact.reason),
        "resumes": None if state.resuming is None else state.resuming.at,
        "next": downtime.next_step(state),
    }


def _offers(state: State, rule: Rule, audience: str, *, sealed: bool) -> list[dict[str, Any]]:
    offers = state.standing.offers
    if sealed:
        _, _, own = audience.partition(":")
        return [_offer(o, inside=False) for o in _own(state, own)]
    leaders = frozenset(state.standing.leaders)
    order = rule.ranking(state.floor())
    return [_marked(state, offers[b], inside=b in leaders) for b in order]


def _own(state: State, bidder: str) -> list[Offer]:
    return [o for o in state.standing.offers.values() if o.bidder == bidder]


def _among(bidder: str, keys: tuple[str, ...]) -> bool:
    return any(key.partition("/")[0] == bidder for key in keys)


def _offer(offer: Offer, *, inside: bool) -> dict[str, Any]:
    return {
        "bidder": offer.bidder,
        "lot": offer.lot,
        "slot": offer.slot,
        "amount": offer.amount,
        "quantity": offer.quantity,
        "t": offer.t,
        "i": offer.i,
        "in": inside,
        "auto": offer.auto is not None,
    }


def _marked(state: State, offer: Offer, *, inside: bool) -> dict[str, Any]:
    """An offer as it stands; one that staff made for the bidder says so."""
    row = _offer(offer, inside=inside)
    return row | {"on_behalf": True} if offer.i in state.on_behalf else row


def _quota(state: State, rule: Rule, *, sealed: bool) -> dict[str, Any] | None:
    terms = state.terms
    kind = getattr(terms, "quota_kind", None)
    if kind is None:
        return None
    total = terms.quota_area or terms.quota_parcels
    unused = None if sealed else rule.settlement(state.floor()).unused
    used = None if sealed or unused is None else total - unused
    return {"kind": str(kind.value), "total": total, "used": used}


def _newcomer(state: State, rule: Rule) -> int | None:
    """The least amount a bidder without an offer may name; None when he has no right to."""
    if state.status != "running" or state.standing.kind == "gate":
        return None
    return rule.least(state.floor())


def event(
    before: State, entry: Mapping[str, Any], after: State, rule: Rule, audience: str
) -> dict[str, Any] | None:
    """One line of a channel, or None where this audience does not see the entry."""
    shown = rule.disclosure(before.floor())
    sealed = (shown.sealed or shown.acts_sealed) if before.standing.stage else False
    role, _, own = entry["actor"].partition(":")
    overseer = audience in ("staff", "auditor")
    accepted = entry["type"].endswith(".accepted") or entry["type"] == "session.opened"
    if _secret(before, entry, rule, audience) or _unseen_exclusion(before, entry, rule, audience):
        return None
    if entry["type"] == "proxy.accepted" and audience != entry["actor"]:
        entry = _without_limit(entry)
    entry = _without_accounts(_without_typed(entry))
    mine = role == "bidder" and audience == f"bidder:{own}"
    if audience.startswith("bidder:"):
        # A bidder's own channel holds his own acts and what the house did about him.
        if not mine and not _about(entry, audience.partition(":")[2]):
            return None
    elif (role == "bidder" and (sealed or not (accepted or overseer))) or (
        not overseer and (not accepted or _internal(entry))
    ):
        return None
    kind = entry["type"].partition(".")[0]
    data = entry["data"]
    line: dict[str, Any] = {
        "i": None if sealed and not mine else entry["i"],
        "t": entry["t"],
        "type": entry["type"],
        "who": own if role == "bidder" else role,
        "facts": data.get("facts", []),
        # A room is watched as it runs: the time of day says when, and the record says it exactly.
        "text": said.entry(entry, unit_of(after), rule, after, partial(show_time, now=entry["t"])),
    }
    if kind in _BIDDERS_KINDS and (mine or overseer):
        line["ask"] = data["ask"] if mine or kind != "proxy" else None
        line["ref"] = _ref(entry) if mine else None
    if not accepted:
        line |= refusal(data["reason"], data["detail"], data["nearest"], unit_of(after))
    return line


def _secret(before: State, entry: Mapping[str, Any], rule: Rule, audience: str) -> bool:
    """A limit is its owner's alone; points are nobody's until all are in.

    Of an entry that set a limit the others see what the house bid because of it, if it did.
    """
    kind = str(entry["type"]).partition(".")[0]
    if kind == "proxy":
        return audience != str(entry["actor"]) and not _shown_of(entry)
    return rule.disclosure(before.floor()).scores_sealed if kind == "score" else False


def _unseen_exclusion(before: State, entry: Mapping[str, Any], rule: Rule, audience: str) -> bool:
    """A confirmed exclusion is public where the bidder's number is; else it is told him and the house."""
    role, _, own = audience.partition(":")
    gone = {fact["bidder"] for fact in entry["data"].get("facts", ()) if fact["fact"] == "excluded"}
    if not gone or role in ("staff", "auditor") or own in gone:
        return False
    return not gone <= _on_show(before, rule)


def _shown_of(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [fact for fact in entry["data"].get("facts", ()) if fact["fact"] != "proxy_set"]


def _without_limit(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**entry, "data": {**entry["data"], "facts": _shown_of(entry)}}


def _without_typed(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Two officers type a result on their own: what the first typed, no channel tells the second."""
    facts = entry["data"].get("facts", ())
    if not any(fact["fact"] == "draw_typed" for fact in facts):
        return entry
    told = [{**f, "value": []} if f["fact"] == "draw_typed" else f for f in facts]
    return {**entry, "data": {**entry["data"], "facts": told}}


def _without_accounts(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who of the house proposed or concluded: every channel is told the role, never the account."""
    facts = entry["data"].get("facts", ())
    if not any(fact["fact"] in _BY_OFFICERS for fact in facts):
        return entry
    told = [
        {**f, "by": f["by"].partition(":")[0]} if f["fact"] in _BY_OFFICERS else f for f in facts
    ]
    return {**entry, "data": {**entry["data"], "facts": told}}


def _internal(entry: Mapping[str, Any]) -> bool:
    # Admissions, keys and deposits are between the bidder and the house until the result. What one
    # officer proposes must move nobody on the floor: it is told when another has confirmed it.
    kind = str(entry["type"]).partition(".")[0]
    return kind in _INTERNAL or (kind == "second" and not _confirmed(entry))


def _confirmed(entry: Mapping[str, Any]) -> bool:
    return bool(entry["data"]["ask"]["agree"])


def _about(entry: Mapping[str, Any], bidder: str) -> bool:
    facts = entry["data"].get("facts", ())
    # Where nobody else is told of his exclusion, he is.
    told = facts if _internal(entry) else [f for f in facts if f["fact"] == "excluded"]
    return any(fact.get("bidder") == bidder for fact in told)


def _ref(entry: Mapping[str, Any]) -> str | None:
    key = entry.get("cmd")
    return None if key is None else str(key)[len(entry["actor"]) + 1 :]


def refusal(
    code: str, detail: Mapping[str, Any], nearest: list[int] | tuple[int, ...], unit: Unit
) -> dict[str, Any]:
    """A refusal for a screen: code, sentence, clause, and what would be valid."""
    return {
        "reason": code,
        "sentence": say(code, detail, unit, nearest),
        "clause": clause(code),
        "nearest": list(nearest),
    }


def answer(entry: Mapping[str, Any], state: State) -> dict[str, Any]:
    """The final answer to the asker, accepted or refused, as it stands in the log."""
    data = entry["data"]
    base = {"ref": _ref(entry), "i": entry["i"], "t": entry["t"]}
    if entry["type"].endswith(".refused"):
        said_so = refusal(data["reason"], data["detail"], data["nearest"], unit_of(state))
        return {"type": "refused", **base, **said_so}
    return {"type": "accepted", **base, "facts": data["facts"]}


def you(state: State, rule: Rule, bidder: str, now: Instant) -> dict[str, Any]:
    """A bidder's own panel: his place, his offer, and what he may do now."""
    person = state.people.get(bidder)
    standing = state.standing
    floor = state.floor()
    sealed = rule.disclosure(floor).sealed
    own = _own(state, bidder)
    offer = own[0] if own else None
    place = _place(state, rule, bidder, sealed=sealed)
    order = () if sealed else rule.ranking(floor)
    unit = unit_of(state)
    return {
        "bidder": bidder,
        "lot": person.entrant.lot if person else None,
        "admitted": person is not None and not person.excluded,
        "deposit": {
            "required": state.document["deposit"],
            "paid": person.paid if person else 0,
            "ok": bool(person and person.deposit_ok),
        },
        "state": place,
        "rank": order.index(own[0].key) + 1 if own and own[0].key in order else None,
        "offer": {"amount": offer.amount, "t": offer.t, "i": offer.i} if offer else None,
        "offers": [_marked(state, o, inside=_among(bidder, standing.leaders)) for o in own],
        "sealed": _own_sealed(state, bidder),
        "limit": standing.proxies.get(bidder),
        "keys": [key.key for key in person.keys] if person else [],
        "sentence": said.LEVEL
        if place == "outbid" and _is_level(state, own)
        else said.place(place),
        "actions": _actions(state, rule, bidder, now, unit),
    }


def _is_level(state: State, own: list[Offer]) -> bool:
    """Whether his offer is as good as one that the house made for whoever leads."""
    top = state.standing.top
    return top is not None and top.auto is not None and any(o.amount == top.amount for o in own)


def _own_sealed(state: State, bidder: str) -> dict[str, Any] | None:
    """The fingerprint of what he sealed and nobody has opened yet."""
    one = state.standing.sealed.get(bidder)
    return None if one is None else {"commit": one.commit, "t": one.t, "i": one.i}


def _place(state: State, rule: Rule, bidder: str, *, sealed: bool) -> str:
    standing = state.standing
    offered = bool(_own(state, bidder)) or bidder in standing.sealed
    leads = _among(bidder, standing.leaders)
    if state.ended is not None:
        return "ended"
    if bidder in state.exclusions:
        return "excluded"
    if standing.closed:
        if bidder in aftermath.vacated(state):
            return "lapsed"
        won = any(a.bidder == bidder for a in standing.awards)
        return "won" if won else "lost"
    if bidder in standing.answers:
        return "answered"
    if not offered:
        return "none" if standing.stage else "waiting"
    if sealed:
        return "quoted"
    if rule.own_lots:
        return "in" if leads else "out"
    return "leading" if leads else "outbid"


def _actions(state: State, rule: Rule, bidder: str, now: Instant, unit: Unit) -> dict[str, Any]:
    blocked: Refuse | None = may_act(state, bidder)
    acts = None if blocked else rule.actions(state.floor(), bidder, now)
    if acts is not None:
        blocked = acts.blocked
    return {
        "ask": acts.ask if acts else None,
        "minimum": acts.minimum if acts else None,
        # Where no term ends the ladder, the number at its end would only puzzle.
        "maximum": acts.maximum if acts and not acts.open_ended else None,
        "step": acts.step if acts else None,
        "quick": list(acts.quick) if acts else [],
        "round": acts.round if acts else None,
        "price": acts.price if acts else None,
        "enter": acts.enter if acts else None,
        "quantity_minimum": acts.quantity_minimum if acts else None,
        "quantity_maximum": acts.quantity_maximum if acts else None,
        "blocked": _told(blocked, unit),
        "limits": list(acts.limits) if acts and acts.limits else None,
        "quantity_step": acts.quantity_step if acts else None,
        "lines": [_line(line, unit) for line in acts.lines] if acts else [],
        "also": list(acts.also) if acts else [],
        "left": acts.left if acts else None,
        "pending": acts.pending if acts else None,
        "points": list(acts.points) if acts and acts.points else None,
        "waivers": acts.waivers if acts else None,
        "equal": acts.equal if acts else False,
    }


def _line(line: Line, unit: Unit) -> dict[str, Any]:
    return {
        "slot": line.slot,
        "ask": line.ask,
        "minimum": line.minimum,
        "maximum": None if line.open_ended else line.maximum,
        "step": line.step,
        "quick": list(line.quick),
        "price": line.price,
        "quantity_minimum": line.quantity_minimum,
        "quantity_maximum": line.quantity_maximum,
        "pending": line.pending,
        "withdraw": line.withdraw,
        "blocked": _told(line.blocked, unit),
    }


def _told(blocked: Refuse | None, unit: Unit) -> dict[str, Any] | None:
    if blocked is None:
        return None
    sentence: Text = why_not(blocked.reason, blocked.detail, unit)
    return {"reason": blocked.reason, "sentence": sentence}
