"""12, 14, 15 and 20: who wins again, who never does, and who always just does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from bidding.core.said import both
from replay.indicators.course import Course, Offer
from replay.indicators.lead import TOO_FEW, Indicator, Lead, Place, ratio, unsaid
from replay.indicators.meeting import NO_PARTIES, Meeting, least, meetings

TINY: Final = Fraction(1, 100)
ROUNDS: Final = 10
SAME_MARK: Final = Fraction(9, 10)
TURNS: Final = 8
SAT_MARK: Final = Fraction(4, 5)
CHANCE: Final = Fraction(1, 20)
CONTESTS: Final = 10
WINS: Final = 5
LEAK_MARK: Final = Fraction(4, 5)


def persistence(courses: Sequence[Course]) -> Iterator[Lead]:
    """12: whether the leader of a round, by next to nothing, leads the next one too."""
    chances, again = 0, []
    for course in courses:
        for contest in sorted(course.finals):
            sign = course.sign(contest)
            rounds = _rounds(course, contest) if sign else []
            for before, after in pairwise(rounds):
                first, second = (
                    sorted(r, key=lambda o: (sign * o.amount, o.i)) for r in (before, after)
                )
                gap = abs(first[1].amount - first[0].amount)
                if first[0].amount > 0 and Fraction(gap, first[0].amount) <= TINY:
                    chances += 1
                    if second[0].bidder == first[0].bidder:
                        again.append(Place(course.log, second[0].i))
    if chances < ROUNDS:
        yield unsaid(12, "same")
        return
    value = Fraction(len(again), chances)
    yield Lead(12, "same", (), ratio(value), value >= SAME_MARK, tuple(sorted(again)))


def _rounds(course: Course, contest: str) -> list[list[Offer]]:
    """Each round's last offers, where at least two made one."""
    found: dict[int, dict[str, Offer]] = {}
    for offer in course.own(contest):
        if offer.round:
            found.setdefault(offer.round, {})[offer.bidder] = offer
    return [list(row.values()) for _, row in sorted(found.items()) if len(row) >= 2]


def rotation(courses: Sequence[Course]) -> Iterator[Lead]:
    """14: the last winner stays out, or never wins twice running."""
    found = meetings(courses)
    won = [meeting for meeting in found if meeting.winner is not None]
    sat: list[Place] = []
    again: list[Place] = []
    sizes: list[int] = []
    came = 0
    for before, after in pairwise(won):
        last = before.winner
        if last is None or last not in after.entrants or before.log == after.log:
            continue
        came += 1
        if last not in after.finals:
            sat.append(Place(after.log, after.entrants[last]))
        elif len(after.finals) > 1:
            sizes.append(len(after.finals))
            if after.winner == last:
                again.append(Place(after.log, after.finals[last].i))
    if came < TURNS and len(sizes) < TURNS:
        yield unsaid(14, "any", TOO_FEW if found else NO_PARTIES)
    if came >= TURNS:
        value = Fraction(len(sat), came)
        yield Lead(14, "sat_out", (), ratio(value), value >= SAT_MARK, tuple(sat))
    if len(sizes) >= TURNS:
        chance = Fraction(*least(sizes, len(again)))
        yield Lead(14, "turns", (), ratio(chance), chance <= CHANCE, tuple(again))


def losers(courses: Sequence[Course]) -> Iterator[Lead]:
    """15: parties that offer often and win less than chance would let them."""
    found = meetings(courses)
    took: dict[str, list[Meeting]] = {}
    for meeting in found:
        if meeting.winner is not None and len(meeting.finals) > 1:
            for party in meeting.finals:
                took.setdefault(party, []).append(meeting)
    rows = {party: met for party, met in sorted(took.items()) if len(met) >= CONTESTS}
    if not rows:
        yield unsaid(15, "wins", TOO_FEW if found else NO_PARTIES)
    for party, met in rows.items():
        sizes = [len(meeting.finals) for meeting in met]
        wins = sum(meeting.winner == party for meeting in met)
        expected = sum((Fraction(1, n) for n in sizes), Fraction(0))
        # As many parties are tried, so much rarer must it be (Bonferroni).
        rare = wins < expected and Fraction(*least(sizes, wins)) <= CHANCE / len(rows)
        inputs = tuple(place for meeting in met for place in meeting.places([party]))
        yield Lead(15, "wins", (party,), ratio(Fraction(wins, len(met))), rare, inputs)


def leaks(courses: Sequence[Course]) -> Iterator[Lead]:
    """20: sealed contests won by the last offer to come, and by next to nothing."""
    found = meetings(courses)
    wins: dict[str, list[tuple[Meeting, bool]]] = {}
    for meeting in found:
        offers = meeting.finals.values()
        ranked = meeting.ranked
        if meeting.winner is None or len(ranked) < 3 or not all(o.sealed for o in offers):
            continue
        best, second = meeting.finals[ranked[0]], meeting.finals[ranked[1]]
        gap = abs(second.amount - best.amount)
        close = best.amount > 0 and Fraction(gap, best.amount) <= TINY
        last = best.i == max(offer.i for offer in offers)
        wins.setdefault(meeting.winner, []).append((meeting, close and last))
    rows = {party: row for party, row in sorted(wins.items()) if len(row) >= WINS}
    if not rows:
        yield unsaid(20, "last_and_close", TOO_FEW if found else NO_PARTIES)
    for party, row in rows.items():
        hits = [meeting for meeting, hit in row if hit]
        value = Fraction(len(hits), len(row))
        inputs = tuple(place for m in hits for place in m.places(m.ranked[:2]))
        yield Lead(20, "last_and_close", (party,), ratio(value), value >= LEAK_MARK, inputs)


INDICATORS: Final = (
    Indicator(
        12,
        both("各轮名次不变", "Rank persistence over rounds"),
        both(
            "前两名相差不超过 1% 的轮次之后，下一轮仍由同一人领先的比例（至少 10 次）；"
            "达到 0.9 列为线索。",
            "After rounds in which the two best lay within 1 %, the share in which the same bidder led "
            "the next one (10 or more); a lead from 0.9.",
        ),
        both(
            "成本确实略低者自然每轮都领先；看得到名次时，落后者也可能已无意追赶。",
            "Whoever is a little cheaper leads each time; and those behind may have given up.",
        ),
        cross=persistence,
    ),
    Indicator(
        14,
        both("轮流坐庄", "Rotation"),
        both(
            "上一场成交者再次入场（至少 8 次）：未报价的比例，达到 0.8 列为线索；"
            "报价而连续成交的次数如此之少的概率（各报价人机会均等），不超过 0.05 列。",
            "Where the last winner was admitted again (8 times or more): the share in which he did not "
            "offer, a lead from 0.8; and, where he offered, the chance of so few wins running if all "
            "who offered were alike, a lead up to 0.05.",
        ),
        both(
            "刚中标的企业产能已满、资金被占用，下一场不争很正常。",
            "Whoever has just won has his capacity or his money bound, and lets the next one go.",
        ),
        cross=rotation,
    ),
    Indicator(
        15,
        both("陪标专业户", "Frequent losers"),
        both(
            "报价至少 10 场的主体之胜率；若各报价人机会均等，如此少胜的概率不超过 0.05÷被检主体数，"
            "列为线索。",
            "The share of wins of a party that offered 10 times or more; a lead where the chance of so "
            "few, if all who offered were alike, is at most 0.05 over the number of parties tried.",
        ),
        both(
            "新进入者、成本较高者或只为摸底的企业也会屡投不中。",
            "Newcomers, dearer firms and those who only look around lose again and again.",
        ),
        cross=losers,
    ),
    Indicator(
        20,
        both("泄露报价", "Bid leakage"),
        both(
            "某主体在密封报价中胜出的各场（至少 5 场，每场至少 3 个报价）里，"
            "其报价最后到达且与第二名相差不超过 1% 的比例；达到 0.8 列为线索。",
            "Of the sealed contests a party won (5 or more, of 3 offers at least), the share in which "
            "its offer came last and within 1 % of the second; a lead from 0.8.",
        ),
        both(
            "许多人习惯临近截止才投；标的价值公开时，报价接近并不奇怪。",
            "Many come just before the end, and offers lie close where the value is known.",
        ),
        cross=leaks,
    ),
)

__all__ = ["INDICATORS", "leaks", "losers", "persistence", "rotation"]
