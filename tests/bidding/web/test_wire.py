import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from bidding.web import wire


def test_a_bid_is_read_with_everything_it_may_carry():
    message = wire.decode(
        b'{"type":"bid","ref":"r-1_A","amount":5,"lot":"P1","quantity":2,"stage":"timed"}'
    )
    assert message == wire.Bid(
        type="bid", ref="r-1_A", amount=5, lot="P1", quantity=2, stage="timed"
    )


def test_what_is_left_out_is_null():
    message = wire.decode(b'{"type":"bid","ref":"r","amount":-5}')
    assert message == wire.Bid(type="bid", ref="r", amount=-5)


def test_hello_carries_cursors_by_channel():
    raw = {
        "type": "hello",
        "v": 1,
        "auction": "a",
        "csrf": None,
        "cursors": {"public": 3, "bidder:07": 0},
    }
    message = wire.decode(json.dumps(raw).encode())
    assert isinstance(message, wire.Hello)
    assert message.cursors == {"public": 3, "bidder:07": 0}


@pytest.mark.parametrize(
    "cursors",
    [
        {"private": 1},
        {"public": -1},
        {"public": "1"},
        {"bidder:": 1},
        {"bidder:a b": 1},
        {str(n): 1 for n in range(9)},
    ],
)
def test_cursors_of_no_channel_are_refused(cursors):
    raw = {"type": "hello", "v": 1, "auction": "a", "cursors": cursors}
    with pytest.raises(wire.Malformed) as wrong:
        wire.decode(json.dumps(raw).encode())
    assert wrong.value.code == "BAD_FIELDS"


def test_an_error_names_the_field_and_the_reference_but_repeats_nothing_sent():
    with pytest.raises(wire.Malformed) as wrong:
        wire.decode(b'{"type":"bid","ref":"mine","amount":"secret"}')
    assert wrong.value.ref == "mine"
    assert [f.path for f in wrong.value.fields] == ["amount"]
    sent = wire.error(wrong.value.code, wrong.value.ref, wrong.value.fields)
    assert b"secret" not in sent
    wire.Error.model_validate_json(sent)


@given(
    st.binary(max_size=300)
    | st.dictionaries(st.text(max_size=8), st.integers() | st.text()).map(
        lambda d: json.dumps(d).encode()
    )
)
def test_any_frame_is_a_message_or_malformed(raw):
    try:
        assert isinstance(wire.decode(raw), wire.CLIENT_MESSAGES)
    except wire.Malformed as wrong:
        wire.Error.model_validate_json(wire.error(wrong.code, wrong.ref, wrong.fields))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_a_frame_is_what_an_independent_reader_takes_for_one(size):
    payload = b"x" * size
    reader = StreamReader()
    reader.feed_data(wire.frame(payload))
    parse = Frame.parse(reader.read_exact, mask=False, max_size=2**20)
    with pytest.raises(StopIteration) as done:
        next(parse)
    frame = done.value.value
    assert (frame.opcode, bytes(frame.data), frame.fin) == (Opcode.TEXT, payload, True)


def test_every_close_code_says_why_in_a_control_frame():
    assert set(wire.CLOSE) == {1001, 1009, 4400, 4401, 4403, 4404, 4408, 4409, 4429, 4503}
    assert all(len(why.encode()) <= 120 for why in wire.CLOSE.values())
