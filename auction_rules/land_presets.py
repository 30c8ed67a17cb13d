"""Presets of land listings: the terms that published rules fix, for the staff's form to offer.

Prices, times and the lot are the centre's to fill: a cap is the parcel's and in no rule, so the
title of a preset that leads beyond one says that it is to be filled in. The clauses are those of DOMAIN §2.3 and
§2.4; a preset is a beginning, and every term of it can be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

PRESETS: Final[Mapping[str, Mapping[str, Any]]] = {
    "suzhou": {
        "title": {
            "zh": "苏州、太仓：最后一小时冻结，四分钟倒计时",
            "en": "Suzhou, Taicang: last hour frozen, four minutes",
        },
        # Suzhou 18-23; whole steps from the Taicang FAQ; reserve in the last half hour, by art. 19;
        # five days' notice before going on after a fault, by art. 25.
        "terms": {
            "grid": "MULTIPLE_OF_STEP",
            "last_hour": "FROZEN",
            "last_hour_seconds": 3600,
            "eligibility": "ALL",
            "timed_needs": "ONE_BID",
            "timed_start": "TOP",
            "countdown_seconds": 240,
            "countdown_mode": "RESET",
            "resume": "FULL_COUNTDOWN",
            "resume_notice_seconds": 432_000,
            "reserve_kind": "SEALED",
            "reserve_from_seconds": 1800,
        },
    },
    "fujian": {
        "title": {
            "zh": "福建：最后一小时两人报价，准备十五分钟，五分钟倒计时",
            "en": "Fujian: two bidders in the last hour, 15 minutes to prepare, five minutes",
        },
        # Fujian 30-44; a reserve is sealed before the last hour (32); resumption by 55 and 58.
        "terms": {
            "grid": "MIN_STEP",
            "last_hour": "COUNTED",
            "last_hour_seconds": 3600,
            "eligibility": "ALL",
            "timed_needs": "TWO_IN_LAST_HOUR",
            "preparation_seconds": 900,
            "timed_start": "TOP_PLUS_STEP",
            "countdown_seconds": 300,
            "countdown_mode": "RESET",
            "resume": "FULL_COUNTDOWN",
            "resume_with_preparation": True,
            "resume_direct_seconds": 3600,
            "resume_notice_seconds": 86_400,
            "reserve_kind": "SEALED",
            "reserve_until_seconds": 3600,
        },
    },
    "shantou": {
        "title": {
            "zh": "汕头：询问五分钟，五分钟倒计时",
            "en": "Shantou: a question of five minutes, then five minutes",
        },
        # Shantou 19-24: entered in the last half hour, watched by an inspector (20).
        "terms": {
            "grid": "MIN_STEP",
            "last_hour": "OPEN",
            "last_hour_seconds": 0,
            "eligibility": "BID_AND_CONFIRMED",
            "timed_needs": "ONE_BID",
            "inquiry_seconds": 300,
            "timed_start": "TOP",
            "countdown_seconds": 300,
            "countdown_mode": "RESET",
            "resume": "FULL_COUNTDOWN",
            "reserve_kind": "SEALED",
            "reserve_from_seconds": 1800,
        },
    },
    "zijin": {
        "title": {
            "zh": "紫金：有有效报价者自动进入限时竞价",
            "en": "Zijin: those with a valid offer enter by themselves",
        },
        # Notice 紫公易土(出)[2020]12号; the countdown is the system's, five minutes here.
        "terms": {
            "grid": "MIN_STEP",
            "last_hour": "OPEN",
            "last_hour_seconds": 0,
            "eligibility": "HAS_VALID_BID",
            "timed_needs": "ONE_BID",
            "countdown_seconds": 300,
            "countdown_mode": "RESET",
        },
    },
    "qinzhou": {
        "title": {
            "zh": "钦州：自由竞价一小时，延时五分钟",
            "en": "Qinzhou: one free hour, then five minutes more with each offer",
        },
        # The text says "delays five minutes", which can be read in two ways; this is EXTEND.
        "terms": {
            "grid": "MIN_STEP",
            "last_hour": "OPEN",
            "last_hour_seconds": 0,
            "eligibility": "ALL",
            "timed_needs": "ONE_BID",
            "countdown_seconds": 300,
            "countdown_mode": "EXTEND",
        },
    },
    "cap_lottery": {
        "title": {
            "zh": "到最高限价后摇号（须填最高限价）",
            "en": "A draw at the cap (fill in the cap)",
        },
        # Wuxi design and the Guangdong paddy sale: several at the cap, then a draw.
        "terms": {
            "grid": "MULTIPLE_OF_STEP",
            "countdown_seconds": 240,
            "cap_sequel": "POOL_LOTTERY",
            "over_cap": "REJECT",
        },
    },
    "join_lottery": {
        "title": {
            "zh": "超过最高限价即询问，参加者摇号（须填最高限价）",
            "en": "An offer above the cap: who joins is drawn from (fill in the cap)",
        },
        # Nanchang: an offer above the ceiling leads to a draw at it; one alone has it. The platform
        # asks who joins (DOMAIN §2.4); how long, no text says: five minutes here.
        "terms": {
            "countdown_seconds": 240,
            "cap_sequel": "JOIN_LOTTERY",
            "cap_trigger": "ABOVE_CAP",
            "join_seconds": 300,
        },
    },
    "one_price": {
        "title": {
            "zh": "东莞：到最高限价后终次报价，最接近平均价者得（须填最高限价和报价区间）",
            "en": "Dongguan: one last price at the cap, nearest to the average (fill in the cap and the range)",
        },
        # Dongguan 2019-06: a pause of fifteen minutes, five to qualify, bidders in by themselves;
        # reached before the listing ends, all of it waits for that end.
        "terms": {
            "grid": "MULTIPLE_OF_STEP",
            "countdown_seconds": 240,
            "cap_sequel": "ONE_PRICE",
            "cap_trigger": "AT_CAP",
            "one_price_entry": "BIDDERS_AUTOMATIC",
            "one_price_pause_seconds": 900,
            "one_price_confirm_seconds": 300,
            "one_price_seconds": 300,
        },
    },
    "one_price_taicang": {
        "title": {
            "zh": "太仓：超过指导价 25% 转一次报价（25% 至 35%，以万元为单位）（须填最高限价和报价区间）",
            "en": "Taicang: one price above 25 % of the guide, 25 to 35 %, in whole 10k (fill in the cap and the range)",
        },
        # The cap is 25 % above the guide price, the range runs to 35 %: both are the centre's to
        # fill. Whole 万元, and an average with one decimal: hence the unit.
        "terms": {
            "unit": {"zh": "万元", "en": "CNY 10k", "scale": 1, "fen": 100_000},
            "countdown_seconds": 240,
            "cap_sequel": "ONE_PRICE",
            "cap_trigger": "ABOVE_CAP",
            "one_price_entry": "CONFIRMED",
            "one_price_confirm_seconds": 240,
            "one_price_seconds": 300,
            "one_price_quantum": "1",
        },
    },
    "one_price_suzhou": {
        "title": {
            "zh": "苏州：超过最高价转一次报价（25% 至 50%，以元为单位）（须填最高限价和报价区间）",
            "en": "Suzhou: one price beyond the highest price, 25 to 50 %, in whole yuan (fill in the cap and the range)",
        },
        # 25 % above the guide, the range to 50 %; in the second batch of 2021 the cap is 15 %. Whole
        # yuan, and an average to the fen.
        "terms": {
            "unit": {"zh": "元", "en": "CNY", "scale": 2, "fen": 1},
            "countdown_seconds": 240,
            "cap_sequel": "ONE_PRICE",
            "cap_trigger": "ABOVE_CAP",
            "one_price_entry": "CONFIRMED",
            "one_price_confirm_seconds": 240,
            "one_price_seconds": 300,
            "one_price_quantum": "1",
        },
    },
    "sealed_total": {
        "title": {
            "zh": "合肥：不得跳价，到最高限价后十分钟内密封报总价（须填最高限价）",
            "en": "Hefei: no jumps, then a sealed total within ten minutes (fill in the cap)",
        },
        # Hefei 2016: one step at a time; equal totals are drawn for with balls.
        "terms": {
            "grid": "MULTIPLE_OF_STEP",
            "max_jump_steps": 1,
            "countdown_seconds": 240,
            "cap_sequel": "SEALED_TOTAL",
            "total_seconds": 600,
            "total_equal": "LOTTERY",
        },
    },
    "housing_area": {
        "title": {
            "zh": "到最高限价后竞配建面积（须填最高限价和指标）",
            "en": "Public-housing area after the cap (fill in the cap and the indicator)",
        },
        # The second indicator of the gtmap code: a start and a step in square metres.
        "terms": {
            "grid": "MULTIPLE_OF_STEP",
            "countdown_seconds": 240,
            "cap_sequel": "NEXT_INDICATOR",
            "indicator": "HOUSING_AREA",
        },
    },
    "indicators": {
        "title": {
            "zh": "到最高限价后依次竞配建、竞自持（须填最高限价和指标）",
            "en": "Public housing after the cap, then area held for oneself (fill in the cap and the indicator)",
        },
        # An ordered list of indicators, and a question before the next one (DOMAIN §2.4).
        "terms": {
            "grid": "MULTIPLE_OF_STEP",
            "countdown_seconds": 240,
            "cap_sequel": "NEXT_INDICATOR",
            "indicator": "HOUSING_AREA",
            "agree_seconds": 300,
        },
    },
}
