"""中介服务超市 intermediary@1: an owner finds a service provider; six ways to choose (DOMAIN §7).

Providers quote under a ceiling in one sealed window, or register for the announced fee. Then:

- RANDOM: lots are drawn among the registrants (Haizhou: state funds need at least three).
- LOWEST: the lowest quote; equal ones draw lots.
- BEST_PRICE: without the highest and the lowest quote, the mean of the rest times a coefficient
  drawn from 95, 96, 97 and 98 %, half up to the smallest unit; the nearest quote wins.
- AVERAGE: the quote nearest the mean of all quotes.
- CREDIT (Guangdong, 信用择优): those with enough credit points form the long list, all of them or
  the best so many in proportion to the registrants (按比例), equal ones included; a draw gives the
  short list, and the owner picks from it.
- OWNER: the owner picks from the registrants; with quotes it is 方案择优, on quote and proposal.

Fewer registrants than the terms require: it fails, or, with private funds, the owner picks from
those who came where the terms say so.

The texts do not say which of two quotes equally near wins; here lots are drawn, as for equal
ones. With one or two quotes there is no highest and lowest to leave out. What is not here: the
project's documents, and the payment of the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Noted, Unsold
from auction_rules.floor import Bid, Floor
from auction_rules.intermediary_terms import (
    CHOSEN,
    PICKED,
    Entry,
    Fallback,
    IntermediaryTerms,
    Mode,
)
from auction_rules.lint import Remark
from auction_rules.money import divide_half_up, divide_up, rate
from auction_rules.points import mean, without_ends
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Refuse, Settlement
from auction_rules.says import CEILING, LOTS, Says, both
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.escrowed import kept_by
from auction_rules.stages.gate import Gate
from auction_rules.stages.panel import Panel, score_key
from auction_rules.stages.sealed import Sealed
from auction_rules.stages.unsealing import UNSEALED, following, unsealing
from auction_rules.steps import Ladder
from auction_rules.terms import Text

COEFFICIENTS: Final = ("95", "96", "97", "98")
"""Per cent; the pool of the draw, public before any entropy is known."""
_NOTE: Final = "coefficient"
_MOST_POINTS: Final = 10_000
_TITLES: Final[Mapping[str, Text]] = {
    "quotes": {"zh": "密封报价", "en": "Sealed quotes"},
    "register": {"zh": "报名", "en": "Registration"},
    "coefficient": {"zh": "抽取下浮系数", "en": "Draw of the coefficient"},
    "draw": {"zh": "摇号", "en": "Draw"},
    "credit": {"zh": "录入信用分", "en": "Credit points"},
    "short_list": {"zh": "随机抽取短名单", "en": "Draw of the short list"},
    "choice": {"zh": "业主选取", "en": "The owner's choice"},
}


class Intermediary(Staged[IntermediaryTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "intermediary"
    version: ClassVar[str] = "1"
    tells: ClassVar[frozenset[str]] = frozenset({"start_price"})
    title: ClassVar[Text] = {"zh": "中介服务超市选取", "en": "Selection of a service provider"}
    Config = IntermediaryTerms
    example: ClassVar[Mapping[str, Any]] = {
        "lot_zh": "示例测绘服务",
        "lot_en": "Sample surveying service",
        "opens": "2026-03-02T09:00:00+08:00",
        "closes": "2026-03-02T17:00:00+08:00",
        "start_price": "80000",
        "mode": "BEST_PRICE",
        "entry": "QUOTE",
    }

    def stages(self, terms: IntermediaryTerms) -> tuple[Stage, ...]:
        """How providers come in, then what the mode needs."""
        then = _rooms(terms)
        if terms.entry is not Entry.QUOTE:
            return (_register(terms, then[0].id), *then)
        window = kept_by(terms, _window(terms))
        return (window, *unsealing(terms, window), *then)

    def starts(self, terms: IntermediaryTerms) -> Instant:
        """The opening of the window."""
        return terms.opens

    def follows(self, floor: Floor[IntermediaryTerms], closed: str) -> str | None:
        """What the mode needs next; nothing where too few came or nothing is left to decide."""
        if opening := following(floor, closed, "quotes"):
            return opening
        closed = "quotes" if closed in UNSEALED else closed
        mode, entered = floor.terms.mode, closed in ("quotes", "register")
        if _failed(floor):
            return None
        if mode is Mode.OWNER or _fell_back(floor):
            return "choice" if entered else None
        if mode is Mode.CREDIT:
            return _after_credit(floor, closed)
        if mode is Mode.BEST_PRICE and entered and len(registrants(floor)) > 1:
            return "coefficient"
        return "draw" if closed != "draw" and len(level(floor)) > 1 else None

    def finish(self, floor: Floor[IntermediaryTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The award, or too few."""
        del now
        chosen = winner(floor)
        if chosen is None:
            return (Unsold("INSUFFICIENT_BIDDERS"),)
        price = _price(floor, chosen)
        award = Awarded(chosen, None, price, None, price)
        if floor.standing.leaders == (chosen,):
            return (award,)
        return (LeadersChanged((chosen,), price), award)

    def least(self, floor: Floor[IntermediaryTerms]) -> Amount | None:
        """The ceiling, where providers quote: what others quoted binds nobody."""
        return floor.terms.start_price if floor.terms.entry is Entry.QUOTE else None

    def ranking(self, floor: Floor[IntermediaryTerms]) -> tuple[str, ...]:
        """Quotes, the one that wins or would win first; those off the short list last."""
        offers, chosen = floor.standing.offers, winner(floor)
        order = [b for b in _best_first(floor) if b in offers]
        rest = [b for b in offers if b not in order]
        return tuple(sorted((*order, *rest), key=lambda b: b != chosen))

    def settlement(self, floor: Floor[IntermediaryTerms]) -> Settlement:
        """The price, and what it saves over the ceiling."""
        awards = floor.standing.awards
        total = sum(a.total for a in awards)
        base = floor.terms.start_price * len(awards)
        saved, shown = base - total, rate(base - total, base)
        return Settlement(total, saved, shown, 1 - len(awards), saved, shown)

    def lint(self, terms: IntermediaryTerms) -> tuple[Remark, ...]:
        """M11: a mean that quotes are held against can be moved by those who agree."""
        if terms.mode not in (Mode.AVERAGE, Mode.BEST_PRICE):
            return ()
        return (
            Remark(
                "AVERAGE_INVITES_AGREEMENT",
                "按平均价选取：几家串通报价即可左右平均价。",
                "The choice hangs on a mean: a few who agree on their quotes can move it.",
            ),
        )

    def says(self, terms: IntermediaryTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        quoting = terms.entry is Entry.QUOTE
        zh, en = (terms.unit.written(terms.start_price, lang) for lang in ("zh", "en"))
        ceiling = both(f"最高限价为 {zh}", f"the ceiling is {en}")
        fee = both(
            f"不报价，成交价即公布的服务费 {zh}",
            f"nobody quotes, and the announced fee of {en} is the price",
        )
        pick = both(
            "由业主选取，不按报价排序", "the owner picks, and no quote ranks before another"
        )
        return {
            "best": (CHOSEN[terms.mode],),
            "tie": (pick,) if terms.mode in PICKED else (LOTS,),
            "ceiling": (ceiling, CEILING) if quoting else (fee,),
        }

    def lots(self, terms: IntermediaryTerms) -> tuple[Lot, ...]:
        """The one project."""
        return (Lot(terms.lot_id, {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def direction(self, terms: IntermediaryTerms) -> int:
        """A service is bought: lower is better."""
        del terms
        return -1


def _window(terms: IntermediaryTerms) -> Sealed:
    return Sealed(
        id="quotes",
        title=_TITLES["quotes"],
        ladder=Ladder(terms.start_price, 1, sign=-1, ceiling=terms.start_price),
        leading=lambda _floor: LeadersChanged((), None),
        begins=terms.opens,
        ends=terms.closes,
        amendments=None,
        check=_check,
    )


def _register(terms: IntermediaryTerms, before: str) -> Stage:
    return Gate(
        id="register",
        title=_TITLES["register"],
        length=terms.closes - terms.opens,
        before=before,
        may_answer=lambda _floor, _bidder: True,
        resume_policy=terms.resume,
    )


def _rooms(terms: IntermediaryTerms) -> tuple[Stage, ...]:
    mode = terms.mode
    choice = Panel(
        "choice", _TITLES["choice"], _owner, short_list, most=_MOST_POINTS, least=1, one=True
    )
    if mode is Mode.OWNER:
        return (choice,)
    if mode is Mode.CREDIT:
        credit = Panel("credit", _TITLES["credit"], _registrar, registrants, most=_MOST_POINTS)
        shorter = DrawStage("short_list", _TITLES["short_list"], _what("short_list"), long_list)
        return (credit, shorter, choice)
    tie = DrawStage("draw", _TITLES["draw"], lambda floor: floor.terms.lot_id, level)
    picked = (choice,) if terms.fallback is Fallback.OWNER else ()
    if mode is not Mode.BEST_PRICE:
        return (tie, *picked)
    coefficient = DrawStage(
        "coefficient",
        _TITLES["coefficient"],
        _what("coefficient"),
        lambda _floor: COEFFICIENTS,
        # The draw among equals that may follow has an order of its own.
        lambda floor: (Noted(_NOTE, int(floor.standing.order[0])),),
    )
    return (coefficient, tie, *picked)


def _what(stage: str) -> Any:
    return lambda floor: f"{floor.terms.lot_id}/{stage}"


def _owner(floor: Floor[IntermediaryTerms]) -> tuple[str, ...]:
    return (floor.terms.owner,)


def _registrar(floor: Floor[IntermediaryTerms]) -> tuple[str, ...]:
    return (floor.terms.registrar,)


def _check(floor: Floor[IntermediaryTerms], bidder: str, bid: Bid) -> Refuse | None:
    del bidder
    if bid.lot not in (None, floor.terms.lot_id):
        return Refuse("NO_SUCH_LOT")
    return None if bid.quantity in (None, 1) else Refuse("QUANTITY_FIXED", {"quantity": 1})


def registrants(floor: Floor[IntermediaryTerms]) -> tuple[str, ...]:
    """Who came in, in the order of their numbers."""
    if floor.terms.entry is Entry.QUOTE:
        return tuple(sorted(floor.standing.offers))
    return floor.standing.entitled or ()


def _may_be_chosen(floor: Floor[IntermediaryTerms], bidder: str) -> bool:
    """Not once his admission is withdrawn; what he quoted still counts in a mean."""
    entrant = floor.entrants.get(bidder)
    return entrant is None or not entrant.excluded


def long_list(floor: Floor[IntermediaryTerms]) -> tuple[str, ...]:
    """Registrants with enough credit points; in proportion, the best of them with their equals."""
    terms, scores, came = floor.terms, floor.standing.scores, registrants(floor)
    points = {b: scores.get(score_key(terms.registrar, b), -1) for b in came}
    least = terms.credit_cut
    if terms.credit_share_basis_points and came:
        places = divide_up(len(came) * terms.credit_share_basis_points, 10_000)
        # Equal points are not told apart here: the draw that follows takes them all in.
        least = max(least, sorted(points.values(), reverse=True)[places - 1])
    return tuple(b for b in came if points[b] >= least and _may_be_chosen(floor, b))


def short_list(floor: Floor[IntermediaryTerms]) -> tuple[str, ...]:
    """Those the owner may pick: all registrants, or the first of those drawn."""
    if floor.terms.mode is not Mode.CREDIT:
        return tuple(b for b in registrants(floor) if _may_be_chosen(floor, b))
    listed = floor.standing.order or long_list(floor)
    # Who is excluded after the draw leaves his place to the next one drawn.
    return tuple(b for b in listed if _may_be_chosen(floor, b))[: floor.terms.short_list]


def _after_credit(floor: Floor[IntermediaryTerms], closed: str) -> str | None:
    if closed in ("quotes", "register"):
        return "credit"
    if closed != "credit":
        return "choice" if closed == "short_list" else None
    found = len(long_list(floor))
    return ("short_list" if found > floor.terms.short_list else "choice") if found else None


def _too_few(floor: Floor[IntermediaryTerms]) -> bool:
    return len(registrants(floor)) < floor.terms.min_bidders


def _fell_back(floor: Floor[IntermediaryTerms]) -> bool:
    """Whether the owner picks because too few came for the system to select."""
    return floor.terms.fallback is Fallback.OWNER and _too_few(floor)


def _failed(floor: Floor[IntermediaryTerms]) -> bool:
    return _too_few(floor) and not (_fell_back(floor) and registrants(floor))


def reference(floor: Floor[IntermediaryTerms]) -> Amount | None:
    """What quotes are held against, in the smallest unit; None where nothing is, or not yet."""
    amounts = [o.amount for o in floor.standing.offers.values()]
    if floor.terms.mode is Mode.AVERAGE and amounts:
        return mean(amounts)
    coefficient = floor.standing.notes.get(_NOTE)
    if coefficient is None:
        return None
    left = without_ends(amounts)
    # One rounding: the mean is not rounded before the coefficient applies.
    return divide_half_up(sum(left) * int(coefficient), len(left) * 100)


def _worth(floor: Floor[IntermediaryTerms]) -> Mapping[str, int]:
    """The smaller the better, equal ones draw lots; in a random selection all are equal."""
    mode, target = floor.terms.mode, reference(floor)
    quotes = {b: o.amount for b, o in floor.standing.offers.items()}
    if mode is Mode.LOWEST:
        return quotes
    if target is not None:
        return {b: abs(amount - target) for b, amount in quotes.items()}
    return dict.fromkeys(registrants(floor), 0)


def _picked(floor: Floor[IntermediaryTerms]) -> bool:
    return floor.terms.mode in PICKED or _fell_back(floor)


def level(floor: Floor[IntermediaryTerms]) -> tuple[str, ...]:
    """The best, all of them that are equal."""
    worth = {b: value for b, value in _worth(floor).items() if _may_be_chosen(floor, b)}
    best = min(worth.values(), default=0)
    return tuple(b for b, value in worth.items() if value == best)


def _best_first(floor: Floor[IntermediaryTerms]) -> tuple[str, ...]:
    if _picked(floor):
        return short_list(floor)
    worth, order = _worth(floor), floor.standing.order
    return tuple(sorted(worth, key=lambda b: (worth[b], order.index(b) if b in order else 0)))


def winner(floor: Floor[IntermediaryTerms]) -> str | None:
    """Who is chosen; None while nobody is."""
    terms, standing = floor.terms, floor.standing
    if _failed(floor):
        return None
    if _picked(floor):
        listed = short_list(floor)
        return next((b for b in listed if score_key(terms.owner, b) in standing.scores), None)
    best = level(floor)
    if len(best) > 1:
        return next((b for b in standing.order if b in best), None)
    return best[0] if best else None


def _price(floor: Floor[IntermediaryTerms], bidder: str) -> Amount:
    own = floor.standing.offers.get(bidder)
    return floor.terms.start_price if own is None else own.amount


RULE: Final = Intermediary()
