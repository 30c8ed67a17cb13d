"""A lead keeps its name: what was asked about it is found again, whatever comes after."""

from dataclasses import replace
from fractions import Fraction

from replay.indicators.lead import Base, Lead, Place, ratio
from replay.indicators.plain import name, row

SINGLE = Lead(
    22, "then_led", ("staff:a", "03"), ratio(Fraction(1, 3)), True, (Place("s", 4),), log="s"
)
CROSS = replace(SINGLE, number=14, part="turns", log=None)


def test_the_name_does_not_hang_on_what_other_sessions_change():
    other = Base(1, 30, 30)
    assert name(replace(SINGLE, base=other)) == name(SINGLE)
    assert name(replace(CROSS, base=other, value=ratio(Fraction(1)))) == name(CROSS)
    assert name(replace(CROSS, inputs=(Place("s", 4), Place("u", 9)))) == name(CROSS)
    assert name(replace(SINGLE, who=("03", "staff:a"))) == name(SINGLE)


def test_another_lead_has_another_name():
    others = [
        replace(SINGLE, inputs=(Place("s", 5),)),
        replace(SINGLE, log="u"),
        replace(SINGLE, who=("staff:a", "04")),
        replace(SINGLE, part="late_winner"),
        replace(SINGLE, number=21),
        replace(SINGLE, where="P1"),
        CROSS,
        replace(CROSS, where="P1"),
    ]
    names = {name(lead) for lead in (SINGLE, *others)}
    assert len(names) == len(others) + 1
    assert all(len(one) == 32 for one in names)


def test_a_value_is_told_exactly_with_its_base():
    told = row(replace(SINGLE, base=Base(6, 30, 31)))
    assert told["value"] == {"exact": "1/3", "form": "ratio", "shown": "0.3333"}
    assert told["base"] == {"shown": 6, "of": 30, "sessions": 31, "rate": "1/5"}
    assert told["entries"] == [{"log": "s", "index": 4}]
    assert told["id"] == name(SINGLE)
