"""9 to 16, 20 and 24: what many sessions show together, worked out by hand."""

from fractions import Fraction

import pytest

from replay.indicators.meeting import least
from tests.replay.indicators.built import Log, contest, found, plain, session, silent, value

CROSS = (9, 11, 13, 14, 15, 16, 20)


@pytest.mark.parametrize("number", CROSS)
def test_without_lasting_tags_nobody_is_known_again(number):
    assert "no lasting tags" in silent(number, *[contest(100, 101, 102, 103, won=103)])


@pytest.mark.parametrize("number", CROSS)
def test_two_sessions_are_too_few(number):
    few = [session(n, {"X": 100, "Y": 101, "Z": 102, "V": 103, "W": 104}, "X") for n in range(2)]
    assert silent(number, *few) == "too few to say"


# 9 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amounts", "square", "lead"),
    [
        ((100, 101, 102), Fraction(1, 101**2), True),
        ((100, 150, 200), Fraction(2500, 150**2), False),
    ],
)
def test_the_same_three_lie_close_each_time(amounts, square, lead):
    many = [session(n, dict(zip("XYZ", amounts, strict=True)), "X") for n in range(5)]
    assert value(9, *many, part="median") == (square, lead)
    (row,) = found(9, *many, part="median")
    assert row.who == ("k.X", "k.Y", "k.Z")
    assert len(row.inputs) == 15


# 10 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("near", "of", "lead"), [(1015, 0, True), (1010, Fraction(1, 2), False)])
def test_nobody_loses_by_little(near, of, lead):
    many = [session(n, {"X": 1000, "Y": near, "Z": 1020}, "X") for n in range(10)]
    assert value(10, *many) == (of, lead)


def test_ten_losers_are_too_few():
    many = [session(n, {"X": 1000, "Y": 1001}, "X") for n in range(10)]
    assert silent(10, *many) == "too few to say"


# 11 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ys", "of", "lead"), [((1, -1) * 4, 1, True), ((1, 1, -1, -1) * 2, 0, False)]
)
def test_two_go_up_and_down_together(ys, of, lead):
    # Beside two who always offer 100, X goes 1 up, 1 down, and Y does the same or does not.
    many = [
        session(n, {"X": 100 + x, "Y": 200 + y, "V": 100, "W": 100}, "Y")
        for n, (x, y) in enumerate(zip((1, -1) * 4, ys, strict=True))
    ]
    rows = {row.who: row for row in found(11, *many)}
    row = rows["k.X", "k.Y"]
    assert plain(row) == (of, lead)


def test_who_never_moves_has_no_correlation():
    many = [session(n, {"X": 100 + n % 2, "Y": 200, "V": 100, "W": 100}, "Y") for n in range(8)]
    assert {row.who for row in found(11, *many)} & {("k.V", "k.X"), ("k.X", "k.Y")} == set()


# 12 -------------------------------------------------------------------------------------------


def rounds(*leaders: str) -> Log:
    log = Log()
    log.admit("A")
    log.admit("B")
    log.stage("rounds")
    for number, leader in enumerate(leaders, 1):
        log.round(number)
        for bidder in "AB":
            log.bid(bidder, 1000 - number if bidder == leader else 1005 - number)
    log.award(leaders[-1], 1000 - len(leaders))
    return log


@pytest.mark.parametrize(
    ("leaders", "of", "lead"), [("A" * 11, 1, True), ("AB" * 5 + "A", 0, False)]
)
def test_the_same_one_leads_each_round_by_little(leaders, of, lead):
    assert value(12, rounds(*leaders).course) == (of, lead)


def test_a_wide_lead_is_no_chance_to_fall_behind():
    log = Log()
    log.admit("A")
    log.admit("B")
    log.stage("rounds")
    for number in range(1, 12):
        log.round(number)
        log.bid("A", 900)
        log.bid("B", 1000)
    log.award("A", 900)
    assert silent(12, log.course) == "too few to say"


# 13 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("y", "of", "lead"), [(1004, 1, True), (1150, 0, False)])
def test_two_lie_side_by_side(y, of, lead):
    many = [session(n, {"U": 900, "X": 1000, "Y": y, "V": 1100, "W": 1200}, "U") for n in range(5)]
    rows = {row.who: row for row in found(13, *many)}
    row = rows["k.X", "k.Y"]
    assert plain(row) == (of, lead)


# 14 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("winners", "of", "lead"),
    # Two who offer nine times: never twice running has (1/2)^8; 4 of 8 or less is as good as even.
    [("XYXYXYXYX", Fraction(1, 256), True), ("XXYYXXYYX", Fraction(163, 256), False)],
)
def test_they_win_by_turns(winners, of, lead):
    many = [
        session(n, {"X": 100 + (w == "X"), "Y": 100 + (w == "Y")}, w) for n, w in enumerate(winners)
    ]
    assert value(14, *many, part="turns") == (of, lead)


def test_the_last_winner_sits_out():
    many = []
    for n in range(9):
        out, one, other = ("XYZ"[(n + k) % 3] for k in (2, 0, 1))
        many.append(session(n, {one: 101, other: 100}, one, idle=[out]))
    # Z wins after Y after X; each is admitted again and says nothing.
    assert value(14, *many, part="sat_out") == (Fraction(1), True)


def test_the_last_winner_comes_again():
    many = [session(n, {"X": 101, "Y": 100}, "X") for n in range(9)]
    assert value(14, *many, part="sat_out") == (Fraction(0), False)
    assert value(14, *many, part="turns") == (Fraction(1), False)


# 15 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wins", "of", "lead"), [(0, 0, True), (5, Fraction(1, 4), False)])
def test_who_always_loses(wins, of, lead):
    # Four offer twenty times: (3/4)^20 = 0.003 is less than 0.05 over four parties.
    many = []
    for n in range(20):
        winner = "L" if n < wins else "XYZ"[n % 3]
        many.append(session(n, {p: 100 + (p == winner) for p in "LXYZ"}, winner))
    rows = {row.who: row for row in found(15, *many)}
    row = rows["k.L",]
    assert plain(row) == (of, lead)


def test_the_chance_of_few_wins():
    assert Fraction(*least([4] * 20, 0)) == Fraction(3, 4) ** 20
    assert Fraction(*least([2, 3], 1)) == 1 - Fraction(1, 6)
    assert Fraction(*least([2, 3], 2)) == 1
    assert Fraction(*least([], 0)) == 1


# 16 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("others", "lift", "lead"), [(5, 2, True), (0, 1, False)])
def test_they_come_together(others, lift, lead):
    many = [session(n, {"X": 101, "Y": 100}, "X") for n in range(5)]
    many += [session(5 + n, {f"U{n}": 101, f"V{n}": 100}, f"U{n}") for n in range(others)]
    assert value(16, *many, part="jaccard") == (Fraction(1), lead)
    assert value(16, *many, part="lift") == (Fraction(lift), False)


def test_each_comes_alone_too():
    many = [session(n, {"X": 101, "Y": 100}, "X") for n in range(5)]
    many += [session(5 + n, {"X": 101, "Z": 100}, "X") for n in range(5)]
    rows = {row.who: row for row in found(16, *many, part="jaccard")}
    assert plain(rows["k.X", "k.Y"]) == (Fraction(1, 2), False)


# 20 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("order", "of", "lead"), [("YZX", 1, True), ("XYZ", 0, False)])
def test_last_to_come_and_just_below(order, of, lead):
    amounts = {"X": 1000, "Y": 1005, "Z": 1100}
    many = [session(n, {p: amounts[p] for p in order}, "X") for n in range(5)]
    assert value(20, *many) == (of, lead)
    (row,) = found(20, *many)
    assert len(row.inputs) == (10 if lead else 0)


def test_in_the_open_the_winner_is_always_last():
    many = []
    for n in range(5):
        log = Log(f"open{n}", began=n * 1000)
        for party in "XYZ":
            log.admit(party, party)
        log.stage("timed")
        for party, amount in (("Z", 900), ("Y", 995), ("X", 1000)):
            log.bid(party, amount)
        log.award("X", 1000)
        many.append(log.course)
    assert silent(20, *many) == "too few to say"


# 24 -------------------------------------------------------------------------------------------


def test_another_rule_and_the_offers_spread():
    close = {"W": 100, "X": 101, "Y": 102, "Z": 103}
    wide = {"W": 100, "X": 120, "Y": 150, "Z": 200}
    many = [session(n, close, "Z") for n in range(5)]
    many += [session(5 + n, wide, "Z", rule="sealed_bid@1") for n in range(5)]
    before = Fraction(5, 3) / Fraction(203, 2) ** 2
    after = Fraction(5675, 3) / Fraction(285, 2) ** 2
    assert value(24, *many, part="cv, rule") == (after / before, True)
    assert value(24, *many, part="participation, rule") == (Fraction(1), False)
    (row,) = found(24, *many, part="cv, rule")
    assert [(place.log, place.index) for place in row.inputs] == [("s005", 0)]


def test_another_rule_and_nothing_changes():
    same = {"W": 100, "X": 101, "Y": 102, "Z": 103}
    rules = ["english@1"] * 5 + ["sealed_bid@1"] * 5
    many = [session(n, same, "Z", rule=rule) for n, rule in enumerate(rules)]
    assert value(24, *many, part="cv, rule") == (Fraction(1), False)


def test_a_newcomer_who_keeps_others_away():
    many = [session(n, {"W": 100, "X": 101, "Y": 102, "Z": 103}, "Z") for n in range(5)]
    many += [session(5 + n, {"N": 200, "Z": 103}, "N") for n in range(5)]
    assert value(24, *many, part="participation, newcomer") == (Fraction(1, 2), True)


def test_a_change_after_four_sessions_is_too_early():
    same = {"W": 100, "X": 101, "Y": 102, "Z": 103}
    many = [session(n, same, "Z", rule="a@1" if n < 4 else "b@1") for n in range(9)]
    assert silent(24, *many) == "too few to say"
