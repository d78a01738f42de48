"""How long the event loop stood still, and how much memory this process has."""

import asyncio
import contextlib
import resource
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, thread_time

EVERY = 0.002  # seconds between looks


@dataclass(slots=True)
class Stalls:
    """Milliseconds beyond the look's own pause. `cpu` counts only what the loop's thread computed in between, so that a
    busy machine, which takes the processor away, doesn't show in it."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def words(self) -> str:
        wall = sorted(self.wall)
        return (
            f"loop stood still {max(self.cpu):.1f} ms of its own work at most"
            f" (by the clock p99 {wall[len(wall) * 99 // 100]:.1f}, worst {wall[-1]:.1f} ms)"
        )


@contextlib.asynccontextmanager
async def watched() -> AsyncIterator[Stalls]:
    stalls = Stalls()

    async def watch() -> None:
        while True:
            at, worked = perf_counter(), thread_time()
            await asyncio.sleep(EVERY)
            stalls.wall.append(max(0.0, perf_counter() - at - EVERY) * 1000)
            stalls.cpu.append((thread_time() - worked) * 1000)

    watching = asyncio.create_task(watch())
    try:
        yield stalls
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


def memory() -> float:
    """MB of this process now; where that can't be read, the most it ever was."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 2**20)
