"""The state: nothing in it escapes its digest, and nothing follows that cannot."""

from dataclasses import fields, replace
from typing import Any

import pytest

from auction_rules.facts import Awarded
from auction_rules.floor import Chance, Entrant, Offer, SealedOffer, Standing
from bidding.core import house_facts as h
from bidding.core.commands import Command, Suspend
from bidding.core.house_facts import KeyEnrolled
from bidding.core.record import open_session, record, replay
from bidding.core.state import BadEntry, Person, State, evolve
from bidding.proof import canon
from tests.bidding.core.session import OPENS, ORIGIN, T0, document, running

OFFER = Offer("01", "P1", 100, 30, 5, 7)
AWARD = Awarded("01", "P1", 100, 30, 3_000)
PERSON = Person(Entrant("01", "P1", 1), "d2hv", 500, deposit_ok=True, bank_refs=("b",))

SEALED = SealedOffer("01", "P1", "c", "b", 2, ("s", "s"), 5, 3)

CHANCE = Chance(round=2)

STANDING_CHANGES: dict[str, Any] = {
    "stage": "timed",
    "kind": "timed",
    "opens": 1,
    "closes": 1,
    "offers": {"01": OFFER},
    "leaders": ("01",),
    "cutoff": 1,
    "entitled": (),
    "answers": {"01": True},
    "extensions": 1,
    "extended": 1,
    "acted": 1,
    "revealed": ("offers",),
    "awards": (AWARD,),
    "unsold": "NO_BID",
    "closed": True,
    "notes": {"round": 1},
    "round": 1,
    "price": 1,
    "pool": (),
    "order": ("01",),
    "reserves": {"li": "c"},
    "reserve_amounts": {"li": 1},
    "scores": {"li/01": 1},
    "proxy_times": {"01": (1, 1)},
    "withdrawn": {"01": "revoked"},
    "sealed": {"01": SEALED},
    "trustee_keys": {"T1": "k"},
    "chance": CHANCE,
}
PROPOSED = h.Proposed("extend", "staff:li", {"seconds": 60, "reason": "x"})
STATE_CHANGES: dict[str, Any] = {
    "origin": "elsewhere.example/log",
    "index": 1,
    "t": 1,
    "document": {"sha256": "00"},
    "people": {"01": PERSON},
    "suspended": h.Suspended(1, "x"),
    "resuming": h.Resuming(2, "x"),
    "ended": "voided",
    "proposals": {4: PROPOSED},
    "given": 60,
    "on_behalf": (5,),
    "after": (h.Concluded("reviewed", "staff:li", None, None, "x"),),
    "sealed_guarantees": {"c2VhbGVk": 7},
}
SECRET = {"proxies"}  # a limit is told by the entry that set it, never by a digest
NOT_ITS_OWN = {
    "entrants",  # read from people
    "after_at",  # places and hours of `after`, from the entries themselves
    "exclusions",  # words and hours of what `people` says
    "why_ended",  # words of what `ended` says
    "standing",  # each field below
    "terms",  # read from the document
}


def test_the_table_names_every_field():
    assert STANDING_CHANGES.keys() | SECRET == {f.name for f in fields(Standing)}
    assert STATE_CHANGES.keys() | NOT_ITS_OWN == {f.name for f in fields(State)}


def _digests(states):
    return {state.digest for state in states}


def test_every_field_of_the_state_changes_its_digest():
    plain = State(ORIGIN)
    changed = [replace(plain, **{name: value}) for name, value in STATE_CHANGES.items()]
    assert len(_digests([plain, *changed])) == len(STATE_CHANGES) + 1


def test_every_field_of_the_floor_changes_the_digest():
    plain = State(ORIGIN)
    changed = [
        replace(plain, standing=replace(Standing(), **{name: value}))
        for name, value in STANDING_CHANGES.items()
    ]
    assert len(_digests([plain, *changed])) == len(STANDING_CHANGES) + 1


def test_a_digest_cannot_be_tried_for_a_limit():
    one, other = (Standing(proxies={"01": limit}, proxy_times={"01": (3, 5)}) for limit in (1, 2))
    assert State(ORIGIN, standing=one).digest == State(ORIGIN, standing=other).digest


@pytest.mark.parametrize(
    ("value", "into"),
    [
        (OFFER, lambda offer: Standing(offers={"01": offer})),
        (AWARD, lambda award: Standing(awards=(award,))),
        (SEALED, lambda sealed: Standing(sealed={"01": sealed})),
    ],
    ids=["offer", "award", "sealed"],
)
def test_every_field_of_an_offer_and_an_award_changes_the_digest(value, into):
    changed = [
        replace(value, **{f.name: "x" if isinstance(getattr(value, f.name), str) else 99})
        for f in fields(value)
    ]
    states = [State(ORIGIN, standing=into(one)) for one in [value, *changed]]
    assert len(_digests(states)) == len(fields(value)) + 1


def test_whatever_came_in_for_a_draw_changes_the_digest():
    changed = [
        replace(CHANCE, what="LOT-01"),
        replace(CHANCE, round=1),
        replace(CHANCE, at=1),
        replace(CHANCE, commits={"li": "c"}),
        replace(CHANCE, revealing=True),
        replace(CHANCE, reveals={"li": "c"}),
        replace(CHANCE, typed={"li": ("c",)}),
    ]
    states = [State(ORIGIN, standing=Standing(chance=one)) for one in [CHANCE, *changed]]
    assert len(changed) == len(fields(Chance))
    assert len(_digests(states)) == len(changed) + 1
    # Sessions without any of it keep the digests they always had.
    assert State(ORIGIN).digest == State(ORIGIN, standing=Standing(chance=Chance())).digest


def test_every_field_of_a_person_changes_the_digest():
    changed = [
        replace(PERSON, entrant=Entrant("02", "P1", 1)),
        replace(PERSON, entrant=Entrant("01", "P2", 1)),
        replace(PERSON, entrant=Entrant("01", "P1", 2)),
        replace(PERSON, who=None),
        replace(PERSON, paid=501),
        replace(PERSON, out=1),
        replace(PERSON, guaranteed=1),
        replace(PERSON, deposit_ok=False),
        replace(PERSON, entrant=Entrant("01", "P1", 1, excluded=True)),
        replace(PERSON, bank_refs=("b", "c")),
        replace(PERSON, keys=(KeyEnrolled("01", "k", "ed25519", "cA=="),)),
    ]
    states = [State(ORIGIN, people={"01": person}) for person in [PERSON, *changed]]
    assert len(changed) == len(fields(Person)) - 1 + len(fields(Entrant))
    assert len(_digests(states)) == len(changed) + 1


def test_the_digest_does_not_depend_on_the_order_of_arrival_in_a_mapping():
    other = replace(OFFER, bidder="02", i=8)
    one = State(ORIGIN, standing=Standing(offers={"01": OFFER, "02": other}))
    two = State(ORIGIN, standing=Standing(offers={"02": other, "01": OFFER}))
    assert one.digest == two.digest


def _entry(session, **changes):
    done = record(session.state, Command("staff:li", Suspend("停电")), session.now, session.rule)
    return {**done.entry, **changes}


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"i": 1}, "cannot follow"),
        ({"i": 99}, "cannot follow"),
        ({"log": "elsewhere"}, "cannot follow"),
        ({"v": 2}, "cannot follow"),
        ({"t": OPENS - 1}, "time goes back"),
        ({"ps": "AAAA"}, "another digest"),
        ({"ps": None}, "another digest"),
    ],
)
def test_what_cannot_follow_is_refused(changes, match):
    session = running(document(), "01")
    assert evolve(session.state, _entry(session)).status == "suspended"
    with pytest.raises(BadEntry, match=match):
        evolve(session.state, _entry(session, **changes))


def test_time_may_stand_still():
    session = running(document(), "01")
    assert session.now == session.state.t == OPENS
    assert evolve(session.state, _entry(session, t=OPENS)).t == OPENS


def test_a_log_begins_with_its_document():
    session = running(document(), "01")
    with pytest.raises(BadEntry, match=r"begins with session\.opened"):
        evolve(State(ORIGIN), {**session.entries[1], "i": 0})


def test_a_document_under_another_hash_is_refused():
    entry = open_session(ORIGIN, document(), T0, "staff:li", "approver:wang").entry
    data = entry["data"]
    terms = {**data["document"]["terms"], "start_price": 1}
    forged = {**data, "document": {**data["document"], "terms": terms}}
    evolve(State(ORIGIN), entry)
    with pytest.raises(BadEntry, match="SHA-256"):
        evolve(State(ORIGIN), {**entry, "data": forged})


@pytest.mark.parametrize(
    "fact",
    [
        {"fact": "miracle"},
        {"bidder": "01"},
        {"fact": "closed", "why": "x"},
        {"fact": "resumed"},
    ],
)
def test_a_fact_that_is_not_of_the_closed_set_stops_the_reader(fact):
    session = running(document(), "01")
    entry = _entry(session)
    with pytest.raises(ValueError, match="fact"):
        evolve(session.state, {**entry, "data": {**entry["data"], "facts": [fact]}})


def test_a_changed_word_in_the_log_is_found_at_the_entry_after_it():
    session = running(document(), "01", "02")
    session.bid("01", 100)
    session.bid("02", 120)
    session.bid("01", 130)
    assert replay(ORIGIN, session.bodies) == session.state
    where = next(n for n, body in enumerate(session.bodies) if b'"amount":120' in body)
    forged = list(session.bodies)
    forged[where] = forged[where].replace(b'"amount":120', b'"amount":121')
    assert replay(ORIGIN, forged[: where + 1]).index == where + 1
    with pytest.raises(BadEntry, match="the state before it has another digest"):
        replay(ORIGIN, forged[: where + 2])
    for torn in (forged[:where] + forged[where + 1 :], [*session.bodies, session.bodies[-1]]):
        with pytest.raises(BadEntry, match="cannot follow"):
            replay(ORIGIN, torn)
    with pytest.raises(canon.CanonError):
        replay(ORIGIN, [b" " + session.bodies[0]])


def test_an_empty_log_is_an_empty_state():
    assert replay(ORIGIN, []) == State(ORIGIN)
