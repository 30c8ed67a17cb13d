"""What a balancer asks of a node."""

from tests.bidding.web.door_in_process import open_door
from tests.bidding.web.test_security import fetch


async def test_a_node_is_ready_until_it_goes(tmp_path):
    async with open_door(tmp_path) as house:
        status, _, body = await fetch(f"{house.url}/api/ready")
        assert (status, body) == (200, {"ready": True})
        await house.door.house.close()
        status, headers, _ = await fetch(f"{house.url}/api/ready")
        assert (status, headers["Retry-After"]) == (503, "1")
