"""Whatever is asked of the core, and whatever arrives at the door's parser: an answer, never a fall.

Every kind of request, with fields of the right kind and of every size, under every rule that ships.
What cannot be written down is refused as that, and judged again to the same.
"""

from dataclasses import fields
from functools import cache
from types import NoneType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.floor import Bid
from auction_rules.registry import rules
from auction_rules.terms import SECOND
from bidding.core.commands import KINDS, Admit, Announce, Command, Deposit
from bidding.core.document import Document, least_deposit
from bidding.core.record import command_of, record, same_request
from bidding.core.writable import ASK_MAX, MARK
from bidding.proof import canon
from bidding.web import wire
from tests.bidding.core.session import Session, document, opened, outcome, running

BEYOND = 2**53
INTEGERS = st.one_of(
    st.integers(), st.sampled_from([0, -1, BEYOND - 1, BEYOND, -BEYOND, 2**64, 2**300])
)
WORDS = st.one_of(
    st.sampled_from(["", "01", "02", "P1", "timed", "\ud800", "x" * 70_000, "字" * 9_000, "\0"]),
    st.text(st.characters(), max_size=12),
)
PLAIN = st.recursive(
    st.none() | st.booleans() | INTEGERS | WORDS | st.floats(),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(WORDS, part, max_size=3),
    max_leaves=5,
)
ACTORS = st.sampled_from(["bidder:01", "bidder:99", "staff:li", "approver:wang", "system"])


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of the kind that a field is declared with, of any size."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        return st.lists(values(inner[0]), max_size=3).map(tuple)
    if inner and (origin is Union or NoneType in inner):
        return st.one_of(*(values(one) for one in inner))
    plain = {int: INTEGERS, str: WORDS, bool: st.booleans(), NoneType: st.none()}
    return plain[kind] if kind in plain else st.dictionaries(WORDS, PLAIN, max_size=3)


def asks() -> st.SearchStrategy[Any]:
    """Any request of any kind."""
    made = []
    for kind in KINDS.values():
        hints = get_type_hints(kind)
        made.append(st.builds(kind, **{f.name: values(hints[f.name]) for f in fields(kind)}))
    return st.one_of(*made)


@cache
def sessions() -> dict[str, Session]:
    """Of each rule that ships one session of its example, in its first stage."""
    found = {}
    for rule in rules():
        deposit = least_deposit(rule, rule.Config.model_validate(rule.example))
        doc = Document.model_validate(
            {
                "auction": "fuzz",
                "title": {"zh": "样例", "en": "Sample"},
                "rule": rule.name,
                "version": rule.version,
                "terms": rule.example,
                "deposit": deposit,
            }
        )
        session = opened(doc)
        lots = [lot.id for lot in rule.lots(session.state.terms)] if rule.own_lots else [None]
        session.ask("staff:li", Admit("01", lots[0]))
        if deposit:
            session.ask("staff:li", Deposit("01", deposit, 0, "bank-01"))
        at = session.due()
        if at is not None:
            session.until(at)
        found[rule.name] = session
    return found


@pytest.mark.parametrize("rule", sorted(rule.name for rule in rules()))
@given(actor=ACTORS, ask=asks(), later=st.integers(0, 9))
def test_every_request_has_an_entry_that_judges_itself_again(rule, actor, ask, later):
    session = sessions()[rule]
    state, command = session.state, Command(actor, ask, "r-1")
    made = record(state, command, state.t + later * SECOND, session.rule)
    assert len(made.body) <= 65_535
    entry: Any = canon.decode(made.body)
    again = record(state, command_of(entry), entry["t"], session.rule)
    assert again.body == made.body
    assert same_request(made.entry, command), "and a retry gets its answer"


@pytest.mark.parametrize("amount", [BEYOND, -BEYOND, 2**300])
def test_a_number_that_no_record_can_hold_is_refused_with_a_reason(amount):
    session = running(document(), "01")
    entry = session.ask("bidder:01", Bid(amount), ref="a")
    assert outcome(entry) == "NOT_WRITABLE"
    assert entry["data"]["ask"]["amount"].startswith(MARK)
    assert session.ask("bidder:01", Bid(amount), ref="a") is entry
    assert outcome(session.ask("bidder:01", Bid(amount + 1), ref="a")) == "REF_REUSED"
    assert session.bid("01", 100) == "accepted", "the next one is served as if nothing had been"


def test_the_greatest_number_of_the_record_is_judged_by_the_rule():
    session = running(document(), "01", "02")
    assert session.bid("01", BEYOND - 1) == "accepted"
    assert session.bid("02", BEYOND - 1) == "CAP_REACHED", "no step fits above it"


def test_a_text_is_taken_up_to_its_bound_and_refused_beyond_it():
    session = running(document(), "01")
    assert outcome(session.ask("staff:li", Announce("x" * 11_900, "x" * 11_900))) == "accepted"
    assert outcome(session.ask("staff:li", Announce("x" * ASK_MAX, "y"))) == "NOT_WRITABLE"


FRAMES = st.one_of(
    st.binary(max_size=200),
    PLAIN.filter(lambda part: not isinstance(part, float))
    .map(repr)
    .map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.builds(
        lambda kind, amount, ref, more: (
            b'{"type":"%s","amount":%s,"ref":%s%s}'
            % (
                kind.encode(),
                str(amount % 10**40).encode(),
                orjson.dumps(ref),
                b',"x":1' if more else b"",
            )
        ),
        st.sampled_from(["bid", "proxy", "stay", "time", "hello", "admit", "bell"]),
        st.integers(-(2**70), 2**70),
        st.text("abc-_/.", max_size=70),
        st.booleans(),
    ),
)


@given(raw=FRAMES)
def test_the_door_reads_a_frame_as_one_message_or_says_why_not(raw):
    try:
        message = wire.decode(raw)
    except wire.Malformed:
        return  # with a code that has its sentence: tests/bidding/web/test_wire.py
    if isinstance(message, wire.Signed):
        session = running(document(), "01")
        made = record(
            session.state, message.command("bidder:01", message.ask()), session.now, session.rule
        )
        assert made.entry["type"].endswith((".accepted", ".refused"))
        assert made.entry["data"].get("reason") != "NOT_WRITABLE", "the door lets no such thing in"
