"""What every rule owes the house, one function a property, over plays already played.

Each function gives the first sentence that is wrong, or None. A property says what holds at
every step of every play; it knows nothing of what a rule is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from auction_rules.conformance.play import Broken, Play, Step, again, told
from auction_rules.facts import (
    Answered,
    Awarded,
    DeadlineMoved,
    Drawn,
    OfferStood,
    PoolFixed,
    StageOpened,
    Unsold,
)
from auction_rules.floor import Floor
from auction_rules.money import LIMIT
from auction_rules.reasons import REASONS, say
from auction_rules.rule import Accept, Refuse, Rule

Finding = str | None


def config(rule: Rule, data: Mapping[str, Any]) -> Finding:
    """Terms survive JSON: validated, dumped and validated they are equal, and canonical."""
    terms = rule.Config.model_validate(data)
    dumped = terms.model_dump(mode="json")
    if rule.Config.model_validate(dumped) != terms:
        return "validated, dumped and validated again, the terms differ"
    if rule.Config.model_validate(dumped).model_dump(mode="json") != dumped:
        return "dumped twice, the terms differ"
    for path, value in _leaves(dumped, rule.Config.__name__):
        if isinstance(value, float) or not isinstance(value, str | int | bool | None):
            return f"{path} is a {type(value).__name__}: no JSON value with one meaning"
        if type(value) is int and abs(value) > LIMIT:
            return f"{path} is larger than every JSON reader keeps exact"
    for name, field in rule.Config.model_fields.items():
        extra = field.json_schema_extra
        if not field.title or not isinstance(extra, dict) or not extra.get("x-en"):
            return f"{name} has no title in both languages"
    return None


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _leaves(part, f"{path}.{number}")
    else:
        yield path, value


def determinism(play: Play) -> Finding:
    """The same acts in fresh values give the same facts."""
    return _same(play, without_refused=False)


def refusal(play: Play) -> Finding:
    """A refused ask changes nothing: not the values shown, not what follows."""
    for step in play.steps:
        if step.mutated:
            return f"{step.act.line()}: the rule wrote into the floor it was shown"
    return _same(play, without_refused=True)


def _same(play: Play, *, without_refused: bool) -> Finding:
    try:
        compared = again(play, without_refused=without_refused)
    except Broken as broken:
        return f"played again: {broken.told}"
    for step, answer in compared:
        if told(step.answer) != told(answer):
            return f"{step.act.line()}: first {told(step.answer)}, then {told(answer)}"
    return None


def deadline(play: Play) -> Finding:
    """An announced end never moves back, and is never in the past.

    A window that is over may leave its stage waiting for people, with no end announced; secrets
    are shown in another window than the one in which they were committed to. What remained of a
    window when it was suspended comes back with its resumption, or more (DOMAIN §2.5).
    """
    for step in play.steps:
        old, new = step.before.standing, step.after.standing
        windows = [(s.stage, s.round, s.chance.revealing) for s in (old, new)]
        same = windows[0] == windows[1]
        moved = new.closes != old.closes or new.stage != old.stage
        over = new.closes is None and old.closes is not None and step.act.now >= old.closes
        if same and not over and _sooner(old.closes, new.closes):
            return f"{step.act.line()}: the end moved from {old.closes} to {new.closes}"
        if moved and new.closes is not None and new.closes < max(new.opens, step.act.now):
            return f"{step.act.line()}: the stage ends at {new.closes}, before it began"
        if step.act.role == "resumption" and old.closes is not None and new.closes is not None:
            remained, back = old.closes - step.act.since, new.closes - step.act.now
            if back < remained:
                return f"{step.act.line()}: {remained} remained when it stopped, {back} came back"
    return None


def _sooner(old: int | None, new: int | None) -> bool:
    return old is not None and (new is None or new < old)


def closes_once(play: Play) -> Finding:
    """The end is an end: awards or a reason, `Closed`, and nothing due after it."""
    standing = play.floor.standing
    if not standing.closed:
        return None
    if bool(standing.awards) == (standing.unsold is not None):
        return f"closed with awards {standing.awards} and reason {standing.unsold!r}"
    return "closed, and something is due" if play.rule.due(play.floor) is not None else None


def _facts(steps: Sequence[Step], *kinds: type[Any]) -> Iterator[Any]:
    for step in steps:
        if isinstance(step.answer, Accept):
            yield from (fact for fact in step.answer.facts if isinstance(fact, kinds))


def winner(play: Play) -> Finding:
    """Who is awarded something offered it, said yes to it or was in the draw; on no worse terms.

    And where nobody is awarded anything for want of an offer, none stands.
    """
    direction = play.rule.direction(play.first.terms)
    offered: dict[str, list[int]] = {}
    for fact in _facts(play.steps, OfferStood):
        offered.setdefault(fact.bidder, []).append(fact.amount)
    agreed = {a.bidder for a in _facts(play.steps, Answered) if a.answer}
    for drawn in _facts(play.steps, Drawn, PoolFixed):
        agreed.update(drawn.order if isinstance(drawn, Drawn) else drawn.pool)
    for award in _facts(play.steps, Awarded):
        if award.bidder not in play.entrants:
            return f"{award.bidder} won and was never admitted"
        own = offered.get(award.bidder, [])
        if not own and award.bidder not in agreed:
            return f"{award.bidder} won and never asked for anything"
        if own and all(direction * (award.price - amount) > 0 for amount in own):
            return f"{award.bidder} won at {award.price}, worse than all he offered: {own}"
    for step in play.steps:
        offers = step.before.standing.offers
        if offers and any(fact.reason == "NO_BID" for fact in _facts([step], Unsold)):
            return f"{step.act.line()}: unsold for want of an offer, and {len(offers)} stand"
    return _successors(play, offered)


def _successors(play: Play, offered: Mapping[str, Sequence[int]]) -> Finding:
    """Whoever takes a defaulter's place offered something himself, and pays no worse than that."""
    rule, floor = play.rule, play.floor
    if not floor.standing.awards or not floor.standing.closed:
        return None
    direction = rule.direction(floor.terms)
    gone = frozenset(a.bidder for a in floor.standing.awards)
    for _ in range(len(play.entrants) + 1):
        found = rule.next_award(floor, gone)
        if isinstance(found, Refuse):
            unsaid = _sayable(floor, found)
            return f"nobody is next: {unsaid}" if unsaid else None
        own = offered.get(found.bidder, ())
        if found.bidder in gone or found.bidder not in play.entrants or not own:
            return f"{found.bidder} is next in line, and is gone or never offered anything"
        if all(direction * (found.price - amount) > 0 for amount in own):
            return f"{found.bidder} is next at {found.price}, worse than all he offered: {own}"
        gone |= {found.bidder}
    return "the line of those who are next has no end"


def conservation(play: Play) -> Finding:
    """Nothing is granted that is not there, and the total is the sum of the awards."""
    rule, floor = play.rule, play.floor
    standing, there = floor.standing, rule.lots(floor.terms)
    single = there[0].id if len(there) == 1 else None
    for lot in there:
        given = sum(a.quantity or 0 for a in standing.awards if (a.lot or single) == lot.id)
        if lot.quantity is not None and given > lot.quantity:
            return f"of lot {lot.id} {given} is granted, and there is {lot.quantity}"
    if any(a.total < 0 or a.price < 0 or (a.quantity or 0) < 0 for a in standing.awards):
        return f"less than nothing is awarded: {standing.awards}"
    settled = rule.settlement(floor)
    total = sum(award.total for award in standing.awards)
    if standing.closed and settled.total != total:
        return f"the settlement says {settled.total}, the awards come to {total}"
    for step in play.steps[:: max(1, len(play.steps) // 12)]:
        unused = rule.settlement(step.after).unused
        if unused is not None and unused < 0:
            return f"{step.act.line()}: {unused} is left of what there is"
    return None


def reasons(play: Play) -> Finding:
    """Every reason is of the one list and can be said in both languages."""
    for step in play.steps:
        if refused := step.refused:
            finding = _sayable(step.before, refused)
            if finding:
                return f"{step.act.line()}: {finding}"
    for fact in _facts(play.steps, Unsold):
        if fact.reason not in REASONS:
            return f"nothing was sold for {fact.reason!r}, which is not in the list of reasons"
    for step in play.steps[::3]:
        for bidder in step.after.entrants:
            blocked = play.rule.actions(step.after, bidder, step.act.now).blocked
            if blocked and (finding := _sayable(step.after, blocked)):
                return f"actions of {bidder}: {finding}"
    return None


def _sayable(floor: Floor[Any], refused: Refuse) -> Finding:
    if refused.reason not in REASONS:
        return f"{refused.reason!r} is not in the list of reasons"
    try:
        said = say(refused.reason, refused.detail, floor.terms.unit, refused.nearest)
    except (KeyError, ValueError, TypeError) as missing:
        return f"{refused.reason!r} cannot be said with {dict(refused.detail)}: {missing!r}"
    if not said["zh"] or said["zh"].isascii() or not said["en"]:
        return f"{refused.reason!r} has not two sentences"
    return None


def stages(play: Play) -> Finding:
    """Every stage that opens is in the programme, and opens no later than it closes."""
    known = {line.id for line in play.rule.programme(play.first.terms)}
    for fact in _facts(play.steps, StageOpened):
        if fact.stage not in known:
            return f"stage {fact.stage!r} is not in the programme"
    for before, after in pairwise(play.steps):
        if after.act.now < before.act.now:
            return "time goes back"
    for fact in _facts(play.steps, DeadlineMoved):
        if fact.why not in {"extension", "first_bid", "resumed", "listing"}:
            return f"a deadline moved because of {fact.why!r}"
    return None


OF_A_PLAY: Final = MappingProxyType(
    {
        "determinism": determinism,
        "refusal_changes_nothing": refusal,
        "deadline": deadline,
        "stages": stages,
        "ends_once": closes_once,
        "winner": winner,
        "conservation": conservation,
        "reasons": reasons,
    }
)
