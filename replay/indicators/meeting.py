"""Where parties met: one contest of one session, with parties instead of numbers.

A party is the lasting keyed hash that the door recorded at admission (docs/decisions/0019); a
session without such tags names nobody that another session knows, and is not in this list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from auction_rules.facts import Instant
from bidding.core.said import both
from replay.indicators.course import Course, Offer
from replay.indicators.lead import Place

NO_PARTIES = both(
    "这些日志未记录跨场次的主体标识，无从跨场比较",
    "these logs hold no lasting tags of parties: sessions cannot be compared by who took part",
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One contest; `entrants` were admitted, `finals` offered, `winner` won alone."""

    log: str
    contest: str
    ended: Instant
    entrants: Mapping[str, int]
    """Party -> the entry that admitted it."""
    finals: Mapping[str, Offer]
    ranked: tuple[str, ...]
    """Parties from the winner's end; empty where the record cannot tell."""
    winner: str | None

    def places(self, parties: Iterable[str]) -> tuple[Place, ...]:
        """The final offers of these parties here."""
        return tuple(Place(self.log, self.finals[p].i) for p in sorted(set(parties)))


def meetings(courses: Sequence[Course]) -> list[Meeting]:
    """Every contest of the sessions whose log names parties, in the order of their end."""
    found = []
    for course in courses:
        if not course.parties:
            continue
        entrants: dict[str, int] = {}
        for bidder, party in sorted(course.parties.items()):
            if bidder in course.admitted:
                entrants.setdefault(party, course.admitted[bidder])
        for contest, offers in course.finals.items():
            by = {b: course.parties[b] for b in sorted(offers) if b in course.parties}
            finals: dict[str, Offer] = {}
            for bidder, party in by.items():
                finals.setdefault(party, offers[bidder])
            order = [by[o.bidder] for o in course.ranked(contest) if o.bidder in by]
            won = course.winners(contest)
            winner = by.get(won[0]) if len(won) == 1 else None
            # Seats of one party count once: it does not compete with itself.
            ranked = tuple(dict.fromkeys(order))
            row = (course.log, contest, course.ended, entrants, finals, ranked, winner)
            found.append(Meeting(*row))
    return sorted(found, key=lambda m: (m.ended, m.log, m.contest))


def least(sizes: Sequence[int], hits: int) -> tuple[int, int]:
    """The chance of at most `hits` wins where one of `sizes[k]` wins the k-th time, as a fraction.

    Exchangeability: each of those who offered is as likely to win as the next. Numerator and
    denominator are the coefficients of the product of (n - 1 + x), which are whole numbers.
    """
    row = [1] + [0] * hits
    for n in sizes:
        for k in range(hits, 0, -1):
            row[k] = row[k] * (n - 1) + row[k - 1]
        row[0] *= n - 1
    return sum(row), prod(sizes)


__all__ = ["NO_PARTIES", "Meeting", "least", "meetings"]
