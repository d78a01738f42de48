"""The command line, and the start a stranger makes: no token, nothing set, one process."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
import yaml

from playground.server import start_playground
from tests.databases import Database
from tests.documents import words_of
from tests.flows.stage import ROOT, TOKEN, Stage, environment, free_port
from tests.nursery import bot, start_bot


async def _checked(told: dict[str, str]) -> tuple[int, str]:
    """The exit code of `check`, and all it printed."""
    ended = await bot(*words_of(".venv/bin/python -m bot check"), environment=told)
    return ended.code, ended.printed


@pytest.mark.executes(".venv/bin/python -m bot check")
async def test_check_proves_the_role_of_a_running_bot_and_says_what_botfather_can_change(
    stage: Stage,
) -> None:
    code, printed = await _checked(stage.environment)
    assert code == 0
    assert "application role: owns nothing, can't bypass row-level security" in printed
    assert "WEBHOOK_URL: not set" in printed
    assert "REDIS_URL: not set" in printed
    assert "BOT_TOKEN" not in printed  # it is set
    assert "privacy mode: on" in printed
    assert "/setprivacy in @BotFather" in printed
    assert "inline: on" in printed
    assert "topics in private chats: off" in printed


async def test_check_names_a_model_that_would_stop_a_start(stage: Stage) -> None:
    code, printed = await _checked(stage.environment | {"MODEL": "nobody:any"})
    assert (code, printed.splitlines()) == (
        1,
        ["MODEL: nobody:any is of no provider that is known. Example: MODEL=openai:gpt-5-mini"],
    )
    code, printed = await _checked(stage.environment | {"MODEL": "test"})
    assert code == 0
    assert "MODEL" not in printed
    assert "PUBLIC_URL: not set, /calendar gives a file" in printed


async def test_check_with_a_revoked_token_names_the_variable(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")  # so the bot knows that its token worked once, and waits for it
    await stage.post("/sim/settings", {"token_revoked": True})
    try:
        code, printed = await _checked(stage.environment)
    finally:
        await stage.post("/sim/settings", {"token_revoked": False})
    assert code == 1
    assert "BOT_TOKEN: Telegram refuses it" in printed
    assert "Traceback" not in printed


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's user may enter, also as root."""
    with tempfile.TemporaryDirectory(prefix="switchboard-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


async def test_a_start_without_a_token_serves_the_page_and_answers(folder: Path) -> None:
    port = free_port()
    told = environment(
        data_dir=folder, api_url="", database_url="", http_port=free_port(),
        BOT_TOKEN="", ACCESS="", PLAYGROUND_PORT=str(port),
    )  # fmt: skip
    async with aiohttp.ClientSession() as client:
        stage = Stage(f"http://127.0.0.1:{port}", client, folder, told, bot_id=7000000001, fresh=True)
        try:
            await stage.start()
            assert f"open http://127.0.0.1:{port}" in stage.log()
            async with client.get(stage.url) as page:
                assert page.status == 200
                assert "<html" in (await page.text()).lower()
            boris = await stage.person("Борис", "ru")
            await boris.asks("/start", "язык")
            await boris.asks("/task завтра в 9 отправить счёт", "отправить счёт")
        finally:
            code = await asyncio.to_thread(stage.stop)
    assert code == 0
    assert "Traceback" not in stage.log()


async def test_a_change_of_assistants_is_seen_without_a_redis_too(
    stage: Stage, stage_rows: Database, tmp_path: Path
) -> None:
    registry = yaml.safe_load((ROOT / "agents.yaml").read_text())
    registry["agents"][2]["rules"]["keywords"].append("bonsai")
    file = tmp_path / "agents.yaml"
    file.write_text(yaml.safe_dump(registry, allow_unicode=True))
    anna = await stage.person("Anna")
    await anna.asks("repot the bonsai", "offline")  # looked up, and kept for five seconds
    ended = await bot("agents", "import", str(file), environment=stage.environment)
    assert ended.code == 0, ended.printed
    copywriter = (
        "turns t JOIN conversations c ON c.id = t.conversation_id JOIN agents a ON a.id = c.agent_id"
        " WHERE a.slug = 'copywriter' AND t.user_text LIKE '%bonsai'"
    )

    async def asked_once_more() -> int:
        await asyncio.sleep(1)  # questions asked faster than a person types are turned away
        await anna.asks("and the bonsai", "offline")
        return min(await stage_rows.count(copywriter), 1)

    await stage.until(asked_once_more, 1)


@pytest.mark.executes(".venv/bin/python -m bot run --take-over")
async def test_a_webhook_that_is_taken_over_is_gone_and_the_bot_polls(
    own_database: Database, folder: Path
) -> None:
    playground = await start_playground(folder, 0)
    told = environment(
        data_dir=folder, api_url=playground.url, database_url=own_database.owner_url, http_port=free_port()
    )
    api = f"{playground.url}/bot{TOKEN}"
    async with aiohttp.ClientSession() as client:
        await client.post(f"{api}/setWebhook", json={"url": "https://bot.example.org/telegram"})
        with (folder / "log").open("wb") as log:
            process = start_bot(
                *words_of(".venv/bin/python -m bot run --take-over"), environment=told, stdout=log, stderr=log
            )
        try:
            async with asyncio.timeout(60):
                while "is answering" not in (folder / "log").read_text():
                    assert process.poll() is None, (folder / "log").read_text()
                    await asyncio.sleep(0.1)
            async with client.get(f"{api}/getWebhookInfo") as answer:
                assert (await answer.json())["result"]["url"] == ""
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, 30)
    await playground.close()
