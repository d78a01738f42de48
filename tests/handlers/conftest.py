"""The desk for whoever asks."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.handlers.desk import Desk


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    one = Desk()
    yield one
    assert one.faults == []
