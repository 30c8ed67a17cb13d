"""What each part of an indicator is called; in the record for machines it keeps its short name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auction_rules.terms import Text
from bidding.core.said import both

PARTS: Final[Mapping[str, Text]] = {
    "signing key": both("共用签名密钥的竞买号数", "numbers with one signing key"),
    "bank reference": both("共用银行流水号的竞买号数", "numbers with one bank reference"),
    "network": both("共用网络地址的竞买号数", "numbers at one network address"),
    "neighbourhood": both("同一相邻网段的竞买号数", "numbers at neighbouring addresses"),
    "browser": both("浏览器标识相同的竞买号数", "numbers with one kind of browser"),
    "switches": both("换号次数", "switches between the two"),
    "cv": both("变异系数", "coefficient of variation"),
    "spread": both("离散幅度", "spread"),
    "diffp": both("前两名差额比", "gap of the two best"),
    "rd": both("相对距离", "relative distance"),
    "rdnor": both("标准化首位间距", "normalised first gap"),
    "skew": both("偏度", "skew"),
    "kurtosis": both("峰度", "kurtosis"),
    "ks": both("与均匀分布之距", "distance from uniform"),
    "median": both("变异系数中位数", "median variation"),
    "least": both("变异系数最小值", "least variation"),
    "greatest": both("变异系数最大值", "greatest variation"),
    "near": both("微弱落选者比例", "share of close losers"),
    "correlation": both("相关系数", "correlation"),
    "same": both("连续领先比例", "share of rounds led again"),
    "beside": both("相邻报价比例", "share side by side"),
    "sat_out": both("上场成交者不报价的比例", "share in which the last winner sat out"),
    "turns": both("连续成交如此之少的概率", "chance of so few wins running"),
    "wins": both("胜率", "share of wins"),
    "jaccard": both("共同入场比例", "share of sessions together"),
    "lift": both("提升度", "lift"),
    "silent": both("交而不报的比例", "share who never offered"),
    "revoked": both("他人报价后撤销的次数", "revoked after another had offered"),
    "ending": both("同一尾数的比例", "share with one ending"),
    "jump": both("最大变动与中位数之比", "largest change over the median"),
    "lot": both("以其他标的编号结尾的报价数", "offers ending in another lot's number"),
    "follows": both("紧随前者报价的比例", "share right behind the other"),
    "faster": both("快于常人的报价比例", "share faster than a person"),
    "last": both("截止前 10 秒内的报价比例", "share in the last 10 s"),
    "last_and_close": both("最后到达且微弱胜出的比例", "share won last and by little"),
    "score": both("评分", "score"),
    "then_led": both("操作后至取得领先的秒数", "seconds from the act to the lead"),
    "leader_excluded": both("取消领先者资格", "leader excluded"),
    "late_winner": both("成交者在报价开始后入场", "winner admitted under way"),
    "low": both("最低价超出下界的程度", "lowest beyond its bound"),
    "high": both("最高价超出上界的程度", "highest beyond its bound"),
    "reserve": both("与保留价之差比", "difference from the reserve"),
    "cv, rule": both("换规则前后变异系数之比", "variation after over before, at a change of rule"),
    "cv, newcomer": both(
        "新主体出现前后变异系数之比", "variation after over before, when a party first came"
    ),
    "participation, rule": both(
        "换规则前后报价家数之比", "offers after over before, at a change of rule"
    ),
    "participation, newcomer": both(
        "新主体出现前后报价家数之比", "offers after over before, when a party first came"
    ),
    "chi": both("卡方值", "chi-squared"),
}

__all__ = ["PARTS"]
