"""What a node refuses to start on, in one sentence in both languages; and the schema it stands on."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bidding import clustered, errands
from bidding.adapters.keys import FileKeys, KeyFileError
from bidding.adapters.pg_log import PgLog
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import leaf_hash
from bidding.settings import Mistake, Settings
from tests.doors.program import ROOT
from tests.postgres import fresh_database

LOG = "postgresql+asyncpg://house@/x?host=/nonexistent"
BUS = "redis://127.0.0.1:1"
BOTH = ("--log", LOG, "--bus", BUS)

#: Switches, whether the key is there, and what has to be said.
WRONG: dict[str, tuple[tuple[str, ...], bool, str]] = {
    "a log without letters": (("--no-demo", "--log", LOG), True, "--bus"),
    "a demonstration": (BOTH, True, "--no-demo"),
    "no key": (("--no-demo", *BOTH), False, "signing.key"),
    "another database": (("--no-demo", "--log", "sqlite:///x", "--bus", BUS), True, "--log"),
    "letters that go nowhere": (
        ("--no-demo", "--log", LOG, "--bus", "redis://b:x/0"),
        True,
        "--bus 的地址",
    ),
    "no database there": (("--no-demo", *BOTH), True, "事件日志无法打开"),
}

#: One process for all of them: starting one is what takes the time.
TRY: str = """
import contextlib, io, json, sys
import server
for options in json.load(sys.stdin):
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            code = server.main(options)
        except SystemExit as ended:
            code = ended.code
    print(json.dumps([code, said.getvalue()]))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    tried = []
    for name, (options, key, _) in WRONG.items():
        data: Path = tmp_path_factory.mktemp(name.replace(" ", "_"))
        if key:
            FileKeys(data / "signing.key")
        tried.append(["--port", "0", "--data", str(data), *options])
    done = subprocess.run(
        [sys.executable, "-c", TRY],
        cwd=ROOT,
        input=json.dumps(tried),
        capture_output=True,
        text=True,
        check=True,
        timeout=90,
    )
    return dict(zip(WRONG, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("name", WRONG)
def test_a_node_says_what_is_wrong_and_does_not_start(said, name):
    code, words = said[name]
    assert code == 2
    assert WRONG[name][2] in words
    assert "Traceback" not in words


async def test_the_keys_that_nodes_share_are_made_at_one_of_them(tmp_path, capsys):
    settings = Settings(demo=False, log=LOG, bus=BUS, data=tmp_path, tags="session")
    assert await errands.make_key(settings) == 0
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(made) == {"signing.key", "guarantees.key", "tags.key"}
    with pytest.raises(Mistake, match="left alone"):
        await errands.make_key(settings)
    # A node of an older program, that had no such secret yet.
    (tmp_path / "guarantees.key").unlink()
    assert await errands.make_key(settings) == 0
    assert {p.name for p in tmp_path.iterdir()} == set(made)
    assert (tmp_path / "signing.key").read_bytes() == made["signing.key"]
    assert len(set(capsys.readouterr().out.splitlines())) == 1


async def test_a_node_with_a_key_of_its_own_does_not_start(tmp_path):
    ours, other = FileKeys(tmp_path / "ours.key"), FileKeys(tmp_path / "other.key")
    server, database = await fresh_database()
    assert await asyncio.to_thread(clustered.main, [server.url("postgres", database)]) == 0

    async def stands(keys: FileKeys) -> None:
        async with AsyncExitStack() as stack:
            log = server.url("house", database)
            await clustered.stand(stack, log, BUS, direct=None, node="a", prefix="x", keys=keys)

    await stands(other)  # nothing is signed yet
    record = PgLog(server.url("house", database))
    for signed, name in ((ours, "x/1"), (other, "x/2")):
        note = signed.signer(name).sign(Checkpoint(name, 1, leaf_hash(b"{}")).body())
        await record.create(name, b"{}", note)
        if signed is ours:
            with pytest.raises(KeyFileError, match=r"copy signing\.key") as refused:
                await stands(other)
            assert "signing.key" in refused.value.zh
    await stands(ours)  # the other log is named by the house, as any that does not hold
    await record.close()


async def test_the_schema_is_made_with_one_command_and_again(capsys):
    server, database = await fresh_database()
    owner = server.url("postgres", database)
    for _ in range(2):
        assert await asyncio.to_thread(clustered.main, [owner]) == 0
    house = await asyncpg.connect(host=str(server.sockets), user="house", database=database)
    try:
        assert await house.fetchval("SELECT count(*) FROM daylight.log") == 0
    finally:
        await house.close()
    assert await asyncio.to_thread(clustered.main, [owner, "--role", "nobody_there"]) == 2
    assert "nobody_there" in capsys.readouterr().err
