"""What a generated play asks: near the edges of what the rule itself calls valid.

Everything is read off the rule's own answers: amounts from `actions`, lots from `lots`, slots
from its stages, officers from the short names in its terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auction_rules.commit import commitment
from auction_rules.conformance import drawing
from auction_rules.conformance.chance import Chance
from auction_rules.facts import Amount, Instant
from auction_rules.floor import (
    Bid,
    BidderAsk,
    Confirm,
    Draw,
    Floor,
    Leave,
    OfficerAsk,
    OpenReserve,
    Proxy,
    Score,
    SealReserve,
    Stay,
    Withdraw,
)
from auction_rules.rule import Actions, Rule
from auction_rules.terms import Scaled, marks_of

NONCE = "00ff"
SECRET = "sample"  # noqa: S105 -- published with every example
"""What the terms of an example commit to, where they commit to something (its SHA-256)."""
MOST_FORMS = 32
Form = tuple[str | None, Amount | None, str | None]
"""Lot, quantity and slot of an offer."""


_last: tuple[Rule, Any, tuple[Form, ...]] | None = None


def forms(rule: Rule, terms: Any) -> tuple[Form, ...]:
    """In which lots, quantities and slots an offer may be made; the bare offer first."""
    global _last  # noqa: PLW0603 -- asked for at every step of a play, always of the same terms
    if _last is None or _last[0] is not rule or _last[1] is not terms:
        _last = rule, terms, _forms(rule, terms)
    return _last[2]


def _forms(rule: Rule, terms: Any) -> tuple[Form, ...]:
    lots = rule.lots(terms)
    names: list[str | None] = [None, *(lot.id for lot in lots)]
    quantities: list[Amount | None] = [None]
    if rule.quantity_unit(terms) is not None:
        whole = [lot.quantity for lot in lots if lot.quantity]
        parts = [q // part for q in whole for part in (2, 5)]
        for quantity in (*_quantities(terms), *whole, *parts, 1):
            if quantity and quantity not in quantities:
                quantities.append(quantity)
    slots: list[str | None] = [None]
    build = getattr(rule, "stages", None)
    for stage in build(terms) if build is not None else ():
        slots += [slot for slot in getattr(stage, "slots", ()) if slot not in slots]
    # Every lot, every quantity and every slot comes before what combines all three.
    found: list[Form] = [(lot, None, None) for lot in names[:6]]
    found += [(None, quantity, None) for quantity in quantities[1:]]
    found += [(None, None, slot) for slot in slots[1:]]
    found += [(None, quantity, slot) for slot in slots[1:4] for quantity in quantities[1:5]]
    mixed = [(lot, q, s) for s in slots for q in quantities for lot in names[:3]]
    found += [form for form in mixed if form not in found]
    return tuple(found[:MOST_FORMS])


def offer(amount: Amount, form: Form) -> Bid:
    """An offer of this amount in this form, for whatever stage is open."""
    lot, quantity, slot = form
    return Bid(amount, lot, quantity, None, slot)


def _quantities(terms: Any) -> Iterator[Amount]:
    """Amounts in the terms that count something else than prices: a least quantity, a limit."""
    for name, field in type(terms).model_fields.items():
        value = getattr(terms, name)
        if isinstance(value, int) and any(
            isinstance(mark, Scaled) and mark.unit_field != "unit" for mark in marks_of(field)
        ):
            yield value


def officers(data: Any) -> tuple[str, ...]:
    """Three officers of ours, and every short name in the terms: an expert may be named there."""
    found = ["O1", "O2", "O3"]
    for text in _texts(data):
        if text.isascii() and text.replace("-", "").replace("_", "").isalnum() and len(text) <= 32:
            found += [text] if text not in found else []
    return tuple(found[:16])


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list | tuple):
        for part in data:
            yield from _texts(part)
    elif isinstance(data, dict):
        for part in data.values():
            if isinstance(part, list | tuple | dict):
                yield from _texts(part)


def amounts(actions: Actions) -> tuple[Amount, ...]:
    """Amounts at and around the bounds; the valid ones more often than the others."""
    least, most = actions.minimum, actions.maximum
    if least is None or most is None:
        return (1, 100)
    sign = 1 if most >= least else -1
    step = actions.step or 1
    inside = (least, least, least, least + sign * step, least + 3 * sign * step, *actions.quick[:3])
    return (*inside, *inside, least - sign, most, most + sign, least + sign)


def asked_of(rule: Rule, floor: Floor[Any], bidder: str, now: Instant, chance: Chance) -> BidderAsk:
    """Something this bidder might ask now; often what he may, sometimes what he may not."""
    actions = rule.actions(floor, bidder, now)
    number = floor.standing.round if actions.round is None else actions.round
    amount = max(0, chance.pick(amounts(actions)))
    lot, quantity, slot = chance.pick(forms(rule, floor.terms))
    if chance.once_in(3):
        lot, quantity, slot = None, None, None
    here = floor.standing.stage
    stage = chance.pick((None, None, None, None, here, here, here, "elsewhere"))
    bid = Bid(amount, lot, quantity, stage, slot)
    if chance.once_in(8):
        others = (Confirm(True), Confirm(False), Stay(number), Leave(number), Stay(number + 1))  # noqa: FBT003
        wild: tuple[BidderAsk, ...] = (*others, bid)
        return chance.pick(wild)
    if chance.once_in(10):
        return Proxy(chance.pick((amount, 5 * amount, 5 * amount, None)))
    if actions.ask == "stay":
        return Leave(number) if chance.once_in(5) else Stay(number, quantity, slot)
    if actions.ask == "confirm":
        return Confirm(answer=not chance.once_in(3))
    return bid


def sealed_amount(officer: str) -> Amount:
    """What an officer commits to: by his name, so that he can open it again."""
    return 100 + sum(officer.encode())


def duties(floor: Floor[Any], who: tuple[str, ...], seed: str) -> Iterator[tuple[str, OfficerAsk]]:
    """What officers owe a floor that waits: reserves opened, chance brought in, points given."""
    for officer in floor.standing.reserves:
        yield officer, OpenReserve(sealed_amount(officer), NONCE)
    yield from drawing.brought(floor)
    yield who[0], Draw(seed)
    yield who[0], Draw(SECRET)
    for officer in who:
        for bidder in floor.entrants:
            for points in (5_000, 1_000, 100):
                yield officer, Score(bidder, points + sum(bidder.encode()) % 100)
    for bidder in floor.entrants:
        for cause in ("withdrawn", "revoked"):
            yield who[0], Withdraw(bidder, cause)


def asked_of_officer(
    floor: Floor[Any], who: tuple[str, ...], chance: Chance
) -> tuple[str, OfficerAsk]:
    """Something an officer might bring in, in time or not."""
    officer = chance.pick(who)
    bidder = chance.pick((*floor.entrants, "nobody"))
    wrong = chance.once_in(4)
    asks: tuple[OfficerAsk, ...] = (
        SealReserve(commitment(sealed_amount(officer), NONCE) if not wrong else "-"),
        OpenReserve(sealed_amount(officer) + wrong, NONCE),
        Draw(f"{chance.below(1 << 40):010x}" if not wrong else ""),
        Score(bidder, chance.pick((0, 1, 5_000, 10_000, 10_001))),
        Withdraw(bidder, chance.pick(("withdrawn", "revoked"))),
    )
    ask = chance.pick(asks)
    other = drawing.guessed(floor, chance) if isinstance(ask, Draw) else None
    return other or (officer, ask)
