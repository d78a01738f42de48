"""Memory in PostgreSQL: what is scrubbed, what is purged when, and whose facts are whose."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.memory import Memory
from crm.people import Actor, ChatKind
from crm.privacy import Privacy
from db.memory import SqlMemoryDoors
from db.storage import SqlStorage
from tests.acting import an_arrival
from tests.db.team import Team

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SAID = json.dumps([{"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "hello"}]}])


@pytest.fixture
def memory(engine: AsyncEngine) -> Memory:
    return Memory(SqlStorage(engine))


async def was_said(team: Team, actor: Actor, asked_at: datetime, state: str = "done") -> int:
    """A turn of the actor's in their chat; its conversation is made with the first. The turn's id."""
    agents = await team.database.fetch("SELECT id FROM agents WHERE slug = 'a'")
    if not agents:
        agents = await team.database.fetch("INSERT INTO agents (slug, spec) VALUES ('a', '{}') RETURNING id")
    talks = await team.database.fetch(
        "INSERT INTO conversations (workspace_id, chat_id, agent_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (workspace_id, chat_id, thread_id, agent_id) DO UPDATE SET thread_id = NULL RETURNING id",
        actor.workspace_id, actor.chat_id, agents[0][0],
    )  # fmt: skip
    [turn] = await team.database.fetch(
        "INSERT INTO turns (workspace_id, conversation_id, member_id, user_text, asked_at, reason, state, messages,"
        " answer) VALUES ($1, $2, $3, 'hello', $4, 'default', $5, $6, 'hi') RETURNING id",
        actor.workspace_id, talks[0][0], actor.member_id, asked_at, state, SAID,
    )  # fmt: skip
    return int(turn[0])


async def words(team: Team) -> list[tuple[str, str | None, str]]:
    rows = await team.database.fetch("SELECT user_text, answer, state FROM turns ORDER BY id")
    return [(row[0], row[1], row[2]) for row in rows]


async def test_erasing_leaves_no_word_and_stops_what_runs(memory: Memory, team: Team) -> None:
    await was_said(team, team.boris, NOW)
    await was_said(team, team.boris, NOW, "running")
    await was_said(team, team.anna, NOW)
    await team.database.fetch("UPDATE conversations SET summary = 'they greeted'")
    await team.database.fetch(
        'UPDATE turns SET attachments = \'[{"kind": "voice", "file_id": "v", "text": "heard"}]\''
    )
    await memory.remember(team.boris, an_arrival(102), "tea", Answer)
    await memory.erase(team.boris, an_arrival(102), everywhere=True, reply=lambda count: Answer(str(count)))
    assert await words(team) == [("", None, "done"), ("", None, "canceled"), ("hello", "hi", "done")]
    assert await team.database.count("memories") == 0
    for column in ("messages", "attachments"):
        kept = await team.database.fetch(f"SELECT count(*) FROM turns WHERE {column} <> '[]'")  # noqa: S608 - ours
        assert kept[0][0] == 1
    assert [row[0] for row in await team.database.fetch("SELECT summary FROM conversations ORDER BY id")] == [
        None,
        "they greeted",
    ]


async def test_in_a_group_ones_words_are_erased_where_they_were_answered_along_with_others(
    memory: Memory, team: Team
) -> None:
    [group] = await team.database.fetch(
        "INSERT INTO chats (workspace_id, telegram_chat_id, kind) VALUES ($1, -100, 'group') RETURNING id",
        team.anna.workspace_id,
    )
    here = {"chat_id": group[0], "telegram_chat_id": -100, "chat_kind": ChatKind.GROUP}
    boris, clara = replace(team.boris, **here), replace(team.clara, **here)
    leader = await was_said(team, clara, NOW)
    joined = await was_said(team, boris, NOW, "joined")
    await team.database.fetch("UPDATE turns SET joins_turn_id = $1 WHERE id = $2", leader, joined)
    await memory.erase(boris, an_arrival(-100), everywhere=False, reply=lambda count: Answer(str(count)))
    assert await words(team) == [("hello", None, "done"), ("", None, "joined")]
    left = await team.database.fetch("SELECT count(*) FROM turns WHERE messages <> '[]'")
    assert left[0][0] == 0


async def with_card(team: Team, actor: Actor, turn: int) -> None:
    """What an assistant asked to write in that turn."""
    await team.database.fetch(
        "INSERT INTO proposals (workspace_id, turn_id, ordinal, call_key, member_id, chat_id, kind, said, read_at)"
        " VALUES ($1, $2, 0, 'k', $3, $4, 'task', '{\"line\": \"a secret\"}', $5)",
        actor.workspace_id, turn, actor.member_id, actor.chat_id, NOW,
    )  # fmt: skip


async def test_what_was_to_be_written_is_erased_with_what_was_said(memory: Memory, team: Team) -> None:
    for actor in (team.anna, team.boris):
        await with_card(team, actor, await was_said(team, actor, NOW))
    for everywhere in (True, False):
        await memory.erase(
            team.boris, an_arrival(102), everywhere=everywhere, reply=lambda count: Answer(str(count))
        )
        rows = await team.database.fetch("SELECT member_id FROM proposals")
        assert [row[0] for row in rows] == [team.anna.member_id]


async def test_in_a_group_who_manages_the_team_erases_what_others_were_to_write(
    memory: Memory, team: Team
) -> None:
    [group] = await team.database.fetch(
        "INSERT INTO chats (workspace_id, telegram_chat_id, kind) VALUES ($1, -100, 'group') RETURNING id",
        team.anna.workspace_id,
    )
    here = {"chat_id": group[0], "telegram_chat_id": -100, "chat_kind": ChatKind.GROUP}
    boris, anna = replace(team.boris, **here), replace(team.anna, **here)
    await with_card(team, boris, await was_said(team, boris, NOW))
    await memory.erase(anna, an_arrival(-100), everywhere=False, reply=lambda count: Answer(str(count)))
    assert await words(team) == [("", None, "done")]
    assert await team.database.count("proposals") == 0


async def test_a_chat_is_purged_of_what_it_no_longer_keeps(
    memory: Memory, engine: AsyncEngine, team: Team
) -> None:
    for days in (8, 6):
        await with_card(team, team.anna, await was_said(team, team.anna, NOW - timedelta(days=days)))
    await was_said(team, team.boris, NOW - timedelta(days=300))
    doors = SqlMemoryDoors(engine)
    assert await doors.purge(NOW) == 0
    await memory.keep_for(team.anna, an_arrival(), 7, lambda _days: Answer("ok"))
    assert await doors.purge(NOW) == 1
    assert [text for text, *_rest in await words(team)] == ["", "hello", "hello"]
    assert await team.database.count("proposals") == 1
    assert await doors.purge(NOW) == 0  # nothing twice
    await memory.keep_for(team.anna, an_arrival(), None, lambda _days: Answer("ok"))
    assert (await memory.show(team.anna, None)).keep_days is None


async def test_facts_are_nobody_elses_not_even_the_owners(memory: Memory, team: Team) -> None:
    await memory.remember(team.boris, an_arrival(102), "tea", Answer)
    assert [fact.body for fact in (await memory.show(team.boris, None)).facts] == ["tea"]
    assert (await memory.show(team.anna, None)).facts == []
    async with team.storage.transaction(team.anna) as unit:
        [row] = await team.database.fetch("SELECT id FROM memories")
        assert not await unit.memory.remove_fact(row[0])


async def test_what_is_known_of_a_person_in_private_goes_along_in_private_alone(
    memory: Memory, team: Team
) -> None:
    await memory.remember(team.boris, an_arrival(102), "tea", Answer)
    turn = await was_said(team, team.boris, NOW)
    [talk] = await team.database.fetch("SELECT id FROM conversations")
    async with team.storage.transaction(team.boris) as unit:
        kept = [
            await unit.memory.of_conversation(talk[0], before_turn_id=turn, in_private=there, limit=10)
            for there in (True, False)
        ]
    assert [[fact.body for fact in one.facts] for one in kept] == [["tea"], []]


async def test_a_topic_is_shown_nothing_of_another(memory: Memory, team: Team) -> None:
    [group] = await team.database.fetch(
        "INSERT INTO chats (workspace_id, telegram_chat_id, kind) VALUES ($1, -100, 'group') RETURNING id",
        team.anna.workspace_id,
    )
    anna = replace(team.anna, chat_id=group[0], telegram_chat_id=-100, chat_kind=ChatKind.GROUP)
    await was_said(team, anna, NOW)
    await team.database.fetch("UPDATE conversations SET thread_id = 7")
    await memory.remember(anna, replace(an_arrival(-100), thread_id=7), "tea", Answer)
    assert [fact.body for fact in (await memory.show(anna, 7)).facts] == ["tea"]
    assert (await memory.show(anna, None)).facts == []


async def test_afresh_keeps_the_rows_and_takes_nothing_along(memory: Memory, team: Team) -> None:
    turn = await was_said(team, team.anna, NOW)
    await memory.start_afresh(team.anna, an_arrival(), lambda count: Answer(str(count)))
    [talk] = await team.database.fetch("SELECT id, fresh_after FROM conversations")
    assert talk[1] == turn
    async with team.storage.transaction(team.anna) as unit:
        stored = await unit.memory.of_conversation(
            talk[0], before_turn_id=turn + 100, in_private=True, limit=10
        )
    assert list(stored.turns) == []


async def test_a_provider_is_told_of_once_a_person_and_the_switch_is_the_teams(
    engine: AsyncEngine, team: Team
) -> None:
    privacy = Privacy(SqlStorage(engine))
    await privacy.tell(team.boris, ["OpenAI"])
    await privacy.tell(team.boris, ["OpenAI", "Anthropic"])
    assert set(await privacy.told(team.boris)) == {"OpenAI", "Anthropic"}
    assert await privacy.told(team.anna) == []
    await privacy.switch(
        team.anna, an_arrival(), team.anna.workspace_id, off=True, reply=lambda _off: Answer("ok")
    )
    assert await privacy.is_off(team.boris)
