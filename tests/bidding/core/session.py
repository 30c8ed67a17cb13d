"""A session played through the core in virtual time, as an engine would: bells first, retries known.

No engine and no log: entries, bytes and states are kept side by side, so that a test can ask
about any of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auction_rules.floor import (
    Bid,
    Confirm,
    Draw,
    DrawBalls,
    DrawCommit,
    DrawFigure,
    DrawReveal,
    Leave,
    OpenReserve,
    Proxy,
    Reveal,
    Score,
    SealedBid,
    SealReserve,
    Stay,
    TrusteeKey,
    Withdraw,
)
from auction_rules.rule import Rule
from auction_rules.terms import SECOND
from bidding.core.commands import (
    Admit,
    Announce,
    Ask,
    Bell,
    Command,
    Conclude,
    Deposit,
    Enrol,
    Exclude,
    Extend,
    Guarantee,
    Payout,
    Propose,
    Reaward,
    Resume,
    SealGuarantee,
    Second,
    Surrogate,
    Suspend,
    Terminate,
    Void,
)
from bidding.core.document import Document
from bidding.core.record import due, open_session, record, rule_of, same_request
from bidding.core.state import State

T0 = 1_772_413_200 * SECOND
"""2026-03-02 09:00 in Beijing."""
OPENS = T0 + 60 * SECOND
ORIGIN = "bid.example.cn/log/sample"
UNIT = {"zh": "元", "en": "CNY", "scale": 0, "fen": 100}

ENGLISH: Mapping[str, Any] = {
    "unit": UNIT,
    "opens": OPENS,
    "duration_seconds": 60,
    "start_price": 100,
    "step": 10,
    "extension_seconds": 30,
}
FAR: Mapping[str, Any] = {
    "unit": UNIT,
    "parcels": [
        {"id": "P1", "added_area": 30},
        {"id": "P2", "added_area": 25},
        {"id": "P3", "added_area": 40},
    ],
    "quota_area": 60,
    "start_price": 100,
    "step": 10,
    "quoting_opens": OPENS,
    "quoting_closes": OPENS + 60 * SECOND,
    "countdown_seconds": 30,
}
PARCELS = {"01": "P1", "02": "P2", "03": "P3"}


def document(rule: str = "english", deposit: int = 0, **terms: Any) -> Document:
    """A rule document for the sample terms with these changes."""
    sample = {"english": ENGLISH, "far_adjustment": FAR}[rule]
    return Document(
        auction="sample",
        title={"zh": "样例", "en": "Sample"},  # type: ignore[arg-type]
        rule=rule,
        version="1",
        terms={**sample, **terms},
        deposit=deposit,
        deposit_deadline=OPENS if deposit else None,
    )


@dataclass
class Session:
    """Everything that was written, and the state after each entry."""

    entries: list[dict[str, Any]]
    bodies: list[bytes]
    states: list[State]
    rule: Rule
    now: int = T0
    keys: dict[str, int] = field(default_factory=dict)

    @property
    def state(self) -> State:
        return self.states[-1]

    @property
    def closes(self) -> int:
        assert self.state.standing.closes is not None
        return self.state.standing.closes

    def due(self) -> int | None:
        return due(self.state, self.rule)

    def write(self, command: Command, now: int, *, first: int | None = None) -> dict[str, Any]:
        """One entry, without any bell before it."""
        done = record(self.state, command, now, self.rule, first=first)
        if done.entry.get("cmd") is not None:
            self.keys[done.entry["cmd"]] = done.entry["i"]
        self.entries.append(done.entry)
        self.bodies.append(done.body)
        self.states.append(done.state)
        self.now = now
        return done.entry

    def until(self, now: int) -> None:
        """Ring every bell that is due up to and including `now`."""
        while (at := self.due()) is not None and at <= now:
            self.write(Command("system", Bell()), at)
        self.now = max(self.now, now)

    def ask(
        self, actor: str, ask: Ask, now: int | None = None, *, ref: str | None = None
    ) -> dict[str, Any]:
        """The entry that answers: an earlier one for a retry, else a new one."""
        now = self.now if now is None else now
        command = Command(actor, ask, ref)
        self.until(now)
        known = self.keys.get(command.key or "")
        if known is None:
            return self.write(command, now)
        if same_request(self.entries[known], command):
            return self.entries[known]
        return self.write(command, now, first=known)

    def bid(self, bidder: str, amount: int, now: int | None = None, **more: Any) -> str:
        """`accepted`, or the code of the refusal."""
        return outcome(self.ask(f"bidder:{bidder}", Bid(amount, **more), now))

    def confirm(self, bidder: str, now: int | None = None, *, answer: bool = True) -> str:
        return outcome(self.ask(f"bidder:{bidder}", Confirm(answer), now))

    def admit(self, *bidders: str) -> None:
        for bidder in bidders:
            lot = PARCELS.get(bidder) if self.rule.own_lots else None
            assert outcome(self.ask("staff:li", Admit(bidder, lot))) == "accepted"


def outcome(entry: Mapping[str, Any]) -> str:
    """`accepted`, or the code of the refusal."""
    return "accepted" if entry["type"].endswith(".accepted") else str(entry["data"]["reason"])


def opened(doc: Document, *bidders: str) -> Session:
    """A session just published, these bidders admitted."""
    done = open_session(ORIGIN, doc, T0, "staff:li", "approver:wang")
    session = Session([done.entry], [done.body], [done.state], rule_of(done.state))
    session.admit(*bidders)
    return session


def running(doc: Document, *bidders: str) -> Session:
    """A session in its first stage, these bidders admitted."""
    session = opened(doc, *bidders)
    session.until(OPENS)
    assert session.state.status == "running"
    return session


def finished(session: Session) -> Session:
    """The session after every bell that can ring; six are more than any programme has stages."""
    for _ in range(6):
        at = session.due()
        if at is None:
            return session
        session.until(at)
    raise AssertionError("six bells, and still not over")


ASKS: tuple[Ask, ...] = (
    Bid(120),
    Bid(120, "P1", 30, "timed"),
    Confirm(),
    Confirm(answer=False),
    Enrol("ed25519", "cA=="),
    Admit("01"),
    Admit("01", "P1", 2, "c2hhMjU2"),
    Exclude("01", "串通"),
    Deposit("01", 500, T0, "b-1"),
    Suspend("停电"),
    Suspend("RECOVERY", T0),
    Resume("恢复供电"),
    Terminate("法院冻结"),
    Void("程序有误"),
    Announce("请核对报价", "Check your offers"),
    Extend(60, "网络故障"),
    Surrogate("02", 120, "电话委托"),
    Surrogate("02", 120, "电话委托", "P1", 30, "timed", "A"),
    Propose("extend", {"seconds": 60, "reason": "网络故障"}),
    Second(4, agree=True),
    Payout("01", "refund", 500, "未竞得"),
    Guarantee("01", 500, "c2hhMjU2", T0),
    SealGuarantee("c2VhbGVk"),
    Conclude("reviewed", "核对无误"),
    Conclude("defaulted", "逾期未签约", "01"),
    Reaward("02", "依名次递补"),
    Bell(),
    Stay(2),
    Stay(2, 30, "A"),
    Leave(2),
    Proxy(120),
    Proxy(None),
    Draw("seed"),
    DrawCommit("0f"),
    DrawReveal("0f"),
    DrawFigure(7, "0f"),
    DrawBalls(("02", "01")),
    SealReserve("c"),
    OpenReserve(120, "00"),
    Score("01", 9_000),
    Withdraw("01", "revoked"),
    SealedBid("c", "b", 2, ("s", "s"), "P1"),
    SealedBid("c", "b", 0),
    Reveal(secret="k"),
    Reveal(plain="p"),
    TrusteeKey("T1", "k"),
)
"""One of each question, with and without what is optional."""
