"""Rules with one fault each, and the property that must find it.

They derive from auctions that are right, so that nothing but the fault is wrong with them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import field_serializer

from auction_rules.english import English
from auction_rules.english_terms import EnglishTerms
from auction_rules.facts import (
    Awarded,
    Closed,
    DeadlineMoved,
    Noted,
    ProxySet,
    StageClosed,
    StageOpened,
    Unsold,
)
from auction_rules.floor import Bid, Confirm, Proxy
from auction_rules.program import Stage
from auction_rules.rule import Accept, Actions, Disclosure, Lot, Refuse, Settlement
from auction_rules.sealed_bid import SealedBid
from auction_rules.stages.outcry import Outcry
from auction_rules.terms import SECOND, Count, term


class LossyTerms(EnglishTerms):
    @field_serializer("step")
    def _half(self, step: int) -> int:
        return step // 2


class Lossy(English):
    """The terms it prints are not the terms it was given."""

    Config = LossyTerms


class NamelessTerms(EnglishTerms):
    haste: Count = term("", "Haste", default=0)


class Nameless(English):
    """One of its terms has no Chinese title."""

    Config = NamelessTerms


class Crasher(English):
    """A question it did not expect brings it down."""

    def judge(self, floor, bidder, ask, now):
        if isinstance(ask, Confirm):
            raise KeyError(bidder)
        return super().judge(floor, bidder, ask, now)


class Stranger(English):
    """It writes what is no fact."""

    def finish(self, floor, now):
        return (*super().finish(floor, now), "sold")


class Moody(English):
    """What it answers hangs on what it was asked in another life."""

    def __init__(self) -> None:
        self.asked = 0

    def judge(self, floor, bidder, ask, now):
        answer = super().judge(floor, bidder, ask, now)
        self.asked += 1
        if isinstance(answer, Accept):
            return Accept((*answer.facts, Noted("mood", self.asked)))
        return answer


class Sleeper(English):
    """It opens and never wakes up again."""

    def due(self, floor):
        return None if floor.standing.stage else super().due(floor)


class Eternal(English):
    """After the stage comes the stage."""

    def follows(self, floor, closed):
        del floor, closed
        return "timed"


class Insomniac(English):
    """The bell rings, nothing happens, the bell rings."""

    def lapse(self, floor, now):
        return super().lapse(floor, now) if floor.standing.stage is None else ()


class Backwards(English):
    """An offer brings the end nearer."""

    def judge(self, floor, bidder, ask, now):
        answer = super().judge(floor, bidder, ask, now)
        closes = floor.standing.closes
        if isinstance(answer, Accept) and closes:
            return Accept((answer.facts[0], DeadlineMoved(closes - 1, "extension")))
        return answer


class Stillborn(English):
    """A stage that reopens, ending before it began."""

    def resume(self, floor, since, now):
        standing = floor.standing
        if standing.stage is None:
            return ()
        return (StageOpened(standing.stage, "timed", now, max(0, now - 1)),)


class Grudge(English):
    """It writes into the floor whom it has refused."""

    def judge(self, floor, bidder, ask, now):
        answer = super().judge(floor, bidder, ask, now)
        if isinstance(answer, Refuse):
            floor.standing.notes[f"refused {bidder}"] = True
        return answer


class Unlisted(English):
    """A stage that the programme does not name."""

    def stages(self, terms) -> tuple[Stage, ...]:
        return tuple(_as(stage, id="other") for stage in super().stages(terms))

    def programme(self, terms):
        return ()


class Both(English):
    """Sold and unsold."""

    def finish(self, floor, now):
        return (*super().finish(floor, now), Unsold("NO_BID"))


class Restless(English):
    """Closed, and still due."""

    def due(self, floor):
        return 0 if floor.standing.closed and floor.standing.awards else super().due(floor)

    def lapse(self, floor, now):
        return () if floor.standing.closed else super().lapse(floor, now)


class Thief(English):
    """The winner pays more than he offered."""

    def finish(self, floor, now):
        facts = super().finish(floor, now)
        return tuple(
            Awarded(f.bidder, f.lot, f.price + 1, f.quantity, f.total + 1)
            if isinstance(f, Awarded)
            else f
            for f in facts
        )

    def settlement(self, floor):
        given = super().settlement(floor)
        return Settlement(sum(a.total for a in floor.standing.awards), given.premium, None)


class Nephew(English):
    """Somebody wins who offered nothing."""

    def finish(self, floor, now):
        quiet = [b for b in floor.entrants if b not in floor.standing.offers]
        return (Awarded(quiet[0], None, 1, None, 1),) if quiet else super().finish(floor, now)

    def settlement(self, floor):
        return Settlement(sum(a.total for a in floor.standing.awards), 0, None)


class Blind(English):
    """There was no offer, it says, and offers stand."""

    def finish(self, floor, now):
        del floor, now
        return (Unsold("NO_BID"),)

    def settlement(self, floor):
        del floor
        return Settlement(0, 0, None)


class Untried(English):
    """The price is a float as soon as three must come: nobody wrote an example of that."""

    def finish(self, floor, now):
        facts = super().finish(floor, now)
        if floor.terms.min_bidders < 2:
            return facts
        return tuple(
            replace(fact, total=floated(fact.total)) if isinstance(fact, Awarded) else fact
            for fact in facts
        )


class Generous(English):
    """Two awards of the whole, where there is one."""

    def lots(self, terms):
        return (Lot("1", {"zh": "标的", "en": "Lot"}, 10),)

    def finish(self, floor, now):
        facts = super().finish(floor, now)
        return tuple(
            Awarded(f.bidder, None, f.price, 20, f.total) if isinstance(f, Awarded) else f
            for f in facts
        )


class Bookkeeper(English):
    """The total is not the sum of the awards."""

    def settlement(self, floor):
        given = super().settlement(floor)
        return Settlement(given.total + 1, given.premium, given.premium_rate)


class Mute(English):
    """A refusal nobody can say."""

    def judge(self, floor, bidder, ask, now):
        answer = super().judge(floor, bidder, ask, now)
        return Refuse("JUST_NO") if isinstance(answer, Refuse) else answer


class Mumbler(English):
    """A refusal whose sentence lacks its number."""

    def judge(self, floor, bidder, ask, now):
        answer = super().judge(floor, bidder, ask, now)
        return Refuse("BELOW_MIN_NEXT") if isinstance(answer, Refuse) else answer


class Latecomer(English):
    """It takes offers after the end, as long as nobody rings."""

    def judge(self, floor, bidder, ask, now):
        stage = self._current(floor)
        return stage.judge(floor, bidder, ask, now) if stage else Refuse("NOT_BIDDABLE")


class Optimist(English):
    """It offers what it then refuses."""

    def actions(self, floor, bidder, now):
        given = super().actions(floor, bidder, now)
        if given.minimum is None or given.step is None or not floor.standing.offers:
            return given
        return Actions("bid", given.minimum - 1, given.maximum, given.step)


class Pessimist(English):
    """It says there is nothing to do, and takes offers."""

    def actions(self, floor, bidder, now):
        given = super().actions(floor, bidder, now)
        return Actions("bid", blocked=Refuse("ALREADY_LEADING")) if given.minimum else given


class Hoarder(English):
    """It offers quantities where there is one lot, and takes none."""

    def actions(self, floor, bidder, now):
        given = super().actions(floor, bidder, now)
        if given.minimum is None:
            return given
        return replace(given, quantity_minimum=1, quantity_maximum=2)


class Half(English):
    """It tells the most one may ask for and not the least."""

    def actions(self, floor, bidder, now):
        return replace(super().actions(floor, bidder, now), quantity_maximum=2)


class Promiser(English):
    """It says the house would bid to a limit, and takes none."""

    def actions(self, floor, bidder, now):
        given = super().actions(floor, bidder, now)
        if given.minimum is None or given.maximum is None:
            return given
        return replace(given, limits=(given.minimum, given.maximum))


class Glass(English):
    """Said to be sealed; what must be beaten tells the sealed amount."""

    def disclosure(self, floor):
        return Disclosure(sealed=floor.standing.stage is not None)


class Signal(English):
    """Sealed, and the length of the extension tells the amount."""

    def stages(self, terms) -> tuple[Stage, ...]:
        return tuple(
            _as(stage, to_beat=lambda _floor, _bidder: None) for stage in super().stages(terms)
        )

    def disclosure(self, floor):
        return Disclosure(sealed=floor.standing.stage is not None)

    def least(self, floor):
        return floor.terms.start_price

    def judge(self, floor, bidder, ask, now):
        answer = super().judge(floor, bidder, ask, now)
        if isinstance(answer, Accept) and isinstance(ask, Bid):
            moved = DeadlineMoved(floor.standing.closes + ask.amount % 1000, "extension")
            return Accept((answer.facts[0], moved))
        return answer


class Crowd(SealedBid):
    """Sealed; an end that moves tells that somebody has come."""

    def judge(self, floor, bidder, ask, now):
        answer = super().judge(floor, bidder, ask, now)
        if isinstance(answer, Accept) and isinstance(ask, Bid):
            moved = DeadlineMoved(floor.standing.closes + 60 * SECOND, "extension")
            return Accept((*answer.facts, moved))
        return answer


class Heir(English):
    """Whoever is next in line pays what the winner in default offered."""

    def next_award(self, floor, gone):
        found = super().next_award(floor, gone)
        if not isinstance(found, Awarded):
            return found
        (won,) = floor.standing.awards
        return replace(found, price=won.price, total=won.total)


class Ghost(English):
    """Whoever is gone is named again."""

    def next_award(self, floor, gone):
        return super().next_award(floor, frozenset())


class Thrift(English):
    """A suspension costs the bidders the time it took."""

    def resume(self, floor, since, now):
        return ()


class Gossip(English):
    """It notes down the secret limits."""

    def judge(self, floor, bidder, ask, now):
        open_still = floor.standing.stage and now < (floor.standing.closes or 0)
        if isinstance(ask, Proxy) and ask.limit is not None and open_still:
            return Accept((ProxySet(bidder, ask.limit), Noted("limit", ask.limit)))
        return super().judge(floor, bidder, ask, now)


class Slammed(English):
    """A stage that forgets its end once somebody offers."""

    def judge(self, floor, bidder, ask, now):
        answer = super().judge(floor, bidder, ask, now)
        if isinstance(answer, Accept) and isinstance(ask, Bid):
            return Accept((*answer.facts, StageClosed("timed"), Closed()))
        return answer


class Hasty(English):
    """Once somebody has offered, it ends a minute before the end it announced."""

    def due(self, floor):
        due, early = super().due(floor), 60 * SECOND * len(floor.standing.offers)
        return due if floor.standing.closes is None or due is None else due - early


class Lingering(English):
    """It ends a minute after the end it announced."""

    def due(self, floor):
        due = super().due(floor)
        return due if floor.standing.closes is None or due is None else due + 60 * SECOND


class Abrupt(English):
    """The first offer ends it at once, while the others could still offer more."""

    def due(self, floor):
        return 0 if floor.standing.stage and floor.standing.offers else super().due(floor)


def floated(amount: int) -> Any:
    """A float where a whole number belongs: what no type checker of a plug-in's author stopped."""
    return float(amount)


class Fraction(English):
    """The price is a float."""

    def finish(self, floor, now):
        return tuple(
            replace(fact, total=floated(fact.total)) if isinstance(fact, Awarded) else fact
            for fact in super().finish(floor, now)
        )


class Rounded(English):
    """The bound it tells with a refusal is a float."""

    def judge(self, floor, bidder, ask, now):
        answer = super().judge(floor, bidder, ask, now)
        if isinstance(answer, Refuse):
            return replace(answer, nearest=tuple(floated(amount) for amount in answer.nearest))
        return answer


class Vague(English):
    """The end it tells is a float, though no fact is."""

    def due(self, floor):
        due = super().due(floor)
        return due if due is None else float(due)


class Approximate(English):
    """The raises it offers are floats."""

    def actions(self, floor, bidder, now):
        given = super().actions(floor, bidder, now)
        return replace(given, quick=tuple(floated(amount) for amount in given.quick))


class Content(English):
    """It ends once two have offered, though each of them could still offer more."""

    def due(self, floor):
        enough = floor.standing.stage and len(floor.standing.offers) > 1
        return 0 if enough else super().due(floor)


class Shuffled(English):
    """Who is listed first is decided by the order of a set."""

    def ranking(self, floor):
        return tuple(set(super().ranking(floor)))


class Lottery(English):
    """Who wins is whoever a set names first."""

    def finish(self, floor, now):
        facts = super().finish(floor, now)
        offered = {offer.bidder: offer for offer in floor.standing.offers.values()}
        if not offered:
            return facts
        first = offered[next(iter(set(offered)))]
        return (Awarded(first.bidder, None, first.amount, None, first.amount),)


def _as(stage: Stage, **fields: Any) -> Stage:
    assert isinstance(stage, Outcry)
    told = {name: getattr(stage, name) for name in Outcry.__dataclass_fields__}
    return Outcry(**(told | fields))


BAD: Mapping[type[Any], str] = {
    Lossy: "config",
    Nameless: "config",
    Crasher: "answers",
    Stranger: "answers",
    Sleeper: "termination",
    Eternal: "termination",
    Insomniac: "no_endless_waking",
    Moody: "determinism",
    Grudge: "refusal_changes_nothing",
    Backwards: "deadline",
    Stillborn: "deadline",
    Thrift: "deadline",
    Unlisted: "stages",
    Both: "ends_once",
    Slammed: "ends_once",
    Restless: "no_endless_waking",
    Thief: "winner",
    Nephew: "winner",
    Blind: "winner",
    Heir: "winner",
    Ghost: "winner",
    Untried: "whole_numbers",
    Generous: "conservation",
    Bookkeeper: "conservation",
    Mute: "reasons",
    Mumbler: "reasons",
    Hasty: "window_kept",
    Lingering: "window_kept",
    Abrupt: "window_kept",
    Fraction: "whole_numbers",
    Rounded: "whole_numbers",
    Vague: "whole_numbers",
    Approximate: "whole_numbers",
    Content: "window_kept",
    Shuffled: "hash_order",
    Lottery: "hash_order",
    Latecomer: "nothing_after_due",
    Optimist: "actions_and_judge",
    Pessimist: "actions_and_judge",
    Hoarder: "actions_and_judge",
    Half: "actions_and_judge",
    Promiser: "actions_and_judge",
    Glass: "sealed_stays_sealed",
    Signal: "sealed_stays_sealed",
    Crowd: "sealed_stays_sealed",
    Gossip: "limits_stay_secret",
}
