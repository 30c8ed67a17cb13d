"""What a price per unit of quantity comes to, in money, and how large a price may be.

The settlement is in yuan to the fen where the price unit says what it is worth in fen, else in
the price unit itself. One rounding in the whole module: each total half up to its smallest unit.
"""

from __future__ import annotations

from auction_rules.facts import Amount
from auction_rules.money import LIMIT, divide_half_up, ten_to
from auction_rules.terms import YUAN, Unit
from auction_rules.unit_names import counted_otherwise


def settled_in(unit: Unit) -> Unit:
    """Yuan to the fen for prices whose unit is worth so many; else the price unit."""
    return YUAN if unit.fen else unit


def total_of(unit: Unit, quantity_unit: Unit, price: Amount, quantity: Amount) -> Amount:
    """The price of the quantity in the settlement unit, rounded half up."""
    return divide_half_up(price * (unit.fen or 1) * quantity, ten_to(quantity_unit.scale))


def units_problem(unit: Unit, quantity_unit: Unit) -> tuple[str, str, str] | None:
    """Why a price in `unit` cannot be multiplied by such a quantity: code, Chinese, English.

    A price per mu times square metres is money too, and the wrong sum.
    """
    names = ((unit.zh, quantity_unit.zh), (unit.en, quantity_unit.en))
    if not any(counted_otherwise(price, quantity) for price, quantity in names):
        return None
    return (
        "quantity_unit",
        f"面积或数量单位“{quantity_unit.zh}”与计价单位“{unit.zh}”中的单位不一致",
        f"quantities are in “{quantity_unit.en}”, and prices in “{unit.en}”: not per the same unit",
    )


def highest_price(unit: Unit, quantity_unit: Unit, quantity: Amount, parts: int) -> Amount:
    """The largest price at which `quantity` in `parts` totals is still an exact JSON integer."""
    units = ten_to(quantity_unit.scale)
    # Each of the totals may be rounded up by less than one.
    return max(0, min(LIMIT, (LIMIT - parts) * units // ((unit.fen or 1) * max(1, quantity))))
