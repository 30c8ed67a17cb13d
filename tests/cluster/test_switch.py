"""What a node refuses to start on, in one sentence in both languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from bidding.adapters.keys import FileKeys
from tests.doors.house_process import ROOT
from tests.postgres import fresh_database

LOG = "postgresql+asyncpg://house@/x?host=/nonexistent"
BUS = "redis://127.0.0.1:1"


def started(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "server.py", "--port", "0", "--data", str(data), *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--no-demo", "--log", LOG), "--bus"),
        (("--log", LOG, "--bus", BUS), "--no-demo"),
        (("--no-demo", "--log", LOG, "--bus", BUS), "signing.key"),
        (("--no-demo", "--log", "sqlite:///x", "--bus", BUS), "--log"),
    ],
)
def test_a_node_says_what_is_wrong_with_its_switches(tmp_path, options, says):
    done = started(tmp_path, *options)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_node_without_its_database_says_so(tmp_path):
    FileKeys(tmp_path / "signing.key")
    done = started(tmp_path, "--no-demo", "--log", LOG, "--bus", BUS)
    assert done.returncode == 2
    assert "事件日志无法打开" in done.stderr
    assert "Traceback" not in done.stderr


async def test_the_schema_is_made_with_one_command(tmp_path):
    server, database = await fresh_database()
    command = [sys.executable, "-m", "bidding.clustered", server.url("postgres", database)]
    for _ in range(2):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    house = await asyncpg.connect(host=str(server.sockets), user="house", database=database)
    try:
        assert await house.fetchval("SELECT count(*) FROM daylight.log") == 0
    finally:
        await house.close()
    unknown = subprocess.run(
        [*command, "--role", "nobody_there"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert unknown.returncode == 2
    assert "nobody_there" in unknown.stderr
    assert "Traceback" not in unknown.stderr
