"""How soon a pressed Stop cancels the model's request: on the same replica, on another one with a Redis and without.

Real processes of the bot behind a playground, and a provider that streams until its caller hangs up. From the press in
the playground to the moment at which the provider sees the connection closed; medians and the worst. The playground,
the balancer and the provider share this process, so that one clock measures. STOPS says how many are pressed.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bot.turns import HEARTBEAT
from db.server import Server, start_server
from tests.flows.fleet import fleet_of
from tests.flows.stage import Person, Stage, staged
from tests.model_server import ModelServer, model_server
from tests.valkeys import running_valkey, url_of

STOPS = int(os.environ.get("STOPS", "20"))
STEP = 0.37  # seconds by which each press is later after its answer began than the one before
EACH = 4  # of one person, whose questions have a limit of their own
say = sys.stdout.write


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as nobody
        server = start_server(Path(folder), say=lambda _line: None, durable=False)
        try:
            asyncio.run(_measure(server, Path(folder)))
        finally:
            server.stop()


async def _measure(server: Server, folder: Path) -> None:
    async with _alone(server, folder) as (stage, model):
        _tell("the same replica", await _pressed(stage, model), 0.2)
    with running_valkey() as valkey:
        async with _two(server, folder, "redis", REDIS_URL=url_of(valkey)) as (stage, model):
            _tell("another replica, with a Redis", await _pressed(stage, model), 0.2)
    async with _two(server, folder, "none") as (stage, model):
        _tell("another replica, without a Redis", await _pressed(stage, model), 1.0)


async def _pressed(stage: Stage, model: ModelServer) -> list[float]:
    """Seconds from each press to the closed connection, one after the other."""
    people = [await stage.person(f"Person {number}") for number in range(-(-STOPS // EACH))]
    for person in people:
        await person.asks("/start", "language")
    took = []
    for number in range(STOPS):
        person = people[number % len(people)]
        draft = await _streaming(stage, person, model)
        await asyncio.sleep(number * STEP % HEARTBEAT)  # a heartbeat may be just over, or about to come
        left = len(model.left_at)
        pressed = time.monotonic()
        await stage.post(f"/sim/chats/{person.id}/drafts/{draft['draft_id']}/stop", {"user_id": person.id})
        async with asyncio.timeout(10):
            while len(model.left_at) == left:  # noqa: ASYNC110 - it notes the moment itself
                await asyncio.sleep(0.002)
        took.append(model.left_at[left] - pressed)
        await person.hears("Let me see")  # what was said is kept
    return took


async def _streaming(stage: Stage, person: Person, model: ModelServer) -> dict[str, Any]:
    """The draft of an answer that goes on and on."""
    model.hold()
    await person.say("tell me all of it")
    async with asyncio.timeout(10):
        while True:
            draft: dict[str, Any] | None = await stage.get(f"/sim/chats/{person.id}/draft")
            if draft is not None and draft["text"].startswith("Let me see"):
                return draft
            await asyncio.sleep(0.01)


def _tell(where: str, took: list[float], wanted: float) -> None:
    say(f"a Stop on {where}: {_ms(median(took))} p50, {_ms(max(took))} at most of {len(took)}")
    say(f" (wanted: {_ms(wanted)})\n")


@asynccontextmanager
async def _alone(server: Server, folder: Path) -> AsyncIterator[tuple[Stage, ModelServer]]:
    async with _provided() as (model, told):
        home = folder / "alone"
        home.mkdir(mode=0o755)
        async with staged(home, await _database(server, "alone"), **told) as stage:
            yield stage, model


@asynccontextmanager
async def _two(
    server: Server, folder: Path, name: str, **more: str
) -> AsyncIterator[tuple[Stage, ModelServer]]:
    """Two replicas behind a balancer that gives them updates by turns: who presses is never heard by who answers."""
    async with _provided() as (model, told):
        home = folder / name
        home.mkdir(mode=0o755)
        async with fleet_of(2, home, await _database(server, name), at_first=2, **told, **more) as fleet:
            yield fleet.stage, model


@asynccontextmanager
async def _provided() -> AsyncIterator[tuple[ModelServer, dict[str, str]]]:
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(model_server())
        yield model, {"MODEL": "openai:stub", "MODEL_BASE_URL": model.url}


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


async def _database(server: Server, name: str) -> str:
    link = await asyncpg.connect(server.owner_url("postgres"))
    await link.execute(f"CREATE DATABASE switchboard_{name}")
    await link.close()
    return server.owner_url(f"switchboard_{name}")


if __name__ == "__main__":
    main()
