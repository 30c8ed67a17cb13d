"""The ladder: one arithmetic behind check, nearest, minimum, maximum, quick and open.

The oracle is the sentence of the terms, tried out on every amount there is.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.money import LIMIT
from auction_rules.steps import Grid, Ladder

AMOUNTS = range(-5, 140)


@st.composite
def ladders(draw):
    """A ladder low enough that every amount on it can be tried."""
    sign = draw(st.sampled_from([1, -1]))
    start = draw(st.integers(0, 40)) if sign > 0 else draw(st.integers(20, 100))
    step = draw(st.integers(1, 15))
    kind = draw(st.sampled_from(["any", "grid", "percent"]))
    jump = None if kind == "percent" else draw(st.none() | st.integers(1, 4))
    rungs = draw(st.integers(0, 6))
    off = 0 if kind == "grid" else draw(st.integers(0, 3))
    cap = draw(st.sampled_from([None, max(1, start + sign * (rungs * step + off))]))
    return Ladder(
        start,
        step,
        Grid.MULTIPLE_OF_STEP if kind == "grid" else Grid.MIN_STEP,
        basis_points=draw(st.integers(1, 3_000)) if kind == "percent" else 0,
        cap=cap,
        max_jump=jump,
        sign=sign,
        limit=120,
    )


def valid(ladder: Ladder, amount: int, current: int | None) -> bool:
    """The terms read aloud: start, step, grid, cap, jump."""
    s = ladder.sign
    if not 1 - (s > 0) <= amount <= ladder.limit:
        return False
    if ladder.cap is not None and s * amount > s * ladder.cap:
        return False
    if not enough(ladder, amount, current):
        return False
    if ladder.max_jump is None:
        return True
    # The jump is counted from the least amount that would be enough.
    wide = range(-200, 400) if s > 0 else range(400, -200, -1)
    least = next(a for a in wide if enough(ladder, a, current))
    return s * (amount - least) <= (ladder.max_jump - 1) * ladder.step


def enough(ladder: Ladder, amount: int, current: int | None) -> bool:
    s = ladder.sign
    on_grid = ladder.grid is Grid.MIN_STEP or (amount - ladder.start) % ladder.step == 0
    if current is None:
        return on_grid and s * (amount - ladder.start) >= 0
    gain = s * (amount - current)
    percent = gain * 10_000 >= current * ladder.basis_points
    return on_grid and gain >= ladder.step and percent


@given(ladders(), st.none() | st.integers(1, 100))
def test_every_question_gives_the_same_answer(ladder, current):
    s = ladder.sign
    good = sorted((a for a in AMOUNTS if valid(ladder, a, current)), key=lambda a: s * a)
    assert ladder.open(current) == bool(good)
    for amount in AMOUNTS:
        refused = ladder.check(amount, current)
        assert (refused is None) == (amount in good), amount
        if refused is not None:
            assert refused.nearest == tuple(closest(ladder, amount, good)), amount
            assert all(abs(v) <= LIMIT for v in refused.detail.values())
    quick = ladder.quick(current)
    assert list(quick) == sorted(set(quick), key=lambda a: s * a)
    assert set(quick) <= set(good)
    if good:
        assert ladder.minimum(current) == good[0] == quick[0]
        assert ladder.maximum(current) == good[-1]
        assert len(quick) == 8 or s * (quick[-1] + s * ladder.step_from(good[0])) > s * good[-1]
    else:
        assert quick == ()


def closest(ladder, amount, good):
    """Below and above the amount where it lies among the valid ones, else the nearer end."""
    s = ladder.sign
    if not good:
        return []
    if s * amount < s * good[0]:
        second = good[0] + s * ladder.step_from(good[0])
        return [good[0], second] if second in good else [good[0]]
    below = [a for a in good if s * a <= s * amount]
    above = [a for a in good if s * a > s * amount]
    return below[-1:] + above[:1]


@given(ladders(), st.none() | st.integers(1, 100))
def test_the_reason_is_the_first_that_applies(ladder, current):
    s = ladder.sign
    for amount in AMOUNTS:
        refused = ladder.check(amount, current)
        if refused is None:
            continue
        if ladder.cap is not None and s * amount > s * ladder.cap:
            assert refused.reason == "ABOVE_CAP"
        elif not ladder.open(current):
            assert refused.reason == "CAP_REACHED"
        elif s * amount < s * ladder.minimum(current):
            assert refused.reason == ("BELOW_START" if current is None else "BELOW_MIN_NEXT")
        elif refused.reason == "NOT_ON_GRID":
            assert ladder.grid is Grid.MULTIPLE_OF_STEP
            assert (amount - ladder.start) % ladder.step
        else:
            assert refused.reason == "JUMP_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("amount", "current", "reason", "nearest"),
    [
        # DOMAIN S1: both too low and off the grid is too low.
        (10_050, 10_000, "BELOW_MIN_NEXT", (10_100, 10_200)),
        (10_150, 10_000, "NOT_ON_GRID", (10_100, 10_200)),
        (10_100, 10_000, None, ()),
        (9_999, None, "BELOW_START", (10_000, 10_100)),
        (10_000, None, None, ()),
    ],
)
def test_suzhou_ladder(amount, current, reason, nearest):
    refused = Ladder(10_000, 100, Grid.MULTIPLE_OF_STEP).check(amount, current)
    assert (refused.reason if refused else None) == reason
    assert (refused.nearest if refused else ()) == nearest


@pytest.mark.parametrize(("amount", "reason"), [(20_150, "BELOW_MIN_NEXT"), (20_255, None)])
def test_fujian_ladder_has_no_grid(amount, reason):
    refused = Ladder(20_000, 200).check(amount, 20_000)
    assert (refused.reason if refused else None) == reason


def test_next_step_only_allows_one_amount():
    # DOMAIN S17.
    ladder = Ladder(100_000, 1_000, max_jump=1)
    assert ladder.check(100_000, None) is None
    refused = ladder.check(102_000, 100_000)
    assert refused is not None
    assert (refused.reason, refused.nearest) == ("JUMP_NOT_ALLOWED", (101_000,))
    assert ladder.quick(100_000) == (101_000,)


def test_a_percentage_is_rounded_up_and_never_below_the_least_raise():
    ladder = Ladder(100, 7, basis_points=500)
    assert ladder.step_from(100) == 7
    assert ladder.step_from(1_001) == 51
    assert ladder.quick(1_000, 3) == (1_050, 1_103, 1_156)


def test_nothing_is_valid_beyond_what_stays_exact():
    ladder = Ladder(100, 10, Grid.MULTIPLE_OF_STEP)
    top = ladder.maximum(None)
    assert top <= LIMIT < top + 10
    assert ladder.check(top, None) is None
    over = ladder.check(LIMIT, None)
    assert over is not None
    assert over.reason == "NOT_ON_GRID"
    reached = ladder.check(top, top)
    assert reached is not None
    assert (reached.reason, reached.detail, reached.nearest) == ("CAP_REACHED", {"cap": top}, ())


def test_prices_fall_as_they_rise_with_the_sign_turned():
    rising, falling = Ladder(100, 10), Ladder(100, 10, sign=-1)
    assert falling.minimum(90) == 80
    assert falling.quick(90, 3) == (80, 70, 60)
    assert [100 - (a - 100) for a in rising.quick(110, 3)] == list(falling.quick(90, 3))
    assert falling.check(1, 20) is None
    assert replace(falling, step=30).open(25) is False


@pytest.mark.parametrize("sign", [1, -1])
def test_only_a_term_ends_a_ladder_that_people_are_told_of(sign):
    assert Ladder(4_000, 50, sign=sign).open_ended
    assert not Ladder(4_000, 50, sign=sign, cap=4_000 + sign * 500).open_ended
    assert not Ladder(4_000, 50, sign=sign, max_jump=3).open_ended


@pytest.mark.parametrize("grid", list(Grid))
def test_quick_amounts_begin_where_an_offer_gets_in(grid):
    """DESKS §4.1, quick bids: an amount that binds and brings nothing is no choice to be tapped."""
    rising = Ladder(4_000, 50, grid)
    assert rising.quick(None, 3, enter=4_500) == (4_500, 4_550, 4_600)
    assert rising.quick(4_450, 3, enter=4_500) == (4_500, 4_550, 4_600)
    # Who is beyond it already begins at the least raise.
    assert rising.quick(4_700, 2, enter=4_500) == (4_750, 4_800)
    assert Ladder(4_000, 50, grid, cap=4_550).quick(None, enter=4_500) == (4_500, 4_550)
    falling = Ladder(4_000, 50, grid, sign=-1)
    assert falling.quick(None, 3, enter=3_500) == (3_500, 3_450, 3_400)
