"""What a course says of a session that was suspended: why its end moved, and which price counts."""

from pathlib import Path

from auction_rules.registry import find
from bidding.core import said
from bidding.core.record import replay as fold
from bidding.core.state import evolve
from bidding.proof import canon
from replay.course import Course
from replay.play import play
from replay.scenario import read

FUJIAN = Path(__file__).parents[2] / "examples/scenarios/land_listing/fujian-last-hour.yaml"


def course(variant: str) -> Course:
    run = next(run for run in play(read(FUJIAN)) if run.name.endswith(variant))
    state = fold(run.state.origin, run.bodies[:1])
    found = Course(find("land_listing"), state.terms)
    for body in run.bodies[1:]:
        entry = canon.decode(body)
        assert isinstance(entry, dict)
        after = evolve(state, entry)
        found.tell(entry, state, after)
        state = after
    return found


def test_time_given_back_is_no_new_round():
    assert course("resumed-in-preparation").moves[-1].why == said.why_moved("resumed")


def test_the_named_price_counts_until_somebody_offers():
    # In units of a thousand: the listing, the price that the auction is announced at, its offers.
    found = course("resumed-in-the-auction")
    assert [price.amount for price in found.prices] == [20000, 20255, 20500, 20600, 20855, 20955]
