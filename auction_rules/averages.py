"""Averages of offers, trimmed on both sides, with every rounding named.

Published rules say "leave out the highest and the lowest ten per cent" and not how ten per cent
of a number of offers is rounded; here it is a term. The average itself is rounded half up to
the smallest unit of the prices. What is not here: weights and drawn coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence

from auction_rules.facts import Amount
from auction_rules.money import divide_half_up, divide_up
from auction_rules.terms import Choice

_WHOLE = 10_000


class TrimRounding(Choice):
    """How many offers a share of them is."""

    DOWN = ("DOWN", "向下取整", "rounded down")
    HALF_UP = ("HALF_UP", "四舍五入", "rounded half up")
    UP = ("UP", "向上取整", "rounded up")


def trimmed(values: Sequence[Amount], basis_points: int, rounding: TrimRounding) -> list[Amount]:
    """What is left, in order, without so many of the highest and as many of the lowest.

    The share is of all the values and applies to each side. Where it would leave nothing, nothing
    is left out: an average of no offer is not an average.
    """
    ordered = sorted(values)
    share = len(ordered) * basis_points
    if rounding is TrimRounding.DOWN:
        count = share // _WHOLE
    elif rounding is TrimRounding.UP:
        count = divide_up(share, _WHOLE)
    else:
        count = divide_half_up(share, _WHOLE)
    return ordered if 2 * count >= len(ordered) else ordered[count : len(ordered) - count]


def trimmed_mean(
    values: Sequence[Amount], basis_points: int, rounding: TrimRounding
) -> Amount | None:
    """Their average, half up to the smallest unit; None when there are none."""
    left = trimmed(values, basis_points, rounding)
    return divide_half_up(sum(left), len(left)) if left else None
