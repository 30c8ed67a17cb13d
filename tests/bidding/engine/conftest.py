"""The hall that the engine's plays take place in."""

from collections.abc import AsyncIterator

import pytest

from tests.bidding.engine.sample import Hall


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    hall = Hall()
    yield hall
    hall.memory.release()
    hall.memory.go_down(down=False)
    await hall.house.close()
