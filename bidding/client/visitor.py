"""Signing in and asking over HTTP; the way to a seat in an auction."""

from collections.abc import Mapping, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from bidding.client.seat import Seat
from bidding.client.watch import HouseRecord, Watch


class HouseSaysNo(Exception):
    """A problem document: `code`, `status`, the sentences, and wrong fields if any."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {body.get('code')}: {body.get('sentence', {}).get('en')}")
        self.status = status
        self.code: str = body.get("code", "")
        self.body = body


class Visitor:
    """One browser's worth of state: the cookie and the csrf word. Use with `async with`."""

    def __init__(self, url: str) -> None:
        """`url` is the house's, as http://host:port."""
        self.url = url.rstrip("/")
        self.csrf: str | None = None
        self.account: str | None = None
        self._http: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        # Cookies of addresses, not only of names: a house on a bench has no name.
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def sign_in(self, account: str, password: str) -> dict[str, Any]:
        """Raises HouseSaysNo WRONG_PASSWORD or TOO_FAST."""
        await self._me()
        self._is(await self.post("/api/sign-in", {"account": account, "password": password}))
        return {"account": self.account}

    async def sign_out(self) -> None:
        await self.post("/api/sign-out")
        await self._me()

    async def _me(self) -> None:
        self._is(await self.get("/api/me"))

    def _is(self, me: dict[str, Any]) -> None:
        self.csrf, self.account = me["csrf"], me["account"]

    async def get(self, path: str, **query: str | int) -> dict[str, Any]:
        return await self.ask("GET", path, query=query)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return await self.ask("POST", path, body)

    async def put(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self.ask("PUT", path, body)

    async def delete(self, path: str) -> dict[str, Any]:
        return await self.ask("DELETE", path)

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> dict[str, Any]:
        """One request. Raises HouseSaysNo for every problem document."""
        if method != "GET" and self.csrf is None:
            await self._me()
        headers = {"X-CSRF": self.csrf} if method != "GET" and self.csrf else {}
        async with self._http.request(
            method, self.url + path, json=body, params=query, headers=headers
        ) as response:
            if response.status >= 400:
                raise await _no(response)
            answer: dict[str, Any] = await response.json(content_type=None)
            return answer

    async def download(self, path: str) -> bytes:
        """A file: a receipt, an archive, a policy."""
        async with self._http.get(self.url + path) as response:
            if response.status >= 400:
                raise await _no(response)
            return await response.read()

    def join(self, auction: str, watch: Watch | None = None) -> Seat:
        """A seat in an auction, as whoever is signed in; enter it with `async with`.

        `watch` is the eye on the record, where the bidder brings what he saw before.
        """
        watch = watch or self.watch(auction)
        csrf = self.csrf if self.account else None
        return Seat(self._stream_url(), auction, self.cookie, csrf, watch=watch)

    def watch(
        self, auction: str, *, policy: str | None = None, notes: Sequence[bytes] = ()
    ) -> Watch:
        """An eye on the auction's record, with the policy and the checkpoints from before."""
        return Watch(HouseRecord(self._fetch, auction), policy=policy, notes=notes)

    async def _fetch(self, path: str) -> tuple[int, Any]:
        """Status and content of one GET: JSON as a value, a file as bytes."""
        async with self._http.get(self.url + path) as response:
            if response.content_type.endswith("json"):
                return response.status, await response.json(content_type=None)
            return response.status, await response.read()

    @property
    def cookie(self) -> str:
        """The Cookie header for the house."""
        found = self._http.cookie_jar.filter_cookies(URL(self.url))
        return "; ".join(f"{m.key}={m.value}" for m in found.values())

    def _stream_url(self) -> str:
        parts = urlsplit(self.url)
        return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{parts.path}/api/v1/stream"


async def _no(response: aiohttp.ClientResponse) -> HouseSaysNo:
    """What the house said, or what stands before it: a balancer that finds no node has a page of its own."""
    plain = response.content_type.endswith("json")
    return HouseSaysNo(response.status, await response.json(content_type=None) if plain else {})
