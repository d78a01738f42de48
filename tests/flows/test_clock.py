"""The clock of the machine set forward and back under a running bot, in a zone of its own: nothing twice, nothing
early. PostgreSQL's clock stays, as a replica's may be set alone."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import aiohttp
import pytest
import pytest_asyncio

from playground.server import start_playground
from tests.databases import Database
from tests.flows.jumping import OFF_BY, set_clock
from tests.flows.stage import ROOT, Person, Stage, environment, free_port

HOUR = 3600


@dataclass(slots=True)
class JumpingStage(Stage):
    """A stage whose bot's clock can be set."""

    def _spawn(self, logs: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.flows.jumping", "run"],
            cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=logs, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def set_clock(self, hours: float) -> None:
        """Off by so many hours from now on."""
        set_clock(Path(self.environment[OFF_BY]), hours * HOUR)

    async def told(self, person: Person) -> list[str]:
        """What the person was reminded of, in the order it came."""
        texts = [str(one.get("text")) for one in await self.messages(person.id) if one["from"] == self.bot_id]
        return [text.split("\n")[0].removeprefix("⏰ ") for text in texts if text.startswith("⏰")]


@pytest_asyncio.fixture
async def jumping(
    own_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[JumpingStage]:
    folder = tmp_path_factory.mktemp("jumping")
    playground = await start_playground(folder, 0)
    async with aiohttp.ClientSession() as client:
        told = environment(
            data_dir=folder, api_url=playground.url, database_url=own_database.owner_url, http_port=free_port(),
            TZ="Pacific/Chatham", **{OFF_BY: str(folder / "clock")},
        )  # fmt: skip
        stage = JumpingStage(playground.url, client, folder, told)
        stage.set_clock(0)
        try:
            await stage.start()
            yield stage
        finally:
            await asyncio.to_thread(stage.stop)
    await playground.close()


async def test_a_clock_that_jumps_an_hour_either_way_sends_nothing_twice_and_nothing_early(
    jumping: JumpingStage,
) -> None:
    anna = await jumping.person("Anna")
    await anna.asks("/start", "language")
    for line in ("in 30 minutes half", "in 90 minutes later", "in 2 seconds soon"):
        await anna.asks(f"/remind {line}", "I will remind you")
    await anna.hears("⏰ soon")
    jumping.set_clock(1)
    await anna.hears("⏰ half")
    jumping.set_clock(0)
    await anna.asks("/remind in 1 second again", "I will remind you")
    await anna.hears("⏰ again")  # it looks as before, and what it sent is sent
    jumping.set_clock(-1)
    await anna.asks("/remind in 1 second slow", "I will remind you")
    await asyncio.sleep(2.5)  # its moment by the true clock, and a look or two
    assert await jumping.told(anna) == ["soon", "half", "again"]  # by its own clock it would be early
    jumping.set_clock(0)
    await anna.hears("⏰ slow")
    await asyncio.sleep(1.5)
    assert await jumping.told(anna) == ["soon", "half", "again", "slow"]
