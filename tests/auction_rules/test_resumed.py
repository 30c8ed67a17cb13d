"""What the notice says a suspension gives back is what every stage of every rule gives back."""

from dataclasses import replace
from typing import Any

import pytest

from auction_rules.draw_terms import draws_of
from auction_rules.floor import Floor, Standing
from auction_rules.listing import Listing
from auction_rules.prose import prose
from auction_rules.registry import find
from auction_rules.resumed import Back, back, resumption
from auction_rules.terms import SECOND, Resume
from tests.auction_rules.known import FILLED_IN, known

COMMITTED = {
    "source": "COMMIT_REVEAL",
    "parties": [{"id": "N1", "zh": "公证", "en": "N"}, {"id": "N2", "zh": "监察", "en": "I"}],
    "commit_seconds": 600,
    "reveal_seconds": 600,
}
OPENED, GAP = 1_000_000 * SECOND, 50 * 3_600 * SECOND
# What no example and no preset has: a time that nothing extends, and the other forms.
FORMS: list[tuple[str, dict[str, Any]]] = [
    ("english", {"extension_seconds": 0}),
    ("english", {"clock_starts": "FIRST_BID", "latest_start": "2026-03-02T11:00:00+08:00"}),
    ("quantity_bid", {"extension_seconds": 0}),
    ("reverse_procurement", {"form": "OPEN", "extension_seconds": 0}),
    ("reverse_procurement", {"form": "OPEN", "extension_seconds": 60}),
    ("intermediary", {"mode": "RANDOM", "entry": "REGISTER"}),
    ("intermediary", {"draws": COMMITTED}),
    ("property_rights", {"quoting": "SINGLE", "countdown_seconds": 0}),
]
OTHERS = [
    (f"{name}-other-{n}", find(name), {**find(name).example, **more})
    for n, (name, more) in enumerate(FORMS)
]
STAGES = [
    pytest.param(rule, terms, stage.id, resume, id=f"{name}-{stage.id}-{resume}")
    for name, rule, terms in (*known(), *OTHERS)
    for resume in Resume
    for stage in rule.stages(rule.Config.model_validate({**terms, "resume": resume}))  # type: ignore[attr-defined]
]


def length_of(stage, terms):
    ends = getattr(stage, "ends", None)
    if ends is not None and getattr(stage, "begins", None) is not None:
        return ends - stage.begins
    inner = getattr(stage, "outcry", stage)
    found = getattr(inner, "length", 0)
    return found or draws_of(terms).commit_seconds * SECOND


def ends_after(rule, terms, stage, left):
    """Microseconds from going on to the new end, where so much was left of the stage."""
    floor = Floor(terms, Standing(), {}, 1)
    floor = floor.after(stage.open(floor, OPENED), OPENED)
    since = OPENED + 3_600 * SECOND
    standing = replace(floor.standing, opens=OPENED, closes=since + left)
    floor = replace(floor, standing=standing)
    now = since + GAP
    after, ahead = rule.notice(terms) if isinstance(rule, Listing) else (0, 0)
    wait = ahead if after < GAP else 0
    end = floor.after(rule.resume(floor, since, now), now).standing.closes
    assert end is not None
    return end - now - wait


@pytest.mark.parametrize(("rule", "given", "name", "resume"), STAGES)
def test_the_machine_gives_back_what_is_said(rule, given, name, resume):
    terms = rule.Config.model_validate({**given, "resume": resume})
    stage = next(s for s in rule.stages(terms) if s.id == name)
    what = back(stage, terms)
    if what is Back.NOTHING:
        floor = Floor(terms, Standing(stage=name, kind=stage.kind), {}, 1)
        assert rule.resume(floor, 5, 6) == ()
        return
    assert what is not None
    countdown = getattr(stage, "countdown", None)
    turned = countdown.length if countdown else 0
    long = 2 * (turned or 3_600 * SECOND)
    for left in (SECOND, long):
        whole = length_of(stage, terms)
        expected = {
            Back.REMAINING: left,
            Back.PREPARED: getattr(stage, "preparation", 0) + whole,
            Back.PREPARED_REST: getattr(stage, "preparation", 0) + left,
        }.get(what, whole)
        if what is Back.LONGER:
            expected = max(left, turned)
        if what is Back.WHOLE_OR_LONGER:
            expected = max(left, whole)
        assert ends_after(rule, terms, stage, left) == expected, (what, left)


def land(preset, /, **more):
    rule = find("land_listing")
    fixed = rule.presets[preset]["terms"]  # type: ignore[attr-defined]
    terms = {**rule.example, **FILLED_IN.get(preset, {}), **fixed, **more}
    return rule, rule.Config.model_validate(terms)


def failure(rule, terms, lang="zh"):
    head = {"zh": "中止与流拍", "en": "If something fails"}[lang]
    return next(p for p in prose(rule, terms, remarks=False)[lang] if p.startswith(head))


def test_a_listing_by_the_calendar_is_not_promised_a_countdown():
    text = failure(*land("zijin"))
    assert "在“挂牌报价”阶段中止后恢复的，补足中止时剩余的时间；" in text
    assert "在“限时竞价”阶段中止后恢复的，补足中止时剩余的时间，不足一个完整倒计时的" in text
    assert "恢复后的时间" not in text


def test_a_question_is_asked_again_whatever_the_terms_say():
    text = failure(*land("shantou", resume="REMAINING"))
    assert "在“询问”阶段中止后恢复的，重新给予该阶段的全部时长" in text
    assert "在“挂牌报价”“限时竞价”阶段中止后恢复的，补足中止时剩余的时间；" in text


def test_a_first_refusal_follows_the_terms_and_the_one_raise_does_not():
    rule = find("property_rights")
    given = {**rule.example, **rule.presets["zhejiang_once"]["terms"]}  # type: ignore[attr-defined]
    whole = failure(rule, rule.Config.model_validate(given))
    assert "在“优先购买权行权”阶段中止后恢复的，被询问人重新获得全部答复时间" in whole
    rest = failure(rule, rule.Config.model_validate({**given, "resume": "REMAINING"}))
    assert "“优先购买权行权”阶段中止后恢复的，补足中止时剩余的时间；" in rest
    for text in (whole, rest):
        assert "在“追加报价”阶段中止后恢复的，重新给予该阶段的全部时长" in text


def test_notice_before_going_on_is_told_in_a_sentence():
    fujian, suzhou = failure(*land("fujian")), failure(*land("suzhou"))
    assert "中止不超过 1 小时的，直接恢复；超过的，提前 24 小时公告恢复时间" in fujian
    assert "重新给予准备期，再开始一个完整倒计时" in fujian
    assert "第 55、58 条" in fujian
    assert "至少提前 5 日公告恢复时间" in suzhou
    assert "第 25 条" in suzhou
    fujian_rule, terms = land("fujian")
    english = failure(fujian_rule, terms, "en")
    assert "a suspension of no more than 1 hour ends at once" in english
    assert "A fault of at most" not in english


def test_a_pause_before_a_window_comes_back_first():
    text = failure(*land("one_price"))
    assert "在准备期或者确认前的暂停期内中止的，先补足该期间剩余的时间，其后的时长完整给予" in text
    assert "暂停期" not in failure(*land("one_price_taicang"))


def test_a_stage_of_ones_own_is_not_spoken_for():
    class Own:
        id, kind, title = "own", "own", {"zh": "自定", "en": "Own"}

    rule = find("english")
    terms = rule.Config.model_validate(rule.example)
    assert back(Own(), terms) is None  # type: ignore[arg-type]

    class Foreign:
        name, version, title = "foreign", "1", {"zh": "外", "en": "Foreign"}

    assert list(resumption(Foreign(), terms)) == []
    text = failure(rule, terms)
    assert "恢复后的时间" not in text


def test_the_wait_for_a_first_offer_comes_back():
    rule = find("english")
    late = {"clock_starts": "FIRST_BID", "latest_start": "2026-03-02T11:00:00+08:00"}
    terms = rule.Config.model_validate({**rule.example, **late})
    assert "尚在等待首个报价的，补足等待的剩余时间" in failure(rule, terms)
    floor = Floor(terms, Standing(), {}, 1)
    opens = rule.due(floor)
    assert opens is not None
    floor = floor.after(rule.lapse(floor, opens), opens)
    until = rule.due(floor)
    assert until is not None
    since, now = until - 600 * SECOND, until + 3_600 * SECOND
    assert rule.due(floor.after(rule.resume(floor, since, now), now)) == now + 600 * SECOND
