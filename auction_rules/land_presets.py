"""Presets of land listings: the terms that published rules fix, for the staff's form to offer.

Prices, times and the lot are the centre's to fill. The clauses are those of DOMAIN §2.3 and
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
        # Suzhou 18-23; whole steps from the Taicang FAQ; reserve in the last half hour, by art. 19.
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
        "title": {"zh": "到最高限价后摇号", "en": "A draw at the cap"},
        # Wuxi design and the Guangdong paddy sale: several at the cap, then a draw.
        "terms": {
            "grid": "MULTIPLE_OF_STEP",
            "countdown_seconds": 240,
            "cap_sequel": "POOL_LOTTERY",
            "over_cap": "REJECT",
        },
    },
    "one_price": {
        "title": {
            "zh": "到最高限价后一次报价，最接近平均价者得",
            "en": "One price at the cap, nearest to the average",
        },
        # Dongguan 2019-06: bidders are in by themselves, others confirm within five minutes.
        "terms": {
            "grid": "MULTIPLE_OF_STEP",
            "countdown_seconds": 240,
            "cap_sequel": "ONE_PRICE",
            "one_price_entry": "BIDDERS_AUTOMATIC",
            "one_price_confirm_seconds": 300,
            "one_price_seconds": 300,
        },
    },
    "housing_area": {
        "title": {"zh": "到最高限价后竞配建面积", "en": "Public-housing area after the cap"},
        # The second indicator of the gtmap code: a start and a step in square metres.
        "terms": {
            "grid": "MULTIPLE_OF_STEP",
            "countdown_seconds": 240,
            "cap_sequel": "NEXT_INDICATOR",
            "indicator": "HOUSING_AREA",
        },
    },
}
