"""Proofs beside the record: they follow it, never hold it up, and never fork."""

import logging
from hashlib import sha256

import pytest
from gmssl.sm2 import CryptSM2

from bidding.engine.ports import AuthorityAway, SideFilesBroken
from bidding.engine.side_proofs import EVERY, GM, TIMESTAMP, SideProofs
from bidding.proof.archive import parse_archive, verify_archive
from bidding.proof.beside import gm_notes, tokens
from bidding.proof.gm import GmVerifier, gm_origin, open_gm, parse_gm_policy, verify_gm
from bidding.proof.note import parse_note
from bidding.proof.policy import parse_policy
from bidding.testing import SECOND
from tests.bidding.engine.sample import CLOSES, PREFIX, Hall, accepted, bid

LOG = f"{PREFIX}/zs-1"
SECRET = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
PUBLIC = (
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)


class OracleKeys:
    """The SM2 key of the standard's own example, and an independent signer."""

    def verifier(self, origin):
        return GmVerifier(gm_origin(origin), b"\x04" + bytes.fromhex(PUBLIC))

    async def note(self, origin, body):
        signer = CryptSM2(private_key=SECRET, public_key=PUBLIC)
        return self.verifier(origin).note(
            body, bytes.fromhex(signer.sign_with_sm3(body, f"{4711:064x}"))
        )


class PretendAuthority:
    """Answers with the digest it was asked for, or not at all."""

    def __init__(self):
        self.away = False
        self.asked: list[bytes] = []

    async def stamp(self, message):
        self.asked.append(message)
        if self.away:
            raise AuthorityAway("as the test asked")
        return b"token over " + sha256(message).digest()


class Drawer:
    """Files in memory."""

    def __init__(self):
        self.files: dict[tuple[str, str], bytes] = {}
        self.broken = False

    async def keep(self, log, kind, content):
        if self.broken:
            raise SideFilesBroken("as the test asked")
        self.files[log, kind] = content

    async def kept(self, log, kind):
        if self.broken:
            raise SideFilesBroken("as the test asked")
        return self.files.get((log, kind))


class Guarded(Hall):
    """A hall whose house keeps both proofs."""

    def __post_init__(self):
        self.drawer, self.authority = Drawer(), PretendAuthority()
        super().__post_init__()

    def new_house(self, **more):
        side = SideProofs(
            self.log, self.clock, self.drawer, keys=OracleKeys(), authority=self.authority
        )
        return super().new_house(side=side, **more)

    async def seconds(self, count):
        for _ in range(count):
            await self.clock.advance(SECOND)

    async def bidden(self, *amounts):
        for amount in amounts:
            assert accepted(await self.house.ask("zs-1", bid("03", amount, f"a{amount}")))

    async def closed(self):
        await self.clock.advance(CLOSES - self.clock.now())
        assert self.house.room("zs-1").state.status == "closed"

    def gm(self):
        return self.drawer.files.get((LOG, GM))


@pytest.fixture
async def hall():
    hall = Guarded()
    yield hall
    hall.memory.go_down(down=False)
    await hall.house.close()


async def test_the_parallel_log_follows_within_a_second_and_covers_every_entry(hall):
    await hall.running("03")
    await hall.bidden(100_000, 101_000)
    await hall.seconds(3)
    entries = await hall.log.read(LOG)
    checkpoint = verify_gm(hall.gm(), OracleKeys().verifier(LOG), LOG, entries)
    assert checkpoint.size == len(entries)


async def test_the_archive_carries_both_under_its_last_checkpoint(hall):
    await hall.running("03")
    await hall.bidden(100_000)
    await hall.closed()
    await hall.seconds(3)
    raw = await hall.house.archive("zs-1")
    last = verify_archive(raw, parse_policy(hall.house.policy("zs-1"))).archive.checkpoints[-1]
    (token,) = tokens(last)
    assert token.startswith(b"token over ")
    key = parse_gm_policy(hall.house.sm2_policy("zs-1"))
    (note,) = gm_notes(last)
    entries = parse_archive(raw).entries
    assert verify_gm(note, key, LOG, entries).size == len(entries)


async def test_only_the_closing_checkpoint_is_stamped_and_once(hall):
    await hall.running("03")
    await hall.bidden(100_000)
    await hall.seconds(5)
    assert hall.authority.asked == []
    await hall.closed()
    await hall.seconds(5)
    assert len(hall.authority.asked) == 1
    await hall.restarted()
    await hall.seconds(5)
    assert len(hall.authority.asked) == 1


async def test_an_authority_that_is_away_delays_nothing_and_is_asked_again(hall, caplog):
    hall.authority.away = True
    await hall.running("03")
    await hall.bidden(100_000, 101_000, 102_000)
    await hall.closed()
    with caplog.at_level(logging.ERROR):
        await hall.seconds(8)
    assert sum("has to wait" in r.message for r in caplog.records) == 1
    # Asked after one second, then two, then four more: no faster, and it never gives up.
    assert len(hall.authority.asked) == 4
    raw = await hall.house.archive("zs-1")
    assert not any(tokens(note) for note in parse_archive(raw).checkpoints)
    verify_archive(raw, parse_policy(hall.house.policy("zs-1")))
    hall.authority.away = False
    await hall.seconds(9)
    raw = await hall.house.archive("zs-1")
    assert len(tokens(parse_archive(raw).checkpoints[-1])) == 1


async def test_a_house_that_fell_goes_on_with_its_parallel_log(hall):
    await hall.running("03")
    await hall.bidden(100_000)
    await hall.seconds(2)
    before = open_gm(hall.gm(), OracleKeys().verifier(LOG), LOG)
    await hall.restarted()
    await hall.seconds(1)
    await hall.bidden(101_000)
    await hall.seconds(2)
    entries = await hall.log.read(LOG)
    after = verify_gm(hall.gm(), OracleKeys().verifier(LOG), LOG, entries)
    assert after.size > before.size


async def test_a_parallel_log_never_forks(hall, caplog):
    await hall.running("03")
    await hall.seconds(2)
    body = parse_note(hall.gm())[0]
    lines = body.split(b"\n")
    lines[2] = b"A" * 43 + b"="
    other = await OracleKeys().note(LOG, b"\n".join(lines))
    hall.drawer.files[LOG, GM] = other
    with caplog.at_level(logging.CRITICAL):
        await hall.restarted()
        await hall.seconds(3)
    assert hall.gm() == other
    assert any("is not signed any more" in r.message for r in caplog.records)
    await hall.bidden(100_000)


async def test_files_that_cannot_be_written_cost_nobody_anything(hall):
    hall.drawer.broken = True
    await hall.running("03")
    await hall.bidden(100_000)
    await hall.closed()
    await hall.seconds(3)
    raw = await hall.house.archive("zs-1")
    verify_archive(raw, parse_policy(hall.house.policy("zs-1")))
    hall.drawer.broken = False
    await hall.seconds(300)  # the longest that somebody who failed is left alone
    assert {kind for _, kind in hall.drawer.files} == {GM, TIMESTAMP}


async def test_neither_is_done_unless_asked_for():
    hall, drawer = Hall(), Drawer()
    hall.house = hall.new_house(side=SideProofs(hall.log, hall.clock, drawer))
    await hall.running("03")
    await hall.clock.advance(CLOSES - hall.clock.now() + 5 * EVERY)
    assert drawer.files == {}
    assert hall.house.sm2_policy("zs-1") is None
    await hall.house.close()
