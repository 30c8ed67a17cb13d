"""A house as its own process, for tests that knock at the real door, or break it down."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from bidding.adapters.passwords import Argon2Passwords
from bidding.adapters.registry import SqlRegistry
from bidding.client import Visitor
from bidding.engine.identity import Account, Role

REPOSITORY = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
OFFICERS: dict[str, frozenset[Role]] = {
    "staff": frozenset({"staff"}),
    "approver": frozenset({"approver"}),
    "auditor": frozenset({"auditor"}),
}
SECOND = 1_000_000


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class HouseProcess:
    """`server.py --no-demo` on its own data folder; survives `kill` by being started again."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data, self._options = data, options
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    async def accounts(self, bidders: list[str]) -> None:
        """Makes the officers and these bidders, all with one password."""
        self.data.mkdir(parents=True, exist_ok=True)
        passwords = Argon2Passwords()
        verifier = await passwords.hash(PASSWORD)
        passwords.close()
        registry = await SqlRegistry.open(self.data / "house.db")
        people = OFFICERS | {name: frozenset[Role]({"bidder"}) for name in bidders}
        for name, roles in people.items():
            await registry.create_account(Account(name, name, roles, verifier))
        await registry.close()

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "server.py", "--no-demo", "--port", str(self.port)]
        command += self._options
        with (self.data / "server.log").open("ab") as out:
            return subprocess.Popen(
                [*command, "--data", str(self.data)], cwd=REPOSITORY, stdout=out, stderr=out
            )

    async def start(self) -> None:
        """Returns when the door answers."""
        self._process = self._spawn()
        async with asyncio.timeout(20):
            while True:
                assert self._process.poll() is None, (self.data / "server.log").read_text()
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return

    def kill(self) -> None:
        """kill -9: no goodbye, no flush."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> None:
        """SIGTERM and wait; a process that is gone already is fine."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(15)


class People:
    """Everybody of one house, signed in."""

    def __init__(self, house: HouseProcess) -> None:
        self._house = house
        self._stack = AsyncExitStack()
        self._visitors: dict[str, Visitor] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def sign_in(self, *names: str) -> None:
        """Signs in these accounts, one browser each."""
        for name in names:
            visitor = await self._stack.enter_async_context(Visitor(self._house.url))
            await visitor.sign_in(name, PASSWORD)
            self._visitors[name] = visitor

    def __getitem__(self, name: str) -> Visitor:
        return self._visitors[name]

    async def publish(self, fields: dict[str, Any]) -> str:
        """Staff propose, the approver approves what was submitted."""
        draft = await self["staff"].post("/api/drafts", fields)
        submitted = await self["staff"].post(f"/api/drafts/{draft['id']}/submit")
        path = f"/api/drafts/{draft['id']}/approve"
        published = await self["approver"].post(path, {"sha256": submitted["sha256"]})
        return str(published["auction"])

    async def admit(
        self, auction: str, lots: dict[str, str | None], deposit: int
    ) -> dict[str, str]:
        """Applies, admits and pays for each account; returns account -> number."""
        path, numbers = f"/api/auctions/{auction}", {}
        now = (await self["staff"].get("/api/time"))["now"]
        for account, lot in lots.items():
            applied = await self[account].post(f"{path}/apply", {"lot": lot})
            admitted = await self["staff"].post(f"{path}/admit", {"application": applied["id"]})
            numbers[account] = str(admitted["bidder"])
            if deposit:
                paid = {"bidder": numbers[account], "amount": deposit, "received": now}
                await self["staff"].post(f"{path}/deposits", {**paid, "bank_ref": f"b-{account}"})
        return numbers
