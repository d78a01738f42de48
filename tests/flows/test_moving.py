"""A team moves from the bot's own database to a server: nothing is lost, and the bot goes on there."""

import asyncio
from pathlib import Path

import pytest

from db.server import start_server
from tests.db.test_backups import rows_of
from tests.documents import words_of
from tests.flows.stage import Stage, staged
from tests.nursery import bot

LIVELY = (
    "people", "members", "chats", "agents", "agent_versions", "conversations", "turns", "proposals", "memories",
    "crm_tasks", "crm_contacts", "crm_contact_phones", "crm_calls", "reminders", "reminder_deliveries", "activity_logs",
)  # fmt: skip


async def command(stage: Stage, *words: str, **told: str) -> tuple[int, str]:
    """`python -m bot …` beside the stage; the exit code and all it printed."""
    ended = await bot(*words, environment=stage.environment | told)
    return ended.code, ended.printed


@pytest.mark.executes(
    ".venv/bin/python -m bot backup team.zip",
    ".venv/bin/python -m bot restore team.zip",
    ".venv/bin/python -m bot migrate",
)
async def test_a_lively_team_moves_from_the_embedded_database_to_a_server(
    open_folder: Path, empty_database: str
) -> None:
    here_it_is = {"team.zip": str(open_folder / "team.zip")}
    restore = words_of(".venv/bin/python -m bot restore team.zip", here_it_is)
    async with staged(open_folder, "") as stage:
        anna, boris = await stage.person("Анна", "ru"), await stage.person("Boris")
        await anna.asks("/task каждый день в 9 позвонить Борису, напомни за час", "позвонить Борису")
        await anna.asks("/contact Мария Петрова +7 999 123-45-67", "Мария")
        await boris.asks("/call Maria out 5m connected: wants the price", "Maria")
        await boris.asks("what is on my list?", "Your open tasks")
        await boris.asks("create a task to water the ferns", "water the ferns")  # a card that waits
        await boris.asks("remember that I prefer tea", "Remembered")
        await anna.asks("/agent_new Юрист: читает договоры", "Юрист")
        await anna.asks("напомни через секунду выпить воды", "выпить воды")
        await anna.hears("выпить воды")  # it has come
        code, printed = await command(stage, *words_of(".venv/bin/python -m bot backup team.zip", here_it_is))
        assert code == 0, printed
        assert "schema" in printed
        await asyncio.to_thread(stage.stop)
        code, printed = await command(stage, *restore)
        assert (code, "not empty" in printed) == (1, True), printed
        for words in (restore, words_of(".venv/bin/python -m bot migrate")):
            code, printed = await command(stage, *words, DATABASE_URL=empty_database)
            assert code == 0, printed

        server = start_server(open_folder, say=print)
        try:
            there = await rows_of(server.owner_url("switchboard"))
        finally:
            server.stop()
        here = await rows_of(empty_database)
        assert [name for name in LIVELY if not here[name]] == []
        assert here == there

        stage.environment["DATABASE_URL"] = empty_database
        await stage.start()
        listed = await anna.asks("/tasks", "позвонить Борису")
        assert "#1" in listed["text"]
        await anna.asks("/task завтра отправить счёт", "#2")
