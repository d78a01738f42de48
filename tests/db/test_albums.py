"""Albums of groups: any process knows whose question came with one, and that of nobody else, there or elsewhere."""

from sqlalchemy.ext.asyncio import AsyncEngine

from crm.agents import AgentSpec, Choice, Reason
from crm.albums import LIFETIME, Album
from crm.people import Actor, ChatKind
from db.agents import SqlAgentDoors
from db.groups import SqlGroupDoors
from db.people import SqlPeopleDoors
from db.storage import SqlStorage
from tests.acting import NOW, a_visitor, an_arrival

ASSISTANT = AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "be brief"}, is_default=True)
GROUP, OTHER, SUPER = -5, -6, -1000000000005


async def in_group(engine: AsyncEngine, user: int) -> Actor:
    visitor = a_visitor(
        user, telegram_chat_id=GROUP, chat_kind=ChatKind.GROUP, chat_title="Sales", started=True
    )
    return await SqlPeopleDoors(engine).arrive(visitor, open_to_all=True)


async def test_the_rest_of_an_album_is_found_by_its_question(engine: AsyncEngine) -> None:
    await SqlAgentDoors(engine).import_global([ASSISTANT], only_if_empty=True)
    anna, _bob = await in_group(engine, 101), await in_group(engine, 102)
    async with SqlStorage(engine).transaction(anna) as unit:
        (agent,) = await unit.agents.active()
        choice = Choice(agent, Reason.DEFAULT, "compare")
        turn = await unit.conversations.add_turn(anna, an_arrival(GROUP), choice)
        await unit.albums.begin(turn.id, Album("7", NOW))
    doors = SqlGroupDoors(engine)
    asked, since = doors.asked_with_album, NOW - LIFETIME
    assert await asked(GROUP, 101, "7", since)
    for other in ((OTHER, 101, "7", since), (GROUP, 102, "7", since), (GROUP, 101, "8", since)):
        assert not await asked(*other)
    assert not await asked(GROUP, 101, "7", NOW)  # that was long ago, and is some other album
    await doors.moved(GROUP, SUPER)
    assert await asked(SUPER, 101, "7", since)
