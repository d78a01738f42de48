"""Turns that begin as they are committed: their own process has them at once, and any other once that is dead."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.agents import AgentSpec
from crm.conversations import LEASE, Conversations, ModelAnswer, Turn
from crm.people import Actor
from crm.preparing import Preparing
from crm.turns import FIRST_LEASE, OWN
from db.agent_cache import CachedAgents
from db.agents import SqlAgentDoors
from db.changes import Changes
from db.rosters import SqlRosters
from db.storage import SqlStorage
from db.turns import SqlTurnDoors
from tests.acting import NOW, an_arrival

ASSISTANT = AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "be brief"}, is_default=True)


class House:
    """A process that takes turns as they are committed, and what a worker would be told."""

    def __init__(self, engine: AsyncEngine, anna: Actor) -> None:
        self.anna, self.storage, self.doors = anna, SqlStorage(engine), SqlTurnDoors(engine)
        self.has_room = True
        self.begun: list[Turn] = []
        self.woken = 0
        self.conversations = Conversations(
            self.storage, self.doors, CachedAgents(SqlRosters(engine), Changes()), wake=self._wake,
            cancel=lambda _turn: None, lease=self._lease, take=self.begun.append,
        )  # fmt: skip

    def _wake(self) -> None:
        self.woken += 1

    def _lease(self) -> datetime | None:
        return NOW + FIRST_LEASE if self.has_room else None

    async def asks(self, text: str) -> None:
        await self.conversations.ask(self.anna, an_arrival(), text)

    async def answers(self, turn: Turn) -> bool:
        kept = await self.conversations.keep_answer(turn, ModelAnswer("hello", [{"kind": "x"}], "stub"))
        return kept and await self.conversations.sent(turn, [4])


@pytest_asyncio.fixture
async def house(engine: AsyncEngine, anna: Actor) -> House:
    await SqlAgentDoors(engine).import_global([ASSISTANT], only_if_empty=True)
    return House(engine, anna)


async def test_the_first_of_a_conversation_begins_and_the_next_waits_to_be_claimed(house: House) -> None:
    await house.asks("one")
    [one] = house.begun
    assert (one.text, one.attempts, house.woken) == ("one", 1, 0)
    assert await house.doors.claim(NOW, limit=5, lease=LEASE) == []
    assert await house.doors.renew([one], NOW + LEASE) == {one.id: False}
    await house.asks("two")
    assert (len(house.begun), house.woken) == (1, 1)
    assert await house.answers(one)
    (two,) = await house.doors.claim(NOW, limit=5, lease=LEASE)
    assert (two.text, two.prepared) == ("two", None)


async def test_a_process_without_room_leaves_it_to_whoever_claims_it(house: House) -> None:
    house.has_room = False
    await house.asks("one")
    assert (house.begun, house.woken) == ([], 1)
    (one,) = await house.doors.claim(NOW, limit=5, lease=LEASE)
    assert (one.text, one.attempts) == ("one", 1)


async def test_one_whose_process_died_is_claimed_when_its_first_lease_is_over(house: House) -> None:
    await house.asks("one")
    later = NOW + FIRST_LEASE + timedelta(seconds=1)
    (claimed,) = await house.doors.claim(later, limit=5, lease=LEASE)
    assert (claimed.id, claimed.text, claimed.attempts) == (house.begun[0].id, "one", 2)
    assert not await house.answers(house.begun[0])
    assert await house.doors.renew(house.begun, later + LEASE) == {}
    assert await house.answers(claimed)


async def test_it_is_the_turn_that_a_claim_would_read(house: House) -> None:
    await house.asks("one")
    (claimed,) = await house.doors.claim(NOW + FIRST_LEASE * 2, limit=5, lease=LEASE)
    begun = replace(house.begun[0], lease=claimed.lease, attempts=2, progress=claimed.progress)
    assert begun == claimed
    assert (tuple(claimed.progress.messages), claimed.progress.input_tokens) == ((), 0)


async def test_what_it_knows_as_it_begins_is_what_it_would_read_later(house: House) -> None:
    async with house.storage.transaction(house.anna) as unit:
        await unit.privacy.tell(["OpenAI"])
        await unit.memory.add_fact(house.anna.member_id, "calls after ten", None)
    for text in ("one", "two"):
        await house.asks(text)
        assert await house.answers(house.begun[-1])
    known = house.begun[1].prepared
    assert known is not None
    assert [past.turn_id for past in known.context.turns] == [house.begun[0].id]
    assert (known.context.facts, known.told, known.is_off) == (["calls after ten"], ["OpenAI"], False)
    assert known.before is not None
    assert known == await Preparing(house.storage).of(replace(house.begun[1], prepared=None))


async def test_whoever_takes_it_over_knows_that_the_answer_is_our_own_and_that_it_shall_be_seen_to_grow(
    house: House,
) -> None:
    async with house.storage.transaction(house.anna) as unit:
        await unit.groups.shows_answers_live(house.anna.chat_id, True)
    await house.asks("one")
    own = ModelAnswer("switched off", [], OWN)
    assert await house.conversations.keep_answer(house.begun[0], own)
    (claimed,) = await house.doors.claim(NOW + FIRST_LEASE * 2, limit=5, lease=LEASE)
    assert (claimed.answer, claimed.is_own, claimed.is_live) == ("switched off", True, True)
    assert await house.conversations.keep_answer(claimed, replace(own, model="stub"))
    (again,) = await house.doors.claim(NOW + FIRST_LEASE * 2 + 2 * LEASE, limit=5, lease=LEASE)
    assert not again.is_own
