"""Terms that published rules for property rights fix, by name (DOMAIN §5).

A preset gives what the rule fixes; the centre fills in the rest. Each has a play under
`examples/scenarios/property_rights`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

PRESETS: Final[Mapping[str, Mapping[str, Any]]] = {
    "huizhou": {
        "title": {
            "zh": "惠州：自由报价，按周期限时竞价",
            "en": "Huizhou: free offers, then cycles",
        },
        "terms": {
            "quoting": "REPEATED",
            "grid": "MULTIPLE_OF_STEP",
            "countdown_mode": "CYCLE",
        },
    },
    "feijiu": {
        "title": {
            "zh": "最后两分钟内有报价的，自该报价起顺延五分钟",
            "en": "An offer in the last two minutes moves the end to itself plus five",
        },
        "terms": {
            "quoting": "EXTENDED",
            "countdown_seconds": 0,
            "countdown_mode": "RESET",
            "extension_seconds": 300,
            "trigger_window_seconds": 120,
        },
    },
    "limited_extensions": {
        "title": {
            "zh": "最后十分钟领先者变化的延时五分钟，至多三次、共二十分钟",
            "en": "A new leader in the last ten minutes adds five, three times, twenty at most",
        },
        "terms": {
            "quoting": "EXTENDED",
            "countdown_seconds": 0,
            "countdown_mode": "EXTEND",
            "extension_seconds": 300,
            "trigger": "TOP_CHANGE",
            "trigger_window_seconds": 600,
            "max_extensions": 3,
            "max_extension_seconds": 1200,
        },
    },
    "jianhu": {
        "title": {
            "zh": "建湖：场内同价行权，同顺位摇号，逐一确认",
            "en": "Jianhu: equal price in the hall, lots among equal rights",
        },
        "terms": {
            "first_refusal": "IN_HALL_EQUAL",
            "equal_ranks": "DRAW",
            "claim_seconds": 600,
        },
    },
    "zhejiang_once": {
        "title": {
            "zh": "浙江：事后行权一次，最高报价人可追加报价",
            "en": "Zhejiang: the right is exercised once, and may be raised over",
        },
        "terms": {
            "first_refusal": "AFTER_BID",
            "equal_ranks": "EARLIER",
            "claim_seconds": 600,
            "raise_seconds": 300,
            "exercise": "ONCE",
        },
    },
    "dynamic": {
        "title": {
            "zh": "动态报价：信息披露期内即可报价，不足两人延牌",
            "en": "Dynamic quoting: offers during the disclosure, extended while too few",
        },
        "terms": {
            "quoting": "REPEATED",
            "single_bidder": "EXTEND_LISTING",
            "listing_extension_seconds": 604800,
            "listing_extensions": 2,
            "after_extensions": "NEGOTIATE",
        },
    },
    "taizhou": {
        "title": {
            "zh": "泰州：只有一人报价的，不成交",
            "en": "Taizhou: one bidder, no sale",
        },
        "terms": {"single_bidder": "NO_SALE"},
    },
}
