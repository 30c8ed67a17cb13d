"""Steps that grow with the price (加价幅度分组): a ladder with a table of steps.

The row with the highest `from_price` not above the price that stands gives the step; below the
first row it is the step of the terms. It has no grid: whole multiples of changing steps mean
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from auction_rules.facts import Amount
from auction_rules.steps import Ladder
from auction_rules.terms import Money, term


class StepTier(BaseModel):
    """One row: from this price on, this step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_price: Money = term("当前价达到", "From", kind="money")
    step: Money = term("增价幅度", "Step", kind="money")


@dataclass(frozen=True, slots=True)
class TieredLadder(Ladder):
    """A ladder whose step is looked up; `tiers` are (from, step), rising."""

    tiers: tuple[tuple[Amount, Amount], ...] = ()

    def step_from(self, current: Amount) -> Amount:
        """The step of the row that the price has reached."""
        reached = [step for least, step in self.tiers if current >= least]
        return reached[-1] if reached else Ladder.step_from(self, current)


def rising(start: Amount, tiers: tuple[StepTier, ...]) -> bool:
    """Whether the rows begin above the start and rise, each with a step."""
    prices = [start, *(row.from_price for row in tiers)]
    return prices == sorted(set(prices)) and all(row.step > 0 for row in tiers)
