"""Two houses with one register in PostgreSQL: who signs in at one is known at the other."""

import asyncio
import subprocess
import sys

import asyncpg
import pytest

from bidding.client import HouseSaysNo, Visitor
from tests.doors.door import PASSWORD, ROOT, HouseProcess
from tests.doors.test_operator import said, start
from tests.postgres import fresh_database


def create(url: str, account: str) -> None:
    """An account, made from the command line as a centre makes it."""
    done = subprocess.run(
        [sys.executable, "server.py", "--no-demo", "--books", url, "--create-account", account],
        cwd=ROOT,
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"made {account} (bidder)\n"), done.stderr


async def test_a_sign_in_is_good_at_both_and_ended_at_both(tmp_path):
    server, name = await fresh_database()
    url = server.url("postgres", name)
    await asyncio.to_thread(create, url, "sun")
    houses = []
    for number in range(2):
        data = tmp_path / f"node{number}"
        data.mkdir()
        houses.append(HouseProcess(data, ("--no-demo", "--books", url)))
    try:
        for house in houses:
            await asyncio.to_thread(house.start)
        here, there = houses
        async with Visitor(here.url) as one, Visitor(there.url) as other:
            await one.sign_in("sun", PASSWORD)
            # The browser is sent to another node: the same cookie, and nobody signs in again.
            (cookie,) = (c for c in one._http.cookie_jar if c.key == "sid")
            other._http.cookie_jar.update_cookies({"sid": cookie.value})
            assert (await other.get("/api/me"))["account"] == "sun"
            (line,) = (await one.get("/api/sessions"))["sessions"]
            await one.delete(f"/api/sessions/{line['id']}")
            # Within two seconds, by the clock of tests/bidding/web/test_sessions.py.
            async with asyncio.timeout(30):
                while (await other.get("/api/me"))["account"] is not None:
                    await asyncio.sleep(0.05)
            with pytest.raises(HouseSaysNo):
                await other.get("/api/sessions")
        assert not (houses[0].data / "house.db").exists()
    finally:
        for house in houses:
            house.stop()
    assert [house.errors() for house in houses] == [[], []]
    await said_of_a_newer_register(server, name, url, tmp_path / "node0")


async def said_of_a_newer_register(server, name, url, data) -> None:
    """The operator's sentence, and nothing is changed."""
    shell = await asyncpg.connect(host=str(server.sockets), user="postgres", database=name)
    await shell.execute("UPDATE book_registry.alembic_version SET version_num = '0099'")
    zh, en = said(await asyncio.to_thread(start, data, "--books", url))
    assert "由更新版本的程序写成（结构 0099，" in zh
    assert "was written by a newer program" in en
    assert await shell.fetchval("SELECT version_num FROM book_registry.alembic_version") == "0099"
    await shell.close()


def test_a_database_that_does_not_answer_is_said(tmp_path):
    url = "postgresql+asyncpg://daylight:secret@127.0.0.1:1/daylight"
    zh, en = said(start(tmp_path / "new", "--books", url))
    assert "无法打开" in zh
    assert "PostgreSQL 127.0.0.1/daylight" in en
    assert "secret" not in zh + en
    wrong = start(tmp_path / "new", "--books", "mysql://x/y")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("--books: ")
