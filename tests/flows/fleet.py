"""A fleet: a playground, a load balancer and real replicas of the bot behind it, and what may befall them."""

import asyncio
import signal
import subprocess
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
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
    born: int = 0  # bytes that were in the log before the process that runs now
    has_answered: bool = False

    def spawn(self) -> None:
        logs = (self.data_dir / "bot.log").open("ab")
        self.born, self.has_answered = logs.tell(), False
        self.process = self._spawn(logs)
        logs.close()

    @property
    def answers(self) -> bool:
        """Whether the process that runs now has said so; the log goes on over restarts."""
        if self.process is None or self.process.poll() is not None:
            return False
        if not self.has_answered:
            with (self.data_dir / "bot.log").open("rb") as logs:
                logs.seek(self.born)
                self.has_answered = b"is answering" in logs.read()
        return self.has_answered


@dataclass(slots=True)
class Fleet:
    playground: Playground
    balancer: Balancer
    replicas: list[Replica]
    people: list[Person] = field(default_factory=list)
    killed_at: list[float] = field(default_factory=list)  # seconds of the playground's clock
    serving: list[Replica] = field(default_factory=list)  # whom the balancer knows, the longest there first
    places: int = 0  # behind the balancer that nobody has

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
        """Until canceled: -9 `every` so many seconds to one replica after the other that the balancer knows, each
        started again at once. A spare that answers takes its place, or it itself once it does. While none answers the
        kill waits for one."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += every
            while (left := due - loop.time()) > 0 or not any(one.answers for one in self.serving):
                await asyncio.sleep(min(0.1, max(left, 0.01)))
                self._fill()
            victim = next(one for one in self.serving if one.answers)
            await self.kill(victim)
            self.serving.remove(victim)
            self.places += 1
            self._fill()
            victim.spawn()

    def _fill(self) -> None:
        """Places behind the balancer, with who answers and has none."""
        for one in self.replicas:
            if self.places and one not in self.serving and one.answers:
                self.serving.append(one)
                self.places -= 1
        self.balancer.ports = [one.port for one in self.serving]

    async def kill(self, victim: Replica) -> None:
        await asyncio.to_thread(victim.kill)
        self.note_kill()

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
    count: int,
    folder: Path,
    database_url: str,
    spares: int = 0,
    /,
    *,
    at_first: int | None = None,
    **more: str,
) -> AsyncIterator[Fleet]:
    """Replicas on one database, started side by side (or only so many `at_first`), ended afterwards. `spares` run
    beside them and are brought no updates until they take the place of one that was killed."""
    playground, balancer = await start_playground(folder, 0), Balancer()
    playground.world.calls = deque()  # all of them, for what they tell of repeats
    url = await balancer.start()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        fleet = Fleet(playground, balancer, [])
        for number in range(count + spares):
            home, port = folder / f"replica{number}", free_port()
            home.mkdir()
            told = environment(
                data_dir=home, api_url=playground.url, database_url=database_url, http_port=port,
                WEBHOOK_URL=url, **more,
            )  # fmt: skip
            fleet.replicas.append(Replica(playground.url, client, home, told, port=port))
        fleet.serving = fleet.replicas[:count]
        balancer.ports = [one.port for one in fleet.serving]
        try:
            for replica in fleet.replicas[:at_first]:
                replica.spawn()
            await fleet.ready(fleet.replicas[:at_first])
            yield fleet
        finally:
            await fleet.close()
            await playground.close()
            await balancer.close()
