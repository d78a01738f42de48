"""What tests of the bot may listen to: Sentry, and the log as a start sets it up."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest
import sentry_sdk
import structlog

from bot.faults import start_sentry
from bot.logs import start_logs
from bot.release import RELEASE
from tests.bot.listening import Memory


@pytest.fixture
def sentry() -> Iterator[Memory]:
    start_sentry("https://key@127.0.0.1:1/1", environment="test", release=RELEASE)
    client, memory = sentry_sdk.get_client(), Memory()
    client.transport = memory
    yield memory
    sentry_sdk.get_global_scope().set_client(None)  # off again


@pytest.fixture(params=["json", "console"])
def logs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """In both forms, and what is written there."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    handlers, level = logging.root.handlers[:], logging.root.level
    start_logs("INFO", request.param)
    yield written
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
