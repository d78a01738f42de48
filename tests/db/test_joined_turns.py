"""Joined turns: what waits in a conversation is answered at once, but nobody's words under another's rights."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest_asyncio

from crm.agents import Agent, AgentSpec, Choice, Reason
from crm.attachments import Attachment
from crm.people import Actor, ChatKind
from crm.turns import LEASE, ModelAnswer, Turn
from db.agents import SqlAgentDoors
from db.turns import SqlTurnDoors
from tests.acting import NOW, an_arrival
from tests.db.team import Team

ASSISTANT = AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "be brief"}, is_default=True)
GROUP = -100


class Room:
    """A group of the team, in which Anna, its owner, and Boris and Clara, its members, ask an assistant."""

    def __init__(self, team: Team, agent: Agent, chat_id: int) -> None:
        self.team, self.agent, self.doors = team, agent, SqlTurnDoors(team.engine)
        self.anna, self.boris, self.clara = (
            replace(one, chat_id=chat_id, telegram_chat_id=GROUP, chat_kind=ChatKind.GROUP)
            for one in (team.anna, team.boris, team.clara)
        )

    async def ask(self, actor: Actor, text: str, *attachments: Attachment) -> None:
        async with self.team.storage.transaction(actor) as unit:
            choice = Choice(self.agent, Reason.DEFAULT, text)
            await unit.conversations.add_turn(actor, an_arrival(GROUP), choice, attachments)

    async def claimed(self) -> Sequence[Turn]:
        return await self.doors.claim(NOW, limit=9, lease=LEASE)

    async def answered(self) -> list[str]:
        """What is answered, one turn after the other; messages that are answered at once are one line."""
        said: list[str] = []
        while turns := await self.claimed():
            for turn in turns:
                said.append(", ".join(f"{one.name}: {one.text}" for one in turn.sayings))
                async with self.team.storage.transaction(turn.actor) as unit:
                    await unit.conversations.keep_answer(turn, ModelAnswer("so", [], "m"))
                    await unit.conversations.mark_sent(turn, [1])
        return said


@pytest_asyncio.fixture
async def room(team: Team) -> Room:
    await SqlAgentDoors(team.engine).import_global([ASSISTANT], only_if_empty=True)
    async with team.storage.transaction(team.anna) as unit:
        (agent,) = await unit.agents.active()
    [chat] = await team.database.fetch(
        "INSERT INTO chats (workspace_id, telegram_chat_id, kind) VALUES ($1, $2, 'group') RETURNING id",
        team.anna.workspace_id,
        GROUP,
    )
    return Room(team, agent, chat[0])


async def test_what_came_while_one_ran_is_the_next_turn_with_who_said_what(room: Room) -> None:
    await room.ask(room.boris, "one")
    [first] = await room.claimed()
    for who, text in ((room.clara, "two"), (room.boris, "three")):
        await room.ask(who, text)
    assert await room.claimed() == []  # in order: the first is still being answered
    async with room.team.storage.transaction(room.boris) as unit:
        await unit.conversations.keep_answer(first, ModelAnswer("so", [], "m"))
        await unit.conversations.mark_sent(first, [1])
    assert await room.answered() == ["Clara: two, Борис: three"]


async def test_nobodys_words_are_answered_under_another_role(room: Room) -> None:
    for who, text in (
        (room.boris, "one"),
        (room.clara, "two"),
        (room.anna, "all of it"),
        (room.boris, "four"),
    ):
        await room.ask(who, text)
    assert await room.answered() == ["Борис: one, Clara: two", "Анна: all of it", "Борис: four"]


async def test_what_carries_a_file_stands_alone(room: Room) -> None:
    await room.ask(room.boris, "one")
    await room.ask(room.boris, "what is it?", Attachment("photo", "p"))
    await room.ask(room.boris, "three")
    await room.ask(room.boris, "four")
    assert await room.answered() == ["Борис: one", "Борис: what is it?", "Борис: three, Борис: four"]


async def test_one_that_was_begun_says_the_same_after_a_kill(room: Room) -> None:
    await room.ask(room.boris, "one")
    assert len(await room.claimed()) == 1
    await room.ask(room.clara, "two")
    [again] = await room.doors.claim(NOW + LEASE + timedelta(seconds=1), limit=9, lease=LEASE)
    assert (again.text, again.attempts) == ("one", 2)
