"""What may be asked: its JSON, its asker, its key."""

from dataclasses import fields

import pytest

from bidding.core.commands import (
    IDENTIFIER,
    KINDS,
    Command,
    ask_from_json,
    ask_to_json,
    kind_of,
)
from bidding.proof import canon
from tests.bidding.core.session import ASKS


def test_there_is_an_example_of_every_question():
    assert {kind_of(ask) for ask in ASKS} == KINDS.keys()


@pytest.mark.parametrize("ask", ASKS, ids=repr)
def test_a_question_comes_back_from_its_bytes(ask):
    plain = ask_to_json(ask)
    assert plain.keys() == {f.name for f in fields(ask)}
    raw = canon.decode(canon.encode(plain))
    assert isinstance(raw, dict)
    assert ask_from_json(kind_of(ask), raw) == ask


@pytest.mark.parametrize("ask", ASKS, ids=repr)
def test_neither_more_nor_less_than_its_fields_is_read(ask):
    kind, plain = kind_of(ask), ask_to_json(ask)
    with pytest.raises(ValueError, match="has fields"):
        ask_from_json(kind, plain | {"colour": "red"})
    for name in plain:
        with pytest.raises(ValueError, match="has fields"):
            ask_from_json(kind, {k: v for k, v in plain.items() if k != name})


def test_a_question_nobody_knows_is_named():
    with pytest.raises(ValueError, match="'dance'"):
        ask_from_json("dance", {})


@pytest.mark.parametrize(
    ("actor", "role", "bidder"),
    [
        ("system", "system", None),
        ("staff:li", "staff", None),
        ("approver:wang", "approver", None),
        ("bidder:03", "bidder", "03"),
        ("bidder:", "bidder", ""),
        ("bidders:03", "bidders", None),
    ],
)
def test_who_asks_is_read_from_the_actor(actor, role, bidder):
    command = Command(actor, ASKS[0])
    assert (command.role, command.bidder) == (role, bidder)


def test_no_asker_can_take_another_s_reference():
    keys = {
        Command(actor, ASKS[0], ref).key
        for actor in ("bidder:1", "bidder:11", "staff:1")
        for ref in ("1", "11")
    }
    assert len(keys) == 6
    assert Command("bidder:1", ASKS[0]).key is None


@pytest.mark.parametrize(
    ("name", "good"),
    [("03", True), ("a_B-9", True), ("x" * 32, True), ("x" * 33, False)]
    + [(name, False) for name in ("", "\uff10\uff13", "a b", "a/b", "a:b", "03\n", "李")],
)
def test_numbers_on_the_floor_are_ascii(name, good):
    assert bool(IDENTIFIER.fullmatch(name)) is good
