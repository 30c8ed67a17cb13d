"""Where the floor stands: what a rule may look at, as plain immutable values.

`Standing` keeps the offers that stand, not the history: the log is the history.
`Floor` is what a rule is asked about. Neither knows a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeAlias, TypeVar

from auction_rules import facts as f
from auction_rules.facts import Amount, FloorFact, Instant
from auction_rules.values import changed


@dataclass(frozen=True, slots=True)
class Bid:
    """An offer asked for: amount in the unit of the terms; `stage` is the one the bidder saw."""

    amount: Amount
    lot: str | None = None
    quantity: Amount | None = None
    stage: str | None = None
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Confirm:
    """An answer to the question the floor asks: will you go on."""

    answer: bool = True


@dataclass(frozen=True, slots=True)
class Stay:
    """Yes to the price of the round named; an answer to another round is stale.

    `quantity` and `slot` say how much of which product, where the clock sells several.
    """

    round: int
    quantity: Amount | None = None
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Out, from the round named on; it cannot be taken back."""

    round: int


@dataclass(frozen=True, slots=True)
class Proxy:
    """A limit up to which the house shall raise for the bidder; None cancels it."""

    limit: Amount | None


@dataclass(frozen=True, slots=True)
class SealedBid:
    """An offer sealed in the bidder's own browser: a commitment, a locked box, shares of its key.

    All base64. `k` of the shares open it; 0 and no shares where the bidder opens it himself.
    """

    commit: str
    box: str
    k: int
    shares: tuple[str, ...] = ()
    lot: str | None = None


@dataclass(frozen=True, slots=True)
class Reveal:
    """A bidder opens his sealed offer: with the key of its box, or in a remedy plain; base64."""

    secret: str | None = None
    plain: str | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """Entropy for the draw that is due: hexadecimal, from the source that the terms name."""

    seed: str


@dataclass(frozen=True, slots=True)
class DrawCommit:
    """A party to the draw commits to its secret: auction_rules.draw.secret_commitment."""

    commit: str


@dataclass(frozen=True, slots=True)
class DrawReveal:
    """A party shows its secret: 64 hexadecimal digits."""

    secret: str


@dataclass(frozen=True, slots=True)
class DrawFigure:
    """What a public source published under this number: drand's signature, or digits."""

    round: int
    value: str


@dataclass(frozen=True, slots=True)
class DrawBalls:
    """The order in which balls were drawn by hand: everybody in the pool, the winner first."""

    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SealReserve:
    """An officer commits to a reserve he alone knows."""

    commit: str


@dataclass(frozen=True, slots=True)
class OpenReserve:
    """The officer shows the amount and the nonce (hexadecimal) of his commitment."""

    amount: Amount
    nonce: str


@dataclass(frozen=True, slots=True)
class Score:
    """An expert's points for a bidder, in hundredths."""

    bidder: str
    points: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """An officer records that an offer cannot be opened: revoked or withdrawn, by its cause."""

    bidder: str
    cause: str


@dataclass(frozen=True, slots=True)
class TrusteeKey:
    """A trustee's one-time private key, base64; an officer brings it in for him."""

    trustee: str
    key: str


BidderAsk: TypeAlias = Bid | Confirm | Stay | Leave | Proxy | SealedBid | Reveal
DrawAsk: TypeAlias = Draw | DrawCommit | DrawReveal | DrawFigure | DrawBalls
OfficerAsk: TypeAlias = DrawAsk | SealReserve | OpenReserve | Score | Withdraw | TrusteeKey


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What the house found in a sealed offer: the text committed to and its amount, or why not."""

    bidder: str
    text: bytes | None
    amount: Amount | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that stands, with its place in time: `i` is the log index that brought it."""

    bidder: str
    lot: str | None
    amount: Amount
    quantity: Amount | None
    t: Instant
    i: int
    slot: str | None = None
    auto: int | None = None
    """The index that set the limit it comes from, where the house made it for the bidder."""

    @property
    def key(self) -> str:
        """Its place among the standing offers."""
        return offer_key(self.bidder, self.slot)

    @property
    def since(self) -> int:
        """Its place in time among equal offers: a limit's own, where it comes from one."""
        return self.i if self.auto is None else self.auto


@dataclass(frozen=True, slots=True)
class SealedOffer:
    """A sealed offer that waits to be opened, with its place in time."""

    bidder: str
    lot: str | None
    commit: str
    box: str
    k: int
    shares: tuple[str, ...]
    t: Instant
    i: int


def offer_key(bidder: str, slot: str | None) -> str:
    """One standing offer a bidder, or one for each slot of his."""
    return bidder if slot is None else f"{bidder}/{slot}"


@dataclass(frozen=True, slots=True)
class Entrant:
    """Somebody admitted to the floor under a number (号牌)."""

    bidder: str
    lot: str | None = None
    priority: int = 0
    excluded: bool = False
    """His admission was withdrawn: what he offered stands in the log, and he is asked nothing."""


@dataclass(frozen=True, slots=True)
class Chance:
    """What came in for the draw that is open, before it is done; nothing where a seed comes alone."""

    what: str | None = None
    round: int | None = None
    """The publication that counts, and the instant it comes out."""
    at: Instant = 0
    commits: Mapping[str, str] = field(default_factory=dict)
    revealing: bool = False
    reveals: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By officer."""


@dataclass(frozen=True)
class Standing:
    """The floor between two entries. Times in microseconds, amounts in the smallest unit."""

    stage: str | None = None
    kind: str | None = None
    opens: Instant = 0
    closes: Instant | None = None
    offers: Mapping[str, Offer] = field(default_factory=dict)
    leaders: tuple[str, ...] = ()
    cutoff: Amount | None = None
    entitled: tuple[str, ...] | None = None
    answers: Mapping[str, bool] = field(default_factory=dict)
    extensions: int = 0
    extended: Instant = 0
    acted: int = 0
    revealed: tuple[str, ...] = ()
    awards: tuple[f.Awarded, ...] = ()
    unsold: str | None = None
    closed: bool = False
    notes: Mapping[str, Any] = field(default_factory=dict)
    round: int = 0
    price: Amount | None = None
    pool: tuple[str, ...] | None = None
    order: tuple[str, ...] = ()
    reserves: Mapping[str, str] = field(default_factory=dict)
    reserve_amounts: Mapping[str, Amount] = field(default_factory=dict)
    scores: Mapping[str, int] = field(default_factory=dict)
    proxies: Mapping[str, Amount] = field(default_factory=dict)
    proxy_times: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """The log indexes at which a limit was first set and last changed, since it is on."""
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    sealed: Mapping[str, SealedOffer] = field(default_factory=dict)
    """By bidder: offers that nobody has opened yet."""
    trustee_keys: Mapping[str, str] = field(default_factory=dict)
    chance: Chance = field(default_factory=Chance)

    @property
    def top(self) -> Offer | None:
        """The best standing offer of the leader, where there is one."""
        return self.offers.get(self.leaders[0]) if self.leaders else None

    @property
    def named(self) -> Amount | None:
        """The price that the stage names: a clock's always, another's until somebody offers in it."""
        return self.price if self.kind == "clock" or not self.acted else None


def _stage_opened(s: Standing, fact: f.StageOpened, t: Instant, i: int) -> Standing:
    del t, i
    return changed(
        s,
        stage=fact.stage,
        kind=fact.kind,
        opens=fact.opens,
        closes=fact.closes,
        answers={},
        extensions=0,
        extended=0,
        acted=0,
        round=0,
        price=None,
    )


def _offer_stood(s: Standing, fact: f.OfferStood, t: Instant, i: int) -> Standing:
    offer = Offer(fact.bidder, fact.lot, fact.amount, fact.quantity, t, i, fact.slot)
    return changed(s, offers={**s.offers, offer.key: offer}, acted=s.acted + 1)


def _award_lapsed(s: Standing, fact: f.AwardLapsed) -> Standing:
    gone = (fact.bidder, fact.lot)
    return changed(s, awards=tuple(a for a in s.awards if (a.bidder, a.lot) != gone))


def _withdrawn(s: Standing, fact: f.OfferWithdrawn) -> Standing:
    gone = offer_key(fact.bidder, fact.slot)
    left = {key: offer for key, offer in s.offers.items() if key != gone}
    withdrawn = {**s.withdrawn, fact.bidder: fact.cause}
    return changed(s, offers=left, withdrawn=withdrawn, sealed=_without(s, fact.bidder))


def _without(s: Standing, bidder: str) -> Mapping[str, SealedOffer]:
    return {name: offer for name, offer in s.sealed.items() if name != bidder}


def _sealed(s: Standing, fact: f.OfferSealed, t: Instant, i: int) -> Standing:
    parts = (fact.commit, fact.box, fact.k, fact.shares)
    offer = SealedOffer(fact.bidder, fact.lot, *parts, t, i)
    return changed(s, sealed={**s.sealed, fact.bidder: offer}, acted=s.acted + 1)


def _opened(s: Standing, fact: f.OfferOpened) -> Standing:
    sealed = s.sealed[fact.bidder]
    offer = Offer(fact.bidder, fact.lot, fact.amount, None, sealed.t, sealed.i)
    return changed(s, offers={**s.offers, offer.key: offer}, sealed=_without(s, fact.bidder))


def _voided(s: Standing, fact: f.OfferVoided) -> Standing:
    withdrawn = {**s.withdrawn, fact.bidder: "void"}
    return changed(s, sealed=_without(s, fact.bidder), withdrawn=withdrawn)


def _proxy_set(s: Standing, fact: f.ProxySet, t: Instant, i: int) -> Standing:
    del t
    who, limit = fact.bidder, fact.limit
    left = {bidder: limit for bidder, limit in s.proxies.items() if bidder != who}
    times = {bidder: indexes for bidder, indexes in s.proxy_times.items() if bidder != who}
    if limit is None:
        return changed(s, proxies=left, proxy_times=times)
    first, latest = s.proxy_times.get(who, (i, i))
    latest = latest if s.proxies.get(who) == limit else i
    return changed(s, proxies={**left, who: limit}, proxy_times={**times, who: (first, latest)})


def _raised_by_house(s: Standing, fact: f.RaisedByHouse) -> Standing:
    offer = replace(s.offers[fact.bidder], auto=fact.since)
    return changed(s, offers={**s.offers, fact.bidder: offer})


def _round_opened(s: Standing, fact: f.RoundOpened, t: Instant, i: int) -> Standing:
    del t, i
    return changed(
        s,
        round=fact.number,
        price=fact.price,
        opens=fact.opens,
        closes=fact.closes,
        answers={},
    )


def _deadline_moved(s: Standing, fact: f.DeadlineMoved, t: Instant, i: int) -> Standing:
    del t, i
    # Deadlines never move back: an announced close is a promise.
    assert s.closes is None or fact.closes >= s.closes, "a deadline moved back"
    if fact.why != "extension" or s.closes is None:
        return changed(s, closes=fact.closes)
    gained = fact.closes - s.closes
    return changed(s, closes=fact.closes, extensions=s.extensions + 1, extended=s.extended + gained)


def _chance(change: Callable[[Chance, Any], Chance]) -> Callable[..., Standing]:
    return lambda s, fact, _t, _i: changed(s, chance=change(s.chance, fact))


def _draw_window(s: Standing, fact: f.DrawWindow) -> Standing:
    chance = replace(s.chance, what=fact.what, revealing=fact.duty == "reveal")
    return changed(s, opens=fact.opens, closes=fact.closes, chance=chance)


def _simple(change: Callable[[Standing, Any], Standing]) -> Callable[..., Standing]:
    return lambda s, fact, _t, _i: change(s, fact)


_FOLD: Final[Mapping[type[Any], Callable[..., Standing]]] = {
    f.StageOpened: _stage_opened,
    f.OfferStood: _offer_stood,
    f.DeadlineMoved: _deadline_moved,
    f.RoundOpened: _round_opened,
    f.OfferWithdrawn: _simple(_withdrawn),
    f.OfferSealed: _sealed,
    f.OfferOpened: _simple(_opened),
    f.OfferVoided: _simple(_voided),
    f.QuorumMissing: _simple(lambda s, _: s),
    f.TrusteeOpened: _simple(
        lambda s, x: changed(s, trustee_keys={**s.trustee_keys, x.trustee: x.key})
    ),
    f.ProxySet: _proxy_set,
    f.RaisedByHouse: _simple(_raised_by_house),
    f.ReserveSealed: _simple(lambda s, x: changed(s, reserves={**s.reserves, x.by: x.commit})),
    f.ReserveOpened: _simple(
        lambda s, x: changed(s, reserve_amounts={**s.reserve_amounts, x.by: x.amount})
    ),
    f.PoolFixed: _simple(lambda s, x: changed(s, pool=x.pool, order=(), chance=Chance())),
    f.DrawRound: _chance(lambda c, x: replace(c, what=x.what, round=x.round, at=x.at)),
    f.DrawCommitted: _chance(lambda c, x: replace(c, commits={**c.commits, x.party: x.commit})),
    f.DrawWindow: _simple(_draw_window),
    f.DrawRevealed: _chance(lambda c, x: replace(c, reveals={**c.reveals, x.party: x.secret})),
    f.DrawAbsent: _simple(lambda s, _: changed(s, closes=None)),
    f.DrawTyped: _chance(lambda c, x: replace(c, typed={**c.typed, x.officer: x.value})),
    f.Drawn: _simple(lambda s, x: changed(s, order=x.order)),
    f.Scored: _simple(
        lambda s, x: changed(s, scores={**s.scores, f"{x.expert}/{x.bidder}": x.points})
    ),
    f.LeadersChanged: _simple(lambda s, x: changed(s, leaders=x.leaders, cutoff=x.cutoff)),
    f.StageClosed: _simple(lambda s, _: changed(s, stage=None, kind=None, closes=None)),
    f.Entitled: _simple(lambda s, x: changed(s, entitled=x.bidders)),
    f.Answered: _simple(lambda s, x: changed(s, answers={**s.answers, x.bidder: x.answer})),
    f.Revealed: _simple(lambda s, x: changed(s, revealed=(*s.revealed, x.what))),
    f.Awarded: _simple(lambda s, x: changed(s, awards=(*s.awards, x))),
    f.AwardLapsed: _simple(_award_lapsed),
    f.Unsold: _simple(lambda s, x: changed(s, unsold=x.reason)),
    f.Closed: _simple(lambda s, _: changed(s, closed=True, stage=None, kind=None, closes=None)),
    f.Noted: _simple(lambda s, x: changed(s, notes={**s.notes, x.key: x.value})),
}


def stand(s: Standing, fact: FloorFact, t: Instant, i: int) -> Standing:
    """The standing after one fact of the entry at index `i`, time `t`. Runs no rule code."""
    return _FOLD[type(fact)](s, fact, t, i)


Terms = TypeVar("Terms")


@dataclass(frozen=True)
class Floor(Generic[Terms]):
    """What a rule is asked about: terms, standing, who is admitted, and the next log index."""

    terms: Terms
    standing: Standing
    entrants: Mapping[str, Entrant]
    index: int

    def after(self, happened: Iterable[FloorFact], t: Instant) -> Floor[Terms]:
        """The floor once these facts have happened at `t` in the entry being written."""
        standing = self.standing
        for fact in happened:
            standing = stand(standing, fact, t, self.index)
        return changed(self, standing=standing)
