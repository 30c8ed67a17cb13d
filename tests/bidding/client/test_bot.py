from typing import Any, cast

import pytest

from bidding.client.bot import Bot
from bidding.client.seat import Seat


class Looked:
    """What a bot reads of a seat."""

    def __init__(self, **you) -> None:
        actions = {"ask": "bid", "minimum": 1_100, "quick": [1_100, 1_200], "blocked": None}
        actions |= you.pop("actions", {})
        self.you: Any = {"state": "outbid", **you, "actions": actions}
        self.room = {"start": 1_000, "step": 100, "status": "running"}


@pytest.mark.parametrize(
    ("looked", "wants"),
    [
        (Looked(), True),
        (Looked(state="leading"), False),
        (Looked(state="in"), False),
        (Looked(state="quoted"), False),
        (Looked(state="out"), True),
        (Looked(actions={"minimum": 1_300}), True),
        (Looked(actions={"minimum": 1_400}), False),
        (Looked(actions={"minimum": None}), False),
        (Looked(actions={"ask": None}), False),
        (Looked(actions={"blocked": {"reason": "SUSPENDED"}}), False),
        (Looked(actions={"ask": "confirm", "minimum": None}), True),
    ],
)
def test_it_wants_what_the_house_allows_and_its_purse_bears(looked, wants):
    seat = cast("Seat", looked)
    assert Bot(seat, (0, 0), (3, 3))._wants(seat) is wants  # start + 3 steps = 1,300


def test_without_a_panel_it_waits():
    looked = Looked()
    looked.you = None
    seat = cast("Seat", looked)
    assert Bot(seat, (0, 0), (3, 3))._wants(seat) is False
