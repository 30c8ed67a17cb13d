"""Generated terms and generated courses of a session.

A plan is plain data: how long nothing happens, then who asks what. Amounts are told by what is
valid at that moment, so that most offers are near the edge of being refused.
"""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from auction_rules.floor import Bid, Confirm
from auction_rules.terms import SECOND
from bidding.core.commands import (
    Admit,
    Command,
    Deposit,
    Exclude,
    Resume,
    Suspend,
    Terminate,
    Void,
)
from bidding.core.document import Document
from bidding.core.record import command_of
from tests.bidding.core.session import OPENS, PARCELS, T0, UNIT, Session, document, opened

BIDDERS = tuple(PARCELS)
DEPOSIT = 500
seconds = st.integers(0, 40)


def _some(**terms: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A few of these terms, the others as they are by default."""
    return st.fixed_dictionaries({}, optional=terms)


countdowns = {
    "trigger_window_seconds": seconds,
    "max_extensions": st.integers(0, 3),
    "max_extension_seconds": st.integers(0, 90),
}
common: dict[str, st.SearchStrategy[Any]] = {
    "resume": st.sampled_from(["FULL_COUNTDOWN", "REMAINING"]),
    "min_bidders": st.integers(0, 3),
    "start_price": st.integers(1, 200),
    "step": st.integers(1, 30),
}
modes = st.sampled_from(["RESET", "EXTEND", "CYCLE"])


@st.composite
def english_documents(draw: st.DrawFn) -> Document:
    """An ascending auction under any terms that go together."""
    terms = draw(
        _some(
            **common,
            **countdowns,
            duration_seconds=st.integers(1, 60),
            extension_seconds=seconds,
            extension_mode=modes,
            leader_may_raise=st.booleans(),
            reserve=st.integers(0, 300),
        )
    )
    ladder = draw(st.sampled_from(["step", "grid", "jump", "percent"]))
    if ladder == "grid":
        terms["grid"] = "MULTIPLE_OF_STEP"
    elif ladder == "jump":
        terms["max_jump_steps"] = draw(st.integers(1, 3))
    elif ladder == "percent":
        terms |= {"step_kind": "PERCENT", "step_basis_points": draw(st.integers(1, 3_000))}
    if draw(st.booleans()):
        late = OPENS + draw(st.integers(1, 90)) * SECOND
        terms |= {"clock_starts": "FIRST_BID", "latest_start": late}
    return document("english", draw(st.sampled_from([0, DEPOSIT])), **terms)


@st.composite
def far_documents(draw: st.DrawFn, quoting: str | None = None) -> Document:
    """A floor-area auction under any terms that go together."""
    areas = draw(st.lists(st.integers(1, 50), min_size=3, max_size=3))
    names = PARCELS.values()
    terms = draw(
        _some(
            **common,
            **countdowns,
            countdown_seconds=st.integers(1, 40),
            countdown_mode=modes,
            restart_on=st.sampled_from(["ANY_BID", "WINNING_SET_CHANGED"]),
            preparation_seconds=st.integers(0, 10),
            quoting=st.sampled_from(["OPEN", "SEALED"]),
        )
    )
    terms["parcels"] = [{"id": p, "added_area": area} for p, area in zip(names, areas, strict=True)]
    terms["quantity_unit"] = {"zh": "亩", "en": "mu", "scale": draw(st.integers(0, 1))}
    terms["unit"] = {"zh": "元/亩", "en": "CNY/mu", "scale": 2, "fen": 1}
    terms["eligibility"] = draw(
        st.sampled_from(["ALL", "HAS_QUOTE", "CONFIRMED", "QUOTE_AND_CONFIRMED"])
    )
    if terms["eligibility"].endswith("CONFIRMED"):
        terms["confirm_seconds"] = draw(st.integers(1, 30))
    if draw(st.booleans()):
        terms |= {"quota_area": draw(st.integers(1, 120))}
    else:
        count = draw(st.integers(1, 3))
        terms |= {"quota_kind": "PARCEL_COUNT", "quota_area": None, "quota_parcels": count}
    terms |= draw(
        st.one_of(
            st.fixed_dictionaries(
                {"basis": st.just("TOTAL"), "misfit": st.sampled_from(["SKIP", "STOP"])}
            ),
            st.fixed_dictionaries(
                {
                    "misfit": st.sampled_from(["SKIP", "STOP", "PARTIAL"]),
                    "pricing": st.sampled_from(["PAY_AS_BID", "UNIFORM"]),
                }
            ),
        )
    )
    if draw(st.booleans()):
        start, step = terms.get("start_price", 100), terms.get("step", 10)
        terms["cap_price"] = start + draw(st.integers(1, 6)) * step
    if quoting is not None:
        terms["quoting"] = quoting
    terms["unit"] = UNIT
    return document("far_adjustment", draw(st.sampled_from([0, DEPOSIT])), **terms)


DOCUMENTS = {"english": english_documents(), "far_adjustment": far_documents()}

WAITS = ("wait", 0), ("wait", 1), ("wait", SECOND), ("wait", 7 * SECOND), ("wait", 20 * SECOND)
DUES = ("due", -1), ("due", 0), ("due", 1)
gaps = st.sampled_from([*WAITS[:4] * 2, *WAITS, *DUES])
KINDS = [
    *["bid"] * 24,
    *["confirm"] * 5,
    *["retry"] * 3,
    *["deposit", "suspend", "outage", "resume", "resume"],
    *["admit", "exclude", "end"],
]
people = st.sampled_from([*BIDDERS[:2] * 4, BIDDERS[2], BIDDERS[2], "09"])
references = st.sampled_from([*[None] * 8, "r1", "r2", "r3", "r4", "r5", "r6"])
bases = st.sampled_from(["minimum"] * 8 + ["maximum", "zero"])
deltas = st.sampled_from([0, 0, 0, 0, -1, 1, 10, 30])


@st.composite
def acts(draw: st.DrawFn) -> tuple[Any, ...]:
    """Who asks what; mostly offers, seldom an end."""
    match draw(st.sampled_from(KINDS)):
        case "bid":
            return ("bid", draw(people), draw(bases), draw(deltas), draw(references))
        case "confirm":
            return ("confirm", draw(people), draw(st.sampled_from([True, True, False])))
        case "retry":
            return ("retry", draw(st.integers(0, 20)), draw(st.booleans()))
        case "deposit":
            return (
                "deposit",
                draw(people),
                draw(st.sampled_from([1, 500])),
                draw(st.integers(0, 4)),
            )
        case "outage":
            return ("outage", draw(st.booleans()))
        case "admit":
            return ("admit", draw(people))
        case "exclude":
            return ("exclude", BIDDERS[2])
        case "end":
            return (draw(st.sampled_from(["terminate", "void"])),)
        case kind:
            return (kind,)


plans = st.integers(0, 20).flatmap(
    lambda least: st.lists(st.tuples(gaps, acts()), min_size=least, max_size=24)
)

Plan = Sequence[tuple[tuple[str, int], tuple[Any, ...]]]


def begin(doc: Document) -> Session:
    """Admissions are over; all three admitted, the first two with their deposit.

    One in four waits for its first bell: the hash of the document says which.
    """
    session = opened(doc, *BIDDERS)
    for bidder in BIDDERS[:2]:
        session.ask("staff:li", Deposit(bidder, DEPOSIT, T0, "first"))
    session.until(OPENS if int(doc.sha256, 16) % 4 else OPENS - 1)
    return session


def play(session: Session, plan: Plan) -> Session:
    """The session after the whole plan."""
    for (kind, length), act in plan:
        now = session.now + length if kind == "wait" else (session.due() or session.now) + length
        _do(session, act, max(now, session.now))
    return session


def _do(session: Session, act: tuple[Any, ...], now: int) -> None:
    match act:
        case ("bid", who, base, delta, ref):
            session.until(now)
            session.ask(f"bidder:{who}", Bid(amount(session, who, base, now) + delta), now, ref=ref)
        case ("confirm", who, answer):
            session.ask(f"bidder:{who}", Confirm(answer), now)
        case ("retry", which, same):
            _retry(session, which, now, same=same)
        case ("outage", since_last):
            # What recovery writes comes before any bell that was missed.
            since = session.state.t if since_last else now
            session.write(Command("system", Suspend("RECOVERY", since)), now)
        case ("admit", who):
            session.ask("staff:li", Admit(who, PARCELS.get(who)), now)
        case ("deposit", who, much, number):
            session.ask("staff:li", Deposit(who, much, T0, f"b-{number}"), now)
        case ("exclude", who):
            session.ask("staff:li", Exclude(who, "串通"), now)
        case ("suspend",):
            session.ask("staff:li", Suspend("停电"), now)
        case ("resume",):
            session.ask("staff:li", Resume("恢复供电"), now)
        case ("terminate",):
            session.ask("approver:wang", Terminate("法院冻结"), now)
        case ("void",):
            session.ask("approver:wang", Void("程序有误"), now)


def amount(session: Session, who: str, base: str, now: int) -> int:
    """An amount told by what the bidder could do at `now`."""
    actions = session.rule.actions(session.state.floor(), who, now) if who in PARCELS else None
    if base == "zero" or actions is None or actions.minimum is None:
        return 0 if base == "zero" else 100
    assert actions.maximum is not None
    return actions.minimum if base == "minimum" else min(actions.maximum, 10_000)


def _retry(session: Session, which: int, now: int, *, same: bool) -> None:
    """The same request again, or another one under its reference."""
    if not session.keys:
        return
    indices = list(session.keys.values())
    first = session.entries[indices[which % len(indices)]]
    command = command_of(first)
    session.until(now)
    count = len(session.entries)
    if same:
        assert session.ask(command.actor, command.ask, now, ref=command.ref) is first
        assert len(session.entries) == count
        return
    other = session.ask(command.actor, Confirm(answer=False), now, ref=command.ref)
    assert other["data"]["reason"] == "REF_REUSED"
    assert other["by"] == first["i"]
