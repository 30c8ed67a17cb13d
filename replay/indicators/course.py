"""The course of one session, read once from its entries: what every indicator looks at.

No rule is asked. What a rule would know better is read off the record itself: offers compete
within one contest (one lot, one line), and the winner tells whether high or low was better. It is
not a state: what it leaves out, no indicator uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from auction_rules.facts import Amount, Instant

NAMED_BY_CLOCK: Final = frozenset({"clock", "one_price", "claim", "gate", "draw"})
"""Kinds of stages in which the price is given: equal amounts say nothing there."""

OFFERS: Final = frozenset({"bid", "confirm", "stay", "proxy", "seal", "reveal"})
"""Requests by which a bidder acts on the floor."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A bidder's request. `tags` are the keyed hashes the door recorded with it, if it did."""

    i: int
    t: Instant
    bidder: str
    kind: str
    reason: str | None
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that stood; `own` unless the house made it; `t` and `i` are those of its making."""

    i: int
    t: Instant
    bidder: str
    contest: str
    amount: Amount
    sealed: bool
    own: bool
    round: int


@dataclass(frozen=True, slots=True)
class Act:
    """An accepted act of an officer; `about` is the bidder it names, if it does."""

    i: int
    t: Instant
    officer: str
    kind: str
    about: str | None


def _act(i: int, t: Instant, actor: str, kind: str, data: Mapping[str, Any]) -> Act:
    """An exclusion that two officers made is one, by whoever confirmed it."""
    facts = data.get("facts", ())
    gone = next((fact["bidder"] for fact in facts if fact["fact"] == "excluded"), None)
    if gone is not None:
        return Act(i, t, actor, "exclude", gone)
    return Act(i, t, actor, kind, data["ask"].get("bidder"))


@dataclass(slots=True)
class Course:
    """One session."""

    log: str
    rule: str = ""
    began: Instant = 0
    asked: list[Asked] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    admitted: dict[str, int] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    """Number -> the tag that is the same in every session of one key, where the door gave one."""
    paid: dict[str, int] = field(default_factory=dict)
    """Number -> the entry that completed the deposit."""
    deposit: Amount = 0
    payments: list[tuple[str, str, int]] = field(default_factory=list)
    keys: list[tuple[str, str, int]] = field(default_factory=list)
    """Public key, number, entry."""
    finals: dict[str, dict[str, Offer]] = field(default_factory=dict)
    """Contest -> number -> his standing offer at the end, where bidders name amounts."""
    awards: list[tuple[str, str]] = field(default_factory=list)
    """Who won, and in which contest."""
    leading: list[tuple[int, Instant, tuple[str, ...]]] = field(default_factory=list)
    revoked: list[tuple[str, int]] = field(default_factory=list)
    """Who took back his offer, and the entry that says so."""
    closings: list[tuple[int, Instant]] = field(default_factory=list)
    """From this entry on the stage closes at this instant."""
    reserves: list[tuple[Amount, int]] = field(default_factory=list)
    ended: Instant = 0

    def sign(self, contest: str) -> int:
        """1 where the lowest offer won, -1 where the highest did; 0 where the record cannot tell."""
        amounts = [offer.amount for offer in self.finals[contest].values()]
        winners = self.winners(contest)
        won = self.finals[contest].get(winners[0]) if len(winners) == 1 else None
        if won is None:
            return 0
        return int(won.amount == min(amounts)) - int(won.amount == max(amounts))

    def ranked(self, contest: str) -> list[Offer]:
        """The final offers from the winner's end; empty unless one winner holds one end."""
        sign = self.sign(contest)
        if not sign:
            return []
        (won,) = self.winners(contest)
        finals = self.finals[contest].values()
        return sorted(finals, key=lambda o: (sign * o.amount, o.bidder != won, o.i))

    def winners(self, contest: str) -> tuple[str, ...]:
        """Who won this contest."""
        of_it = tuple(bidder for bidder, lot in self.awards if lot == contest)
        if not of_it and len(self.finals) == 1:
            return tuple(bidder for bidder, _ in self.awards)
        return of_it

    def own(self, contest: str | None = None) -> list[Offer]:
        """What bidders offered themselves, in the order of the log."""
        return [o for o in self.offers if o.own and contest in (None, o.contest)]


def read(log: str, entries: Sequence[Mapping[str, Any]]) -> Course:
    """The course told by verified entries."""
    reader = _Reader(Course(log))
    for entry in entries:
        reader.entry(entry)
    # An opened offer stands where it was sealed; the rest is in order already.
    reader.out.offers.sort(key=lambda offer: offer.i)
    return reader.out


class _Reader:
    def __init__(self, out: Course) -> None:
        self.out = out
        self.lots: dict[str, str | None] = {}
        self.sealed: dict[str, tuple[int, Instant]] = {}
        self.stage, self.round = "", 0

    def entry(self, entry: Mapping[str, Any]) -> None:
        out, data = self.out, entry["data"]
        i, t, actor = entry["i"], entry["t"], entry["actor"]
        out.ended = max(out.ended, t)
        if entry["type"] == "session.opened":
            document = data["document"]
            out.rule, out.began = f"{document['rule']}@{document['version']}", t
            out.deposit = document.get("deposit", 0)
        kind = entry["type"].partition(".")[0]
        role, _, name = actor.partition(":")
        tags = data.get("tags") or {}
        if role == "bidder":
            out.asked.append(Asked(i, t, name, kind, data.get("reason"), tags))
        elif role in ("staff", "approver") and "reason" not in data and kind != "session":
            out.acts.append(_act(i, t, actor, kind, data))
        if kind == "admit" and "party" in tags and "reason" not in data:
            out.parties[data["ask"]["bidder"]] = f"{tags['key']}.{tags['party']}"
        facts = data.get("facts", ())
        for place, row in enumerate(facts):
            after = facts[place + 1]["fact"] if place + 1 < len(facts) else None
            self.fact(row, i, t, name if after != "raised_by_house" else None)

    def fact(self, row: Mapping[str, Any], i: int, t: Instant, by: str | None) -> None:
        out = self.out
        match row["fact"]:
            case "offer_stood":
                self._offer(row, i, t, own=row["bidder"] == by, sealed=self.stage == "sealed")
            case "offer_sealed":
                self.sealed[row["bidder"]] = (i, t)
            case "offer_opened":
                made, at = self.sealed.get(row["bidder"], (i, t))
                self._offer({**row, "slot": None}, made, at, own=True, sealed=True)
            case "offer_withdrawn":
                if row["cause"] == "revoked":
                    out.revoked.append((row["bidder"], i))
                self._gone(row["bidder"])
            case "offer_voided":
                self._gone(row["bidder"])
            case "awarded":
                own = self.lots.get(row["bidder"]) is not None
                lot = None if own else row["lot"]
                out.awards.append((row["bidder"], lot or ""))
            case "award_lapsed":
                kept = [one for one in out.awards if one[0] != row["bidder"]]
                out.awards[:] = kept
            case "leaders_changed":
                out.leading.append((i, t, tuple(row["leaders"])))
            case "stage_opened" | "round_opened" | "deadline_moved":
                self._opened(row, i)
            case "reserve_opened":
                out.reserves.append((row["amount"], i))
            case _:
                self._person(row, i)

    def _person(self, row: Mapping[str, Any], i: int) -> None:
        out = self.out
        match row["fact"]:
            case "admitted":
                self.lots[row["bidder"]] = row["lot"]
                out.admitted[row["bidder"]] = i
                if not out.deposit:
                    out.paid[row["bidder"]] = i
            case "deposit_counted":
                out.payments.append((row["bank_ref"], row["bidder"], i))
                if row["ok"]:
                    out.paid.setdefault(row["bidder"], i)
            case "key_enrolled":
                out.keys.append((row["public"], row["bidder"], i))

    def _opened(self, row: Mapping[str, Any], i: int) -> None:
        if row["fact"] == "stage_opened":
            self.stage = row["kind"]
        elif row["fact"] == "round_opened":
            self.round = row["number"]
        if row["closes"] is not None:
            self.out.closings.append((i, row["closes"]))

    def _offer(
        self, row: Mapping[str, Any], i: int, t: Instant, *, own: bool, sealed: bool
    ) -> None:
        bidder = row["bidder"]
        lot = None if self.lots.get(bidder) is not None else row["lot"]
        contest = row["slot"] or lot or ""
        offer = Offer(i, t, bidder, contest, row["amount"], sealed, own, self.round)
        self.out.offers.append(offer)
        if self.stage not in NAMED_BY_CLOCK:
            self.out.finals.setdefault(contest, {})[bidder] = offer

    def _gone(self, bidder: str) -> None:
        for finals in self.out.finals.values():
            finals.pop(bidder, None)


__all__ = ["NAMED_BY_CLOCK", "OFFERS", "Act", "Asked", "Course", "Offer", "read"]
