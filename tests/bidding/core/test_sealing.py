"""Offers sealed by the bidders, through the core: what is taken, what opens, and whose fault it is."""

from dataclasses import replace
from hashlib import sha256

import pytest
from pydantic import ValidationError

from auction_rules.escrow_terms import MOST_TRUSTEES
from auction_rules.floor import Reveal, SealedBid, TrusteeKey
from auction_rules.terms import SECOND
from bidding.core import sealing, views
from bidding.core.commands import Resume
from bidding.core.document import Document
from bidding.proof import escrow, hpke, shamir
from bidding.proof.hpke import Curve
from bidding.proof.text import from_base64, to_base64
from tests.bidding.core.session import OPENS, UNIT, opened, outcome, running

PRIVATES = {f"T{n}": sha256(f"core trustee {n}".encode()).digest() for n in (1, 2, 3)}
CLOSES = OPENS + 60 * SECOND


def trustee(name, public=None):
    raw = escrow.public_of(PRIVATES[name]) if public is None else public
    return {"id": name, "zh": f"受托人{name}", "en": name, "public": to_base64(raw)}


def document(**terms):
    sample = {
        "unit": UNIT,
        "opens": OPENS,
        "closes": CLOSES,
        "start_price": 100,
        "step": 10,
        "amendments": 3,
        "escrow": "TRUSTEES",
        "trustees": [trustee(name) for name in PRIVATES],
        "threshold": 2,
        "opening_seconds": 60,
        "on_missing": "WITHDRAWN",
    }
    return Document(
        auction="sample",
        title={"zh": "样例", "en": "Sample"},  # type: ignore[arg-type]
        rule="sealed_bid",
        version="1",
        terms=sample | terms,
    )


OWN = {"escrow": "BIDDER_OPENS", "trustees": [], "threshold": 0}


def sealed(session, bidder, price, *, wrong=0, lot=None, curve=Curve.X25519):
    """The ask, and the key of its box; the share of trustee number `wrong` is another's."""
    terms = session.state.terms
    context = escrow.Context("sample", lot or "", bidder)
    key = sha256(f"{bidder} {price}".encode()).digest()
    plain = escrow.plain(context, price, sealing.unit_name(terms), bytes(32))
    publics = [from_base64(t.public) for t in terms.trustees]
    made = escrow.seal(context, plain, key, publics, terms.threshold, curve=curve)
    shares = list(made.shares)
    if wrong:
        other = escrow.seal(context, plain, bytes(32), publics, terms.threshold, curve=curve)
        shares[wrong - 1] = other.shares[wrong - 1]
    ask = SealedBid(
        to_base64(made.commit), to_base64(made.box), made.k, tuple(map(to_base64, shares)), lot
    )
    return ask, key


def seal(session, bidder, price, **more):
    ask, key = sealed(session, bidder, price, **more)
    assert outcome(session.ask(f"bidder:{bidder}", ask)) == "accepted"
    return key


def key_of(name):
    return TrusteeKey(name, to_base64(PRIVATES[name]))


def facts(entry, kind):
    return [fact for fact in entry["data"]["facts"] if fact["fact"] == kind]


def test_the_kth_key_opens_everything_in_one_entry():
    session = running(document(), "01", "02")
    seal(session, "01", 150)
    sealing_of_02 = session.state.index
    seal(session, "02", 170)
    first = session.ask("staff:li", key_of("T3"), CLOSES + SECOND)
    assert [fact["fact"] for fact in first["data"]["facts"]] == ["trustee_opened"]
    second = session.ask("staff:li", key_of("T1"), CLOSES + 2 * SECOND)
    assert [(f["bidder"], f["amount"]) for f in facts(second, "offer_opened")] == [
        ("01", 150),
        ("02", 170),
    ]
    # The place in time is that of the sealing, not of the opening.
    assert session.state.standing.offers["02"].i == sealing_of_02
    assert session.state.standing.offers["02"].t == OPENS
    session.until(CLOSES + 2 * SECOND)
    assert [a.bidder for a in session.state.standing.awards] == ["02"]
    assert session.state.t == CLOSES + 2 * SECOND


BOTH = [trustee(name, escrow.publics_of(private)) for name, private in PRIVATES.items()]


def test_offers_from_old_and_new_browsers_open_with_the_same_keys():
    session = running(document(trustees=BOTH), "01", "02", "03")
    seal(session, "01", 150, curve=Curve.P256)
    seal(session, "02", 170)
    seal(session, "03", 190, curve=Curve.P256, wrong=1)
    assert sealing.unwritable(session.state, None, key_of("T1")) == "TOO_EARLY"
    session.ask("staff:li", key_of("T1"), CLOSES + SECOND)
    last = session.ask("staff:li", key_of("T2"), CLOSES + SECOND)
    opened_now = [(f["bidder"], f["amount"]) for f in facts(last, "offer_opened")]
    assert opened_now == [("01", 150), ("02", 170)]
    assert [(f["bidder"], f["reason"]) for f in facts(last, "offer_voided")] == [
        ("03", "SHARES_DEALT_WRONG")
    ]


def test_a_wrong_share_is_the_bidders_doing_whoever_comes():
    for keys, void in ((("T1", "T2"), True), (("T2", "T3"), True), (("T1", "T3"), False)):
        session = running(document(), "01", "02")
        seal(session, "01", 150)
        seal(session, "02", 170, wrong=2)
        session.ask("staff:li", key_of(keys[0]), CLOSES + SECOND)
        last = session.ask("staff:li", key_of(keys[1]), CLOSES + SECOND)
        found = [(f["bidder"], f["reason"], f["blame"]) for f in facts(last, "offer_voided")]
        # T2's share shows to be wrong with T2's key; where T2 was not needed it changes nothing.
        assert found == ([("02", "SHARES_DEALT_WRONG", "bidder:02")] if void else [])
        assert ("02" in session.state.standing.offers) != void


def test_shares_of_another_polynomial_are_dealt_wrongly_although_they_join():
    """They open the box, but nobody could recompute them: the dealer did not deal as agreed."""
    session = running(document(), "01")
    ask, key = sealed(session, "01", 150)
    context, commit = escrow.Context("sample", "", "01"), from_base64(ask.commit)
    shares = []
    for number, (share, one) in enumerate(
        zip(shamir.deal(key, 2, 3), session.state.terms.trustees, strict=True), 1
    ):
        tilted = bytes(byte ^ shamir.times(7, number) for byte in share)
        public = from_base64(one.public)
        info = context.raw + commit + bytes([number])
        shares.append(to_base64(hpke.seal(tilted, public, info)))
    session.ask("bidder:01", replace(ask, shares=tuple(shares)))
    session.ask("staff:li", key_of("T1"), CLOSES + SECOND)
    last = session.ask("staff:li", key_of("T2"), CLOSES + SECOND)
    assert [f["reason"] for f in facts(last, "offer_voided")] == ["SHARES_DEALT_WRONG"]


@pytest.mark.parametrize(
    "change",
    [
        {"commit": to_base64(bytes(31))},
        {"commit": "not base64"},
        {"box": to_base64(bytes(10))},
        {"shares": (to_base64(bytes(79)),) * 3},
        {"shares": ("*",) * 3},
    ],
    ids=repr,
)
def test_what_cannot_be_a_sealed_offer_is_refused(change):
    session = running(document(), "01")
    ask, _ = sealed(session, "01", 150)
    answer = session.ask("bidder:01", replace(ask, **change))
    assert outcome(answer) == "SEAL_MALFORMED"
    assert not session.state.standing.sealed


@pytest.mark.parametrize("change", [{"k": 1}, {"k": 3}, {"shares": ()}], ids=repr)
def test_another_quorum_than_that_of_the_terms_is_refused(change):
    session = running(document(), "01")
    ask, _ = sealed(session, "01", 150)
    assert outcome(session.ask("bidder:01", replace(ask, **change))) == "SEAL_MALFORMED"


def test_every_price_makes_a_box_of_one_length():
    session = running(document(), "01")
    lengths = {len(sealed(session, "01", price)[0].box) for price in (0, 7, 10**9, 2**53 - 1)}
    assert len(lengths) == 1


def test_an_open_offer_is_refused_and_sealed_ones_have_their_place():
    session = running(document(), "01")
    assert session.bid("01", 150) == "MUST_BE_SEALED"
    ask, _ = sealed(session, "01", 150)
    assert outcome(session.ask("bidder:01", ask, CLOSES)) == "AFTER_DEADLINE"
    plain = {"escrow": "PLAIN", "trustees": [], "threshold": 0, "on_missing": None}
    other = running(document(**plain), "01")
    assert outcome(other.ask("bidder:01", ask)) == "MUST_NOT_BE_SEALED"


def test_a_key_before_its_time_or_of_another_auction_is_not_to_be_written_down():
    session = running(document(), "01")
    key = seal(session, "01", 150)
    unwritable = sealing.unwritable
    own = Reveal(secret=to_base64(key))
    assert unwritable(session.state, None, key_of("T1")) == "TOO_EARLY"
    assert unwritable(session.state, "01", own) == "TOO_EARLY"
    session.until(CLOSES)
    assert unwritable(session.state, None, key_of("T1")) is None
    foreign = TrusteeKey("T1", to_base64(PRIVATES["T2"]))
    assert unwritable(session.state, None, foreign) == "NOT_THIS_KEY"
    assert unwritable(session.state, None, TrusteeKey("T9", foreign.key)) == "NOT_THIS_KEY"
    assert unwritable(session.state, None, TrusteeKey("T1", "*")) == "NOT_THIS_KEY"
    assert unwritable(session.state, "01", Reveal(secret=to_base64(bytes(32)))) == "NOT_THIS_KEY"
    assert unwritable(session.state, "01", own) is None
    # Where it gets this far all the same, it is refused.
    assert outcome(session.ask("staff:li", foreign)) == "TRUSTEE_KEY_WRONG"
    session.ask("staff:li", key_of("T1"))
    session.ask("staff:li", key_of("T2"))
    session.until(CLOSES)
    assert session.state.status == "closed"
    assert unwritable(session.state, None, key_of("T3")) == "TOO_EARLY"


def test_each_opens_his_own():
    session = running(document(**OWN, on_missing="REMEDY_UPLOAD"), "01", "02")
    key = seal(session, "01", 150)
    seal(session, "02", 170)
    session.until(CLOSES)
    context = escrow.Context("sample", "", "02")
    plain = escrow.plain(context, 170, sealing.unit_name(session.state.terms), bytes(32))
    other = escrow.plain(context, 180, sealing.unit_name(session.state.terms), bytes(32))

    def reveal(bidder, **how):
        return outcome(session.ask(f"bidder:{bidder}", Reveal(**how)))

    assert reveal("02", secret=to_base64(key)) == "SEAL_KEY_WRONG"
    assert reveal("02") == "SEAL_KEY_WRONG"
    assert reveal("02", plain=to_base64(plain)) == "KEY_REQUIRED"
    assert reveal("01", secret=to_base64(key)) == "accepted"
    assert reveal("01", secret=to_base64(key)) == "NOTHING_SEALED"
    session.until(CLOSES + 60 * SECOND)
    assert session.state.standing.stage == "remedy"
    assert reveal("02", secret=to_base64(key), plain=to_base64(plain)) == "SEAL_KEY_WRONG"
    assert reveal("02", plain=to_base64(other)) == "SEAL_KEY_WRONG"
    assert reveal("02", plain="*") == "SEAL_KEY_WRONG"
    assert reveal("02", plain=to_base64(plain)) == "accepted"
    session.until(CLOSES + 60 * SECOND)
    assert [(a.bidder, a.price) for a in session.state.standing.awards] == [("02", 170)]


def test_too_few_trustees_suspend_the_session_in_the_entry_of_the_bell():
    session = running(document(), "01")
    key = seal(session, "01", 150)
    session.ask("staff:li", key_of("T1"), CLOSES + SECOND)
    session.until(CLOSES + 60 * SECOND)
    bell = session.entries[-1]
    assert bell["type"] == "bell.accepted"
    assert facts(bell, "quorum_missing") == [{"fact": "quorum_missing", "have": 1, "need": 2}]
    assert facts(bell, "suspended")[0]["reason"] == "QUORUM_MISSING"
    assert session.state.status == "suspended"
    assert session.due() is None
    later = CLOSES + 3_600 * SECOND
    session.ask("staff:li", Resume("继续"), later)
    assert session.closes == later + 60 * SECOND
    answer = session.ask("bidder:01", Reveal(secret=to_base64(key)), later + SECOND)
    assert [f["amount"] for f in facts(answer, "offer_opened")] == [150]


def test_nobody_but_its_owner_sees_a_sealed_offer():
    session = running(document(), "01", "02")
    seal(session, "01", 150)
    for audience in ("public", "staff", "auditor", "bidder:02"):
        room = views.snapshot(session.state, session.rule, audience, session.now)
        assert room["offers"] == []
        before = session.states[-2]
        line = views.event(before, session.entries[-1], session.state, session.rule, audience)
        assert line is None
    you = views.you(session.state, session.rule, "01", session.now)
    commit = session.state.standing.sealed["01"].commit
    assert you["sealed"] == {"commit": commit, "t": OPENS, "i": session.state.index - 1}
    assert you["state"] == "quoted"
    assert you["actions"]["ask"] == "seal"
    assert views.you(session.state, session.rule, "02", session.now)["sealed"] is None
    room = views.snapshot(session.state, session.rule, "public", session.now)
    assert room["escrow"] == {
        "mode": "TRUSTEES",
        "threshold": 2,
        "trustees": [
            {
                "id": name,
                "title": {"zh": f"受托人{name}", "en": name},
                "public": to_base64(escrow.public_of(private)),
            }
            for name, private in PRIVATES.items()
        ],
        "unit": "CNY.0",
    }


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"threshold": 1}, "threshold"),
        ({"threshold": 4}, "threshold"),
        ({"trustees": []}, "threshold"),
        ({"trustees": [trustee("T1"), trustee("T1")]}, "trustees"),
        ({"trustees": [trustee("T1"), {**trustee("T1"), "id": "T2"}]}, "trustees"),
        # The same key twice, once with its P-256 half and once without.
        ({"trustees": [trustee("T1"), {**BOTH[0], "id": "T2"}]}, "trustees"),
        ({"trustees": [BOTH[0], trustee("T2", bytes(97))]}, "public"),
        ({"escrow": "PLAIN"}, "trustees"),
        ({"escrow": "BIDDER_OPENS"}, "trustees"),
        ({**OWN, "escrow": "PLAIN"}, "on_missing"),
        ({"on_missing": None}, "on_missing"),
        ({"opening_seconds": 0}, "opening_seconds"),
        ({"trustees": [trustee("T1"), trustee("T2", bytes(32))]}, "public"),
    ],
    ids=repr,
)
def test_terms_that_do_not_go_together_are_refused_before_publication(terms, code):
    with pytest.raises(ValidationError) as wrong:
        document(**terms).bound()
    (error,) = wrong.value.errors()
    assert error["type"] == code
    assert error["ctx"]["zh"]
    assert error["ctx"]["en"]


def test_the_largest_sealed_offer_fits_a_message():
    many = [
        {**trustee("T1", escrow.publics_of(bytes([n]) * 32)), "id": f"T{n}"}
        for n in range(1, MOST_TRUSTEES + 1)
    ]
    session = opened(document(trustees=many, threshold=MOST_TRUSTEES), "01")
    ask, _ = sealed(session, "01", 150, curve=Curve.P256)
    # A frame has 4,096 bytes at most (bidding/web/wire.py); a signature takes some 200 of them.
    assert len(repr(ask)) < 3_600
    assert not sealing.malformed(session.state, "01", ask)
    with pytest.raises(ValidationError):
        document(trustees=[*many, trustee("T1")]).bound()
