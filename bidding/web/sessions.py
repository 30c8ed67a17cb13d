"""Signing in and staying signed in: server-side sign-ins that can be listed and ended.

The cookie holds 256 random bits and nothing else; the register holds their SHA-256. So a stolen
table signs nobody in, and ending a sign-in is one row (ASVS 7.2, 7.4).

1. A new sign-in always gets a new token.
2. Ending takes effect at once in this process and within two seconds everywhere: what is known
   about a sign-in is believed for one second, and open streams are checked every second.
3. Those who act for the house are signed out after 30 minutes without a request and after
   12 hours; a bidder in a running auction is never cut off for being quiet (ASVS 7.3).
"""

import asyncio
import base64
import contextlib
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from bidding.engine.identity import Account, Passwords, Registry, SignIn
from bidding.engine.ports import BookAway
from bidding.web.limits import Limits, Meter
from bidding.web.problems import Problem

log = structlog.get_logger("door")

SECOND: Final = 1_000_000
HOUSE_IDLE: Final = 30 * 60 * SECOND
HOUSE_LONGEST: Final = 12 * 3600 * SECOND
BIDDER_LONGEST: Final = 24 * 3600 * SECOND

_BELIEVED: Final = 1 * SECOND
_TOUCH_EVERY: Final = 60 * SECOND
_CACHE: Final = 20_000


class Now(Protocol):
    """The part of the engine's clock that is needed here."""

    def now(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Who:
    """Who is asking. `account` is None for the public."""

    token: str
    account: Account | None = None
    sign_in: SignIn | None = None

    @property
    def csrf(self) -> str:
        return csrf_of(self.token)

    def has(self, *roles: str) -> bool:
        return self.account is not None and not self.account.roles.isdisjoint(roles)

    @property
    def key(self) -> str:
        return self.sign_in.id if self.sign_in else self.token


def new_token() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def csrf_of(token: str) -> str:
    """The word a page must repeat in a header: known to whoever may read /api/me with this cookie."""
    return base64.urlsafe_b64encode(
        hashlib.sha256(b"daylight/csrf/v1\n" + token.encode()).digest()
    ).decode()[:43]


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Sessions:
    """All sign-ins of this process."""

    def __init__(
        self,
        registry: Registry,
        passwords: Passwords,
        clock: Now,
        limits: Limits,
        time: Callable[[], float],
    ) -> None:
        self._registry = registry
        self._passwords = passwords
        self._clock = clock
        self._by_account = Meter(limits.password_failures_by_account, time)
        self._by_address = Meter(limits.password_failures_by_address, time)
        self._cache: OrderedDict[str, tuple[int, Who]] = OrderedDict()
        self._seen: dict[str, int] = {}
        self._written: dict[str, int] = {}
        self._ended: list[Callable[[frozenset[str]], None]] = []
        self._live: list[Callable[[], frozenset[str]]] = []
        self._nobody: str | None = None

    # Signing in and out -------------------------------------------------------------------

    async def sign_in(self, account: str, password: str, user_agent: str, address: str) -> Who:
        """Raises Problem WRONG_PASSWORD, or TOO_FAST after too many wrong ones.

        Failures are counted, successes are not: someone who knows the password is never locked out
        by his own work, only by somebody guessing at his account, and then for a minute at a time.
        """
        wait = max(self._by_account.spent(account), self._by_address.spent(address))
        if wait > 0:
            raise Problem("TOO_FAST", headers={"Retry-After": str(int(wait) + 1)})
        if self._nobody is None:
            self._nobody = await self._passwords.hash(new_token())
        known = await self._registry.account(account)
        # An unknown account takes as long as a wrong password, and so tells nobody that it is unknown.
        right = await self._passwords.matches(known.verifier if known else self._nobody, password)
        if known is None or known.disabled or not right:
            self._by_account.take(account)
            self._by_address.take(address)
            raise Problem("WRONG_PASSWORD")
        token, now = new_token(), self._clock.now()
        sign_in = SignIn(
            secrets.token_hex(8),
            _key(token),
            account,
            now,
            now,
            _plain(user_agent),
            _plain(address),
        )
        await self._registry.sign_in(sign_in)
        return Who(token, known, sign_in)

    async def end(self, account: str, sign_in: str) -> bool:
        """End one sign-in of an account, here at once."""
        done = await self._registry.revoke(account, sign_in, self._clock.now())
        self._forget(frozenset({sign_in}))
        return done

    # Asking who it is ---------------------------------------------------------------------

    async def who(self, token: str | None) -> Who:
        """Who holds this cookie; the public for none, for a wrong one and for an ended one."""
        if not token or len(token) > 64 or not token.isascii():
            return Who(new_token())
        now = self._clock.now()
        held = self._cache.get(token)
        if held is not None and now - held[0] < _BELIEVED:
            who = held[1]
        else:
            who = await self._read(token)
            self._cache[token] = (now, who)
            self._cache.move_to_end(token)
            if len(self._cache) > _CACHE:
                self._cache.popitem(last=False)
        if who.sign_in is None or who.account is None:
            return who
        if self._over(who.account, who.sign_in, now):
            await self.end(who.account.account, who.sign_in.id)
            return Who(token)
        self._seen[who.sign_in.id] = now
        return who

    async def _read(self, token: str) -> Who:
        sign_in = await self._registry.sign_in_by_key(_key(token))
        if sign_in is None or sign_in.revoked is not None:
            return Who(token)
        account = await self._registry.account(sign_in.account)
        if account is None or account.disabled:
            return Who(token)
        return Who(token, account, sign_in)

    def _over(self, account: Account, sign_in: SignIn, now: int) -> bool:
        if account.roles == {"bidder"}:
            return now - sign_in.created > BIDDER_LONGEST
        seen = max(sign_in.last_seen, self._seen.get(sign_in.id, 0))
        return now - sign_in.created > HOUSE_LONGEST or now - seen > HOUSE_IDLE

    # Ending open streams ------------------------------------------------------------------

    def watch(
        self, live: Callable[[], frozenset[str]], ended: Callable[[frozenset[str]], None]
    ) -> Callable[[], None]:
        """`live` tells which sign-ins have open streams; `ended` is told which of them are over.

        What comes back ends the watching.
        """
        self._live.append(live)
        self._ended.append(ended)

        def forget() -> None:
            if live in self._live:
                self._live.remove(live)
                self._ended.remove(ended)

        return forget

    async def sweep(self) -> None:
        """Every second: close streams of ended sign-ins, and write down who was seen.

        A register that is away cuts nobody off: whoever is there stays until it says otherwise.
        """
        while True:
            await asyncio.sleep(1)
            try:
                await self.sweep_once()
            except BookAway as away:
                log.warning("book away", what=str(away))

    async def sweep_once(self) -> None:
        live = frozenset[str]().union(*(ask() for ask in self._live))
        if live:
            over = live - await self._registry.alive(live)
            if over:
                self._forget(over)
            now = self._clock.now()
            # An open stream is presence: whoever watches a running auction is not idle.
            self._seen.update(dict.fromkeys(live - over, now))
        await self._write_seen(_TOUCH_EVERY)

    async def close(self) -> None:
        with contextlib.suppress(BookAway):
            await self._write_seen(0)

    async def _write_seen(self, older_than: int) -> None:
        due = {i: t for i, t in self._seen.items() if t - self._written.get(i, 0) > older_than}
        if due:
            await self._registry.touch(due)
            self._written.update(due)

    def _forget(self, ids: frozenset[str]) -> None:
        for token in [
            t for t, (_, who) in self._cache.items() if who.sign_in and who.sign_in.id in ids
        ]:
            del self._cache[token]
        for each in ids:
            self._seen.pop(each, None)
            self._written.pop(each, None)
        for tell in self._ended:
            tell(ids)


def _plain(text: str) -> str:
    """What a header says, fit for a list on a screen: printable and short."""
    return "".join(c if c.isprintable() else " " for c in text)[:200]
