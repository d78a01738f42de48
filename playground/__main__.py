"""python -m playground: the playground alone, for any well-formed token."""

import asyncio
import os
import sys
from pathlib import Path

from playground.server import start_playground


def default_data_dir() -> Path:
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/switchboard")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "switchboard"


def settings() -> tuple[Path, int]:
    """DATA_DIR and PLAYGROUND_PORT; ends with one line that names the one that is wrong."""
    raw = os.environ.get("PLAYGROUND_PORT") or "8081"
    if not raw.isdigit() or int(raw) > 65535:
        sys.exit("PLAYGROUND_PORT: a port from 0 to 65535 is needed. Example: PLAYGROUND_PORT=8081")
    data_dir = Path(os.environ.get("DATA_DIR") or default_data_dir())
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not os.access(data_dir, os.W_OK):
            raise PermissionError
    except OSError:
        sys.exit(f"DATA_DIR: {data_dir} can't be written. Name another folder. Example: DATA_DIR=./data")
    return data_dir, int(raw)


async def main(data_dir: Path, port: int) -> None:
    try:
        playground = await start_playground(data_dir, port)
    except OSError:
        sys.exit(f"PLAYGROUND_PORT: port {port} is taken. Name another one. Example: PLAYGROUND_PORT=8091")
    print(f"Open {playground.url}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await playground.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:  # --help, or a guess
        sys.exit(
            "python -m playground takes no options; PLAYGROUND_PORT and DATA_DIR in the environment set it"
        )
    try:
        asyncio.run(main(*settings()))
    except KeyboardInterrupt:
        sys.exit(0)
