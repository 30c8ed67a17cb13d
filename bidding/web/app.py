"""The door as one aiohttp application: routes, documents, pages, stream, in one place."""

from collections.abc import AsyncIterator
from typing import Any, Final

from aiohttp import web

from bidding.web import asyncapi, openapi
from bidding.web.api import (
    admission,
    aftermath,
    archives,
    auctions,
    audit,
    bank,
    by_two,
    calendar,
    chance,
    changes,
    clones,
    complaints,
    conduct,
    dashboard,
    drafts,
    entrance,
    film,
    guarantees,
    home,
    identity,
    leads,
    live,
    money,
    notices,
    offers,
    office,
    open_data,
    opened,
    papers,
    payouts,
    practices,
    rehearsals,
    remarks,
    results,
    rules,
    sealed,
    service,
    transcripts,
)
from bidding.web.context import Door
from bidding.web.pages import Pages
from bidding.web.practice import Practices
from bidding.web.routes import Call, Route
from bidding.web.security import MIDDLEWARES, install
from bidding.web.service import Service
from bidding.web.stream import Stream

STREAM_PATH: Final = "/api/v1/stream"


async def _openapi(_: Call) -> dict[str, Any]:
    return openapi.document(ROUTES)


async def _asyncapi(_: Call) -> dict[str, Any]:
    return asyncapi.document()


ROUTES: Final[tuple[Route, ...]] = (
    *identity.ROUTES,
    *auctions.ROUTES,
    *admission.ROUTES,
    *entrance.ROUTES,
    *conduct.ROUTES,
    *offers.ROUTES,
    *chance.ROUTES,
    *sealed.ROUTES,
    *drafts.ROUTES,
    *notices.ROUTES,
    *rules.ROUTES,
    *rehearsals.ROUTES,
    *changes.ROUTES,
    *clones.ROUTES,
    *papers.ROUTES,
    *calendar.ROUTES,
    *archives.ROUTES,
    *audit.ROUTES,
    *transcripts.ROUTES,
    *film.ROUTES,
    *opened.ROUTES,
    *remarks.ROUTES,
    *live.ROUTES,
    *by_two.ROUTES,
    *aftermath.ROUTES,
    *money.ROUTES,
    *bank.ROUTES,
    *guarantees.ROUTES,
    *payouts.ROUTES,
    *office.ROUTES,
    *dashboard.ROUTES,
    *leads.ROUTES,
    *open_data.ROUTES,
    *service.ROUTES,
    *home.ROUTES,
    *practices.ROUTES,
    *results.ROUTES,
    *complaints.ROUTES,
    Route("GET", "/api/openapi.json", _openapi, "documents", "HTTP 接口文档", "This description"),
    Route(
        "GET",
        "/api/asyncapi.json",
        _asyncapi,
        "documents",
        "实时接口文档",
        "The stream's description",
    ),
)


def build(door: Door) -> web.Application:
    """The application around a door. Its background work lives as long as it runs."""
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=door.limits.body)
    install(app, door)
    door.stream = Stream(door)
    door.practices = Practices(door)
    door.service = Service(door)
    for route in ROUTES:
        route.add_to(app)
    practices.add_rooms(app, ROUTES)
    app.router.add_get(STREAM_PATH, door.stream.handle)
    Pages(door.settings.static).add_to(app)
    app.cleanup_ctx.append(lambda _: _sweeping(door))
    app.cleanup_ctx.append(lambda _: _opening(door))
    app.on_shutdown.append(lambda _: _going_away(door))
    return app


async def _sweeping(door: Door) -> AsyncIterator[None]:
    supervisor = door.house.supervisor
    supervisor.keep("the sweep of sign-ins", door.sessions.sweep)
    yield
    await supervisor.drop("the sweep of sign-ins")
    await door.sessions.close()


async def _opening(door: Door) -> AsyncIterator[None]:
    if door.guarantees is None:
        yield
        return
    supervisor = door.house.supervisor
    supervisor.keep("the opening of guarantees", door.guarantees.watch)
    yield
    await supervisor.drop("the opening of guarantees")


async def _going_away(door: Door) -> None:
    await door.practices.close()
    await door.stream.close()
    await door.service.close()
