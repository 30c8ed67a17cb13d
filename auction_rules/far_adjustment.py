"""调整容积率上网竞价 far_adjustment@1: several parcels, one quota of floor area.

Each participant owns a parcel and asks for a fixed added floor area; the offer is a price
for it. First 网上报价 (free quotes), then 网上限时竞价 (each may raise his own price while the
countdown runs). At every offer the winning set is worked out anew: rank by price, earlier
first among equals, and grant while the quota lasts.

The rule text of the first such case (Zhongshan, 2019) was not found. Everything here that a
centre might decide otherwise is therefore a term, to be printed in the notice; the model
follows the nearest analogues, quota auctions that rank by price and then by time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auction_rules.allocation import Misfit, Share, fill
from auction_rules.extension import Countdown, Mode, Trigger
from auction_rules.facts import (
    Amount,
    Awarded,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    OfferStood,
    Unsold,
)
from auction_rules.floor import Floor, Offer
from auction_rules.lint import Remark
from auction_rules.money import LIMIT, divide_half_up, rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Settlement
from auction_rules.says import EARLIER, Says
from auction_rules.stages.gate import Gate
from auction_rules.stages.outcry import Outcry
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import (
    SECOND,
    SQUARE_METRE,
    YUAN,
    YUAN_PER_SQUARE_METRE,
    Area,
    Choice,
    Count,
    Moment,
    Money,
    RuleConfig,
    Seconds,
    Text,
    Unit,
    term,
    wrong,
)

QUOTING: Final[Text] = {"zh": "网上报价", "en": "Free quoting"}
ASKING: Final[Text] = {"zh": "询问", "en": "Inquiry"}
TIMED: Final[Text] = {"zh": "网上限时竞价", "en": "Timed bidding"}


class QuotaKind(Choice):
    """What is scarce."""

    AREA = ("AREA", "建筑面积总量", "floor area")
    PARCEL_COUNT = ("PARCEL_COUNT", "宗地数量", "number of parcels")


class Basis(Choice):
    """What the amount of an offer means."""

    PER_AREA = ("PER_AREA", "每平方米新增建筑面积单价", "per square metre of added floor area")
    TOTAL = ("TOTAL", "总价", "for the parcel in total")


class Pricing(Choice):
    """What winners pay."""

    PAY_AS_BID = ("PAY_AS_BID", "按各自报价", "each his own price")
    UNIFORM = ("UNIFORM", "按最低入围价", "the lowest winning price")


class RestartOn(Choice):
    """Which offers move the end of the timed stage."""

    ANY_BID = ("ANY_BID", "任何有效报价", "any valid offer")
    WINNING_SET_CHANGED = ("WINNING_SET_CHANGED", "入围名单变化", "a change of the winning set")


class Visibility(Choice):
    """Whether quotes of the first stage can be seen."""

    OPEN = ("OPEN", "公开报价", "open")
    SEALED = ("SEALED", "密封报价，截止后公开", "sealed until the stage closes")


class Eligibility(Choice):
    """Who may act in the timed stage."""

    ALL = ("ALL", "全部竞买人", "every admitted bidder")
    HAS_QUOTE = ("HAS_QUOTE", "有有效报价者", "those with a valid quote")
    CONFIRMED = ("CONFIRMED", "询问期内确认者", "those who confirm in the inquiry window")
    QUOTE_AND_CONFIRMED = (
        "QUOTE_AND_CONFIRMED",
        "有有效报价且在询问期内确认者",
        "those with a valid quote who confirm",
    )


class Parcel(BaseModel):
    """A parcel that asks for more floor area."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term(
        "宗地编号", "Parcel", default=...
    )
    zh: str = term("名称", "Name (Chinese)", default="")
    en: str = term("名称（英文）", "Name (English)", default="")
    added_area: Area = term("申请新增建筑面积", "Added floor area", kind="area")


class FarTerms(RuleConfig):
    """Terms of a floor-area-ratio auction."""

    unit: Unit = term("计价单位", "Price unit", kind="unit", default=YUAN_PER_SQUARE_METRE)
    quantity_unit: Unit = term("面积单位", "Area unit", kind="unit", default=SQUARE_METRE)
    parcels: tuple[Parcel, ...] = term("宗地", "Parcels", kind="list")
    quota_kind: QuotaKind = term(
        "控制总量", "Quota of", kind="enum", enum=QuotaKind.options(), default=QuotaKind.AREA
    )
    quota_area: Area | None = term(
        "可新增建筑面积总量", "Floor area available", kind="area", default=None
    )
    quota_parcels: Count = term("可调整宗地数", "Parcels available", kind="count", default=0)
    misfit: Misfit = term(
        "不能完全容纳时",
        "When an offer does not fit",
        kind="enum",
        enum=Misfit.options(),
        default=Misfit.SKIP,
    )
    basis: Basis = term(
        "报价内容", "An offer is", kind="enum", enum=Basis.options(), default=Basis.PER_AREA
    )
    pricing: Pricing = term(
        "成交价", "Winners pay", kind="enum", enum=Pricing.options(), default=Pricing.PAY_AS_BID
    )
    start_price: Money = term("起始价", "Start price", kind="money")
    step: Money = term("增价幅度", "Step", kind="money", default=1)
    grid: Grid = term(
        "报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MULTIPLE_OF_STEP
    )
    cap_price: Money | None = term("最高限价", "Cap", kind="money", default=None)
    min_bidders: Count = term(
        "最少有效报价人数", "Least bidders with an offer", kind="count", default=1
    )
    quoting_opens: Moment = term("网上报价开始", "Quoting opens", kind="instant")
    quoting_closes: Moment = term("网上报价截止", "Quoting closes", kind="instant")
    quoting: Visibility = term(
        "报价方式", "Quotes are", kind="enum", enum=Visibility.options(), default=Visibility.OPEN
    )
    eligibility: Eligibility = term(
        "限时竞价资格",
        "Who may enter the timed stage",
        kind="enum",
        enum=Eligibility.options(),
        default=Eligibility.HAS_QUOTE,
    )
    confirm_seconds: Seconds = term("询问期（秒）", "Inquiry window (s)", kind="seconds", default=0)
    preparation_seconds: Seconds = term(
        "准备期（秒）", "Preparation (s)", kind="seconds", default=0
    )
    countdown_seconds: Seconds = term("倒计时（秒）", "Countdown (s)", kind="seconds", default=300)
    countdown_mode: Mode = term(
        "倒计时方式", "Countdown mode", kind="enum", enum=Mode.options(), default=Mode.RESET
    )
    trigger_window_seconds: Seconds = term(
        "触发延时的最后时段（秒，0 为全程）",
        "Trigger window (s, 0 = always)",
        kind="seconds",
        default=0,
    )
    restart_on: RestartOn = term(
        "触发延时的报价",
        "Restart on",
        kind="enum",
        enum=RestartOn.options(),
        default=RestartOn.ANY_BID,
    )
    max_extensions: Count = term(
        "最多延时次数（0 为不限）", "Most extensions (0 = no limit)", kind="count", default=0
    )
    max_extension_seconds: Seconds = term(
        "累计延时上限（秒，0 为不限）",
        "Most extension time (s, 0 = no limit)",
        kind="seconds",
        default=0,
    )

    @model_validator(mode="after")
    def _together(self) -> FarTerms:
        # In this order: what is said about prices counts on there being an area.
        for problem_of in (_parcel_problem, _price_problem, _time_problem):
            problem = problem_of(self)
            if problem is not None:
                raise wrong(*problem)
        return self


def _parcel_problem(c: FarTerms) -> tuple[str, str, str] | None:
    if not c.parcels:
        return ("parcels", "至少要有一宗地", "there must be at least one parcel")
    if len({p.id for p in c.parcels}) != len(c.parcels):
        return ("parcels", "宗地编号不能重复", "parcel numbers must differ")
    if any(p.added_area < 1 for p in c.parcels):
        return ("parcels", "申请面积必须大于零", "the added area must be more than zero")
    if (c.quota_kind is QuotaKind.AREA) != bool(c.quota_area):
        return (
            "quota_area",
            "按面积控制时须填面积总量，否则不填",
            "a floor-area quota goes with kind AREA",
        )
    if (c.quota_kind is QuotaKind.PARCEL_COUNT) != bool(c.quota_parcels):
        return (
            "quota_parcels",
            "按宗数控制时须填宗数，否则不填",
            "a parcel quota goes with kind PARCEL_COUNT",
        )
    return None


def _price_problem(c: FarTerms) -> tuple[str, str, str] | None:
    if c.step < 1 or c.start_price < 1:
        return ("step", "起始价和增价幅度必须大于零", "start price and step must be more than zero")
    if c.cap_price is not None:
        aligned = c.grid is Grid.MIN_STEP or not (c.cap_price - c.start_price) % c.step
        if c.cap_price <= c.start_price or not aligned:
            # DOMAIN §2.4: (cap - start) / step must be a positive integer.
            return (
                "cap_price",
                "最高限价须为起始价加整数个增价幅度",
                "the cap must be start plus whole steps",
            )
    if c.cap_price is not None and c.cap_price > _limit(c):
        return ("cap_price", "最高限价过大", "the cap is too large")
    if c.start_price + c.step > _limit(c):
        return ("start_price", "起始价或增价幅度过大", "start price or step is too large")
    partial = c.misfit is Misfit.PARTIAL
    if c.basis is Basis.TOTAL and (partial or c.pricing is Pricing.UNIFORM):
        return (
            "basis",
            "按总价报价时不能部分给予或统一价",
            "offers in total go with neither partial grants nor a uniform price",
        )
    return None


def _time_problem(c: FarTerms) -> tuple[str, str, str] | None:
    if c.quoting_closes <= c.quoting_opens:
        return ("quoting_closes", "截止须晚于开始", "the close must be after the opening")
    if c.countdown_seconds < 1:
        return ("countdown_seconds", "倒计时至少 1 秒", "the countdown is at least one second")
    asks = c.eligibility in (Eligibility.CONFIRMED, Eligibility.QUOTE_AND_CONFIRMED)
    if asks != bool(c.confirm_seconds):
        return (
            "confirm_seconds",
            "需要确认时须填询问期，否则不填",
            "an inquiry window goes with confirmation",
        )
    return None


class FarAdjustment(Staged[FarTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "far_adjustment"
    version: ClassVar[str] = "1"
    own_lots: ClassVar[bool] = True
    title: ClassVar[Text] = {"zh": "调整容积率上网竞价", "en": "Floor-area-ratio auction"}
    Config = FarTerms
    example: ClassVar[Mapping[str, Any]] = {
        "parcels": [
            {"id": "P1", "zh": "一号宗地", "en": "Parcel 1", "added_area": "30000"},
            {"id": "P2", "zh": "二号宗地", "en": "Parcel 2", "added_area": "25000"},
        ],
        "quota_area": "40000",
        "start_price": "4000",
        "step": "100",
        "quoting_opens": "2026-03-02T09:00:00+08:00",
        "quoting_closes": "2026-03-02T10:00:00+08:00",
        "countdown_seconds": 300,
    }

    def stages(self, terms: FarTerms) -> tuple[Stage, ...]:
        """Quoting, the inquiry where the terms ask one, then timed bidding."""
        quoting = Outcry(
            id="quoting",
            kind="quoting",
            title=QUOTING,
            ladder=self.ladder(terms),
            to_beat=_own,
            leading=leading,
            quantity=_asked,
            resume_policy=terms.resume,
            begins=terms.quoting_opens,
            ends=terms.quoting_closes,
            sealed=terms.quoting is Visibility.SEALED,
            entitle=_entitled,
            entering=entering,
        )
        timed = Outcry(
            id="timed",
            kind="timed",
            title=TIMED,
            ladder=quoting.ladder,
            to_beat=_own,
            leading=leading,
            quantity=_asked,
            resume_policy=terms.resume,
            length=terms.countdown_seconds * SECOND,
            preparation=terms.preparation_seconds * SECOND,
            countdown=_countdown(terms),
            entering=entering,
        )
        if not terms.confirm_seconds:
            return (quoting, timed)
        return (
            quoting,
            Gate("inquiry", ASKING, terms.confirm_seconds * SECOND, "timed", _may_answer),
            timed,
        )

    def lint(self, terms: FarTerms) -> tuple[Remark, ...]:
        """A quota that binds nobody, a parcel that can never fit, a sale that cannot be."""
        weights = [(p.id, _weight(terms, p.added_area)) for p in terms.parcels]
        said: list[Remark] = []
        if sum(weight for _, weight in weights) <= quota(terms):
            said.append(
                Remark(
                    "QUOTA_NOT_SCARCE",
                    "控制总量足以满足全部申请：没有竞争，均以起始价成交即可。",
                    "The quota covers every parcel: there is no competition above the start price.",
                )
            )
        if terms.misfit is not Misfit.PARTIAL:
            said += [
                Remark(
                    "NEVER_FITS",
                    f"宗地 {name} 的申请面积大于控制总量：无论出价多高都不能入围。",
                    f"Parcel {name} asks for more than the quota: no price can win for it.",
                )
                for name, weight in weights
                if weight > quota(terms)
            ]
        if terms.min_bidders > len(weights):
            said.append(
                Remark(
                    "NEVER_SOLD",
                    "最少有效报价人数多于宗地数：不可能成交。",
                    "More bidders are required than there are parcels: nothing can be sold.",
                )
            )
        return tuple(said)

    def ladder(self, terms: FarTerms) -> Ladder:
        """Which amounts may come next."""
        return Ladder(
            terms.start_price, terms.step, terms.grid, cap=terms.cap_price, limit=_limit(terms)
        )

    def starts(self, terms: FarTerms) -> Instant:
        """The opening of the quotes."""
        return terms.quoting_opens

    def follows(self, floor: Floor[FarTerms], closed: str) -> str | None:
        """A stage nobody may enter is not opened."""
        if closed == "timed" or floor.standing.entitled == ():
            return None
        if closed == "inquiry":
            return "timed"
        if not floor.standing.offers and not _open_to_newcomers(floor.terms):
            return None
        return "inquiry" if floor.terms.confirm_seconds else "timed"

    def finish(self, floor: Floor[FarTerms], now: Instant) -> tuple[FloorFact, ...]:
        """Every member of the winning set is awarded what it was granted."""
        del now
        offers, terms = floor.standing.offers, floor.terms
        if not offers:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if len(offers) < terms.min_bidders:
            return (Unsold("BELOW_MIN_BIDDERS"),)
        shares = winning_set(floor)
        if not shares:
            return (Unsold("NOTHING_FITS"),)
        lowest = min(offers[s.bidder].amount for s in shares)
        return tuple(_award(terms, offers[s.bidder], s, lowest) for s in shares)

    def least(self, floor: Floor[FarTerms]) -> Amount:
        """The start: each bidder only ever raises his own price."""
        return floor.terms.start_price

    def ranking(self, floor: Floor[FarTerms]) -> tuple[str, ...]:
        """By price, then by arrival."""
        return tuple(o.bidder for o in ranked(floor))

    def settlement(self, floor: Floor[FarTerms]) -> Settlement:
        """Totals over what is awarded, or would be if it ended now; unused quota."""
        terms, standing = floor.terms, floor.standing
        shares = winning_set(floor) if standing.offers and not standing.unsold else ()
        lowest = min((standing.offers[s.bidder].amount for s in shares), default=0)
        awards = standing.awards or tuple(
            _award(terms, standing.offers[s.bidder], s, lowest) for s in shares
        )
        total = sum(a.total for a in awards)
        base = sum(_total(terms, terms.start_price, a.quantity or 0) for a in awards)
        used = sum(_weight(terms, a.quantity or 0) for a in awards)
        premium = total - base
        return Settlement(total, premium, rate(premium, base), quota(terms) - used)

    def says(self, terms: FarTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        del terms
        return {"tie": (EARLIER,)}

    def lots(self, terms: FarTerms) -> tuple[Lot, ...]:
        """The parcels."""
        return tuple(
            Lot(p.id, {"zh": p.zh or p.id, "en": p.en or p.id}, p.added_area) for p in terms.parcels
        )

    def settlement_unit(self, terms: FarTerms) -> Unit:
        """Yuan to the fen for prices per area whose unit is worth so many; else the price unit."""
        return YUAN if terms.basis is Basis.PER_AREA and terms.unit.fen else terms.unit

    def quantity_unit(self, terms: FarTerms) -> Unit | None:
        """The unit of the areas."""
        return terms.quantity_unit


def quota(terms: FarTerms) -> Amount:
    """What can be granted in all: area, or a number of parcels."""
    return terms.quota_area or 0 if terms.quota_kind is QuotaKind.AREA else terms.quota_parcels


def _weight(terms: FarTerms, area: Amount) -> Amount:
    return area if terms.quota_kind is QuotaKind.AREA else 1


def ranked(floor: Floor[FarTerms]) -> list[Offer]:
    """Standing offers by amount, best first; among equals the one that arrived earlier."""
    return sorted(floor.standing.offers.values(), key=lambda o: (-o.amount, o.i))


def winning_set(floor: Floor[FarTerms]) -> tuple[Share, ...]:
    """Who would be granted what if it ended now, in rank order; quantities are areas."""
    terms = floor.terms
    rows = ranked(floor)
    weights = ((o.bidder, _weight(terms, o.quantity or 0)) for o in rows)
    shares = fill(weights, quota(terms), terms.misfit)
    if terms.quota_kind is QuotaKind.AREA:
        return shares
    areas = {o.bidder: o.quantity or 0 for o in rows}
    return tuple(Share(s.bidder, areas[s.bidder]) for s in shares)


def leading(floor: Floor[FarTerms]) -> LeadersChanged:
    """The winning set as a fact: its members best first, and the cut-off price."""
    shares = winning_set(floor)
    amounts = [floor.standing.offers[s.bidder].amount for s in shares]
    return LeadersChanged(tuple(s.bidder for s in shares), min(amounts, default=None))


def entering(floor: Floor[FarTerms], bidder: str) -> Amount | None:
    """The least valid amount with which the bidder would be in the winning set; None if he is.

    A higher price never ranks lower, so the first rung that suffices is found by halving.
    """
    if any(share.bidder == bidder for share in winning_set(floor)):
        return None
    ladder, current = RULE.ladder(floor.terms), _own(floor, bidder)
    if not ladder.open(current):
        return None
    least, most = ladder.minimum(current), ladder.maximum(current)
    best = max((o.amount for o in floor.standing.offers.values()), default=least)
    most = min(most, ladder.minimum(best) if best >= least else least)
    width = ladder.step if ladder.grid is Grid.MULTIPLE_OF_STEP else 1
    low, high = 0, (most - least) // width
    if not _would_win(floor, bidder, least + high * width):
        return None
    while low < high:
        middle = (low + high) // 2
        if _would_win(floor, bidder, least + middle * width):
            high = middle
        else:
            low = middle + 1
    return least + low * width


def _would_win(floor: Floor[FarTerms], bidder: str, amount: Amount) -> bool:
    offer = OfferStood(bidder, floor.entrants[bidder].lot, amount, _asked(floor, bidder))
    after = floor.after((offer,), floor.standing.opens)
    return any(share.bidder == bidder for share in winning_set(after))


def _award(terms: FarTerms, offer: Offer, share: Share, lowest: Amount) -> Awarded:
    price = lowest if terms.pricing is Pricing.UNIFORM else offer.amount
    total = _total(terms, price, share.quantity)
    return Awarded(offer.bidder, offer.lot, price, share.quantity, total)


def _total(terms: FarTerms, price: Amount, area: Amount) -> Amount:
    """In the settlement unit; a price per area times the area, rounded half up."""
    if terms.basis is Basis.TOTAL:
        return price
    worth = price * (terms.unit.fen or 1)
    return divide_half_up(worth * area, 10**terms.quantity_unit.scale)


def _limit(terms: FarTerms) -> Amount:
    """The largest offer at which the total over all parcels is still an exact JSON integer."""
    if terms.basis is Basis.TOTAL:
        return LIMIT // len(terms.parcels)
    worth = (terms.unit.fen or 1) * sum(p.added_area for p in terms.parcels)
    units: int = 10**terms.quantity_unit.scale
    # Each total may be rounded up by less than one.
    return min(LIMIT, (LIMIT - len(terms.parcels)) * units // worth)


def _own(floor: Floor[FarTerms], bidder: str) -> Amount | None:
    offer = floor.standing.offers.get(bidder)
    return offer.amount if offer else None


def _asked(floor: Floor[FarTerms], bidder: str) -> Amount | None:
    lot = floor.entrants[bidder].lot
    return next((p.added_area for p in floor.terms.parcels if p.id == lot), None)


def _countdown(terms: FarTerms) -> Countdown:
    trigger = Trigger.ANY_BID if terms.restart_on is RestartOn.ANY_BID else Trigger.TOP_CHANGE
    return Countdown(
        terms.countdown_seconds * SECOND,
        terms.countdown_mode,
        trigger,
        terms.trigger_window_seconds * SECOND,
        terms.max_extensions,
        terms.max_extension_seconds * SECOND,
    )


def _open_to_newcomers(terms: FarTerms) -> bool:
    return terms.eligibility in (Eligibility.ALL, Eligibility.CONFIRMED)


def _entitled(floor: Floor[FarTerms]) -> Entitled | None:
    if floor.terms.eligibility is not Eligibility.HAS_QUOTE:
        return None
    return Entitled("timed", tuple(sorted(floor.standing.offers)))


def _may_answer(floor: Floor[FarTerms], bidder: str) -> bool:
    return _open_to_newcomers(floor.terms) or bidder in floor.standing.offers


RULE: Final = FarAdjustment()
