"""Every fact has its sentence, in both languages."""

import re
from functools import partial
from typing import Any

import pytest

from auction_rules import facts as f
from auction_rules.facts import fact_to_json
from auction_rules.terms import SECOND, YUAN, show_time
from bidding.core import house_facts as h
from bidding.core import said
from bidding.core.aftermath import Fallen
from bidding.core.commands import Resume, Suspend
from tests.bidding.core.session import T0, document, opened, running

FACTS: list[tuple[Any, str, str]] = [
    (f.StageOpened("timed", "timed", T0, T0), "限时竞价开始", "Timed bidding opened"),
    (f.StageClosed("timed"), "限时竞价截止", "Timed bidding closed"),
    (f.StageClosed("gone"), "“gone”阶段截止", "stage “gone” closed"),
    (
        f.OfferStood("03", None, 110_050, None),
        "03 号报价 1,100.50 元",
        "No. 03 offered 1,100.50 CNY",
    ),
    (f.LeadersChanged(("03", "01"), 1), "当前领先：03、01", "in the lead: 03, 01"),
    (f.LeadersChanged((), None), "当前领先：无", "in the lead: nobody"),
    # What stands behind the bidder is a lot or a line; a phase is nobody's choice and not told.
    (
        f.LeadersChanged(("03/L2", "01/indicator_2"), 1),
        "当前领先：03（L2）、01",
        "in the lead: 03 (L2), 01",
    ),
    (
        f.DeadlineMoved(T0, "extension"),
        "截止时间改为 2026-03-02 09:00:00（有效报价触发延时）",
        "closes now at 2026-03-02 09:00:00 (a valid offer extended it)",
    ),
    (
        f.DeadlineMoved(T0, "listing"),
        "截止时间改为 2026-03-02 09:00:00（报价人不足，延牌）",
        "closes now at 2026-03-02 09:00:00 (too few bidders, so the listing is extended)",
    ),
    (
        f.DeadlineMoved(T0, "staff"),
        "截止时间改为 2026-03-02 09:00:00（工作人员延长）",
        "closes now at 2026-03-02 09:00:00 (moved later by staff)",
    ),
    (h.Extended(60, "网络故障"), "延长 60 秒：网络故障", "60 s later: 网络故障"),
    (
        h.OnBehalf("02", "电话委托"),
        "工作人员代 02 号报价：电话委托",
        "staff made an offer on behalf of No. 02: 电话委托",
    ),
    (
        h.Proposed("extend", "staff:li", {"seconds": 60, "reason": "网络故障"}),
        "提请延长 60 秒，待另一名审批人员确认：网络故障",
        "proposed, waiting for a second officer: a later end by 60 s: 网络故障",
    ),
    (
        h.Proposed(
            "surrogate", "staff:li", {"bidder": "02", "amount": 110_050, "reason": "电话委托"}
        ),
        "提请代为报价（02 号，1,100.50 元），待另一名审批人员确认：电话委托",
        (
            "proposed, waiting for a second officer: an offer on behalf of a bidder"
            " (No. 02, 1,100.50 CNY): 电话委托"
        ),
    ),
    (
        h.Proposed("void", "staff:li", {"reason": "程序有误"}),
        "提请宣布结果无效，待另一名审批人员确认：程序有误",
        "proposed, waiting for a second officer: voiding of the result: 程序有误",
    ),
    (
        h.PaidOut("03", "refund", 110_050, 0, "未竞得"),
        "03 号保证金退还 1,100.50 元：未竞得",
        "No. 03 deposit refunded: 1,100.50 CNY: 未竞得",
    ),
    (
        h.GuaranteeCounted("03", 110_050, "c", T0, ok=True),
        "03 号登记保函，已足额",
        "No. 03 guarantee counted, complete",
    ),
    (
        h.GuaranteeCounted("03", 110_050, "c", T0, ok=False),
        "03 号登记保函，未足额",
        "No. 03 guarantee counted, incomplete",
    ),
    (
        h.GuaranteeSealed("c2VhbGVk"),
        "一份电子保函已密封送达，开始后解密",
        "a sealed guarantee is in; it opens with the session",
    ),
    (
        h.PaidOut("03", "forfeit", 110_050, 0, "拒签合同"),
        "03 号保证金不予退还 1,100.50 元：拒签合同",
        "No. 03 deposit kept: 1,100.50 CNY: 拒签合同",
    ),
    (
        h.Concluded("reviewed", "staff:li", None, None, "核对无误"),
        "交易后审核通过：核对无误",
        "reviewed: 核对无误",
    ),
    (
        h.Concluded("defaulted", "approver:wang", "01", "02", "拒签合同"),
        "01 号未履约：拒签合同；名次下一位为 02 号",
        "No. 01 defaulted: 拒签合同; next by rank is No. 02",
    ),
    (
        h.Concluded("defaulted", "approver:wang", "02", None, "拒签合同"),
        "02 号未履约：拒签合同；没有下一位",
        "No. 02 defaulted: 拒签合同; nobody is next",
    ),
    (
        h.Concluded("reawarded", "approver:wang", "02", None, "依名次"),
        "02 号按名次递补：依名次",
        "No. 02 awarded as the next in line: 依名次",
    ),
    (
        h.Proposed("reaward", "staff:li", {"bidder": "02", "reason": "依名次"}),
        "提请递补（02 号），待另一名审批人员确认：依名次",
        "proposed, waiting for a second officer: award to the next in line (No. 02): 依名次",
    ),
    (
        h.Seconded(7, agree=True),
        "第 7 号记录的提请已由另一名审批人员确认",
        "the proposal of entry 7 was confirmed by a second officer",
    ),
    (
        h.Seconded(7, agree=False),
        "第 7 号记录的提请未获同意",
        "the proposal of entry 7 was turned down",
    ),
    (f.Entitled("timed", ("01",)), "可进入下一阶段：01", "may go on: 01"),
    (f.Entitled("timed", ()), "可进入下一阶段：无", "may go on: nobody"),
    (f.Answered("01", answer=True), "01 号确认参加", "No. 01 goes on"),
    (f.Answered("01", answer=False), "01 号放弃", "No. 01 waived"),
    (
        f.Revealed("average 2", 1_200_000),
        "第 2 次播报的平均价为 12,000 元",
        "average 2 of those told is 12,000 CNY",
    ),
    (f.Revealed("offers"), "密封内容已公开", "what was sealed is open"),
    (f.RoundOpened(2, None, T0, None), "第 2 轮开始", "round 2 opened"),
    (f.RoundOpened(0, None, T0, T0), "本阶段重新计时", "the stage is timed anew"),
    (f.RoundOpened(2, 110_050, T0, None), "第 2 轮，价格 1,100.50 元", "round 2 at 1,100.50 CNY"),
    (
        f.OfferWithdrawn("03", None, "revoked"),
        "03 号报价视为撤销",
        "No. 03: the offer counts as revoked",
    ),
    (
        f.OfferWithdrawn("03", None, "withdrawn"),
        "03 号报价视为撤回",
        "No. 03: the offer counts as withdrawn",
    ),
    (
        f.OfferSealed("03", None, "c", "b", 2, ("s", "s")),
        "03 号递交密封报价",
        "No. 03 handed in a sealed offer",
    ),
    (
        f.TrusteeOpened("T1", "k"),
        "受托人 T1 公布了本场的解密私钥",
        "trustee T1 published the private key of this auction",
    ),
    (
        f.QuorumMissing(1, 2),
        "仅 1 名受托人公布私钥，需 2 名，报价未解密",
        "of the 2 trustees it takes 1 published a key; nothing is opened",
    ),
    (
        f.OfferOpened("03", None, 110_050),
        "03 号密封报价解密为 1,100.50 元",
        "the sealed offer of No. 03 opens to 1,100.50 CNY",
    ),
    (
        f.OfferVoided("03", "SHARES_DEALT_WRONG", "bidder:03"),
        "03 号密封报价无效：向受托人分发的密钥份额有误",
        "the sealed offer of No. 03 is void: wrong shares of its key were dealt to the trustees",
    ),
    (
        f.OfferVoided("03", "ABOVE_CAP", "bidder:03"),
        "03 号密封报价无效：解密后的金额不是有效报价",
        "the sealed offer of No. 03 is void: the amount is not valid",
    ),
    (f.ReserveSealed("li", "c"), "保留价已密封录入", "a reserve was sealed"),
    (f.ReserveOpened("li", 110_050), "保留价揭示：1,100.50 元", "the reserve is 1,100.50 CNY"),
    (f.PoolFixed("x", ("01", "03")), "摇号名单已固定：01、03", "the draw is among 01, 03"),
    (f.Drawn("x", "s", ("03", "01")), "摇号结果：03、01", "drawn in this order: 03, 01"),
    (
        f.DrawWindow("x", "commit", T0, T0),
        "摇号各方须在 2026-03-02 09:00:00 前密封各自的秘密值",
        "parties to the draw commit to secrets before 2026-03-02 09:00:00 UTC+8",
    ),
    (
        f.DrawWindow("x", "reveal", T0, T0),
        "密封结束，摇号各方须在 2026-03-02 09:00:00 前揭示",
        "commitments are final; secrets are to be shown before 2026-03-02 09:00:00 UTC+8",
    ),
    (
        f.DrawRound("x", 7, T0),
        "摇号采用公开随机源第 7 期，2026-03-02 09:00:00 公布",
        "the draw uses number 7 of the public source, out at 2026-03-02 09:00:00 UTC+8",
    ),
    (
        f.DrawCommitted("x", "li", "c"),
        "li 已密封摇号秘密值",
        "li committed to a secret for the draw",
    ),
    (
        f.DrawRevealed("x", "li", "c"),
        "li 揭示秘密值，与密封值一致",
        "li showed its secret, and the commitment holds",
    ),
    (
        f.DrawAbsent("x", "commit", ("li", "wu")),
        "逾期未密封：li、wu",
        "not committed in time: li, wu",
    ),
    (f.DrawAbsent("x", "reveal", ("li",)), "逾期未揭示：li", "not revealed in time: li"),
    (f.DrawTyped("x", "li", None, ("03",)), "li 录入摇号结果", "li typed what was drawn"),
    (f.Scored("li", "03", 900), "li 已为 03 号评分", "li has scored No. 03"),
    (f.ProxySet("03", 110_050), "自动出价上限 1,100.50 元", "automatic bidding up to 1,100.50 CNY"),
    (f.RaisedByHouse("03", 9), "由系统代 03 号自动报出", "made by the house for No. 03"),
    (f.ProxySet("03", None), "自动出价已取消", "automatic bidding is cancelled"),
    (
        f.Awarded("03", None, 110_050, None, 1),
        "03 号竞得，成交价 1,100.50 元",
        "No. 03 won at 1,100.50 CNY",
    ),
    (
        f.AwardLapsed("03", None),
        "03 号的竞得资格失效",
        "the award to No. 03 has lapsed",
    ),
    (f.Unsold("NO_BID"), "流拍：没有有效报价", "Unsold: there was no valid offer"),
    (f.Closed(), "本场结束", "the session is over"),
    (f.Noted("round", 2), "round：2", "round: 2"),
    (h.Admitted("03", None, 0, None), "03 号取得竞买资格", "No. 03 was admitted"),
    (
        h.KeyEnrolled("03", "k", "ed25519", "cA=="),
        "03 号登记了签名密钥",
        "No. 03 enrolled a key",
    ),
    (
        h.Excluded("03", "串通 {bidder}"),
        "03 号被取消资格：串通 {bidder}",
        "No. 03 was excluded: 串通 {bidder}",
    ),
    (
        h.DepositCounted("03", 1, 1, T0, "b", ok=True),
        "03 号保证金到账，已足额",
        "No. 03 deposit counted, complete",
    ),
    (
        h.DepositCounted("03", 1, 1, T0, "b", ok=False),
        "03 号保证金到账，未足额",
        "No. 03 deposit counted, incomplete",
    ),
    (h.Suspended(T0, "停电"), "中止：停电", "suspended: 停电"),
    (
        h.Suspended(T0, "RECOVERY"),
        "中止：服务中断，时间予以补回",
        "suspended: the service was away; the time is given back",
    ),
    (
        h.Resuming(T0, "恢复供电"),
        "公告恢复时间：北京时间 2026-03-02 09:00:00（恢复供电）",
        "announced: it goes on at 2026-03-02 09:00:00 China Standard Time (恢复供电)",
    ),
    (h.Resumed("恢复供电"), "恢复：恢复供电", "resumed: 恢复供电"),
    (h.Terminated("法院冻结"), "终止：法院冻结", "terminated: 法院冻结"),
    (h.Voided("程序有误"), "结果无效：程序有误", "result void: 程序有误"),
    (
        h.Announced("请核对报价。", "Check your offers."),
        "工作人员通知：请核对报价",
        "message from the staff: Check your offers",
    ),
]


def test_the_table_names_every_kind_of_fact():
    assert {fact.fact for fact, _, _ in FACTS} == set(h.SHAPES._kinds)


@pytest.mark.parametrize(("fact", "zh", "en"), FACTS)
def test_the_sentence_of_a_fact(fact, zh, en):
    session = opened(document())
    row = {"type": "bell.accepted", "data": {"facts": [fact_to_json(fact)]}}
    text = said.entry(row, YUAN, session.rule, session.state)
    assert text == {"zh": f"{zh}。", "en": f"{en}."}


@pytest.mark.parametrize("fact", [fact for fact, _, _ in FACTS], ids=repr)
def test_a_fact_comes_back_from_its_row(fact):
    assert h.SHAPES.read(fact_to_json(fact)) == fact


@pytest.mark.parametrize(
    ("closes", "told"),
    [
        (T0 + 239_999_999, "截止时间改为 09:03:59（有效报价触发延时）。"),
        (T0 + 24 * 3600 * SECOND, "截止时间改为 2026-03-03 09:00:00（有效报价触发延时）。"),
    ],
)
def test_a_room_is_told_the_time_of_day_and_the_day_only_where_it_is_another(closes, told):
    session = opened(document())
    moved = fact_to_json(f.DeadlineMoved(closes, "extension"))
    row = {"type": "bell.accepted", "data": {"facts": [moved]}}
    when = partial(show_time, now=T0)
    assert said.entry(row, YUAN, session.rule, session.state, when)["zh"] == told


def test_several_facts_make_one_sentence():
    session = running(document(), "01")
    session.bid("01", 100)
    text = said.entry(session.entries[-1], YUAN, session.rule, session.state)
    assert text == {
        "zh": "01 号报价 1 元；当前领先：01。",
        "en": "No. 01 offered 1 CNY; in the lead: 01.",
    }


def test_a_refusal_says_its_reason():
    session = running(document(), "01")
    session.bid("01", 90)
    text = said.entry(session.entries[-1], session.state.terms.unit, session.rule, session.state)
    assert text["en"].startswith("Not accepted: below the start price.")
    assert "100 元" in text["zh"]


def test_publication_has_its_sentence():
    session = opened(document())
    text = said.entry(session.entries[0], YUAN, session.rule, session.state)
    assert text["en"] == "Published; the rule document is fixed."


@pytest.mark.parametrize("why", ["extension", "first_bid", "resumed"])
def test_every_cause_of_a_moved_deadline_is_told(why):
    text = said.why_moved(why)
    assert re.search("[\u4e00-\u9fff]", text["zh"])
    assert text["en"].isascii()


def test_every_reason_of_the_house_itself_is_told_in_both_languages():
    for code in said._HOUSE:
        text = said.reason(code)
        assert re.search("[\u4e00-\u9fff]", text["zh"])
        assert text["en"].isascii()
        assert code not in text["zh"] + text["en"]
    assert said.reason("停电") == {"zh": "停电", "en": "停电"}


@pytest.mark.parametrize("words", ["复核无误", "复核无误。", "复核无误。。", "All in order."])
def test_a_reason_that_ends_with_a_stop_brings_no_second_one(words):
    bare = words.rstrip("。.")
    step = h.Concluded("reviewed", "staff:li", None, None, words)
    facts = [fact_to_json(step), fact_to_json(h.Voided(words))]
    session = running(document(), "01")
    row = {"type": "conclude.accepted", "data": {"facts": facts}}
    told = said.entry(row, YUAN, session.rule, session.state)
    assert told["zh"] == f"交易后审核通过：{bare}；结果无效：{bare}。"
    assert told["en"] == f"reviewed: {bare}; result void: {bare}."
    assert said.reason(words)["zh"] == bare
    assert said.fallen(Fallen("excluded", "03", 5, 6, words))["zh"].endswith(f"不予成交：{bare}。")


def test_a_suspension_and_its_end_are_told_with_the_reasons_staff_gave():
    session = running(document(), "01")
    session.ask("staff:li", Suspend("停电"))
    session.ask("staff:li", Resume("恢复供电"))
    told = [
        said.entry(entry, YUAN, session.rule, session.state)["zh"] for entry in session.entries[-2:]
    ]
    assert told[0] == "中止：停电。"
    assert told[1].startswith("恢复：恢复供电；截止时间改为 ")
