"""Sharing out a quota among offers in rank order.

Pure arithmetic over (bidder, quantity) in rank order; DOMAIN §1 shows that SKIP and STOP
can differ by a whole parcel, so the choice is printed in the terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from auction_rules.facts import Amount
from auction_rules.money import divide_up
from auction_rules.terms import Choice


class Misfit(Choice):
    """What happens to the first offer that no longer fits."""

    SKIP = ("SKIP", "跳过，由后序能容纳者递补", "skip it; later ones that fit are taken")
    STOP = ("STOP", "到此为止", "stop there")
    PARTIAL = ("PARTIAL", "给予剩余部分", "grant the remainder")


@dataclass(frozen=True, slots=True)
class Share:
    """What one bidder is granted."""

    bidder: str
    quantity: Amount


def fill(ranked: Iterable[tuple[str, Amount]], quota: Amount, misfit: Misfit) -> tuple[Share, ...]:
    """Grants in rank order; their sum never exceeds the quota."""
    left = quota
    granted: list[Share] = []
    for bidder, quantity in ranked:
        if quantity <= left:
            granted.append(Share(bidder, quantity))
            left -= quantity
        elif misfit is Misfit.STOP:
            break
        elif misfit is Misfit.PARTIAL:
            if left:
                granted.append(Share(bidder, left))
            break
    return tuple(granted)


class Pricing(Choice):
    """What winners pay for a unit (MECHANISMS M08, M09, M13)."""

    PAY_AS_BID = ("PAY_AS_BID", "按各自报价", "each his own price")
    LOWEST_ACCEPTED = ("LOWEST_ACCEPTED", "统一按最低成交报价", "all the lowest accepted price")
    HIGHEST_REJECTED = (
        "HIGHEST_REJECTED",
        "统一按最高落选报价",
        "all the highest rejected price",
    )


class ShareRounding(Choice):
    """How a share pro rata is rounded before what is left over is dealt out."""

    DOWN = ("DOWN", "份额向下取整到最小单位", "shares down to the smallest unit")
    PERCENT_UP = (
        "PERCENT_UP",
        "统一比例向上取整到万分之一",
        "one common rate, rounded up to 0.01 %",
    )


class Residue(Choice):
    """Where the units go that rounding left over."""

    EARLIER = ("EARLIER", "按先后逐个单位补足", "one unit each, earlier offers first")
    LARGEST_REMAINDER = (
        "LARGEST_REMAINDER",
        "按余数大小逐个单位补足",
        "one unit each, largest remainder first",
    )
    UNALLOCATED = ("UNALLOCATED", "不再分配", "they stay unsold")


@dataclass(frozen=True, slots=True)
class Wish:
    """A line of demand: the offer's key, whose it is, its unit price and its quantity."""

    key: str
    bidder: str
    price: Amount
    quantity: Amount


def uniform_price(
    won: Sequence[Amount],
    lost: Sequence[Amount],
    pricing: Pricing,
    least: Amount,
    sign: int = 1,
) -> Amount | None:
    """The one price of all winners; None where each pays his own.

    `least` is the reserve or the start: the price when nothing was rejected, and never is the
    highest rejected price worse than it (MECHANISMS M09: `max(reserve, 2nd)`).
    """
    if pricing is Pricing.PAY_AS_BID:
        return None
    if pricing is Pricing.LOWEST_ACCEPTED:
        return sign * min((sign * price for price in won), default=sign * least)
    return sign * max(sign * price for price in (least, *lost))


def pro_rata(
    wants: Sequence[Amount], supply: Amount, rounding: ShareRounding, residue: Residue
) -> tuple[Amount, ...]:
    """What each of these equal wishes gets of a supply that may not suffice, in the same order.

    No one gets more than he wants, and the sum never exceeds the supply. With PERCENT_UP the
    grants may run out: then the last ones in order get what is left (the rounding of the
    United States Treasury at the stop-out rate, MECHANISMS M13).
    """
    demand = sum(wants)
    if demand <= supply:
        return tuple(wants)
    part, whole = (supply, demand)
    if rounding is ShareRounding.PERCENT_UP:
        part, whole = divide_up(supply * 10_000, demand), 10_000
    left, shares = supply, []
    for want in wants:
        shares.append(min(want * part // whole, want, left))
        left -= shares[-1]
    order = list(range(len(wants)))
    if residue is Residue.LARGEST_REMAINDER:
        order.sort(key=lambda n: (-(wants[n] * part % whole), n))
    while left and residue is not Residue.UNALLOCATED:
        # Demand is more than supply, so somebody still wants a unit.
        for n in order:
            if left and shares[n] < wants[n]:
                shares[n] += 1
                left -= 1
    return tuple(shares)


def fill_pro_rata(
    ranked: Sequence[Wish], supply: Amount, rounding: ShareRounding, residue: Residue
) -> tuple[Amount, ...]:
    """Grants by price, best first; at the price where the supply ends, pro rata to the wishes.

    One grant for each wish, in the same order; zero for those below the margin.
    """
    grants: list[Amount] = []
    left, start = supply, 0
    while start < len(ranked):
        price = ranked[start].price
        stop = next((n for n in range(start, len(ranked)) if ranked[n].price != price), len(ranked))
        shares = pro_rata([w.quantity for w in ranked[start:stop]], left, rounding, residue)
        grants += shares
        # What is left unallocated at the margin is not for the prices below it.
        short = sum(w.quantity for w in ranked[start:stop]) > left
        left = 0 if short else left - sum(shares)
        start = stop
    return tuple(grants)


def one_lot_each(
    lots: Iterable[tuple[str, Amount, Sequence[str]]],
    exclusive: Sequence[Sequence[str]] = (),
    limit: Amount | None = None,
    party: Callable[[str], str] = lambda bidder: bidder,
) -> tuple[tuple[str, str], ...]:
    """(lot, winner) for each lot that finds one: id, quantity, and bidders best first.

    The lots go in the order given, which the notice names. Whoever won a lot of an exclusive
    group (互斥) is void for its other lots, and so is whoever would come to hold more than
    `limit` in all; and with him all of his `party`, a consortium for one (DOMAIN §13).
    """
    won: list[tuple[str, str]] = []
    held: dict[str, Amount] = {}
    taken: list[tuple[str, str]] = []
    for lot, quantity, bidders in lots:
        rivals = [other for group in exclusive if lot in group for other in group]
        for bidder in bidders:
            whose = party(bidder)
            barred = any((other, whose) in taken for other in rivals)
            total = held.get(whose, 0) + quantity
            if not barred and (limit is None or total <= limit):
                won.append((lot, bidder))
                taken.append((lot, whose))
                held[whose] = total
                break
    return tuple(won)
