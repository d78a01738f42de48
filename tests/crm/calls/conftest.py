"""The desk for whoever asks."""

import pytest

from tests.crm.calls.desk import CallDesk


@pytest.fixture
def desk() -> CallDesk:
    return CallDesk()
