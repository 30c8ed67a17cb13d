"""矿业权网上交易 mining_rights@1: exploration and mining rights, by listing or by auction.

The machine is `listing`, without a cap: none was read in a mining rule. What differs is the form.
An auction (拍卖) needs three bidders (Sichuan); a listing sells to one. Whoever has a valid offer
enters the timed phase by himself, and without a timed offer the top of the listing wins (Dezhou);
both are the defaults here. Suspension follows 矿业权交易规则 27-28: it goes on when the cause is
gone, with a full countdown unless the terms say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from pydantic import model_validator

from auction_rules.clauses import MINING_SUSPENDS, citing
from auction_rules.listing import Listing
from auction_rules.listing_terms import Eligibility, LastHour, ListingTerms
from auction_rules.rule import StageTitle
from auction_rules.says import Says, both, joined
from auction_rules.terms import Choice, Moment, Text, term, wrong

# Not in the name of a rule that a sentence cites.
_LISTING_ZH: Final = re.compile(r"(?:挂牌(?:报价)?|自由报价)(?!规则)")
_LISTING_EN: Final = re.compile(r"\b(?:listing|free quoting)\b(?! rules)")
_AT_HEAD: Final = re.compile(r"\b(?:Listing|Free quoting)\b(?! rules)")
AUCTION_NEEDS: Final = 3
"""Bidders without whom an auction is not held (Sichuan)."""


class Form(Choice):
    """The form that the notice names."""

    LISTING = ("LISTING", "挂牌", "listing")
    AUCTION = ("AUCTION", "拍卖", "auction")


class MiningTerms(ListingTerms):
    """Terms of a sale of exploration or mining rights."""

    form: Form = term("出让方式", "Form", kind="enum", enum=Form.options(), default=Form.LISTING)
    # One form of the staff serves both: what is only a listing's word is none of these titles.
    listing_opens: Moment = term("自由报价开始", "Free quoting opens", kind="instant")
    listing_closes: Moment = term("自由报价截止", "Free quoting closes", kind="instant")
    last_hour: LastHour = term(
        "自由报价最后时段",
        "Last stretch of free quoting",
        kind="enum",
        enum=LastHour.options(),
        default=LastHour.OPEN,
    )
    eligibility: Eligibility = term(
        "限时竞价资格",
        "Who may enter the timed phase",
        kind="enum",
        enum=Eligibility.options(),
        default=Eligibility.HAS_VALID_BID,
    )

    def reworded(self, text: str, lang: str) -> str:
        """An auction has no listing: what the machine calls so is its free bidding (自由竞价)."""
        if self.form is Form.LISTING:
            return text
        if lang == "zh":
            return _LISTING_ZH.sub("自由竞价", text)
        return _AT_HEAD.sub("Free bidding", _LISTING_EN.sub("free bidding", text))

    @model_validator(mode="after")
    def _form(self) -> MiningTerms:
        if self.form is Form.AUCTION and self.min_entrants < AUCTION_NEEDS:
            raise wrong(
                "min_entrants",
                "拍卖出让的竞买人不得少于三人",
                "an auction needs at least three bidders",
            )
        return self


class MiningRights(Listing[MiningTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "mining_rights"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "矿业权网上交易", "en": "Sale of mining rights"}
    Config = MiningTerms
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "dezhou": {
            "title": {
                "zh": "德州：挂牌有效报价者自动进入限时竞价",
                "en": "Dezhou: listing, those with an offer enter by themselves",
            },
            "terms": {
                "form": "LISTING",
                "eligibility": "HAS_VALID_BID",
                "timed_needs": "ONE_BID",
                "countdown_seconds": 300,
                "countdown_mode": "RESET",
            },
        },
        "sichuan_auction": {
            "title": {
                "zh": "四川：拍卖，竞买人不少于三人",
                "en": "Sichuan: auction, at least three bidders",
            },
            # Free bidding, then delay bidding (延时竞价); everybody may go on.
            "terms": {
                "form": "AUCTION",
                "min_entrants": 3,
                "eligibility": "ALL",
                "countdown_seconds": 300,
                "countdown_mode": "RESET",
            },
        },
    }
    """Terms that published rules fix, by name: `title` in both languages, and `terms`."""
    example: ClassVar[Mapping[str, Any]] = {
        "unit": {"zh": "万元", "en": "CNY 10k", "scale": 0, "fen": 1_000_000},
        "lot_zh": "某建筑石料采矿权",
        "lot_en": "Quarry",
        "listing_opens": "2026-03-02T09:00:00+08:00",
        "listing_closes": "2026-03-16T10:00:00+08:00",
        "start_price": "13",
        "step": "1",
        "countdown_seconds": 300,
    }

    def programme(self, terms: MiningTerms) -> tuple[StageTitle, ...]:
        """The stages by the names that they have in this form of sale."""
        lines = super().programme(terms)
        if terms.form is Form.LISTING:
            return lines
        return tuple(
            replace(s, title={lang: terms.reworded(s.title[lang], lang) for lang in s.title})
            for s in lines
        )

    def says(self, terms: MiningTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        gone = both("中止的原因消除后恢复", "a suspended session goes on once its cause has gone")
        return joined({"failure": (citing(gone, MINING_SUSPENDS),)}, super().says(terms))


RULE: Final = MiningRights()
