"""The rule document can be read, in both languages, whatever the rule."""

import re

import pytest

from auction_rules import english, far_adjustment
from auction_rules.binding import tells
from auction_rules.prose import prose
from auction_rules.registry import BUILT_IN, rules
from auction_rules.says import in_words
from auction_rules.terms import Unit
from auction_rules.topics import idle
from auction_rules.wording import label
from tests.auction_rules.known import FILLED_IN, known

TERMS = [pytest.param(rule, terms, id=name) for name, rule, terms in known()]


def said(rule, terms, lang="zh", **options):
    return "\n".join(prose(rule, rule.Config.model_validate(terms), **options)[lang])


@pytest.mark.parametrize(("rule", "terms"), TERMS)
def test_both_languages_say_as_much(rule, terms):
    config = rule.Config.model_validate(terms)
    text = prose(rule, config)
    assert len(text["zh"]) == len(text["en"]) >= 10
    for zh, en in zip(text["zh"], text["en"], strict=True):
        assert zh.endswith("。")
        assert en.endswith(".")
        assert zh.count("；") <= en.count("; ") or "（" in zh or "发布前" in zh
        assert not re.search(r"[：；]\s*[；。]|、、|：：|None|True|False|\{|\}|_seconds", zh)
        assert not re.search(r"[:;]\s*[;.]|, ,|: :|None|True|False|\{|\}|_seconds", en)
    assert text == prose(rule, rule.Config.model_validate(config.model_dump(mode="json")))


@pytest.mark.parametrize(("rule", "terms"), TERMS)
def test_every_term_in_use_is_said(rule, terms):
    config = rule.Config.model_validate(terms)
    text = said(rule, terms)
    for name, field in rule.Config.model_fields.items():
        value = getattr(config, name)
        silent = value is None or value in ((), "", 0) or isinstance(value, Unit)
        # A lot is said by its name, and an extension that is none by a sentence.
        if silent or name.startswith(("lot_", "extension")) or idle(config, name):
            continue
        if name in (
            *rule.tells,
            *tells(rule, config),
            "resume",
        ):  # put into sentences, which have tests of their own
            continue
        titled = label(field, name, rule.direction(config))["zh"]
        titled = config.reworded(titled, "zh")
        assert re.split("[（(]", titled)[0] in text, name


def test_a_plain_auction_word_for_word():
    text = prose(english.RULE, english.RULE.Config.model_validate(english.RULE.example))
    assert text["zh"][:2] == [
        "本场按“公开增价竞价”规则（english@1）进行。",
        "标的与数量：标的为示例标的。",
    ]
    assert text["zh"][3:7] == [
        "报价与增价：报价以“元”计，高者为优；起始价：1,000,000 元；增价方式：固定金额；增价幅度：10,000 元；报价阶梯：不低于一个增价幅度即可；领先者可自行加价：是；自动出价：不设自动出价；报价一经受理，不得撤回。",
        "倒计时与延时：延时方式：有效报价后重新倒计时；延时时长：5 分钟。",
        "同价处理：每次有效报价须优于当前最优报价，故不会出现相同的最优报价。",
        "限价：本场不设限价。",
    ]
    assert text["en"][4] == (
        "Countdown and extension: Extension: each valid offer restarts the countdown; "
        "Extension length: 5 minutes."
    )


def test_what_is_chosen_is_said():
    example = english.RULE.example
    assert "本场不设延时" in said(english.RULE, {**example, "extension_seconds": 0})
    assert "延时方式" not in said(english.RULE, {**example, "extension_seconds": 0})
    assert "领先者可自行加价：否" in said(english.RULE, {**example, "leader_may_raise": False})
    far = far_adjustment.RULE
    sealed = {**far.example, "quoting": "SEALED", "cap_price": "6000"}
    assert "“网上报价”：报价密封，仅本人可见" in said(far, sealed)
    assert "最高限价：6,000 元/㎡" in said(far, sealed)
    assert "Parcel 1 (30,000 m²)" in said(far, sealed, "en")


def test_remarks_are_for_the_drafter():
    terms = {**english.RULE.example, "extension_seconds": 0}
    assert "发布前提示：不设延时" in said(english.RULE, terms)
    assert "Before publishing: Without" in said(english.RULE, terms, "en")
    assert "发布前提示" not in said(english.RULE, terms, remarks=False)


EXAMPLES = {rule.name: rule for rule in rules()}
QUOTED_ONCE = {"quoting": "SINGLE", "countdown_seconds": 0}
IN_HALL = {"first_refusal": "IN_HALL_EQUAL", "equal_ranks": "EARLIER"}
LOTS = {"first_refusal": "IN_HALL_EQUAL", "equal_ranks": "DRAW", "claim_seconds": 600}
ASKED = {"first_refusal": "AFTER_BID", "equal_ranks": "EARLIER", "claim_seconds": 600}
RAISED = {**ASKED, "raise_seconds": 300, "exercise": "ONCE"}
LONGER = {
    "single_bidder": "EXTEND_LISTING",
    "listing_extension_seconds": 604_800,
    "listing_extensions": 2,
    "after_extensions": "SELL",
}
# What no term can change, rule by rule: how equal offers are told apart.
TIES = {
    "english": ("不会出现相同的最优报价", "never reached twice"),
    "far_adjustment": ("先到达服务器者优先", "reached the server first"),
    "reverse_procurement": ("先到达服务器者优先", "reached the server first"),
    "turn_rounds": ("先到达服务器者优先", "reached the server first"),
    "open_closed": ("先到达服务器者优先", "reached the server first"),
    "simultaneous": ("同轮同价", "Equal offers"),
    "multi_round": ("先到达服务器者优先", "reached the server first"),
    "car_plates": ("价格优先、时间优先", "by price, then by time"),
    "quantity_bid": ("不会出现相同的最优报价", "never reached twice"),
    "quota": ("同价（封顶）时：摇号", "a draw"),
    "sealed_bid": ("报价相同时：先报者优先", "Between equal offers: the earlier one"),
    "volume": ("边际同价：时间优先", "at the end of the supply"),
    "land_listing": ("不会出现相同的最优报价", "never reached twice"),
    "mining_rights": ("不会出现相同的最优报价", "never reached twice"),
    "dutch": ("同一档多人应价：摇号", "by lot"),
    "japanese": ("同档一并退出：摇号", "by lot"),
    "hybrid_dutch": ("摇号确定停钟者", "lots decide who stopped the clock"),
    "ascending_clock": ("减量不能全部接受时", "no room for all reductions"),
    "judicial": ("顺位在先者优先", "the better right wins"),
    "property_rights": ("不会出现相同的最优报价", "never reached twice"),
    "intermediary": ("以摇号确定", "lots decide"),
    "opening": ("报价低者优先，仍相同的摇号", "the lower price, then by lot"),
}


def test_no_built_in_rule_is_left_out():
    assert TIES.keys() == {rule.name for rule in BUILT_IN}


@pytest.mark.parametrize("name", TIES)
def test_ties_are_told_as_the_rule_decides_them(name):
    rule = EXAMPLES[name]
    for lang, words in zip(("zh", "en"), TIES[name], strict=True):
        head = {"zh": "同价处理：", "en": "Equal offers: "}[lang]
        (line,) = [p for p in said(rule, rule.example, lang).splitlines() if p.startswith(head)]
        assert words in line
        # The order of arrival is named where it decides, and nowhere else.
        by_lot = name in ("dutch", "japanese", "intermediary", "opening", "quota")
        assert not (by_lot and re.search("先到达|先报|reached the server", line))


@pytest.mark.parametrize(
    ("name", "terms", "there", "not_there"),
    [
        ("intermediary", {"mode": "RANDOM", "entry": "REGISTER"}, "摇号选取", "低者为优"),
        (
            "intermediary",
            {"mode": "RANDOM", "entry": "REGISTER"},
            "不报价，成交价即公布的服务费 80,000 元",
            "即最高限价",
        ),
        ("intermediary", {"mode": "AVERAGE"}, "平均价者中选", "低者为优"),
        ("intermediary", {"mode": "OWNER", "owner": "W"}, "由业主选取，不按报价排序", "以摇号确定"),
        ("intermediary", {}, "最高限价为 80,000 元；高于最高限价的报价无效", "先到达"),
        ("intermediary", {}, "名单在取得随机数之前固定并公布", "None"),
        ("opening", {}, "价格分与专家评分之和高者为优", "低者为优"),
        ("opening", {}, "视为撤销，因其他原因的，视为撤回", "基准价去掉"),
        ("opening", {}, "不予开标或者停止评审，未开标的投标不公开", "先到达"),
        ("reverse_procurement", {}, "成交确认期限：72 小时", "259200"),
        ("reverse_procurement", {}, "依次询问下一名；已被取消资格的不再询问", "扣除"),
        (
            "reverse_procurement",
            {"confirm_seconds": 0},
            "最少有效报价家数：3；不足上述数目的，不成交",
            "依次询问",
        ),
        ("reverse_procurement", {"preference_basis_points": 600}, "小微企业价格扣除：6%", "万分之"),
        ("reverse_procurement", {"preference_basis_points": 600}, "按供应商原报价付款", "None"),
        ("reverse_procurement", {"form": "OPEN"}, "不会出现相同的最优报价", "先到达服务器者优先"),
        ("turn_rounds", {}, "可以收回本次报价", "None"),
        ("open_closed", {}, "晚于该时刻的报价不计入", "本场不设延时"),
        ("open_closed", {}, "入围幅度（高于最低价）：10%", "万分之"),
        (
            "multi_round",
            {"better": "LOWER"},
            "高于最高限价 100,000 元的报价无效",
            "本场不设限价",
        ),
        ("multi_round", {}, "未作新报价的，保留其原报价", "即最高限价"),
        ("sealed_bid", {}, "高者为优", "与平均价比较"),
        ("sealed_bid", {"winner": "NEAREST_AVERAGE"}, "与平均价比较", "高者为优"),
        (
            "sealed_bid",
            {"direction": "REVERSE"},
            "高于最高限价 1,000,000 元的报价无效",
            "本场不设限价",
        ),
        ("volume", {"margin": "PRO_RATA"}, "取整余量", "时间优先"),
        ("volume", {}, "时间优先", "取整余量"),
        ("land_listing", {}, "本场不设限价", "密封总价"),
        ("land_listing", {}, "本场不设限价", "一次报价"),
        ("hybrid_dutch", {}, "可以收回自己的报价并重新报价", "中止与流拍：最低加价"),
        ("property_rights", {}, "触发延时的报价", "优先购买权人"),
        ("property_rights", QUOTED_ONCE, "先到达服务器者优先", "触发延时的报价"),
        ("property_rights", IN_HALL, "同一顺位的，先出价者优先", "摇号"),
        ("property_rights", LOTS, "由下一名递补", "先出价者优先"),
        ("property_rights", LOTS, "均未确认的，不成交", "追加报价"),
        ("property_rights", ASKED, "逾期未答复的，视为放弃", "追加报价一次"),
        ("property_rights", RAISED, "行权人不再次被询问", "直至一方不再出价"),
        ("property_rights", {**RAISED, "exercise": "AGAIN"}, "直至一方不再出价", "不再次被询问"),
        ("property_rights", LONGER, "不足两人的，延牌", "协议转让"),
    ],
)
def test_only_what_holds_under_these_terms_is_said(name, terms, there, not_there):
    rule = EXAMPLES[name]
    text = said(rule, {**rule.example, **terms}, remarks=False)
    assert there in text
    assert not_there not in text


def test_a_clock_that_tells_who_goes_on_does_not_say_that_nobody_is_told():
    clock = EXAMPLES["japanese"]
    assert "每档后公布继续者号牌" in said(clock, clock.example)
    assert "报价人数也不公布" not in said(clock, clock.example)


def test_seconds_before_an_end_keep_what_they_are_before():
    land = EXAMPLES["land_listing"]
    terms = {**land.example, **land.presets["shantou"]["terms"]}  # type: ignore[attr-defined]
    assert "密封底价自挂牌截止前 30 分钟至挂牌截止录入，录入后不得更改" in said(land, terms)
    assert "from 30 minutes before its close until its close" in said(land, terms, "en")


def test_a_name_stands_in_the_language_of_the_text():
    clock = EXAMPLES["ascending_clock"]
    assert "甲类（编号 A，" in said(clock, clock.example)
    assert "A (Product A," in said(clock, clock.example, "en")
    assert "甲类" not in said(clock, clock.example, "en")


def test_a_row_without_a_name_begins_with_its_first_value():
    far = EXAMPLES["far_adjustment"]
    parcels = [{"id": "P1", "added_area": "300"}, {"id": "P2", "zh": "乙", "added_area": "200"}]
    terms = {**far.example, "parcels": parcels, "quota_area": "300"}
    area = "申请新增建筑面积"
    assert f"宗地：宗地编号 P1（{area} 300 ㎡）、乙（宗地编号 P2，{area} 200 ㎡）" in said(
        far, terms
    )
    assert "Parcels: Parcel P1 (Added floor area 300 m²)" in said(far, terms, "en")


def test_what_is_said_in_two_languages_stands_in_one_and_a_single_row_needs_no_brackets():
    sealed = EXAMPLES["sealed_bid"]
    draws = {
        "source": "BEACON",
        "beacon": "FIGURES",
        "figures_zh": "某彩票开奖号码",
        "figures_en": "the digits of a lottery",
        "figures_first": "2026-03-01T21:15:00+08:00",
        "figures_every_seconds": 86400,
    }
    terms = {**sealed.example, "tie": "DRAW", "draws": draws}
    zh, en = said(sealed, terms), said(sealed, terms, "en")
    assert "摇号方式：随机数来源 事先指定的公开随机源，" in zh
    assert ("某彩票开奖号码" in zh, "lottery" in zh) == (True, False)
    assert ("某彩票开奖号码" in en, "the digits of a lottery" in en) == (False, True)


@pytest.mark.parametrize(("rule", "terms"), TERMS)
def test_offers_that_may_be_equal_are_not_said_never_to_be(rule, terms):
    for lang, never, may in (
        ("zh", "不会出现相同", "相同的价格|当前最高价相同|以摇号确定|密封总价相同|同等接近"),
        ("en", "never reached twice", "highest price itself|lots decide|equally near"),
    ):
        line = said(rule, terms, lang).splitlines()[5]
        assert line.startswith({"zh": "同价处理", "en": "Equal offers"}[lang])
        assert not (never in line and re.search(may, line))


def test_a_holder_may_equal_the_highest_price_and_nobody_else():
    for name, terms in (("judicial", {}), ("property_rights", IN_HALL), ("property_rights", LOTS)):
        rule = EXAMPLES[name]
        text = said(rule, {**rule.example, **terms})
        assert "不会出现相同" not in text
        assert "其他竞买人的每次报价须高于当前最高报价" in text


def test_a_price_that_a_holder_takes_is_reached_twice():
    rule = EXAMPLES["property_rights"]
    assert "不会出现相同" not in said(rule, {**rule.example, **ASKED})


@pytest.mark.parametrize("preset", ["cap_lottery", "join_lottery", "one_price", "sealed_total"])
def test_what_a_cap_leads_to_may_bring_equal_offers(preset):
    land = EXAMPLES["land_listing"]
    terms = {**land.example, **FILLED_IN[preset], **land.presets[preset]["terms"]}  # type: ignore[attr-defined]
    assert "不会出现相同" not in said(land, terms)
    assert "须高于当前最高报价" in said(land, terms)


def land(preset, **more):
    rule = EXAMPLES["land_listing"]
    filled = {**FILLED_IN.get(preset, {}), **rule.presets[preset]["terms"]}  # type: ignore[attr-defined]
    return rule, {**rule.example, **filled, **more}


UNMET = [
    ("english", {"reserve": "1200000"}, "最高有效报价低于保留价的，不成交", "below the reserve"),
    (
        "sealed_bid",
        {"reserve": "1200000"},
        "低于保留价的报价不能成交",
        "below the reserve does not",
    ),
    (
        "sealed_bid",
        {"direction": "REVERSE", "reserve": "900000"},
        "高于保留价的报价不能成交",
        "above the reserve does not",
    ),
    ("volume", {"sealed_reserve": True}, "本场整体不成交，任何申报均不成交", "no line is filled"),
    (
        "property_rights",
        {"reserve_kind": "PUBLIC", "reserve": "1200000"},
        "最高有效报价低于保留价的，不成交",
        "nothing is sold",
    ),
    (
        "property_rights",
        {**ASKED, "reserve_kind": "SEALED"},
        "未达到保留价的，不再询问优先购买权人",
        "no holder of a first refusal is asked",
    ),
    (
        "land_listing",
        {"reserve_kind": "PUBLIC", "reserve": "10500"},
        "最高有效报价低于底价的，不成交",
        "nothing is sold",
    ),
    (
        "mining_rights",
        {"reserve_kind": "SEALED"},
        "多人录入的取平均值，四舍五入至最小计价单位；无人录入的，视为无底价",
        "several are averaged, half up",
    ),
]


@pytest.mark.parametrize(("name", "terms", "zh", "en"), UNMET)
def test_an_unmet_reserve_is_told_under_failure(name, terms, zh, en):
    rule = EXAMPLES[name]
    for lang, words in (("zh", zh), ("en", en)):
        head = {"zh": "中止与流拍", "en": "If something fails"}[lang]
        with_one = said(rule, {**rule.example, **terms}, lang).splitlines()
        (failure,) = [p for p in with_one if p.startswith(head)]
        assert words in failure
        assert words not in said(rule, rule.example, lang)


def test_a_sealed_reserve_above_the_cap_counts_as_the_cap():
    rule, terms = land("cap_lottery", reserve_kind="SEALED")
    assert "密封底价高于最高限价的，以最高限价为准" in said(rule, terms)
    assert "above the cap counts as the cap" in said(rule, terms, "en")
    assert "以最高限价为准" not in said(*land("suzhou"))


def test_a_frozen_stretch_is_not_open_and_needs_two_who_were_admitted():
    rule, terms = land("suzhou")
    text, english_text = said(rule, terms), said(rule, terms, "en")
    assert "“冻结期”：不接受报价" in text
    assert "“Frozen”: no offer is taken" in english_text
    assert "挂牌最后 1 小时开始时，已取得竞买资格的竞买人为两人以上的，该时段冻结" in text
    assert (
        "two or more bidders have been admitted by the beginning of the last hour" in english_text
    )
    assert "“揭示保留价”：报价已经公开，保留价录入时只公布其承诺值" in text


def test_an_opening_is_sealed_until_its_window_ends_and_then_read_out():
    rule = EXAMPLES["opening"]
    text = said(rule, rule.example)
    assert (
        "“开标、解密和唱标”：解密时限届满之前报价仍然密封，届满时已解密的报价一并唱标公开" in text
    )
    assert "专家各自评分" in text
    alone = {**rule.example, "experts": [], "price_weight": 100, "experts_trimmed": False}
    assert "专家" not in said(rule, alone)
    assert "experts" not in said(rule, alone, "en")
    assert "价格分高者为优" in said(rule, alone)


@pytest.mark.parametrize(
    ("name", "terms", "zh", "en"),
    [
        ("english", {}, "《电子签名法》第 11 条", "Electronic Signature Law, art. 11"),
        (
            "judicial",
            {},
            "到达后 5 分钟（法释〔2016〕18号第 20 条）",
            "Fashi [2016] No. 18, art. 20",
        ),
        ("judicial", {}, "先出价者优先（法释〔2016〕18号第 21 条）", "art. 21"),
        ("opening", {}, "《电子招标投标办法》第 31 条", "art. 31"),
        ("opening", {}, "《招标投标法实施条例》第 36 条", "art. 36"),
        ("mining_rights", {}, "《矿业权交易规则》第 27、28 条", "arts 27 and 28"),
    ],
)
def test_a_statement_names_the_article_it_rests_on(name, terms, zh, en):
    rule = EXAMPLES[name]
    assert zh in said(rule, {**rule.example, **terms})
    assert en in said(rule, {**rule.example, **terms}, "en")


@pytest.mark.parametrize(
    ("preset", "articles"),
    [
        ("suzhou", ("工业园区网上挂牌规则第 18 条", "规则第 19 条", "规则第 25 条")),
        ("fujian", ("规则第 32 条", "规则第 33 条", "规则第 36 条", "规则第 55、58 条")),
        ("shantou", ("参照汕头市网上交易规则第 20 条",)),
    ],
)
def test_what_a_city_did_first_is_named_as_the_model(preset, articles):
    text = said(*land(preset))
    for article in articles:
        assert article in text
    assert "参照" not in said(*land("zijin"))


@pytest.mark.parametrize(("rule", "terms"), TERMS)
def test_nothing_is_left_in_the_words_of_a_form(rule, terms):
    zh, en = said(rule, terms), said(rule, terms, "en")
    assert not re.search(
        r"CNY 10k|: \d+ s\b|CST\b|UTC\+8|hundredths:|in percent|that offer and one", en
    )
    assert not re.search(r"\d{3,} 秒|百分之一分）|（播报时间", zh)
    for paragraph in en.splitlines():
        head, _, rest = paragraph.partition(": ")
        assert not rest.startswith(f"{head}:")


def test_ten_thousands_are_written_out_in_english():
    rule, terms = land("zijin")
    assert "起始价：10,000 万元" in said(rule, terms)
    assert "Start price: 100,000,000 CNY" in said(rule, terms, "en")
    assert "offers are made in ten thousands of CNY" in said(rule, terms, "en")


def test_points_and_percents_are_said_as_such():
    broker = EXAMPLES["intermediary"]
    terms = {**broker.example, "mode": "CREDIT", "entry": "REGISTER", "owner": "W"}
    terms |= {"credit_cut": 7_000, "short_list": 3, "registrar": "R"}
    config = broker.Config.model_validate(terms)
    text = prose(broker, config, remarks=False)
    assert "入围信用分：70 分" in "\n".join(text["zh"])
    assert "Least credit: 70 points" in "\n".join(text["en"])
    plates = EXAMPLES["car_plates"]
    filled = {**plates.example, **FILLED_IN["hangzhou"], "late_cap_percent": 200}
    assert "不得高于上月平均成交价 7,000 元的 200%，即 14,000 元" in said(plates, filled)
    assert "于 2026-03-25 11:00:00、2026-03-25 13:00:00 公布" in said(plates, plates.example)


def test_a_term_that_a_sentence_tells_changes_that_sentence():
    rule, terms = land("fujian")
    before = said(rule, terms, remarks=False)
    for name, other in (
        ("last_hour_seconds", 1_800),
        ("timed_start", "TOP"),
        ("timed_needs", "ONE_BID"),
        ("reserve_until_seconds", 1_800),
        ("resume_with_preparation", False),
        ("resume_direct_seconds", 1_800),
        ("resume_notice_seconds", 7_200),
        ("resume", "REMAINING"),
    ):
        assert name in rule.tells or name == "resume"
        assert said(rule, {**terms, name: other}, remarks=False) != before, name


def test_a_least_number_of_bidders_is_told_with_what_it_means():
    mining = EXAMPLES["mining_rights"]
    auction = {**mining.example, "form": "AUCTION", "min_entrants": 3}
    assert "最少竞买人数：3；不足上述数目的，不成交" in "；".join(
        clause for clause in said(mining, auction).split("；") if "仅一人" not in clause
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_paragraph_has_a_head_that_a_page_can_set_apart(lang):
    """The pages take for a head what stands before a colon without any other stop in it."""
    rule = EXAMPLES["english"]
    for paragraph in said(rule, rule.example, lang, remarks=False).splitlines()[1:]:
        assert re.match(r"^[^：:，,；;。.]{1,40}(：|: )", paragraph), paragraph


def paragraph(rule, terms, head, lang="zh"):
    (found,) = [
        p for p in said(rule, terms, lang, remarks=False).splitlines() if p.startswith(head)
    ]
    return found


def test_who_wins_a_floor_area_auction_and_what_an_offer_must_beat():
    far = EXAMPLES["far_adjustment"]
    won = paragraph(far, far.example, "成交：")
    assert "由高到低排序，依次入围并成交，直至可新增建筑面积总量用完" in won
    assert "（单价）" in won
    step = paragraph(far, far.example, "报价与增价：")
    assert "在本人上一次有效报价的基础上至少加一个增价幅度" in step
    assert "不必高于他人的报价" in step
    assert "最高限价可以由多人报出" not in step
    english_won = paragraph(far, far.example, "Who wins", "en")
    assert "from the highest down" in english_won
    assert "until the floor area available is used up" in english_won
    assert "a step above his own last valid offer" in said(far, far.example, "en")
    counted = {**far.example, "quota_kind": "PARCEL_COUNT", "quota_area": None, "quota_parcels": 1}
    counted |= {"basis": "TOTAL", "cap_price": "6000"}
    assert "（总价）由高到低排序" in paragraph(far, counted, "成交：")
    assert "直至可调整宗地数用完" in paragraph(far, counted, "成交：")
    assert "最高限价可以由多人报出" in paragraph(far, counted, "报价与增价：")


def draws(rule, terms):
    return any(line.kind == "draw" for line in rule.programme(rule.Config.model_validate(terms)))


@pytest.mark.parametrize(("rule", "terms"), TERMS)
def test_every_rule_that_draws_says_where_chance_comes_from(rule, terms):
    ties = paragraph(rule, terms, "同价处理："), paragraph(rule, terms, "Equal offers: ", "en")
    left_out = draws(rule, terms) and not terms.get("draws")
    assert ("随机种子由工作人员录入" in ties[0]) == left_out
    assert ("an officer types in the seed" in ties[1]) == left_out
    if draws(rule, terms) and terms.get("draws"):
        assert "摇号方式：" in ties[0]


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("far_adjustment", {"equal": "DRAW"}),
        ("quota", {}),
        ("sealed_bid", {"tie": "DRAW"}),
        ("dutch", {}),
        ("intermediary", {}),
        ("volume", {"margin": "DRAW"}),
        ("property_rights", LOTS),
    ],
)
def test_of_balls_no_number_is_told(name, terms):
    rule = EXAMPLES[name]
    by_hand = {**rule.example, **terms, "draws": {"source": "BALLS"}}
    assert draws(rule, by_hand)
    text = said(rule, by_hand, remarks=False)
    assert not re.search("随机数|随机种子|录入种子", text)
    assert not re.search("entropy|seed", said(rule, by_hand, "en", remarks=False))
    assert "摇号方式：现场摇球，双人录入" in text
    assert "名单在摇球之前固定并公布" in text


def test_an_auction_of_mining_rights_has_no_listing():
    mining = EXAMPLES["mining_rights"]
    auction = {**mining.example, **mining.presets["sichuan_auction"]["terms"]}  # type: ignore[attr-defined]
    named = {**auction, "lot_zh": "挂牌山采矿权", "lot_en": "Listing Hill"}
    zh, en = said(mining, named, remarks=False), said(mining, named, "en", remarks=False)
    assert zh.count("挂牌") == 1
    assert "标的为挂牌山采矿权" in zh
    assert "“自由竞价”" in zh
    assert "自由竞价开始" in zh
    assert "Free bidding opens" in en
    assert len(re.findall("listing", en, re.IGNORECASE)) == 1
    assert "as long as the free bidding is open" in en
    frozen = {**auction, "last_hour": "FROZEN", "last_hour_seconds": 3600}
    assert "网上挂牌规则第 18 条" in said(mining, frozen, remarks=False)
    assert "挂牌期内始终可以报价" in said(mining, mining.example)


def test_too_few_follows_the_number_it_speaks_of():
    mining = EXAMPLES["mining_rights"]
    auction = {**mining.example, **mining.presets["sichuan_auction"]["terms"]}  # type: ignore[attr-defined]
    assert "最少竞买人数：3；不足上述数目的，不成交；仅一人报价时：可以成交" in said(
        mining, auction
    )
    assert "Least admitted bidders: 3; with fewer than that there is no award" in said(
        mining, auction, "en"
    )


def test_a_limit_of_quantities_is_said_in_words():
    rule = EXAMPLES["quantity_bid"]
    start = {"unit": {"zh": "件", "en": "pieces", "scale": 0}, "start_quantity": 100, "step": 1}
    most = {**rule.example, **start, "wins": "MOST", "limit_quantity": 500}
    least = {**rule.example, **start, "wins": "LEAST", "limit_quantity": 50}
    assert "所报数量不得高于 500 件" in paragraph(rule, most, "限价：")
    assert "数量上限：500 件" in said(rule, most)
    assert "所报数量不得低于 50 件" in paragraph(rule, least, "限价：")
    assert "no quantity may be below 50 pieces" in said(rule, least, "en")
    for terms in (most, least):
        assert "本场不设限价" not in said(rule, terms)
        assert "there is no ceiling" not in said(rule, terms, "en")
        assert not re.search("MOST|LEAST", said(rule, terms, "en"))


def test_a_preset_that_waits_for_a_figure_says_so():
    far, plates = EXAMPLES["far_adjustment"], EXAMPLES["car_plates"]
    capped = far.presets["capped"]  # type: ignore[attr-defined]
    hangzhou = plates.presets["hangzhou"]  # type: ignore[attr-defined]
    assert "须填最高限价" in capped["title"]["zh"]
    assert "须填上月平均成交价" in hangzhou["title"]["zh"]
    left_open = said(far, {**far.example, **capped["terms"]})
    assert "发布前提示：同价摇号，但未填写最高限价" in left_open
    filled = {**far.example, **capped["terms"], "cap_price": "4500"}
    assert "未填写最高限价" not in said(far, filled)
    late = {**plates.example, **hangzhou["terms"]}
    assert "发布前提示：未填写上月平均成交价" in said(plates, late)
    assert "未填写上月平均成交价" not in said(plates, {**late, **FILLED_IN["hangzhou"]})


def test_which_winner_applies_where_a_cap_leads_on():
    rule, terms = land("sealed_total")
    won = paragraph(rule, terms, "成交：")
    assert "没有报价达到最高限价的，报价最高者成交" in won
    assert "有报价达到最高限价的，密封总价最高者成交" in won
    assert "公开竞价中报价最高者成交" not in won
    joined, over = land("join_lottery")
    passed = paragraph(joined, over, "成交：")
    assert "没有报价超过最高限价的，报价最高者成交" in passed
    assert "有报价超过最高限价的，询问全体竞买人" in passed
    assert "where one reaches the cap, the highest sealed total wins" in said(rule, terms, "en")


def test_what_follows_where_nobody_confirms():
    rule, terms = land("shantou")
    nobody = "询问期内无人确认的，不进行限时竞价，以挂牌最高有效报价为最后报价"
    assert nobody in said(rule, terms)
    assert "where nobody confirms in the inquiry there is no timed bidding" in said(
        rule, terms, "en"
    )
    assert nobody not in said(rule, rule.example)


def test_a_share_of_the_price_and_the_least_raise_are_told_apart():
    rule = EXAMPLES["english"]
    unit = {"zh": "元", "en": "CNY", "scale": 2, "fen": 1}
    percent = {**rule.example, "unit": unit, "step_kind": "PERCENT", "step_basis_points": 50}
    percent["step"] = "0.01"
    step = paragraph(rule, percent, "报价与增价：")
    assert "每次至少增价当前价的 0.50%，向上取整到最小计价单位，且不少于 0.01 元" in step
    assert "the amount given as the step, 0.01 CNY, is the least raise" in said(rule, percent, "en")
    assert "最小增价额" not in said(rule, rule.example)


@pytest.mark.parametrize(
    ("terms", "without"),
    [
        ({"waivers": 0, "withdrawals": 0}, "没有报价的"),
        ({"waivers": 1, "withdrawals": 0}, "没有报价和豁免的"),
        ({"waivers": 0, "withdrawals": 1}, "没有报价和撤回的"),
        ({"waivers": 1, "withdrawals": 1}, "没有报价、豁免和撤回的"),
    ],
)
def test_only_waivers_and_withdrawals_that_there_are_end_nothing(terms, without):
    rule = EXAMPLES["simultaneous"]
    plain = {**rule.example, "automatic_waivers": False, "withdrawal_basis_points": 0, **terms}
    assert f"某一轮{without}" in said(rule, plain)
    for word, there in (("a waiver", terms["waivers"]), ("a withdrawal", terms["withdrawals"])):
        assert (word in paragraph(rule, plain, "Who wins", "en")) == bool(there)


CLOCKS = [
    ("japanese", {}, "每档结束时公布下一档价格", "at the end of each level the next price is told"),
    (
        "hybrid_dutch",
        {},
        "停钟并公布该档全部应价人",
        "the clock stops, and all who took it are told",
    ),
    ("hybrid_dutch", {}, "密封报价期结束时公布全部密封报价", "every sealed offer is told"),
    (
        "quantity_bid",
        {"form": "CLOCK", "limit_quantity": "120", "tick_seconds": 30, "extension_seconds": 0},
        "公布下一档数量",
        "the next quantity is told",
    ),
    (
        "ascending_clock",
        {},
        "每轮结束时公布各标的现价、各竞买号牌持有的数量和剩余点数",
        "what each holds and the points he has left",
    ),
]


@pytest.mark.parametrize(("name", "more", "zh", "en"), CLOCKS)
def test_every_clock_says_itself_what_is_told_after_each_tick(name, more, zh, en):
    rule = EXAMPLES[name]
    terms = {**rule.example, **more}
    assert zh in paragraph(rule, terms, "公开范围：")
    assert en in paragraph(rule, terms, "Who sees what", "en")
    assert "以本规则为准" not in said(rule, terms)
    assert "as the rule says" not in said(rule, terms, "en")


def test_the_deposit_of_a_judicial_sale_is_told_with_its_articles():
    rule = EXAMPLES["judicial"]
    told = paragraph(rule, rule.example, "其他约定：")
    assert "起拍价的 5% 至 20% 之间" in told
    assert "竞价结束前交纳并经确认的，自确认时起可以出价" in told
    assert "法释〔2016〕18号第 17、18 条" in told
    assert "arts 17 and 18" in paragraph(rule, rule.example, "Other terms", "en")


def test_english_areas_are_multiplied_out():
    rule = EXAMPLES["dutch"]
    units = {
        "unit": {"zh": "元/万㎡", "en": "CNY/10k m²", "scale": 0, "fen": 100},
        "quantity_unit": {"zh": "万㎡", "en": "10k m²", "scale": 2},
    }
    terms = {**rule.example, **units, "supply": "12.5", "min_quantity": "1"}
    assert "12.50 万㎡" in said(rule, terms)
    assert "125,000 m²" in said(rule, terms, "en")
    million = {**rule.example, "unit": {"zh": "百万元", "en": "CNY 1m", "scale": 0}}
    assert "offers are made in millions of CNY, which are written out here" in said(
        rule, million, "en"
    )


def test_a_falling_clock_says_what_is_told_after_each_tick():
    rule = EXAMPLES["dutch"]
    one = {**rule.example, "supply": 1}
    assert "停钟并公布该档全部应价人" in paragraph(rule, one, "公开范围：")
    many = {**rule.example, "supply": 5}
    seen = paragraph(rule, many, "公开范围：")
    assert "每档结束时公布下一档价格，有人应价的一并公布剩余数量" in seen
    assert "what is left" in paragraph(rule, many, "Who sees what", "en")


@pytest.mark.parametrize(
    ("terms", "zh", "en"),
    [
        (
            {},
            "价格分＝最低有效报价÷该报价×40",
            "the lowest valid price over the price, times 40",
        ),
        (
            {"formula": "LINEAR"},
            "（最高有效报价－该报价）÷（最高有效报价－最低有效报价）×40，报价全部相同的均得满分",
            "where all prices are equal each has all points",
        ),
        (
            {"formula": "MEAN_DEDUCTION", "over_deduction": 150, "under_deduction": 50},
            "满分 40 分，报价每高于基准价 1% 扣 1.50 分，每低于基准价 1% 扣 0.50 分",
            "of 40 points 1.50 are taken off for each per cent above the reference",
        ),
        (
            {"formula": "MEAN_DEDUCTION", "over_deduction": 150, "mean_trimmed": True},
            "评标基准价为全部有效报价的平均值，三家以上的，去掉一个最高价和一个最低价",
            "of three or more without one highest and one lowest",
        ),
        ({"formula": "COEFFICIENT"}, "质量系数＝1＋专家评分÷40", "1 + experts' points / 40"),
        (
            {"formula": "LIFE_CYCLE", "point_addition": "2500"},
            "加价＝（60－专家评分）×2,500 元，仅用于比较，合同价为报价",
            "60 less the experts' points, times 2,500 CNY",
        ),
    ],
)
def test_an_opening_writes_its_formula_out(terms, zh, en):
    rule = EXAMPLES["opening"]
    assert zh in paragraph(rule, {**rule.example, **terms}, "成交：")
    assert en in paragraph(rule, {**rule.example, **terms}, "Who wins and pays what", "en")
    assert "专家评分满分 60 分，去掉一个最高分和一个最低分后取" in said(
        rule, {**rule.example, **terms}
    )


def test_no_points_for_a_price_that_gets_none():
    rule = EXAMPLES["opening"]
    cost = {**rule.example, "formula": "LIFE_CYCLE", "point_addition": "2500"}
    assert "价格分权重" in said(rule, rule.example)
    assert "价格分权重" not in said(rule, cost)
    assert "专家评分每少 1 分的加价：2,500 元" in said(rule, cost)


@pytest.mark.parametrize(
    ("name", "label"),
    [("reverse_procurement", "How offers are made"), ("mining_rights", "Form of the sale")],
)
def test_a_form_of_buying_is_no_form_of_a_sale(name, label):
    rule = EXAMPLES[name]
    assert f"{label}: " in said(rule, rule.example, "en")


@pytest.mark.parametrize(
    "terms", [{"formula": "COEFFICIENT"}, {"formula": "LIFE_CYCLE", "point_addition": "2500"}]
)
def test_offers_are_ranked_by_the_evaluated_price(terms):
    rule = EXAMPLES["opening"]
    told = paragraph(rule, {**rule.example, **terms}, "报价与增价：")
    assert "评标价低者为优" in told
    assert "价格分与专家评分之和" not in told


@pytest.mark.parametrize(
    ("terms", "zh"),
    [
        ({}, "最高限价可以由多人各报一次，有人报出后不再受理其他价格"),
        ({"equal": "EARLIER"}, "首先报出最高限价者以该价格成交"),
        (
            {"form": "LISTED", "closes": "2026-03-02T12:00:00+08:00", "countdown_seconds": 0},
            "高于最高限价的报价不予受理",
        ),
    ],
)
def test_a_quota_sale_says_what_becomes_of_its_ceiling(terms, zh):
    rule = EXAMPLES["quota"]
    terms = {**rule.example, **terms}
    assert zh in paragraph(rule, terms, "限价：")
    restarts = "每个有效报价使倒计时重新开始" in paragraph(rule, terms, "倒计时与延时：")
    assert restarts == ("form" not in terms)


@pytest.mark.parametrize("name", ["sealed_bid", "volume", "multi_round", "reverse_procurement"])
def test_sealed_offers_are_said_to_open_at_the_close(name):
    rule = EXAMPLES[name]
    assert "报价人数也不公布，截止后一并公开" in paragraph(rule, rule.example, "公开范围：")
    told = paragraph(rule, rule.example, "Who sees what", "en")
    assert "not how many there are, and all are opened together when it closes" in told


def test_what_opens_later_or_by_others_is_not_said_to_open_at_the_close():
    rule = EXAMPLES["opening"]
    assert "截止后一并公开" not in paragraph(rule, rule.example, "公开范围：")


@pytest.mark.parametrize(
    ("terms", "zh", "en"),
    [
        (
            {"extension_seconds": 300, "trigger_window_seconds": 120},
            "最后 2 分钟内有报价的，截止时间不早于该报价到达后 5 分钟",
            "after an offer in the last 2 minutes the end is no earlier than 5 minutes from its",
        ),
        (
            {"extension_seconds": 60},
            "每次报价后，截止时间不早于该报价到达后 1 分钟",
            "after each offer the end is no earlier than 1 minute from its arrival",
        ),
        ({}, "本场不设延时", "nothing extends the time"),
    ],
)
def test_a_purchase_in_the_open_says_whither_an_offer_moves_the_end(terms, zh, en):
    rule = EXAMPLES["reverse_procurement"]
    terms = {**rule.example, "form": "OPEN", "step": "1000", **terms}
    assert zh in paragraph(rule, terms, "倒计时与延时：")
    assert en in paragraph(rule, terms, "Countdown and extension", "en")


def test_the_countdown_of_an_indicator_is_told():
    rule = EXAMPLES["land_listing"]
    capped = {
        "cap_price": "12000",
        "cap_sequel": "NEXT_INDICATOR",
        "indicator_start": "100",
        "indicator_step": "10",
        "indicator_most": "500",
    }
    told = paragraph(rule, {**rule.example, **capped}, "倒计时与延时：")
    assert "竞报指标适用与限时竞价相同的倒计时" in told


@pytest.mark.parametrize(
    ("seconds", "zh"),
    [(86_400, "24 小时"), (259_200, "72 小时"), (432_000, "5 日"), (432_060, "7201 分钟")],
)
def test_days_are_said_where_a_rule_would_say_days(seconds, zh):
    assert in_words(seconds)["zh"] == zh


def test_activity_says_what_too_little_of_it_costs():
    rule = EXAMPLES["simultaneous"]
    told = paragraph(rule, rule.example, "报价与增价：")
    assert "自下一轮起资格减为所用点数除以该比例，舍去小数；" in told
    assert "使用豁免的除外" in paragraph(rule, {**rule.example, "waivers": 1}, "报价与增价：")
