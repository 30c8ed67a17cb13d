"""轮次反向竞价 turn_rounds@1: sealed first offers, then rounds of turns (MECHANISMS M21).

Suppliers quote sealed at or below the ceiling. Then, round by round, each in turn may lower his
own offer by at least a step: the worst offer first, among equals the later one first. What is
offered in a turn is told when the turn ends. The lowest offer wins; among equals the earlier.
The three-round form is that of the Ukrainian national system; numbers and lengths are terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Floor, Offer
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Settlement
from auction_rules.says import CEILING, EARLIER, LOWEST, Says, both
from auction_rules.stages.rounds import Turns
from auction_rules.stages.sealed import Sealed
from auction_rules.steps import Ladder
from auction_rules.terms import (
    SECOND,
    Count,
    Moment,
    Money,
    RuleConfig,
    Seconds,
    Text,
    term,
    wrong,
)

QUOTING: Final[Text] = {"zh": "首次报价", "en": "First offers"}
TURNS: Final[Text] = {"zh": "轮次竞价", "en": "Rounds of turns"}


class TurnTerms(RuleConfig):
    """Terms of a reverse auction in turns."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "采购项目", "Purchase (Chinese)", default="采购项目"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "采购项目（英文）", "Purchase (English)", default="Purchase"
    )
    opens: Moment = term("首次报价开始时间", "First offers from", kind="instant")
    closes: Moment = term("首次报价截止时间", "First offers until", kind="instant")
    ceiling: Money = term("最高限价", "Ceiling", kind="money")
    step: Money = term("最小降价幅度", "Least decrement", kind="money", default=1)
    amendments: Count = term(
        "首次报价可修改次数", "Amendments of the first offer", kind="count", default=0
    )
    rounds: Annotated[int, Field(strict=True, ge=1, le=20)] = term(
        "轮数", "Rounds", kind="count", default=3
    )
    turn_seconds: Seconds = term("每次发言时长（秒）", "A turn (s)", kind="seconds", default=120)
    pause_seconds: Seconds = term(
        "轮间停顿（秒）", "Pause between rounds (s)", kind="seconds", default=120
    )
    lead_seconds: Seconds = term(
        "首轮前停顿（秒）", "Pause before the first round (s)", kind="seconds", default=300
    )
    min_offers: Count = term(
        "最少有效报价家数", "Least number of valid offers", kind="count", default=2
    )

    @model_validator(mode="after")
    def _together(self) -> TurnTerms:
        if self.closes <= self.opens:
            raise wrong("closes", "截止须晚于开始", "the close must be after the opening")
        if not 1 <= self.step <= self.ceiling:
            raise wrong(
                "step",
                "降价幅度须大于零且不超过最高限价",
                "the decrement must be more than zero and at most the ceiling",
            )
        if not self.turn_seconds:
            raise wrong("turn", "每次发言至少 1 秒", "a turn is at least one second")
        return self


class TurnRounds(Staged[TurnTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "turn_rounds"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "轮次反向竞价", "en": "Reverse auction in turns"}
    Config = TurnTerms
    example: ClassVar[Mapping[str, Any]] = {
        "opens": "2026-03-02T09:00:00+08:00",
        "closes": "2026-03-02T10:00:00+08:00",
        "ceiling": "500000",
        "step": "5000",
    }

    def stages(self, terms: TurnTerms) -> tuple[Stage, ...]:
        """Sealed first offers, then the turns."""
        ladder = Ladder(terms.ceiling, terms.step, sign=-1, ceiling=terms.ceiling)
        return (
            Sealed(
                id="quoting",
                title=QUOTING,
                ladder=ladder,
                leading=_leading,
                begins=terms.opens,
                ends=terms.closes,
                amendments=terms.amendments,
            ),
            Turns(
                id="turns",
                title=TURNS,
                ladder=ladder,
                order=_worst_first,
                leading=_leading,
                rounds=terms.rounds,
                length=terms.turn_seconds * SECOND,
                pause=terms.pause_seconds * SECOND,
                lead=terms.lead_seconds * SECOND,
                resume_policy=terms.resume,
            ),
        )

    def starts(self, terms: TurnTerms) -> Instant:
        """When first offers may be made."""
        return terms.opens

    def follows(self, floor: Floor[TurnTerms], closed: str) -> str | None:
        """Turns, if enough suppliers have an offer."""
        return "turns" if closed == "quoting" and _enough(floor) else None

    def finish(self, floor: Floor[TurnTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The lowest offer, if there were enough of them."""
        del now
        if not floor.standing.offers:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if not _enough(floor):
            return (Unsold("INSUFFICIENT_BIDDERS"),)
        best = _ranked(floor)[0]
        return (Awarded(best.bidder, None, best.amount, None, best.amount),)

    def least(self, floor: Floor[TurnTerms]) -> Amount | None:
        """The ceiling while first offers are taken; who has none then has no turn."""
        return floor.terms.ceiling if floor.standing.stage == "quoting" else None

    def ranking(self, floor: Floor[TurnTerms]) -> tuple[str, ...]:
        """Lowest first; among equals the earlier."""
        return tuple(o.key for o in _ranked(floor))

    def settlement(self, floor: Floor[TurnTerms]) -> Settlement:
        """Deal, and what it saves over the ceiling."""
        if not _enough(floor):
            return Settlement(0, 0, None)
        price, ceiling = _ranked(floor)[0].amount, floor.terms.ceiling
        saved = ceiling - price
        return Settlement(price, 0, None, saved=saved, saving_rate=rate(saved, ceiling))

    def says(self, terms: TurnTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        del terms
        order = both(
            "每轮由报价最差者先发言，最优者最后发言；报价相同的，后报者先发言",
            "in each round the worst offer has the first turn and the best the last; of equal "
            "offers the later one has its turn first",
        )
        turn = both(
            "每次发言须比本人原报价至少降低一个幅度；发言时段内可以收回本次报价，不发言的保留原报价",
            "in his turn each may go a decrement or more below his own offer, and may take that "
            "back until the turn ends; who does nothing keeps the offer he has",
        )
        return {
            "tie": (EARLIER, order),
            "step": (turn,),
            "ceiling": (CEILING,),
            "result": (LOWEST,),
        }

    def lots(self, terms: TurnTerms) -> tuple[Lot, ...]:
        """The one purchase."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def direction(self, terms: TurnTerms) -> int:
        """Lower is better."""
        del terms
        return -1


def _ranked(floor: Floor[TurnTerms]) -> list[Offer]:
    return sorted(floor.standing.offers.values(), key=lambda o: (o.amount, o.i))


def _worst_first(floor: Floor[TurnTerms]) -> tuple[str, ...]:
    # M21: worst to best, and among equals the later before the earlier: ranking turned round.
    return tuple(o.bidder for o in reversed(_ranked(floor)))


def _leading(floor: Floor[TurnTerms]) -> LeadersChanged:
    best = _ranked(floor)[:1]
    return LeadersChanged(tuple(o.key for o in best), best[0].amount if best else None)


def _enough(floor: Floor[TurnTerms]) -> bool:
    return len(floor.standing.offers) >= max(1, floor.terms.min_offers)


RULE: Final = TurnRounds()
