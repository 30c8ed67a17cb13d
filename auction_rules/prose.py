"""The rule document in words: what the terms of one auction come to, in Chinese and English.

What it is: paragraphs for the notice (公告), generated from the titles of the terms, the stages
and the remarks; the same terms always give the same text. What it is not: the rule. What
decides is the source named by the rule's version and hash; this is how a lawyer finds out
which of its parameters were chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from auction_rules.binding import binding, silence, tells
from auction_rules.clauses import ARRIVAL
from auction_rules.draw_says import seen, sourced
from auction_rules.facts import Instant
from auction_rules.floor import Floor, Standing
from auction_rules.lint import lint
from auction_rules.program import Staged
from auction_rules.resumed import resumption
from auction_rules.says import Says
from auction_rules.sight import opened, sight
from auction_rules.terms import RuleConfig, Text, show_instant
from auction_rules.terms_in_use import unused
from auction_rules.topics import topic_of
from auction_rules.unit_names import multiple
from auction_rules.wording import LANGS, NOTE, label, value

_ORDER: Final = (
    "what",
    "when",
    "step",
    "extension",
    "tie",
    "ceiling",
    "result",
    "sight",
    "failure",
    "other",
)
_HEADS: Final[Mapping[str, Text]] = {
    "what": {"zh": "标的与数量", "en": "What is offered"},
    "when": {"zh": "时间与阶段", "en": "Times and stages"},
    "step": {"zh": "报价与增价", "en": "Offers and steps"},
    "extension": {"zh": "倒计时与延时", "en": "Countdown and extension"},
    "tie": {"zh": "同价处理", "en": "Equal offers"},
    "ceiling": {"zh": "限价", "en": "Ceiling"},
    "result": {"zh": "成交", "en": "Who wins and pays what"},
    "sight": {"zh": "公开范围", "en": "Who sees what"},
    "failure": {"zh": "中止与流拍", "en": "If something fails"},
    "other": {"zh": "其他约定", "en": "Other terms"},
}
_NONE: Final[Mapping[str, Text]] = {
    "extension": {"zh": "本场不设延时", "en": "nothing extends the time"},
    "tie": {
        "zh": "按本规则程序确定，报价以到达服务器的先后逐条编号",
        "en": "as the rule decides; offers are numbered as they reach the server",
    },
    "result": {
        "zh": "最优报价者成交",
        "en": "the best offer wins",
    },
    "ceiling": {"zh": "本场不设限价", "en": "there is no ceiling"},
}
_ALWAYS: Final[Mapping[str, Text]] = {
    "when": {
        "zh": f"时间均为北京时间，时点以报价到达服务器为准（{ARRIVAL['zh']}），各时段含起点、不含终点",
        "en": "all times are China Standard Time, arrival at the server counts "
        f"({ARRIVAL['en']}), and a window includes its first instant, not its last",
    },
    "failure": {
        "zh": "无人提出有效报价或者申请的，不成交；未成交的，公布原因；"
        "系统故障时本场中止，已记录的报价仍然有效",
        "en": "where nobody makes a valid offer there is no award; where there is no award, the "
        "reason is published; a failure of the system suspends the session, and recorded offers "
        "stay valid",
    },
}
_STOP: Final[Text] = {"zh": "。", "en": "."}
_JOIN: Final[Text] = {"zh": "；", "en": "; "}
_COLON: Final[Text] = {"zh": "：", "en": ": "}
_COMMA: Final[Text] = {"zh": "、", "en": ", "}
_STAGES: Final[Text] = {"zh": "阶段依次为", "en": "its stages are, in order, "}
_ONE_STAGE: Final[Text] = {"zh": "只有一个阶段，即", "en": "it has one stage, "}
CEILING_NAME: Final[Text] = {"zh": "最高限价", "en": "Ceiling"}
_LESS: Final[Text] = {
    "zh": "不足上述数目的，不成交",
    "en": "with fewer than that there is no award",
}
_MANY: Final[Mapping[int, str]] = {
    3: "thousands",
    4: "ten thousands",
    6: "millions",
    7: "ten millions",
    8: "hundred millions",
}
_Line = tuple[str, Text, Text]


def prose(rule: Any, terms: RuleConfig, *, remarks: bool = True) -> dict[str, list[str]]:
    """Paragraphs in both languages, as many in one as in the other.

    `rule` is a `Rule`, `terms` are its validated terms. Without `remarks` the text is fit for
    the notice; with them it is what the drafter reads first.
    """
    lines = tuple(_lines(rule, terms))
    text: dict[str, list[str]] = {}
    for lang in LANGS:
        told = ((name, _told(rule, terms, lines, name, lang)) for name in _ORDER)
        paragraphs = [
            _title(rule, lang),
            # A heading with nothing under it would deny what stands beside the terms.
            *(_paragraph(terms, name, said, lang) for name, said in told if said),
        ]
        if remarks:
            paragraphs += _remarks(rule, terms, lang)
        text[lang] = paragraphs
    return text


def topic(rule: Any, terms: RuleConfig, name: str) -> Text:
    """One paragraph of the notice by its topic: what, when, step, extension, tie, ceiling, ..."""
    lines = tuple(_lines(rule, terms))
    told = {lang: _told(rule, terms, lines, name, lang) for lang in LANGS}
    return {lang: _paragraph(terms, name, told[lang], lang) for lang in LANGS}


def _paragraph(terms: RuleConfig, topic: str, said: list[str], lang: str) -> str:
    paragraph = _HEADS[topic][lang] + _COLON[lang] + _JOIN[lang].join(said) + _STOP[lang]
    # The name of a lot is nobody's to change.
    return paragraph if topic == "what" else terms.reworded(paragraph, lang)


def _told(rule: Any, terms: RuleConfig, lines: Sequence[_Line], topic: str, lang: str) -> list[str]:
    """What is said under a topic, clause by clause; nothing where the rule has no other terms."""
    said = [*_first(rule, terms, topic, lang)]
    said += [
        titled[lang] + _COLON[lang] + given[lang]
        for about, titled, given in lines
        if about == topic
    ]
    if topic == "ceiling":
        said = [*_start_is_ceiling(rule, terms, lang), *said]
    if topic in _NONE and not said:
        said.append(_NONE[topic][lang])
    if topic in _ALWAYS:
        said.append(_ALWAYS[topic][lang])
    if topic == "step":
        said += [clause[lang] for clause in binding(rule, terms)]
    if topic == "when":
        said += [clause[lang] for clause in silence(rule, terms)]
    if topic == "failure":
        said += [clause[lang] for clause in resumption(rule, terms)]
    return said


def _start_is_ceiling(rule: Any, terms: RuleConfig, lang: str) -> Iterator[str]:
    """Where something is bought and the rule names no ceiling, the start price is one."""
    if "ceiling" in _says(rule, terms):
        return
    fields = type(terms).model_fields
    if rule.direction(terms) > 0 or "start_price" not in fields or "last_price" in fields:
        return
    unit, field = terms.unit, fields["start_price"]
    most = unit.written(getattr(terms, "start_price"), lang)  # noqa: B009 -- of no common class
    titled = NOTE.sub("", label(field, "start_price", -1)[lang])
    if titled == CEILING_NAME[lang]:
        above = {"zh": f"高于最高限价 {most}的报价无效", "en": f"an offer above {most} is invalid"}
        yield above[lang]
        return
    yield titled + {"zh": f"为 {most}，即最高限价", "en": f" is {most}, and the ceiling"}[lang]


def _last_number_asked_for(terms: RuleConfig) -> str | None:
    """The last term that asks for a number of bidders, offers or registrants, where fewer fail."""
    numbers = ("min_bidders", "min_offers", "min_entrants")
    least = [n for n in type(terms).model_fields if n in numbers and getattr(terms, n) > 1]
    return least[-1] if least and str(getattr(terms, "fallback", "FAIL")) == "FAIL" else None


def _title(rule: Any, lang: str) -> str:
    name = f"{rule.name}@{rule.version}"
    if lang == "zh":
        return f"本场按“{rule.title[lang]}”规则（{name}）进行。"
    return f"This session follows the rule “{rule.title[lang]}” ({name})."


def _first(rule: Any, terms: RuleConfig, topic: str, lang: str) -> Iterator[str]:
    """What a topic says from the rule itself, before its terms."""
    match topic:
        case "what":
            yield from _lots(rule, terms, lang)
        case "when":
            yield from _programme(rule, terms, lang)
        case "step":
            yield from _step(rule, terms, lang)
        case "sight":
            yield from _sight(rule, terms, lang)
    yield from (text[lang] for text in _says(rule, terms).get(topic, ()))


def _says(rule: Any, terms: RuleConfig) -> Says:
    """What the rule says of itself; a plug-in need not say anything."""
    own = getattr(rule, "says", None)
    return sourced(rule, terms, {} if own is None else cast("Says", own(terms)))


def _step(rule: Any, terms: RuleConfig, lang: str) -> Iterator[str]:
    power, counted = multiple(terms.unit.en)
    english = f"amounts are in {counted}"
    if power:
        english = f"offers are made in {_MANY[power]} of {counted}, which are written out here"
    unit = {"zh": f"报价以“{terms.unit.zh}”计", "en": english}[lang]
    best = _says(rule, terms).get("best")
    if best is not None:
        yield unit
        yield from (text[lang] for text in best)
        return
    up = rule.direction(terms) > 0
    yield (
        unit
        + {
            "zh": f"，{'高' if up else '低'}者为优",
            "en": f", and {'higher' if up else 'lower'} is better",
        }[lang]
    )


def _lots(rule: Any, terms: RuleConfig, lang: str) -> Iterator[str]:
    unit = rule.quantity_unit(terms)
    names = []
    for lot in rule.lots(terms):
        much = (
            f"（{unit.written(lot.quantity, lang)}）" if unit and lot.quantity is not None else ""
        )
        names.append(f"{lot.title[lang] or lot.id}{much if lang == 'zh' else _ascii(much)}")
    yield {"zh": "标的为", "en": ""}[lang] + _COMMA[lang].join(names)


def _ascii(text: str) -> str:
    return text.replace("（", " (").replace("）", ")")


def _programme(rule: Any, terms: RuleConfig, lang: str) -> Iterator[str]:
    begins: Instant | None = rule.due(Floor(terms, Standing(), {}, 1))
    stages = [line.title[lang] for line in rule.programme(terms)]
    if begins:
        at = show_instant(begins)
        yield {"zh": f"本场于 {at} 开始", "en": f"it begins at {at}"}[lang]
    if stages:
        one = len(stages) == 1
        how = _ONE_STAGE if one else _STAGES
        yield how[lang] + {"zh": "", "en": ", "}[lang].join(f"“{title}”" for title in stages)


def _sight(rule: Any, terms: RuleConfig, lang: str) -> Iterator[str]:
    stages = {s.id: s for s in rule.stages(terms)} if isinstance(rule, Staged) else {}
    for line in rule.programme(terms):
        standing = Standing(stage=line.id, kind=line.kind)
        disclosed = rule.disclosure(Floor(terms, standing, {}, 1))
        shown = opened(sight(line.kind, disclosed), stages.get(line.id), disclosed)
        told = seen(terms, line.kind, shown)
        yield _COLON[lang].join((f"“{line.title[lang]}”", told[lang]))


def _remarks(rule: Any, terms: RuleConfig, lang: str) -> list[str]:
    head = {"zh": "发布前提示：", "en": "Before publishing: "}[lang]
    return [head + getattr(remark, lang) for remark in lint(rule, terms)]


def _lines(rule: Any, terms: RuleConfig) -> Iterator[_Line]:
    """Topic, label and value of every term in use that no sentence tells."""
    told: frozenset[str] = getattr(rule, "tells", frozenset())
    asked_for = _last_number_asked_for(terms)
    if any(True for _ in resumption(rule, terms)):
        told = told | {"resume"}
    told = told | tells(rule, terms)
    for name, field in type(terms).model_fields.items():
        if name in told:
            continue
        given = getattr(terms, name)
        if unused(terms, name, field, given):
            continue
        titled, said = label(field, name, rule.direction(terms)), value(terms, field, name, given)
        if name == asked_for:
            # Right behind the number: elsewhere it would seem to speak of another term.
            said = {lang: said[lang] + _JOIN[lang] + _LESS[lang] for lang in LANGS}
        yield topic_of(name), titled, said
