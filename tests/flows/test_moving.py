"""A team moves from the bot's own database to a server: nothing is lost, and the bot goes on there."""

import asyncio
from pathlib import Path

from db.server import start_server
from tests.db.test_backups import rows_of
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


async def test_a_lively_team_moves_from_the_embedded_database_to_a_server(
    open_folder: Path, empty_database: str
) -> None:
    file = open_folder / "team.zip"
    async with staged(open_folder, "") as stage:
        anna, boris = await stage.person("Анна", "ru"), await stage.person("Boris")
        await anna.asks("/task каждый день в 9 позвонить Борису, напомни за час", "позвонить Борису")
        await anna.asks("/contact Мария Петрова +7 999 123-45-67", "Мария")
        await boris.asks("/call Maria out 5m connected: wants the price", "Maria")
        await boris.asks("what is on my list?", "offline")
        await boris.asks(
            "create a task to send the invoice tomorrow", "send the invoice"
        )  # a card that waits
        await boris.asks("remember that I prefer tea", "Remembered")
        await anna.asks("/agent_new Юрист: читает договоры", "Юрист")
        await anna.asks("напомни через секунду выпить воды", "выпить воды")
        await anna.hears("выпить воды")  # it has come
        code, printed = await command(stage, "backup", str(file))
        assert code == 0, printed
        assert "schema" in printed
        await asyncio.to_thread(stage.stop)
        code, printed = await command(stage, "restore", str(file))
        assert (code, "not empty" in printed) == (1, True), printed
        for words in (("restore", str(file)), ("migrate",)):
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
