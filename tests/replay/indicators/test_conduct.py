"""1, 2, 17 to 19, 21, 22 and 25: what people do in one session, worked out by hand."""

from fractions import Fraction

import pytest

from replay.indicators.catalogue import leads
from replay.indicators.desk import critical
from tests.replay.indicators.built import Log, found, plain, silent, value


def floor(*bidders: str, **how) -> Log:
    log = Log(**how)
    for bidder in bidders:
        log.admit(bidder)
    log.stage()
    return log


def worked_out(rows):
    """Whether each value is what the first of its numbers comes to."""
    return bool(rows) and all(
        row.value.of == row.takes[0].value.of / row.takes[0].of.of for row in rows
    )


# 1 and 2 --------------------------------------------------------------------------------------


def from_networks(*networks: str) -> Log:
    log = floor(*"ABCDE"[: len(networks)])
    for place, network in enumerate(networks):
        log.bid("ABCDE"[place], 100 + place, tags={"net": network, "near": network[0]})
    return log


def test_two_of_five_share_a_network():
    rows = found(1, from_networks("x", "x", "y", "z", "w").course, part="network")
    assert [(row.who, *plain(row)) for row in rows] == [(("A", "B"), Fraction(2), True)]
    assert [place.index for place in rows[0].inputs] == [7, 8]


def test_a_trading_hall_has_one_network():
    rows = found(1, from_networks("x", "x", "x", "x", "y").course, part="network")
    assert [(r.who, r.marked) for r in rows] == [(("A", "B", "C", "D"), False)]


def test_neighbours_are_shown_and_no_lead():
    course = from_networks("xa", "xb", "y", "z", "w").course
    assert value(1, course) == (Fraction(2), False)


@pytest.mark.parametrize(
    ("write", "part"),
    [
        (lambda log, who: log.enrol(who, "one key"), "signing key"),
        (lambda log, who: log.pay(who, "one transfer"), "bank reference"),
    ],
)
def test_one_key_or_one_transfer_for_two(write, part):
    log = floor("A", "B", "C")
    write(log, "A")
    write(log, "B")
    assert value(1, log.course, part=part) == (Fraction(2), True)


def test_keys_of_their_own_share_nothing():
    log = floor("A", "B")
    log.enrol("A", "one")
    log.enrol("B", "other")
    assert found(1, log.course) == []
    # Beside a session that holds nothing it was compared all the same, and nothing was found.
    bare = floor("A", name="bare").course
    (both,) = leads([log.course, bare], {1})
    (alone,) = leads([bare], {1})
    assert both.unsaid is None
    assert alone.unsaid is not None
    assert "no keys" in alone.unsaid["en"]


def test_without_tags_nothing_can_be_compared():
    log = floor("A", "B")
    log.bid("A", 100)
    assert "no keys, bank references or connection tags" in silent(1, log.course)
    assert silent(2, log.course) == "the log holds no connection tags"


def one_device(seconds: int, *others: str) -> Log:
    log = floor("A", "B", *others)
    tags = {"net": "x", "agent": "f"}
    for turn in range(4):
        log.bid("AB"[turn % 2], 100 + turn, at=1000 + seconds * turn, tags=tags)
    for place, other in enumerate(others):
        log.bid(other, 200 + place, tags={"net": other, "agent": "f"})
    return log


def test_one_device_speaks_for_two():
    log = one_device(5, "C", "D", "E")
    assert value(2, log.course) == (Fraction(3), True)
    (row,) = found(2, log.course)
    assert row.who == ("A", "B")


def test_one_device_a_minute_apart_says_nothing():
    assert found(2, one_device(60, "C").course) == []


def test_a_hall_of_like_machines_is_no_lead():
    log = one_device(5)
    for place, other in enumerate("CD"):
        log.bid(other, 300 + place, tags={"net": "x", "agent": "f"})
    assert value(2, log.course) == (Fraction(3), False)


# 17 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("act", "of", "lead"), [("AB", "1/2", True), ("ABC", "1/4", False)])
def test_silent_after_paying(act, of, lead):
    log = floor(*"ABCD", deposit=1)
    for bidder in "ABCD":
        log.pay(bidder, f"ref {bidder}")
    for place, bidder in enumerate(act):
        log.bid(bidder, 100 + place)
    assert value(17, log.course, part="silent") == (Fraction(of), lead)
    (row,) = found(17, log.course, part="silent")
    assert worked_out([row])
    assert row.who == tuple(sorted(set("ABCD") - set(act)))


def test_who_has_not_paid_is_not_silent():
    log = floor(*"ABCD", deposit=1)
    for bidder in "ABC":
        log.pay(bidder, f"ref {bidder}", ok=bidder != "C")
    assert silent(17, log.course) == "too few to say"


def test_revoked_after_another_came():
    log = floor(*"ABC")
    log.bid("A", 100)
    log.bid("B", 110)
    log.revoke("A")
    assert value(17, log.course, part="revoked") == (Fraction(1), True)


def test_revoked_before_anybody_came():
    log = floor(*"ABC")
    log.bid("A", 100)
    log.revoke("A")
    log.bid("B", 110)
    assert value(17, log.course, part="revoked") == (Fraction(0), False)


# 18 -------------------------------------------------------------------------------------------


def offers(*pairs: tuple[str, int], lot: str | None = None) -> Log:
    log = floor("A", "B")
    for bidder, amount in pairs:
        log.bid(bidder, amount, lot=lot)
    return log


def test_an_ending_of_his_own():
    log = offers(*zip("ABABABAB", (1017, 1500, 2017, 2503, 3017, 3508, 4017, 4501), strict=True))
    rows = {row.who: row for row in found(18, log.course, part="ending")}
    assert worked_out(rows.values())
    assert plain(rows["A",]) == (Fraction(1), True)
    assert plain(rows["B",]) == (Fraction(1, 4), False)
    assert [place.index for place in rows["A",].inputs] == [4, 6, 8, 10]


def test_an_ending_that_the_step_gives_to_all():
    log = offers(*zip("ABABABAB", range(1017, 9017, 1000), strict=True))
    assert [row.marked for row in found(18, log.course, part="ending")] == [False, False]


def test_a_jump():
    log = offers(*zip("ABABABA", (100, 110, 120, 130, 140, 150, 400), strict=True))
    assert value(18, log.course, part="jump") == (Fraction(25), True)
    steady = offers(*zip("ABABABA", range(100, 170, 10), strict=True))
    assert value(18, steady.course, part="jump") == (Fraction(1), False)


@pytest.mark.parametrize(
    ("amounts", "hits", "lead"), [((50_034, 60_034), 2, True), ((50_001, 60_001), 0, False)]
)
def test_the_number_of_another_lot(amounts, hits, lead):
    log = floor("A", "B")
    for amount in amounts:
        log.bid("A", amount, lot="L12")
    log.bid("B", 70_003, lot="L34")
    rows = {row.who: row for row in found(18, log.course, part="lot")}
    assert plain(rows["A",]) == (hits, lead)
    assert not rows["B",].marked


# 19 -------------------------------------------------------------------------------------------


def duel(after: Fraction, *, third: bool = True) -> Log:
    log = floor("A", "B", "C")
    if third:
        log.bid("C", 1, at=10)
    for turn in range(5):
        log.bid("B", 100 + 2 * turn, at=100 + 50 * turn)
        log.bid("A", 101 + 2 * turn, at=100 + 50 * turn + after)
    return log


def test_always_right_behind_the_same_rival():
    rows = {row.who: row for row in found(19, duel(Fraction(1)).course, part="follows")}
    assert worked_out(rows.values())
    assert plain(rows["A", "B"]) == (Fraction(1), True)
    assert [place.index for place in rows["A", "B"].inputs] == [7, 9, 11, 13, 15]


def test_half_a_minute_later_is_not_behind():
    assert value(19, duel(Fraction(30)).course, part="follows") == (Fraction(0), False)


def test_two_alone_always_follow_each_other():
    assert found(19, duel(Fraction(1), third=False).course, part="follows") == []


@pytest.mark.parametrize(("after", "of", "lead"), [("1/5", 1, True), ("3/10", 0, False)])
def test_faster_than_a_person(after, of, lead):
    rows = {row.who: row for row in found(19, duel(Fraction(after)).course, part="faster")}
    assert worked_out(rows.values())
    assert plain(rows["A",]) == (of, lead)


@pytest.mark.parametrize(("closes", "of", "lead"), [(310, "1/5", False), (600, "0", False)])
def test_one_offer_in_the_last_seconds(closes, of, lead):
    log = floor("A", "B")
    log.stage("timed", closes)
    for turn in range(5):
        log.bid("A", 100 + turn, at=100 + 50 * turn)
    assert value(19, log.course, part="last") == (Fraction(of), lead)
    assert worked_out(found(19, log.course, part="last"))


def test_only_in_the_last_seconds():
    log = floor("A", "B")
    for turn in range(5):
        log.stage("timed", 1000 + 100 * turn)
        log.bid("A", 100 + turn, at=995 + 100 * turn)
    assert value(19, log.course, part="last") == (Fraction(1), True)


def test_four_offers_have_no_rhythm():
    log = floor("A", "B")
    for turn in range(4):
        log.bid("A", 100 + turn)
    assert silent(19, log.course) == "too few to say"


# 21 -------------------------------------------------------------------------------------------


def test_a_shill_scores_high():
    log = floor("A", "W", "C")
    log.bid("A", 100, at=1000)
    for turn, other in enumerate("WWWC"):
        log.bid(other, 200 + 110 * turn, at=1100 + 110 * turn)
        log.bid("A", 210 + 110 * turn, at=1110 + 110 * turn)
    log.bid("W", 640, at=1540)
    log.award("W", 640, at=2000)
    # Most offers, lost, waits 10 of 100 s, raises 10 of 100, came first.
    of, lead = value(21, log.course)
    assert of == 10 * (2 + 5 + Fraction(18, 10) + Fraction(18, 10) + 2) / 13
    assert lead
    # Whoever reads it can work it out again: each number stands beside what it is set against.
    (row,) = found(21, log.course)
    assert [(one.value.of, one.of.of) for one in row.takes] == [
        (Fraction(5), Fraction(5)),
        (Fraction(10_000_000), Fraction(100_000_000)),
        (Fraction(10), Fraction(100)),
        (Fraction(0), Fraction(1_000_000_000)),
    ]


def test_a_slow_and_generous_loser_does_not():
    log = floor("D", "W", "C")
    log.bid("W", 100, at=1000)
    for turn in range(5):
        log.bid("D", 200 + 110 * turn, at=1100 + 110 * turn)
        log.bid("W", 210 + 110 * turn, at=1110 + 110 * turn)
    log.bid("C", 651, at=1560)
    log.bid("W", 661, at=1600)
    log.award("W", 661, at=2000)
    # 5 of 7 offers, lost, the slowest, the largest raises, first after a tenth of the time.
    of, lead = value(21, log.course)
    assert of == 10 * (Fraction(10, 7) + 5 + 0 + 0 + Fraction(18, 10)) / 13
    assert not lead


def test_two_bidders_have_no_shill():
    log = floor("A", "W")
    log.bid("A", 100)
    log.bid("W", 110)
    log.award("W", 110)
    assert silent(21, log.course) == "too few to say"


# 22 -------------------------------------------------------------------------------------------


def paused(lead_after: int) -> Log:
    log = floor("A", "W")
    log.bid("A", 100, at=1000, leads_now=True)
    log.staff("suspend", at=1010, reason="x")
    log.staff("resume", at=1030, reason="x")
    log.bid("W", 200, at=1030 + lead_after, leads_now=True)
    log.award("W", 200)
    return log


def test_the_winner_led_right_after_a_pause():
    rows = found(22, paused(10).course)
    assert [row.part for row in rows] == ["then_led", "then_led"]
    assert [row.who for row in rows] == [("staff:1", "W")] * 2
    assert [plain(row) for row in rows] == [
        (Fraction(30_000_000), True),
        (Fraction(10_000_000), True),
    ]
    assert [row.value.show() for row in rows if row.value] == ["30.0000", "10.0000"]
    assert [place.index for place in rows[1].inputs] == [6, 7]


def test_the_winner_led_long_after_a_pause():
    assert found(22, paused(61).course) == []


def test_a_leader_is_excluded():
    log = floor("A", "B")
    log.bid("A", 100, leads_now=True)
    log.staff("exclude", bidder="A", reason="x")
    (row,) = found(22, log.course)
    assert (row.part, row.who) == ("leader_excluded", ("staff:1", "A"))


def test_a_leader_is_excluded_by_two():
    log = floor("A", "B")
    log.bid("A", 100, leads_now=True)
    log.exclude_by_two("A")
    (row,) = found(22, log.course)
    assert (row.part, row.who) == ("leader_excluded", ("approver:2", "A"))


def test_somebody_who_does_not_lead_is_excluded():
    log = floor("A", "B")
    log.bid("A", 100, leads_now=True)
    log.staff("exclude", bidder="B", reason="x")
    assert found(22, log.course) == []


@pytest.mark.parametrize(("late", "parts"), [("W", ["late_winner"]), ("C", [])])
def test_admitted_under_way(late, parts):
    log = floor("A", *({"W", "C"} - {late}))
    log.bid("A", 100)
    log.admit(late)
    log.bid("W", 200)
    log.award("W", 200)
    assert [row.part for row in found(22, log.course)] == parts


# 25 -------------------------------------------------------------------------------------------


def late(a: int, b: int) -> Log:
    log = floor("A", "B")
    for bidder, times in (("A", a), ("B", b)):
        for turn in range(10 - times):
            log.bid(bidder, 100 + turn)
    for bidder, times in (("A", a), ("B", b)):
        for _ in range(times):
            log.refused(bidder, "AFTER_DEADLINE")
    return log


def test_lateness_of_one():
    # 2.5 late ones are expected of each: (2.5^2 / 2.5 + 2.5^2 / 7.5) * 2.
    assert value(25, late(5, 0).course) == (Fraction(20, 3), True)
    (row,) = found(25, late(5, 0).course)
    assert row.who == ("A",)


def test_lateness_of_both():
    assert value(25, late(3, 2).course) == (Fraction(4, 15), False)


def test_four_late_ones_are_too_few():
    assert silent(25, late(4, 0).course) == "too few to say"


def test_critical_values():
    assert critical(1) == Fraction("3.841")
    assert critical(30) == Fraction("43.773")
    # Tables: 55.758 at 40 degrees, 124.342 at 100.
    assert abs(critical(40) - Fraction("55.758")) < Fraction(1, 2)
    assert abs(critical(100) - Fraction("124.342")) < Fraction(1, 2)
