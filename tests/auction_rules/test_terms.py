"""Terms: what staff may write, what it becomes, and what a form is told about each field."""

from types import NoneType
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.english_terms import EnglishTerms
from auction_rules.far_adjustment import FarTerms
from auction_rules.money import LIMIT
from auction_rules.quota import RULE as QUOTA
from auction_rules.quota_terms import QuotaTerms
from auction_rules.registry import BUILT_IN
from auction_rules.terms import SECOND, Choice, Unit, instant, show_instant, unit_problem

ENGLISH: dict[str, Any] = {"opens": 0, "start_price": 100, "step": 10}
FAR: dict[str, Any] = {
    "parcels": [{"id": "P1", "added_area": 30}],
    "quota_area": 40,
    "start_price": 100,
    "step": 10,
    "quoting_opens": 0,
    "quoting_closes": SECOND,
}
PERCENT = {"step_kind": "PERCENT", "step_basis_points": 500}
LATE = {"clock_starts": "FIRST_BID", "latest_start": SECOND}


@pytest.mark.parametrize("rule", BUILT_IN, ids=lambda r: r.name)
def test_the_example_is_valid_and_a_dump_gives_the_same_terms(rule):
    terms = rule.Config.model_validate(rule.example)
    dumped = terms.model_dump(mode="json")
    again = rule.Config.model_validate(dumped)
    assert again == terms
    assert again.model_dump(mode="json") == dumped


def test_amounts_are_read_in_the_unit_of_the_same_terms():
    yuan = EnglishTerms.model_validate(ENGLISH | {"start_price": "4000.5"})
    assert yuan.start_price == 400_050
    wan = {"zh": "万元", "en": "10k CNY", "scale": 4, "fen": 100}
    terms = EnglishTerms.model_validate(ENGLISH | {"unit": wan, "start_price": "4000.5"})
    assert terms.start_price == 40_005_000
    assert terms.step == 10


def test_areas_are_read_in_their_own_unit_also_inside_a_list():
    mu = {"zh": "亩", "en": "mu", "scale": 4}
    parcels = [{"id": "P1", "added_area": "18.3626"}]
    price = {"zh": "元/亩", "en": "CNY/mu", "scale": 2, "fen": 1}
    terms = FarTerms.model_validate(
        FAR | {"unit": price, "quantity_unit": mu, "parcels": parcels, "quota_area": "756.7425"}
    )
    assert terms.parcels[0].added_area == 183_626
    assert terms.quota_area == 7_567_425
    assert terms.start_price == 100


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T08:00:00+08:00", 0),
        ("1970-01-01T08:00:01.000001+08:00", SECOND + 1),
        ("2026-03-02T10:00:00+08:00", 1_772_416_800 * SECOND),
    ],
)
def test_instants_are_read_from_iso_text_with_an_offset(text, moment):
    assert instant(text) == moment
    assert EnglishTerms.model_validate(ENGLISH | {"opens": text}).opens == moment


@given(st.integers(0, LIMIT))
def test_an_instant_is_shown_to_the_thousandth_cut_off(moment):
    assert instant(f"{show_instant(moment)}+08:00") == moment - moment % 1000


@pytest.mark.parametrize(
    "text", ["2026-03-02T10:00:00", "2026-03-02", "yesterday", "", "2026-13-01T00:00:00Z"]
)
def test_a_time_without_an_offset_or_sense_is_refused_in_both_languages(text):
    said = _problem(EnglishTerms, ENGLISH | {"opens": text})
    assert said["type"] == "term"
    assert said["ctx"]["zh"]
    assert said["ctx"]["en"]


@pytest.mark.parametrize("text", ["4000.505", "4 000", "1e3", "-1.234"])
def test_an_amount_written_wrongly_is_refused_in_both_languages(text):
    said = _problem(EnglishTerms, ENGLISH | {"start_price": text})
    assert said["type"] == "term"
    assert said["ctx"]["zh"]
    assert said["msg"] == said["ctx"]["en"]


@pytest.mark.parametrize(
    ("config", "terms"),
    [
        (EnglishTerms, ENGLISH | {"start_price": 4000.5}),
        (EnglishTerms, ENGLISH | {"start_price": True}),
        (EnglishTerms, ENGLISH | {"start_price": -1}),
        (EnglishTerms, ENGLISH | {"start_price": LIMIT + 1}),
        (EnglishTerms, ENGLISH | {"opens": -1}),
        (EnglishTerms, ENGLISH | {"opens": "1969-12-31T23:59:59Z"}),
        (EnglishTerms, ENGLISH | {"opens": "9999-12-31T23:59:59Z"}),
        (EnglishTerms, ENGLISH | {"duration_seconds": 1.5}),
        (EnglishTerms, ENGLISH | {"extension_mode": "SOMETIMES"}),
        (EnglishTerms, ENGLISH | {"colour": "red"}),
        (EnglishTerms, ENGLISH | {"unit": {"zh": "元", "en": "CNY", "scale": 10}}),
        (EnglishTerms, ENGLISH | {"unit": None}),
        (EnglishTerms, ENGLISH | {"unit": {"zh": "", "en": "CNY"}}),
        (EnglishTerms, ENGLISH | {"unit": {"zh": "元"}}),
        (EnglishTerms, ENGLISH | {"lot_zh": ""}),
        (EnglishTerms, ENGLISH | {"lot_en": ""}),
        (EnglishTerms, [ENGLISH]),
        (FarTerms, FAR | {"parcels": [{"id": "P 1", "added_area": 3}]}),
        (FarTerms, FAR | {"parcels": "P1"}),
        (FarTerms, FAR | {"parcels": [3]}),
    ],
)
def test_what_is_no_term_is_refused(config, terms):
    with pytest.raises(ValidationError):
        config.model_validate(terms)


@pytest.mark.parametrize(
    ("config", "terms", "code"),
    [
        (EnglishTerms, {"duration_seconds": 0}, "duration"),
        (EnglishTerms, {"step": 0}, "step"),
        (EnglishTerms, {"step_kind": "PERCENT"}, "step"),
        (EnglishTerms, {"step_basis_points": 500}, "step"),
        (EnglishTerms, PERCENT | {"grid": "MULTIPLE_OF_STEP"}, "step"),
        (EnglishTerms, PERCENT | {"max_jump_steps": 1}, "step"),
        (EnglishTerms, {"clock_starts": "FIRST_BID"}, "latest_start"),
        (EnglishTerms, {"latest_start": SECOND}, "latest_start"),
        (EnglishTerms, LATE | {"latest_start": 0}, "latest_start"),
        (EnglishTerms, {"start_price": LIMIT}, "start_price"),
        (EnglishTerms, {"step": LIMIT}, "start_price"),
        (EnglishTerms, PERCENT | {"start_price": LIMIT - LIMIT // 40}, "start_price"),
        (FarTerms, {"parcels": []}, "parcels"),
        (FarTerms, {"parcels": [FAR["parcels"][0]] * 2}, "parcels"),
        (FarTerms, {"parcels": [{"id": "P1", "added_area": 0}]}, "parcels"),
        (FarTerms, {"quota_area": None}, "quota_area"),
        (FarTerms, {"quota_kind": "PARCEL_COUNT"}, "quota_area"),
        (FarTerms, {"quota_kind": "PARCEL_COUNT", "quota_area": None}, "quota_parcels"),
        (FarTerms, {"quota_parcels": 1}, "quota_parcels"),
        (FarTerms, {"step": 0}, "step"),
        (FarTerms, {"start_price": 0}, "step"),
        (FarTerms, {"cap_price": 105}, "cap_price"),
        (FarTerms, {"cap_price": 100}, "cap_price"),
        (FarTerms, {"cap_price": 100, "grid": "MIN_STEP"}, "cap_price"),
        (FarTerms, {"basis": "TOTAL", "misfit": "PARTIAL"}, "basis"),
        (FarTerms, {"basis": "TOTAL", "pricing": "UNIFORM"}, "basis"),
        (FarTerms, {"start_price": LIMIT // 30}, "start_price"),
        (FarTerms, {"cap_price": 100 + 10 * (LIMIT // 300)}, "cap_price"),
        (FarTerms, {"basis": "TOTAL", "start_price": LIMIT}, "start_price"),
        (FarTerms, {"quoting_closes": 0}, "quoting_closes"),
        (FarTerms, {"countdown_seconds": 0}, "countdown_seconds"),
        (FarTerms, {"confirm_seconds": 60}, "confirm_seconds"),
        (FarTerms, {"eligibility": "CONFIRMED"}, "confirm_seconds"),
        (FarTerms, {"eligibility": "QUOTE_AND_CONFIRMED"}, "confirm_seconds"),
    ],
)
def test_terms_that_do_not_go_together_are_refused_in_both_languages(config, terms, code):
    sound = ENGLISH if config is EnglishTerms else FAR
    config.model_validate(sound)
    said = _problem(config, sound | terms)
    assert said["type"] == code
    assert _chinese(said["ctx"]["zh"])
    assert said["msg"] == said["ctx"]["en"]
    assert said["msg"].isascii()


@pytest.mark.parametrize(
    ("config", "terms"),
    [
        (EnglishTerms, PERCENT),
        (EnglishTerms, LATE),
        (FarTerms, {"quota_kind": "PARCEL_COUNT", "quota_area": None, "quota_parcels": 1}),
        (FarTerms, {"cap_price": 110}),
        (FarTerms, {"cap_price": 105, "grid": "MIN_STEP"}),
        (FarTerms, {"eligibility": "CONFIRMED", "confirm_seconds": 60}),
    ],
)
def test_terms_that_do_go_together_are_taken(config, terms):
    sound = ENGLISH if config is EnglishTerms else FAR
    assert config.model_validate(sound | terms).model_dump()


@pytest.mark.parametrize("rule", BUILT_IN, ids=lambda r: r.name)
def test_every_field_of_the_form_has_a_title_in_both_languages(rule):
    schema = rule.Config.model_json_schema()
    objects = {"": schema} | {n: d for n, d in schema["$defs"].items() if "properties" in d}
    assert {"", "Unit"} <= objects.keys()
    for name, shape in objects.items():
        for field, told in shape["properties"].items():
            assert _chinese(told["title"]), (name, field)
            assert told["x-en"].isascii(), (name, field)
            assert told["x-en"], (name, field)
            assert ("description" in told) == ("x-en-description" in told), (name, field)


@pytest.mark.parametrize("rule", BUILT_IN, ids=lambda r: r.name)
def test_every_choice_has_its_names_in_both_languages(rule):
    schema = rule.Config.model_json_schema()
    seen = 0
    for field, told in schema["properties"].items():
        kind = rule.Config.model_fields[field].annotation
        # A choice that may be left open is that choice, or None.
        kind = next((one for one in get_args(kind) if one is not NoneType), kind)
        if not (isinstance(kind, type) and issubclass(kind, Choice)):
            assert "x-enum" not in told
            continue
        seen += 1
        assert told["x-kind"] == "enum"
        values = schema["$defs"][kind.__name__]["enum"]
        assert [option["value"] for option in told["x-enum"]] == values
        for option in told["x-enum"]:
            assert option.keys() == {"value", "zh", "en"}
            assert _chinese(option["zh"]), option
            assert option["en"], option
    # What a resumed session gets is a choice of every rule.
    assert seen >= 1


def _problem(config: type[Any], terms: Any) -> Any:
    with pytest.raises(ValidationError) as caught:
        config.model_validate(terms)
    (said,) = caught.value.errors()
    return said


def _chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


# DOMAIN §2.2: prices in 元, 万元, 元/㎡, 万元/亩; a fen is a hundredth of a yuan.
@pytest.mark.parametrize(
    ("zh", "en", "scale", "fen"),
    [
        ("元", "CNY", 2, 1),
        ("元", "yuan", 0, 100),
        ("千元", "CNY 1k", 0, 100_000),
        ("万元", "CNY 10k", 0, 1_000_000),
        ("万元", "10k CNY", 1, 100_000),
        ("万元", "CNY 10,000", 6, 1),
        ("百万元", "CNY 1m", 0, 100_000_000),
        ("亿元", "CNY 100M", 2, 100_000_000),
        ("元/㎡", "CNY/m²", 2, 1),
        ("元／平方米", "CNY/m2", 2, 1),
        ("万元/亩", "10k/mu", 2, 10_000),
        ("点", "points", 0, None),
        ("美元", "USD", 2, None),
        ("元", "CNY", 2, None),
    ],
)
def test_a_unit_whose_names_decimals_and_fen_agree(zh, en, scale, fen):
    unit = {"zh": zh, "en": en, "scale": scale, "fen": fen}
    assert EnglishTerms.model_validate({**ENGLISH, "unit": unit}).unit.fen == fen


@pytest.mark.parametrize(
    ("zh", "en", "fen", "says"),
    [
        ("万元", "CNY", 1_000_000, "不是同一单位"),
        ("元", "CNY 10k", 100, "不是同一单位"),
        ("万元", "CNY 1k", None, "不是同一单位"),
        ("美元", "CNY", None, "不是同一单位"),
        ("美元", "USD", 100, "不折合分，按该单位自身结算"),
        ("万美元", "USD 10k", 1_000_000, "不折合分"),
        ("点", "points", 100, "不折合分"),
        ("千元", "CNY 1k", 100, "最小单位折合 100000 分，不是 100 分"),
        ("百万元", "CNY 1m", 1_000_000, "最小单位折合 100000000 分"),
        ("万 元", "CNY 10k", 100, "最小单位折合 1000000 分"),
        ("万元／亩", "CNY 10k/mu", 100, "最小单位折合 1000000 分"),
        ("万元/亩", "CNY 10k/ha", 1_000_000, "面积单位不一致"),
        ("万元\n", "CNY 10k", 1_000_000, "换行"),
        ("万元", " CNY 10k", 1_000_000, "首尾不能有空格"),
    ],
)
def test_a_unit_that_says_two_things_is_refused(zh, en, fen, says):
    unit = {"zh": zh, "en": en, "scale": 0, "fen": fen}
    with pytest.raises(ValidationError) as caught:
        EnglishTerms.model_validate({**ENGLISH, "unit": unit})
    (error,) = caught.value.errors()
    assert says in error["ctx"]["zh"]


@pytest.mark.parametrize(
    ("zh", "scale", "fen", "says"),
    [
        ("元", 2, 7, "须为 1、10、100 等整十倍数，不能是 7"),
        ("元", 2, 20, "不能是 20"),
        ("元", 2, 100, "单位“元”取 2 位小数时，最小单位折合 1 分，不是 100 分"),
        ("元", 0, 1, "最小单位折合 100 分，不是 1 分"),
        ("元/㎡", 1, 1, "单位“元/㎡”取 1 位小数时，最小单位折合 10 分"),
        ("万元", 2, 1, "最小单位折合 10000 分，不是 1 分"),
        ("元", 3, 1, "最多 2 位小数，不能是 3 位"),
    ],
)
def test_a_unit_whose_decimals_and_fen_do_not_agree_is_refused(zh, scale, fen, says):
    en = {"元": "CNY", "万元": "CNY 10k", "元/㎡": "CNY/m²"}[zh]
    unit = {"zh": zh, "en": en, "scale": scale, "fen": fen}
    with pytest.raises(ValidationError) as caught:
        EnglishTerms.model_validate({**ENGLISH, "unit": unit})
    (error,) = caught.value.errors()
    assert says in error["ctx"]["zh"]
    assert "CNY" in error["msg"]
    assert "None" not in error["msg"]


def test_a_unit_of_areas_is_worth_no_fen():
    area = {"zh": "亩", "en": "mu", "scale": 4, "fen": 1}
    with pytest.raises(ValidationError) as caught:
        QuotaTerms.model_validate({**QUOTA.example, "quantity_unit": area})
    assert "不折合分" in caught.value.errors()[0]["ctx"]["zh"]


@pytest.mark.parametrize(
    ("zh", "en", "amount", "said"),
    [
        ("万㎡", "10k m²", 1, "10,000 m²"),
        ("万平方米", "ten thousand m²", 2, "20,000 m²"),
        ("万元", "CNY 10k", 13, "130,000 CNY"),
        ("万元", "10k CNY", 13, "130,000 CNY"),
        ("万元/亩", "10k/mu", 75, "750,000 CNY/mu"),
        ("百万元", "CNY 1m", 3, "3,000,000 CNY"),
        ("千吨", "1,000 t", 5, "5,000 t"),
        ("公顷", "ha", 5, "5 ha"),
        ("百米", "100 m", 5, "5 100 m"),
        ("件", "pieces", 1, "1 piece"),
    ],
)
def test_a_notice_writes_english_thousands_out(zh, en, amount, said):
    unit = Unit(zh=zh, en=en)
    assert unit.written(amount, "en") == said
    assert unit.written(amount, "zh") == f"{amount} {zh}"


@pytest.mark.parametrize(
    ("zh", "en", "agree"),
    [
        ("亩", "mu", True),
        ("亩", "m²", False),
        ("万㎡", "10k m²", True),
        ("万㎡", "ha", True),
        ("万㎡", "m²", False),
        ("公顷", "hectares", True),
        ("平方公里", "km²", True),
        ("吨", "t", True),
        ("手", "lots of 10 m²", True),
    ],
)
def test_both_names_of_an_area_are_of_one_area(zh, en, agree):
    said = unit_problem(Unit(zh=zh, en=en), counts=True)
    assert (said is None) is agree
    if said is not None:
        assert "面积单位不一致" in said[0]
