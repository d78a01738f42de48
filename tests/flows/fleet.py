"""A fleet: a playground, a load balancer and real replicas of the bot behind it, and what may befall them."""

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import aiohttp

from playground.server import Playground, start_playground
from tests.flows.balancer import Balancer
from tests.flows.stage import Person, Stage, environment, free_port

START = 90.0  # seconds a replica may take to start on a busy machine


@dataclass(slots=True)
class Replica(Stage):
    """One bot process of the fleet."""

    port: int = 0

    def spawn(self) -> None:
        logs = (self.data_dir / "bot.log").open("ab")
        self.process = self._spawn(logs)
        logs.close()

    @property
    def answers(self) -> bool:
        """Whether the process that runs now has said so; the log goes on over restarts."""
        assert self.process is not None
        said = self.log()
        return self.process.poll() is None and said.count("is answering") > said.count("killed")

    def kill(self) -> None:
        super(Replica, self).kill()
        with (self.data_dir / "bot.log").open("a") as logs:
            logs.write("killed\n" * (self.log().count("is answering") - self.log().count("killed")))


@dataclass(slots=True)
class Fleet:
    playground: Playground
    balancer: Balancer
    replicas: list[Replica]
    people: list[Person] = field(default_factory=list)
    killed_at: list[float] = field(default_factory=list)  # seconds of the playground's clock

    @property
    def kills(self) -> int:
        return len(self.killed_at)

    @property
    def stage(self) -> Stage:
        return self.replicas[0]

    async def ready(self, replicas: Sequence[Replica] | None = None) -> None:
        """Until all of them answer."""
        deadline = time.monotonic() + START
        for replica in replicas or self.replicas:
            while not replica.answers:
                assert time.monotonic() < deadline, replica.log()[-3000:]
                await asyncio.sleep(0.1)

    async def kill_in_turn(self, every: float) -> None:
        """Until canceled: -9 to one replica after the other that answers, each started again at once."""
        turns = cycle(self.replicas)
        while True:
            await asyncio.sleep(every)
            victim = next((one for one in islice(turns, len(self.replicas)) if one.answers), None)
            if victim is not None:
                await asyncio.to_thread(victim.kill)
                self.note_kill()
                victim.spawn()

    def note_kill(self) -> None:
        self.killed_at.append(time.time())

    async def close(self) -> None:
        for replica in self.replicas:
            if replica.process is not None and replica.process.poll() is None:
                replica.process.send_signal(signal.SIGTERM)
        for replica in self.replicas:
            if replica.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    await asyncio.to_thread(replica.process.wait, 30)
                replica.process.kill()  # whoever does not end when asked must not outlive the test


@asynccontextmanager
async def fleet_of(
    count: int, folder: Path, database_url: str, *, at_first: int | None = None, **more: str
) -> AsyncIterator[Fleet]:
    """Replicas on one database, started side by side (or only so many `at_first`), ended afterwards."""
    playground, balancer = await start_playground(folder, 0), Balancer()
    url = await balancer.start()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        fleet = Fleet(playground, balancer, [])
        for number in range(count):
            home, port = folder / f"replica{number}", free_port()
            home.mkdir()
            told = environment(
                data_dir=home, api_url=playground.url, database_url=database_url, http_port=port,
                WEBHOOK_URL=url, **more,
            )  # fmt: skip
            fleet.replicas.append(Replica(playground.url, client, home, told, port=port))
            balancer.ports.append(port)
        try:
            for replica in fleet.replicas[:at_first]:
                replica.spawn()
            await fleet.ready(fleet.replicas[:at_first])
            yield fleet
        finally:
            await fleet.close()
            await playground.close()
            await balancer.close()
