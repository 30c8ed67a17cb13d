"""Signed requests: a key that is enrolled binds its owner, and the log holds all to check it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.floor import Bid
from bidding.client.own_key import OwnKey
from bidding.core import views
from bidding.core.commands import Command, Deposit, Enrol, Exclude, Signature, Suspend, ask_to_json
from bidding.core.decide import KEYS_MAX
from bidding.core.record import command_of, replay
from replay.rejudge import rejudge
from tests.bidding.core.session import ORIGIN, T0, document, finished, outcome, running

ACTOR = "bidder:01"


def signed(key, ask, ref, *, kind="bid", actor=ACTOR, log=ORIGIN, says=None):
    """A command of 01; `says` is what was really signed where that is another request."""
    value = key.sign(log, actor, ref, kind, ask_to_json(says or ask))
    return Command(ACTOR, ask, ref, Signature(key.id, value))


def enrolling(key, ref="e-1", **more):
    return signed(key, Enrol(key.alg, key.public), ref, kind="enrol", **more)


@pytest.fixture
def session():
    return running(document(), "01", "02")


def write(session, command):
    return outcome(session.write(command, session.now))


def test_until_a_key_is_enrolled_nothing_need_be_signed(session):
    assert session.bid("01", 100) == "accepted"


def test_from_then_on_every_request_must_be(session):
    key = OwnKey()
    assert write(session, enrolling(key)) == "accepted"
    assert write(session, Command(ACTOR, Bid(100), "b-1")) == "SIGNATURE_MISSING"
    assert write(session, signed(key, Bid(100), "b-2")) == "accepted"
    assert session.bid("02", 110) == "accepted", "another bidder is not bound by it"


def test_a_signature_counts_for_one_request_only(session):
    key, other = OwnKey(), OwnKey()
    write(session, enrolling(key))
    wrong: tuple[dict[str, Any], ...] = (
        {"says": Bid(110)},
        {"says": Bid(100, "P1")},
        {"kind": "proxy"},
        {"actor": "bidder:02"},
        {"log": "bid.example.cn/log/other"},
    )
    for number, more in enumerate(wrong):
        command = signed(key, Bid(100), f"b-{number}", **more)
        assert write(session, command) == "SIGNATURE_INVALID", more
    good = signed(key, Bid(100), "b-9")
    assert write(session, Command(ACTOR, Bid(100), "b-10", good.signature)) == "SIGNATURE_INVALID"
    assert write(session, signed(other, Bid(100), "b-11")) == "SIGNATURE_INVALID"
    assert session.state.standing.offers == {}


def test_a_signature_nobody_asked_for_must_still_be_of_a_known_key(session):
    assert write(session, signed(OwnKey(), Bid(100), "b-1")) == "SIGNATURE_INVALID"


def test_who_enrols_must_hold_the_key(session):
    key, other = OwnKey(), OwnKey()
    ask = Enrol(key.alg, key.public)
    stolen = other.sign(ORIGIN, ACTOR, "e-1", "enrol", ask_to_json(ask))
    assert write(session, Command(ACTOR, ask, "e-1")) == "SIGNATURE_MISSING"
    for name in (key.id, other.id):
        command = Command(ACTOR, ask, f"e-{name[:4]}", Signature(name, stolen))
        assert write(session, command) == "SIGNATURE_INVALID"
    low = Enrol("ed25519", "A" * 43 + "=")
    assert write(session, Command(ACTOR, low, "e-3", Signature("x", "y"))) == "KEY_UNSOUND"


def test_a_second_device_enrols_its_own_and_there_is_an_end_to_it(session):
    keys = [OwnKey() for _ in range(KEYS_MAX + 1)]
    for number, key in enumerate(keys[:KEYS_MAX]):
        assert write(session, enrolling(key, f"e-{number}")) == "accepted"
    assert write(session, enrolling(keys[0], "again")) == "KEY_KNOWN"
    assert write(session, enrolling(keys[-1], "one more")) == "KEY_LIMIT"
    assert write(session, signed(keys[3], Bid(100), "b-1")) == "accepted"


def test_only_bidders_on_the_floor_enrol(session):
    key = OwnKey()
    ask = Enrol(key.alg, key.public)
    assert outcome(session.ask("staff:li", ask)) == "NOT_ALLOWED"
    assert outcome(session.ask("bidder:09", ask)) == "NOT_QUALIFIED"
    session.ask("staff:li", Exclude("02", "串通"))
    assert outcome(session.ask("bidder:02", ask)) == "EXCLUDED"
    finished(session)
    assert outcome(session.ask(ACTOR, ask)) == "NOT_RUNNING"


def test_a_key_comes_in_before_the_deposit_and_while_all_is_suspended():
    session = running(document(deposit=500), "01")
    assert write(session, enrolling(OwnKey())) == "accepted"
    session.ask("staff:li", Suspend("停电"))
    assert write(session, enrolling(OwnKey(), "e-2")) == "accepted"
    session.ask("staff:li", Deposit("01", 500, T0 - 1, "b"))


def test_nobody_else_hears_of_it(session):
    before = session.state
    entry = session.write(enrolling(OwnKey()), session.now)
    seen = {
        audience: views.event(before, entry, session.state, session.rule, audience)
        for audience in ("public", "bidder:01", "bidder:02", "staff", "auditor")
    }
    assert seen["public"] is None
    assert seen["bidder:02"] is None
    assert all(seen[audience] for audience in ("bidder:01", "staff", "auditor"))
    assert views.you(session.state, session.rule, "01", session.now)["keys"]
    assert views.you(session.state, session.rule, "02", session.now)["keys"] == []


@given(st.lists(st.sampled_from(["enrol", "signed", "unsigned", "stolen"]), max_size=8))
def test_the_log_alone_gives_every_verdict_again(acts):
    session, key, thief = running(document(), "01", "02"), OwnKey(), OwnKey()
    for number, act in enumerate(acts):
        ref, ask = f"r-{number}", Bid(100 + 10 * number)
        match act:
            case "enrol":
                command = enrolling(key, ref)
            case "signed":
                command = signed(key, ask, ref)
            case "unsigned":
                command = Command(ACTOR, ask, ref)
            case _:
                command = signed(thief, ask, ref)
        entry = session.write(command, session.now)
        assert command_of(entry) == command
    found = rejudge(ORIGIN, session.entries)
    assert found.difference is None
    assert replay(ORIGIN, session.bodies).digest == session.state.digest


def test_a_forged_verdict_is_found_by_judging_again(session):
    key = OwnKey()
    write(session, enrolling(key))
    write(session, signed(key, Bid(100), "b-1", says=Bid(110)))
    entry = session.entries[-1]
    forged = {
        **entry,
        "type": "bid.accepted",
        "data": {"ask": entry["data"]["ask"], "sig": entry["data"]["sig"], "facts": []},
    }
    found = rejudge(ORIGIN, [*session.entries[:-1], forged]).difference
    assert found is not None
    assert (found.index, found.about) == (entry["i"], "signature")
