"""What every answer carries and every request must pass, before any handler sees it.

Order: last resort (nothing below may leave as a bare 500) -> rate by address -> who asks -> rate by
sign-in -> origin and csrf of everything that changes something. Response headers are set in
one place for every response there is, error pages included.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import hdrs, web

from bidding.engine.ports import BookAway, LogBroken
from bidding.web.context import DOOR, WHO, Door
from bidding.web.pages import nowhere, wants_page
from bidding.web.problems import Problem

log = structlog.get_logger("door")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; require-trusted-types-for 'script'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",
}

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Runs for every response, whoever made it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # What the API says depends on who asks, and nobody in between may keep it.
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.pop(hdrs.SERVER, None)
    if is_secure(request):
        response.headers.setdefault(
            "Strict-Transport-Security", "max-age=63072000; includeSubDomains"
        )


@web.middleware
async def last_resort(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every failure into a problem document; log the real bugs without what was sent."""
    time = asyncio.get_running_loop().time
    began = time()
    try:
        response = await handler(request)
    except Problem as problem:
        response = problem.response()
    except web.HTTPNotFound as error:
        response = nowhere() if wants_page(request) else _as_problem(error)
    except web.HTTPException as error:
        response = _as_problem(error)
    except (BookAway, LogBroken) as away:
        # Not a no: nobody knows whether it was done, and asking again is right.
        log.warning("store away", route=_route(request), what=str(away))
        response = Problem("TRY_LATER", headers={"Retry-After": "1"}).response()
    except ConnectionResetError:
        raise  # whoever asked has gone while his request was read: nobody is to be answered
    except Exception:
        log.exception("bug", method=request.method, route=_route(request))
        response = Problem("BROKEN").response()
    request.app[DOOR].observe(request.method, _route(request), response.status, time() - began)
    return response


def _as_problem(error: web.HTTPException) -> web.StreamResponse:
    if error.status < 400:
        return web.Response(
            status=error.status, headers={hdrs.LOCATION: error.headers.get(hdrs.LOCATION, "/")}
        )
    code = {404: "NOT_FOUND", 405: "WRONG_METHOD", 413: "TOO_LONG", 415: "BAD_TYPE"}.get(
        error.status, "BAD_JSON"
    )
    allow = error.headers.get(hdrs.ALLOW)
    return Problem(code, headers={hdrs.ALLOW: allow} if allow else None).response()


def _route(request: web.Request) -> str:
    """The pattern, never the path: a path may hold a paddle or a reference."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "-"


@web.middleware
async def rate_by_address(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Wide limits: a trading hall has one address."""
    door = request.app[DOOR]
    if not door.by_address.take(address_of(request)):
        raise Problem("TOO_FAST", headers={"Retry-After": "1"})
    return await handler(request)


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who asks; the public gets a cookie too, so that signing in has a csrf word."""
    if not request.path.startswith("/api/"):
        return await handler(request)
    door = request.app[DOOR]
    sent = request.cookies.get("sid")
    who = request[WHO] = await door.sessions.who(sent)
    if not door.by_sign_in.take(who.key if sent else address_of(request)):
        raise Problem("TOO_FAST", headers={"Retry-After": "1"})
    response = await handler(request)
    now_is = request[WHO]
    if now_is.token != sent and not response.prepared:
        response.set_cookie(
            "sid",
            now_is.token,
            httponly=True,
            samesite="Strict",
            path="/",
            secure=is_secure(request),
        )
    return response


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing changes because of another site (OWASP CSRF; ASVS 3.5)."""
    if request.method not in SAFE and request.path.startswith("/api/"):
        check_origin(request)
        given = request.headers.get("X-CSRF", "")
        if not request.cookies.get("sid") or not hmac.compare_digest(
            given.encode(), request[WHO].csrf.encode()
        ):
            raise Problem("BAD_CSRF")
    return await handler(request)


def check_origin(request: web.Request) -> None:
    """Raises FOREIGN_ORIGIN unless the browser says the request is from our own pages.

    Programs that are no browsers send neither header; they have no cookies of other people.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise Problem("FOREIGN_ORIGIN")
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None:
        return
    door = request.app[DOOR]
    if door.settings.origins:
        if origin not in door.settings.origins:
            raise Problem("FOREIGN_ORIGIN")
    elif urlsplit(origin).netloc.lower() != request.headers.get(hdrs.HOST, "").lower():
        raise Problem("FOREIGN_ORIGIN")


def address_of(request: web.Request) -> str:
    """Who connects, or whom our own front server says it connects for (ASVS 4.1.3)."""
    direct = request.remote or "local"
    if direct in request.app[DOOR].settings.trusted_proxies:
        forwarded = request.headers.get("X-Forwarded-For", "")
        return forwarded.rsplit(",", 1)[-1].strip()[:64] or direct
    return direct


def agent_of(request: web.Request) -> str:
    """What the browser says of itself and of its languages."""
    headers = request.headers
    return f"{headers.get(hdrs.USER_AGENT, '')}\n{headers.get(hdrs.ACCEPT_LANGUAGE, '')}"


def is_secure(request: web.Request) -> bool:
    """Whether the browser speaks TLS: with us, or with our own front server."""
    if request.secure:
        return True
    direct = request.remote or "local"
    return (
        direct in request.app[DOOR].settings.trusted_proxies
        and request.headers.get("X-Forwarded-Proto", "").lower() == "https"
    )


def install(app: web.Application, door: Door) -> None:
    """Give the door to the application, and every answer its headers."""
    app[DOOR] = door
    app.on_response_prepare.append(set_headers)


MIDDLEWARES: Final = (last_resort, rate_by_address, identify, guard)
