"""A witness over HTTP: what each answer means, and that nothing else ever comes out."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bidding.adapters import witness_http
from bidding.adapters.witness_http import HttpWitness, session
from bidding.engine.ports import SignedLast, WitnessAway, WitnessDisputes, WitnessRefuses
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from bidding.proof.witness import SIZE_TYPE, parse_request

ORIGIN = "bid.example.cn/log/zs-1"
TREE = Tree.from_leaves(leaf_hash(b"%d" % i) for i in range(9))
NOTE = Signer(ORIGIN, bytes(32)).sign(Checkpoint(ORIGIN, 9, TREE.root()).body())


class Somewhere:
    """An address that answers as the test says."""

    def __init__(self):
        self.status, self.body, self.type = 200, b"line\n", "text/plain"
        self.heard: list[bytes] = []
        self.wait = 0.0
        self.url = ""

    async def handle(self, request):
        assert request.path == "/w/add-checkpoint"
        self.heard.append(await request.read())
        await asyncio.sleep(self.wait)
        headers = {"Location": "http://127.0.0.1:1/"} if self.status == 302 else {}
        return web.Response(
            status=self.status, body=self.body, content_type=self.type, headers=headers
        )


@pytest.fixture
async def there() -> AsyncIterator[Somewhere]:
    somewhere = Somewhere()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", somewhere.handle)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    somewhere.url = f"http://127.0.0.1:{runner.addresses[0][1]}/w/"
    yield somewhere
    await runner.cleanup()


async def ask(url):
    async with session() as http:
        return await HttpWitness("office", url, http).add_checkpoint(
            4, TREE.consistency(4, 9), NOTE
        )


async def test_the_request_is_the_protocol_s(there):
    assert await ask(there.url) == b"line\n"
    (raw,) = there.heard
    submission = parse_request(raw)
    assert (submission.old, submission.note) == (4, NOTE)
    assert submission.proof == tuple(TREE.consistency(4, 9))


@pytest.mark.parametrize(
    ("status", "kind", "body", "means"),
    [
        (409, SIZE_TYPE, b"7\n", SignedLast(7)),
        (409, SIZE_TYPE, b"0\n", SignedLast(0)),
        (409, SIZE_TYPE, b"07\n", WitnessAway),
        (409, SIZE_TYPE, b"seven\n", WitnessAway),
        (409, "text/plain", b"7\n", WitnessRefuses),
        (422, "text/plain", b"consistency proof\n", WitnessDisputes),
        (403, "text/plain", b"invalid signature\n", WitnessRefuses),
        (404, "text/plain", b"unknown log\n", WitnessRefuses),
        (400, "text/plain", b"\xff\x00\x1b[31m\n", WitnessRefuses),
        (500, "text/plain", b"", WitnessAway),
        (503, "text/plain", b"", WitnessAway),
        (302, "text/plain", b"", WitnessAway),
        (200, "text/plain", b"x" * 20_000, WitnessAway),
    ],
)
async def test_answers(there, status, kind, body, means):
    there.status, there.type, there.body = status, kind, body
    if isinstance(means, SignedLast):
        assert await ask(there.url) == means
        return
    with pytest.raises(means) as told:
        await ask(there.url)
    # What a stranger wrote goes into our log as plain characters, and not many.
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 300


async def test_a_witness_who_says_nothing_is_away(there, monkeypatch):
    monkeypatch.setattr(witness_http, "TIMEOUT", 0.1)
    there.wait = 5
    with pytest.raises(WitnessAway):
        await ask(there.url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no.such.host.invalid"])
async def test_nobody_there_is_away(url):
    with pytest.raises(WitnessAway):
        await ask(url)
