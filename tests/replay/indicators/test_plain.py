"""A lead keeps its name: what was asked about it is found again, whatever comes after."""

from dataclasses import replace
from fractions import Fraction

from replay.indicators.catalogue import INDICATORS, Found
from replay.indicators.course import Course, Offer
from replay.indicators.lead import Base, Input, Lead, Place, amount, ratio
from replay.indicators.plain import name, plain, row
from tests.replay.indicators.built import Log

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
    told = row(replace(SINGLE, base=Base(6, 30, 31)), {})
    assert told["value"] == {"exact": "1/3", "form": "ratio", "shown": "0.3333"}
    assert told["base"] == {"shown": 6, "of": 30, "sessions": 31, "rate": "1/5"}
    assert told["entries"] == [{"log": "s", "index": 4, "t": None, "offers": []}]
    assert told["id"] == name(SINGLE)


def test_the_entries_tell_what_the_formula_reads_in_them():
    log = Log(name="s")
    for bidder in ("A", "B"):
        log.admit(bidder)
    log.stage()
    act = log.staff("suspend", at=90)
    offer = log.bid("A", 105, at=100)
    lead = replace(SINGLE, who=("staff:2", "A"), inputs=(Place("s", act), Place("s", offer)))
    one = INDICATORS[22]
    told = plain([log.course], [Found(one, (replace(lead, base=Base(1, 1, 1)),), 1)])
    (value,) = next(row for row in told["indicators"] if row["number"] == 22)["values"]
    assert value["entries"] == [
        {"log": "s", "index": act, "t": 90_000_000, "offers": []},
        {
            "log": "s",
            "index": offer,
            "t": 100_000_000,
            "offers": [{"bidder": "A", "amount": 105}],
        },
    ]


def test_of_two_offers_in_one_entry_theirs_is_told_whom_it_is_about():
    course = Course("s")
    for bidder, units, own in (("A", 105, True), ("B", 106, False)):
        course.offers.append(Offer(4, 9, bidder, "", units, False, own, 1))
    lead = replace(SINGLE, who=("B",), inputs=(Place("s", 4),), base=Base(1, 1, 1))
    takes = (Input({"zh": "加价", "en": "raise"}, amount(Fraction(10, 3)), amount(Fraction(4))),)
    told = plain([course], [Found(INDICATORS[22], (replace(lead, takes=takes),), 1)])
    (value,) = told["indicators"][0]["values"]
    assert value["entries"][0]["offers"] == [{"bidder": "B", "amount": 106}]
    assert value["takes"] == [
        {
            "title": {"zh": "加价", "en": "raise"},
            "value": {"exact": "10/3", "form": "amount", "shown": "3.3333"},
            "of": {"exact": "4", "form": "amount", "shown": "4.0000"},
        }
    ]
