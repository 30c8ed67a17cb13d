"""A rule as a programme of stages: one opens when the one before it closes.

`Staged` answers the questions of the Rule protocol by asking the stage that is open.
A concrete rule says which stages it has and what their end means; nothing else.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Protocol, TypeVar

from auction_rules.facts import Awarded, Closed, FloorFact, Instant
from auction_rules.floor import Bid, BidderAsk, Floor, Leave, OfficerAsk, SealedBid, Stay, Unsealed
from auction_rules.lint import Remark
from auction_rules.rule import Actions, Disclosure, Judgement, Refuse, StageTitle
from auction_rules.says import Says
from auction_rules.stages.escrowed import Escrowed
from auction_rules.stages.unsealing import Unsealing
from auction_rules.terms import RuleConfig, Text, Unit

T = TypeVar("T", bound=RuleConfig)


class Stage(Protocol):
    """One room of the programme. All times are instants; windows are half-open."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> Text: ...

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The facts with which it begins."""
        ...

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """What an ask made at `now` comes to."""
        ...

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """What an officer's ask made at `now` comes to."""
        ...

    def due(self, floor: Floor[Any]) -> Instant | None:
        """When something happens by itself, as things stand; 0 means at once, None never."""
        ...

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """What happens at that instant when the stage goes on; None when it ends."""
        ...

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The facts with which it ends."""
        ...

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The time given back after a suspension."""
        ...

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """What a bidder may do."""
        ...

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Who may see what."""
        ...


class Staged(Generic[T]):
    """The part every staged rule shares: walking the programme."""

    name: ClassVar[str]
    version: ClassVar[str]
    own_lots: ClassVar[bool] = False
    deposit_until_end: ClassVar[bool] = False
    """Whether a deposit may come as long as the bidding lasts, so that no deadline may be set."""
    deposit_percent: ClassVar[tuple[int, int] | None] = None
    """Least and most deposit in per cent of the start price, where a law says so."""
    tells: ClassVar[frozenset[str]] = frozenset()
    """Names of the terms that `says` puts into sentences: the notice does not list them again."""

    def stages(self, terms: T) -> tuple[Stage, ...]:
        """The programme under these terms, in order."""
        raise NotImplementedError

    def starts(self, terms: T) -> Instant:
        """When the first stage opens."""
        raise NotImplementedError

    def follows(self, floor: Floor[T], closed: str) -> str | None:
        """The stage after the one that just closed: the guards between stages. None: the end."""
        raise NotImplementedError

    def finish(self, floor: Floor[T], now: Instant) -> tuple[FloorFact, ...]:
        """Awards or the reason for none; `Closed` is added by the programme."""
        raise NotImplementedError

    def _stages(self, terms: T) -> tuple[Stage, ...]:
        # Asked for at every request; `terms._programme` would be looked for in four places first.
        private = terms.__pydantic_private__
        assert private is not None, "terms have a programme"
        built: tuple[Stage, ...] | None = private["_programme"]
        if built is None:
            built = private["_programme"] = self.stages(terms)
        return built

    def _current(self, floor: Floor[T]) -> Stage | None:
        stage = floor.standing.stage
        if stage is None:
            return None
        for one in self._stages(floor.terms):
            if one.id == stage:
                return one
        raise LookupError(stage)

    def open(self, floor: Floor[T], now: Instant) -> tuple[FloorFact, ...]:
        """Nothing yet: the first bell opens the first stage, at the instant the terms name."""
        del floor, now
        return ()

    def due(self, floor: Floor[T]) -> Instant | None:
        """The start, then each stage's own end; nothing after the close."""
        if floor.standing.closed:
            return None
        stage = self._current(floor)
        return self.starts(floor.terms) if stage is None else stage.due(floor)

    def lapse(self, floor: Floor[T], now: Instant) -> tuple[FloorFact, ...]:
        """Close the stage that is open, then open the next one or finish."""
        stages = self._stages(floor.terms)
        stage = self._current(floor)
        if stage is None:
            return stages[0].open(floor, now)
        if (turned := stage.turn(floor, now)) is not None:
            return turned
        ended = stage.close(floor, now)
        floor = floor.after(ended, now)
        following = self.follows(floor, stage.id)
        if following is not None:
            opening = next(s for s in stages if s.id == following)
            return (*ended, *opening.open(floor, now))
        return (*ended, *self.finish(floor, now), Closed())

    def judge(self, floor: Floor[T], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """The open stage decides; between stages nothing can be asked."""
        if bidder not in floor.entrants:
            return Refuse("NOT_QUALIFIED")
        stage = self._current(floor)
        if stage is None:
            return Refuse("NOT_BIDDABLE")
        # DOMAIN order of tests: the stage the bidder saw comes before the deadline.
        if isinstance(ask, Bid) and ask.stage is not None and ask.stage != stage.id:
            return Refuse("STALE_PHASE")
        if isinstance(ask, Stay | Leave) and ask.round != floor.standing.round:
            return Refuse("STALE_PHASE")
        closes = floor.standing.closes
        if closes is not None and now >= closes:
            late = isinstance(ask, Bid | SealedBid)
            return Refuse("AFTER_DEADLINE" if late else "OUTSIDE_WINDOW")
        if now < floor.standing.opens:
            return Refuse("OUTSIDE_WINDOW")
        if isinstance(ask, SealedBid) and not isinstance(stage, Escrowed | Unsealing):
            return Refuse("MUST_NOT_BE_SEALED")
        return stage.judge(floor, bidder, ask, now)

    def office(self, floor: Floor[T], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """The open stage decides what an officer may bring in."""
        stage = self._current(floor)
        return Refuse("NOT_BIDDABLE") if stage is None else stage.office(floor, officer, ask, now)

    def unseal(self, floor: Floor[T], openings: tuple[Unsealed, ...]) -> tuple[FloorFact, ...]:
        """The stage of opening says what they come to; the house opens nothing in any other."""
        stage = self._current(floor)
        assert isinstance(stage, Unsealing), "opened outside its stage"
        return stage.unseal(floor, openings)

    def actions(self, floor: Floor[T], bidder: str, now: Instant) -> Actions:
        """What the open stage allows whoever is admitted."""
        if bidder not in floor.entrants:
            # A house asks for its own bidders only; a played one may have been turned away.
            return Actions(blocked=Refuse("NOT_QUALIFIED"))
        stage = self._current(floor)
        closes = floor.standing.closes
        if stage is None:
            return Actions(blocked=Refuse("NOT_BIDDABLE"))
        if closes is not None and now >= closes:
            return Actions(blocked=Refuse("AFTER_DEADLINE"))
        if now < floor.standing.opens:
            return Actions(blocked=Refuse("OUTSIDE_WINDOW"))
        return stage.actions(floor, bidder, now)

    def resume(self, floor: Floor[T], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The open stage gives back what the terms promise."""
        stage = self._current(floor)
        return () if stage is None else stage.resume(floor, since, now)

    def disclosure(self, floor: Floor[T]) -> Disclosure:
        """As the open stage says; after the close everything is open."""
        stage = self._current(floor)
        return Disclosure() if stage is None else stage.disclosure(floor)

    def next_award(self, floor: Floor[T], gone: frozenset[str]) -> Awarded | Refuse:
        """Nobody, unless the rule says so: what a winner in default leaves is offered anew."""
        del floor, gone
        return Refuse("NO_NEXT_BY_RULE")

    def lint(self, terms: T) -> tuple[Remark, ...]:
        """What to say about these terms before they are published, beyond what all rules share."""
        del terms
        return ()

    def says(self, terms: T) -> Says:
        """What the notice says of the rule besides its terms; by the topics of `says`."""
        del terms
        return {}

    def direction(self, terms: T) -> int:
        """Forward, unless the rule says otherwise."""
        del terms
        return 1

    def quantity_unit(self, terms: T) -> Unit | None:
        """No quantities, unless the rule says otherwise."""
        del terms
        return None

    def priorities(self, terms: T) -> bool:
        """No prior right, unless the rule says otherwise."""
        del terms
        return False

    def settlement_unit(self, terms: T) -> Unit:
        """The unit of the prices, unless the rule says otherwise."""
        return terms.unit

    def programme(self, terms: T) -> tuple[StageTitle, ...]:
        """The stages in order, for people."""
        return tuple(StageTitle(s.id, s.kind, s.title) for s in self._stages(terms))
