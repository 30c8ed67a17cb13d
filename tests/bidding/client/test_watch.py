"""One honest bidder with two checkpoints catches a house that shows two histories."""

import asyncio
from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from bidding.client import FalseRecord, Visitor
from bidding.client import watch as watch_module
from bidding.client.own_request import Own
from bidding.client.watch import NotNow, Watch
from bidding.proof.canon import encode
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from bidding.proof.receipt import Receipt
from bidding.proof.witness_policy import NOBODY
from tests.bidding.web.door_in_process import PASSWORD, open_door

ORIGIN = "bid.example.cn/log/zs-1"
LOG = Signer(ORIGIN, bytes(32))
ATTACKER = Signer(ORIGIN, b"x" * 32)


def entries(branch):
    """Twenty entries; the branches part at entry 6."""
    base = {"v": 1, "log": ORIGIN, "type": "bid.accepted", "tv": 1, "actor": "bidder:07"}
    return [
        encode(base | {"i": i, "t": i, "data": {"n": i + (branch if i >= 6 else 0)}})
        for i in range(20)
    ]


HISTORIES = [entries(0), entries(1)]
TREES = [Tree.from_leaves(map(leaf_hash, history)) for history in HISTORIES]


class Told:
    """A record that answers from one history or the other, at one size or another."""

    def __init__(self):
        self.branch, self.size, self.signer = 0, 8, LOG
        self.away = False
        self.proof_branch = None
        self.forgets = False
        self.asked = []

    async def policy(self):
        return NOBODY.text(self.signer.verifier)

    async def receipt(self, index):
        if self.away:
            raise NotNow("away")
        tree = TREES[self.branch]
        note = self.signer.sign(Checkpoint(ORIGIN, self.size, tree.root(self.size)).body())
        proof = tuple(tree.inclusion(index, self.size))
        return Receipt(HISTORIES[self.branch][index], index, proof, note).encode()

    async def consistency(self, start, stop):
        self.asked.append((start, stop))
        if self.forgets:
            return None
        branch = self.branch if self.proof_branch is None else self.proof_branch
        return [b64encode(one).decode() for one in TREES[branch].consistency(start, stop)]


@pytest.fixture
def told():
    return Told()


async def test_what_fits_is_kept(told):
    watch = Watch(told)
    for told.size in (8, 12, 12, 10, 20):
        receipt = await watch.look(3)
        assert receipt.index == 3
    assert [one.checkpoint.size for one in watch.seen] == [8, 10, 12, 20]
    # The one in between was proved against both its neighbours.
    assert told.asked == [(8, 12), (8, 10), (10, 12), (12, 20)]
    assert watch.receipts.keys() == {3}
    assert watch.false is None


@pytest.mark.parametrize("size", [8, 12, 7])
@pytest.mark.parametrize("proofs", [0, 1])
async def test_a_second_history_is_caught_whatever_proofs_it_brings(told, size, proofs):
    heard: list[FalseRecord] = []
    watch = Watch(told, on_false=heard.append)
    await watch.look(3)
    first = watch.seen[0].note
    told.branch, told.size, told.proof_branch = 1, size, proofs
    with pytest.raises(FalseRecord) as caught:
        await watch.look(3)
    assert caught.value.evidence[0 if size >= 8 else 1] == first
    assert len(caught.value.evidence) == 2
    assert watch.false is caught.value
    assert heard == [caught.value]
    assert caught.value.zh.endswith(("日志", "延续"))


async def test_a_house_that_forgot_what_it_signed_is_caught(told):
    watch = Watch(told)
    await watch.look(3)
    told.size, told.forgets = 12, True
    with pytest.raises(FalseRecord):
        await watch.look(3)


async def test_another_key_is_not_the_same_log(told):
    watch = Watch(told)
    await watch.look(3)
    told.signer = ATTACKER
    with pytest.raises(FalseRecord):
        await watch.look(3)


async def test_a_policy_brought_along_is_believed_before_the_house(told):
    told.signer = ATTACKER
    with pytest.raises(FalseRecord):
        await Watch(told, policy=NOBODY.text(LOG.verifier)).look(3)


async def test_the_receipt_of_another_entry_is_no_receipt(told):
    class Elsewhere(Told):
        async def receipt(self, index):
            return await super().receipt(index + 1)

    with pytest.raises(FalseRecord, match="asked for entry 3"):
        await Watch(Elsewhere()).look(3)


async def test_checkpoints_of_yesterday_are_compared_with_today_s(told):
    before = Watch(told)
    await before.look(3)
    told.size = 12
    after = Watch(told, notes=before.notes)
    await after.look(3)
    assert [one.checkpoint.size for one in after.seen] == [8, 12]
    told.branch = 1
    with pytest.raises(FalseRecord):
        await Watch(told, notes=before.notes).look(3)


async def test_a_house_that_is_away_is_asked_again(told, monkeypatch):
    monkeypatch.setattr(watch_module, "PAUSE", 0.01)
    watch = Watch(told)
    told.away = True
    watch.grew(3)
    await asyncio.sleep(0.05)
    assert (watch.seen, watch.false) == ([], None)
    told.away = False
    async with asyncio.timeout(30):
        while not watch.seen:
            await asyncio.sleep(0.01)
    await watch.close()


# What the entry is, and to whose keys offers are sealed ------------------------------------------

SENT = Own("bidder:07", "r1", "bid", {"amount": 100, "lot": None}, accepted=True)
LOGGED = {
    "v": 1,
    "log": ORIGIN,
    "i": 0,
    "t": 0,
    "type": "bid.accepted",
    "actor": "bidder:07",
    "cmd": "bidder:07/r1",
    "data": {"ask": {"amount": 100, "lot": None}},
}


class Alone(Told):
    """A record of one entry."""

    def __init__(self, **entry):
        super().__init__()
        self.entry = encode({name: one for name, one in entry.items() if one is not None})

    async def receipt(self, index):
        tree = Tree.from_leaves([leaf_hash(self.entry)])
        note = self.signer.sign(Checkpoint(ORIGIN, 1, tree.root()).body())
        return Receipt(self.entry, index, (), note).encode()


@pytest.mark.parametrize(
    ("entry", "accepted"),
    [
        ({}, True),
        ({}, None),
        ({"type": "bid.refused"}, False),
        # A reference that was used before is refused under the first one's number.
        ({"cmd": None, "by": 1, "type": "bid.refused"}, False),
    ],
)
async def test_a_proved_entry_that_is_the_request_is_taken_for_it(entry, accepted):
    watch = Watch(Alone(**LOGGED | entry))
    await watch.look(0, replace(SENT, accepted=accepted))
    assert (watch.false, [*watch.receipts]) == (None, [0])


@pytest.mark.parametrize(
    "entry",
    [
        {"actor": "bidder:08", "cmd": "bidder:08/r1"},
        {"cmd": "bidder:07/r2"},
        {"cmd": None},
        {"cmd": None, "by": 1},
        {"type": "stay.accepted"},
        {"data": {"ask": {"amount": 101, "lot": None}}},
        {"data": {}},
    ],
)
async def test_a_house_that_vouches_for_another_entry_is_caught(entry):
    watch = Watch(Alone(**LOGGED | entry))
    with pytest.raises(FalseRecord, match="the log has something else there") as caught:
        await watch.look(0, SENT)
    assert "而日志中该处是另外的内容" in caught.value.zh
    assert watch.false is caught.value


@pytest.mark.parametrize(("kind", "accepted"), [("bid.refused", True), ("bid.accepted", False)])
async def test_an_answer_that_the_log_contradicts_is_caught_with_the_receipt_in_hand(
    kind, accepted
):
    watch = Watch(Alone(**LOGGED | {"type": kind}))
    with pytest.raises(FalseRecord, match="the log has the opposite") as caught:
        await watch.look(0, replace(SENT, accepted=accepted))
    assert caught.value.evidence[0].startswith(b"c2sp.org/tlog-proof@v1")


TRUSTED: dict[str, Any] = {
    "escrow": "TRUSTEES",
    "threshold": 2,
    "trustees": [{"id": "T1", "public": "AAAA", "zh": "公证处"}, {"id": "T2", "public": "BBBB"}],
    "unit": {"zh": "元", "en": "CNY", "scale": 2},
}
ROOM: dict[str, Any] = {
    "mode": "TRUSTEES",
    "threshold": 2,
    "unit": "CNY.2",
    "trustees": [{"id": "T1", "public": "AAAA", "title": {}}, {"id": "T2", "public": "BBBB"}],
}


def published(terms):
    return Watch(Alone(v=1, log=ORIGIN, i=0, t=0, data={"document": {"terms": terms}}))


@pytest.mark.parametrize(
    ("terms", "room"),
    [
        (TRUSTED, ROOM),
        ({"escrow": "PLAIN", "trustees": []}, None),
        ({"start_price": 1}, None),
        (
            {"escrow": "BIDDER_OPENS", "trustees": [], "threshold": 0, "unit": TRUSTED["unit"]},
            {"mode": "BIDDER_OPENS", "trustees": [], "threshold": 0, "unit": "CNY.2"},
        ),
    ],
)
async def test_offers_are_sealed_as_it_was_published(terms, room):
    watch = published(terms)
    await watch.sealed(room)
    assert watch.false is None


@pytest.mark.parametrize(
    "room",
    [
        None,
        {},
        ROOM | {"trustees": [ROOM["trustees"][0], {"id": "T2", "public": "CCCC"}]},
        ROOM | {"trustees": ROOM["trustees"][:1]},
        ROOM | {"trustees": ROOM["trustees"][::-1]},
        ROOM | {"threshold": 1},
        ROOM | {"unit": "CNY.0"},
        ROOM | {"mode": "BIDDER_OPENS", "trustees": [], "threshold": 0},
    ],
)
async def test_a_room_that_names_other_keys_than_the_record_is_caught(room):
    with pytest.raises(FalseRecord, match="otherwise than the record has published") as caught:
        await published(TRUSTED).sealed(room)
    assert len(caught.value.evidence) == 1


async def test_sealing_that_was_never_published_is_caught():
    with pytest.raises(FalseRecord, match="otherwise than the record has published"):
        await published({"start_price": 1}).sealed(ROOM)


# The same, with a real house and a real seat ---------------------------------------------------


async def test_a_seat_sees_the_fork_of_a_house_and_stops_bidding(tmp_path, monkeypatch):
    monkeypatch.setattr(watch_module, "PAUSE", 0.01)
    async with open_door(tmp_path) as house, Visitor(house.url) as visitor:
        await house.publish()
        await visitor.sign_in("b", PASSWORD)
        async with Visitor(house.url) as staff:
            await staff.sign_in("s", PASSWORD)
            applied = await visitor.post("/api/auctions/a/apply", {"lot": None})
            await staff.post("/api/auctions/a/admit", {"application": applied["id"]})
        watch = visitor.watch("a")
        async with visitor.join("a", watch) as seat:
            await seat.until(lambda s: s.room["status"] == "running", within=30)
            for count, amount in enumerate((100, 101), 1):
                answer = await seat.bid(amount, within=30)
                assert answer.accepted
                await seat.until(lambda s: s.proof is not None, within=30)
                async with asyncio.timeout(30):
                    while len(watch.seen) < count or answer.i not in watch.receipts:
                        await asyncio.sleep(0.01)
            _rewrite(house, monkeypatch)
            with suppress(FalseRecord):  # it comes with the answer, or right after it
                assert (await seat.bid(102, within=30)).accepted
            with pytest.raises(FalseRecord):
                await seat.until(lambda _: False, within=30)
            with pytest.raises(FalseRecord):
                await seat.bid(200, within=30)
        assert watch.false is not None
        assert all(b"test/log/a\n" in note for note in watch.false.evidence)


def _rewrite(house, monkeypatch):
    """From now on receipts are of a history in which entry 1 was another one; the key is ours."""
    inner = house.door.house
    honest, signer = inner.receipt, inner._keys.signer("test/log/a")

    async def forged(auction, index, stage=None):
        _, found = await honest(auction, index, stage)
        bodies = await inner._log.read("test/log/a")
        tree = Tree.from_leaves(
            leaf_hash(b"{}" if i == 1 else body) for i, body in enumerate(bodies)
        )
        note = signer.sign(Checkpoint("test/log/a", tree.size, tree.root()).body())
        proof = tuple(tree.inclusion(index))
        return Receipt(bodies[index], index, proof, note).encode(), found

    monkeypatch.setattr(inner, "receipt", forged)
