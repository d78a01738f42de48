"""Upkeep: what the running bot does each hour, over rows."""

from tests.bot.test_warm_updates import ANNA, replica
from tests.databases import Database


async def test_what_a_chat_keeps_for_a_while_only_is_erased_by_the_running_bot(database: Database) -> None:
    async with replica(database) as bot:
        await bot.hears(ANNA, "/start")
        await database.fetch("INSERT INTO agents (slug, spec) VALUES ('a', '{}')")
        [chat] = await database.fetch(
            """UPDATE chats SET settings = '{"keep_days": 7}' WHERE kind = 'private' RETURNING id, workspace_id"""
        )
        await database.fetch(
            "WITH talk AS (INSERT INTO conversations (workspace_id, chat_id, agent_id)"
            " SELECT $1::bigint, $2::bigint, id FROM agents WHERE slug = 'a' RETURNING id)"
            " INSERT INTO turns (workspace_id, conversation_id, member_id, user_text, asked_at, reason, state)"
            " SELECT $1::bigint, talk.id, m.id, 'hello', now() - days * interval '1 day', 'default', 'done'"
            " FROM talk, members m, unnest('{6, 8}'::integer[]) days WHERE m.workspace_id = $1",
            *(chat["workspace_id"], chat["id"]),
        )
        await bot.app.reminder_clock.tidy()
        kept = await database.fetch("SELECT user_text FROM turns ORDER BY asked_at")
        assert [row[0] for row in kept] == ["", "hello"]
