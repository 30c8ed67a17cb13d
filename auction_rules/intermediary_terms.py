"""Terms of the intermediary-service market (DOMAIN §7), and which of them go together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, model_validator

from auction_rules.draw_terms import DrawTerms
from auction_rules.escrow_terms import Escrow, EscrowTerms
from auction_rules.says import both
from auction_rules.terms import Choice, Count, Moment, Money, Text, term, wrong


class Mode(Choice):
    """How the provider is chosen."""

    RANDOM = ("RANDOM", "随机抽取", "by lot")
    LOWEST = ("LOWEST", "最低价", "lowest quote")
    BEST_PRICE = ("BEST_PRICE", "最优价（下浮系数）", "nearest a lowered mean")
    AVERAGE = ("AVERAGE", "平均价", "nearest the mean")
    CREDIT = ("CREDIT", "信用择优", "credit, a short list by lot, the owner's pick")
    OWNER = ("OWNER", "业主直接选取", "the owner's pick")


class Entry(Choice):
    """How a provider comes in."""

    QUOTE = ("QUOTE", "报名并报价", "with a quote")
    REGISTER = ("REGISTER", "按公布的服务费报名", "for the announced fee")


class Funds(Choice):
    """Who pays; state funds need more registrants."""

    STATE = ("STATE", "财政资金项目", "state funds")
    SOCIAL = ("SOCIAL", "社会资金项目", "private funds")


class Fallback(Choice):
    """What follows when fewer have registered than the terms require."""

    FAIL = ("FAIL", "选取失败", "the selection fails")
    OWNER = ("OWNER", "转由业主从已报名者中选取", "the owner picks from those who came")


PRICED: Final = (Mode.LOWEST, Mode.BEST_PRICE, Mode.AVERAGE)
PICKED: Final = (Mode.CREDIT, Mode.OWNER)
CHOSEN: Final[Mapping[Mode, Text]] = {
    Mode.RANDOM: both("在报名者中摇号选取", "one of those who came is drawn by lot"),
    Mode.LOWEST: both("报价最低者中选", "the lowest quote is chosen"),
    Mode.BEST_PRICE: both(
        "去掉一个最高报价和一个最低报价，其余报价的平均价乘以从 95%、96%、97%、98% 中抽得的系数，"
        "四舍五入到最小计价单位，最接近者中选",
        "without one highest and one lowest quote, the mean of the rest times a coefficient drawn "
        "from 95, 96, 97 and 98 %, half up to the smallest unit; the nearest quote is chosen",
    ),
    Mode.AVERAGE: both(
        "最接近全部报价平均价者中选", "the quote nearest the mean of all quotes is chosen"
    ),
    Mode.CREDIT: both(
        "按信用分确定长名单，从中随机抽取短名单，由业主从短名单中选取",
        "credit points give the long list, a draw the short list, and the owner picks from it",
    ),
    Mode.OWNER: both("由业主从报名者中选取", "the owner picks one of those who came"),
}
"""How the one chosen is found, in the words of the notice."""
Officer = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{1,32})?$")]


class IntermediaryTerms(EscrowTerms, DrawTerms):
    """Terms of one selection."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "项目", "Project (Chinese)", default="项目"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "项目（英文）", "Project (English)", default="Project"
    )
    lot_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term(
        "项目编号", "Project number", default="1"
    )
    opens: Moment = term("报名开始", "Opens", kind="instant")
    closes: Moment = term("报名截止", "Closes", kind="instant")
    start_price: Money = term(
        "服务费（报价时为最高限价）", "Fee, or ceiling of quotes", kind="money"
    )
    mode: Mode = term("选取方式", "Mode", kind="enum", enum=Mode.options())
    entry: Entry = term("报名方式", "Entry", kind="enum", enum=Entry.options())
    funds: Funds = term("资金性质", "Funds", kind="enum", enum=Funds.options(), default=Funds.STATE)
    min_bidders: Annotated[int, Field(strict=True, ge=1, le=1_000)] = term(
        "最少报名家数", "Least registrants", kind="count", default=3
    )
    credit_cut: Annotated[int, Field(strict=True, ge=0, le=10_000)] = term(
        "入围信用分（百分之一分）",
        "Least credit, in hundredths of a point",
        kind="count",
        default=0,
    )
    credit_share_basis_points: Annotated[int, Field(strict=True, ge=0, le=10_000)] = term(
        "信用分排名入围比例（万分之）",
        "Best by credit, share of the registrants (basis points)",
        help_zh="达到入围分者中，按信用分从高到低取报名家数的这一比例，向上取整，同分一并入围；0 为不限",
        help_en="Of those at or above the least credit, the best so many of all who registered, "
        "rounded up, equal ones included; 0 for all of them",
        kind="count",
        default=0,
    )
    registrar: Officer = term("信用分录入人", "Who enters credit points", default="")
    short_list: Count = term("短名单家数", "Length of the short list", kind="count", default=0)
    owner: Officer = term("业主（选取人）", "Who picks for the owner", default="")
    fallback: Fallback = term(
        "报名家数不足时",
        "When too few have registered",
        kind="enum",
        enum=Fallback.options(),
        default=Fallback.FAIL,
    )

    @model_validator(mode="after")
    def _together(self) -> IntermediaryTerms:
        problem = _window_problem(self) or _mode_problem(self)
        if problem is not None:
            raise wrong(*problem)
        return self


def _window_problem(c: IntermediaryTerms) -> tuple[str, str, str] | None:
    if c.closes <= c.opens:
        return ("closes", "截止须晚于开始", "the close must be after the opening")
    if c.start_price < 1:
        return ("start_price", "服务费须大于零", "the fee must be more than zero")
    if c.escrow is not Escrow.PLAIN and c.entry is not Entry.QUOTE:
        return ("escrow", "无须报价的报名不能密封", "without quotes there is nothing to seal")
    if c.mode in PRICED and c.entry is not Entry.QUOTE:
        return ("entry", "按价格选取须报价", "a choice by price needs quotes")
    # Haizhou: fewer than three fails where state funds pay; Guangdong's picks need two.
    least = 2 if c.mode in PICKED else 3
    if c.funds is Funds.STATE and c.min_bidders < least:
        return (
            "min_bidders",
            f"财政资金项目至少 {least} 家",
            f"with state funds at least {least} registrants",
        )
    return None


def _mode_problem(c: IntermediaryTerms) -> tuple[str, str, str] | None:
    falls_back = c.fallback is Fallback.OWNER
    if falls_back and (c.mode in PICKED or c.funds is Funds.STATE):
        # Haizhou: with state funds too few is a failure, whoever would pick.
        return (
            "fallback",
            "仅社会资金项目由系统选取时，家数不足方可转由业主选取",
            "only a selection by the system for private funds can fall back on the owner",
        )
    if (c.mode in PICKED or falls_back) != bool(c.owner):
        return ("owner", "业主选取时须指定选取人", "who picks is named where the owner picks")
    credit = c.mode is Mode.CREDIT
    if credit != bool(c.registrar) or credit != bool(c.short_list):
        return (
            "registrar",
            "信用择优须指定录入人和短名单家数",
            "credit needs a registrar and the length of the short list",
        )
    if (c.credit_cut or c.credit_share_basis_points) and not credit:
        return ("credit_cut", "仅信用择优可设入围分", "a least credit goes with the credit mode")
    if credit and c.registrar == c.owner:
        return ("owner", "录入人与选取人不得为同一人", "registrar and owner are two persons")
    return None
