"""Properties that ask the rule more than was asked in the play: what would have happened if.

Windows (nothing is accepted once something is due), agreement (`actions` says what `judge`
does), secrecy (a sealed amount changes nothing that anybody else is told). Nothing asked here
becomes part of the play.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from auction_rules.conformance.asks import amounts, forms, offer
from auction_rules.conformance.play import Play, Step, told
from auction_rules.facts import Amount, Instant, Noted, OfferStood
from auction_rules.floor import Bid, BidderAsk, Confirm, Floor, Leave, Proxy, Stay
from auction_rules.rule import Accept, Actions, Refuse, Rule

Finding = str | None
TAKEN: Final = "DUPLICATE_PRICE"
"""The one thing a published rule lets a sealed offer tell: that this price is taken."""
EVERY: Final = 3
"""One step of so many is probed for agreement: enough, and soon over."""


def window(play: Play) -> Finding:
    """At the end of a window, and after it, nothing is accepted even before the bell rings.

    What is due inside a window (a broadcast, a tick) ends nothing, and is not meant.
    """
    rule = play.rule
    for step in play.steps:
        floor, due = step.after, rule.due(step.after)
        closes = floor.standing.closes
        due = due if closes is None else closes
        if due is None or due <= step.act.now:
            continue
        ask = step.act.ask if step.act.role == "bidder" else None
        for bidder in floor.entrants:
            probes: list[BidderAsk] = [
                Confirm(),
                Stay(floor.standing.round),
                *_bids(rule, floor, bidder, due - 1),
            ]
            if ask is not None:
                probes.append(ask)  # type: ignore[arg-type]
            for probe in probes:
                for now in (due, due + 1):
                    if isinstance(rule.judge(floor, bidder, probe, now), Accept):
                        return f"{bidder} {probe} is accepted at {now}; something was due at {due}"
    return None


def _bids(rule: Rule, floor: Floor[Any], bidder: str, now: Instant) -> Iterator[Bid]:
    least = rule.actions(floor, bidder, now).minimum
    if least is not None:
        yield from (offer(least, form) for form in forms(rule, floor.terms)[:4])


def agreement(play: Play) -> Finding:
    """What `actions` offers is accepted, what lies beyond its bounds is refused."""
    for step in play.steps[::EVERY]:
        for bidder in step.after.entrants:
            now = step.act.now
            actions = play.rule.actions(step.after, bidder, now)
            finding = _agrees(play.rule, step.after, bidder, now, actions)
            finding = finding or _limits_agree(play.rule, step.after, bidder, now, actions)
            if finding:
                return f"{now} {bidder}: {finding}"
    return None


def _agrees(rule: Rule, floor: Floor[Any], bidder: str, now: Instant, actions: Actions) -> Finding:
    if actions.ask is None or actions.blocked is not None:
        return _blocked(rule, floor, bidder, now, actions)
    if actions.ask == "stay":
        if actions.round is None:
            return "an answer is asked for, and to no round"
        asks: list[BidderAsk] = [Stay(actions.round), Leave(actions.round)]
        asks += [Stay(actions.round, q, slot) for _, q, slot in forms(rule, floor.terms)]
        if any(isinstance(rule.judge(floor, bidder, ask, now), Accept) for ask in asks):
            return _quantities_agree(rule, floor, bidder, now, actions)
        return "an answer to the round is offered, and none is accepted"
    if actions.ask == "confirm":
        for answer in (True, False):
            if isinstance(refused := rule.judge(floor, bidder, Confirm(answer), now), Refuse):
                return f"an answer is offered, and {answer} is refused: {refused.reason}"
        return None
    if finding := _quantities_agree(rule, floor, bidder, now, actions):
        return finding
    return _amounts_agree(rule, floor, bidder, now, actions)


def _limits_agree(
    rule: Rule, floor: Floor[Any], bidder: str, now: Instant, actions: Actions
) -> Finding:
    """A secret limit is taken from the nearest to the farthest one told, and not beyond."""
    if actions.limits is None:
        return None
    nearest, farthest = actions.limits
    sign = 1 if farthest >= nearest else -1
    for limit, taken in (
        (nearest, True),
        (farthest, True),
        (nearest - sign, False),
        (farthest + sign, False),
    ):
        if isinstance(rule.judge(floor, bidder, Proxy(limit), now), Accept) != taken:
            return f"limits {nearest}..{farthest} are offered, and judge disagrees at {limit}"
    return None


def _quantities_agree(
    rule: Rule, floor: Floor[Any], bidder: str, now: Instant, actions: Actions
) -> Finding:
    """For some slot the quantities offered are accepted, and those just beyond them refused."""
    least, most = actions.quantity_minimum, actions.quantity_maximum
    if least is None or most is None:
        return None if least is most else "only one bound of the quantity is told"
    number, amount = actions.round or 0, actions.minimum or 0
    slots = dict.fromkeys(slot for _, _, slot in forms(rule, floor.terms))

    def taken(quantity: Amount, slot: str | None) -> bool:
        bid = Bid(amount, None, quantity, None, slot)
        ask: BidderAsk = Stay(number, quantity, slot) if actions.ask == "stay" else bid
        return isinstance(rule.judge(floor, bidder, ask, now), Accept)

    for slot in slots:
        inside = taken(least, slot) and taken(most, slot)
        if inside and not taken(least - 1, slot) and not taken(most + 1, slot):
            return None
    return f"the quantities offered, {least} to {most}, are not the ones that judge accepts"


def _blocked(rule: Rule, floor: Floor[Any], bidder: str, now: Instant, actions: Actions) -> Finding:
    asks: list[BidderAsk] = [Confirm(), Stay(floor.standing.round)]
    asks += [offer(amount, form) for amount in _near(rule, floor) for form in _few(rule, floor)]
    for ask in asks:
        if isinstance(rule.judge(floor, bidder, ask, now), Accept):
            why = actions.blocked.reason if actions.blocked else "nothing to do"
            return f"actions say {why}, and {ask} is accepted"
    return None


def _near(rule: Rule, floor: Floor[Any]) -> tuple[Amount, ...]:
    least = rule.least(floor)
    standing = [offer.amount for offer in floor.standing.offers.values()][:2]
    return tuple(amount for amount in (least, floor.standing.price, *standing) if amount)


def _few(rule: Rule, floor: Floor[Any]) -> tuple[Any, ...]:
    return forms(rule, floor.terms)[:6]


def _amounts_agree(
    rule: Rule, floor: Floor[Any], bidder: str, now: Instant, actions: Actions
) -> Finding:
    least, most = actions.minimum, actions.maximum
    if least is None or most is None:
        return "an offer is asked for without bounds"
    sign = 1 if most >= least else -1
    for amount in (least, most, *actions.quick[:3]):
        if not _taken(rule, floor, bidder, now, amount):
            if _untold(rule, floor, bidder, now, amount):
                continue
            said = rule.judge(floor, bidder, Bid(amount), now)
            return f"{amount} is offered by actions, and judge says {told(said)}"
    if len(rule.lots(floor.terms)) > 1 and not rule.own_lots:
        return _some_lot_agrees(rule, floor, bidder, now, (least, least - sign))
    for amount in (least - sign, most + sign):
        stood = _taken(rule, floor, bidder, now, amount)
        # A rule may read an offer beyond its cap as one at the cap.
        if stood and not all(min(least, most) <= s <= max(least, most) for s in stood):
            return f"{amount} lies outside {least}..{most}, and is accepted"
    return None


def _some_lot_agrees(
    rule: Rule, floor: Floor[Any], bidder: str, now: Instant, edge: tuple[Amount, Amount]
) -> Finding:
    """Where a bidder chooses among lots, `actions` give the bounds of one of them."""
    for form in forms(rule, floor.terms):
        taken, refused = (rule.judge(floor, bidder, offer(a, form), now) for a in edge)
        if isinstance(taken, Accept) and isinstance(refused, Refuse):
            return None
    return f"for no lot {edge[0]} is the least amount, as actions say"


def _taken(
    rule: Rule, floor: Floor[Any], bidder: str, now: Instant, amount: Amount
) -> tuple[Amount, ...]:
    """The amounts that would stand for the bidder after the first form of this offer that is valid."""
    for form in forms(rule, floor.terms):
        answer = rule.judge(floor, bidder, offer(amount, form), now)
        if isinstance(answer, Accept):
            stood = [f for f in answer.facts if isinstance(f, OfferStood) and f.bidder == bidder]
            return tuple(f.amount for f in stood) or (amount,)
    return ()


def _untold(rule: Rule, floor: Floor[Any], bidder: str, now: Instant, amount: Amount) -> bool:
    """Whether what is wrong is its quantity, or a price taken in secret: `actions` tell neither."""
    asked = (offer(amount, form) for form in forms(rule, floor.terms))
    answers = (rule.judge(floor, bidder, bid, now) for bid in asked)
    reasons = [answer.reason for answer in answers if isinstance(answer, Refuse)]
    return any(reason == TAKEN or reason.startswith("QTY_") for reason in reasons)


def secrecy(play: Play) -> Finding:
    """Two floors that differ in one sealed offer give everybody else the same answers.

    In its amount, and in whether it was made at all: how many there are is sealed as well.
    """
    rule = play.rule
    for step in play.steps:
        ask = step.act.ask
        if step.refused or not isinstance(ask, Bid):
            continue
        if not (_hides(rule, step.before) and _hides(rule, step.after)):
            continue
        if finding := _told_apart(rule, step, None):
            return f"{step.act.line()} or none: {finding}"
        for amount in amounts(rule.actions(step.before, step.act.who, step.act.now))[-8:]:
            twin = Bid(amount, ask.lot, ask.quantity, ask.stage, ask.slot)
            other = rule.judge(step.before, step.act.who, twin, step.act.now)
            if amount != ask.amount and isinstance(other, Accept):
                if finding := _told_apart(rule, step, other):
                    return f"{step.act.line()} or {amount}: {finding}"
                break
    return None


def _hides(rule: Rule, floor: Floor[Any]) -> bool:
    shown = rule.disclosure(floor)
    return shown.sealed or shown.acts_sealed


def _told_apart(rule: Rule, step: Step, other: Accept | None) -> Finding:
    """What tells others the offer from `other`, or from none."""
    assert isinstance(step.answer, Accept)
    who, now, one = step.act.who, step.act.now, step.after
    two = step.before.after(() if other is None else other.facts, now)
    two = Floor(two.terms, two.standing, two.entrants, one.index)
    first = _public(step.answer, who)
    second = [row for row in first if _his_own(row, who)] if other is None else _public(other, who)
    if first != second:
        return f"the facts differ: {first} and {second}"
    asks: dict[str, Callable[[Floor[Any]], Any]] = {"due": rule.due, "disclosure": rule.disclosure}
    if not rule.disclosure(one).sealed:
        # The house tells nobody the least amount while offers are sealed.
        asks["least"] = rule.least
    for about, ask in asks.items():
        if ask(one) != ask(two):
            return f"`{about}` tells {ask(one)} and {ask(two)}"
    for bidder in one.entrants:
        if bidder == who:
            continue
        shown = rule.actions(one, bidder, now), rule.actions(two, bidder, now)
        if shown[0] != shown[1]:
            return f"actions of {bidder} differ: {shown[0]} and {shown[1]}"
        for amount in amounts(shown[0])[-6:]:
            bid = Bid(amount)
            said = [_hidden(rule.judge(floor, bidder, bid, now), bidder) for floor in (one, two)]
            if said[0] != said[1] and not any(row[1:2] == [TAKEN] for row in said):
                return f"{bidder} {bid} hears {said[0]} and {said[1]}"
    return None


def _public(answer: Accept, who: str) -> list[Any]:
    """What others could read off the facts: all but the amount, and the rule's own notes."""
    shown = told(answer)[1:]
    return [
        {key: value for key, value in row.items() if key != "amount"} if _his_own(row, who) else row
        for row in shown
        if row["fact"] != Noted.fact
    ]


def _his_own(row: Mapping[str, Any], who: str) -> bool:
    return bool(row["fact"] == OfferStood.fact and row["bidder"] == who)


def _hidden(answer: Any, bidder: str) -> list[Any]:
    return _public(answer, bidder) if isinstance(answer, Accept) else told(answer)


def limits(play: Play) -> Finding:
    """A secret limit shows nowhere: two limits that are never reached give the same facts."""
    rule = play.rule
    for step in play.steps:
        ask = step.act.ask
        if step.refused or not isinstance(ask, Proxy) or ask.limit is None:
            continue
        other = rule.judge(step.before, step.act.who, Proxy(ask.limit + 1), step.act.now)
        if not isinstance(other, Accept) or not isinstance(step.answer, Accept):
            continue
        first = _without_limit(step.answer)
        if first != _without_limit(other) and _never_reached(step, ask.limit):
            return f"{step.act.line()}: one more gives {_without_limit(other)}, not {first}"
    return None


def _without_limit(answer: Accept) -> list[Any]:
    return [row for row in told(answer)[1:] if row["fact"] != "proxy_set"]


def _never_reached(step: Step, limit: Amount) -> bool:
    others = [a for b, a in step.before.standing.proxies.items() if b != step.act.who]
    offers = [offer.amount for offer in step.after.standing.offers.values()]
    return all(2 * amount < limit for amount in (*others, *offers))


OF_A_PROBE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "nothing_after_due": window,
        "actions_and_judge": agreement,
        "sealed_stays_sealed": secrecy,
        "limits_stay_secret": limits,
    }
)
