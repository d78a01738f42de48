"""What befalls a PostgreSQL of a test's own: it is restarted, or frozen, with all that is connected to it."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.flows.stage import StoppableDatabase


async def restart(held: StoppableDatabase) -> None:
    await asyncio.to_thread(held.stop)
    held.start()  # in the main thread, which the server is told to end with


@contextmanager
def frozen(held: StoppableDatabase) -> Iterator[None]:
    """Every process of the server stops where it is: connections stay open, nothing answers."""
    processes = [held.server.process.pid, *children_of(held.server.process.pid)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def children_of(process: int) -> list[int]:
    """Each backend leads a session of its own, so that the group would not do."""
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=True)
    return [int(line) for line in found.stdout.split()]
