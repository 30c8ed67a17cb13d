"""What the door's handlers are given: one value, made once, found in the application.

No container and no global: a handler gets a `Call`, the call has the `Door`, and the door has
the house, the register and the limits.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bidding.engine.bidders import BidderBook
from bidding.engine.house import House
from bidding.engine.identity import Passwords, Registry
from bidding.engine.money import MoneyBook
from bidding.engine.oversight import OversightBook
from bidding.engine.papers import Papers
from bidding.engine.ports import Clock
from bidding.web.films import Films
from bidding.web.guarantee_desk import GuaranteeDesk
from bidding.web.lead_desk import LeadDesk
from bidding.web.limits import Limits, Meter
from bidding.web.results import Results
from bidding.web.sessions import Sessions, Who
from bidding.web.tags import Tagger
from bidding.web.tally import Counted, Tally
from replay.interruptions import Interruptions

if TYPE_CHECKING:
    from bidding.web.practice import Practices
    from bidding.web.service import Service
    from bidding.web.stream import Stream


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """How this house stands in the network."""

    #: Origins whose pages may change things; empty: the host the request names.
    origins: frozenset[str] = frozenset()
    #: Addresses of our own front servers; only their forwarding headers are believed.
    trusted_proxies: frozenset[str] = frozenset()
    static: Path = Path(__file__).parent / "static"
    limits: Limits = field(default_factory=Limits)
    #: Records with each request what can be compared of where it came from; None records nothing.
    tagger: Tagger | None = None
    #: First part of every OCDS id, as registered; without one the name of the logs stands there.
    ocid_prefix: str | None = None
    #: Opens guarantees that were sealed to this house; None takes none in.
    guarantees: bytes | None = field(default=None, repr=False)


def _not_observed(_method: str, _route: str, _status: int, _seconds: float) -> None:
    """Used where nobody measures."""


class Door:
    """Everything the handlers share."""

    def __init__(
        self,
        house: House,
        registry: Registry,
        passwords: Passwords,
        clock: Clock,
        settings: DoorSettings,
        *,
        papers: Papers,
        money: MoneyBook,
        oversight: OversightBook,
        bidders: BidderBook,
        observe: Callable[[str, str, int, float], None] = _not_observed,
    ) -> None:
        time = asyncio.get_running_loop().time
        limits = settings.limits
        self.house = house
        self.registry = registry
        self.passwords = passwords
        self.papers = papers
        self.money = money
        self.oversight = oversight
        self.bidders = bidders
        self.clock = clock
        self.settings = settings
        self.limits = limits
        self.observe = observe
        self.tallies = Counted(house, Tally)
        self.interruptions = Counted(house, Interruptions)
        self.films = Films(house)
        self.results = Results(house)
        self.lead_desk = LeadDesk(house)
        secret = settings.guarantees
        self.guarantees = None if secret is None else GuaranteeDesk(self, secret)
        self.sessions = Sessions(registry, passwords, clock, limits, time)
        self.by_address = Meter(limits.by_address, time)
        self.by_sign_in = Meter(limits.by_sign_in, time)
        self.stream: Stream
        self.practices: Practices
        self.service: Service


DOOR: Final = web.AppKey("door", Door)
WHO: Final = web.RequestKey("who", Who)
