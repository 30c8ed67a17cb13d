"""A bidder hears how far his own requests are proved, and nothing of anybody else's."""

import json

import pytest

from bidding.engine.progress import Progress


def told(progress, bidder):
    frame = progress.frame(bidder)
    return frame and {k: v for k, v in json.loads(frame).items() if k != "type"}


def entry(i, actor):
    return {"i": i, "actor": actor}


def test_numbers_are_of_own_entries_only():
    progress = Progress({}, quorum=True)
    progress.took([entry(3, "bidder:07"), entry(4, "bidder:08"), entry(9, "bidder:07")])
    assert told(progress, "07") == {"signed": 10, "witnessed": 0}
    progress.witnessed(7)
    # Seven are witnessed in all; of his own, the one at index 3.
    assert told(progress, "07") == {"signed": 10, "witnessed": 4}
    assert told(progress, "08") == {"signed": 5, "witnessed": 5}
    progress.witnessed(10)
    assert told(progress, "07") == {"signed": 10, "witnessed": 10}


@pytest.mark.parametrize("actor", ["staff:07", "system", "approver:07"])
def test_others_have_no_progress(actor):
    progress = Progress({f"{actor}/a": 1}, quorum=True)
    progress.took([entry(3, actor)])
    assert progress.frame("07") is None


def test_without_a_quorum_nothing_is_ever_called_witnessed():
    progress = Progress({}, quorum=False)
    progress.took([entry(3, "bidder:07")])
    progress.witnessed(9)
    assert told(progress, "07") == {"signed": 4, "witnessed": None}


def test_after_a_restart_it_goes_on_from_the_record():
    progress = Progress({"bidder:07/b": 6, "staff:li/x": 7, "bidder:07/a": 2}, quorum=True)
    progress.witnessed(5)
    assert told(progress, "07") == {"signed": 7, "witnessed": 3}


def test_memory_is_bounded_and_the_end_is_still_told():
    progress = Progress({}, quorum=True)
    progress.took(entry(i, "bidder:07") for i in range(1000))
    progress.witnessed(1000)
    assert told(progress, "07") == {"signed": 1000, "witnessed": 1000}
    assert progress._own["07"].waiting.maxlen == 256
