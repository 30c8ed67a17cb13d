"""The rule document in words: what the terms of one auction come to, in Chinese and English.

What it is: paragraphs for the notice (公告), generated from the titles of the terms, the stages
and the remarks; the same terms always give the same text. What it is not: the rule. What
decides is the source named by the rule's version and hash; this is how a lawyer finds out
which of its parameters were chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from auction_rules.facts import Instant
from auction_rules.floor import Floor, Standing
from auction_rules.lint import lint
from auction_rules.terms import RuleConfig, Text, Unit, show_instant, shown

LANGS: Final = ("zh", "en")

# A term belongs to the first topic whose pattern its name meets.
_TOPICS: Final[Mapping[str, str]] = {
    "what": r"^(lot|lots|items|parcels|supply|quota|units$|lines|price$|basis|wins|form$)|quantity",
    "failure": r"^resume$|^min_|least|reserve|undersubscribed|one_suffices|rivals",
    "tie": r"tie|equal|near|draw|residue",
    "ceiling": r"cap|ceiling|limit_|upper|above",
    "sight": r"^quoting$|sealed|visib|broadcast|disclos|shown|told|commit",
    "extension": r"extension|countdown|trigger|restart|candle|random_",
    "when": r"open|clos|second|start$|latest|rounds?($|_)|tick|clock|pause|begin|(^|_)ends?($|_)",
    "step": r"start|step|grid|jump|raise|last_price|amend|better|direction",
}
_ORDER: Final = ("what", "when", "step", "extension", "tie", "ceiling", "sight", "failure", "other")
_HEADS: Final[Mapping[str, Text]] = {
    "what": {"zh": "标的与数量", "en": "What is offered"},
    "when": {"zh": "时间", "en": "When"},
    "step": {"zh": "报价与增价", "en": "Offers and steps"},
    "extension": {"zh": "倒计时与延时", "en": "Countdown and extension"},
    "tie": {"zh": "同价处理", "en": "Equal offers"},
    "ceiling": {"zh": "限价", "en": "Ceiling"},
    "sight": {"zh": "公开范围", "en": "Who sees what"},
    "failure": {"zh": "中止与流拍", "en": "If something fails"},
    "other": {"zh": "其他约定", "en": "Other terms"},
}
_NONE: Final[Mapping[str, Text]] = {
    "extension": {"zh": "本场不设延时", "en": "nothing extends the time"},
    "tie": {
        "zh": "报价以到达服务器的先后逐条编号，先后以编号为准",
        "en": "offers are numbered as they reach the server, and that number says which was first",
    },
    "ceiling": {"zh": "本场不设限价", "en": "there is no ceiling"},
    "other": {"zh": "无", "en": "none"},
}
_ALWAYS: Final[Mapping[str, Text]] = {
    "when": {
        "zh": "时点以报价到达服务器为准，各时段含起点、不含终点",
        "en": "arrival at the server counts, and a window includes its first instant, not its last",
    },
    "failure": {
        "zh": "系统故障时本场中止，已记录的报价仍然有效；未成交的，公布原因",
        "en": "a failure of the system suspends the session and recorded offers stay valid; "
        "where nothing is sold, the reason is published",
    },
}
_STOP: Final[Text] = {"zh": "。", "en": "."}
_JOIN: Final[Text] = {"zh": "；", "en": "; "}
_COLON: Final[Text] = {"zh": "：", "en": ": "}
_COMMA: Final[Text] = {"zh": "、", "en": ", "}
_HINT: Final = re.compile(r"\s*[（(](秒|s\b|0)[^（）()]*[）)]")
_Line = tuple[str, Text, Text]


def prose(rule: Any, terms: RuleConfig, *, remarks: bool = True) -> dict[str, list[str]]:
    """Paragraphs in both languages, as many in one as in the other.

    `rule` is a `Rule`, `terms` are its validated terms. Without `remarks` the text is fit for
    the notice; with them it is what the drafter reads first.
    """
    lines = tuple(_lines(terms))
    topics = {topic: [line[1:] for line in lines if line[0] == topic] for topic in _ORDER}
    text: dict[str, list[str]] = {}
    for lang in LANGS:
        paragraphs = [_title(rule, lang)]
        for topic in _ORDER:
            said = [*_first(rule, terms, topic, lang)]
            said += [label[lang] + _COLON[lang] + value[lang] for label, value in topics[topic]]
            if topic in _NONE and not said:
                said.append(_none(rule, terms, topic)[lang])
            if topic in _ALWAYS:
                said.append(_ALWAYS[topic][lang])
            head = _HEADS[topic][lang] + _COLON[lang]
            paragraphs.append(head + _JOIN[lang].join(said) + _STOP[lang])
        if remarks:
            paragraphs += _remarks(rule, terms, lang)
        text[lang] = paragraphs
    return text


def topic(rule: Any, terms: RuleConfig, name: str) -> Text:
    """One paragraph of the notice by its topic: what, when, step, extension, tie, ceiling, ..."""
    text, place = prose(rule, terms, remarks=False), 1 + _ORDER.index(name)
    return {lang: text[lang][place] for lang in LANGS}


def _none(rule: Any, terms: RuleConfig, topic: str) -> Text:
    """What is so where no term says anything."""
    if topic == "ceiling" and rule.direction(terms) < 0 and hasattr(terms, "start_price"):
        return {"zh": "起始价即最高限价", "en": "the start price is the ceiling"}
    return _NONE[topic]


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
            up = rule.direction(terms) > 0
            yield {
                "zh": f"报价以“{terms.unit.zh}”计，{'高' if up else '低'}者为优",
                "en": f"amounts are in {terms.unit.en}, and {'higher' if up else 'lower'} is better",
            }[lang]
        case "sight":
            yield from _sight(rule, terms, lang)
        case _:
            return


def _lots(rule: Any, terms: RuleConfig, lang: str) -> Iterator[str]:
    unit = rule.quantity_unit(terms)
    names = []
    for lot in rule.lots(terms):
        much = f"（{unit.show(lot.quantity, lang)}）" if unit and lot.quantity is not None else ""
        names.append(f"{lot.title[lang] or lot.id}{much if lang == 'zh' else _ascii(much)}")
    yield {"zh": "标的为", "en": "on offer: "}[lang] + _COMMA[lang].join(names)


def _ascii(text: str) -> str:
    return text.replace("（", " (").replace("）", ")")


def _programme(rule: Any, terms: RuleConfig, lang: str) -> Iterator[str]:
    begins: Instant | None = rule.due(Floor(terms, Standing(), {}, 1))
    stages = [line.title[lang] for line in rule.programme(terms)]
    if begins:
        at = show_instant(begins)
        yield {"zh": f"本场于北京时间 {at} 开始", "en": f"it begins at {at} China Standard Time"}[
            lang
        ]
    if stages:
        yield {"zh": "阶段依次为", "en": "its stages are, in order: "}[lang] + _COMMA[lang].join(
            stages
        )


def _sight(rule: Any, terms: RuleConfig, lang: str) -> Iterator[str]:
    for line in rule.programme(terms):
        standing = Standing(stage=line.id, kind=line.kind)
        seen = rule.disclosure(Floor(terms, standing, {}, 1))
        if seen.sealed:
            how = {"zh": "报价密封，仅本人可见", "en": "offers are sealed, and each sees his own"}
        elif seen.acts_sealed:
            how = {
                "zh": "当轮操作仅本人可见，轮次结束后公布",
                "en": "what each does is told to him alone until the round is over",
            }
        elif seen.scores_sealed:
            how = {
                "zh": "报价公开，评分密封至全部提交",
                "en": "offers are open, points are sealed until all are in",
            }
        else:
            how = {
                "zh": "报价公开，只显示竞买号牌",
                "en": "offers are open, under bidder numbers only",
            }
        yield _COLON[lang].join((line.title[lang], how[lang]))


def _remarks(rule: Any, terms: RuleConfig, lang: str) -> list[str]:
    head = {"zh": "发布前提示：", "en": "Before publishing: "}[lang]
    return [head + getattr(remark, lang) for remark in lint(rule, terms)]


def _lines(terms: RuleConfig) -> Iterator[_Line]:
    """Topic, label and value of every term in use."""
    for name, field in type(terms).model_fields.items():
        value = getattr(terms, name)
        # Units are said with the amounts; a term that is not used would only puzzle.
        unused = value is None or (value == 0 and field.default == 0 and value is not False)
        if isinstance(value, Unit) or unused or value in ((), ""):
            continue
        if re.fullmatch(r"lot_(zh|en|id)", name):
            continue  # the lots are named before the terms
        if name.startswith("extension") and getattr(terms, "extension_seconds", None) == 0:
            continue  # how nothing is extended would only puzzle
        extra = field.json_schema_extra
        en = str(extra.get("x-en", name)) if isinstance(extra, dict) else name
        # The unit stands beside the value; what zero would mean is for the form.
        label = {"zh": _HINT.sub("", field.title or name), "en": _HINT.sub("", en)}
        topic = next((t for t, p in _TOPICS.items() if re.search(p, name)), "other")
        yield topic, label, _value(terms, field, name, value)


def _value(terms: RuleConfig, field: Any, name: str, value: Any) -> Text:
    if isinstance(value, tuple):
        rows = [_value(terms, field, name, row) for row in value]
        return {lang: _COMMA[lang].join(row[lang] for row in rows) for lang in LANGS}
    if isinstance(value, BaseModel):
        return _row(terms, value)
    return shown(terms, field, name, value)


def _row(terms: RuleConfig, row: BaseModel) -> Text:
    """One row of a list of terms, as (label value, label value)."""
    said: dict[str, list[str]] = {lang: [] for lang in LANGS}
    for name, field in type(row).model_fields.items():
        value = getattr(row, name)
        if value is None or value in ((), ""):
            continue
        extra = field.json_schema_extra
        label = {
            "zh": field.title or name,
            "en": str(extra.get("x-en", name)) if isinstance(extra, dict) else name,
        }
        text = _value(terms, field, name, value)
        for lang in LANGS:
            said[lang].append(f"{label[lang]} {text[lang]}")
    return {"zh": f"（{'，'.join(said['zh'])}）", "en": f"({', '.join(said['en'])})"}
