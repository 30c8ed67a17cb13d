"""Eligibility, waivers and phases over several lots: what a round leaves of them."""

import pytest

from auction_rules.facts import Noted, RoundOpened
from auction_rules.floor import Entrant, Floor, Standing
from auction_rules.rule import Refuse
from auction_rules.stages.lot_activity import Activity, Phase

PHASES = (Phase(1, 6_000), Phase(5, 8_000), Phase(9, 10_000))


def floor(round_=1, **notes):
    start = Floor(None, Standing(), {"A": Entrant("A")}, 1)
    noted = tuple(Noted(f"{key} A", value) for key, value in notes.items())
    return start.after((RoundOpened(round_, None, 0, 60),), 0).after(noted, 0)


@pytest.mark.parametrize(
    ("phase", "following", "quiet", "after"),
    [
        (1, 4, False, None),
        (1, 5, False, 2),
        (1, 9, False, 3),
        (1, 2, True, 2),
        # A quiet round calls the next phase; the round named does not call it again.
        (2, 5, False, None),
        (2, 5, True, 3),
        (3, 20, True, None),
    ],
)
def test_phases(phase, following, quiet, after):
    here = floor().after((Noted("phase", phase),), 0)
    told = Activity(480, PHASES).onward(here, following, quiet=quiet)
    assert told == (() if after is None else (Noted("phase", after),))
    assert Activity(480, PHASES).last_phase(here) == (phase == 3)


@pytest.mark.parametrize(
    ("used", "notes", "automatic", "told"),
    [
        # M15: 480 points at 60 % need 288.
        (288, {}, False, ()),
        (287, {}, False, (Noted("eligibility A", 478),)),
        (287, {}, True, (Noted("waivers A", 1),)),
        (287, {"waivers": 0}, True, (Noted("eligibility A", 478),)),
        # Asked for, a waiver is used whether it was needed or not.
        (287, {"waived": 7}, False, (Noted("waivers A", 1),)),
        (288, {"waived": 7}, False, (Noted("waivers A", 1),)),
        # That was another round.
        (287, {"waived": 6}, False, (Noted("eligibility A", 478),)),
        # Who left has what he is active on, and no waiver is used for him.
        (300, {"out": True}, True, (Noted("eligibility A", 300),)),
        (480, {"out": True}, True, ()),
        (0, {"eligibility": 0}, True, ()),
    ],
)
def test_what_is_kept(used, notes, automatic, told):
    activity = Activity(480, PHASES, waivers=2, automatic=automatic)
    assert activity.kept(floor(7, **notes), lambda _: used) == told


@pytest.mark.parametrize(
    ("notes", "act", "waive"),
    [
        ({}, None, None),
        ({"waivers": 0}, None, "NO_WAIVER_LEFT"),
        ({"waived": 7}, "ALREADY_ANSWERED", "ALREADY_ANSWERED"),
        ({"out": True}, "NO_RIGHT_IN_PHASE", "NO_RIGHT_IN_PHASE"),
        ({"eligibility": 0}, "NO_RIGHT_IN_PHASE", "NO_RIGHT_IN_PHASE"),
    ],
)
def test_who_may_act_and_who_may_waive(notes, act, waive):
    activity, here = Activity(480, PHASES, waivers=2), floor(7, **notes)
    assert activity.refused(here, "A") == (Refuse(act) if act else None)
    assert activity.waiver_refused(here, "A") == (Refuse(waive) if waive else None)
