"""What an entry says, in one sentence a layman understands, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from auction_rules.reasons import say
from auction_rules.rule import Rule
from auction_rules.terms import YUAN, Text, Unit, show_instant
from bidding.core.aftermath import Fallen, Outcome
from bidding.core.noted import Pair, When, noted
from bidding.core.officers import exclusion_takes_two
from bidding.core.state import State

_PLACES: Final[dict[str, tuple[str, str]]] = {
    "none": ("您还没有报价。", "You have made no offer yet."),
    "waiting": ("尚未开始，请留意开始时间。", "Not begun yet; mind the opening time."),
    "leading": ("您目前领先。", "You are leading."),
    "outbid": ("您的报价已被超过。", "You have been outbid."),
    "in": ("您目前入围。", "You are in the winning set."),
    "out": ("您目前未入围。", "You are not in the winning set."),
    "quoted": ("您的报价已密封，截止后公开。", "Your offer is sealed until the stage closes."),
    "answered": ("您已答复，请等待询问期结束。", "You have answered; wait for the window to end."),
    "won": ("您已竞得，请等待成交确认。", "You won; the confirmation follows."),
    "lost": ("本场已结束，您未竞得。", "It is over; you did not win."),
    "ended": ("本场已终止或结果无效。", "The session was ended or its result is void."),
    "lapsed": (
        "您未履约已被登记，您的成交已撤销。不服的，可在“我的竞价”中提出异议。",
        "Your default is on record and your sale fell through. You may object in “My auctions”.",
    ),
    "excluded": (
        "您的竞买资格已被取消，不能再报价，原报价不予成交。不服的，可在“我的竞价”中提出异议。",
        "Your admission was withdrawn; your offers cannot win. You may object in “My auctions”.",
    ),
}

_WHY: Final[dict[str, tuple[str, str]]] = {
    "extension": ("有效报价触发延时", "a valid offer extended it"),
    "first_bid": ("首个有效报价开始计时", "the first valid offer started the clock"),
    "resumed": ("恢复后补回时间", "time given back on resumption"),
    "staff": ("工作人员延长", "moved later by staff"),
    "listing": ("报价人不足，延牌", "too few bidders, so the listing is extended"),
}


def both(zh: str, en: str) -> Text:
    """A sentence in both languages."""
    return {"zh": zh, "en": en}


def place(name: str) -> Text:
    """Where a bidder stands, said to him."""
    return both(*_PLACES[name])


_WHO: Final[dict[str, Pair]] = {
    "bidder": ("竞买人 {}", "bidder {}"),
    "staff": ("工作人员 {}", "officer {}"),
    "approver": ("审批人员 {}", "approver {}"),
}


LEVEL: Final = both(
    "您的报价与领先的自动出价同价；同价时先委托者领先，您目前未领先。",
    "Your offer equals one made automatically for a bidder who instructed earlier: at an equal "
    "price the earlier instruction leads, so you do not.",
)
"""Said to him whose offer is as good as the leader's."""


def level(facts: Sequence[Mapping[str, Any]]) -> Pair | None:
    """Why one of two at an equal price leads: he instructed the house earlier. None where none does."""
    stood = [fact for fact in facts if fact["fact"] == "offer_stood"]
    raised = {fact["bidder"] for fact in facts if fact["fact"] == "raised_by_house"}
    if len(stood) != 2 or stood[0]["amount"] != stood[1]["amount"]:
        return None
    # The one who leads is told last.
    behind, ahead = stood[0]["bidder"], stood[1]["bidder"]
    if ahead not in raised:
        return None
    return (
        f"{ahead} 号与 {behind} 号同价，{ahead} 号先委托自动出价，同价时先委托者领先",
        f"No. {ahead} is level with No. {behind} and instructed the house earlier, which decides",
    )


def who(actor: str) -> Text:
    """Who asked, as people say it: `bidder:64` is 竞买人 64; the house itself is the system."""
    role, _, name = actor.partition(":")
    zh, en = _WHO.get(role, ("系统", "the system"))
    return both(zh.format(name), en.format(name))


def why_moved(why: str) -> Text:
    """Why a deadline moved."""
    return both(*_WHY[why])


def _title(row: Mapping[str, Any], rule: Rule, state: State) -> Text:
    found = next((s.title for s in rule.programme(state.terms) if s.id == row["stage"]), None)
    return found or both(f"“{row['stage']}”阶段", f"stage “{row['stage']}”")


def _stood(row: Mapping[str, Any], unit: Unit) -> Pair:
    amount = row["amount"]
    return (
        f"{row['bidder']} 号报价 {unit.show(amount, 'zh')}",
        f"No. {row['bidder']} offered {unit.show(amount, 'en')}",
    )


_PHASES: Final = re.compile(r"one_price|total|clock|indicator(_[0-9]+)?")
"""Slots that stand for a phase of the auction, and for nothing that a bidder chose."""


def _whose(keys: Sequence[str]) -> Pair:
    """Keys of offers for people: whose they are, and what for where there are several."""
    zh, en = [], []
    for key in keys:
        who, _, slot = key.partition("/")
        plain = not slot or _PHASES.fullmatch(slot) is not None
        zh.append(who if plain else f"{who}（{slot}）")
        en.append(who if plain else f"{who} ({slot})")
    return "、".join(zh), ", ".join(en)


def _leaders(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    zh, en = _whose(row["leaders"])
    return f"当前领先：{zh or '无'}", f"in the lead: {en or 'nobody'}"


def _awarded(row: Mapping[str, Any], unit: Unit) -> Pair:
    price = row["price"]
    return (
        f"{row['bidder']} 号竞得，成交价 {unit.show(price, 'zh')}",
        f"No. {row['bidder']} won at {unit.show(price, 'en')}",
    )


def _award(row: Mapping[str, Any], unit: Unit, state: State) -> Pair:
    """An award by rank of somebody excluded before, said as what it comes to."""
    zh, en = _awarded(row, unit)
    if row["bidder"] not in state.exclusions or not exclusion_takes_two(state.document):
        return zh, en
    return f"{zh}（已取消资格，不予成交）", f"{en} (excluded: it is no sale)"


def _moved(row: Mapping[str, Any], when: When) -> Pair:
    why, at = why_moved(row["why"]), when(row["closes"])
    return f"截止时间改为 {at}（{why['zh']}）", f"closes now at {at} ({why['en']})"


def _entitled(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    names = row["bidders"]
    return (
        f"可进入下一阶段：{'、'.join(names) or '无'}",
        f"may go on: {', '.join(names) or 'nobody'}",
    )


def _answered(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    yes = row["answer"]
    return (
        f"{row['bidder']} 号{'确认参加' if yes else '放弃'}",
        f"No. {row['bidder']} {'goes on' if yes else 'waived'}",
    )


def _unsold(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    sentence = say(row["reason"], {}, None)
    return sentence["zh"].rstrip("。"), sentence["en"].rstrip(".")


def _paid(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    return (
        f"{row['bidder']} 号保证金到账，{'已足额' if row['ok'] else '未足额'}",
        f"No. {row['bidder']} deposit counted, {'complete' if row['ok'] else 'incomplete'}",
    )


def _round(row: Mapping[str, Any], unit: Unit) -> Pair:
    number, price = row["number"], row["price"]
    if not number:
        # A stage without rounds whose window is given again after a suspension.
        return "本阶段重新计时", "the stage is timed anew"
    if price is None:
        return f"第 {number} 轮开始", f"round {number} opened"
    return (
        f"第 {number} 轮，价格 {unit.show(price, 'zh')}",
        f"round {number} at {unit.show(price, 'en')}",
    )


def _listed(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    zh, en = _whose(row.get("pool") or row.get("order") or ())
    if row["fact"] == "pool_fixed":
        return f"摇号名单已固定：{zh}", f"the draw is among {en}"
    return f"摇号结果：{zh}", f"drawn in this order: {en}"


_DUTY: Final[dict[str, Pair]] = {
    "commit": ("密封", "committed"),
    "reveal": ("揭示", "revealed"),
}
_WINDOW: Final[dict[str, Pair]] = {
    "commit": (
        "摇号各方须在 {at} 前密封各自的秘密值",
        "parties to the draw commit to secrets before {at} UTC+8",
    ),
    "reveal": (
        "密封结束，摇号各方须在 {at} 前揭示",
        "commitments are final; secrets are to be shown before {at} UTC+8",
    ),
}


def _round_named(row: Mapping[str, Any], when: When) -> Pair:
    number, at = row["round"], when(row["at"])
    return (
        f"摇号采用公开随机源第 {number} 期，{at} 公布",
        f"the draw uses number {number} of the public source, out at {at} UTC+8",
    )


def _draw_window(row: Mapping[str, Any], when: When) -> Pair:
    zh, en = _WINDOW[row["duty"]]
    at = when(row["closes"])
    return zh.format(at=at), en.format(at=at)


def _absent(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    zh, en = _DUTY[row["duty"]]
    names = row["parties"]
    return f"逾期未{zh}：{'、'.join(names)}", f"not {en} in time: {', '.join(names)}"


def _reserve(row: Mapping[str, Any], unit: Unit) -> Pair:
    amount = row["amount"]
    return f"保留价揭示：{unit.show(amount, 'zh')}", f"the reserve is {unit.show(amount, 'en')}"


_AVERAGE: Final = re.compile("average(?: ([0-9]+))?")


def _revealed(row: Mapping[str, Any], unit: Unit) -> Pair:
    value = row["value"]
    if value is None:
        return "密封内容已公开", "what was sealed is open"
    zh, en = row["what"], row["what"]
    if told := _AVERAGE.fullmatch(row["what"]):
        number = told[1]
        zh, en = f"第 {number} 次播报的平均价", f"average {number} of those told"
        if number is None:
            zh, en = "平均价", "the average"
    return f"{zh}为 {unit.show(value, 'zh')}", f"{en} is {unit.show(value, 'en')}"


def _gone(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    who, revoked = row["bidder"], row["cause"] == "revoked"
    if row["cause"] == "cancelled":
        return f"{who} 号收回了自己的报价", f"No. {who} took the offer back"
    if row["cause"] == "late":
        return f"{who} 号报价晚于随机截止，不计入", f"No. {who}: the offer came after the end"
    return (
        f"{who} 号报价视为{'撤销' if revoked else '撤回'}",
        f"No. {who}: the offer counts as {'revoked' if revoked else 'withdrawn'}",
    )


def _opened(row: Mapping[str, Any], unit: Unit) -> Pair:
    who, amount = row["bidder"], row["amount"]
    return (
        f"{who} 号密封报价解密为 {unit.show(amount, 'zh')}",
        f"the sealed offer of No. {who} opens to {unit.show(amount, 'en')}",
    )


_VOID: Final[dict[str, Pair]] = {
    "SHARES_DEALT_WRONG": (
        "向受托人分发的密钥份额有误",
        "wrong shares of its key were dealt to the trustees",
    ),
    "SEAL_UNREADABLE": (
        "解密后的内容不是本场、本人的报价",
        "what it opens to is no offer of this bidder in this auction",
    ),
}


def _voided(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    who = row["bidder"]
    zh, en = _VOID.get(row["reason"], ("解密后的金额不是有效报价", "the amount is not valid"))
    return f"{who} 号密封报价无效：{zh}", f"the sealed offer of No. {who} is void: {en}"


def _announced(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    return f"工作人员通知：{bare(row['zh'])}", f"message from the staff: {bare(row['en'])}"


_ACTS: Final[dict[str, Pair]] = {
    "extend": ("延长", "a later end"),
    "surrogate": ("代为报价", "an offer on behalf of a bidder"),
    "exclude": ("取消竞买资格", "withdrawing an admission"),
    "terminate": ("终止", "termination"),
    "void": ("宣布结果无效", "voiding of the result"),
    "reaward": ("递补", "award to the next in line"),
    "resume": ("恢复", "going on"),
}


def _proposed(row: Mapping[str, Any], unit: Unit) -> Pair:
    (zh, en), about = _ACTS[row["act"]], row["about"]
    more_zh = more_en = ""
    if row["act"] == "extend":
        more_zh, more_en = f" {about['seconds']} 秒", f" by {about['seconds']} s"
    if row["act"] == "surrogate":
        who, amount = about["bidder"], about["amount"]
        more_zh = f"（{who} 号，{unit.show(amount, 'zh')}）"
        more_en = f" (No. {who}, {unit.show(amount, 'en')})"
    if row["act"] in ("exclude", "reaward"):
        more_zh, more_en = f"（{about['bidder']} 号）", f" (No. {about['bidder']})"
    why = bare(about["reason"])
    return (
        f"提请{zh}{more_zh}，待另一名审批人员确认：{why}",
        f"proposed, waiting for a second officer: {en}{more_en}: {why}",
    )


def _seconded(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    number, agreed = row["proposal"], row["agree"]
    return (
        f"第 {number} 号记录的提请{'已由另一名审批人员确认' if agreed else '未获同意'}",
        f"the proposal of entry {number} was {'confirmed by a second officer' if agreed else 'turned down'}",
    )


_STEPS: Final[dict[str, Pair]] = {
    "reviewed": ("交易后审核通过", "reviewed"),
    "confirmed": ("成交确认", "the result is confirmed"),
    "published": ("结果已公示", "the result is published"),
    "defaulted": ("未履约", "defaulted"),
    "reawarded": ("按名次递补", "awarded as the next in line"),
}


def _concluded(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    (zh, en), why = _STEPS[row["step"]], bare(row["reason"])
    if row["step"] == "defaulted":
        who, after = row["bidder"], row["follows"]
        zh, en = f"{who} 号{zh}", f"No. {who} {en}"
        tail_zh = f"；名次下一位为 {after} 号" if after else "；没有下一位"
        tail_en = f"; next by rank is No. {after}" if after else "; nobody is next"
        return f"{zh}：{why}{tail_zh}", f"{en}: {why}{tail_en}"
    if row["bidder"] is not None:
        zh, en = f"{row['bidder']} 号{zh}", f"No. {row['bidder']} {en}"
    return f"{zh}：{why}", f"{en}: {why}"


def _paid_out(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    who, sum_zh, sum_en = (
        row["bidder"],
        YUAN.show(row["amount"], "zh"),
        YUAN.show(row["amount"], "en"),
    )
    back, why = row["purpose"] == "refund", bare(row["reason"])
    return (
        f"{who} 号保证金{'退还' if back else '不予退还'} {sum_zh}：{why}",
        f"No. {who} deposit {'refunded' if back else 'kept'}: {sum_en}: {why}",
    )


def _guaranteed(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    return (
        f"{row['bidder']} 号登记保函，{'已足额' if row['ok'] else '未足额'}",
        f"No. {row['bidder']} guarantee counted, {'complete' if row['ok'] else 'incomplete'}",
    )


def _limit(row: Mapping[str, Any], unit: Unit) -> Pair:
    # Only its owner ever reads this line.
    if row["limit"] is None:
        return "自动出价已取消", "automatic bidding is cancelled"
    return (
        f"自动出价上限 {unit.show(row['limit'], 'zh')}",
        f"automatic bidding up to {unit.show(row['limit'], 'en')}",
    )


def _raised(row: Mapping[str, Any], unit: Unit) -> Pair:
    del unit
    who = row["bidder"]
    return f"由系统代 {who} 号自动报出", f"made by the house for No. {who}"


def _plain(zh: str, en: str) -> Callable[[Mapping[str, Any], Unit], Pair]:
    def fill(row: Mapping[str, Any], unit: Unit) -> Pair:
        del unit
        return (
            zh.format(**{**row, "why": _reason(row, "zh")}),
            en.format(**{**row, "why": _reason(row, "en")}),
        )

    return fill


def _resuming(row: Mapping[str, Any], when: When) -> Pair:
    at = when(row["at"])
    return (
        f"公告恢复时间：北京时间 {at}（{_reason(row, 'zh')}）",
        f"announced: it goes on at {at} China Standard Time ({_reason(row, 'en')})",
    )


_SAY_WHEN: Final[Mapping[str, Callable[[Mapping[str, Any], When], Pair]]] = {
    "deadline_moved": _moved,
    "draw_round": _round_named,
    "draw_window": _draw_window,
    "resuming": _resuming,
}
"""What names an instant."""

_SAY: Final[Mapping[str, Callable[[Mapping[str, Any], Unit], Pair]]] = {
    "offer_stood": _stood,
    "leaders_changed": _leaders,
    "entitled": _entitled,
    "answered": _answered,
    "awarded": _awarded,
    "award_lapsed": _plain("{bidder} 号的竞得资格失效", "the award to No. {bidder} has lapsed"),
    "unsold": _unsold,
    "deposit_counted": _paid,
    "revealed": _revealed,
    "round_opened": _round,
    "pool_fixed": _listed,
    "drawn": _listed,
    "draw_committed": _plain(
        "{party} 已密封摇号秘密值", "{party} committed to a secret for the draw"
    ),
    "draw_revealed": _plain(
        "{party} 揭示秘密值，与密封值一致", "{party} showed its secret, and the commitment holds"
    ),
    "draw_absent": _absent,
    "draw_typed": _plain("{officer} 录入摇号结果", "{officer} typed what was drawn"),
    "reserve_opened": _reserve,
    "offer_withdrawn": _gone,
    "offer_sealed": _plain("{bidder} 号递交密封报价", "No. {bidder} handed in a sealed offer"),
    "offer_opened": _opened,
    "offer_voided": _voided,
    "trustee_opened": _plain(
        "受托人 {trustee} 公布了本场的解密私钥",
        "trustee {trustee} published the private key of this auction",
    ),
    "quorum_missing": _plain(
        "仅 {have} 名受托人公布私钥，需 {need} 名，报价未解密",
        "of the {need} trustees it takes {have} published a key; nothing is opened",
    ),
    "proxy_set": _limit,
    "raised_by_house": _raised,
    "reserve_sealed": _plain("保留价已密封录入", "a reserve was sealed"),
    "scored": _plain("{expert} 已为 {bidder} 号评分", "{expert} has scored No. {bidder}"),
    "closed": _plain("本场结束", "the session is over"),
    "key_enrolled": _plain("{bidder} 号登记了签名密钥", "No. {bidder} enrolled a key"),
    "admitted": _plain("{bidder} 号取得竞买资格", "No. {bidder} was admitted"),
    "excluded": _plain("{bidder} 号被取消资格：{why}", "No. {bidder} was excluded: {why}"),
    "suspended": _plain("中止：{why}", "suspended: {why}"),
    "resumed": _plain("恢复：{why}", "resumed: {why}"),
    "terminated": _plain("终止：{why}", "terminated: {why}"),
    "announced": _announced,
    "extended": _plain("延长 {seconds} 秒：{why}", "{seconds} s later: {why}"),
    "on_behalf": _plain(
        "工作人员代 {bidder} 号报价：{why}", "staff made an offer on behalf of No. {bidder}: {why}"
    ),
    "proposed": _proposed,
    "seconded": _seconded,
    "concluded": _concluded,
    "paid_out": _paid_out,
    "guarantee_counted": _guaranteed,
    "guarantee_sealed": _plain(
        "一份电子保函已密封送达，开始后解密", "a sealed guarantee is in; it opens with the session"
    ),
    "voided": _plain("结果无效：{why}", "result void: {why}"),
}


def _fact(row: Mapping[str, Any], unit: Unit, rule: Rule, state: State, when: When) -> Pair:
    kind = row["fact"]
    if kind in ("stage_opened", "stage_closed"):
        title, opened = _title(row, rule, state), kind == "stage_opened"
        return (
            f"{title['zh']}{'开始' if opened else '截止'}",
            f"{title['en']} {'opened' if opened else 'closed'}",
        )
    if kind == "leaders_changed" and rule.own_lots:
        names = row["leaders"]
        return (
            f"当前入围：{'、'.join(names) or '无'}",
            f"winning set: {', '.join(names) or 'nobody'}",
        )
    if kind == "awarded":
        return _award(row, unit, state)
    if kind == "noted":
        return noted(row["key"], row["value"], unit, rule, state.terms, when=when)
    if kind in _SAY_WHEN:
        return _SAY_WHEN[kind](row, when)
    return _SAY[kind](row, unit)


def fact(row: Mapping[str, Any], unit: Unit, rule: Rule, state: State) -> Text:
    """One fact of an entry as a sentence of its own."""
    zh, en = _fact(row, unit, rule, state, show_instant)
    return both(f"{zh}。", f"{en[:1].upper()}{en[1:]}.")


_HOUSE: Final[dict[str, Pair]] = {
    "QUORUM_MISSING": (
        "受托人不足，恢复后由竞买人自行解密",
        "too few trustees; on resumption the bidders open their own offers",
    ),
    "INTERRUPTED": ("服务中断，恢复后补回时间", "service was interrupted; the time is given back"),
    "RECOVERY": ("服务中断，时间予以补回", "the service was away; the time is given back"),
    "RECOVERY_FAILED": (
        "系统连续两次故障，待人工处理",
        "it failed twice in a row; people must look",
    ),
    "RULE_CHANGED": (
        "规则程序与批准时不一致，待人工处理",
        "the rule's source is not the one approved; people must look",
    ),
}
"""Reasons the house itself gives; staff give theirs in their own words."""


def bare(words: str) -> str:
    """What somebody wrote without its last stop: the sentence that it stands in has its own."""
    return words.rstrip("。. ") or words


def of_the_house(reason: str) -> bool:
    """Whether it is a reason that the house itself gives."""
    return reason in _HOUSE


def _reason(row: Mapping[str, Any], lang: str) -> str:
    reason = bare(str(row.get("reason", "")))
    zh, en = _HOUSE.get(reason, (reason, reason))
    return zh if lang == "zh" else en


def reason(code: str) -> Text:
    """The reason of a staff act, or of one by the house, in both languages; without a stop."""
    return both(*_HOUSE.get(code, (bare(code), bare(code))))


_OUTCOMES: Final[Mapping[Outcome, Text]] = {
    "provisional": both(
        "成交结果待确认：审核、确认之前，尚不算成交。",
        "Provisional: it is no sale before it has been reviewed and confirmed.",
    ),
    "confirmed": both("成交已确认，待公示。", "Confirmed; to be published."),
    "published": both("成交结果已公示。", "The result has been published."),
    "vacant": both(
        "目前没有竞得人。公告约定递补的，由名次下一位递补；否则须重新组织交易。",
        "Nobody holds it now. The next in line may be awarded where the notice grants one; else it "
        "is held anew.",
    ),
    "unsold": both("流拍，没有成交。", "Unsold."),
    "terminated": both("已终止，没有成交。", "Terminated; nothing was sold."),
    "voided": both("成交结果已宣布无效。", "The result was declared void."),
}


def fallen(one: Fallen) -> Text:
    """A sale that fell through, why, and who comes next by rank after a default."""
    bidder, reason, follows = one.bidder, bare(one.reason), one.follows
    if one.cause == "excluded":
        return both(
            f"{bidder} 号已被取消竞买资格，不予成交：{reason}。",
            f"No. {bidder} was excluded and is out of the award: {reason}.",
        )
    zh, en = (
        (f"名次下一位：{follows} 号。", f"Next by rank: No. {follows}.")
        if follows
        else ("没有名次下一位。", "Nobody is next by rank.")
    )
    return both(
        f"{bidder} 号成交后违约，成交已撤销：{reason}。{zh}",
        f"No. {bidder} defaulted after the sale, which has fallen through: {reason}. {en}",
    )


def outcome(worth: Outcome, why: str = "") -> Text:
    """What a result is worth now, in one sentence; `why` is the reason of officers who ended it."""
    told = _OUTCOMES[worth]
    if not why:
        return told
    given = reason(why)
    return both(
        f"{told['zh'].removesuffix('。')}：{given['zh']}。",
        f"{told['en'].removesuffix('.')}: {given['en']}.",
    )


def entry(
    row: Mapping[str, Any], unit: Unit, rule: Rule, state: State, when: When = show_instant
) -> Text:
    """One sentence for one entry: the facts in order, or the refusal. `when` writes its instants."""
    data = row["data"]
    if "reason" in data:
        refused = say(data["reason"], data["detail"], unit, data["nearest"])
        if not str(row["type"]).startswith("deposit."):
            return refused
        # Money is brought in by the house: whose it is, the actor does not tell.
        whose = data["ask"]["bidder"]
        return both(f"{whose} 号：{refused['zh']}", f"No. {whose}: {refused['en']}")
    if row["type"] == "session.opened":
        return both("公告发布，规则文件已锁定。", "Published; the rule document is fixed.")
    parts = [_fact(fact, unit, rule, state, when) for fact in data["facts"]]
    if (tie := level(data["facts"])) is not None:
        parts.append(tie)
    return both(
        "；".join(zh for zh, _ in parts) + "。",
        "; ".join(en for _, en in parts) + ".",
    )
