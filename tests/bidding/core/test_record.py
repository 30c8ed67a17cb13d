"""One request, one entry: its shape, its bytes, and judging it again."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auction_rules.english import English
from auction_rules.floor import Bid, DrawReveal
from auction_rules.registry import UnknownRule, find, source_sha256
from auction_rules.rule import Accept
from bidding.core.commands import Bell, Command, Exclude
from bidding.core.document import Document
from bidding.core.record import (
    bind,
    command_of,
    open_session,
    record,
    replay,
    rule_of,
    same_request,
    write,
)
from bidding.core.state import State, evolve
from bidding.proof import canon
from replay.play import play
from replay.rejudge import rejudge
from replay.scenario import read
from tests.bidding.core.session import (
    ASKS,
    OPENS,
    ORIGIN,
    T0,
    document,
    opened,
    outcome,
    running,
)


def test_entry_0_holds_the_whole_document_and_who_let_it_through():
    doc = document(deposit=500)
    done = open_session(ORIGIN, doc, T0, "staff:li", "approver:wang", policy_sha256="ab" * 32)
    entry = done.entry
    assert {k: v for k, v in entry.items() if k != "data"} == {
        "v": 1,
        "log": ORIGIN,
        "i": 0,
        "t": T0,
        "type": "session.opened",
        "tv": 1,
        "actor": "approver:wang",
    }
    data = entry["data"]
    assert data.keys() == {
        "document",
        "sha256",
        "engine",
        "python",
        "proposer",
        "approver",
        "policy_sha256",
        "facts",
    }
    assert data["policy_sha256"] == "ab" * 32
    assert (data["proposer"], data["approver"]) == ("staff:li", "approver:wang")
    assert data["sha256"] == doc.sha256
    assert data["sha256"] == hashlib.sha256(canon.encode(data["document"])).hexdigest()
    assert data["document"]["rule_sha256"] == source_sha256(find("english", "1"))
    # Terms are complete: what the staff left to a default stands there too.
    assert data["document"]["terms"]["extension_mode"] == "RESET"
    assert data["document"]["deposit_deadline"] == OPENS
    assert done.body == canon.encode(entry)
    assert done.state.terms == find("english").Config.model_validate(doc.terms)


@pytest.mark.parametrize(
    "change",
    [
        {"deposit": 1},
        {"deposit_deadline": 1},
        {"auction": "other"},
        {"title": {"zh": "样例", "en": "Other"}},
        {"terms": {**document().terms, "step": 11}},
    ],
)
def test_whatever_can_change_an_outcome_changes_the_hash_that_is_approved(change):
    doc = document()
    other = Document.model_validate(doc.model_dump() | change)
    assert other.sha256 != doc.sha256
    assert Document.model_validate(doc.model_dump()).sha256 == doc.sha256


def test_two_spellings_of_the_same_terms_are_the_same_document():
    spelt = document(opens="2026-03-02T09:01:00+08:00", start_price="100")
    assert spelt.sha256 == document().sha256


def test_an_accepted_entry():
    session = running(document(), "01")
    before = session.state
    entry = session.ask("bidder:01", Bid(100, stage="timed"), OPENS + 5, ref="r-1")
    assert entry == {
        "v": 1,
        "log": ORIGIN,
        "i": 3,
        "t": OPENS + 5,
        "type": "bid.accepted",
        "tv": 1,
        "actor": "bidder:01",
        "data": {
            "ask": {"amount": 100, "lot": None, "quantity": None, "stage": "timed", "slot": None},
            "facts": [
                {
                    "fact": "offer_stood",
                    "bidder": "01",
                    "lot": None,
                    "amount": 100,
                    "quantity": None,
                    "slot": None,
                },
                {"fact": "leaders_changed", "leaders": ["01"], "cutoff": 100},
            ],
        },
        "ps": before.digest,
        "cmd": "bidder:01/r-1",
    }


def test_a_refused_entry_says_why_and_what_would_be_valid():
    session = running(document(), "01")
    entry = session.ask("bidder:01", Bid(95))
    assert entry["type"] == "bid.refused"
    assert "cmd" not in entry
    assert entry["data"] == {
        "ask": {"amount": 95, "lot": None, "quantity": None, "stage": None, "slot": None},
        "reason": "BELOW_START",
        "detail": {"minimum": 100, "step": 10},
        "nearest": [100, 110],
    }


@pytest.mark.parametrize("ask", ASKS, ids=repr)
@pytest.mark.parametrize("actor", ["system", "staff:li", "approver:wang", "bidder:01"])
def test_every_question_makes_canonical_bytes_and_is_read_back_from_them(ask, actor):
    session = running(document("far_adjustment"), "01")
    command = Command(actor, ask, "ref_1-x")
    done = record(session.state, command, OPENS + 1, session.rule)
    assert done.body == canon.encode(done.entry)
    again: Any = canon.decode(done.body)
    assert again == done.entry
    assert command_of(again) == command
    assert evolve(session.state, again) == done.state
    assert same_request(again, command)
    assert not same_request(again, Command(actor, Exclude("02", "another")))


def test_a_stamp_never_goes_back():
    session = running(document(), "01")
    with pytest.raises(AssertionError):
        record(session.state, Command("system", Bell()), OPENS - 1, session.rule)


def test_a_reference_used_again_for_something_else_is_refused_and_keeps_its_first_answer():
    session = running(document(), "01", "02")
    first = session.ask("bidder:01", Bid(100), ref="r")
    count = len(session.entries)
    assert session.ask("bidder:01", Bid(100), OPENS + 9, ref="r") is first
    assert len(session.entries) == count
    other = session.ask("bidder:01", Bid(110), OPENS + 9, ref="r")
    assert (other["type"], other["by"]) == ("bid.refused", first["i"])
    assert other["data"]["reason"] == "REF_REUSED"
    assert other["data"]["detail"] == {"first": first["i"]}
    assert "cmd" not in other
    assert session.ask("bidder:01", Bid(100), OPENS + 10, ref="r") is first
    # Another bidder's `r` is another reference.
    assert outcome(session.ask("bidder:02", Bid(110), ref="r")) == "accepted"


def test_a_refusal_is_a_final_answer_too():
    session = running(document(), "01")
    first = session.ask("bidder:01", Bid(99), ref="r")
    assert outcome(first) == "BELOW_START"
    assert session.ask("bidder:01", Bid(99), ref="r") is first


def test_what_holds_no_request_is_not_judged_again():
    session = opened(document())
    with pytest.raises(ValueError, match="holds no request"):
        command_of(session.entries[0])


def test_folding_needs_no_rule_and_says_when_one_is_missing(monkeypatch):
    session = running(document(), "01")
    session.bid("01", 100)
    monkeypatch.setattr("auction_rules.registry.rules", lambda: ())
    state = replay(ORIGIN, session.bodies)
    assert state.terms is None
    assert state == session.state
    assert state.digest == session.state.digest
    with pytest.raises(UnknownRule):
        rule_of(state)
    monkeypatch.undo()
    terms = bind(state, rule_of(state)).terms
    assert terms.model_dump() == session.state.terms.model_dump()


def test_a_log_can_be_folded_without_its_beginning_being_bound():
    session = running(document(), "01")
    state = State(ORIGIN)
    for entry in session.entries:
        state = evolve(state, entry)
    assert state.digest == session.state.digest


def test_a_float_in_what_a_rule_answers_breaks_before_anything_is_written():
    session = running(document(), "01")

    class Careless(English):
        def judge(self, floor: Any, bidder: str, ask: Any, now: int) -> Any:
            answered: Any = super().judge(floor, bidder, ask, now)
            first = answered.facts[0]
            return Accept((replace(first, amount=float(first.amount)), *answered.facts[1:]))

    rule: Any = Careless()
    with pytest.raises(canon.CanonError, match="float"):
        record(session.state, Command("bidder:01", Bid(100)), session.now, rule)


SCENARIOS = Path(__file__).parents[3] / "examples" / "scenarios"


def test_a_refused_secret_is_written_down_as_its_hash_and_judged_again_the_same():
    run = next(iter(play(read(SCENARIOS / "draws/commit-reveal.yaml"))))
    entries: list[Any] = [canon.decode(body) for body in run.bodies]
    secrets = {hashlib.sha256(word).hexdigest() for word in (b"another word", b"centre word")}
    refused = {e["data"]["reason"]: e for e in entries if e["type"] == "draw_reveal.refused"}
    assert {"SECRET_DIFFERS", "REVEAL_TOO_EARLY", "ALREADY_ANSWERED", "NOT_A_PARTY"} <= set(refused)
    hashes = {f"sha256:{hashlib.sha256(one.encode()).hexdigest()}" for one in secrets}
    assert refused["SECRET_DIFFERS"]["data"]["ask"]["secret"] in hashes
    assert refused["REVEAL_TOO_EARLY"]["data"]["ask"]["secret"] in hashes
    mistyped = hashlib.sha256(b"another word").hexdigest().encode()
    assert not any(mistyped in body for body in run.bodies)
    assert rejudge(run.state.origin, entries).difference is None


def test_a_retry_of_a_refused_secret_is_the_same_request():
    asked = Command("staff:notary", DrawReveal("ab" * 32), "r1")
    state = running(document(), "01").state
    rule = rule_of(state)
    made = write(state, asked, state.t, rule)
    assert made.entry["type"] == "draw_reveal.refused"
    assert same_request(made.entry, asked)
    assert not same_request(made.entry, replace(asked, ask=DrawReveal("cd" * 32)))
    again = record(state, command_of(made.entry), state.t, rule)
    assert again.body == made.body


def test_the_stamp_of_another_door_is_read_back_and_judged_again():
    session = running(document(), "03")
    asked = Command("bidder:03", Bid(100_000), "a", received=OPENS)
    entry = session.write(asked, OPENS + 5)
    assert entry["data"]["received"] == OPENS
    assert command_of(entry) == asked
    # The time of the entry says as much: it is not written twice.
    entry = session.write(replace(asked, ref="b", received=OPENS + 6), OPENS + 6)
    assert "received" not in entry["data"]
