"""What tests of the rules share: rows of their own; and how hypothesis looks for counterexamples, the same ones each
time, however slow the machine is."""

import pytest
from hypothesis import settings

from tests.fakes import FakeStorage

settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=5000)
settings.load_profile("house")


@pytest.fixture
def storage() -> FakeStorage:
    """Rows of nobody; a file that wants people in it makes its own."""
    return FakeStorage()
