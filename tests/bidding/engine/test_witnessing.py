"""Witnesses are asked beside the bidding: quorum, silence, lies, restarts."""

import logging
from collections.abc import Mapping, Sequence
from hashlib import sha256

import pytest

from bidding.core.commands import Announce, Command, Void
from bidding.engine.house import NotWitnessed
from bidding.engine.ports import SignedLast, WitnessAway, WitnessDisputes, WitnessRefuses
from bidding.engine.witnessing import EVERY, Witnessing
from bidding.proof.archive import verify_archive
from bidding.proof.checkpoint import Checkpoint, parse_body
from bidding.proof.merkle import Tree
from bidding.proof.note import Cosigner
from bidding.proof.policy import PolicyError, parse_policy
from bidding.proof.receipt import verify_receipt
from bidding.proof.text import to_base64
from bidding.proof.witness import Submission, Trust, add_checkpoint
from bidding.proof.witness_policy import parse_witnesses
from bidding.testing import SECOND, settle
from tests.bidding.engine.sample import CLOSES, PREFIX, Hall, Screen, accepted, bid

LOG = f"{PREFIX}/zs-1"
NAMES = ("office", "notary", "centre2")


class Pretend:
    """A witness in this process, as honest as the test wants it."""

    def __init__(self, hall, name):
        self.name = name
        self.key = Cosigner(f"{name}.example.cn/w", sha256(name.encode()).digest())
        self._trust = Trust(centres=[hall.keys.signer(PREFIX).verifier])
        self._clock = hall.clock
        self.memory: Mapping[str, Checkpoint] = {}
        self.asked: list[tuple[int, int]] = []
        self.down = False
        self.lies: bytes | None = None

    async def add_checkpoint(
        self, old: int, proof: Sequence[bytes], note: bytes
    ) -> bytes | SignedLast:
        checkpoint = parse_body(note[: note.rfind(b"\n\n") + 1])
        self.asked.append((old, checkpoint.size))
        if self.down:
            raise WitnessAway("as the test asked")
        raw = Submission(old, tuple(proof), note, checkpoint).encode()
        now = self._clock.now() // SECOND
        answer, self.memory = add_checkpoint(self.memory, raw, self._trust, self.key, now)
        if answer.status == 409:
            return SignedLast(int(answer.body))
        if answer.status == 422:
            raise WitnessDisputes(answer.body.decode())
        if answer.status != 200:
            raise WitnessRefuses(answer.body.decode())
        return answer.body if self.lies is None else self.lies


class Watched(Hall):
    """A hall whose house has witnesses."""

    quorum = "2"
    names: tuple[str, ...] = ()

    def __post_init__(self):
        self.names = self.names or NAMES
        self.all = {name: Pretend(self, name) for name in NAMES}
        super().__post_init__()

    def policy(self):
        used = [self.all[name] for name in self.names]
        lines = [f"witness {w.name} {w.key.verifier.vkey} http://{w.name}" for w in used]
        group = f"group enough {self.quorum} {' '.join(self.names)}"
        return parse_witnesses("\n".join((*lines, group, "quorum enough")))

    def new_house(self, **more):
        witnesses = [self.all[name] for name in self.names]
        self.witnessing = Witnessing(self.log, self.clock, witnesses, self.policy())
        return super().new_house(witnessing=self.witnessing, **more)

    async def seconds(self, count):
        for _ in range(count):
            await self.clock.advance(SECOND)

    def size(self):
        return self.house.room("zs-1").state.index


@pytest.fixture
async def hall():
    hall = Watched()
    yield hall
    hall.memory.go_down(down=False)
    await hall.house.close()


async def receipt(hall, index, stage=None):
    raw, found = await hall.house.receipt("zs-1", index, stage)
    return raw, found


async def test_a_bid_is_answered_at_once_and_witnessed_within_a_second(hall):
    await hall.running("03")
    await hall.seconds(3)
    answer = await hall.house.ask("zs-1", bid("03", 100_000, "a"))
    assert accepted(answer)
    raw, stage = await receipt(hall, answer.index)
    assert stage == "R1"
    policy = parse_policy(hall.house.policy("zs-1"))
    with pytest.raises(PolicyError, match="not enough witnesses"):
        verify_receipt(raw, policy)
    with pytest.raises(NotWitnessed):
        await receipt(hall, answer.index, "R2")
    await hall.seconds(2)
    raw, stage = await receipt(hall, answer.index)
    assert stage == "R2"
    assert verify_receipt(raw, policy).index == answer.index
    assert await receipt(hall, answer.index, "R2") == (raw, "R2")
    # The centre's own word can still be asked for by itself.
    assert (await receipt(hall, answer.index, "R1"))[1] == "R1"


async def test_after_a_quiet_time_a_bid_is_shown_to_witnesses_at_once(hall):
    await hall.running("03")
    await hall.clock.advance(3 * SECOND + SECOND // 3)
    for amount in (100_000, 101_000):
        answer = await hall.house.ask("zs-1", bid("03", amount))
        await settle()
        assert (await receipt(hall, answer.index))[1] == "R2"
        # Shorter than two seconds: a round for nothing would still be running.
        await hall.clock.advance(SECOND + SECOND // 2)


async def test_a_log_that_is_being_read_again_keeps_nobody_busy(hall, monkeypatch):
    await hall.running("03")
    rounds, honest = [], hall.witnessing._round

    def counted(log):
        rounds.append(log)
        return honest(log)

    with monkeypatch.context() as patched:
        patched.setattr(hall.house._seats["zs-1"], "auctioneer", None)
        patched.setattr(hall.witnessing, "_round", counted)
        hall.witnessing.grew(LOG)
        await hall.seconds(5)
    assert 1 <= len(rounds) <= 6


async def test_a_growing_log_is_shown_once_a_second_and_its_end_always(hall):
    await hall.running("03", "04")
    amount = 100_000
    before = {name: len(hall.all[name].asked) for name in NAMES}
    for _ in range(50):  # five seconds, ten bids in each
        await hall.house.ask("zs-1", bid("03" if amount // 1000 % 2 else "04", amount))
        amount += 1_000
        await hall.clock.advance(SECOND // 10)
    for name in NAMES:
        assert 4 <= len(hall.all[name].asked) - before[name] <= 6
    await hall.clock.advance(CLOSES - hall.clock.now())
    await hall.seconds(2)
    assert hall.house.room("zs-1").state.status == "closed"
    assert {w.memory[LOG].size for w in hall.all.values()} == {hall.size()}
    found = verify_archive(await hall.house.archive("zs-1"), hall.policy().policy(_key(hall)))
    assert sorted(found.witnesses) == sorted(NAMES)
    assert found.checkpoint.size == hall.size()


def _key(hall):
    return hall.keys.signer(LOG).verifier


async def test_witnesses_are_asked_with_a_proof_from_what_they_signed_last(hall):
    await hall.running("03")
    await hall.seconds(2)
    for amount in (100_000, 101_000):
        await hall.house.ask("zs-1", bid("03", amount))
        await hall.seconds(2)
    sizes = [size for _, size in hall.all["office"].asked]
    olds = [old for old, _ in hall.all["office"].asked]
    assert sizes == sorted(sizes)
    assert olds == [0, *sizes[:-1]]


async def test_one_witness_down_leaves_a_quorum_of_the_others(hall):
    hall.all["notary"].down = True
    await hall.running("03")
    answer = await hall.house.ask("zs-1", bid("03", 100_000))
    await hall.seconds(2)
    assert (await receipt(hall, answer.index))[1] == "R2"
    assert hall.witnessing.away() == 1
    assert hall.witnessing.lag_entries() == 0
    asked = len(hall.all["notary"].asked)
    await hall.seconds(100)
    # Left alone for longer and longer, a quarter of a minute at most.
    assert 5 <= len(hall.all["notary"].asked) - asked <= 10
    hall.all["notary"].down = False
    await hall.seconds(16)
    assert hall.all["notary"].memory[LOG].size == hall.size()
    assert hall.witnessing.away() == 0


async def test_without_a_quorum_bidding_goes_on_and_the_lag_is_seen(hall):
    await hall.running("03")
    await hall.seconds(2)
    assert (hall.witnessing.lag_entries(), hall.witnessing.lag_microseconds()) == (0, 0)
    hall.all["notary"].down = hall.all["office"].down = True
    answer = await hall.house.ask("zs-1", bid("03", 100_000))
    await hall.seconds(5)
    assert accepted(answer)
    assert (await receipt(hall, answer.index))[1] == "R1"
    assert hall.witnessing.lag_entries() == 1
    assert hall.witnessing.lag_microseconds() == 5 * SECOND
    hall.all["notary"].down = False
    await hall.seconds(16)
    assert (await receipt(hall, answer.index))[1] == "R2"
    assert (hall.witnessing.lag_entries(), hall.witnessing.lag_microseconds()) == (0, 0)


@pytest.mark.parametrize("lie", [b"", b"nonsense\n", b"\xe2\x80\x94 x AAAAAAAA\n"])
async def test_a_witness_whose_line_does_not_verify_counts_for_nothing(hall, caplog, lie):
    hall.all["notary"].lies = hall.all["centre2"].lies = lie
    await hall.running("03")
    await hall.seconds(3)
    assert (await receipt(hall, 0))[1] == "R1"
    told = [r for r in caplog.records if "does not sign" in r.message]
    assert {r.levelno for r in told} == {logging.ERROR}
    # Once for each until he mends his ways, not once a second.
    assert len(told) == 2


async def test_a_witness_who_signed_another_tree_is_said_aloud(hall, caplog):
    other = Tree.from_leaves([bytes(32)] * 9)
    for size, name in ((9, "notary"), (1, "office")):
        body = parse_body(f"{LOG}\n{size}\n".encode() + _root(other.root(size)))
        hall.all[name].memory = {LOG: body}
    await hall.published(None, "03")
    await hall.seconds(2)
    assert hall.witnessing.disputes() == 2
    told = [r for r in caplog.records if r.levelno == logging.CRITICAL]
    assert len(told) == 2
    assert all("does not sign" in r.message for r in told)
    assert (await receipt(hall, 0))[1] == "R1"


def _root(root):
    return to_base64(root).encode() + b"\n"


async def test_what_was_witnessed_survives_a_restart(hall):
    await hall.running("03")
    answer = await hall.house.ask("zs-1", bid("03", 100_000, "a"))
    await hall.seconds(2)
    before = await receipt(hall, answer.index, "R2")
    await hall.house.close()
    for witness in hall.all.values():
        witness.down = True
    await hall.restarted()
    assert await receipt(hall, answer.index, "R2") == before
    frames = await _joined(hall, "03")
    assert _proof(frames)["witnessed"] == answer.index + 1


async def test_a_quorum_that_is_asked_for_anew_is_not_taken_from_the_past(hall):
    hall.all["centre2"].down = True
    await hall.running("03")
    await hall.seconds(3)
    assert (await receipt(hall, 0))[1] == "R2"
    await hall.house.close()
    hall.quorum = "all"
    await hall.restarted()
    await hall.seconds(3)
    assert (await receipt(hall, 0))[1] == "R1"
    hall.all["centre2"].down = False
    await hall.seconds(16)
    raw, stage = await receipt(hall, 0)
    assert stage == "R2"
    verify_receipt(raw, parse_policy(hall.house.policy("zs-1")))


async def test_a_store_that_fails_is_asked_again(hall):
    await hall.running("03")
    await hall.seconds(3)
    answer = await hall.house.ask("zs-1", bid("03", 100_000))
    fails = [True] * 4

    async def keep(log, size, note):
        if fails:
            fails.pop()
            hall.memory.go_down()
            try:
                await type(hall.memory).keep_cosigned(hall.memory, log, size, note)
            finally:
                hall.memory.go_down(down=False)
        await type(hall.memory).keep_cosigned(hall.memory, log, size, note)

    hall.memory.keep_cosigned = keep
    await settle()
    assert (await receipt(hall, answer.index))[1] == "R1"
    await hall.seconds(8)
    assert (await receipt(hall, answer.index))[1] == "R2"


async def _joined(hall, bidder):
    screen = Screen()
    room = hall.house.room("zs-1")
    _, first = await room.join(screen, {"public": None, f"bidder:{bidder}": None}, bidder)
    screen(first)
    return screen


def _proof(screen):
    return [f for f in screen.frames if f["type"] == "proof"][-1]


async def test_a_bidder_is_told_of_his_own_requests_and_nobody_of_others(hall):
    await hall.running("03", "04")
    await hall.seconds(3)
    mine, other = await _joined(hall, "03"), await _joined(hall, "04")
    assert [f for f in mine.frames if f["type"] == "proof"] == []
    answer = await hall.house.ask("zs-1", bid("03", 100_000))
    await hall.clock.advance(EVERY // 20)
    assert _proof(mine)["signed"] == answer.index + 1
    await hall.seconds(2)
    assert _proof(mine) == {
        "type": "proof",
        "signed": answer.index + 1,
        "witnessed": answer.index + 1,
    }
    assert [f for f in other.frames if f["type"] == "proof"] == []


async def test_targets_are_forgotten(hall):
    await hall.running("03", "04")
    hall.all["notary"].down = True
    amount = 100_000
    for _ in range(40):
        await hall.house.ask("zs-1", bid("03" if amount // 1000 % 2 else "04", amount))
        amount += 1_000
        await hall.seconds(1)
    assert len(hall.witnessing._logs[LOG].targets) <= len(NAMES) + 1
    assert not hall.witnessing._tasks or len(hall.witnessing._tasks) <= len(NAMES) + 1


async def test_a_house_without_witnesses_has_none_of_this():
    hall = Hall()
    await hall.running("03")
    await settle()
    assert hall.house.witnessing.cosigned(LOG) is None
    assert "quorum none" in hall.house.policy("zs-1")
    assert (await hall.house.receipt("zs-1", 0))[1] == "R1"
    with pytest.raises(NotWitnessed):
        await hall.house.receipt("zs-1", 0, "R2")
    await hall.house.close()


async def test_a_result_waits_for_the_quorum_and_later_notices_take_nothing_back(hall):
    await hall.running("03")
    assert accepted(await hall.house.ask("zs-1", bid("03", 100_000, "a")))
    assert hall.house.result("zs-1") is None
    hall.all["office"].down = hall.all["notary"].down = True
    await hall.clock.advance(CLOSES - hall.clock.now())
    await hall.seconds(5)
    assert hall.house.room("zs-1").state.status == "closed"
    assert hall.house.result("zs-1") == "waits"
    hall.all["office"].down = hall.all["notary"].down = False
    await hall.seconds(20)
    assert hall.house.result("zs-1") == "witnessed"
    hall.all["office"].down = hall.all["notary"].down = True
    answer = await hall.house.ask("zs-1", Command("staff:li", Announce("公告", "Notice"), "n"))
    assert accepted(answer)
    assert hall.house.result("zs-1") == "witnessed"
    # Voided is another end: it waits for its own quorum.
    voided = Command("approver:wang", Void("违规"), "v")
    assert accepted(await hall.house.ask("zs-1", voided))
    assert hall.house.result("zs-1") == "waits"


async def test_without_a_quorum_a_result_is_the_centre_s_own_word_at_once():
    hall = Hall()
    await hall.running("03")
    await hall.clock.advance(CLOSES - hall.clock.now())
    assert hall.house.result("zs-1") == "centre"
    await hall.house.close()
