"""Who sees what: nothing sealed leaves its room, and what a bidder is offered is what he gets."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.floor import Bid, Chance, Confirm
from auction_rules.registry import find
from auction_rules.rule import Refuse
from auction_rules.terms import SECOND
from bidding.core import said, views
from bidding.core.commands import (
    Admit,
    Command,
    Conclude,
    Deposit,
    Exclude,
    Resume,
    Suspend,
    Terminate,
)
from bidding.core.decide import Accepted, decide
from tests.auction_rules.courses import began
from tests.bidding.core.plans import BIDDERS, DOCUMENTS, begin, far_documents, plans, play
from tests.bidding.core.session import (
    OPENS,
    PARCELS,
    T0,
    Session,
    document,
    finished,
    opened,
    outcome,
    running,
)

AUDIENCES = ("public", "staff", "auditor", *(f"bidder:{b}" for b in BIDDERS))


def told(session: Session, audience: str) -> list[dict[str, Any] | None]:
    """Each entry as a line of the audience's channel; None where it sees none."""
    rows = zip([session.states[0], *session.states], session.entries, session.states, strict=False)
    return [views.event(a, entry, b, session.rule, audience) for a, entry, b in rows]


def seen(session: Session, audience: str) -> list[Any]:
    """Everything the audience is ever shown while the session goes on."""
    rows: list[Any] = []
    for state, line in zip(session.states, told(session, audience), strict=True):
        rows.append(views.snapshot(state, session.rule, audience, state.t))
        rows += [line] if line else []
        if audience.startswith("bidder:"):
            rows.append(views.you(state, session.rule, audience.removeprefix("bidder:"), state.t))
    return rows


# -- sealed offers ---------------------------------------------------------------------------

sealed_bids = st.lists(
    st.tuples(
        st.sampled_from([0, 1, SECOND]),
        st.sampled_from([*BIDDERS, BIDDERS[0]]),
        st.integers(80, 400),
        st.integers(80, 400),
    ),
    max_size=12,
)
disturbances = st.sampled_from(["none", "suspend", "terminate", "admit"])


def sealed_run(doc, bids, disturbance, which) -> Session:
    """Quoting under seal; `which` of the two amounts bidder 01 names, or None: he is silent."""
    session = begin(doc)
    session.until(OPENS)
    for gap, who, *amounts in bids:
        secret = who == BIDDERS[0]
        if secret and which is None:
            session.until(session.now + gap)
            continue
        number = amounts[which or 0] if secret else amounts[0]
        session.bid(who, number, min(session.now + gap, session.closes - 1))
    if disturbance == "suspend":
        session.ask("staff:li", Suspend("停电"))
    elif disturbance == "terminate":
        session.ask("approver:wang", Terminate("法院冻结"))
    elif disturbance == "admit":
        session.ask("staff:li", Admit("04", "P9"))
    assert session.rule.disclosure(session.state.floor()).sealed
    return session


@given(far_documents(quoting="SEALED"), sealed_bids, disturbances)
def test_another_s_sealed_amounts_change_not_one_byte_of_what_anybody_else_sees(
    doc, bids, disturbance
):
    one, two = (sealed_run(doc, bids, disturbance, which) for which in (0, 1))
    for audience in AUDIENCES:
        if audience != f"bidder:{BIDDERS[0]}":
            assert encoded(seen(one, audience)) == encoded(seen(two, audience)), audience


@given(far_documents(quoting="SEALED"), sealed_bids, disturbances)
def test_under_seal_the_room_does_not_tell_whether_anybody_acted(doc, bids, disturbance):
    spoke, silent = (sealed_run(doc, bids, disturbance, which) for which in (0, None))
    for audience in ("public", "staff", "auditor"):
        rooms = [
            views.snapshot(run.state, run.rule, audience, run.state.t) | {"now": 0}
            for run in (spoke, silent)
        ]
        suspended = [room.pop("suspended") for room in rooms]
        assert (suspended[0] is None) == (suspended[1] is None)
        assert encoded(rooms[0]) == encoded(rooms[1])
        lines = [[line for line in told(run, audience) if line] for run in (spoke, silent)]
        assert [line["type"] for line in lines[0]] == [line["type"] for line in lines[1]]


def encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def test_sealed_offers_are_everybody_s_once_the_stage_has_closed():
    session = running(document("far_adjustment", quoting="SEALED"), "01", "02")
    session.bid("01", 150)
    session.bid("02", 120)
    room = views.snapshot(session.state, session.rule, "public", session.now)
    assert (room["offers"], room["top"], room["leaders"], room["figures"]) == ([], None, [], None)
    assert room["quota"] == {"kind": "AREA", "total": 60, "used": None}
    assert room["stage"]["sealed"] is True
    assert views.snapshot(session.state, session.rule, "bidder:01", session.now)["offers"] == [
        {"bidder": "01", "lot": "P1", "slot": None, "amount": 150, "quantity": 30}
        | {"t": OPENS, "i": 4, "in": False, "auto": False}
    ]
    panel = views.you(session.state, session.rule, "01", session.now)
    assert (panel["state"], panel["rank"], panel["offer"]["amount"]) == ("quoted", None, 150)
    session.until(session.closes)
    room = views.snapshot(session.state, session.rule, "public", session.now)
    assert [(o["bidder"], o["amount"], o["in"]) for o in room["offers"]] == [
        ("01", 150, True),
        ("02", 120, True),
    ]
    assert (room["top"], room["cutoff"], room["quota"]["used"]) == (150, 120, 55)
    assert room["figures"]["total"] == 150 * 100 * 30 + 120 * 100 * 25
    (*_, line) = told(session, "public")
    assert line is not None
    assert {"fact": "revealed", "what": "offers", "value": None} in line["facts"]


def test_a_line_of_a_sealed_stage_has_no_place_in_the_log_but_for_its_asker():
    session = running(document("far_adjustment", quoting="SEALED"), "01", "02")
    session.bid("01", 150)
    session.ask("staff:li", Suspend("停电"))
    for audience in ("public", "staff", "auditor"):
        *_, bid, suspended = told(session, audience)
        assert bid is None
        assert suspended is not None
        assert suspended["i"] is None
    assert told(session, "bidder:01")[-2]["i"] == 3 + 1  # type: ignore[index]
    assert told(session, "bidder:02")[-2:] == [None, None]


# -- channels --------------------------------------------------------------------------------


def test_which_line_goes_to_whom():
    session = opened(document(deposit=500), "01", "02")
    session.ask("staff:li", Admit("01"))
    for bidder in ("01", "02"):
        session.ask("staff:li", Deposit(bidder, 500, T0, f"b-{bidder}"))
    session.until(OPENS)
    session.bid("01", 100)
    session.bid("02", 100)
    session.ask("staff:li", Suspend("停电"))
    session.ask("staff:li", Suspend("停电"))
    session.ask("staff:li", Exclude("02", "串通"))
    table = [
        ("session.opened", {"public", "staff", "auditor"}),
        ("admit.accepted", {"staff", "auditor", "bidder:01"}),
        ("admit.accepted", {"staff", "auditor", "bidder:02"}),
        ("admit.refused", {"staff", "auditor"}),
        ("deposit.accepted", {"staff", "auditor", "bidder:01"}),
        ("deposit.accepted", {"staff", "auditor", "bidder:02"}),
        ("bell.accepted", {"public", "staff", "auditor"}),
        ("bid.accepted", {"public", "staff", "auditor", "bidder:01"}),
        ("bid.refused", {"staff", "auditor", "bidder:02"}),
        ("suspend.accepted", {"public", "staff", "auditor"}),
        ("suspend.refused", {"staff", "auditor"}),
        ("exclude.accepted", {"staff", "auditor", "bidder:02"}),
    ]
    audiences = ("public", "staff", "auditor", "bidder:01", "bidder:02")
    got = [
        (entry["type"], {a for a in audiences if told(session, a)[n] is not None})
        for n, entry in enumerate(session.entries)
    ]
    assert got == table


def test_a_line_says_what_its_audience_needs():
    session = running(document(), "01", "02")
    session.ask("bidder:01", Bid(100), ref="r-1")
    session.ask("bidder:02", Bid(105), ref="r-2")
    public = told(session, "public")[-2]
    own = told(session, "bidder:01")[-2]
    staff = told(session, "staff")[-1]
    assert public is not None
    assert own is not None
    assert staff is not None
    assert public.keys() == {"i", "t", "type", "who", "facts", "text"}
    assert (public["who"], public["i"], public["t"]) == ("01", 4, OPENS)
    assert own["ask"]["amount"] == 100
    assert own["ref"] == "r-1"
    assert staff["reason"] == "BELOW_MIN_NEXT"
    assert (staff["ask"]["amount"], staff["ref"]) == (105, None)
    assert staff["nearest"] == [110, 120]
    assert staff["sentence"]["en"].startswith("Not accepted: it does not reach")
    assert staff["clause"]["en"] == "terms of this auction: steps"


def test_numbers_never_names():
    session = opened(document(deposit=500))
    who = "Y29tbWl0bWVudA"
    session.ask("staff:zhang-san", Admit("01", None, 0, who))
    session.ask("staff:zhang-san", Deposit("01", 500, T0, "bank-4711"))
    session.until(OPENS)
    session.bid("01", 100)
    session.ask("staff:zhang-san", Suspend("停电"))
    session.ask("approver:li-si", Resume("恢复供电"))
    finished(session)
    for audience in ("public", "bidder:02"):
        shown = encoded(seen(session, audience)).decode()
        for name in ("zhang-san", "li-si", "wang", "staff:", "approver:", who, "bank-4711"):
            assert name not in shown, (audience, name)
    for audience in ("staff", "auditor"):
        shown = encoded(seen(session, audience)).decode()
        assert "zhang-san" not in shown
        assert "li-si" not in shown


@pytest.mark.parametrize(
    ("audience", "count"), [("staff", 3), ("public", None), ("bidder:01", None)]
)
def test_how_many_take_part_is_for_staff_only(audience, count):
    session = running(document(), "01", "02", "03")
    assert views.snapshot(session.state, session.rule, audience, OPENS)["entrants"] == count


# -- old room + patch == new room --------------------------------------------------------------


@pytest.mark.parametrize("rule", sorted(DOCUMENTS))
@given(data=st.data())
def test_a_room_with_its_patch_is_the_new_room(rule, data):
    session = play(begin(data.draw(DOCUMENTS[rule])), data.draw(plans))
    still = {"now": 0, "opens": None}
    for audience in ("public", "staff", f"bidder:{BIDDERS[0]}"):
        room = views.snapshot(session.states[0], session.rule, audience, 0)
        assert set(views.PATCH) <= room.keys()
        for state in session.states:
            patch = views.patch(state, session.rule, audience)
            assert tuple(patch) == views.PATCH
            room |= patch
            fresh = views.snapshot(state, session.rule, audience, state.t)
            assert room | still == fresh | still
            assert encoded(fresh)


def test_the_room_of_a_running_auction():
    session = running(document(), "01", "02")
    session.bid("01", 100)
    session.bid("02", 120, OPENS + 50 * SECOND)
    room = views.snapshot(session.state, session.rule, "public", session.now)
    assert {key: room[key] for key in ("status", "top", "leaders", "cutoff", "next")} == {
        "status": "running",
        "top": 120,
        "leaders": ["02"],
        "cutoff": 120,
        "next": 130,
    }
    assert room["stage"] == {
        "id": "timed",
        "kind": "timed",
        "index": 0,
        "title": {"zh": "限时竞价", "en": "Timed bidding"},
        "opens": OPENS,
        "closes": OPENS + 80 * SECOND,
        "extensions": 1,
        "sealed": False,
        "round": 0,
        "price": None,
    }
    assert [(o["bidder"], o["amount"], o["in"]) for o in room["offers"]] == [
        ("02", 120, True),
        ("01", 100, False),
    ]
    assert room["figures"] == {
        "total": 120,
        "premium": 20,
        "premium_rate": "20.00%",
        "unused": None,
    }
    assert (room["quota"], room["awards"], room["unsold"]) == (None, [], None)
    assert room["opens"] is None
    assert views.snapshot(session.states[0], session.rule, "public", T0)["opens"] == OPENS


def test_the_room_at_the_end():
    sold = finished(running(document(), "01"))
    assert views.patch(sold.state, sold.rule, "public")["unsold"] == {
        "reason": "NO_BID",
        "sentence": {
            "zh": "流拍：没有有效报价。",
            "en": "Unsold: there was no valid offer.",
        },
    }
    session = running(document(), "01")
    session.bid("01", 100)
    finished(session)
    room = views.patch(session.state, session.rule, "public")
    assert room["awards"] == [
        {"bidder": "01", "lot": None, "price": 100, "quantity": None, "total": 100}
    ]
    assert (room["status"], room["stage"], room["next"]) == ("closed", None, None)


# -- a bidder's own panel ---------------------------------------------------------------------


@pytest.mark.parametrize("rule", sorted(DOCUMENTS))
@given(data=st.data())
def test_what_a_bidder_is_offered_is_what_he_is_held_to(rule, data):
    session = play(begin(data.draw(DOCUMENTS[rule])), data.draw(plans))
    state = session.state
    closes = state.standing.closes
    moments = {state.t, state.t + SECOND}
    if closes is not None:
        moments |= {t for t in (closes - 1, closes) if t >= state.t}
    for bidder in (*BIDDERS, "09"):
        for now in sorted(moments):
            panel = views.you(state, session.rule, bidder, now)
            held_to(session, bidder, panel["actions"], now)


def held_to(session: Session, bidder: str, actions: dict[str, Any], now: int) -> None:
    def said_to(ask: Bid | Confirm) -> str:
        decided = decide(session.state, Command(f"bidder:{bidder}", ask), now, session.rule)
        return "accepted" if isinstance(decided, Accepted) else decided.reason

    if actions["blocked"]:
        start = session.state.terms.start_price
        ask = Confirm() if actions["ask"] == "confirm" else Bid(start)
        assert said_to(ask) == actions["blocked"]["reason"]
        assert actions["blocked"]["sentence"].keys() == {"zh", "en"}
        assert not actions["quick"]
        return
    if actions["ask"] == "confirm":
        assert said_to(Confirm()) == said_to(Confirm(answer=False)) == "accepted"
        return
    least, quick = actions["minimum"], actions["quick"]
    most = session.rule.actions(session.state.floor(), bidder, now).maximum
    assert most is not None
    # Told is what a term names, never where the integers of a record end.
    assert actions["maximum"] in (None, most)
    assert (actions["maximum"] is None) == (most > 10**9)
    assert actions["enter"] is None or least <= actions["enter"] <= most
    # What lies below the amount that gets him in is valid, and suggested to nobody.
    assert quick[0] == (least if actions["enter"] is None else actions["enter"])
    assert quick == sorted(set(quick))
    assert actions["step"] >= 1
    for valid in (least, most, *quick):
        assert said_to(Bid(valid)) == "accepted"
    assert said_to(Bid(least - 1)) in ("BELOW_START", "BELOW_MIN_NEXT")
    assert said_to(Bid(most + 1)) in ("ABOVE_CAP", "NOT_ON_GRID", "JUMP_NOT_ALLOWED")


def places(session: Session, *bidders: str) -> list[str]:
    panels = [views.you(session.state, session.rule, b, session.now) for b in bidders]
    for panel in panels:
        assert panel["sentence"] == said.place(panel["state"])
    return [panel["state"] for panel in panels]


def test_every_place_a_bidder_can_be_in():
    reached: set[str] = set()

    def at(session: Session, *expected: str) -> None:
        assert places(session, *BIDDERS[: len(expected)]) == list(expected)
        reached.update(expected)

    english = opened(document(), *BIDDERS)
    at(english, "waiting")
    english.until(OPENS)
    english.bid("01", 100)
    english.bid("02", 110)
    at(english, "outbid", "leading", "none")
    finished(english)
    at(english, "lost", "won", "lost")
    terms: dict[str, Any] = {
        "eligibility": "QUOTE_AND_CONFIRMED",
        "confirm_seconds": 30,
        "quoting": "SEALED",
    }
    far = running(document("far_adjustment", **terms), *BIDDERS)
    for bidder, amount in (("01", 120), ("02", 110), ("03", 100)):
        far.bid(bidder, amount)
    at(far, "quoted", "quoted", "quoted")
    far.until(far.closes)
    far.confirm("01")
    at(far, "answered", "in", "out")
    far.ask("approver:wang", Terminate("法院冻结"))
    at(far, "ended", "ended", "ended")
    after = opened(document(), *BIDDERS)
    after.until(OPENS)
    after.bid("01", 100)
    after.ask("staff:li", Exclude("02", "串通"))
    at(after, "leading", "excluded", "none")
    finished(after)
    for actor, ask in (
        ("staff:li", Conclude("reviewed", "无误")),
        ("approver:wang", Conclude("confirmed", "无误")),
        ("approver:wang", Conclude("defaulted", "拒签", "01")),
    ):
        after.ask(actor, ask)
    at(after, "lapsed", "excluded", "lost")
    assert reached == set(said._PLACES)


def test_the_panel_of_a_bidder():
    session = opened(document("far_adjustment", deposit=500), "01", "02")
    panel = views.you(session.state, session.rule, "01", session.now)
    assert panel == {
        "bidder": "01",
        "lot": PARCELS["01"],
        "admitted": True,
        "deposit": {"required": 500, "paid": 0, "ok": False},
        "state": "waiting",
        "rank": None,
        "offer": None,
        "offers": [],
        "limit": None,
        "keys": [],
        "sealed": None,
        "sentence": said.place("waiting"),
        "actions": {
            "ask": None,
            "minimum": None,
            "maximum": None,
            "step": None,
            "quick": [],
            "round": None,
            "price": None,
            "enter": None,
            "quantity_minimum": None,
            "quantity_maximum": None,
            "blocked": {
                "reason": "DEPOSIT_NOT_CONFIRMED",
                "sentence": {
                    "zh": "竞买保证金尚未确认到账。",
                    "en": "The deposit has not been confirmed.",
                },
            },
            "limits": None,
            "quantity_step": None,
            "lines": [],
            "also": [],
            "left": None,
            "pending": None,
            "points": None,
            "waivers": None,
            "equal": False,
        },
    }
    for bidder in ("01", "02"):
        session.ask("staff:li", Deposit(bidder, 500, T0, "b"))
    session.until(OPENS)
    session.bid("01", 100)
    session.bid("02", 120)
    session.ask("staff:li", Exclude("02", "串通"))
    one, two, nobody = (
        views.you(session.state, session.rule, b, session.now) for b in ("01", "02", "09")
    )
    assert (one["rank"], two["rank"], nobody["rank"]) == (2, 1, None)
    assert one["offer"] == {"amount": 100, "t": OPENS, "i": session.state.standing.offers["01"].i}
    assert one["actions"]["minimum"] == 110
    assert (one["admitted"], two["admitted"], nobody["admitted"]) == (True, False, False)
    assert two["actions"]["blocked"]["reason"] == "EXCLUDED"
    assert nobody["actions"]["blocked"]["reason"] == "NOT_QUALIFIED"
    assert nobody["deposit"] == {"required": 500, "paid": 0, "ok": False}


# -- the final answer --------------------------------------------------------------------------


def test_the_answer_to_an_offer_that_stands():
    session = running(document(), "01")
    entry = session.ask("bidder:01", Bid(100), ref="a/b")
    assert views.answer(entry, session.state) == {
        "type": "accepted",
        "ref": "a/b",
        "i": 3,
        "t": OPENS,
        "facts": entry["data"]["facts"],
    }


def test_the_answer_to_an_offer_that_does_not():
    session = running(document(), "01")
    entry = session.ask("bidder:01", Bid(99))
    assert outcome(entry) == "BELOW_START"
    answer = views.answer(entry, session.state)
    assert {key: answer[key] for key in ("type", "ref", "i", "t", "reason", "nearest")} == {
        "type": "refused",
        "ref": None,
        "i": 3,
        "t": OPENS,
        "reason": "BELOW_START",
        "nearest": [100, 110],
    }
    assert answer["sentence"]["en"] == (
        "Not accepted: below the start price. The least valid offer is 100 CNY."
        " Valid now: 100 CNY or 110 CNY."
    )
    assert answer["clause"] == {
        "zh": "本场竞价须知：增价规则",
        "en": "terms of this auction: steps",
    }
    told_so = views.refusal("SUSPENDED", Refuse("SUSPENDED").detail, (), session.state.terms.unit)
    assert (told_so["clause"], told_so["nearest"]) == (None, [])


def test_a_draw_tells_who_has_done_his_part_and_no_secret():
    session = running(document("far_adjustment"), "01")
    assert views.patch(session.state, session.rule, "public")["draw"] is None
    chance = Chance("lot", round=7, at=OPENS, commits={"li": "c0"}, reveals={"li": "5ec2e7"})
    state = replace(session.state, standing=replace(session.state.standing, chance=chance))
    shown = views.patch(state, session.rule, "public")["draw"]
    assert shown == {
        "what": "lot",
        "round": 7,
        "at": OPENS,
        "committed": ["li"],
        "revealing": False,
        "revealed": ["li"],
    }


def test_the_lines_of_a_bidder_carry_the_sentence_of_what_blocks_them():
    items = [{"id": "L1", "start_price": 1000, "step": 100, "points": 1}]
    terms = {"items": items, "round_seconds": 60, "eligibility_points": 1}
    session = began("simultaneous", terms)
    session.bid("01", 1000, lot="L1")
    session.until(session.closes)
    actions = views.you(session.state, session.rule, "01", session.now)["actions"]
    (line,) = actions["lines"]
    # Nobody set an end to the ladder, so no number is told for one.
    assert (line["slot"], line["minimum"], line["maximum"]) == ("L1", 1100, None)
    assert session.rule.actions(session.state.floor(), "01", session.now).lines[0].maximum
    assert line["blocked"]["reason"] == "ALREADY_LEADING"
    assert set(line["blocked"]["sentence"]) == {"zh", "en"}
    assert actions["points"] == [1, 1]


def test_what_goes_down_from_a_ceiling_says_it_and_nothing_else_does():
    rule = find("reverse_procurement")
    sale = {"rule": rule.name, "terms": {**rule.example, "form": "OPEN"}}
    session = opened(document().model_copy(update=sale))
    room = views.snapshot(session.state, session.rule, "public", session.now)
    assert room["start"] is None
    assert room["highest"] == {"zh": "100,000 元", "en": "100,000 CNY"}
    english = running(document("english"), "01")
    assert "highest" not in views.snapshot(english.state, english.rule, "public", english.now)
