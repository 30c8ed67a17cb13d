"""All 25 together: complete, told in both languages, never raising, and the same in any order."""

import json
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidding.proof.policy import parse_policy
from replay.indicators.catalogue import CROSS, INDICATORS, SINGLE, Found, SameSession, leads
from replay.indicators.course import read
from replay.indicators.lead import Base, Quantity, count, median, ratio, root, seconds, variance
from replay.indicators.parts import PARTS
from replay.play import play
from replay.scenario import read as read_scenario
from replay.verify import verify
from tests.replay.indicators.built import Log, contest, found, session
from tests.replay.plays import REPOSITORY, every_scenario
from tests.shared import SHARED

GOLDEN = sorted((REPOSITORY / "tests" / "golden").glob("*/*.session"))


def test_there_are_25_and_each_is_of_one_kind():
    assert list(INDICATORS) == list(range(1, 26))
    # The list of the regulators' desk: which of them one archive is enough for.
    assert {*range(1, 9), *range(17, 20), *range(21, 24), 25} == SINGLE
    assert {*range(9, 17), 20, 24} == CROSS


@pytest.mark.parametrize("number", INDICATORS)
def test_each_has_a_formula_a_mark_and_an_innocent_explanation(number):
    one = INDICATORS[number]
    for text in (one.title, one.formula, one.caveat):
        assert re.search(r"[\u4e00-\u9fff]", text["zh"])
        assert not re.search(r"[\u4e00-\u9fff]", text["en"])
    assert re.search("列", one.formula["zh"])
    assert "a lead" in one.formula["en"]
    assert not re.search(r"[,;!?]|\.(?!\d)", one.formula["zh"] + one.caveat["zh"])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (count(7), "7"),
        (ratio(Fraction(2, 3)), "0.6666"),
        (ratio(Fraction(-2, 3)), "-0.6666"),
        (ratio(Fraction(-1, 100_000)), "0.0000"),
        (root(Fraction(2)), "1.4142"),
        (root(Fraction(-9, 4)), "-1.5000"),
        (root(Fraction(1, 10**6)), "0.0010"),
        (seconds(Fraction(1_234_567)), "1.2345"),
        (ratio(Fraction(10**30 + 1, 2)), "5" + "0" * 29 + ".5000"),
    ],
)
def test_a_value_is_rounded_towards_zero(value, shown):
    assert value.show() == shown


def test_middle_and_variance():
    assert median([Fraction(3), Fraction(1), Fraction(2)]) == 2
    assert median([Fraction(4), Fraction(1), Fraction(2), Fraction(3)]) == Fraction(5, 2)
    assert variance([Fraction(92), Fraction(100), Fraction(110)]) == Fraction(244, 3)


def test_a_base_rate_needs_twenty():
    assert Base(3, 19, 19).rate is None
    assert Base(3, 20, 20).rate == Fraction(3, 20)


def named(number: int, *amounts: int):
    course = contest(*amounts, won=amounts[-1])
    course.log = f"c{number:02}"
    return course


def test_the_base_rate_counts_sessions_in_which_it_could_be_told():
    close = [named(n, 100, 101, 102, 103) for n in range(3)]
    wide = [named(3 + n, 100, 120, 150, 200) for n in range(20)]
    few = [named(30 + n, 100, 101) for n in range(4)]
    rows = found(3, *close, *wide, *few)
    assert {row.base for row in rows} == {Base(3, 23, 27)}
    assert rows[0].base is not None
    assert rows[0].base.rate == Fraction(3, 23)


def test_a_session_that_shows_nothing_counts_where_only_findings_are_told():
    def used(name: str, *networks: str):
        log = Log(name)
        for place, network in enumerate(networks):
            log.admit(str(place))
            log.bid(str(place), 100 + place, tags={"net": network})
        return log.course

    plain = Log("plain")
    plain.admit("0")
    plain.bid("0", 100)
    rows = found(1, used("a", "x", "x"), used("b", "x", "y"), plain.course)
    assert [row.base for row in rows] == [Base(1, 2, 3)]


def test_the_base_rate_across_sessions_counts_those_compared():
    many = [session(n, {"X": 100, "Y": 100 + n % 2, "V": 1000, "W": 2000}, "W") for n in range(10)]
    rows = found(15, *many)
    assert {row.base for row in rows} == {Base(sum(r.marked for r in rows), 4, 10)}


def test_one_log_counts_once():
    with pytest.raises(SameSession):
        leads([contest(100, 101), contest(100, 101)])


# Whatever there is --------------------------------------------------------------------------


def check(courses) -> tuple[Found, ...]:
    """What is found; every value is exact, has its base rate, and rests on entries that there are."""
    sizes = {course.log for course in courses}
    told = leads(courses)
    for one in told:
        for row in one.leads:
            assert (row.value is None) == (row.unsaid is not None)
            assert {place.log for place in row.inputs} <= sizes
            if row.value is not None:
                assert row.part in PARTS
                assert type(row.value.of) is Fraction
                row.value.show()
                assert row.base is not None
                assert 0 <= row.base.shown <= row.base.of
            else:
                assert not row.marked
    return told


def test_every_old_archive():
    # Every version signs one session of the same name; across, one of a name is looked at.
    courses = {}
    for path in GOLDEN:
        policy = parse_policy(path.with_suffix(".policy").read_text("utf-8"))
        held = verify(path.read_bytes(), policy)
        course = read(held.origin, held.entries)
        check([course])
        courses[course.log] = course
    assert len(courses) > 40
    check(list(courses.values()))


@pytest.mark.parametrize("path", every_scenario(), ids=lambda path: path.stem)
def test_every_play(path):
    courses = []
    for run in play(read_scenario(path)):
        course = read(run.state.origin, [json.loads(body) for body in run.bodies])
        check([course])
        courses.append(course)
    by_log = {course.log: course for course in courses}
    check(list(by_log.values()))


PARTIES = st.sampled_from("VWXYZ")
AMOUNTS = st.one_of(st.integers(0, 30), st.integers(990, 1010), st.integers(0, 2**53 - 1))


@st.composite
def logs(draw, name: str):
    log = Log(
        name,
        draw(st.sampled_from(["english@1", "sealed_bid@1"])),
        began=draw(st.integers(0, 50)) * 1000,
        deposit=draw(st.integers(0, 1)),
    )
    tagged = draw(st.booleans())
    lots = draw(st.sampled_from([(None,), ("L10", "L22", "x")]))
    for party in "VWXYZ"[: draw(st.integers(0, 5))]:
        log.admit(party, party if tagged else None)
    offers: list[tuple[str, int, str | None]] = []
    for _ in range(draw(st.integers(0, 14))):
        who, at = draw(PARTIES), log.at + draw(st.sampled_from([0, Fraction(1, 5), 1, 5, 60]))
        match draw(
            st.sampled_from(["bid"] * 6 + ["stage", "round", "late", "staff", "pay", "out"])
        ):
            case "bid":
                amount, lot = draw(AMOUNTS), draw(st.sampled_from(lots))
                net, agent = draw(st.sampled_from("ab")), draw(st.sampled_from("cd"))
                tags = {"net": net, "near": net, "agent": agent} if tagged else None
                log.bid(who, amount, at, lot=lot, tags=tags, leads_now=draw(st.booleans()))
                offers.append((who, amount, lot))
            case "stage":
                log.stage(
                    draw(st.sampled_from(["timed", "sealed", "clock", "rounds"])), int(at) + 9
                )
            case "round":
                log.round(draw(st.integers(1, 4)))
            case "late":
                log.refused(who, "AFTER_DEADLINE")
            case "staff":
                log.staff(draw(st.sampled_from(["suspend", "resume", "exclude"])), at, bidder=who)
            case "pay":
                log.pay(who, draw(st.sampled_from(["r", f"r{who}"])), ok=draw(st.booleans()))
            case "out":
                log.revoke(who)
    if offers and draw(st.booleans()):
        bidder, amount, lot = draw(st.sampled_from(offers))
        log.award(bidder, amount, lot=lot)
    return log.course


# An example is a dozen sessions: a thousand of them would outlast the bound on one test.
@settings(max_examples=min(settings().max_examples, 600))
@given(st.data())
def test_nothing_raises_and_order_does_not_matter(data):
    number = data.draw(st.integers(1, 12))
    courses = [data.draw(logs(f"s{n}")) for n in range(number)]
    told = check(courses)
    assert leads(data.draw(st.permutations(courses))) == told


def test_real_auctions_of_the_shared_data():
    """English auctions of 2023, each bid as it was made; amounts in the smallest unit but nine."""
    document = json.loads(
        (SHARED / "data" / "onchain_english_extension.json").read_text(), parse_float=Fraction
    )
    courses = []
    for auction in document["auctions"]:
        bids = auction["bids"]
        if not bids:
            continue
        log = Log(f"cash-{auction['auction']}", began=bids[0]["t_unix"] - 1)
        for bidder in sorted({bid["bidder"] for bid in bids}):
            log.admit(bidder)
        log.stage("timed", None)
        for bid in bids:
            log.bid(bid["bidder"], int(bid["amount"] * 10**9), bid["t_unix"], leads_now=True)
        log.award(bids[-1]["bidder"], int(bids[-1]["amount"] * 10**9))
        courses.append(log.course)
    assert len(courses) > 1
    check(courses)
    told = {one.indicator.number: one.leads for one in leads(courses)}
    # An open auction: each next offer is the best, so the winner's last one is the highest.
    assert any(row.value is not None for row in told[4])
    assert all("no lasting tags" in row.unsaid["en"] for row in told[16] if row.unsaid)


def test_a_value_is_a_fraction_and_nothing_else():
    assert Quantity(Fraction(1, 3)) == ratio(Fraction(1, 3))
