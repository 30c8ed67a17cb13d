"""Points for prices and for quality, in hundredths of a point (MECHANISMS M12).

Three formulas are relative: another offer changes the reference and with it everybody's points.
Each rounds once, half up to a hundredth, and a reference price half up to the smallest unit. Two
more give no points: a price is divided by what its quality makes of it, or what it will cost over
its life is added for each point it lacks, and nothing is rounded.
What is not here: who enters points, and how equal totals are told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from auction_rules.facts import Amount
from auction_rules.money import divide_half_up
from auction_rules.terms import Choice

POINT = 100
"""Hundredths to a point."""


class Formula(Choice):
    """How a price becomes points; the lowest price is the best in the first two."""

    LOWEST_RATIO = ("LOWEST_RATIO", "最低价比例法", "the lowest price over the price")
    LINEAR = ("LINEAR", "最低最高价线性插值法", "linear between the lowest and the highest")
    MEAN_DEDUCTION = ("MEAN_DEDUCTION", "基准价偏离扣分法", "deductions for distance from the mean")
    COEFFICIENT = ("COEFFICIENT", "报价除以质量系数法", "the price over a coefficient of quality")
    LIFE_CYCLE = (
        "LIFE_CYCLE",
        "全生命周期成本法（报价加规定的加价）",
        "life-cycle cost: the price and stated additions",
    )


BY_PRICE = frozenset({Formula.COEFFICIENT, Formula.LIFE_CYCLE})
"""Those that rank by an evaluated price, the lowest first, and not by points."""


def without_ends(values: Sequence[int]) -> list[int]:
    """In order, without one highest and one lowest; where that leaves nothing, all of them."""
    ordered = sorted(values)
    return ordered[1:-1] if len(ordered) > 2 else ordered


def mean(values: Sequence[int]) -> int:
    """Their average, half up; there must be some."""
    return divide_half_up(sum(values), len(values))


def evaluated(price: Amount, most: int, quality: int) -> Fraction:
    """The price over 1 + quality / most: the lower one is better, whatever the others offered."""
    return Fraction(price * most, most + quality)


def life_cycle(price: Amount, each: Amount, missing: int) -> Fraction:
    """The price and `each` for every point missing, told in hundredths: the lower one is better."""
    return price + Fraction(each * missing, POINT)


@dataclass(frozen=True, slots=True)
class PricePoints:
    """A formula with its numbers: `most` and the deductions in hundredths of a point."""

    formula: Formula
    most: int
    over: int = 0
    """Taken off for each per cent above the mean."""
    under: int = 0
    """Taken off for each per cent below it."""
    drop_ends: bool = False
    """Whether the highest and the lowest price stay out of the mean."""

    def of(self, price: Amount, prices: Sequence[Amount]) -> int:
        """Points for one of these prices, all at least one smallest unit; never below zero.

        Under those `BY_PRICE` they rank nobody, and tell how far a price is from the lowest one.
        """
        best, worst = min(prices), max(prices)
        if self.formula is Formula.LOWEST_RATIO or self.formula in BY_PRICE:
            return divide_half_up(best * self.most, price)
        if self.formula is Formula.LINEAR:
            spread = worst - best
            return divide_half_up((worst - price) * self.most, spread) if spread else self.most
        return self._from_mean(price, self.reference(prices))

    def reference(self, prices: Sequence[Amount]) -> Amount:
        """The mean that prices are held against (评标基准价)."""
        return mean(without_ends(prices) if self.drop_ends else prices)

    def _from_mean(self, price: Amount, reference: Amount) -> int:
        each = self.over if price > reference else self.under
        lost = divide_half_up(abs(price - reference) * 100 * each, reference)
        return max(0, self.most - lost)
