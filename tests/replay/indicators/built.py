"""Sessions written entry by entry, for the tests of leads: only what an indicator reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from replay.indicators.catalogue import leads
from replay.indicators.course import Course, read
from replay.indicators.lead import Lead
from replay.indicators.parts import PARTS

SECOND = 1_000_000


class Log:
    """A log that grows; times are in seconds and go on by 60 unless said."""

    def __init__(
        self, name: str = "s", rule: str = "english@1", *, began: int = 0, deposit: int = 0
    ) -> None:
        self.name, self.at = name, Fraction(began)
        self.entries: list[dict[str, Any]] = []
        kind, _, version = rule.partition("@")
        document = {"rule": kind, "version": version, "deposit": deposit, "terms": {}}
        self._add("session.opened", "approver:2", {"document": document, "facts": []}, began)

    def _add(self, kind: str, actor: str, data: dict[str, Any], at: Any = None) -> int:
        self.at = self.at + 60 if at is None else Fraction(at)
        i = len(self.entries)
        t = int(self.at * SECOND)
        row = {"i": i, "t": t, "log": self.name, "type": kind, "actor": actor, "data": data}
        self.entries.append(row)
        return i

    def admit(self, bidder: str, party: str | None = None, lot: str | None = None) -> int:
        facts = [{"fact": "admitted", "bidder": bidder, "lot": lot, "priority": 0, "who": None}]
        data: dict[str, Any] = {"ask": {"bidder": bidder}, "facts": facts}
        if party is not None:
            data["tags"] = {"key": "k", "party": party}
        return self._add("admit.accepted", "staff:1", data, self.at)

    def pay(self, bidder: str, ref: str, *, ok: bool = True) -> int:
        fact = {"fact": "deposit_counted", "bidder": bidder, "bank_ref": ref, "ok": ok}
        return self._add(
            "deposit.accepted", "staff:1", {"ask": {"bidder": bidder}, "facts": [fact]}
        )

    def enrol(self, bidder: str, public: str) -> int:
        fact = {"fact": "key_enrolled", "bidder": bidder, "public": public, "key": "", "alg": ""}
        return self._add("enrol.accepted", f"bidder:{bidder}", {"ask": {}, "facts": [fact]})

    def stage(self, kind: str = "timed", closes: int | None = 100_000) -> int:
        closing = None if closes is None else closes * SECOND
        fact = {"fact": "stage_opened", "stage": kind, "kind": kind, "opens": 0, "closes": closing}
        return self._add("bell.accepted", "system", {"ask": {}, "facts": [fact]}, self.at)

    def round(self, number: int) -> int:
        fact = {"fact": "round_opened", "number": number, "price": None, "closes": None}
        return self._add("bell.accepted", "system", {"ask": {}, "facts": [fact]})

    def bid(
        self,
        bidder: str,
        amount: int,
        at: Any = None,
        *,
        lot: str | None = None,
        tags: Mapping[str, str] | None = None,
        leads_now: bool = False,
    ) -> int:
        row = {"bidder": bidder, "lot": lot, "amount": amount, "quantity": None, "slot": None}
        facts: list[dict[str, Any]] = [{"fact": "offer_stood", **row}]
        if leads_now:
            facts.append({"fact": "leaders_changed", "leaders": [bidder], "cutoff": amount})
        data: dict[str, Any] = {"ask": {"amount": amount}, "facts": facts}
        if tags is not None:
            data["tags"] = {"key": "k", **tags}
        return self._add("bid.accepted", f"bidder:{bidder}", data, at)

    def refused(self, bidder: str, reason: str) -> int:
        data = {"ask": {}, "reason": reason, "detail": {}, "nearest": []}
        return self._add("bid.refused", f"bidder:{bidder}", data)

    def staff(self, kind: str, at: Any = None, **ask: Any) -> int:
        return self._add(f"{kind}.accepted", "staff:1", {"ask": ask, "facts": []}, at)

    def exclude_by_two(self, bidder: str) -> int:
        """As one proposed it and another confirmed."""
        facts = [
            {"fact": "seconded", "proposal": 1, "agree": True},
            {"fact": "excluded", "bidder": bidder, "reason": "x"},
        ]
        ask = {"proposal": 1, "agree": True}
        return self._add("second.accepted", "approver:2", {"ask": ask, "facts": facts})

    def revoke(self, bidder: str) -> int:
        fact = {"fact": "offer_withdrawn", "bidder": bidder, "slot": None, "cause": "revoked"}
        return self._add(
            "withdraw.accepted", "staff:1", {"ask": {"bidder": bidder}, "facts": [fact]}
        )

    def reserve(self, amount: int) -> int:
        fact = {"fact": "reserve_opened", "by": "x", "amount": amount}
        return self._add("open_reserve.accepted", "staff:1", {"ask": {}, "facts": [fact]})

    def award(self, bidder: str, price: int, at: Any = None, lot: str | None = None) -> int:
        row = {"bidder": bidder, "lot": lot, "price": price, "quantity": None, "total": price}
        facts = [{"fact": "awarded", **row}, {"fact": "closed"}]
        return self._add("bell.accepted", "system", {"ask": {}, "facts": facts}, at)

    @property
    def course(self) -> Course:
        return read(self.name, self.entries)


def contest(*amounts: int, won: int | None = None) -> Course:
    """One contest: bidders A, B, C ... offer these amounts, and whoever offered `won` wins."""
    log = Log()
    names = [chr(65 + n) for n in range(len(amounts))]
    for name in names:
        log.admit(name)
    log.stage("sealed")
    for name, amount in zip(names, amounts, strict=True):
        log.bid(name, amount)
    if won is not None:
        log.award(names[amounts.index(won)], won)
    return log.course


def session(
    number: int,
    offers: Mapping[str, int],
    winner: str,
    *,
    idle: Sequence[str] = (),
    rule: str = "english@1",
) -> Course:
    """Session `number` of many: parties offer in this order; `idle` are admitted and silent.

    Each has another number in each session, as the rules of the house ask.
    """
    log = Log(f"s{number:03}", rule, began=number * 100_000)
    people = [*offers, *idle]
    paddles = {party: f"{(number + place) % 97:02}" for place, party in enumerate(people)}
    for party in people:
        log.admit(paddles[party], party)
    log.stage("sealed", None)
    for party, amount in offers.items():
        log.bid(paddles[party], amount)
    log.award(paddles[winner], offers[winner])
    return log.course


def found(number: int, *courses: Course, part: str | None = None) -> list[Lead]:
    """What one indicator says that has a value, of one part where it is named."""
    (one,) = leads(courses, {number})
    assert all(row.part in PARTS for row in one.leads if row.value is not None)
    return [row for row in one.leads if row.value is not None and part in (None, row.part)]


def plain(row: Lead) -> tuple[Fraction, bool]:
    """Its value, and whether it is a lead."""
    assert row.value is not None
    return row.value.of, row.marked


def value(number: int, *courses: Course, part: str | None = None) -> tuple[Fraction, bool]:
    """The only value there is, and whether it is a lead."""
    (row,) = found(number, *courses, part=part)
    return plain(row)


def silent(number: int, *courses: Course) -> str:
    """Why there is no value."""
    (one,) = leads(courses, {number})
    (why,) = {row.unsaid["en"] if row.unsaid else "" for row in one.leads if row.value is None}
    assert all(row.value is None for row in one.leads)
    return why
