"""Sentry as a server: it hears of the fault that ends a process, and one that is away or hangs holds up nothing."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import sentry_sdk

from bot import cli, faults
from bot.faults import flush, new_reference, report, start_sentry
from tests.valkeys import free_port

WORDS = "call Anna +79991234567"


class Server(HTTPServer):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.heard: list[str] = []


class Taker(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(gzip.decompress(body).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_line: Any) -> None:
        return None


@pytest.fixture
def off_again() -> Iterator[None]:
    yield
    sentry_sdk.get_client().close(timeout=0)
    sentry_sdk.get_global_scope().set_client(None)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as one:
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield one
        one.shutdown()
        thread.join()


def start(port: int) -> None:
    start_sentry(f"http://key@127.0.0.1:{port}/1", environment="test", release="1.2")


def test_the_fault_that_ends_a_command_is_heard_of_before_it_ends(
    server: Server,
    off_again: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def breaks() -> None:
        cli._settings()
        raise RuntimeError(WORDS)

    monkeypatch.setenv("SENTRY_DSN", f"http://key@127.0.0.1:{server.server_port}/1")
    monkeypatch.setattr(cli, "app", breaks)
    with pytest.raises(SystemExit):
        cli.main()
    [envelope] = server.heard
    event = json.loads(envelope.splitlines()[2])
    assert event["tags"]["reference"] in capsys.readouterr().err
    assert event["exception"]["values"][-1]["type"] == "RuntimeError"
    assert "Anna" not in envelope


def test_one_that_is_away_is_no_fault_and_holds_up_neither_work_nor_end(off_again: None) -> None:
    start(free_port())
    begun = time.monotonic()
    for _ in range(200):  # more than wait in line
        report(RuntimeError(WORDS), new_reference())
    assert time.monotonic() - begun < 2
    flush()
    assert time.monotonic() - begun < faults.LAST_WORDS + 3


def test_one_that_takes_and_never_answers_holds_up_neither(
    off_again: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "LAST_WORDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start(silent.getsockname()[1])
        begun = time.monotonic()
        report(RuntimeError(WORDS), new_reference())
        assert time.monotonic() - begun < 1
        flush()
        assert time.monotonic() - begun < 3
