"""What breaks in a round, drawn from its seed alone."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final, Literal, TypeAlias

Part: TypeAlias = Literal["node", "store", "letters", "way", "house"]

#: What it breaks; two faults of one round that overlap are never of one part.
KINDS: Final[dict[str, Part]] = {
    "node killed": "node",
    "node stopped": "node",
    "node drained": "node",
    "store promoted": "store",
    "store stopped": "store",
    "standby lost": "store",
    "letters killed": "letters",
    "letters stopped": "letters",
    "way to the store": "way",
    "way to the letters": "way",
    "way to the door": "way",
    "house killed": "house",
    "house stopped": "house",
    "disk full": "house",
    "write fails": "house",
    "fsync fails": "house",
    "fsync slow": "house",
    "clock jumps": "house",
}
_NODES: Final = [kind for kind, part in KINDS.items() if part != "house"]
_HOUSE: Final = [kind for kind, part in KINDS.items() if part == "house"]
_HOURS: Final = (-3600, -30, 5, 600, 3600)


@dataclass(frozen=True)
class Fault:
    """One thing that breaks, in milliseconds of the round."""

    kind: str
    at: int
    lasts: int
    writer: bool
    """It befalls the node that writes the auction; else another one."""
    cut: bool
    """A way that is cut refuses at once; else it is silent, and delivers late."""
    jump: int
    """Seconds by which the wall clock is off."""

    @property
    def part(self) -> Part:
        """What it breaks."""
        return KINDS[self.kind]

    @property
    def apart(self) -> str:
        """What of the stage is broken once at a time: of three nodes two are always whole."""
        return "node" if self.about_a_node else self.part

    def __str__(self) -> str:
        where = f" of {'the writer' if self.writer else 'another'}" if self.about_a_node else ""
        how = f", {'cut' if self.cut else 'silent'}" if self.part == "way" else ""
        off = f", {self.jump:+} s" if self.kind == "clock jumps" else ""
        return f"{self.kind}{where}{how}{off} at {self.at} ms for {self.lasts} ms"

    @property
    def about_a_node(self) -> bool:
        """It befalls one of the nodes rather than what they stand on."""
        return self.part in ("node", "way")


@dataclass(frozen=True)
class Plan:
    """One round."""

    seed: int
    faults: tuple[Fault, ...]
    bell: int | None
    """Seconds of bidding until the session ends by itself; None: an approver ends it."""

    @property
    def one_house(self) -> bool:
        """On the embedded store, not on several nodes."""
        return self.faults[0].part == "house"

    def __str__(self) -> str:
        end = "ended by hand" if self.bell is None else f"closes after {self.bell} s"
        return f"seed {self.seed}: {'; '.join(map(str, self.faults))}; {end}"


def drawn(seed: int, kinds: tuple[str, ...] = tuple(KINDS)) -> Plan:
    """The plan of a seed; `kinds` is what may break."""
    chance = Random(seed)
    nodes = [kind for kind in _NODES if kind in kinds]
    house = [kind for kind in _HOUSE if kind in kinds]
    # A house is started from nothing for its faults: fewer of them.
    pool = house if not nodes or (house and chance.random() < 0.2) else nodes
    first = _fault(chance, chance.choice(pool), chance.randrange(300, 1500))
    faults = [first]
    if chance.random() < 0.4:
        second = _fault(chance, chance.choice(pool), 0)
        low = first.at if first.apart != second.apart else first.at + first.lasts + 500
        faults.append(_fault(chance, second.kind, low + chance.randrange(1000)))
    return Plan(seed, tuple(faults), chance.randrange(3, 8) if chance.random() < 0.3 else None)


def _fault(chance: Random, kind: str, at: int) -> Fault:
    lasts = chance.randrange(500, 4500)
    writer, cut = chance.random() < 0.7, chance.random() < 0.5
    return Fault(kind, at, lasts, writer, cut, chance.choice(_HOURS))
