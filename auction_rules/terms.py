"""Terms: the part of an auction that differs between cities, as validated data.

A rule's `Config` derives from `RuleConfig`. Amounts may be written as decimal strings in
the unit that the same terms name, instants as ISO 8601 with an offset; once validated they
are integers, and dumping them gives the same integers back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, Self, TypeAlias, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from auction_rules.facts import Instant
from auction_rules.money import LIMIT, format_decimal, parse_decimal, ten_to
from auction_rules.unit_names import (
    areas_differ,
    multiple,
    power_in_chinese,
    power_in_english,
    speaks_of_yuan,
)

Text: TypeAlias = Mapping[str, str]
"""A sentence or title in both languages: {"zh": ..., "en": ...}."""

SECOND: Final = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FINER = re.compile(r"[.,][0-9]{7}", re.ASCII)
_BEIJING = timezone(timedelta(hours=8))


class Scaled:
    """Marks a field whose integer counts the smallest unit of the unit field it names."""

    def __init__(self, unit_field: str) -> None:
        self.unit_field = unit_field


class AtInstant:
    """Marks a field that holds an instant."""


Money: TypeAlias = Annotated[int, Scaled("unit"), Field(strict=True, ge=0, le=LIMIT)]
Area: TypeAlias = Annotated[int, Scaled("quantity_unit"), Field(strict=True, ge=0, le=LIMIT)]
Moment: TypeAlias = Annotated[int, AtInstant(), Field(strict=True, ge=0, le=LIMIT)]
Seconds: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=366 * 86_400)]
Count: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


def instant(text: str) -> Instant:
    """Microseconds since 1970 UTC of an ISO 8601 time with an offset; ValueError otherwise."""
    if _FINER.search(text):
        raise ValueError(f"{text!r} is finer than a microsecond")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def show_instant(moment: Instant) -> str:
    """`2026-03-02 10:00:00` in China Standard Time; thousandths, cut off, where there are any."""
    local = (_EPOCH + timedelta(microseconds=moment)).astimezone(_BEIJING)
    whole = "milliseconds" if local.microsecond else "seconds"
    return local.isoformat(sep=" ", timespec=whole).removesuffix("+08:00")


def show_time(moment: Instant, now: Instant) -> str:
    """The same as said at `now` to people: the time of day to the second, with its day if another."""
    (day, time), (today, _) = (show_instant(one)[:19].split() for one in (moment, now))
    return time if day == today else f"{day} {time}"


def term(zh: str, en: str, *, help_zh: str = "", help_en: str = "", **more: Any) -> Any:
    """A pydantic field with its titles and help in both languages, for the staff's form."""
    default = more.pop("default", ...)
    extra: dict[str, Any] = {"x-en": en}
    if help_en:
        extra["x-en-description"] = help_en
    extra |= {f"x-{key.replace('_', '-')}": value for key, value in more.items()}
    return Field(default, title=zh, description=help_zh or None, json_schema_extra=extra)


class Choice(StrEnum):
    """An enumeration whose members carry a Chinese and an English name."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str, en: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh, member.en = zh, en
        return member

    @classmethod
    def options(cls) -> list[dict[str, str]]:
        """The members for a form's list."""
        return [{"value": str(m.value), "zh": m.zh, "en": m.en} for m in cls]


class Unit(BaseModel):
    """A unit of money or area: `scale` decimals; `fen` is what one smallest unit is worth."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: Annotated[str, Field(min_length=1, max_length=16)] = term("单位", "Unit (Chinese)")
    en: Annotated[str, Field(min_length=1, max_length=24)] = term("单位（英文）", "Unit (English)")
    scale: Annotated[int, Field(strict=True, ge=0, le=9)] = term("小数位", "Decimals", default=0)
    fen: Annotated[int, Field(strict=True, ge=1, le=10**12)] | None = term(
        "最小单位折合分", "Fen to one smallest unit", default=None
    )

    def show(self, value: int, lang: str) -> str:
        """The amount with its unit, thousands in threes."""
        return f"{format_decimal(value, self.scale)} {self.zh if lang == 'zh' else self.en}"

    def written(self, value: int, lang: str) -> str:
        """The same for a notice: English thousands are multiplied out (10k m²), and one is no plural."""
        shown = self.show(value, lang)
        if lang == "zh":
            return shown
        power, of = multiple(self.en)
        if power:
            return f"{format_decimal(value * ten_to(power), self.scale)} {of}"
        one = value == ten_to(self.scale) and self.en in _PLURALS
        return shown.removesuffix("s") if one else shown


_PLURALS: Final = ("units", "pieces")


def unit_problem(unit: Unit, *, counts: bool) -> tuple[str, str] | None:
    """Why a unit cannot be what it says, in Chinese and English; None: it can.

    `counts`: it is one of areas or quantities, which are worth no money. The decimals of a unit
    and its fen say the same thing twice, and so do its two names: they must agree, or a total
    would be settled wrongly, or read as another sum in the other language.
    """
    name = f"单位“{unit.zh}”", f"the unit “{unit.en}”"
    if any(title != title.strip() or not title.isprintable() for title in (unit.zh, unit.en)):
        return (
            "单位名称首尾不能有空格，其中不能有换行等不可见字符",
            "the name of a unit has no space at its ends, and no line end or hidden sign in it",
        )
    power = power_in_chinese(unit.zh)
    if power != power_in_english(unit.en) and (power is not None or speaks_of_yuan(unit.en)):
        return (
            f"{name[0]}与英文名称“{unit.en}”不是同一单位，如“万元”应为“CNY 10k”",
            f"“{unit.zh}” and “{unit.en}” are not the same unit; 万元, say, is CNY 10k",
        )
    if areas_differ(unit.zh, unit.en):
        return (
            f"{name[0]}与英文名称“{unit.en}”的面积单位不一致",
            f"“{unit.zh}” and “{unit.en}” are not per the same area",
        )
    if unit.fen is None:
        return None
    if counts:
        return f"{name[0]}是数量或面积，不折合分", f"{name[1]} counts, and is worth no fen"
    if power is None:
        return (
            f"{name[0]}不是人民币元、千元、万元、百万元、千万元或亿元，不折合分，按该单位自身结算",
            f"{name[1]} is no known amount of yuan, and worth no fen: it settles as itself",
        )
    return _fen_problem(unit, unit.fen, 100 * ten_to(power))


def _fen_problem(unit: Unit, fen: int, whole: int) -> tuple[str, str] | None:
    """Why a unit of which one whole is worth so many fen cannot be counted in `fen`."""
    name = f"单位“{unit.zh}”", f"the unit “{unit.en}”"
    if not re.fullmatch(r"10*", str(fen)):
        return (
            f"{name[0]}的最小单位折合分须为 1、10、100 等整十倍数，不能是 {fen}",
            f"the smallest part of {name[1]} is worth 1, 10, 100 or so fen, not {fen}",
        )
    if fen * ten_to(unit.scale) == whole:
        return None
    most = len(str(whole)) - 1
    if unit.scale > most:
        return (
            f"{name[0]}折合分的，最多 {most} 位小数，不能是 {unit.scale} 位",
            f"{name[1]} is counted in fen with at most {most} decimals, not {unit.scale}",
        )
    right = whole // ten_to(unit.scale)
    return (
        f"{name[0]}取 {unit.scale} 位小数时，最小单位折合 {right} 分，不是 {fen} 分",
        f"with {unit.scale} decimals {name[1]} is counted in {right} fen, not in {fen}",
    )


YUAN = Unit(zh="元", en="CNY", scale=2, fen=1)
YUAN_PER_SQUARE_METRE = Unit(zh="元/㎡", en="CNY/m²", scale=2, fen=1)
SQUARE_METRE = Unit(zh="㎡", en="m²", scale=0)


class Resume(Choice):
    """What a resumed session gets (DOMAIN §2.5: Suzhou full countdown, Fujian frozen time)."""

    FULL_COUNTDOWN = ("FULL_COUNTDOWN", "重新开始完整倒计时", "a full countdown again")
    REMAINING = ("REMAINING", "补回中止时的剩余时间", "the time that remained")


class RuleConfig(BaseModel):
    """Terms every rule has: the unit of its amounts and what a suspension gives back."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=False)

    _programme: Any = PrivateAttr(default=None)
    """The stages built from these terms, kept because they are asked for at every offer."""

    unit: Unit = term("计价单位", "Price unit", kind="unit", default=YUAN)
    resume: Resume = term(
        "恢复后的时间",
        "Time after resumption",
        help_zh="中止后恢复时，给予剩余时间还是完整倒计时",
        help_en="Whether a resumed session gets the time that remained or a full countdown",
        kind="enum",
        enum=Resume.options(),
        default=Resume.FULL_COUNTDOWN,
    )

    def reworded(self, text: str, lang: str) -> str:
        """A title or paragraph as these terms say it: another form of sale has other words."""
        del lang
        return text

    @model_validator(mode="before")
    @classmethod
    def _scale(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        units: dict[str, int] = {}
        for name, default in _units_of(cls):
            given = data.get(name, default)
            scale = given.get("scale", 0) if isinstance(given, Mapping) else None
            scale = given.scale if isinstance(given, Unit) else scale
            units[name] = scale if isinstance(scale, int) else 0
        return scaled(cls, data, units)

    @model_validator(mode="after")
    def _units(self) -> Self:
        for name in type(self).model_fields:
            unit = getattr(self, name)
            if not isinstance(unit, Unit):
                continue
            if problem := unit_problem(unit, counts=name.startswith("quantity_")):
                raise wrong("unit", *problem)
        return self


def _fits(name: str, marker: Any, value: Any, units: Mapping[str, int]) -> Any:
    try:
        if isinstance(marker, Scaled):
            return parse_decimal(value, units.get(marker.unit_field, 0))
        return instant(value)
    except ValueError as wrong:
        kind = "金额或面积" if isinstance(marker, Scaled) else "时间"
        raise PydanticCustomError(
            "term", "{en}", {"en": str(wrong), "zh": f"{kind}写法不对：{value}", "term": name}
        ) from None


def marks_of(field: Any) -> list[Any]:
    """What a field counts: the smallest unit of some unit, or an instant."""
    found = [m for m in field.metadata if isinstance(m, Scaled | AtInstant)]
    for part in get_args(field.annotation):
        if get_origin(part) is Annotated:
            found += [m for m in get_args(part)[1:] if isinstance(m, Scaled | AtInstant)]
    return found


@cache
def _units_of(model: type[BaseModel]) -> tuple[tuple[str, Any], ...]:
    """The fields that hold a unit, with their defaults: terms are read at every entry of a log."""
    return tuple(
        (name, field.default)
        for name, field in model.model_fields.items()
        if field.annotation is Unit or Unit in get_args(field.annotation)
    )


@cache
def _written(model: type[BaseModel]) -> tuple[tuple[str, Any, type[BaseModel] | None], ...]:
    """The fields that may be written in another way: what they count, or the model inside."""
    found = []
    for name, field in model.model_fields.items():
        marker, inner = next(iter(marks_of(field)), None), _model_in(field.annotation)
        inner = None if inner is Unit else inner
        if marker is not None or inner is not None:
            found.append((name, marker, inner))
    return tuple(found)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for part in get_args(annotation) if (m := _model_in(part))), None)


def scaled(model: type[BaseModel], data: Mapping[str, Any], units: Mapping[str, int]) -> Any:
    """The same terms with decimal strings and ISO times turned into integers, all levels down."""
    result = dict(data)
    for name, marker, inner in _written(model):
        value = result.get(name)
        if marker is not None and isinstance(value, str):
            result[name] = _fits(name, marker, value, units)
        elif inner is not None:
            if isinstance(value, Mapping):
                result[name] = scaled(inner, value, units)
            elif isinstance(value, list | tuple):
                rows = [scaled(inner, v, units) if isinstance(v, Mapping) else v for v in value]
                result[name] = tuple(rows)
    return result


def wrong(code: str, zh: str, en: str) -> PydanticCustomError:
    """An error in the terms, in both languages, to be raised by a validator."""
    return PydanticCustomError(cast("Any", code), "{en}", {"zh": zh, "en": en})


def shown(config: RuleConfig, field: Any, name: str, value: Any) -> Text:
    """One value in plain words: amounts in their unit, times in China Standard Time."""
    for marker in marks_of(field):
        if isinstance(marker, Scaled):
            unit = getattr(config, marker.unit_field)
            return {lang: unit.show(value, lang) for lang in ("zh", "en")}
        return {"zh": show_instant(value), "en": f"{show_instant(value)} UTC+8"}
    if isinstance(value, Choice):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "yes" if value else "no"}
    if name.endswith("_seconds"):
        return {"zh": f"{value} 秒", "en": f"{value} s"}
    return {"zh": str(value), "en": str(value)}
