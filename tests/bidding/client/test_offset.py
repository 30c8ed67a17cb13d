import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.client.offset import Offset


def test_nothing_measured_is_no_offset():
    offset = Offset()
    assert (offset.known, offset.microseconds, offset.error) == (False, 0, None)


@pytest.mark.parametrize(("there", "back"), [(0, 0), (100, 100), (50_000, 50_000)])
def test_a_way_as_long_there_as_back_gives_the_offset_exactly(there, back):
    offset = Offset()
    sample = offset.add(
        1_000, 1_000 + there + 7_000_000, 1_200 + there + 7_000_000, 1_200 + there + back
    )
    assert sample.offset == offset.microseconds == 7_000_000
    assert sample.delay == there + back


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=30),
)
def test_the_error_it_states_holds(true_offset, ways):
    offset, own = Offset(), 0
    for there, back in ways:
        received = own + there + true_offset
        offset.add(own, received, received, own + there + back)
        own += there + back + 1
    # The median of the best three of the last ten: no worse than the third best way allows.
    delays = sorted(there + back for there, back in ways[-10:])
    worst = delays[min(2, len(delays) - 1)]
    assert abs(offset.microseconds - true_offset) <= worst // 2 + 1
    assert offset.error == delays[0] // 2
