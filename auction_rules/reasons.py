"""The one list of reasons for refusal and for no sale, with their sentences.

Order in every sentence: what happened, why, what you can do. Codes are those of the domain
glossary; a new one needs its two sentences here and a row in the test. `{name}` is filled
from the refusal's detail; amounts come already printed in the unit of the terms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.terms import Text, Unit


@dataclass(frozen=True, slots=True)
class Reason:
    """A code, its sentences, and the clause it rests on where there is a general one."""

    code: str
    zh: str
    en: str
    clause_zh: str | None = None
    clause_en: str | None = None


_WINDOW = (
    "时点以到达服务器为准，窗口为左闭右开",
    "arrival at the server counts; windows are half-open",
)
_LADDER = ("本场竞价须知：增价规则", "terms of this auction: steps")
_DEPOSIT = ("本场竞价须知：竞买保证金", "terms of this auction: deposit")
_SEALED = ("电子招标投标办法第三十、三十一条", "Electronic Tendering Measures, arts 30 and 31")
_SIGNED = ("电子签名法第十三条", "Electronic Signature Law, art. 13")
_RIGHT = ("本场竞价须知：参与资格", "terms of this auction: right to take part")
_OFFICERS = ("本场竞价须知：工作人员权限", "terms of this auction: what officers may do")
_CHANCE = ("本场竞价须知：摇号方式", "terms of this auction: how lots are drawn")

_ALL: Final = (
    Reason(
        "NOT_BIDDABLE", "未受理：本场当前不接受报价。", "Not accepted: no offers can be made now."
    ),
    Reason(
        "NOT_WRITABLE",
        "未受理：请求中的数字或者文字超出记录可以容纳的范围。请改正后重新提交。",
        "Not accepted: a number or a text in it is beyond what the record can hold. Correct it, and"
        " ask again.",
    ),
    Reason(
        "STALE_PHASE",
        "未受理：您看到的阶段已经结束。请按当前阶段重新报价。",
        "Not accepted: the stage you saw is over. Offer again in the present stage.",
    ),
    Reason(
        "AFTER_DEADLINE",
        "未受理：报价到达时本阶段已经截止。",
        "Not accepted: the stage had closed when the offer arrived.",
        *_WINDOW,
    ),
    Reason(
        "OUTSIDE_WINDOW",
        "未受理：不在可操作的时段内。",
        "Not accepted: outside the window for this.",
        *_WINDOW,
    ),
    Reason(
        "SUSPENDED",
        "未受理：本场已中止。已记录的报价仍然有效，请等待恢复通知。",
        "Not accepted: the session is suspended. Recorded offers stay valid; wait for resumption.",
    ),
    Reason(
        "BELOW_START",
        "未受理：低于起始价。最低可报 {minimum}。",
        "Not accepted: below the start price. The least valid offer is {minimum}.",
        *_LADDER,
    ),
    Reason(
        "BELOW_MIN_NEXT",
        "未受理：未达到下一口价 {minimum}。",
        "Not accepted: it does not reach the next valid price {minimum}.",
        *_LADDER,
    ),
    Reason(
        "NOT_ON_GRID",
        "未受理：不是增价幅度 {step} 的整数倍。",
        "Not accepted: not a whole multiple of the step {step}.",
        *_LADDER,
    ),
    Reason(
        "JUMP_NOT_ALLOWED",
        "未受理：超过单次加价上限。",
        "Not accepted: the raise is larger than one bid may be.",
        *_LADDER,
    ),
    Reason(
        "ABOVE_CAP",
        "未受理：超过最高限价 {cap}。",
        "Not accepted: above the cap {cap}.",
        *_LADDER,
    ),
    Reason(
        "CAP_REACHED",
        "已达到最高限价 {cap}，不能再加价。",
        "The cap {cap} has been reached; no higher offer is possible.",
        *_LADDER,
    ),
    Reason(
        "DUPLICATE_CAP_CONSENT",
        "未受理：您已按最高限价 {cap} 报价，无需重复。请等待摇号或后续环节。",
        "Not accepted: you have offered the cap {cap} already. Wait for what follows.",
        *_LADDER,
    ),
    Reason(
        "ALREADY_LEADING",
        "未受理：您目前领先，无需再报。",
        "Not accepted: you lead already.",
        *_LADDER,
    ),
    Reason(
        "PROXY_NOT_ALLOWED",
        "未受理：本场不设自动出价，请直接报价。",
        "Not accepted: this session has no automatic bidding. Make an offer instead.",
        *_LADDER,
    ),
    Reason(
        "LIMIT_BELOW_OFFER",
        "未受理：自动出价的限额不能低于您已经报出的 {minimum}。",
        "Not accepted: the limit cannot be short of {minimum}, which you stand for already.",
        *_LADDER,
    ),
    Reason(
        "NO_LIMIT_SET",
        "未受理：您没有设置自动出价，无可取消。",
        "Not accepted: you have no automatic bidding to cancel.",
    ),
    Reason(
        "EQUAL_PRICE_NO_PRIORITY",
        "未受理：与当前最高价相同。只有顺序在先的优先购买权人可以同价报价，请加价。",
        "Not accepted: the same as the highest price. Only a better prior right may equal it.",
        *_RIGHT,
    ),
    Reason(
        "NOT_YOUR_LOT",
        "未受理：只能为您自己的宗地报价。",
        "Not accepted: you can only offer for your own parcel.",
        *_RIGHT,
    ),
    Reason(
        "QUANTITY_FIXED",
        "未受理：申请面积已在公告中确定，不能更改。",
        "Not accepted: the area asked for is fixed in the notice.",
        *_RIGHT,
    ),
    Reason(
        "NO_QUALIFYING_BID",
        "未受理：前一阶段没有有效报价，不能进入下一阶段。",
        "Not accepted: without a valid offer in the stage before there is no entry to the next.",
        *_RIGHT,
    ),
    Reason(
        "ALREADY_ANSWERED",
        "未受理：您已经答复过。",
        "Not accepted: you have answered already.",
        *_RIGHT,
    ),
    Reason(
        "NO_RIGHT_IN_PHASE",
        "未受理：您没有进入本阶段的资格。",
        "Not accepted: you have no right to act in this stage.",
        *_RIGHT,
    ),
    Reason(
        "NOT_QUALIFIED",
        "未受理：您尚未取得本场竞买资格。",
        "Not accepted: you are not admitted to this session.",
        *_RIGHT,
    ),
    Reason(
        "EXCLUDED",
        "未受理：您的竞买资格已被取消。",
        "Not accepted: your admission has been withdrawn.",
        *_RIGHT,
    ),
    Reason(
        "DEPOSIT_NOT_CONFIRMED",
        "未受理：竞买保证金尚未确认到账。",
        "Not accepted: the deposit has not been confirmed.",
        *_DEPOSIT,
    ),
    Reason(
        "DEPOSIT_LATE",
        "保证金到账时间晚于截止时间，不能计入。",
        "The deposit arrived after its deadline and does not count.",
        *_DEPOSIT,
    ),
    Reason(
        "REF_REUSED",
        "未受理：同一请求编号曾用于不同内容（第 {first} 号记录）。",
        "Not accepted: this reference was used for another request (entry {first}).",
    ),
    Reason(
        "NOT_ALLOWED",
        "未受理：您的身份不能作此操作。",
        "Not accepted: your role does not allow this.",
    ),
    Reason(
        "ALREADY_ADMITTED",
        "未受理：该号牌或宗地已经登记。",
        "Not accepted: this number or parcel is admitted already.",
    ),
    Reason("NO_SUCH_LOT", "未受理：没有这宗标的。", "Not accepted: there is no such lot."),
    Reason(
        "NO_SUCH_BIDDER",
        "未受理：没有这个竞买号。",
        "Not accepted: there is no such bidder number.",
    ),
    Reason(
        "DUPLICATE_NOTICE",
        "该笔到账通知已经处理过，未重复计入。",
        "This bank notice was counted already and is not counted twice.",
        *_DEPOSIT,
    ),
    Reason(
        "NOT_A_PAYMENT",
        "未受理：到账金额必须大于零，到账时间不能晚于现在。",
        "Not accepted: a payment is more than zero and was not received in the future.",
        *_DEPOSIT,
    ),
    Reason(
        "SIGNATURE_MISSING",
        "未受理：您已登记签名密钥，此后的请求须用密钥签名。",
        "Not accepted: you enrolled a key, so every request must be signed with one.",
        *_SIGNED,
    ),
    Reason(
        "SIGNATURE_INVALID",
        "未受理：签名与请求内容或登记的密钥不符。请用已登记的设备重新提交。",
        "Not accepted: the signature does not fit the request or any key you enrolled."
        " Send it again from a device you enrolled.",
        *_SIGNED,
    ),
    Reason(
        "KEY_UNSOUND",
        "未受理：该公钥不合格（格式不规范、低阶点或不在曲线上）。请重新生成密钥。",
        "Not accepted: this public key is unsound (not canonical, of low order, or off the curve)."
        " Make a new one.",
    ),
    Reason("KEY_KNOWN", "未受理：该公钥已经登记。", "Not accepted: this key is enrolled already."),
    Reason(
        "KEY_LIMIT",
        "未受理：每个号牌最多登记 {limit} 个密钥。",
        "Not accepted: a number may enrol {limit} keys at most.",
    ),
    Reason(
        "NOT_SUSPENDED",
        "未受理：本场没有处于中止状态。",
        "Not accepted: the session is not suspended.",
    ),
    Reason(
        "AMEND_LIMIT",
        "未受理：已达到修改次数上限，以最后一次有效报价为准。",
        "Not accepted: no more amendments; the last valid offer counts.",
        *_LADDER,
    ),
    Reason(
        "ALREADY_QUOTED",
        "未受理：已经报价，不能更改。",
        "Not accepted: an offer was made and cannot be changed.",
        *_LADDER,
    ),
    Reason(
        "BAD_SEED",
        "未受理：摇号种子写法不对。",
        "Not accepted: that is no seed for the draw.",
    ),
    Reason(
        "OTHER_SOURCE",
        "未受理：公告约定的随机数来源不是这种方式。",
        "Not accepted: the terms name another source of chance.",
        *_CHANCE,
    ),
    Reason(
        "NOT_A_PARTY",
        "未受理：公告约定的摇号参与方中没有您的账号。",
        "Not accepted: the terms do not name you as a party to the draw.",
        *_CHANCE,
    ),
    Reason(
        "BAD_DRAW_COMMITMENT",
        "未受理：密封值须为 64 位小写十六进制的 SHA-256。",
        "Not accepted: a commitment is a SHA-256 in 64 lower-case hexadecimal digits.",
    ),
    Reason(
        "COMMITS_CLOSED",
        "未受理：已开始揭示，不能再密封。",
        "Not accepted: secrets are being shown; nobody can commit any more.",
        *_CHANCE,
    ),
    Reason(
        "REVEAL_TOO_EARLY",
        "未受理：其他各方尚可密封，现在揭示会让人事先知道。请妥善保管，待开始揭示。",
        "Not accepted: others may still commit, and would know it. Keep it until secrets are shown.",
        *_CHANCE,
    ),
    Reason(
        "NEVER_COMMITTED",
        "未受理：您没有在时限内密封，不能揭示。",
        "Not accepted: you never committed, so there is nothing to show.",
        *_CHANCE,
    ),
    Reason(
        "SECRET_DIFFERS",
        "未受理：揭示的内容与您的密封值不一致。请核对 64 位小写十六进制秘密值。",
        "Not accepted: this is not what you committed to. Check the 64 hexadecimal digits.",
        *_CHANCE,
    ),
    Reason(
        "ROUND_TOO_EARLY",
        "未受理：该期公布得过早，名单可能尚未固定。本次摇号使用第 {round} 期。",
        "Not accepted: that number came out too early for this pool; number {round} counts.",
        *_CHANCE,
    ),
    Reason(
        "OTHER_ROUND",
        "未受理：本次摇号只使用第 {round} 期。",
        "Not accepted: number {round} counts for this draw, and no other.",
        *_CHANCE,
    ),
    Reason(
        "ROUND_NOT_OUT",
        "未受理：第 {round} 期尚未公布。",
        "Not accepted: number {round} is not out yet.",
        *_CHANCE,
    ),
    Reason(
        "BAD_FIGURE",
        "未受理：写法不对。drand 须录入 96 位小写十六进制签名，其他须为数字。",
        "Not accepted: drand's signature has 96 lower-case hexadecimal digits; others are digits.",
    ),
    Reason(
        "NOT_THE_POOL",
        "未受理：摇出的次序须恰好包含名单中的每一个号码。",
        "Not accepted: an order names everybody in the pool once, and nobody else.",
    ),
    Reason(
        "TYPED_DIFFERS",
        "未受理：与另一名工作人员录入的不一致。请双方核对原始结果。",
        "Not accepted: another officer typed something else. Both should check what was drawn.",
        *_CHANCE,
    ),
    Reason(
        "BAD_COMMITMENT",
        "未受理：保留价密封值写法不对。",
        "Not accepted: that is no commitment to a reserve.",
    ),
    Reason(
        "COMMITMENT_DIFFERS",
        "未受理：揭示的保留价与密封值不一致。",
        "Not accepted: the amount shown is not the one committed to.",
    ),
    Reason(
        "MUST_BE_SEALED",
        "未受理：本场报价须在您的浏览器中密封后提交。请更新页面后重报。",
        "Not accepted: offers are sealed in your browser first. Reload the page and offer again.",
        *_SEALED,
    ),
    Reason(
        "MUST_NOT_BE_SEALED",
        "未受理：当前阶段不收密封报价。请直接报价。",
        "Not accepted: no sealed offers are taken in this stage. Offer openly.",
    ),
    Reason(
        "SEAL_MALFORMED",
        "未受理：密封报价的格式、长度或份额数量不符。请更新页面后重报。",
        "Not accepted: the sealed offer has a wrong form, length or number of shares."
        " Reload the page and offer again.",
        *_SEALED,
    ),
    Reason(
        "NOTHING_SEALED",
        "未受理：您没有待解密的报价。",
        "Not accepted: no sealed offer of yours waits to be opened.",
    ),
    Reason(
        "TRUSTEES_OPEN",
        "由受托人共同解密，您无需操作。请等待唱标。",
        "The trustees open the offers; there is nothing for you to do. Wait for the read-out.",
    ),
    Reason(
        "KEY_REQUIRED",
        "未受理：现在只收密封报价的密钥。未加密报价须等到补救时段。",
        "Not accepted: only the key of your sealed offer is taken now; the plain one in the remedy.",
        *_SEALED,
    ),
    Reason(
        "SEAL_KEY_WRONG",
        "未受理：打不开您的密封报价，或内容与承诺不一致。请用密封报价时的设备重试。",
        "Not accepted: it does not open your sealed offer, or is not what you committed to."
        " Try again on the device where you sealed it.",
        *_SEALED,
    ),
    Reason(
        "NO_SUCH_TRUSTEE",
        "未受理：没有这名受托人。",
        "Not accepted: there is no such trustee.",
    ),
    Reason(
        "TRUSTEE_KEY_WRONG",
        "未受理：该私钥与公告中受托人的公钥不符。请核对是否为本场的私钥。",
        "Not accepted: this is not the private key of the trustee's public key in the notice."
        " Check that it is the one of this auction.",
        *_SEALED,
    ),
    Reason("NOT_RUNNING", "未受理：本场没有在进行。", "Not accepted: the session is not running."),
    Reason(
        "NOT_DUE",
        "未到时点，没有变化。",
        "It is not time yet; nothing changed.",
    ),
    Reason("NO_BID", "流拍：没有有效报价。", "Unsold: there was no valid offer."),
    Reason("NO_APPLICANT", "流拍：无人参加。", "Unsold: nobody took part."),
    Reason(
        "BELOW_MIN_BIDDERS",
        "流拍：有效报价的竞买人少于规定人数。",
        "Unsold: fewer bidders with a valid offer than the terms require.",
    ),
    Reason(
        "NEGOTIATE",
        "竞价未成交：只有一人报价，按公告转入协议转让。",
        "Not sold by bidding: only one has made an offer, and by the terms the sale goes on by "
        "agreement with him.",
    ),
    Reason(
        "ABOVE_CEILING",
        "未受理：超过最高限价 {cap}，为无效报价。",
        "Not accepted: above the ceiling {cap}, so the offer is invalid.",
        *_LADDER,
    ),
    Reason(
        "QTY_BELOW_MIN",
        "未受理：少于规定的最少数量。",
        "Not accepted: below the least quantity of the terms.",
        *_RIGHT,
    ),
    Reason(
        "QTY_OVER_LIMIT",
        "未受理：超过您可竞买的数量或资格点数。",
        "Not accepted: beyond the quantity or the eligibility points you have.",
        *_RIGHT,
    ),
    Reason(
        "INSUFFICIENT_BIDDERS",
        "流标：有效报价不足规定家数。",
        "No result: fewer valid offers than the terms require.",
    ),
    Reason(
        "ALL_DEFAULTED",
        "流标：候选人均未在期限内确认。",
        "No result: none of those in line confirmed in time.",
    ),
    Reason(
        "NOTHING_FITS",
        "流拍：可用指标容纳不下任何一份有效申请。",
        "Unsold: the quota fits none of the valid applications.",
    ),
    Reason(
        "UNDERSUBSCRIBED",
        "流拍：申报总量少于发放总量。",
        "Unsold: the offers together ask for less than the supply.",
    ),
    Reason(
        "EXCLUDED_BY_MUTEX",
        "未受理：您或您所在的联合体已竞得与本标的互斥的标的。",
        "Not accepted: you, or your consortium, have won a lot that excludes this one.",
    ),
    Reason(
        "NOBODY_JOINED",
        "流拍：无人确认按最高限价参加摇号。",
        "Unsold: nobody joined the draw at the cap.",
    ),
    Reason(
        "FROZEN_WINDOW",
        "未受理：挂牌最后时段已冻结，不接受报价。",
        "Not accepted: the last stretch of the listing is frozen.",
        *_WINDOW,
    ),
    Reason(
        "OUT_OF_RANGE",
        "未受理：不在公告的报价区间 {minimum} 至 {maximum} 内。",
        "Not accepted: outside the announced range {minimum} to {maximum}.",
        *_LADDER,
    ),
    Reason(
        "DUPLICATE_PRICE",
        "未受理：该价格已有人报出。请改报其他价格。",
        "Not accepted: somebody has named this price. Name another.",
        *_LADDER,
    ),
    Reason(
        "QTY_NOT_ON_GRID",
        "未受理：数量不符合递增幅度。",
        "Not accepted: the quantity is not in whole steps.",
        *_LADDER,
    ),
    Reason(
        "TOO_FEW_QUALIFIED",
        "流拍：合格竞买人少于规定人数。",
        "Unsold: fewer bidders were admitted than the terms require.",
    ),
    Reason(
        "NOT_ON_LIST",
        "未受理：该竞买号不在本阶段的名单内。",
        "Not accepted: this bidder number is not on the list of the present stage.",
    ),
    Reason(
        "ALREADY_SCORED",
        "未受理：您已为该竞买号评分，不能更改。",
        "Not accepted: you have given this bidder points, and they cannot be changed.",
    ),
    Reason(
        "POINTS_OUT_OF_RANGE",
        "未受理：分值超出规定范围。",
        "Not accepted: the points lie outside the range of the terms.",
    ),
    Reason(
        "UNKNOWN_CAUSE",
        "未受理：原因须为撤销或者撤回。",
        "Not accepted: the cause is either revoked or withdrawn.",
    ),
    Reason(
        "NO_WAIVER_LEFT",
        "未受理：没有剩余的豁免轮数。请报价，或保持不动。",
        "Not accepted: you have no waiver left. Make an offer, or do nothing.",
        *_RIGHT,
    ),
    Reason(
        "NO_WITHDRAWAL_LEFT",
        "未受理：已达到撤回次数上限，报价继续有效。",
        "Not accepted: you may withdraw no more offers; this one stands.",
        *_RIGHT,
    ),
    Reason(
        "NEEDS_SECOND",
        "未受理：按公告须由两人办理。请先提请，再由另一名审批人员确认。",
        "Not accepted: by the notice this takes two officers. Propose it, and have another confirm.",
        *_OFFICERS,
    ),
    Reason(
        "RESUMES_ALREADY",
        "未受理：恢复时间已经公告。",
        "Not accepted: the hour at which it goes on is announced already.",
    ),
    Reason(
        "NO_SECOND_NEEDED",
        "未受理：按公告此项由一人办理，无需提请。",
        "Not accepted: by the notice one officer does this; there is nothing to propose.",
        *_OFFICERS,
    ),
    Reason(
        "SAME_OFFICER",
        "未受理：提请人不能确认自己的提请。请由另一名审批人员确认。",
        "Not accepted: nobody confirms what he proposed himself. Another approver must.",
        *_OFFICERS,
    ),
    Reason(
        "NO_SUCH_PROPOSAL",
        "未受理：没有这项待确认的提请，可能已由他人处理。",
        "Not accepted: no such proposal waits; somebody may have answered it.",
    ),
    Reason(
        "OFFICERS_MAY_NOT",
        "未受理：公告没有允许工作人员这样做。",
        "Not accepted: the notice does not let officers do this.",
        *_OFFICERS,
    ),
    Reason(
        "EXTENDED_BY_RULE",
        "未受理：本阶段已按规则自动延时，不能再人工延长。",
        "Not accepted: the rule has begun to extend this stage by itself.",
        *_OFFICERS,
    ),
    Reason(
        "EXTENSION_TOO_LONG",
        "未受理：人工延长全场合计有上限，还可延长 {seconds} 秒。",
        "Not accepted: the notice limits what staff may add in all; {seconds} s are left.",
        *_OFFICERS,
    ),
    Reason(
        "END_NOT_MOVABLE",
        "未受理：本阶段的截止时间不能人工延长（密封、逐轮或随机截止的阶段）。",
        "Not accepted: the end of this stage cannot be moved (sealed, in rounds, or drawn by lot).",
        *_OFFICERS,
    ),
    Reason(
        "SEALED_FROM_STAFF",
        "未受理：密封阶段任何工作人员不得知悉报价，不能代为报价。",
        "Not accepted: while offers are sealed no officer may know one, so none can make one.",
        *_SEALED,
    ),
    Reason(
        "NO_GUARANTEE",
        "未受理：保函金额须大于零，且未过有效期。",
        "Not accepted: a guarantee stands for more than nothing, and has not run out.",
        *_DEPOSIT,
    ),
    Reason(
        "GUARANTEE_SEALED",
        "未受理：密封的电子保函在本场开始前不得解密登记。",
        "Not accepted: a sealed guarantee is not opened before the session has begun.",
        *_DEPOSIT,
    ),
    Reason(
        "MORE_THAN_PAID_IN",
        "未受理：金额须大于零，且不超过尚未退还的保证金。",
        "Not accepted: more than nothing, and no more than what is left of the deposit.",
        *_DEPOSIT,
    ),
    Reason(
        "DEPOSIT_STILL_NEEDED",
        "未受理：本场未结束，只能退还超出保证金的部分。",
        "Not accepted: until the session is over only what exceeds the deposit is given back.",
        *_DEPOSIT,
    ),
    Reason(
        "NO_GROUND_TO_KEEP",
        "未受理：没有不予退还的依据。须先登记其未履约，或者已取消其竞买资格。",
        "Not accepted: there is no ground to keep it. Record his default first, or his exclusion.",
        *_DEPOSIT,
    ),
    Reason(
        "OWN_FINDING",
        "未受理：登记未履约的人不能办理不予退还。请由另一名审批人员办理。",
        "Not accepted: whoever recorded the default does not keep the deposit. Another approver must.",
        *_DEPOSIT,
    ),
    Reason(
        "EXCESS_FIRST",
        "未受理：不予退还以应缴保证金为限。请先退还超出的部分。",
        "Not accepted: no more than the deposit is kept. Give back what exceeds it first.",
        *_DEPOSIT,
    ),
    Reason(
        "NOBODY_HOLDS",
        "未受理：目前没有竞得人，没有可供审核、确认的成交。可以公示未成交结果。",
        "Not accepted: nobody holds it now, so there is no sale to review or confirm. "
        "That it fell through may be published.",
    ),
    Reason(
        "NOT_CLOSED",
        "未受理：本场没有正常结束的结果可供办理。",
        "Not accepted: there is no result of a closed session to work on.",
    ),
    Reason(
        "STEP_DONE", "未受理：这一步已经办理。", "Not accepted: this step has been taken already."
    ),
    Reason(
        "STEP_TOO_EARLY",
        "未受理：前一步尚未办理。顺序为审核、确认、公示。",
        "Not accepted: the step before it is missing. Review, confirm, then publish.",
    ),
    Reason(
        "NO_DEFAULT",
        "未受理：竞得人没有未履约的记录。请先登记未履约。",
        "Not accepted: no default of the winner is recorded. Record it first.",
        *_OFFICERS,
    ),
    Reason(
        "WINNER_EXCLUDED",
        "未受理：竞得人 {bidder} 号已被取消资格，不能确认成交。公告约定了递补的，由名次下一位递补；"
        "没有约定的，由审批人员宣布结果无效。",
        "Not accepted: No. {bidder}, who won, was excluded, so nothing can be confirmed. Award the "
        "next in line where the notice grants one; else an approver declares the result void.",
        *_OFFICERS,
    ),
    Reason(
        "NEXT_NOT_IN_TERMS",
        "未受理：本场公告没有约定递补，标的须重新组织交易。",
        "Not accepted: the notice of this auction grants no next in line; it is held anew.",
        *_OFFICERS,
    ),
    Reason(
        "NO_NEXT_BY_RULE",
        "未受理：本竞价规则不设递补，竞得人未履约的，须重新组织交易。",
        "Not accepted: this rule knows no next in line; after a default it is held anew.",
        *_OFFICERS,
    ),
    Reason(
        "NOBODY_NEXT",
        "未受理：名次中已没有可以递补的竞买人。",
        "Not accepted: nobody is left in the ranking who could take the place.",
        *_OFFICERS,
    ),
    Reason(
        "NEXT_BELOW_RESERVE",
        "未受理：名次下一位的报价未达到保留价，不能递补。",
        "Not accepted: the offer of the next in line does not reach the reserve.",
        *_OFFICERS,
    ),
    Reason(
        "NOT_NEXT",
        "未受理：名次下一位是 {bidder} 号，只能由其递补。",
        "Not accepted: the next in line is No. {bidder}, and nobody else can be awarded.",
        *_OFFICERS,
    ),
    Reason("RESERVE_NOT_MET", "流拍：未达到保留价。", "Unsold: the reserve was not met."),
)

REASONS: Final[Mapping[str, Reason]] = {reason.code: reason for reason in _ALL}

_FIGURES: Final = re.compile(r"(?<=[\u3000-\u9fff]) *\{\w+\} *|\{\w+\}")
_SENTENCE: Final = re.compile(r"(?<!No)\.(?: |$)")
_MONEY: Final = frozenset({"minimum", "maximum", "step", "cap"})


def say(
    code: str, detail: Mapping[str, Any], unit: Unit | None, nearest: Sequence[int] = ()
) -> Text:
    """The sentence in both languages, amounts printed in the unit, nearest valid amounts added."""
    reason = REASONS[code]
    said = {}
    for lang, sentence in (("zh", reason.zh), ("en", reason.en)):
        shown = {
            key: unit.show(value, lang) if unit and key in _MONEY and value is not None else value
            for key, value in detail.items()
        }
        text = sentence.format(**shown)
        if nearest and unit:
            amounts = [unit.show(amount, lang) for amount in nearest]
            text += (
                f"可报 {' 或 '.join(amounts)}。"
                if lang == "zh"
                else f" Valid now: {' or '.join(amounts)}."
            )
        said[lang] = text
    return said


def why_not(code: str, detail: Mapping[str, Any], unit: Unit | None) -> Text:
    """The same sentence said beforehand, where nothing was asked and so nothing refused."""
    said = say(code, detail, unit)
    en = said["en"].removeprefix("Not accepted: ")
    return {"zh": said["zh"].removeprefix("未受理："), "en": en[:1].upper() + en[1:]}


def title(code: str) -> Text:
    """What a reason is called in a list: its first sentence, without the figures of one case.

    The code itself where the list knows no such reason: a rule from elsewhere may have its own.
    """
    reason = REASONS.get(code)
    if reason is None:
        return {"zh": code, "en": code}
    zh = reason.zh.partition("。")[0].removeprefix("未受理：")
    en = _SENTENCE.split(reason.en)[0].removeprefix("Not accepted: ")
    return {"zh": _without_figures(zh), "en": _without_figures(en)}


def _without_figures(text: str) -> str:
    """Each figure is dots; one that stands last and alone is nothing."""
    dots = _FIGURES.sub("…", text)
    return dots.removesuffix("…").rstrip() if dots.count("…") == 1 else dots


def clause(code: str) -> Text | None:
    """The clause a reason rests on, where it has one."""
    reason = REASONS[code]
    if reason.clause_zh is None or reason.clause_en is None:
        return None
    return {"zh": reason.clause_zh, "en": reason.clause_en}
