"""先公开后密封 open_closed@1: open falling offers, a random end, sealed finals of the best (M22).

First every offer must fall below the best by a step. Then a last stretch ends at a moment that a
committed seed has fixed. The best and all within a margin of it, or the best few where those are
too few, may each make one sealed final below their own offer; who makes none keeps what he has.
The lowest wins; among equals the earlier. The Brazilian form has fifteen minutes, up to ten,
five, a margin of ten per cent, and three at least (recalled); all of them are terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from auction_rules.draw_terms import DrawTerms, Source, draws_of
from auction_rules.facts import (
    Amount,
    Awarded,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    Unsold,
)
from auction_rules.floor import Floor, Offer
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Refuse, Settlement
from auction_rules.says import CEILING, EARLIER, KEPT, LOWEST, Says, both
from auction_rules.stages.candle import Candle, EndSeed
from auction_rules.stages.outcry import Outcry
from auction_rules.stages.sealed import Sealed
from auction_rules.steps import Ladder
from auction_rules.succession import next_at_own_price
from auction_rules.terms import (
    SECOND,
    Count,
    Moment,
    Money,
    Seconds,
    Text,
    term,
    wrong,
)

BIDDING: Final[Text] = {"zh": "公开竞价", "en": "Open bidding"}
STRETCH: Final[Text] = {"zh": "随机截止时段", "en": "Last stretch, random end"}
SEED: Final[Text] = {"zh": "揭示随机种子", "en": "Showing the seed"}
FINAL: Final[Text] = {"zh": "密封终次报价", "en": "Sealed finals"}
_WHOLE: Final = 10_000


class OpenClosedTerms(DrawTerms):
    """Terms of an open and closed reverse auction."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "采购项目", "Purchase (Chinese)", default="采购项目"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "采购项目（英文）", "Purchase (English)", default="Purchase"
    )
    opens: Moment = term("公开竞价开始时间", "Opens", kind="instant")
    open_seconds: Seconds = term(
        "公开竞价时长（秒）", "Open bidding (s)", default=900, kind="seconds"
    )
    random_seconds: Seconds = term(
        "随机截止时段最长（秒）", "Longest last stretch (s)", default=600, kind="seconds"
    )
    end_commit: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = term(
        "随机种子的 SHA-256",
        "SHA-256 of the seed",
        help_zh="种子在公告前选定并密封保管，随机截止时段结束后揭示；指定了摇号方式的不填",
        help_en="The seed is chosen before publication, kept sealed, and shown after the stretch; "
        "nothing where the terms name another source of chance",
        default=None,
    )
    ceiling: Money = term("最高限价", "Ceiling", kind="money")
    step: Money = term("降价幅度", "Decrement", kind="money", default=1)
    margin_basis_points: Annotated[int, Field(strict=True, ge=0, le=_WHOLE)] = term(
        "入围幅度（高于最低价的万分之）",
        "Margin above the best to go on (basis points)",
        kind="count",
        default=1_000,
    )
    least_finalists: Count = term(
        "入围不足时按名次取前几家", "Finalists at least, by rank", kind="count", default=3
    )
    final_seconds: Seconds = term("终次报价时长（秒）", "Finals (s)", default=300, kind="seconds")

    @model_validator(mode="after")
    def _together(self) -> OpenClosedTerms:
        if not (self.open_seconds and self.random_seconds and self.final_seconds):
            raise wrong("length", "各阶段至少 1 秒", "each stage is at least one second")
        if problem := _source(self):
            raise wrong(*problem)
        if not 1 <= self.step <= self.ceiling:
            raise wrong(
                "step",
                "降价幅度须大于零且不超过最高限价",
                "the decrement must be more than zero and at most the ceiling",
            )
        return self


def _source(c: OpenClosedTerms) -> tuple[str, str, str] | None:
    source = draws_of(c).source
    if source is Source.BALLS:
        return ("draws", "随机截止不能以摇球确定", "balls give an order, not an end")
    if (source is Source.OFFICERS) != (c.end_commit is not None):
        return (
            "end_commit",
            "须公布种子的 SHA-256，或者指定摇号方式，二者择一",
            "publish the SHA-256 of a seed, or name a source of chance: one of the two",
        )
    return None


class OpenClosed(Staged[OpenClosedTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "open_closed"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {
        "zh": "先公开后密封反向竞价",
        "en": "Open, then closed, reverse auction",
    }
    Config = OpenClosedTerms
    example: ClassVar[Mapping[str, Any]] = {
        "opens": "2026-03-02T09:00:00+08:00",
        "ceiling": "100000",
        "step": "100",
        # SHA-256 of the text "sample": a real seed is long and secret.
        "end_commit": "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf",
    }

    def stages(self, terms: OpenClosedTerms) -> tuple[Stage, ...]:
        """Open, last stretch, seed, finals."""
        return (
            _outcry(terms, "open", BIDDING, terms.open_seconds),
            Candle(_outcry(terms, "stretch", STRETCH, terms.random_seconds)),
            EndSeed("seed", SEED, terms.end_commit, terms.random_seconds, _leading, _entitled),
            Sealed(
                id="final",
                title=FINAL,
                ladder=_ladder(terms),
                leading=_leading,
                length=terms.final_seconds * SECOND,
                right=_finalist,
                current=_own,
                tally="finals",
            ),
        )

    def starts(self, terms: OpenClosedTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[OpenClosedTerms], closed: str) -> str | None:
        """One after the other; without an offer that counts there are no finals."""
        if closed == "seed":
            return "final" if floor.standing.offers else None
        return {"open": "stretch", "stretch": "seed"}.get(closed)

    def finish(self, floor: Floor[OpenClosedTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The lowest offer wins."""
        del now
        ranked = _ranked(floor)
        if not ranked:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        best = ranked[0]
        return (Awarded(best.bidder, None, best.amount, None, best.amount),)

    def least(self, floor: Floor[OpenClosedTerms]) -> Amount | None:
        """A step below the best while bidding is open."""
        if floor.standing.stage not in ("open", "stretch"):
            return None
        ladder, top = _ladder(floor.terms), _top(floor, "")
        return ladder.minimum(top) if ladder.open(top) else None

    def ranking(self, floor: Floor[OpenClosedTerms]) -> tuple[str, ...]:
        """Lowest first; among equals the earlier."""
        return tuple(o.key for o in _ranked(floor))

    def next_award(self, floor: Floor[OpenClosedTerms], gone: frozenset[str]) -> Awarded | Refuse:
        """The next lowest, at his own offer."""
        return next_at_own_price(floor, _ranked(floor), gone)

    def settlement(self, floor: Floor[OpenClosedTerms]) -> Settlement:
        """Deal, and what it saves over the ceiling."""
        ranked, ceiling = _ranked(floor), floor.terms.ceiling
        if not ranked:
            return Settlement(0, 0, None)
        awards = floor.standing.awards
        price = awards[0].total if awards else ranked[0].amount
        saved = ceiling - price
        return Settlement(price, 0, None, saved=saved, saving_rate=rate(saved, ceiling))

    def says(self, terms: OpenClosedTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        del terms
        chosen = both(
            "随机截止时刻由公告前承诺的种子确定，种子在时段结束后揭示；晚于该时刻的报价不计入",
            "the random end is fixed by a seed committed to before publication and shown after the "
            "stretch; offers later than that instant do not count",
        )
        finals = both(
            "入围者在终次报价中须比本人报价至少降低一个幅度",
            "in the finals each must go a decrement below his own offer",
        )
        return {
            "tie": (EARLIER,),
            "step": (finals, KEPT),
            "ceiling": (CEILING,),
            "extension": (chosen,),
            "result": (LOWEST,),
        }

    def lots(self, terms: OpenClosedTerms) -> tuple[Lot, ...]:
        """The one purchase."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def direction(self, terms: OpenClosedTerms) -> int:
        """Lower is better."""
        del terms
        return -1


def finalists(ranked: list[Offer], margin: int, least: int) -> tuple[str, ...]:
    """The best and all within `margin` basis points above it; else the best `least` by rank."""
    if not ranked:
        return ()
    # amount <= best × (1 + margin), in whole numbers: nothing is rounded.
    reach = ranked[0].amount * (_WHOLE + margin)
    near = [o for o in ranked if o.amount * _WHOLE <= reach]
    return tuple(o.bidder for o in (near if len(near) >= least else ranked[:least]))


def _entitled(floor: Floor[OpenClosedTerms]) -> Entitled:
    terms = floor.terms
    chosen = finalists(_ranked(floor), terms.margin_basis_points, terms.least_finalists)
    return Entitled("final", chosen)


def _outcry(terms: OpenClosedTerms, name: str, title: Text, seconds: int) -> Outcry:
    return Outcry(
        id=name,
        kind="timed",
        title=title,
        ladder=_ladder(terms),
        to_beat=_top,
        leading=_leading,
        quantity=_no_quantity,
        resume_policy=terms.resume,
        length=seconds * SECOND,
    )


def _ladder(terms: OpenClosedTerms) -> Ladder:
    return Ladder(terms.ceiling, terms.step, sign=-1, ceiling=terms.ceiling)


def _ranked(floor: Floor[OpenClosedTerms]) -> list[Offer]:
    return sorted(floor.standing.offers.values(), key=lambda o: (o.amount, o.i))


def _leading(floor: Floor[OpenClosedTerms]) -> LeadersChanged:
    best = _ranked(floor)[:1]
    return LeadersChanged(tuple(o.key for o in best), best[0].amount if best else None)


def _top(floor: Floor[OpenClosedTerms], bidder: str) -> Amount | None:
    del bidder
    ranked = _ranked(floor)
    return ranked[0].amount if ranked else None


def _own(floor: Floor[OpenClosedTerms], bidder: str) -> Amount | None:
    offer = floor.standing.offers.get(bidder)
    return offer.amount if offer else None


def _finalist(floor: Floor[OpenClosedTerms], bidder: str) -> Refuse | None:
    return None if bidder in (floor.standing.entitled or ()) else Refuse("NO_RIGHT_IN_PHASE")


def _no_quantity(floor: Floor[OpenClosedTerms], bidder: str) -> Amount | None:
    del floor, bidder
    return None


RULE: Final = OpenClosed()
