"""What to say of an auction's hours as seen from the day it is published: notice and deposits.

What it is: remarks for whoever drafts and approves, beside those on the terms (`auction_rules.lint`),
which know neither the day nor the deposit. What it is not: a bar. A period of the law counts from
the notice on the centre's own site, which may have been there before; only an hour that has passed
already cannot be published, and the door refuses that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from auction_rules.facts import Instant
from auction_rules.floor import Floor, Standing
from auction_rules.remark import Remark
from auction_rules.rule import Rule
from auction_rules.terms import SECOND, RuleConfig

_DAY: Final = 86_400 * SECOND
DEADLINE: Final = "deposit_deadline"


@dataclass(frozen=True, slots=True)
class Hour:
    """A remark, and the field of the document that it is about."""

    remark: Remark
    field: str


PERIODS: Final[Mapping[str, tuple[int, str, str]]] = {
    # Order 39 of the Ministry of Land and Resources, as DOMAIN 2.1 has it.
    "land_listing": (20, "土地公告须在挂牌开始前不少于 20 日", "20 days ahead for land"),
    # Twenty working days are twenty-eight days at least (DOMAIN 3 and 5).
    "mining_rights": (
        28,
        "矿业权公告须在挂牌开始前不少于 20 个工作日",
        "20 working days ahead for mining rights",
    ),
    "property_rights": (
        28,
        "产权转让信息披露不少于 20 个工作日",
        "20 working days of disclosure for property rights",
    ),
    # Interpretation 18 of 2016, art. 12.
    "judicial": (
        15,
        "司法拍卖公告动产不少于 15 日、不动产等不少于 30 日",
        "15 days ahead for a judicial sale, 30 where it is immovable",
    ),
    # CTS-EBS01-2016, B-004.
    "opening": (20, "招标文件发出到开标不少于 20 日", "20 days from the tender to its opening"),
}
"""By rule: days between notice and opening that the law of its kind asks for, and its sentence."""


def begins(rule: Rule, terms: RuleConfig) -> Instant | None:
    """When a session under these terms opens; None where no instant opens it."""
    return rule.due(Floor(terms, Standing(), {}, 1)) or None


def field_of(terms: RuleConfig, moment: Instant) -> str:
    """The term that says this instant; empty where none does."""
    fields = type(terms).model_fields
    return next((name for name in fields if getattr(terms, name) == moment), "")


def hours(
    rule: Rule, terms: RuleConfig, deposit: int, deadline: Instant | None, now: Instant
) -> tuple[Hour, ...]:
    """Every remark on the hours of a document that is published at `now`."""
    opens = begins(rule, terms)
    found = [] if opens is None else [*_notice(rule, terms, opens, now)]
    if deadline is not None:
        found += _deposit(terms, deposit, deadline, opens)
    return tuple(found)


def _notice(rule: Rule, terms: RuleConfig, opens: Instant, now: Instant) -> Iterator[Hour]:
    days, zh, en = PERIODS.get(rule.name, (0, "", ""))
    field = field_of(terms, opens)
    if opens - now < _DAY:
        yield Hour(
            Remark(
                "OPENS_TOO_SOON",
                "从现在到开始不足一日：竞买人来不及看到公告、申请、缴纳保证金和练习。",
                "It opens in less than a day: too soon to read the notice, apply, pay the deposit "
                "and practise.",
            ),
            field,
        )
    if opens - now < days * _DAY:
        yield Hour(
            Remark(
                "SHORT_NOTICE",
                f"公告期可能不足：{zh}。公告已先行发布的，以公告日起算。",
                f"The notice may be too short: {en}. Where it was published before, "
                "that day counts.",
            ),
            field,
        )


def _deposit(
    terms: RuleConfig, deposit: int, deadline: Instant, opens: Instant | None
) -> Iterator[Hour]:
    if not deposit:
        yield Hour(
            Remark(
                "DEADLINE_WITHOUT_DEPOSIT",
                "填写了保证金到账截止，却不收保证金。",
                "There is a deadline for the deposit, and no deposit.",
            ),
            DEADLINE,
        )
        return
    closes = next(
        (getattr(terms, name) for name in type(terms).model_fields if name.endswith("closes")),
        None,
    )
    if closes is not None and deadline >= closes:
        yield Hour(
            Remark(
                "DEPOSIT_AFTER_CLOSE",
                "保证金到账截止不早于报价截止：最后到账的竞买人已经不能报价。",
                "The deposit may come when offers are closed: who pays last cannot offer any more.",
            ),
            DEADLINE,
        )
    elif opens is not None and deadline >= opens and (closes is None or closes - opens < _DAY):
        yield Hour(
            Remark(
                "DEPOSIT_AFTER_OPENING",
                "保证金到账截止不早于开始时间：开始时还不知道谁有资格报价，后到账的竞买人会错过开头。",
                "The deposit may come after the opening: nobody knows by then who may offer, and who "
                "pays late misses the beginning.",
            ),
            DEADLINE,
        )
