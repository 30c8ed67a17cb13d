"""The built desks, served as files: nine addresses, eight pages, hashed assets.

Pages are read once at start and named by the build's manifest; nothing is looked up on disk by what a
browser asks. An asset's name holds the hash of its content, so browsers may keep it for a year;
a page's name does not, so they ask each time.
"""

import hashlib
import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web

from bidding.web.problems import Problem

PAGES: Final = {
    "/": "board",
    "/sign-in": "board",
    "/home": "home",
    "/practice/{session}/room/{auction}": "practice",
    "/room/{auction}": "room",
    "/staff": "staff",
    "/audit": "auditor",
    "/verify": "verify",
    "/oversight": "oversight",
    "/wall/{auction}": "wall",
}

_TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".woff2": "font/woff2",
}
_FOREVER: Final = "public, max-age=31536000, immutable"

#: Stands alone, without styles: the policy allows none inside, and it must show without a build.
_NOWHERE: Final = """\
<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>没有这个页面 · Daylight 阳光竞价</title>
</head>
<body>
<h1>没有这个页面</h1>
<p lang="en">There is no such page.</p>
<p><a href="/">返回首页 · <span lang="en">To the first page</span></a></p>
</body>
</html>
"""


def wants_page(request: web.Request) -> bool:
    """Whether a person's browser asks, outside the API: it is shown a page, not a document."""
    accept = request.headers.get(hdrs.ACCEPT, "")
    return (
        not request.path.startswith("/api/")
        and "text/html" in accept
        and "application/json" not in accept
    )


def nowhere() -> web.Response:
    """The page of an address that has none."""
    return web.Response(text=_NOWHERE, status=404, content_type="text/html", charset="utf-8")


@dataclass(frozen=True, slots=True)
class File:
    """One built file, with the tag a browser may compare."""

    body: bytes
    media: str
    tag: str


def _read(path: Path) -> File:
    body = path.read_bytes()
    media = (
        _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    )
    return File(body, media, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


class Pages:
    """All files of the build, in memory: a few megabytes, and no path can escape a dictionary."""

    def __init__(self, folder: Path) -> None:
        built = (p for p in folder.rglob("*") if p.is_file()) if folder.is_dir() else ()
        self._files = {p.relative_to(folder).as_posix(): _read(p) for p in built}

    def add_to(self, app: web.Application) -> None:
        for path, name in PAGES.items():
            app.router.add_get(path, self._page(name))
        app.router.add_get("/static/{path:.+}", self._asset)
        app.router.add_get("/favicon.ico", self._icon)

    def _page(self, name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def page(request: web.Request) -> web.Response:
            file = self._files.get(f"{name}.html")
            if file is None:
                raise Problem("NOT_BUILT")
            return _send(request, file, "no-cache")

        return page

    async def _asset(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        file = self._files.get(path)
        if file is None or path.endswith(".html"):
            raise Problem("NOT_FOUND")
        return _send(request, file, _FOREVER if path.startswith("assets/") else "no-cache")

    async def _icon(self, request: web.Request) -> web.Response:
        for name in ("favicon.ico", "favicon.svg"):
            if file := self._files.get(name):
                return _send(request, file, "no-cache")
        return web.Response(status=204)


def _send(request: web.Request, file: File, keep: str) -> web.Response:
    headers = {hdrs.CACHE_CONTROL: keep, hdrs.ETAG: file.tag}
    if request.headers.get(hdrs.IF_NONE_MATCH) == file.tag:
        return web.Response(status=304, headers=headers)
    charset = "utf-8" if file.media.startswith("text/") else None
    response = web.Response(
        body=file.body, content_type=file.media, charset=charset, headers=headers
    )
    if len(file.body) > 2048 and file.media.startswith(("text/", "application/json", "image/svg")):
        response.enable_compression()
    return response
