"""How fast reminders are claimed, marked, scheduled and sent, how late they go out, and what that does to the rest.

Arguments are the parts to run: claims, waiting, rivals, lateness, at_once, elsewhere, limits, missed; all without any.
REMINDERS_SIZES=10000,1000000 are the pending ones that claims are measured on, REMINDERS_SCALE=0.1 makes all else
smaller. Rates are medians; the server writes to the disk as the bot's own does; how busy the machine was is printed.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks import claims, lateness, rivals
from db.server import start_server

SIZES = tuple(int(size) for size in os.environ.get("REMINDERS_SIZES", "10000,1000000").split(","))
SCALE = float(os.environ.get("REMINDERS_SCALE", "1"))
say = sys.stdout.write


def scaled(count: int) -> int:
    return max(1, round(count * SCALE))


PARTS: dict[str, Callable[[str], Awaitable[None]]] = {
    "claims": lambda url: claims.measure(url, SIZES, scaled(1000)),
    "waiting": lambda url: claims.waiting(url, scaled(20_000)),
    "rivals": lambda url: rivals.measure(url, scaled(2000)),
    "lateness": lambda url: lateness.steadily(url, scaled(100_000), scaled(60)),
    "at_once": lambda url: lateness.at_once(url, scaled(1000)),
    "elsewhere": lambda url: lateness.made_elsewhere(url, scaled(300)),
    "limits": lambda url: lateness.within_limits(url, scaled(900)),
    "missed": lambda url: lateness.missed(url, scaled(100_000), scaled(60)),
}


def main() -> None:
    unknown = [name for name in sys.argv[1:] if name not in PARTS]
    if unknown:
        sys.exit(f"no such part: {', '.join(unknown)}. There are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as nobody
        server = start_server(Path(folder), say=lambda _line: None)
        try:
            for name in sys.argv[1:] or PARTS:
                say(f"\n{name} ({conditions()})\n")
                asyncio.run(_run(PARTS[name], server.owner_url("postgres")))
        finally:
            server.stop()


async def _run(part: Callable[[str], Awaitable[None]], url: str) -> None:
    await part(url)


def conditions() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores{load}"


if __name__ == "__main__":
    main()
