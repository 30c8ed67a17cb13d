"""Playing a scenario: virtual time, the same `record` as live, milliseconds a play.

The player rings every bell that is due before it lets anybody speak, just as the live
auctioneer does; a `crash` step folds the log anew and must find the very same state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from auction_rules.commit import commitment
from auction_rules.facts import Instant
from auction_rules.floor import (
    Bid,
    BidderAsk,
    Confirm,
    Draw,
    Leave,
    OpenReserve,
    Proxy,
    Score,
    SealReserve,
    Stay,
    Withdraw,
)
from auction_rules.money import parse_decimal
from auction_rules.registry import UnknownRule, find
from auction_rules.rule import Rule
from auction_rules.terms import AtInstant, RuleConfig, Unit, marks_of
from bidding.core import commands as c
from bidding.core import views
from bidding.core.document import Document
from bidding.core.downtime import recovered
from bidding.core.record import Recorded, due, open_session, record, same_request, write
from bidding.core.record import replay as fold
from bidding.core.state import State
from bidding.proof.archive import write_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from bidding.proof.policy import policy_text
from bidding.proof.text import BilingualError
from replay import drawing
from replay.located import Unreadable
from replay.scenario import Award, Outcome, Scenario, Step, Times, Variant
from replay.sealing import Sealer
from replay.unfit import first_of, unfit

_YUAN = Unit(zh="元", en="CNY", scale=2, fen=1)
_SEED = hashlib.sha256(b"daylight scenario archives: a published key, proof of nothing").digest()
_MOST_BELLS = 10_000
_POINTS = 2
"""Decimals of an expert's points."""


@dataclass(frozen=True, slots=True)
class Miss:
    """An expectation that does not hold: the step (from 1; 0 is the outcome), expected, got."""

    step: int
    about: str
    expected: Any
    got: Any

    def line(self, lang: str = "en") -> str:
        """For people."""
        if lang == "zh":
            where = f"第 {self.step} 步" if self.step else "结果"
            return f"{where}：{self.about}：预期 {self.expected}，实际 {self.got}"
        where = f"step {self.step}" if self.step else "outcome"
        return f"{where}: {self.about}: expected {self.expected}, got {self.got}"


@dataclass
class Run:
    """One play of a scenario or of a variant of it."""

    name: str
    scenario: Scenario
    bodies: list[bytes] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)
    state: State = field(default_factory=lambda: State(""))

    @property
    def ok(self) -> bool:
        """Whether every expectation held."""
        return not self.misses

    def archive(self) -> tuple[bytes, str]:
        """The session archive, signed with a published key, and its policy."""
        origin = self.state.origin
        signer = Signer(origin, _SEED)
        tree = Tree.from_leaves(leaf_hash(body) for body in self.bodies)
        note = signer.sign(Checkpoint(origin, tree.size, tree.root()).body())
        return write_archive(origin, self.bodies, [note]), policy_text(signer.verifier)


def play(scenario: Scenario) -> Iterator[Run]:
    """Every variant in turn, the play itself first. Unreadable when it cannot begin."""
    yield _Player(scenario, scenario.scenario, scenario.steps, scenario.outcome).run()
    for number, variant in enumerate(scenario.variants):
        name = f"{scenario.scenario}.{variant.name or number + 1}"
        yield _Player(
            scenario.under(number), name, _steps(scenario, variant), variant.outcome
        ).run()


def _steps(scenario: Scenario, variant: Variant) -> list[Step]:
    steps = scenario.steps
    if isinstance(variant.steps, int):
        steps = steps[: variant.steps]
    elif variant.steps is not None:
        steps = variant.steps
    return [*steps, *variant.then]


class _Player:
    def __init__(self, scenario: Scenario, name: str, steps: list[Step], outcome: Outcome) -> None:
        self.scenario, self.steps, self.outcome = scenario, steps, outcome
        self.out = Run(name, scenario)
        self.times = Times(scenario.start)
        self.entries: list[dict[str, Any]] = []
        self.refs: dict[str, int] = {}
        self.serial = 0
        self.rule, self.document = self._document()
        terms = self.rule.Config.model_validate(self.document.terms)
        self.unit: Unit = terms.unit
        self.sealer = Sealer(self.document.auction, terms, scenario.trustee_keys)
        self.quantity_unit = self.rule.quantity_unit(terms)
        self.settlement_unit = self.rule.settlement_unit(terms)

    def _document(self) -> tuple[Rule, Document]:
        scenario = self.scenario
        name, _, version = scenario.rule.partition("@")
        asks_deposit = scenario.deposit is not None or any(
            b.deposit == "unpaid" for b in scenario.bidders.values()
        )
        deadline = scenario.deposit_deadline
        try:
            rule = find(name, version or None)
            document = Document(
                auction=self.out.name.replace(".", "-")[:48],
                title={"zh": scenario.title.zh, "en": scenario.title.en},  # type: ignore[arg-type]
                rule=name,
                version=rule.version,
                terms=resolve(rule.Config, scenario.terms, self.times),
                deposit=parse_decimal(scenario.deposit or "1", 2) if asks_deposit else 0,
                deposit_deadline=None if deadline is None else self.times.read(deadline),
                officers=scenario.officers,
                downtime=scenario.downtime,
            )
            document.bound()
        except UnknownRule as unknown:
            raise Unreadable(
                f"rule: {unknown} is not installed", f"rule：未安装规则 {unknown}"
            ) from unknown
        except (ValidationError, ValueError) as wrong:
            raise _refused(scenario, wrong) from wrong
        return rule, document

    def run(self) -> Run:
        origin = f"scenario.example/log/{self.document.auction}"
        start = self.times.start
        self._keep(open_session(origin, self.document, start, "staff:1", "approver:2"))
        for name, bidder in self.scenario.bidders.items():
            if bidder.admitted:
                self._admit(name, start)
                if bidder.deposit == "paid" and self.document.deposit:
                    paid = c.Deposit(name, self.document.deposit, start, f"start-{name}")
                    self._ask("staff:1", paid, start)
        at = start
        for number, step in enumerate(self.steps, 1):
            at = self.times.read(step.at) if step.at else at + 1_000_000
            if at < self.state.t:
                raise Unreadable(
                    f"steps.{number - 1}: {step.at} is before the step before it",
                    f"steps.{number - 1}：{step.at} 早于前一步",
                )
            self._step(number, step, at)
        self._bells(None)
        self._check_outcome()
        self.out.state = self.state
        return self.out

    @property
    def state(self) -> State:
        return self.out.state

    def _keep(self, made: Recorded) -> Recorded:
        self.out.state = made.state
        self.out.bodies.append(made.body)
        self.entries.append(made.entry)
        if key := made.entry.get("cmd"):
            self.refs[key] = made.entry["i"]
        return made

    def _ask(self, actor: str, ask: c.Ask, at: Instant, ref: str | None = None) -> dict[str, Any]:
        self._bells(at)
        self.serial += 1
        command = c.Command(actor, ask, ref or f"s{self.serial}")
        assert command.key is not None
        first = self.refs.get(command.key)
        if first is not None and same_request(self.entries[first], command):
            return self.entries[first]
        return self._keep(write(self.state, command, at, self.rule, first=first)).entry

    def _bells(self, until: Instant | None) -> None:
        for _ in range(_MOST_BELLS):
            at = due(self.state, self.rule)
            if at is None or (until is not None and at > until):
                return
            self._keep(record(self.state, c.Command("system", c.Bell()), at, self.rule))
        raise Unreadable("the auction wakes up for ever", "该场竞价没有尽头")

    def _admit(self, name: str, at: Instant) -> dict[str, Any]:
        bidder = self.scenario.bidders[name]
        return self._ask("staff:1", c.Admit(name, bidder.lot, bidder.priority), at)

    def _step(self, number: int, step: Step, at: Instant) -> None:
        if step.see is not None:
            self._bells(at)
            self._check_view(number, step, at)
            return
        if step.crash is not None:
            self._bells(at)
            self._crash(number)
            return
        if step.outage is not None:
            self._outage(self.times.read(step.outage), at)
            self._check_deadline(number, step)
            return
        entry = self._act(step, at)
        got = "accepted" if entry["type"].endswith(".accepted") else entry["data"]["reason"]
        self._expect(number, "answer", step.expect or "accepted", got)
        if step.nearest is not None:
            wanted = [parse_decimal(a, self.unit.scale) for a in step.nearest]
            missing = [a for a in wanted if a not in entry["data"].get("nearest", [])]
            self._expect(number, "nearest amounts missing", [], missing)
        self._check_deadline(number, step)

    def _check_deadline(self, number: int, step: Step) -> None:
        if step.deadline is not None:
            closes = self.state.standing.closes
            self._expect(number, "deadline", self.times.read(step.deadline), closes)

    def _act(self, step: Step, at: Instant) -> dict[str, Any]:
        if step.deposit is not None:
            money = step.deposit
            received = self.times.read(money.received) if money.received else at
            notice = money.ref or f"n{self.serial}"
            amount = parse_decimal(money.amount, _YUAN.scale)
            return self._ask("staff:1", c.Deposit(money.of, amount, received, notice), at)
        if step.staff == "admit" and step.who in self.scenario.bidders:
            return self._admit(step.who, at)
        if step.draw is not None:
            return self._ask("staff:1", Draw(step.draw), at)
        if step.draws:
            # What a party commits to names the draw that runs when it arrives.
            self._bells(at)
            party, ask = drawing.brought(step, self.state.standing.chance.what)
            return self._ask(f"staff:{party}", ask, at)
        if step.trustee_key is not None:
            key = self.sealer.trustee_key(step.trustee_key, step.flaw)
            return self._ask("staff:1", key, at)
        if step.score is not None:
            points = parse_decimal(step.score.points, _POINTS)
            return self._ask(f"staff:{step.score.expert}", Score(step.score.of, points), at)
        if step.staff is not None:
            return self._by_staff(step, at)
        # An answer without a round is to the one that runs when it arrives.
        self._bells(at)
        return self._ask(f"bidder:{step.by}", self._bidder_ask(step), at, step.ref)

    def _by_staff(self, step: Step, at: Instant) -> dict[str, Any]:
        if step.staff in ("seal_reserve", "open_reserve"):
            return self._ask(f"staff:{step.who}", self._staff_ask(step), at)
        waiting = max(self.state.proposals, default=0)
        if step.staff in ("confirm", "turn_down"):
            by = self.state.proposals[waiting].by if step.officer == "proposer" else "approver:2"
            actor = f"approver:{by.partition(':')[2]}"
            return self._ask(actor, c.Second(waiting, step.staff == "confirm"), at)
        ask, actor = self._staff_ask(step), "staff:1" if step.officer == "staff" else "approver:2"
        if step.propose:
            ask, actor = c.Propose(c.kind_of(ask), c.ask_to_json(ask)), "staff:1"
        return self._ask(actor, ask, at)

    def _bidder_ask(self, step: Step) -> BidderAsk:
        number = self.state.standing.round if step.round is None else step.round
        quantity = None
        if step.quantity is not None and self.quantity_unit is not None:
            quantity = parse_decimal(step.quantity, self.quantity_unit.scale)
        if step.seal is not None:
            price = parse_decimal(step.seal, self.unit.scale)
            return self.sealer.seal(step.by or "", price, step.lot, step.flaw)
        if step.reveal is not None:
            stands = self.state.standing.sealed.get(step.by or "")
            return self.sealer.reveal(stands.commit if stands else "", step.reveal)
        if step.accept is not None:
            return Stay(number, quantity, step.slot)
        if step.exit is not None:
            return Leave(number)
        if step.proxy is not None:
            cancel = step.proxy == "cancel"
            return Proxy(None if cancel else parse_decimal(step.proxy, self.unit.scale))
        if step.exercise is not None or step.waive is not None:
            return Confirm(step.exercise is not None)
        if step.confirm is not None:
            return Confirm(step.confirm)
        amount = parse_decimal(step.bid or step.quote or "", self.unit.scale)
        return Bid(amount, step.lot, quantity, step.stage, step.slot)

    def _staff_ask(self, step: Step) -> c.Ask:
        reason, who = step.reason or "-", step.who or ""
        sealed = parse_decimal(step.amount, self.unit.scale) if step.amount else 0
        asks: dict[str, c.Ask] = {
            "suspend": c.Suspend(reason),
            "resume": c.Resume(reason),
            "terminate": c.Terminate(reason),
            "void": c.Void(reason),
            "exclude": c.Exclude(who, reason),
            "admit": c.Admit(who),
            "withdraw": Withdraw(who, reason),
            "seal_reserve": SealReserve(commitment(sealed, step.nonce)),
            "open_reserve": OpenReserve(sealed, step.nonce),
            "announce": c.Announce(reason, reason),
            "extend": c.Extend(step.seconds or 0, reason),
            "review": c.Conclude("reviewed", reason),
            "confirm_result": c.Conclude("confirmed", reason),
            "publish": c.Conclude("published", reason),
            "default": c.Conclude("defaulted", reason, who),
            "reaward": c.Reaward(who, reason),
            "surrogate": c.Surrogate(who, sealed, reason, step.lot),
        }
        return asks[step.staff or ""]

    def _crash(self, number: int) -> None:
        again = fold(self.state.origin, self.out.bodies)
        self._expect(number, "state digest after the crash", self.state.digest, again.digest)
        self.out.state = again

    def _outage(self, since: Instant, at: Instant) -> None:
        """As the house does: no bell rings meanwhile, and what it says first is `recovered`."""
        self._bells(since)
        for command in recovered(self.state, due(self.state, self.rule), since, at):
            self._keep(record(self.state, command, at, self.rule))

    def _check_view(self, number: int, step: Step, at: Instant) -> None:
        assert step.see is not None
        seen = step.see.as_
        audience = f"bidder:{seen}" if seen in self.scenario.bidders else seen
        room = views.snapshot(self.state, self.rule, audience, at)
        if audience.startswith("bidder:"):
            room["you"] = views.you(self.state, self.rule, seen, at)
        for key, wanted in (step.shows or {}).items():
            # `stage.round` is a part of what stands under `stage`.
            whole, _, part = key.partition(".")
            got = room.get(whole, room.get("you", {}).get(whole))
            got = got[part] if part and got is not None else got
            self._expect(number, f"shows {key}", self._as_shown(key, wanted), got)
        for key in step.hides or []:
            value = room.get(key)
            self._expect(number, f"hides {key}", expected=True, got=value in (None, [], {}))

    def _as_shown(self, key: str, wanted: Any) -> Any:
        named = ("top", "cutoff", "next", "start", "limit", "stage.price")
        amounts = key in named and isinstance(wanted, str)
        return parse_decimal(wanted, self.unit.scale) if amounts else wanted

    def _expect(self, step: int, about: str, expected: Any, got: Any) -> None:
        if expected != got:
            self.out.misses.append(Miss(step, about, expected, got))

    def _check_outcome(self) -> None:
        want, standing = self.outcome, self.state.standing
        status = self.state.status
        if status == "closed":
            status = "sold" if standing.awards else "unsold"
        self._expect(0, "status", want.status, status)
        if want.reason is not None:
            self._expect(0, "reason", want.reason, standing.unsold)
        if want.at is not None:
            self._expect(0, "closed at", self.times.read(want.at), self.state.t)
        if want.leader is not None:
            self._expect(0, "leader", want.leader, next(iter(standing.leaders), None))
        if want.top is not None:
            top = standing.top
            wanted = parse_decimal(want.top, self.unit.scale)
            self._expect(0, "top", wanted, top.amount if top else None)
        if want.withdrawn is not None:
            self._expect(0, "withdrawn", want.withdrawn, dict(standing.withdrawn))
        if want.deadline is not None:
            self._expect(0, "deadline", self.times.read(want.deadline), standing.closes)
        if want.awards is not None:
            self._check_awards(want.awards)
        if want.figures is not None:
            self._check_figures()

    def _check_awards(self, wanted: list[Award]) -> None:
        got = self.state.standing.awards
        self._expect(0, "winners", [a.bidder for a in wanted], [a.bidder for a in got])
        area = self.quantity_unit.scale if self.quantity_unit else 0
        scales = {"price": self.unit.scale, "quantity": area, "total": self.settlement_unit.scale}
        for want, have in zip(wanted, got, strict=False):
            if want.lot is not None:
                self._expect(0, f"lot of {want.bidder}", want.lot, have.lot)
            for key, scale in scales.items():
                text = getattr(want, key)
                if text is not None:
                    expected = parse_decimal(text, scale)
                    self._expect(0, f"{key} of {want.bidder}", expected, getattr(have, key))

    def _check_figures(self) -> None:
        want = self.outcome.figures
        assert want is not None
        got = self.rule.settlement(self.state.floor())
        money = self.settlement_unit.scale
        area = self.quantity_unit.scale if self.quantity_unit else 0
        for key, scale in (
            ("total", money),
            ("premium", money),
            ("saved", money),
            ("unused", area),
        ):
            text = getattr(want, key)
            if text is not None:
                self._expect(0, key, parse_decimal(text, scale), getattr(got, key))
        for key in ("premium_rate", "saving_rate"):
            if (rate := getattr(want, key)) is not None:
                self._expect(0, key, rate, getattr(got, key))


def _refused(scenario: Scenario, wrong: ValueError) -> Unreadable:
    """What is wrong with the terms, after the line at which it stands."""
    path: tuple[int | str, ...] = ()
    en = str(wrong)
    zh = wrong.zh if isinstance(wrong, BilingualError) else f"取值不符合要求（{wrong}）"
    if isinstance(wrong, ValidationError):
        first = first_of(wrong)
        path, why = first["loc"], unfit(first)
        term = first.get("ctx", {}).get("term")
        if not path and term in scenario.terms:
            path = (term,)  # an amount or a time that could not be read names its term
        place = ".".join(map(str, path))
        en = ": ".join(filter(None, (place, why["en"])))
        zh = "：".join(filter(None, (place, why["zh"])))
    line = scenario.line_of_term(path)
    if line is None:
        return Unreadable(f"terms: {en}", f"terms：{zh}")
    return Unreadable.at(line, f"terms: {en}", f"terms：{zh}")


def resolve(model: type[RuleConfig], terms: Mapping[str, Any], times: Times) -> dict[str, Any]:
    """Terms whose instants may be written like the times of steps, made into instants."""
    found = dict(terms)
    for name, info in model.model_fields.items():
        is_instant = any(isinstance(mark, AtInstant) for mark in marks_of(info))
        if is_instant and isinstance(found.get(name), str):
            found[name] = times.read(found[name])
    return found


__all__ = ["Miss", "Run", "play"]
