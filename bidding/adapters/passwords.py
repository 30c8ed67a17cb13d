"""Password hashing with Argon2id, off the event loop.

A hash takes tens of milliseconds and many megabytes on purpose. It runs in a thread, and never more
than two at once: a flood of sign-ins may wait in line, but it may not starve a running
auction of processor or memory.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Passwords:
    """Implements `bidding.engine.identity.Passwords`."""

    def __init__(self, *, time_cost: int = 3, memory_kib: int = 65536, threads: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._hasher.hash, password
        )

    async def matches(self, verifier: str, password: str) -> bool:
        """False for a wrong password and for a verifier that is none."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._matches, verifier, password
        )

    def _matches(self, verifier: str, password: str) -> bool:
        try:
            return self._hasher.verify(verifier, password)
        except (VerificationError, InvalidHashError):
            return False

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
