from hypothesis import given
from hypothesis import strategies as st

from bidding.web import limits
from bidding.web.limits import Bucket, Meter, Rate


def test_a_burst_then_the_rate():
    bucket = Bucket(Rate(2, 3), now=0)
    assert [bucket.take(0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(0.4)
    assert bucket.take(0.5)
    assert not bucket.take(0.5)
    assert bucket.wait(0.5) == 0.5


@given(st.lists(st.floats(0, 2), max_size=60))
def test_never_more_than_the_burst_and_the_rate_allow(gaps):
    bucket, now, taken = Bucket(Rate(5, 10), 0), 0.0, 0
    for gap in gaps:
        now += gap
        taken += bucket.take(now)
        assert taken <= 10 + 5 * now + 1e-6


def test_keys_do_not_share():
    meter = Meter(Rate(1, 1), lambda: 0)
    assert meter.take("a")
    assert not meter.take("a")
    assert meter.take("b")
    assert meter.spent("a") == 1
    assert meter.spent("unknown") == 0


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(limits, "_REMEMBERED", 3)
    meter = Meter(Rate(1, 1), lambda: 0)
    for key in "abcd":
        meter.take(key)
    assert meter.take("a"), "the longest unused is forgotten and starts anew"
    assert not meter.take("d")
