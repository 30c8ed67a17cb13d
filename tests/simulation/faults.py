"""What may go wrong in a run. Each seed first draws which kinds are on, and how strong."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from random import Random

from bidding.testing import SECOND

MS = SECOND // 1000


@dataclass(frozen=True)
class Faults:
    """Rates are one in so many, zero for never; times are microseconds. The default is a calm day."""

    crashes: int = 0
    """Falls of the node in a run; it comes back after up to `down`."""
    down: int = 0
    zombies: int = 0
    """Times that a second node takes over while the first goes on as if nothing were."""
    stalls: int = 0
    """Times that the whole loop stands still, timers included, for up to `stall`."""
    stall: int = 0
    early_stalls: int = 0
    """Times that it stands still for seconds in the one after a session resumed: after a fall, by
    itself, by an officer."""
    outages: int = 0
    """Times that the store answers nothing but errors, for up to `outage`."""
    outage: int = 0
    slow_spells: int = 0
    """Times that every commit takes `slow` longer, for some seconds."""
    slow: int = 0
    fails_before: int = 0
    """An append in so many breaks with nothing written."""
    fails_after: int = 0
    """An append in so many breaks though it was written."""
    lands_late: int = 0
    """An append in so many breaks, and arrives at the store seconds later."""
    lost_requests: int = 0
    lost_replies: int = 0
    doubled_requests: int = 0
    late_packets: int = 0
    """A packet in so many takes up to eight seconds."""
    lost_viewers: int = 0
    """A tick in so many is lost on its way to a viewer."""
    skew: int = 0
    """A node's clock is off by up to this much, newly drawn at each start."""
    steps: int = 0
    """Times that the wall clock of a node is stepped by minutes; it must not matter."""
    officers: int = 0
    """Officers' acts in each auction: suspensions, exclusions, now and then the end of it."""
    floods: int = 0
    """Times that forty requests arrive at one auction at once."""
    inbox: int = 0
    """How many requests a node keeps waiting for one auction; zero for as many as the product."""

    freezes: int = 0
    """Of several nodes: times that one of them stands still for up to `stall`."""
    cuts: int = 0
    """Times that no letter reaches one of them or leaves it, for some seconds."""
    partings: int = 0
    """Times that one of them cannot reach the store and its leases, for some seconds."""
    no_post: int = 0
    """Times that letters go nowhere, for up to `outage`."""
    leavings: int = 0
    """Times that one of them is drained and another comes."""
    lost_letters: int = 0
    """A letter in so many, as in the next two."""
    doubled_letters: int = 0
    late_letters: int = 0
    """Late by up to three seconds, so that others overtake it."""
    lost_leases: int = 0
    """Of so many answers of the leases one is lost, though what was asked is done."""

    def named(self) -> list[str]:
        """The kinds that are on."""
        return [f.name for f in fields(self) if getattr(self, f.name) and f.name not in _STRENGTHS]

    def without(self, name: str) -> Faults:
        """All but one kind: for finding the least that still fails."""
        return replace(self, **{name: 0})

    def told(self) -> str:
        """The kinds that are on, each with its figures."""
        strengths = {"crashes": "down", "stalls": "stall", "outages": "outage"}
        strengths["slow_spells"], strengths["freezes"], strengths["no_post"] = (
            "slow",
            "stall",
            "outage",
        )
        parts = []
        for name in self.named():
            of = strengths.get(name)
            more = "" if of is None else f" ({of} {getattr(self, of) / SECOND:g} s)"
            parts.append(f"{name} {getattr(self, name)}{more}")
        return ", ".join(parts) or "none"


#: How strong a kind is, where that is a field of its own: nothing happens by these alone.
_STRENGTHS = frozenset({"down", "stall", "outage", "slow"})


def drawn(rng: Random) -> Faults:
    """About half of all kinds, each at a strength of its own."""

    def maybe(*choices: int) -> int:
        return rng.choice(choices) if rng.random() < 0.5 else 0

    found = Faults(
        crashes=maybe(1, 2, 4),
        down=rng.choice((200 * MS, 2 * SECOND, 20 * SECOND)),
        zombies=maybe(1, 2),
        stalls=maybe(1, 3),
        stall=rng.choice((500 * MS, 9 * SECOND)),
        outages=maybe(1, 2),
        outage=rng.choice((500 * MS, 5 * SECOND, 15 * SECOND)),
        slow_spells=maybe(1, 2),
        slow=rng.choice((300 * MS, 1500 * MS, 6 * SECOND)),
        fails_before=maybe(20, 100),
        fails_after=maybe(20, 100),
        lands_late=maybe(50, 200),
        lost_requests=maybe(10, 30),
        lost_replies=maybe(10, 30),
        doubled_requests=maybe(10, 30),
        late_packets=maybe(10, 40),
        lost_viewers=maybe(20, 60),
        skew=maybe(20 * MS, 100 * MS),
        steps=maybe(1, 3),
        officers=maybe(1, 2),
        floods=maybe(1, 3),
        inbox=maybe(4, 20),
    )
    # Chances of its own: the rest of a run stays what its seed drew.
    own = Random(f"resumed {found}")
    return replace(found, early_stalls=own.choice((0, 0, 1, 3)))


def among_nodes(rng: Random) -> Faults:
    """What may go wrong where several nodes share a record: all but what only one node meets."""

    def maybe(*choices: int) -> int:
        return rng.choice(choices) if rng.random() < 0.5 else 0

    return replace(
        drawn(rng),
        zombies=0,
        stalls=0,
        early_stalls=0,
        floods=0,
        inbox=0,
        crashes=maybe(1, 2),
        outages=maybe(0, 1),
        slow_spells=maybe(0, 1),
        freezes=maybe(1, 2),
        cuts=maybe(1, 2),
        partings=maybe(1, 2),
        no_post=maybe(1, 2),
        leavings=maybe(1, 2),
        lost_letters=maybe(3, 30),
        doubled_letters=maybe(3, 30),
        late_letters=maybe(4, 30),
        lost_leases=maybe(10, 50),
    )
