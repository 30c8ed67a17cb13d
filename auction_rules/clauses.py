"""The articles that sentences of the notice rest on, and how a sentence cites one.

What it is: names of texts with article numbers as they were read (DOMAIN §2-§8, §11). A law of the
whole country is cited; a rule of one city, which binds nobody elsewhere, is named as the model
(参照). What it is not: a legal opinion: a centre under another rule says so in its notice.
"""

from __future__ import annotations

from typing import Final

from auction_rules.says import both
from auction_rules.terms import Text

_SUZHOU: Final = (
    "参照苏州工业园区网上挂牌规则",
    "after the listing rules of the Suzhou Industrial Park",
)
_FUJIAN: Final = (
    "参照福建省国有建设用地使用权出让网上交易规则",
    "after the online land rules of Fujian",
)
_SHANTOU: Final = "参照汕头市网上交易规则", "after the online trading rules of Shantou"
_JUDICIAL: Final = "法释〔2016〕18号", "Fashi [2016] No. 18"


def _article(source: tuple[str, str], number: int, last: int | None = None) -> Text:
    zh, en = source
    if last is None:
        return both(f"{zh}第 {number} 条", f"{en}, art. {number}")
    return both(f"{zh}第 {number}、{last} 条", f"{en}, arts {number} and {last}")


def citing(said: Text, clause: Text) -> Text:
    """The clause of the notice with the article it rests on."""
    return both(f"{said['zh']}（{clause['zh']}）", f"{said['en']} ({clause['en']})")


ARRIVAL: Final = _article(("《电子签名法》", "Electronic Signature Law"), 11)
SUZHOU_FREEZES: Final = _article(_SUZHOU, 18)
SUZHOU_RESERVE: Final = _article(_SUZHOU, 19)
SUZHOU_RESUMES: Final = _article(_SUZHOU, 25)
FUJIAN_RESERVE: Final = _article(_FUJIAN, 32)
FUJIAN_TWO: Final = _article(_FUJIAN, 33)
FUJIAN_FIRST: Final = _article(_FUJIAN, 36)
FUJIAN_RESUMES: Final = _article(_FUJIAN, 55, 58)
SHANTOU_RESERVE: Final = _article(_SHANTOU, 20)
MINING_SUSPENDS: Final = _article(("《矿业权交易规则》", "Rules for Trading Mining Rights"), 27, 28)
JUDICIAL_DEPOSIT: Final = _article(_JUDICIAL, 17, 18)
JUDICIAL_EXTENDS: Final = _article(_JUDICIAL, 20)
JUDICIAL_PRIOR: Final = _article(_JUDICIAL, 21)
JUDICIAL_ABSENT: Final = _article(_JUDICIAL, 16)
JUDICIAL_SUSPENDS: Final = _article(_JUDICIAL, 28)
TENDER_LATE: Final = _article(
    ("《招标投标法实施条例》", "Regulations on the Tendering and Bidding Law"), 36
)
TENDER_DECRYPTS: Final = _article(
    ("《电子招标投标办法》", "Measures for Electronic Tendering and Bidding"), 31
)
