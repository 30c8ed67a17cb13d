"""Which worker takes which file: what waits has lanes of its own, and no lane is idle."""

from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.lanes import TIMED, Lanes, is_timed_lane

ROOT = Path(__file__).parents[2]


FILES = {
    "tests/browser/test_room.py": 20,
    "tests/doors/test_operator.py": 16,
    "tests/auction_rules/test_terms.py": 197,
    "tests/replay/test_play.py": 207,
}


class Worker:
    """A worker as the scheduler sees it: it is sent the numbers of its tests."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.sent: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        self.sent += indices

    def shutdown(self) -> None:
        self.shutting_down = True


@pytest.fixture
def lanes() -> Lanes:
    scheduler = Lanes(SimpleNamespace(getvalue=lambda _: ["5*popen"]))
    scheduler.workqueue = OrderedDict(
        (file, {f"{file}::test_{n}": False for n in range(many)}) for file, many in FILES.items()
    )
    return scheduler


def taken(lanes: Lanes, worker: Any) -> str:
    lanes.registered_collections[worker] = [
        f"{file}::test_{n}" for file, many in FILES.items() for n in range(many)
    ]
    lanes._assign_work_unit(worker)
    return list(lanes.assigned_work[worker])[-1]


def test_each_lane_takes_its_own_the_longest_first(lanes: Lanes) -> None:
    waits, computes = Worker("gw0"), Worker("gw4")
    assert taken(lanes, waits) == "tests/browser/test_room.py"
    assert taken(lanes, computes) == "tests/replay/test_play.py"
    assert taken(lanes, computes) == "tests/auction_rules/test_terms.py"
    # Nothing of its own is left.
    assert taken(lanes, computes) == "tests/doors/test_operator.py"


def test_a_file_that_is_done_is_not_counted_again(lanes: Lanes) -> None:
    worker: Any = Worker("gw3")
    file = taken(lanes, worker)
    every = lanes.registered_collections[worker]
    own = [n for n, name in enumerate(every) if name.startswith(file)]
    assert worker.sent == own
    for n in own[:-1]:
        lanes.mark_test_complete(worker, n)
    assert file in lanes.assigned_work[worker]
    lanes.mark_test_complete(worker, own[-1])
    assert file not in lanes.assigned_work[worker]


def test_three_workers_are_for_what_waits() -> None:
    assert [is_timed_lane(f"gw{n}") for n in range(5)] == [True, True, True, False, False]


def test_every_folder_that_waits_is_there() -> None:
    assert [folder for folder in TIMED if not (ROOT / folder).is_dir()] == []
