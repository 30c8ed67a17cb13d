import json

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.canon import MAX_DEPTH, MAX_INT, CanonError, decode, encode, fast, sha256_b64
from tests.shared import own

CANON = own("canon")

keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
scalars = st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=30
)


@given(values)
def test_three_encoders_agree_inside_the_profile(value):
    assert encode(value) == fast(value) == rfc8785.dumps(value)


@given(values)
def test_decode_is_the_inverse(value):
    assert decode(encode(value)) == value


@given(values, st.data())
def test_any_other_json_spelling_is_refused(value, data):
    options = data.draw(
        st.sampled_from([{"indent": 1}, {"separators": (", ", ":")}, {"ensure_ascii": True}])
    )
    spelled = json.dumps(
        value, **{"separators": (",", ":"), "ensure_ascii": False, **options}
    ).encode()
    if spelled == encode(value):
        assert decode(spelled) == value
    else:
        with pytest.raises(CanonError):
            decode(spelled)


@given(st.binary(max_size=40))
def test_any_bytes_are_admitted_canonical_or_refused(raw):
    try:
        value = decode(raw)
    except CanonError:
        return
    assert encode(value) == raw


@given(values, st.data())
def test_a_flipped_bit_never_decodes_to_the_same_value(value, data):
    raw = bytearray(encode(value))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        other = decode(bytes(raw))
    except CanonError:
        return
    assert encode(other) == bytes(raw) != encode(value)


@pytest.mark.parametrize(("value", "text"), CANON["inside"])
def test_own_examples_inside(value, text):
    assert encode(value) == fast(value) == rfc8785.dumps(value) == text.encode()
    assert decode(text.encode()) == value


@pytest.mark.parametrize(("text", "why"), CANON["outside"])
def test_own_examples_outside(text, why):
    with pytest.raises(CanonError):
        decode(text.encode())


@pytest.mark.parametrize(
    "raw", [b"\xff", b'"\xed\xa0\x80"', b"\xef\xbb\xbf1", b'"\xc0\xaf"', b'"\x00"']
)
def test_bad_utf8_a_byte_order_mark_and_raw_controls_are_refused(raw):
    with pytest.raises(CanonError):
        decode(raw)


class Grade(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"lots": [{"price": 1}, {"price": 1.5}]}, "$.lots[1].price"),
        ({"a": {"B": 1}}, "$.a"),
        ({"a": {1: 1}}, "$.a"),
        ([0, "\ud800"], "$[1]"),
        ([MAX_INT + 1], "$[0]"),
        (float("nan"), "$"),
        (1.0, "$"),
        (b"bytes", "$"),
        ({"a": {1, 2}}, "$.a"),
        ([Grade("x")], "$[0]"),
        (({"t": object()},), "$[0].t"),
    ],
)
def test_a_refusal_names_the_place(value, path):
    with pytest.raises(CanonError) as told:
        encode(value)
    assert str(told.value).startswith(path + ": ")


@pytest.mark.parametrize("value", [MAX_INT + 1, "\ud800", object()])
def test_the_hot_path_refuses_what_it_sees(value):
    with pytest.raises(CanonError):
        fast([value])


def test_depth_is_bounded_and_a_bomb_is_a_refusal():
    value: object = 0
    for _ in range(MAX_DEPTH):
        value = [value]
    assert decode(encode(value)) == value
    with pytest.raises(CanonError):
        encode([value])
    for bomb in (b"[" * 100_000, b"[" * 900 + b"]" * 900, b'{"a":' * 900 + b"1" + b"}" * 900):
        with pytest.raises(CanonError):
            decode(bomb)
    circle: list[object] = []
    circle.append(circle)
    for encoder in (encode, fast):
        with pytest.raises(CanonError):
            encoder(circle)


def test_a_part_encoded_before_may_be_put_in():
    part = encode({"b": 1})
    assert fast({"a": orjson.Fragment(part)}) == encode({"a": {"b": 1}})


def test_tuples_are_arrays():
    assert encode((1, ("a",))) == b'[1,["a"]]'


def test_sha256_in_base64():
    assert sha256_b64(b"") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
