"""What the house records first on an auction that it found in the middle of something.

It goes by when the house was surely up, who had the auction until then, and whether its rule is
still the approved one. What an interruption means is told by the document (`core.downtime`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from auction_rules.registry import source_sha256
from bidding.core import said
from bidding.core.commands import Command, Resume, Suspend
from bidding.core.downtime import recovered, too_long
from bidding.core.record import due, rule_of
from bidding.core.state import State
from bidding.engine.ports import Instant
from bidding.engine.pulse import INTERRUPTED, QUICK
from bidding.engine.seats import OVER, Seat, earliest

_log = logging.getLogger(__name__)


def waits(state: State, now: Instant) -> Instant:
    """How long a session has stood that the house stopped and may not resume by itself; zero for none.

    Nobody has decided about it. What an officer stopped waits for nobody to notice it.
    """
    stopped = state.suspended
    if state.status != "suspended" or stopped is None or state.resuming is not None:
        return 0
    by_itself = stopped.reason == INTERRUPTED and not too_long(state, stopped.since, now)
    return now - stopped.since if said.of_the_house(stopped.reason) and not by_itself else 0


def contingency(
    seat: Seat, state: State, at: Instant, last_beat: Instant | None
) -> Sequence[Command]:
    """The commands with which the auction goes on, or waits; `seat` notes from when on time is lost.

    `at` is now; `last_beat` is when the house was up last before it went down, if that is known.
    """
    rule, now = rule_of(state), max(at, state.t)
    up = seat.up_until if seat.up_until is not None else last_beat
    if (grant := seat.grant) is not None:
        up = grant.served
    if seat.lost_from is not None:
        # What was to be said of an earlier loss broke on its way: it is not forgotten.
        up = earliest(up, seat.lost_from)
    since = min(max(state.t, up or state.t), now)
    first = recovered(state, due(state, rule), since, now)
    approved = state.document["rule_sha256"]
    if state.status not in OVER and approved != source_sha256(rule):
        _log.critical("%s: the rule's source is not the approved %s", state.origin, approved)
    if not first:
        seat.lost_from = None
        return ()
    handed = grant is not None and grant.handed and seat.lost_from is None
    seat.lost_from = since
    if state.status == "running" and approved != source_sha256(rule):
        return (Command("system", Suspend("RULE_CHANGED", since)),)
    if seat.failures > 1:
        _log.critical("%s broke twice in a row and stays suspended", seat.origin)
        return (Command("system", Suspend("RECOVERY_FAILED", since)),)
    if handed and now - since <= QUICK:
        seat.lost_from = None  # handed over by its last owner, who left nothing undecided
        return ()
    if not any(isinstance(command.ask, Resume) for command in first):
        _log.warning("%s stays suspended: nobody could be served for too long", state.origin)
    return first
