"""The tie chain: who must be told apart, in which rooms, and in what order they then stand."""

import pytest

from auction_rules.facts import Drawn, FloorFact, LeadersChanged, OfferStood
from auction_rules.floor import Entrant, Floor, Standing
from auction_rules.terms import Resume
from auction_rules.ties import DRAW, LINKS, ROUND, ExitTie, Tie, TieChain

SLOT = "clock"


def chain(choice=Tie.SEALED_ROUND, *, room=1, sign=1, tail=False):
    return TieChain(
        choice,
        sign,
        60,
        Resume.REMAINING,
        tied=lambda floor: tuple(o for o in floor.standing.offers.values() if o.slot == SLOT),
        room=lambda _floor: room,
        tail=tail,
    )


def floor(level, sealed=(), drawn=()):
    """All level at 100 with these quantities; then sealed offers, then the lots."""
    start = Floor(None, Standing(), {b: Entrant(b) for b in "ABCD"}, 1)
    facts: list[FloorFact] = [OfferStood(b, None, 100, quantity, SLOT) for b, quantity in level]
    facts += [OfferStood(b, None, amount, None) for b, amount in sealed]
    if drawn:
        facts.append(Drawn("tie", "5eed", tuple(drawn)))
    return start.after(facts, 1)


ONE_EACH = (("A", None), ("B", None), ("C", None))


@pytest.mark.parametrize(
    ("room", "tail", "level", "sealed", "apart"),
    [
        (1, False, ONE_EACH[:1], (), ""),
        (1, False, ONE_EACH, (), "ABC"),
        (3, False, ONE_EACH, (), ""),
        (0, False, ONE_EACH, (), ""),
        (1, False, ONE_EACH, (("B", 101),), ""),
        (1, False, ONE_EACH, (("B", 101), ("C", 101)), "BC"),
        (2, False, ONE_EACH, (("B", 101),), "AC"),
        (2, False, ONE_EACH, (("A", 102), ("C", 101)), ""),
        (5, False, (("A", 3), ("B", 3)), (), "AB"),
        (6, False, (("A", 3), ("B", 3)), (), ""),
        # One alone does not fit: there is nobody to tell him from, unless others may follow.
        (5, False, (("A", 6), ("B", 2)), (("A", 101),), ""),
        (5, True, (("A", 6), ("B", 2)), (("A", 101),), "AB"),
    ],
)
def test_who_is_level_where_the_supply_runs_out(room, tail, level, sealed, apart):
    offers = tuple((b, q) for b, q in level)
    here = floor(offers)
    facts = [OfferStood(b, None, amount, dict(level)[b]) for b, amount in sealed]
    assert chain(room=room, tail=tail).level(here.after(facts, 2)) == tuple(apart)


@pytest.mark.parametrize(
    ("choice", "closed", "sealed", "next_room"),
    [
        (Tie.DRAW, "clock", (), DRAW),
        (Tie.DRAW, DRAW, (), None),
        (Tie.SEALED_ROUND, "clock", (), ROUND),
        (Tie.SEALED_ROUND, ROUND, (), DRAW),
        (Tie.SEALED_ROUND, ROUND, (("B", 101),), None),
        (Tie.SEALED_ROUND, DRAW, (), None),
        (ExitTie.EARLIER, "clock", (), None),
    ],
)
def test_the_rooms_of_the_chain_in_their_order(choice, closed, sealed, next_room):
    assert chain(choice).follows(floor(ONE_EACH, sealed), closed) == next_room


@pytest.mark.parametrize("choice", [*Tie, *ExitTie])
def test_every_choice_has_its_rooms(choice):
    assert tuple(stage.id for stage in chain(choice).stages()) == LINKS[choice]


@pytest.mark.parametrize(
    ("sign", "sealed", "drawn", "order"),
    [
        (1, (), "", "ABC"),
        (1, (), "CAB", "CAB"),
        (1, (("B", 105),), "", "BAC"),
        (1, (("B", 105), ("C", 105)), "CB", "CBA"),
        (-1, (("B", 95),), "CA", "BCA"),
        # A worse sealed offer cannot be made; were there one, the level price would stand.
        (1, (("A", 99),), "", "ABC"),
    ],
)
def test_order(sign, sealed, drawn, order):
    here = floor(ONE_EACH, sealed, drawn)
    best = chain(sign=sign).best(here)
    assert "".join(o.bidder for o in best) == order
    assert chain(sign=sign).leading(here) == LeadersChanged(tuple(order), best[-1].amount)
