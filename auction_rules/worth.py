"""What a price per unit of quantity comes to, in money, and how large a price may be.

The settlement is in yuan to the fen where the price unit says what it is worth in fen, else in
the price unit itself. One rounding in the whole module: each total half up to its smallest unit.
"""

from __future__ import annotations

from auction_rules.facts import Amount
from auction_rules.money import LIMIT, divide_half_up, ten_to
from auction_rules.terms import YUAN, Unit


def settled_in(unit: Unit) -> Unit:
    """Yuan to the fen for prices whose unit is worth so many; else the price unit."""
    return YUAN if unit.fen else unit


def total_of(unit: Unit, quantity_unit: Unit, price: Amount, quantity: Amount) -> Amount:
    """The price of the quantity in the settlement unit, rounded half up."""
    return divide_half_up(price * (unit.fen or 1) * quantity, ten_to(quantity_unit.scale))


def highest_price(unit: Unit, quantity_unit: Unit, quantity: Amount, parts: int) -> Amount:
    """The largest price at which `quantity` in `parts` totals is still an exact JSON integer."""
    units = ten_to(quantity_unit.scale)
    # Each of the totals may be rounded up by less than one.
    return max(0, min(LIMIT, (LIMIT - parts) * units // ((unit.fen or 1) * max(1, quantity))))
