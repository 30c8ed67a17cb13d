"""The film shows any entry, as any party saw it."""

import pytest

from replay.film import lines, room_at, state_at
from tests.replay.plays import first_run, opened, small


def test_state_at_every_entry() -> None:
    run = first_run(small())
    _, _, session = opened(run)
    for index in range(1, len(session.entries)):
        state = state_at(session.origin, session.entries, index - 1)
        assert state.digest == session.entries[index]["ps"]
    with pytest.raises(IndexError):
        state_at(session.origin, session.entries, len(session.entries))
    with pytest.raises(IndexError):
        state_at(session.origin, session.entries, -1)


def test_the_room_as_it_was() -> None:
    _, _, session = opened(first_run(small()))
    tops = [
        room_at(state_at(session.origin, session.entries, i), "public")["top"]
        for i in range(len(session.entries))
    ]
    shown = [top for n, top in enumerate(tops) if not n or top != tops[n - 1]]
    assert shown == [None, 10_000, 11_000, 15_000]


def test_one_line_an_entry_in_both_languages() -> None:
    _, _, session = opened(first_run(small()))
    for lang, word in (("zh", "竞得"), ("en", "won")):
        told = lines(session.origin, session.entries, lang)
        assert len(told) == len(session.entries)
        assert word in told[-1]
