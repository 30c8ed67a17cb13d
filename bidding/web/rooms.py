"""What the door shows of an auction over HTTP: the same views that the stream sends."""

from typing import Any, Final

from auction_rules.facts import Instant
from auction_rules.proxy import ProxyBids
from auction_rules.rule import Rule
from bidding.core import views
from bidding.core.state import OVER, State
from bidding.engine.hub import Room
from bidding.engine.identity import Seat
from bidding.engine.money import Conflict, new_number
from bidding.engine.seats import NoSuchAuction
from bidding.web.context import Door
from bidding.web.problems import Field, Problem
from bidding.web.sessions import Who

_NO_SALE: Final = ("vacant", "voided", "terminated")


def _stands(room: dict[str, Any]) -> bool:
    """Whether somebody holds what was awarded: a sale that fell through brought nothing."""
    after = room["after"]
    return bool(room["awards"]) and after is not None and after["outcome"] not in _NO_SALE


def _excluded_leads(room: dict[str, Any]) -> bool:
    """Whether the best offer on show is of somebody who was excluded since: it stands, and wins nothing."""
    out = {one["bidder"] for one in room["excluded"]}
    best = {row["bidder"] for row in room["offers"] if row["amount"] == room["top"]}
    return bool(best) and best <= out


class Present:
    """One auction as it is committed now."""

    def __init__(self, door: Door, name: str, room: Room) -> None:
        self._door = door
        self._room = room
        self.name = name

    @classmethod
    async def of(cls, door: Door, name: str, *, size: int = 0) -> "Present":
        """Waits for an auction that is still being read from its log.

        Where fewer than `size` entries are known, it is read on first: another node may have more.
        """
        try:
            room = await door.house.opened(name)
        except NoSuchAuction:
            raise not_there(door, name) from None
        if door.house.refused(name) is not None:
            raise Problem("UNREADABLE")
        found = cls(door, name, room)
        if found.state.index < size:
            await door.house.read_on(name)
        return found

    @property
    def state(self) -> State:
        return self._room.state

    @property
    def rule(self) -> Rule:
        return self._room.rule

    @property
    def over(self) -> bool:
        return self.state.status in OVER

    @property
    def sealed(self) -> bool:
        """Sealed offers or secret limits lie there: nobody may read the log now, whoever he is."""
        if self.state.standing.stage is None:
            return False
        shown = self.rule.disclosure(self.state.floor())
        return shown.sealed or (shown.limits and not self.over)

    @property
    def acts_sealed(self) -> bool:
        """Nobody may learn now that somebody acted; unlike `sealed` limits alone do not count."""
        if self.state.standing.stage is None:
            return False
        shown = self.rule.disclosure(self.state.floor())
        return shown.sealed or shown.acts_sealed

    @property
    def bidders_here(self) -> int:
        """How many bidders are listening now."""
        return self._room.bidders_here

    @property
    def limits(self) -> bool:
        """Secret limits may stand in its record; after the close they are for those who watch."""
        return getattr(self.state.terms, "proxy", None) is ProxyBids.ALLOWED

    @property
    def offers_archive(self) -> bool:
        """Whether the public is told to verify the archive: as far as it shows without reading it."""
        tagger = self._door.settings.tagger
        return self.over and not self.limits and not (tagger is not None and tagger.names_parties)

    def snapshot(self, audience: str) -> dict[str, Any]:
        return views.snapshot(self.state, self.rule, audience, self._door.clock.now())

    def line(self) -> dict[str, Any]:
        """One line of the public list."""
        room = self.snapshot("public")
        stage, result = room["stage"], self._door.house.result(self.name)
        # Where witnesses are asked for, a result is published once they have signed it.
        published = result != "waits"
        return {
            "auction": self.name,
            "title": room["title"],
            "rule": room["rule"],
            "status": room["status"],
            "stage": stage,
            "opens": room["opens"] if stage is None else stage["opens"],
            "closes": stage["closes"] if stage else None,
            "top": room["top"] if published else None,
            "top_excluded": published and _excluded_leads(room),
            "start": room["start"],
            "highest": views.highest_of(self.state.terms),
            "unit": room["unit"],
            "awards": room["awards"] if published else [],
            "result": result,
            "figures": room["figures"] if published and _stands(room) else None,
            "settlement_unit": room["settlement_unit"],
            "archive": self.offers_archive,
            "after": room["after"] if published else None,
        }

    def check_lot(self, lot: str | None) -> None:
        """Raises BAD_FIELDS unless the lot is one of the floor, where each bidder has his own."""
        lots = (
            {each.id for each in self.rule.lots(self.state.terms)} if self.rule.own_lots else {None}
        )
        if lot not in lots:
            sentence = {"zh": "没有这宗标的。", "en": "There is no such lot."}
            if lot is None:
                sentence = {"zh": "请选择您自己的宗地。", "en": "Name your own parcel."}
            raise Problem("BAD_FIELDS", fields=[Field("lot", sentence)])


def not_there(door: Door, name: str) -> Problem:
    """Why there is no room of this name: one whose record does not hold exists all the same."""
    there = name in door.house.auctions() and door.house.refused(name) is not None
    return Problem("UNREADABLE" if there else "NO_SUCH_AUCTION")


async def everything(door: Door) -> tuple[list[Present], list[str]]:
    """Every auction that can be shown, oldest first; and the ids of those whose record does not hold."""
    shown, unreadable = [], []
    for name in door.house.auctions():
        try:
            shown.append(await Present.of(door, name))
        except Problem as problem:
            if problem.code != "UNREADABLE":
                raise
            unreadable.append(name)
    return shown, unreadable


async def audience_of(door: Door, who: Who, auction: str) -> tuple[str, Seat | None]:
    """Which view of an auction somebody gets, and the seat that gives it."""
    if who.account is None:
        return "public", None
    if who.has("staff", "approver"):
        return "staff", None
    if who.has("auditor"):
        return "auditor", None
    seat = await door.registry.seat(auction, who.account.account)
    if seat is not None and seat.admitted:
        return f"bidder:{seat.paddle}", seat
    return "public", seat


async def _account_of(door: Door, auction: str, paddle: str) -> str:
    """Where a bidder's deposit goes: his own sub-account, opened when he first looks."""
    for _ in range(4):
        try:
            opened = await door.money.sub_account(auction, paddle, new_number(), door.clock.now())
        except Conflict:
            continue  # a number that is in use; the next one will hardly be
        return opened.number
    raise Problem("TRY_LATER", headers={"Retry-After": "1"})


async def payment_of(door: Door, present: Present, seat: Seat | None) -> dict[str, Any] | None:
    """Until when his deposit must be there, and where it goes; None where none is due.

    `by` is null where the document names no deadline, `account` once it has passed.
    """
    person = None if seat is None else present.state.people.get(seat.paddle)
    if seat is None or person is None or person.deposit_ok or person.excluded or present.over:
        return None
    by = present.state.document["deposit_deadline"]
    late = by is not None and door.clock.now() >= by
    account = None if late else await _account_of(door, present.name, seat.paddle)
    return {"by": by, "account": account}


def may_still_apply(state: State, now: Instant) -> bool:
    """Whether who is declined now could still be admitted and pay in time."""
    deadline = state.document["deposit_deadline"] if state.document["deposit"] else None
    return state.status not in OVER and (deadline is None or now < deadline)


async def mine_of(
    door: Door, who: Who, present: Present, seat: Seat | None
) -> dict[str, Any] | None:
    """A bidder's own part in an auction; None for everybody else and where he has none."""
    if not who.has("bidder") or who.account is None:
        return None
    if seat is not None and seat.admitted:
        panel = views.you(present.state, present.rule, seat.paddle, door.clock.now())
        return {
            "bidder": seat.paddle,
            "lot": seat.lot,
            "admitted": panel["admitted"],
            "applied": True,
            "declined": False,
            "deposit": panel["deposit"],
        }
    applied = await door.registry.applications(present.name)
    own = next((a for a in applied if a.account == who.account.account), None)
    if own is None:
        return None
    return {
        "bidder": None,
        "lot": own.lot,
        "admitted": False,
        "applied": True,
        "declined": own.state == "refused",
        "again": own.state == "refused" and may_still_apply(present.state, door.clock.now()),
        "deposit": None,
    }
