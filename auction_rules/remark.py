"""A remark on terms, and those that several rules have in common.

What each rule says stands in `remarks`; what serves every rule whatever its terms mean, in `lint`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark: a code for machines, a sentence in each language for people."""

    code: str
    zh: str
    en: str


DRAW: Final = Remark(
    "DRAW_NEEDS_WITNESS",
    "本场可能以摇号决定：请在公告中写明随机种子的公开来源和见证人，否则录入种子的人可以挑选结果。",
    "A draw may decide: name the public source of its seed and a witness in the notice, "
    "or whoever enters the seed could choose the result.",
)
COUNT_HIDDEN: Final = Remark(
    "COUNT_HIDDEN",
    "密封期间不显示报价家数，且一人报价即可成交：竞买人不知道自己有没有对手。",
    "While offers are sealed nobody sees how many there are, and one suffices: "
    "a bidder cannot know whether he is alone.",
)
ONE_SUFFICES: Final = Remark(
    "ONE_SUFFICES",
    "一家报价即可成交：没有竞争，价格无从比较。",
    "One offer suffices: there is no competition to compare the price with.",
)
NO_EXTENSION: Final = Remark(
    "NO_EXTENSION",
    "不设延时：出价会集中在最后一秒，网络快者得利。",
    "Without extension offers crowd into the last second; the fastest line wins.",
)
NO_HARD_STOP: Final = Remark(
    "NO_HARD_STOP",
    "延时没有次数和总时长上限：本场可能持续很久，工作人员须值守到结束。",
    "Neither the number nor the total of extensions is limited: "
    "it may last very long, and staff must stay to its end.",
)
FASTEST: Final = Remark(
    "FASTEST_AT_THE_CAP",
    "到最高限价后先到者得：网络快者得利。摇号对各方一视同仁。",
    "At the cap the first one has it: the fastest line wins. A draw treats everybody alike.",
)
AVERAGE: Final = Remark(
    "AVERAGE_INVITES_AGREEMENT",
    "成交取决于平均价：几家串通报价即可左右平均价。请在公告中说明理由。",
    "The outcome hangs on an average: a few who agree on their offers can move it. Say why.",
)
TAKES_ALL: Final = Remark(
    "ONE_MAY_TAKE_ALL",
    "未限制每人数量：一人可以全部竞得。",
    "There is no limit for each bidder: one may take everything.",
)
SHORT_TICK: Final = Remark(
    "SHORT_TICK",
    "每档时间太短：网络慢的竞买人来不及应价。",
    "A tick is too short for a bidder on a slow line to answer it.",
)
SHORT_LISTING: Final = Remark(
    "SHORT_LISTING",
    "挂牌时间可能不足法定期限（土地不少于十日，矿业权不少于十个工作日）。",
    "The listing may be shorter than the law asks: ten days for land, "
    "ten working days for mining rights.",
)
LONE_FINALIST: Final = Remark(
    "LONE_FINALIST",
    "可能只有一家入围下一轮：他没有对手，不会再改进报价。",
    "One alone may go on to the next round: without a rival he has no cause to improve.",
)
