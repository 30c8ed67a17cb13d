"""Which worker runs which test file, where several run beside each other.

What waits for real seconds (servers, browsers, clocks) leaves a core idle most of its time; what
only computes keeps one busy to the end. Each has lanes of its own, so that both cores have work
from the first minute to the last, and the computing lanes give way (nice) so that what is timed
closely is not late for them. A lane whose own files are done takes of the others'.

What it is not: a judge. Every file runs on some worker, all its tests in order; a server is started
once for them.
"""

from __future__ import annotations

import os
from typing import Final

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

TIMED: Final = {
    "tests/faults/": 25,
    "tests/bench/": 18,
    "tests/browser/": 8,
    "tests/cluster/": 5,
    "tests/deploy/": 5,
    "tests/docs/": 5,
    "tests/doors/": 3,
    "tests/bidding/adapters/": 1,
    "tests/bidding/web/": 1,
}
"""Folders that wait for real time, with the seconds one test of them takes, more or less."""

_TIMED_LANES: Final = 3
_GIVE_WAY: Final = 10
"""How nice a computing lane is: about a tenth of the share of a lane that is timed."""


class Lanes(LoadFileScheduling):  # type: ignore[misc]  # xdist says nothing of its types
    """By file, the longest first; the first workers take what is timed, the others the rest."""

    def mark_test_complete(
        self, node: WorkerController, item_index: int, duration: float = 0
    ) -> None:
        """Forgets a file once its last test is done: else every test is counted again each time."""
        super().mark_test_complete(node, item_index, duration)
        work = self.assigned_work[node]
        for scope in [scope for scope, tests in work.items() if all(tests.values())]:
            del work[scope]

    def _assign_work_unit(self, node: WorkerController) -> None:
        timed = is_timed_lane(node.gateway.id)
        self.workqueue.move_to_end(
            max(self.workqueue, key=lambda scope: self._wish(scope, timed=timed)), last=False
        )
        super()._assign_work_unit(node)

    def _wish(self, scope: str, *, timed: bool) -> tuple[bool, int]:
        each = _seconds(scope)
        return (each > 0) == timed, len(self.workqueue[scope]) * (each or 1)


def is_timed_lane(worker: str) -> bool:
    """Whether this worker ("gw0" and so on) is one of those for what waits."""
    return int(worker.removeprefix("gw")) < _TIMED_LANES


def give_way() -> None:
    """Called in a worker as it starts: a computing lane lets the timed ones go first."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None and not is_timed_lane(worker):
        os.nice(_GIVE_WAY)


def _seconds(scope: str) -> int:
    return next((each for folder, each in TIMED.items() if scope.startswith(folder)), 0)
