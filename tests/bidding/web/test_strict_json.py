import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.web.strict_json import MAX_DEPTH, MAX_INT, NotStrict, read

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((depth(each) for each in inner), default=0)


@given(plain)
def test_what_is_plain_comes_through_unchanged(value):
    raw = json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
    if depth(value) <= MAX_DEPTH:
        assert read(raw) == value


@given(plain.filter(lambda v: isinstance(v, dict) and v))
def test_a_key_given_twice_is_never_read(value):
    inside = json.dumps(value)[1:-1]
    with pytest.raises(NotStrict):
        read(f"{{{inside},{inside}}}".encode())


@given(st.floats())
def test_no_float_is_ever_read(value):
    with pytest.raises(NotStrict) as no:
        read(json.dumps([value]).encode())
    assert no.value.code == "BAD_NUMBER"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_reason(raw):
    code = None
    try:
        read(raw)
    except NotStrict as no:
        code = no.code
    assert code in (None, "BAD_UTF8", "BAD_JSON", "BAD_NUMBER", "DUPLICATE_KEY", "TOO_DEEP")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (str(MAX_INT).encode(), None),
        (str(-MAX_INT).encode(), None),
        (str(MAX_INT + 1).encode(), "BAD_NUMBER"),
        (str(-MAX_INT - 1).encode(), "BAD_NUMBER"),
        (b"9" * 100_000, "BAD_NUMBER"),
        (b"-0", None),
        (b"01", "BAD_JSON"),
        (b"+1", "BAD_JSON"),
        (b"\xef\xbb\xbf1", "BAD_JSON"),
        (b'"\\ud800"', "BAD_UTF8"),
        (b'{"\\udfff":1}', "BAD_UTF8"),
        (b'"\xed\xa0\x80"', "BAD_UTF8"),
        (b'"\\ud83d\\ude00"', None),
        ("１".encode(), "BAD_JSON"),
        (b"[" * 100_000, "TOO_DEEP"),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "TOO_DEEP"),
    ],
)
def test_edges(raw, code):
    if code is None:
        read(raw)
        return
    with pytest.raises(NotStrict) as no:
        read(raw)
    assert no.value.code == code
