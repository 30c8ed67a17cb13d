"""What must hold of any session, whatever broke on its way: RELIABILITY section 2.

Checked on a `History`: the log as it was left, and what everybody asked, was told and saw. It
knows neither the engine nor how the faults were made: the simulation and runs with real processes
share it. Each check has the number of its invariant; an empty answer means that all hold.

    history     what a run leaves to be judged
    record      S1 S4 S5 S8 S10 S12 S15-S17 S19-S22: of the log alone
    held        S2 S3 S7 S9 S11 S13 S14 S18: of what people hold against the log
    living      S6 L1-L6: of how long things took, where true times are known
"""

from __future__ import annotations

import orjson

from tests.invariants import held, living, record
from tests.invariants.history import History

CHECKS = (*record.CHECKS, *held.CHECKS, *living.CHECKS)


def broken(history: History) -> list[str]:
    """Every invariant that does not hold, with what was seen instead."""
    entries = [orjson.loads(body) for body in history.bodies]
    found = [f"the_log_is_whole: {what}" for what in record.the_log_is_whole(history, entries)]
    if any("S1 entry" in what or "S20" in what for what in found):
        return found  # nothing else can be asked of a log that cannot be folded
    for check in CHECKS:
        found += [f"{check.__name__}: {what}" for what in check(history, entries)]
    return found
