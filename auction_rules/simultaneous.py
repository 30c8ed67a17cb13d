"""多标的同步竞价 simultaneous@1: several lots rise together, round by round (MECHANISMS M15).

In every round each bidder may raise the high offer of any lots, as far as his eligibility goes;
all lots stay open until a round passes without a new offer for any of them. So nobody has to
settle for one lot before he knows what the others cost. Who stays inactive loses eligibility,
unless a waiver is used for him; later phases ask for more activity. Each high bidder pays his own
offer for each lot. A round's results stand at its end, the pause is for reading them.

Who withdraws a high offer owes, besides, what the lot then brings less (or, left unsold, a part of
his offer); later withdrawals count as what it brought. The figure is noted, and is no part of the
settlement: the house claims it from the deposit. Equal offers for a lot in one round: the earlier;
an order drawn once before the first round, fixed beforehand as in European allowance auctions; or
lots drawn after the round in which they were made, an own number for each offer.

What it is not: everybody begins with the same points, for a floor knows no payments and so not
what one has bought; bidders appear by their numbers alone, which is the anonymity there is; whether
one lot is worth anything without another is each bidder's own risk, there are no packages. The
three final rounds are told after the round the terms name, not when somebody finds it is time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules.facts import Amount, Awarded, FloorFact, Instant, Noted, Unsold
from auction_rules.floor import Floor, Offer
from auction_rules.money import divide_half_up, rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Settlement
from auction_rules.says import Says, both
from auction_rules.simultaneous_terms import SimultaneousTerms, Tie
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.lot_activity import Activity
from auction_rules.stages.lots import LotRounds, Pending
from auction_rules.terms import SECOND, Text

DRAWING: Final[Text] = {"zh": "抽定同价次序", "en": "Drawing the order among equals"}
ROUNDS: Final[Text] = {"zh": "同步竞价", "en": "Simultaneous rounds"}


_FROM_START: Final = both(
    "对各标的的首个报价不低于其起始价，此后每次报价至少在其最高报价上加一个增价幅度",
    "the first offer for a lot is at least its start price, and each later one at least a step above "
    "its high offer",
)


class Simultaneous(Staged[SimultaneousTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "simultaneous"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "多标的同步增价竞价", "en": "Simultaneous ascending auction"}
    Config = SimultaneousTerms
    example: ClassVar[Mapping[str, Any]] = {
        "items": [
            {"id": "L1", "zh": "一号摊位", "en": "Stall 1", "start_price": "1000", "step": "100"},
            {"id": "L2", "zh": "二号摊位", "en": "Stall 2", "start_price": "1000", "step": "100"},
        ],
        "opens": "2026-03-02T09:00:00+08:00",
        "eligibility_points": 2,
    }

    def stages(self, terms: SimultaneousTerms) -> tuple[Stage, ...]:
        """The rounds, and the draw where ties need one."""
        rounds = _rounds(terms)
        if terms.tie is Tie.EARLIER:
            return (rounds,)
        if terms.tie is Tie.DRAWN_ORDER:
            return (DrawStage("draw", DRAWING, _among, _everybody), rounds)
        return (rounds, DrawStage("draw", DRAWING, _this_round, rounds.undecided))

    def starts(self, terms: SimultaneousTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[SimultaneousTerms], closed: str) -> str | None:
        """The rounds follow the draw; a draw follows a round that lots must decide."""
        if closed == "draw":
            return "rounds"
        return "draw" if _rounds(floor.terms).undecided(floor) else None

    def finish(self, floor: Floor[SimultaneousTerms], now: Instant) -> tuple[FloorFact, ...]:
        """Each lot to its high bidder; a lot nobody wanted stays. What is owed for withdrawals."""
        del now
        high, owed = _high(floor), _owed(floor)
        if not high:
            return (*owed, Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"))
        return (*owed, *(Awarded(o.bidder, o.lot, o.amount, None, o.amount) for o in high))

    def least(self, floor: Floor[SimultaneousTerms]) -> Amount | None:
        """The least amount that any lot still asks for."""
        return _rounds(floor.terms).least(floor) if floor.standing.stage == "rounds" else None

    def ranking(self, floor: Floor[SimultaneousTerms]) -> tuple[str, ...]:
        """The high offers in the order of the lots, then the others by amount."""
        standing = floor.standing
        others = [o for key, o in standing.offers.items() if key not in standing.leaders]
        ranked = sorted(others, key=lambda o: (-o.amount, o.i, o.key))
        return (*standing.leaders, *(o.key for o in ranked))

    def settlement(self, floor: Floor[SimultaneousTerms]) -> Settlement:
        """Deals, and what they bring over the starts of the lots sold."""
        high = _high(floor)
        sold = {o.lot for o in high}
        total = sum(o.amount for o in high)
        base = sum(i.start_price for i in floor.terms.items if i.id in sold)
        return Settlement(total, total - base, rate(total - base, base) if high else None)

    def says(self, terms: SimultaneousTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        nothing = [both("报价", "an offer")]
        nothing += [both("豁免", "a waiver")] if terms.waivers else []
        nothing += [both("撤回", "a withdrawal")] if terms.withdrawals else []
        zh, en = ([text[lang] for text in nothing] for lang in ("zh", "en"))
        end = both(
            f"全部标的同时结束：最后阶段中某一轮没有{_listed(zh, '、', '和')}的，该轮结束即止；"
            "各标的由其最高报价者按其报价成交",
            "all lots end together, with the first round of the last phase without "
            f"{_listed(en, ', ', ' or ')}; each goes to its high bidder at his own offer",
        )
        owed = both(
            "撤回最高报价的，另付该标的其后少成交的差额",
            "who withdraws a high offer owes what the lot then brings less",
        )
        waived = both("，使用豁免的除外", ", unless he uses a waiver")
        unless = waived if terms.waivers else both("", "")
        active = both(
            "持有某标的最高报价或者在本轮对其报价的，计入该标的的点数；一轮中所用点数不足所须比例的，"
            f"自下一轮起资格减为所用点数除以该比例，舍去小数{unless['zh']}；资格不再增加",
            "who holds the high offer for a lot, or makes one in the round, uses its points; who uses "
            "less than the share required keeps, from the next round on, the points he used over "
            f"that share, rounded down{unless['en']}; nobody's points ever grow",
        )
        return {
            "step": (_FROM_START, active),
            "result": (end, owed) if terms.withdrawals else (end,),
        }

    def lots(self, terms: SimultaneousTerms) -> tuple[Lot, ...]:
        """The lots of the notice."""
        return tuple(Lot(i.id, {"zh": i.zh or i.id, "en": i.en or i.id}) for i in terms.items)


def _listed(words: list[str], comma: str, last: str) -> str:
    """One, or several with a word before the last."""
    return last.join([comma.join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _rounds(terms: SimultaneousTerms) -> LotRounds:
    ties = {Tie.EARLIER: _earlier, Tie.DRAWN_ORDER: _by_order, Tie.DRAWN_EACH_ROUND: _by_lot}
    return LotRounds(
        id="rounds",
        title=ROUNDS,
        ladders=terms.ladders(),
        points={i.id: i.points for i in terms.items},
        activity=Activity(
            terms.eligibility_points, terms.phases(), terms.waivers, terms.automatic_waivers
        ),
        tie=ties[terms.tie],
        length=terms.round_seconds * SECOND,
        pause=terms.pause_seconds * SECOND,
        resume_policy=terms.resume,
        draws=terms.tie is Tie.DRAWN_EACH_ROUND,
        withdrawals=terms.withdrawals,
        final_after=terms.final_rounds_after,
    )


def _high(floor: Floor[SimultaneousTerms]) -> list[Offer]:
    return [floor.standing.offers[key] for key in floor.standing.leaders]


def _owed(floor: Floor[SimultaneousTerms]) -> tuple[FloorFact, ...]:
    """For each withdrawn offer what the lot brought less; M15, as the FCC's rule has it."""
    gone: list[tuple[int, str, str, Amount]] = []
    for key, value in floor.standing.notes.items():
        if key.startswith("withdrawn "):
            _, offer, number = key.split(" ")
            bidder, _, lot = offer.partition("/")
            gone.append((int(number), bidder, lot, value))
    brought = {o.lot: o.amount for o in _high(floor)}
    facts: list[FloorFact] = []
    for round_, who, item, amount in sorted(gone):
        later = max((a for n, _, x, a in gone if n > round_ and x == item), default=0)
        owed = max(0, amount - max(later, brought.get(item, 0)))
        if owed and item not in brought:
            owed = divide_half_up(amount * floor.terms.withdrawal_basis_points, 10_000)
        if owed:
            facts.append(Noted(f"owes {who}/{item} {round_}", owed))
    return tuple(facts)


def _among(floor: Floor[SimultaneousTerms]) -> str:
    del floor
    return "order among equal offers"


def _this_round(floor: Floor[SimultaneousTerms]) -> str:
    return f"equal offers of round {floor.standing.notes['rounds']}"


def _everybody(floor: Floor[SimultaneousTerms]) -> tuple[str, ...]:
    return tuple(floor.entrants)


def _earlier(floor: Floor[SimultaneousTerms], offer: Pending) -> tuple[int, ...]:
    del floor
    return (offer.i,)


def _by_order(floor: Floor[SimultaneousTerms], offer: Pending) -> tuple[int, ...]:
    order = floor.standing.order
    # Somebody admitted after the draw comes after all who were in it.
    return (order.index(offer.bidder) if offer.bidder in order else len(order),)


def _by_lot(floor: Floor[SimultaneousTerms], offer: Pending) -> tuple[int, ...]:
    order = floor.standing.order
    # Only equal best offers are drawn for; no others are compared by this.
    return (order.index(offer.key) if offer.key in order else len(order),)


RULE: Final = Simultaneous()
