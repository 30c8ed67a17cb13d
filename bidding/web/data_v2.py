"""Land and property deals under the field names of 公共资源交易平台系统数据规范 V2.0.

The names are those of DEAL_LAND_INFO (notice 0302) and of the property tables (0501, 0502), DOMAIN
§12. What this house does not know stays null, so that whoever sends it on sees what to fill in:
codes that a platform gives out, and who the winner is. CURRENCY_CODE and PRICE_UNIT are plain words,
not numbers of a code list.
"""

from __future__ import annotations

import hashlib
from typing import Final

from auction_rules.facts import Instant
from auction_rules.terms import Text
from bidding.core.aftermath import REAWARDED
from bidding.core.said import both
from bidding.web.open_records import Record, award_ids, iso, yuan
from replay.figures import Category
from replay.results import Result

_GIVEN: Final = both("由平台或中心赋予，此处为空", "given by the platform or the centre; null here")
_WITHHELD: Final = both(
    "竞得人身份，由中心依法公示，此处为空", "who won is published by the centre; null here"
)
_UNKNOWN: Final = both("本系统不记载，此处为空", "not known to this house; null here")

LAND: Final[dict[str, Text]] = {
    "DEAL_LAND_CODE": both("成交宗地标识：成交编号", "the deal: id of the award"),
    "DEAL_ANNOUNCEMENT_GUID": both("成交公示标识", "the announcement, 32 hexadecimal digits"),
    "UNIFIED_DEAL_CODE": _GIVEN,
    "INVEST_PROJECT_CODE": _GIVEN,
    "LAND_PROJECT_NAME": both("项目名称", "title"),
    "LAND_CODE": both("宗地编号；单一标的为场次编号", "the lot, or the auction where it has one"),
    "LAND_AREA": _UNKNOWN,
    "LAND_USAGE": _UNKNOWN,
    "LEND_AGE_LIMIT": _UNKNOWN,
    "LAND_POSITION": _UNKNOWN,
    "DEAL_PRICE": both("成交价格", "the price of the deal"),
    "CURRENCY_CODE": both("币种", "currency"),
    "PRICE_UNIT": both("价格单位", "unit of the price"),
    "LENDING_NAME": _WITHHELD,
    "LENDING_TYPE": _WITHHELD,
    "LENDING_CODE": _WITHHELD,
    "REGION_CODE": _GIVEN,
    "TRA_PLACE_CODE": _GIVEN,
    "TRA_AGENCY_NAME": _GIVEN,
    "TRA_AGENCY_CODE": _GIVEN,
    "PLATFORM_CODE": _GIVEN,
    "PUB_SERVICE_PLAT_CODE": _GIVEN,
    "DATA_TIMESTAMP": both("数据时间", "when the record last changed"),
    "PUBLISHING_TIME": both("公示发布时间", "when officers published the result"),
    "ANNOUNCEMENT_TITLE": both("成交公示标题", "title of the announcement"),
    "ANNOUNCEMENT_CONNECT": both("成交公示内容", "what it says"),
    "LAND_URL": both("成交宗地公示地址", "where the deal is shown"),
    "RELATE_CODE": both("关联代码：场次编号", "the auction's id"),
}

PROPERTY: Final[dict[str, Text]] = {
    "PROJECT_NAME": both("项目名称", "title"),
    "PROJECT_CODE": both("项目编号：成交编号", "id of the award"),
    **{
        name: LAND[name]
        for name in (
            *("UNIFIED_DEAL_CODE", "DEAL_PRICE", "CURRENCY_CODE", "PRICE_UNIT"),
            *("REGION_CODE", "TRA_PLACE_CODE", "TRA_AGENCY_NAME", "TRA_AGENCY_CODE"),
            *("PLATFORM_CODE", "PUB_SERVICE_PLAT_CODE", "DATA_TIMESTAMP", "PUBLISHING_TIME"),
            *("ANNOUNCEMENT_TITLE", "ANNOUNCEMENT_CONNECT", "RELATE_CODE"),
        )
    },
    "PRE_EXCHANGE_TYPE": both("交易方式", "how it was traded"),
    "GIVEUP_PRIORITY": _UNKNOWN,
    "PROJECT_URL": both("公示地址", "where the deal is shown"),
}

TABLES: Final = {
    "land": (Category.LAND, LAND),
    "property": (Category.PROPERTY, PROPERTY),
}


def records(result: Result, table: str, base: str) -> list[Record]:
    """The awards of a published result, in a table; none where it is of another category.

    The tables are of announcements (成交公示): what is not confirmed and published is not here yet,
    and what fell through is here no more.
    """
    category, fields = TABLES[table]
    if result.category is not category:
        return []
    if result.outcome != "published":
        return []
    made = []
    for name, won in zip(award_ids(result.auction, result.awards), result.awards, strict=True):
        if won.bidder in result.vacated:
            continue
        fen = result.unit.fen
        price = yuan(won.total * fen) if fen else None
        title = result.title["zh"]
        known: Record = {
            "DEAL_LAND_CODE": name,
            "PROJECT_CODE": name,
            "DEAL_ANNOUNCEMENT_GUID": _guid(result.origin, name),
            "LAND_PROJECT_NAME": title,
            "PROJECT_NAME": title,
            "LAND_CODE": won.lot or result.auction,
            "DEAL_PRICE": price,
            "CURRENCY_CODE": "CNY",
            "PRICE_UNIT": "元",
            "DATA_TIMESTAMP": iso(_changed(result)),
            "PUBLISHING_TIME": iso(_published(result)),
            "ANNOUNCEMENT_TITLE": f"{title}成交公示",
            "ANNOUNCEMENT_CONNECT": _said(result, won.bidder, won.lot, price),
            "LAND_URL": f"{base}/room/{result.auction}",
            "PROJECT_URL": f"{base}/room/{result.auction}",
            "RELATE_CODE": result.auction,
            "PRE_EXCHANGE_TYPE": result.rule_title["zh"],
        }
        made.append({field: known.get(field) for field in fields})
    return made


def _said(result: Result, bidder: str, lot: str | None, price: str | None) -> str:
    what = f"{result.title['zh']}（{lot}）" if lot else result.title["zh"]
    paid = "" if price is None else f"，成交价 {price} 元"
    return f"{what}由 {bidder} 号竞买人竞得{paid}。"


def _published(result: Result) -> Instant | None:
    """Of the result that stands: what was published of a winner in default counts no longer."""
    found: Instant | None = None
    for step, at in result.steps:
        if step == "published":
            found = at
        elif step == REAWARDED:
            found = None
    return found


def _changed(result: Result) -> Instant:
    return max([result.ended, *(at for _, at in result.steps)])


def _guid(origin: str, name: str) -> str:
    return hashlib.sha256(f"{origin}\n{name}".encode()).hexdigest()[:32]


__all__ = ["LAND", "PROPERTY", "TABLES", "records"]
