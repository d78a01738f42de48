"""What stops a start: one line that names the variable, exit code 1, no traceback."""

import os
import re
import socket
from pathlib import Path

from playground.server import start_playground
from tests.databases import Database, run
from tests.flows.stage import ROOT, TOKEN
from tests.nursery import bot

EXITED = 1


async def start(**told: str) -> tuple[int, str]:
    """A start that should fail; its exit code and what it complained of."""
    return await start_of(told)


async def start_of(told: dict[str, str], *, fresh: bool = False) -> tuple[int, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ended = await bot("run", environment=kept | {"PYTHONPATH": str(ROOT)} | told, fresh=fresh)
    assert "Traceback" not in ended.complained
    return ended.code, ended.complained


async def test_a_wrong_setting(tmp_path: Path) -> None:
    code, lines = await start_of({"DATA_DIR": str(tmp_path), "HTTP_PORT": "eighty"}, fresh=True)
    assert code == EXITED
    assert lines.startswith("HTTP_PORT: ")


async def test_production_without_a_token(tmp_path: Path) -> None:
    code, lines = await start(DATA_DIR=str(tmp_path), ENVIRONMENT="production")
    assert (code, lines[:10]) == (EXITED, "BOT_TOKEN:")


async def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    url = "postgresql://owner@127.0.0.1:1/nothing"
    code, lines = await start(DATA_DIR=str(tmp_path), DATABASE_URL=url)
    assert (code, lines[:13]) == (EXITED, "DATABASE_URL:")


async def test_a_data_dir_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, lines = await start(DATA_DIR=str(tmp_path / "file" / "data"))
    assert (code, lines[:9]) == (EXITED, "DATA_DIR:")


async def test_a_busy_playground_port(own_database: Database, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, lines = await start(
            DATA_DIR=str(tmp_path), DATABASE_URL=own_database.owner_url, PLAYGROUND_PORT=port
        )
    assert (code, lines) == (
        EXITED,
        f"PLAYGROUND_PORT: port {port} is taken; name another one. Example: PLAYGROUND_PORT=8090\n",
    )


async def test_a_busy_http_port(own_database: Database, tmp_path: Path) -> None:
    playground = await start_playground(tmp_path, 0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, lines = await start(
            DATA_DIR=str(tmp_path),
            DATABASE_URL=own_database.owner_url,
            BOT_TOKEN=TOKEN,
            TELEGRAM_API_URL=playground.url,
            HTTP_PORT=str(taken.getsockname()[1]),
        )
    await playground.close()
    assert code == EXITED
    assert re.fullmatch(r"HTTP_PORT: port \d+ is taken; name another one. Example: HTTP_PORT=8090\n", lines)


async def test_an_address_that_is_not_this_machines(own_database: Database, tmp_path: Path) -> None:
    code, lines = await start(
        DATA_DIR=str(tmp_path),
        DATABASE_URL=own_database.owner_url,
        PLAYGROUND_PORT="0",
        HTTP_HOST="192.0.2.1",  # RFC 5737: nobody's
        HTTP_PORT="0",
    )
    assert (code, lines) == (
        EXITED,
        "HTTP_HOST: 192.0.2.1 is no address of this machine. Example: HTTP_HOST=127.0.0.1\n",
    )


async def test_a_playground_that_can_not_write_its_folder(own_database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, lines = await start(
        DATA_DIR=str(tmp_path / "file"), DATABASE_URL=own_database.owner_url, PLAYGROUND_PORT="0"
    )
    assert (code, lines[:9]) == (EXITED, "DATA_DIR:")
    assert "Example: DATA_DIR=" in lines


async def test_a_telegram_that_can_not_be_reached(own_database: Database, tmp_path: Path) -> None:
    code, lines = await start(
        DATA_DIR=str(tmp_path),
        DATABASE_URL=own_database.owner_url,
        BOT_TOKEN=TOKEN,
        TELEGRAM_API_URL="http://127.0.0.1:1",
    )
    assert (code, lines[:17]) == (EXITED, "TELEGRAM_API_URL:")


async def test_a_token_that_telegram_refuses(own_database: Database, tmp_path: Path) -> None:
    playground = await start_playground(tmp_path, 0)
    told = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": own_database.owner_url,
        "TELEGRAM_API_URL": playground.url,
    }
    code, lines = await start(BOT_TOKEN=f"420:{'A' * 35}", **told)
    await playground.close()
    assert (code, lines[:10]) == (EXITED, "BOT_TOKEN:")


async def test_a_database_of_another_bot(own_database: Database, tmp_path: Path) -> None:
    await run(own_database.owner_url, "INSERT INTO installation (bot_id) VALUES (5)")
    playground = await start_playground(tmp_path, 0)
    told = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": own_database.owner_url,
        "TELEGRAM_API_URL": playground.url,
    }
    code, lines = await start(BOT_TOKEN=TOKEN, **told)
    await playground.close()
    assert code == EXITED
    assert "belongs to bot 5" in lines


async def test_a_webhook_that_is_set_elsewhere_is_left_alone(own_database: Database, tmp_path: Path) -> None:
    import aiohttp

    playground = await start_playground(tmp_path, 0)
    told = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": own_database.owner_url,
        "TELEGRAM_API_URL": playground.url,
    }
    async with aiohttp.ClientSession() as client:
        api = f"{playground.url}/bot{TOKEN}"
        await client.post(f"{api}/setWebhook", json={"url": "https://bot.example.org/hook"})
        ended = [
            await start(BOT_TOKEN=TOKEN, **told, **more)
            for more in ({}, {"WEBHOOK_URL": "https://ours.example.org/hook", "HTTP_PORT": "0"})
        ]
        async with client.get(f"{api}/getWebhookInfo") as answer:
            assert (await answer.json())["result"]["url"] == "https://bot.example.org/hook"
    await playground.close()
    for code, lines in ended:  # whether we would poll or set one of our own
        assert code == EXITED
        assert "--take-over" in lines
