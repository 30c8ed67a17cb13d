"""What a visitor makes of an answer that is not the house's."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bidding.client.visitor import HouseSaysNo, Visitor


async def away(_: web.Request) -> web.Response:
    return web.Response(status=503, text="<p>try again</p>", content_type="text/html")


async def test_the_page_of_a_balancer_without_a_node_is_a_no_with_its_status():
    app = web.Application()
    app.router.add_get("/api/time", away)
    async with TestServer(app) as balancer, Visitor(str(balancer.make_url("/"))) as visitor:
        for ask in (visitor.get, visitor.download):
            with pytest.raises(HouseSaysNo) as said:
                await ask("/api/time")
            assert (said.value.status, said.value.code) == (503, "")
