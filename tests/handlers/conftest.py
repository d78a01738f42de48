"""The desk for whoever asks."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from crm.attachments import Senses
from tests.handlers.desk import Desk


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    one = Desk()
    yield one
    assert one.faults == []


@pytest.fixture
def hearing() -> Desk:
    """One whose assistants hear and see."""
    return Desk(Senses(hears=True, reads=frozenset({"images", "pdf"})))
