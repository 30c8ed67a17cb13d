"""The company of a dry run: bidders and officers that are played by the house itself.

They read what the rule says they may do and choose among that, near what each of them thinks the
thing is worth; they know no rule. Every choice comes from the seed, so the same dry run can be
played again. What it is not: a model of how people bid.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from auction_rules.commit import commitment
from auction_rules.conformance.asks import NONCE, SECRET, Form, forms, officers
from auction_rules.conformance.chance import Chance
from auction_rules.draw import secret_commitment
from auction_rules.escrow_terms import EscrowTerms
from auction_rules.facts import Amount, Instant
from auction_rules.floor import (
    Bid,
    BidderAsk,
    Confirm,
    Draw,
    DrawBalls,
    DrawCommit,
    DrawReveal,
    Leave,
    OfficerAsk,
    OpenReserve,
    Score,
    SealReserve,
    Stay,
)
from auction_rules.rule import Actions, Rule
from auction_rules.terms import SECOND
from bidding.core.state import State
from bidding.proof import escrow
from bidding.proof.text import to_base64
from replay.sealing import Sealer

STYLES: Final = ("calm", "keen", "late")
"""How they bid: unhurried and few steps; quickly and far; in the last seconds before each end."""
_STEPS: Final[Mapping[str, tuple[int, int]]] = {"calm": (1, 6), "keen": (6, 24), "late": (3, 12)}
"""How many steps above the start the thing is worth to a bidder, from and to."""
_FORMS: Final = 12
"""Forms of an offer that are tried before a bidder gives up for this time."""


@dataclass
class Guest:
    """One bidder of the company: his number, his own chance, and what it is worth to him."""

    number: str
    lot: str | None
    chance: Chance
    style: str
    turn: int
    worth: Amount | None = None
    form: Form | None = None
    """The form of offer that was accepted last."""
    said_no: set[tuple[str | None, int]] = field(default_factory=set)
    acted: set[tuple[str | None, int, str | None, str | None]] = field(default_factory=set)
    """Stage, round, lot and slot of what he did in rounds: there he speaks once for each."""

    def remember(self, state: State, ask: BidderAsk) -> None:
        """What was accepted of him, before it changes where the floor stands."""
        if isinstance(ask, Bid):
            self.form = (ask.lot, ask.quantity, ask.slot)
        if state.standing.round:
            self.acted.add(self._place(state, ask))

    def content(self, state: State, ask: BidderAsk) -> bool:
        """Whether he has said his part of this round already."""
        return self._place(state, ask) in self.acted

    @staticmethod
    def _place(state: State, ask: BidderAsk) -> tuple[str | None, int, str | None, str | None]:
        standing = state.standing
        place = (standing.stage, standing.round)
        return (*place, getattr(ask, "lot", None), getattr(ask, "slot", None))

    def wishes(self, state: State, rule: Rule, now: Instant, sealer: Sealer) -> Iterator[BidderAsk]:
        """What he would ask now, the dearest wish first; nothing when he is content or out."""
        floor = state.floor()
        acts = rule.actions(floor, self.number, now)
        if acts.ask is None or acts.blocked is not None:
            return
        number = floor.standing.round if acts.round is None else acts.round
        match acts.ask:
            case "confirm":
                yield Confirm(answer=True)
            case "reveal":
                kept = floor.standing.sealed.get(self.number)
                if kept is not None:
                    yield sealer.reveal(kept.commit, "key")
            case "seal":
                if self.number not in floor.standing.sealed:
                    amount = self._sealed(acts, rule.direction(state.terms))
                    yield sealer.seal(self.number, amount, self.lot, None)
            case "stay":
                yield from self._stays(state, rule, acts, number)
            case _:
                yield from self._bids(state, rule, acts)

    def _stays(self, state: State, rule: Rule, acts: Actions, number: int) -> Iterator[BidderAsk]:
        price = state.standing.price if acts.price is None else acts.price
        here = (state.standing.stage, number)
        if here in self.said_no:
            return
        if price is not None and not self._worth_it(state, rule, acts, price):
            self.said_no.add(here)
            yield Leave(number)
            return
        asked = [
            Stay(number, quantity, slot) for _, quantity, slot in self._forms(state, rule, acts)
        ]
        # Whoever may choose a quantity says one: the plain yes might stand for none.
        yield from asked if acts.quantity_maximum is not None else [Stay(number), *asked]

    def _bids(self, state: State, rule: Rule, acts: Actions) -> Iterator[BidderAsk]:
        standing = state.standing
        mine = [offer for offer in standing.offers.values() if offer.bidder == self.number]
        leads = any(key.partition("/")[0] == self.number for key in standing.leaders)
        sealed = rule.disclosure(state.floor()).sealed
        if acts.minimum is None or leads or (sealed and mine):
            return
        amount = acts.minimum
        if sealed:
            amount = self._sealed(acts, rule.direction(state.terms))
        elif not self._worth_it(state, rule, acts, amount):
            return
        quick = [a for a in acts.quick[:3] if self._worth_it(state, rule, acts, a)]
        if not sealed and quick and self.chance.once_in(3):
            amount = self.chance.pick(quick)
        for lot, quantity, slot in self._forms(state, rule, acts):
            yield Bid(amount, lot, quantity, standing.stage, slot)
        if amount != acts.minimum:
            yield Bid(acts.minimum, self.lot, None, standing.stage)

    def _forms(self, state: State, rule: Rule, acts: Actions) -> list[Form]:
        """Ways to make an offer: the one that did last time, the plain one, then the others."""
        known = list(forms(rule, state.terms))
        turned = known[self.turn % len(known) :] + known[: self.turn % len(known)]
        least, most = acts.quantity_minimum, acts.quantity_maximum
        wanted: list[Form] = []
        if least is not None and most is not None and least <= most:
            some = least + self.chance.below(most - least + 1)
            wanted = [
                (self.lot, q, slot) for q in (some, most, least) for slot in {f[2] for f in known}
            ]
        first: list[Form] = [] if self.form is None else [self.form]
        return [*first, *wanted[:4], (self.lot, None, None), *turned][:_FORMS]

    def _worth_it(self, state: State, rule: Rule, acts: Actions, price: Amount) -> bool:
        sign = rule.direction(state.terms)
        if self.worth is None:
            self.worth = self._worth(state, acts, price, sign)
        return sign * (self.worth - price) >= 0

    def _worth(self, state: State, acts: Actions, price: Amount, sign: int) -> Amount:
        start, last = (
            getattr(state.terms, "start_price", None),
            getattr(state.terms, "last_price", None),
        )
        if start is not None and last is not None and sign * (start - last) > 0:
            # A price that runs towards the bidder is taken somewhere on its way.
            return int(start + (last - start) * (20 + self.chance.below(70)) // 100)
        step = acts.step or getattr(state.terms, "step", None) or max(1, price // 50)
        least, most = _STEPS[self.style]
        worth = price + sign * step * (least + self.chance.below(most - least + 1))
        return max(worth, 1)

    def _sealed(self, acts: Actions, sign: int) -> Amount:
        """One offer and no second chance: somewhere inside what may be named."""
        least = acts.minimum or 1
        step = acts.step or max(1, least // 50)
        steps = self.chance.below(_STEPS[self.style][1] + 1)
        if acts.maximum is not None:
            steps = min(steps, abs(acts.maximum - least) // step)
        return max(1, least + sign * steps * step)

    def pause(self, now: Instant, due: Instant | None) -> Instant:
        """When he acts, before the bell that is due. Microseconds."""
        left = None if due is None else max(0, due - now)
        if self.style == "late" and left is not None and left > 15 * SECOND:
            wait = left - (2 + self.chance.below(9)) * SECOND
        elif self.style == "keen":
            wait = (2 + self.chance.below(14)) * SECOND
        else:
            wait = (8 + self.chance.below(83)) * SECOND
        wait += self.chance.below(SECOND)
        return now + (wait if left is None or wait < left else left // 2)


def company(rule: Rule, terms: Any, count: int, seed: str, style: str) -> list[Guest]:
    """So many bidders, or as many as there are lots where each comes with his own."""
    lots = [lot.id for lot in rule.lots(terms)]
    if rule.own_lots:
        lots = lots[:count]
        count = len(lots)
    return [
        Guest(f"{n:02}", lots[n - 1] if rule.own_lots else None, Chance(f"{seed}/{n}"), style, n)
        for n in range(1, count + 1)
    ]


@dataclass(frozen=True, slots=True)
class StandIns:
    """Terms that can be played: what only others know is replaced by what the dry run knows."""

    terms: Mapping[str, Any]
    privates: Mapping[str, str]
    replaced: tuple[str, ...]
    """Names of the terms that were replaced."""


def stand_ins(terms: Any) -> StandIns:
    """Trustees' keys, a committed seed and a beacon's figures give way to the dry run's own."""
    data = dict(terms.model_dump(mode="json"))
    privates: dict[str, str] = {}
    replaced: list[str] = []
    if isinstance(terms, EscrowTerms) and terms.trustees:
        rows = []
        for trustee in terms.trustees:
            private = hashlib.sha256(f"dry run, no secret: {trustee.id}".encode()).digest()
            privates[trustee.id] = to_base64(private)
            rows.append(
                trustee.model_dump(mode="json") | {"public": to_base64(escrow.public_of(private))}
            )
        data["trustees"] = rows
        replaced.append("trustees")
    draws = data.get("draws")
    if draws and draws["source"] == "BEACON":
        data["draws"] = None
        replaced.append("draws")
    if data.get("end_commit") is not None or ("end_commit" in data and "draws" in replaced):
        data["end_commit"] = hashlib.sha256(SECRET.encode()).hexdigest()
        replaced.append("end_commit")
    return StandIns(data, privates, tuple(replaced))


@dataclass
class Officers:
    """Those who bring in what a session waits for: chance, reserves, points, trustees' keys."""

    terms: Any
    sealer: Sealer
    trustees: tuple[str, ...]
    seed: str
    done: set[tuple[str, ...]] = field(default_factory=set)
    """What was brought in already: nothing is brought twice."""

    def duties(self, state: State, rule: Rule) -> Iterator[tuple[tuple[str, ...], str, OfficerAsk]]:
        """A mark, who, and what: in the order in which it is tried."""
        floor = state.floor()
        stage = floor.standing.stage or ""
        who = officers(self.terms.model_dump(mode="json"))
        for mark, officer, ask in self._known(state, rule, who):
            key = (stage, officer, *mark)
            if key not in self.done:
                yield key, officer, ask

    def _known(
        self, state: State, rule: Rule, who: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], str, OfficerAsk]]:
        standing = state.standing
        for trustee in self.trustees:
            yield ("key", trustee), who[0], self.sealer.trustee_key(trustee, None)
        reserve = self._reserve()
        if not standing.reserves:
            yield ("seal",), who[0], SealReserve(commitment(reserve, NONCE))
        for officer in standing.reserves:
            yield ("open",), officer, OpenReserve(reserve, NONCE)
        what = standing.chance.what or ""
        for party in who:
            secret = hashlib.sha256(f"{self.seed}/{party}".encode()).hexdigest()
            yield ("commit", what), party, DrawCommit(secret_commitment(what, party, secret))
            yield ("reveal", what), party, DrawReveal(secret)
        pool = sorted(
            standing.pool or (), key=lambda b: hashlib.sha256(f"{self.seed}{b}".encode()).digest()
        )
        for officer in who[:2]:
            yield ("balls", str(len(pool))), officer, DrawBalls(tuple(pool))
        many = str(len(state.entrants))
        yield ("sample", many), who[0], Draw(SECRET)
        yield (
            ("draw", many, *standing.order),
            who[0],
            Draw(hashlib.sha256(self.seed.encode()).hexdigest()[:16]),
        )
        for officer in who:
            for bidder in floor_bidders(state):
                points = (
                    6_000
                    + int.from_bytes(
                        hashlib.sha256(f"{officer}{bidder}{self.seed}".encode()).digest()[:2]
                    )
                    % 3_500
                )
                for given in (points, points // 10, points // 100):
                    yield ("score", bidder, str(given)), officer, Score(bidder, given)

    def _reserve(self) -> Amount:
        start = getattr(self.terms, "start_price", None) or 100
        return int(start + (getattr(self.terms, "step", None) or 1))


def floor_bidders(state: State) -> tuple[str, ...]:
    """Everybody admitted."""
    return tuple(state.entrants)


__all__ = ["STYLES", "Guest", "Officers", "StandIns", "company", "stand_ins"]
