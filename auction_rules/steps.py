"""The price ladder: which amounts may come next.

One arithmetic for both directions: with sign +1 prices rise, with -1 they fall, and
everywhere `sign * (amount - current) >= step`.
"""

from __future__ import annotations

from dataclasses import dataclass

from auction_rules.facts import Amount
from auction_rules.money import LIMIT, divide_up
from auction_rules.rule import Refuse
from auction_rules.terms import Choice


class Grid(Choice):
    """DOMAIN §2.2: Fujian asks only for the minimum raise, Taicang for whole steps."""

    MIN_STEP = ("MIN_STEP", "不低于一个增价幅度即可", "at least one step")
    MULTIPLE_OF_STEP = ("MULTIPLE_OF_STEP", "增价幅度的整数倍", "whole multiples of the step")


class StepKind(Choice):
    """A step in money, or in basis points of the current price (rounded up)."""

    AMOUNT = ("AMOUNT", "固定金额", "fixed amount")
    PERCENT = ("PERCENT", "当前价的百分比", "percent of the current price")


@dataclass(frozen=True, slots=True)
class Ladder:
    """Start, step, grid, cap and jump limit, all in the smallest unit."""

    start: Amount
    step: Amount
    grid: Grid = Grid.MIN_STEP
    basis_points: int = 0
    cap: Amount | None = None
    max_jump: int | None = None
    sign: int = 1
    ceiling: Amount | None = None
    """最高限价 of a reverse auction: an offer above it is invalid, whatever else it is."""
    limit: Amount = LIMIT
    """No amount beyond this: what is worked out from it must still fit an exact JSON integer."""

    def step_from(self, current: Amount) -> Amount:
        """The step that applies at this price; a percentage is rounded up, never below one."""
        if self.basis_points:
            return max(1, self.step, divide_up(current * self.basis_points, 10_000))
        return max(1, self.step)

    def minimum(self, current: Amount | None) -> Amount:
        """The least raise (or reduction) that is valid next; the start when nothing stands."""
        if current is None:
            return self.start
        least = current + self.sign * self.step_from(current)
        if self.grid is Grid.MULTIPLE_OF_STEP:
            beyond = self.sign * (least - self.start)
            return self.start + self.sign * divide_up(beyond, self.step) * self.step
        return least

    def maximum(self, current: Amount | None) -> Amount:
        """The farthest amount that is valid next: the cap, the jump limit, or the largest there is."""
        ends = [self.limit if self.sign > 0 else 1]
        if self.cap is not None:
            ends.append(self.cap)
        if self.max_jump is not None:
            # A jump is counted from the least valid amount: 1 allows that amount alone.
            ends.append(self.minimum(current) + self.sign * (self.max_jump - 1) * self.step)
        return self._on_grid_within(min(ends) if self.sign > 0 else max(ends))

    @property
    def open_ended(self) -> bool:
        """Whether the farthest amount is no term's, but where exact integers end."""
        return self.cap is None and self.max_jump is None

    def open(self, current: Amount | None) -> bool:
        """Whether any amount is valid next."""
        return self.sign * (self.maximum(current) - self.minimum(current)) >= 0

    def end(self, current: Amount | None) -> dict[str, Amount]:
        """The detail of a refusal when nothing is valid any more."""
        return {"cap": self.maximum(current) if self.cap is None else self.cap}

    def check(self, amount: Amount, current: Amount | None) -> Refuse | None:
        """None when valid, else the refusal. Order of DOMAIN §13: cap, minimum, grid, jump."""
        least, s = self.minimum(current), self.sign
        if self.ceiling is not None and amount > self.ceiling:
            return Refuse("ABOVE_CEILING", {"cap": self.ceiling}, self.nearest(amount, current))
        above = self.cap is not None and s * (amount - self.cap) > 0
        if not self.open(current):
            # DOMAIN S6: with the cap reached there is no minimum left to name.
            return Refuse("ABOVE_CAP" if above else "CAP_REACHED", self.end(current))
        reason = None
        if above:
            reason = "ABOVE_CAP"
        elif s * (amount - least) < 0:
            reason = "BELOW_START" if current is None else "BELOW_MIN_NEXT"
        elif self.grid is Grid.MULTIPLE_OF_STEP and (amount - self.start) % self.step:
            reason = "NOT_ON_GRID"
        elif s * (amount - self.maximum(current)) > 0:
            reason = "JUMP_NOT_ALLOWED"
        if reason is None:
            return None
        detail = {"minimum": least, "step": self.step_from(current or self.start)}
        if self.cap is not None:
            detail["cap"] = self.cap
        return Refuse(reason, detail, self.nearest(amount, current))

    def nearest(self, amount: Amount, current: Amount | None) -> tuple[Amount, ...]:
        """The valid amounts closest to the one asked for: below and above it, where they exist."""
        if not self.open(current):
            return ()
        least, most, s = self.minimum(current), self.maximum(current), self.sign
        if s * (amount - least) <= 0:
            second = least + s * self.step_from(least)
            return (least, second) if s * (most - second) >= 0 else (least,)
        if s * (amount - most) >= 0:
            return (most,)
        below = self._on_grid_within(amount)
        above = below + s * self.step
        return (below, above) if s * (most - above) >= 0 else (below,)

    def within(self, amount: Amount) -> Amount:
        """The farthest amount on the grid that does not go beyond this one."""
        return self._on_grid_within(amount)

    def reaching(self, amount: Amount) -> Amount:
        """The nearest amount on the grid that reaches this one."""
        inside = self._on_grid_within(amount)
        return inside if inside == amount else inside + self.sign * self.step

    def _on_grid_within(self, amount: Amount) -> Amount:
        if self.grid is Grid.MULTIPLE_OF_STEP:
            return amount - self.sign * (self.sign * (amount - self.start) % self.step)
        return amount

    def quick(
        self, current: Amount | None, count: int = 8, enter: Amount | None = None
    ) -> tuple[Amount, ...]:
        """Up to `count` valid amounts from the least one upwards.

        With `enter`, from the amount that gets him in: less would bind him and bring him nothing.
        """
        if not self.open(current):
            return ()
        least, most, s = self.minimum(current), self.maximum(current), self.sign
        if enter is not None and s * (enter - least) > 0:
            least = enter
        width = self.step if self.grid is Grid.MULTIPLE_OF_STEP else self.step_from(least)
        rungs = (least + s * width * n for n in range(count))
        return tuple(r for r in rungs if s * (most - r) >= 0)
