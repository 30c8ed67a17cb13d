"""Presets of floor-area-ratio auctions: the analogues a centre may begin from (DOMAIN §1).

No rule text of such an auction was found, so these are not published rules: they are the nearest
ones, named for what they take over. Parcels, quota, prices and times are the centre's to fill.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

PRESETS: Final[Mapping[str, Mapping[str, Any]]] = {
    "uncapped": {
        "title": {
            "zh": "不设最高限价：价格优先、时间优先，各按自己的报价",
            "en": "Uncapped: price, then time, each at his own price",
        },
        # As the car-plate auctions of Shenzhen and Guangzhou: many winners, one quota.
        "terms": {
            "cap_price": None,
            "equal": "EARLIER",
            "pricing": "PAY_AS_BID",
            "misfit": "SKIP",
            "eligibility": "HAS_QUOTE",
            "restart_on": "ANY_BID",
            "countdown_seconds": 300,
        },
    },
    "capped": {
        "title": {
            "zh": "设最高限价：到价同价的摇号（须填最高限价）",
            "en": "Capped: a draw among those at the cap whom the quota cannot all serve "
            "(fill in the cap)",
        },
        # As the paddy-field quota of Guangdong 2018: a price cap per unit, lots at the cap.
        "terms": {
            "equal": "DRAW",
            "pricing": "PAY_AS_BID",
            "misfit": "SKIP",
            "eligibility": "HAS_QUOTE",
            "restart_on": "ANY_BID",
            "countdown_seconds": 240,
        },
    },
    "shantou_stages": {
        "title": {
            "zh": "汕头同名两阶段：询问五分钟，五分钟倒计时",
            "en": "Two stages as in Shantou: a question of five minutes, then five minutes",
        },
        # The same two stage names in the same province (DOMAIN §1, §2.3).
        "terms": {
            "eligibility": "QUOTE_AND_CONFIRMED",
            "confirm_seconds": 300,
            "countdown_seconds": 300,
            "countdown_mode": "RESET",
        },
    },
}
