"""Sealed bids: what opens, what does not, and who is to blame; against frozen vectors of our own."""

import json
from dataclasses import replace
from hashlib import sha256
from itertools import combinations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof import canon, escrow, hpke, shamir
from bidding.proof.escrow import Context, EscrowError, Sealed
from bidding.proof.hpke import Curve
from bidding.proof.text import to_base64
from tests.shared import own

UNIT = "CNY.2"
CONTEXT = Context("zs-2026-0012", "1", "07")
PRIVATES = {n: sha256(f"trustee {n}".encode()).digest() for n in range(1, 6)}
TRUSTEES = tuple(escrow.public_of(PRIVATES[n]) for n in range(1, 6))
KEY, NONCE = sha256(b"K").digest(), sha256(b"nonce").digest()
PLAIN = escrow.plain(CONTEXT, 123_456_789, UNIT, NONCE)
SEALED = escrow.seal(CONTEXT, PLAIN, KEY, TRUSTEES, 3)
FROZEN = own("escrow")


def keys(*numbers):
    return {n: PRIVATES[n] for n in numbers}


def dealt(bad, share):
    """The same bid with the share of trustee `bad` dealt wrongly: nonsense, or another's."""
    wrong = hpke.seal(share, TRUSTEES[bad - 1], CONTEXT.raw + SEALED.commit + bytes([bad]))
    shares = tuple(wrong if n == bad else s for n, s in enumerate(SEALED.shares, 1))
    return replace(SEALED, shares=shares)


def test_bytes_are_those_of_the_definition():
    told = to_base64(NONCE).encode()
    head = b'{"auction":"zs-2026-0012","bidder":"07","lot":"1","nonce":"' + told
    assert head + b'","pad":"0000000","price":123456789,"unit":"CNY.2","v":1}' == PLAIN
    assert CONTEXT.raw == b"bidding/sealed-bid/v1\nzs-2026-0012\n1\n07\n"
    assert SEALED.commit == sha256(CONTEXT.raw + PLAIN).digest()
    assert [len(share) for share in SEALED.shares] == [80] * 5


@pytest.mark.parametrize("size", [3, 4, 5])
def test_every_quorum_opens(size):
    for numbers in combinations(PRIVATES, size):
        opened = escrow.unseal(CONTEXT, SEALED, TRUSTEES, keys(*numbers))
        assert opened == escrow.Opened(PLAIN, KEY, (), ())


def test_two_of_five_do_not():
    for numbers in combinations(PRIVATES, 2):
        assert escrow.unseal(CONTEXT, SEALED, TRUSTEES, keys(*numbers)).plain is None


@pytest.mark.parametrize(
    "context",
    [
        Context("zs-2026-0013", "1", "07"),
        Context("zs-2026-0012", "2", "07"),
        Context("zs-2026-0012", "1", "08"),
    ],
    ids=["auction", "lot", "bidder"],
)
def test_copied_under_another_name_it_stays_shut(context):
    assert escrow.unseal(context, SEALED, TRUSTEES, PRIVATES).plain is None
    with pytest.raises(EscrowError):
        escrow.open_box(context, SEALED, KEY)


def test_altered_parts_do_not_open():
    other = escrow.seal(CONTEXT, escrow.plain(CONTEXT, 5, UNIT, NONCE), KEY, TRUSTEES, 3)
    for altered in (
        replace(SEALED, commit=other.commit),
        replace(SEALED, box=other.box),
        replace(SEALED, box=SEALED.box[:-1] + bytes([SEALED.box[-1] ^ 1])),
        replace(SEALED, k=2),
        replace(SEALED, shares=SEALED.shares[::-1]),
    ):
        assert escrow.unseal(CONTEXT, altered, TRUSTEES, PRIVATES).plain is None


def test_a_trustee_with_another_key_is_named_and_the_others_open_it():
    lying = {**keys(2, 3, 4), 1: sha256(b"not mine").digest()}
    assert escrow.unseal(CONTEXT, SEALED, TRUSTEES, lying) == escrow.Opened(PLAIN, KEY, (), (1,))
    assert escrow.unseal(CONTEXT, SEALED, TRUSTEES, {1: b"short"}).reported_wrong == (1,)


@pytest.mark.parametrize(
    "share", [bytes(32), shamir.deal(KEY, 3, 5)[0]], ids=["zeros", "another's"]
)
def test_a_share_dealt_wrongly_is_named_by_recomputing(share):
    bad = dealt(4, share)
    assert escrow.unseal(CONTEXT, bad, TRUSTEES, keys(1, 3, 4, 5)).dealt_wrong == (4,)
    assert escrow.unseal(CONTEXT, bad, TRUSTEES, keys(1, 2, 3)) == escrow.Opened(PLAIN, KEY, (), ())
    # Three genuine keys that do not open it: the shares were dealt wrongly, whichever it was.
    assert escrow.unseal(CONTEXT, bad, TRUSTEES, keys(1, 3, 4)).plain is None


def test_a_share_sealed_to_nobody_is_the_bidders_doing():
    noise = replace(SEALED, shares=(bytes(80), *SEALED.shares[1:]))
    assert escrow.unseal(CONTEXT, noise, TRUSTEES, keys(1, 2, 3)).dealt_wrong == (1,)
    assert escrow.unseal(CONTEXT, noise, TRUSTEES, keys(1, 2, 3, 4)).plain == PLAIN
    short = replace(SEALED, shares=(b"", *SEALED.shares[1:]))
    assert escrow.unseal(CONTEXT, short, TRUSTEES, keys(1, 2, 3)).dealt_wrong == (1,)


def test_the_bidder_opens_with_his_key_alone():
    mine = escrow.seal(CONTEXT, PLAIN, KEY, (), 0)
    assert (mine.k, mine.shares) == (0, ())
    assert (mine.commit, mine.box) == (SEALED.commit, SEALED.box)
    assert escrow.open_box(CONTEXT, mine, KEY) == PLAIN
    for wrong in (NONCE, b"short", b""):
        with pytest.raises(EscrowError) as told:
            escrow.open_box(CONTEXT, mine, wrong)
        assert told.value.zh.strip()


def test_a_box_that_breaks_its_commitment_is_refused():
    """AES-GCM alone would admit it: the box is locked for the commitment of another text."""
    other = escrow.plain(CONTEXT, 1, UNIT, NONCE)
    box = AESGCM(escrow._box_key(KEY)).encrypt(bytes(12), other, CONTEXT.raw + SEALED.commit)
    with pytest.raises(EscrowError, match="something else"):
        escrow.open_box(CONTEXT, replace(SEALED, box=box), KEY)


@given(st.integers(0, canon.MAX_INT))
def test_price_is_read_back_and_every_box_is_equally_long(price):
    raw = escrow.plain(CONTEXT, price, UNIT, NONCE)
    assert escrow.read(CONTEXT, raw, UNIT) == price
    assert len(raw) + 16 == escrow.box_bytes(CONTEXT, UNIT)


@pytest.mark.parametrize(
    "change",
    [
        {"price": 123456780},
        {"price": "123456789"},
        {"price": True, "pad": "000000000000000"},
        {"price": -1, "pad": "00000000000000"},
        {"pad": ""},
        {"pad": "0000001"},
        {"bidder": "08"},
        {"lot": "2"},
        {"auction": "other"},
        {"unit": "CNY.0"},
        {"v": 2},
        {"nonce": "AA=="},
        {"nonce": 5},
        {"more": 1},
    ],
    ids=json.dumps,
)
def test_only_the_one_spelling_is_read(change):
    fields = canon.decode(PLAIN) | change
    raw = canon.encode(fields)
    if change == {"price": 123456780}:
        assert escrow.read(CONTEXT, raw, UNIT) == 123456780
        return
    with pytest.raises(EscrowError):
        escrow.read(CONTEXT, raw, UNIT)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", PLAIN + b" ", PLAIN[:-1]])
def test_what_is_no_sealed_bid(raw):
    with pytest.raises(EscrowError):
        escrow.read(CONTEXT, raw, UNIT)


def test_names_cannot_run_into_each_other():
    for name in ("a\nb", "价", "a b", "x" * 65):
        with pytest.raises(AssertionError):
            Context(name, "1", "07")


LOW_ORDER = [0, 1, 2**255 - 19 - 1, 2**255 - 19, 2**255 - 18, 2**256 - 1]


@pytest.mark.parametrize("y", LOW_ORDER)
def test_nothing_is_sealed_to_a_key_of_low_order(y):
    public = y.to_bytes(32, "little")
    assert escrow.key_fault(public)
    with pytest.raises(EscrowError):
        escrow.seal(CONTEXT, PLAIN, KEY, (public, *TRUSTEES[1:]), 3)


def test_sound_keys_pass_and_short_ones_do_not():
    assert [escrow.key_fault(public) for public in TRUSTEES] == [None] * 5
    assert escrow.key_fault(TRUSTEES[0][:-1])
    with pytest.raises(EscrowError):
        escrow.public_of(b"short")
    assert escrow.is_key_of(PRIVATES[1], TRUSTEES[0])
    assert not escrow.is_key_of(PRIVATES[1], TRUSTEES[1])
    assert not escrow.is_key_of(b"short", TRUSTEES[0])


@pytest.mark.parametrize("case", FROZEN["cases"], ids=lambda case: case["name"])
def test_frozen_vectors_open_for_ever(case):
    context = Context(case["auction"], case["lot"], case["bidder"])
    key, nonce = bytes.fromhex(case["key"]), bytes.fromhex(case["nonce"])
    privates = {n: bytes.fromhex(raw) for n, raw in enumerate(FROZEN["privates"], 1)}
    trustees = [escrow.public_of(raw) for raw in privates.values()][: case["n"]]
    raw = escrow.plain(context, case["price"], case["unit"], nonce)
    assert raw.decode() == case["plain"]
    sealed = Sealed(
        bytes.fromhex(case["commit"]),
        bytes.fromhex(case["box"]),
        case["k"],
        tuple(bytes.fromhex(one) for one in case["sealed_shares"]),
    )
    assert escrow.commitment(context, raw) == sealed.commit
    assert escrow.open_box(context, sealed, key) == raw
    assert escrow.seal(context, raw, key, (), 0).box == sealed.box
    if sealed.k:
        assert [one.hex() for one in shamir.deal(key, sealed.k, case["n"])] == case["shares"]
        for numbers in combinations(range(1, case["n"] + 1), sealed.k):
            some = {n: privates[n] for n in numbers}
            assert escrow.unseal(context, sealed, trustees, some).plain == raw


@pytest.mark.parametrize("case", FROZEN["cases"], ids=lambda case: case["name"])
def test_what_a_browser_sealed_with_p256_opens_with_the_same_private_keys(case):
    context = Context(case["auction"], case["lot"], case["bidder"])
    privates = {n: bytes.fromhex(raw) for n, raw in enumerate(FROZEN["privates"], 1)}
    trustees = [escrow.publics_of(raw) for raw in privates.values()]
    assert [one.hex() for one in trustees] == FROZEN["both"]
    shares = tuple(bytes.fromhex(one) for one in case["sealed_shares_p256"])
    assert {len(one) for one in shares} <= {113}
    commit, box = bytes.fromhex(case["commit"]), bytes.fromhex(case["box"])
    sealed = Sealed(commit, box, case["k"], shares)
    for numbers in combinations(range(1, case["n"] + 1), sealed.k) if sealed.k else ():
        some = {n: privates[n] for n in numbers}
        opened = escrow.unseal(context, sealed, trustees[: case["n"]], some)
        assert opened.plain == case["plain"].encode()
        assert (opened.dealt_wrong, opened.reported_wrong) == ((), ())
    for number, share in enumerate(shares, 1):
        changed = share[:-1] + bytes([share[-1] ^ 1])
        worse = Sealed(commit, box, sealed.k, (changed,) * len(shares))
        assert escrow.open_share(context, worse, number, privates[number]) is None


def test_shares_of_both_curves_make_one_offer():
    both = [escrow.publics_of(PRIVATES[n]) for n in range(1, 6)]
    context = Context("a", "", "03")
    raw = escrow.plain(context, 1, "CNY.2", bytes(32))
    key = bytes(range(32))
    first = escrow.seal(context, raw, key, both, 3)
    second = escrow.seal(context, raw, key, both, 3, curve=Curve.P256)
    mixed = Sealed(first.commit, first.box, 3, (*first.shares[:2], *second.shares[2:]))
    some = {n: PRIVATES[n] for n in (1, 3, 5)}
    assert escrow.unseal(context, mixed, both, some) == escrow.Opened(raw, key, (), ())


def test_without_a_p256_key_nothing_is_sealed_with_it():
    context = Context("a", "", "03")
    raw = escrow.plain(context, 1, "CNY.2", bytes(32))
    with pytest.raises(EscrowError, match="trustee 1 has no P-256 key"):
        escrow.seal(context, raw, bytes(32), TRUSTEES, 3, curve=Curve.P256)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda key: key[:-1], "32 bytes"),
        (lambda key: key[:-1] + bytes([key[-1] ^ 1]), "no point of P-256"),
        (lambda key: key[:32] + b"\x05" + key[33:], "no point of P-256"),
        (lambda key: bytes(32) + key[32:], "low-order"),
    ],
)
def test_an_unsound_key_for_both_curves_is_named(change, said):
    sound = escrow.publics_of(PRIVATES[1])
    assert escrow.key_fault(sound) is None
    assert said in (escrow.key_fault(change(sound)) or "")
    assert escrow.is_key_of(PRIVATES[1], sound)
    assert not escrow.is_key_of(PRIVATES[2], sound)
