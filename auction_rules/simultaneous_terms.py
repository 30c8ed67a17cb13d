"""Terms of a simultaneous ascending auction: lots, rounds, activity, waivers, withdrawals, ties."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auction_rules.draw_terms import DrawTerms
from auction_rules.money import LIMIT
from auction_rules.stages.lot_activity import Phase
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import Choice, Count, Moment, Money, Seconds, term, wrong


class Tie(Choice):
    """Which of equal offers for a lot stands high."""

    EARLIER = ("EARLIER", "时间优先", "the earlier")
    DRAWN_ORDER = ("DRAWN_ORDER", "按事先抽定的次序", "by an order drawn beforehand")
    DRAWN_EACH_ROUND = ("DRAWN_EACH_ROUND", "每轮结束后摇号", "by lots drawn after the round")


class Item(BaseModel):
    """A lot: what it starts at, and what it is worth in points of eligibility."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term(
        "标的编号", "Lot", default=...
    )
    zh: str = term("名称", "Name (Chinese)", default="")
    en: str = term("名称（英文）", "Name (English)", default="")
    start_price: Money = term("起始价", "Start price", kind="money")
    step: Money = term("增价幅度", "Step", kind="money", default=1)
    points: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = term(
        "资格点数", "Points", kind="count", default=1
    )


class LaterPhase(BaseModel):
    """A phase after the first: the round it begins with at the latest, and what it asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_round: Annotated[int, Field(strict=True, ge=2, le=1_000_000)] = term(
        "最迟自第几轮起", "From this round on, at the latest", kind="count"
    )
    activity_basis_points: Annotated[int, Field(strict=True, ge=1, le=10_000)] = term(
        "每轮须使用的资格（万分之）", "Activity required in a round (basis points)", kind="count"
    )


class SimultaneousTerms(DrawTerms):
    """Terms of a simultaneous ascending auction."""

    items: tuple[Item, ...] = term("标的", "Lots", kind="list")
    opens: Moment = term("开始时间", "Opens", kind="instant")
    round_seconds: Seconds = term("每轮时长（秒）", "A round (s)", kind="seconds", default=900)
    pause_seconds: Seconds = term(
        "轮间停顿（秒）", "Pause between rounds (s)", kind="seconds", default=0
    )
    eligibility_points: Annotated[int, Field(strict=True, ge=1, le=100_000_000)] = term(
        "每家初始资格点数", "Eligibility everybody begins with (points)", kind="count"
    )
    activity_basis_points: Annotated[int, Field(strict=True, ge=1, le=10_000)] = term(
        "每轮须使用的资格（万分之）",
        "Activity required in a round (basis points)",
        kind="count",
        default=6_000,
    )
    later_phases: tuple[LaterPhase, ...] = term(
        "后续阶段", "Later phases of activity", kind="list", default=()
    )
    waivers: Count = term(
        "每家可豁免轮数", "Rounds that each bidder may waive", kind="count", default=0
    )
    automatic_waivers: bool = term(
        "资格将减少时自动使用豁免",
        "A waiver is used for who would lose points",
        kind="bool",
        default=False,
    )
    withdrawals: Count = term(
        "每家可撤回最高报价次数",
        "High offers that each bidder may withdraw",
        help_zh="领先者对该标的报 0 即为撤回",
        help_en="Who stands high withdraws by a bid of 0 on the lot",
        kind="count",
        default=0,
    )
    withdrawal_basis_points: Annotated[int, Field(strict=True, ge=0, le=10_000)] = term(
        "撤回后该标的未成交的，所撤报价的（万分之）",
        "Owed where the lot of a withdrawn offer stays unsold, of that offer (basis points)",
        kind="count",
        default=0,
    )
    click_amounts: Count = term(
        "可选报价个数（0 为不限）",
        "Amounts to choose from, step by step (0 = any amount)",
        help_zh="只能从最低有效报价起按增价幅度递增的若干金额中选择，报价不能夹带信息",
        help_en="So many from the least valid one on: no message fits into an amount",
        kind="count",
        default=0,
    )
    final_rounds_after: Count = term(
        "第几轮后宣布最后三轮（0 为不宣布）",
        "Round after which three final rounds are told (0 = never)",
        kind="count",
        default=0,
    )
    tie: Tie = term(
        "同轮同价", "Equal offers", kind="enum", enum=Tie.options(), default=Tie.EARLIER
    )

    @model_validator(mode="after")
    def _together(self) -> SimultaneousTerms:
        if not self.items or len({item.id for item in self.items}) != len(self.items):
            raise wrong("items", "标的编号不能为空或重复", "lots are needed, each with its own id")
        if not self.round_seconds:
            raise wrong("round", "每轮至少 1 秒", "a round is at least one second")
        limit = LIMIT // len(self.items)
        if any(item.step < 1 or item.start_price + item.step > limit for item in self.items):
            raise wrong(
                "items",
                "增价幅度须大于零，起始价与幅度不能过大",
                "steps are more than zero, and neither start nor step is too large",
            )
        if self.automatic_waivers and not self.waivers:
            raise wrong("waivers", "没有豁免轮数可自动使用", "there are no waivers to use")
        if self.withdrawal_basis_points and not self.withdrawals:
            raise wrong("withdrawals", "不可撤回的，没有违约金", "nothing is owed where none may")
        for one, other in pairwise(self.phases()):
            later, lower = other.from_round > one.from_round, other.share < one.share
            if not later or lower:
                raise wrong(
                    "later_phases",
                    "后续阶段须依次更晚，且活跃度不得降低",
                    "each phase begins later than the one before, and asks for no less",
                )
        return self

    def phases(self) -> tuple[Phase, ...]:
        """All phases, the first one with the first round."""
        later = (Phase(p.from_round, p.activity_basis_points) for p in self.later_phases)
        return (Phase(1, self.activity_basis_points), *later)

    def ladders(self) -> dict[str, Ladder]:
        """What each lot asks for."""
        limit, boxes = LIMIT // len(self.items), self.click_amounts
        grid = Grid.MULTIPLE_OF_STEP if boxes else Grid.MIN_STEP
        return {
            i.id: Ladder(i.start_price, i.step, grid, max_jump=boxes or None, limit=limit)
            for i in self.items
        }
