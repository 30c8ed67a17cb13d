"""When a silent line is tried, when it is left, and when silence means nothing."""

import asyncio

import pytest

from bidding.client import silence
from bidding.client.silence import Silence


class Line:
    """What was done to it; `answers` to being tried, or is silent."""

    def __init__(self, *, answers: bool) -> None:
        self.due, self.answers = True, answers
        self.tried = 0
        self.moved = asyncio.Event()
        self.left = False
        self.silence = Silence(lambda: self.due, self._attempt, self._leave)

    def _attempt(self) -> None:
        self.tried += 1
        self.moved.set()
        if self.answers:
            # An answer comes later than the call that asks for it.
            asyncio.get_running_loop().call_soon(self.silence.heard)

    def _leave(self) -> None:
        self.left = True
        self.moved.set()

    async def move(self) -> None:
        await asyncio.wait_for(self.moved.wait(), 10)
        self.moved.clear()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "QUIET", 0.01)


async def test_a_line_that_says_nothing_is_tried_and_then_left():
    line = Line(answers=False)
    line.silence.asked()
    await line.move()
    assert (line.tried, line.left) == (1, False)
    await line.move()
    assert (line.tried, line.left) == (1, True)


async def test_a_line_that_is_only_slow_with_its_answer_is_kept_and_tried_again_and_again():
    line = Line(answers=True)
    line.silence.asked()
    for _ in range(5):
        await line.move()
    assert (line.tried, line.left) == (5, False)
    line.silence.close()


async def test_where_no_answer_is_due_silence_means_nothing():
    line = Line(answers=False)
    line.due = False
    line.silence.asked()
    await asyncio.sleep(0.1)
    assert (line.tried, line.left) == (0, False)
    # Asked again later, it is listened to again.
    line.due = True
    line.silence.asked()
    await line.move()
    assert line.tried == 1
    line.silence.close()
