"""Voice over HTTP: heard beside the commands, taken up again after a kill, answered with its words shown; pictures."""

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from tests.databases import Database
from tests.flows.stage import Stage, staged
from tests.model_server import ModelServer, model_server


class Speech:
    """A server that hears when it is let."""

    def __init__(self) -> None:
        self.url, self.go, self.asked = "", asyncio.Event(), 0
        self.words = "what is new at the harbour"

    async def transcribe(self, request: web.Request) -> web.Response:
        await request.post()
        self.asked += 1
        await self.go.wait()
        return web.json_response({"text": self.words})


@pytest_asyncio.fixture(scope="module")
async def speech() -> AsyncIterator[Speech]:
    one, app = Speech(), web.Application()
    app.router.add_post("/v1/audio/transcriptions", one.transcribe)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield one
    one.go.set()
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module")
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as one:
        yield one


@pytest_asyncio.fixture(scope="module")
async def hearing(
    rows: Database, model: ModelServer, speech: Speech, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    told = {
        "MODEL": "openai:stub",
        "MODEL_BASE_URL": model.url,
        "MODEL_READS": "images",
        "TRANSCRIBE_MODEL": "own",
        "TRANSCRIBE_BASE_URL": speech.url,
    }
    async with staged(tmp_path_factory.mktemp("media"), rows.owner_url, **told) as one:
        yield one


def a_file(name: str) -> dict[str, Any]:
    return {"name": name, "base64": base64.b64encode(b"bytes").decode()}


async def test_a_slow_hearing_blocks_no_command_and_outlives_a_kill(
    hearing: Stage, speech: Speech, rows: Database
) -> None:
    anna = await hearing.person("Anna")
    speech.go.clear()
    before = speech.asked
    await hearing.post(f"/sim/chats/{anna.id}/messages", {"user_id": anna.id, "voice": a_file("one.ogg")})
    async with asyncio.timeout(20):
        while speech.asked == before:  # noqa: ASYNC110 - until it is listened to
            await asyncio.sleep(0.05)
    await anna.asks("/task buy paper", "buy paper")
    hearing.kill()
    speech.go.set()
    await rows.fetch("UPDATE turns SET lease_until = now() WHERE state = 'running'")  # as half a minute would
    await hearing.start()
    await anna.hears("«what is new at the harbour»")
    await anna.hears("Point 2")


async def test_what_is_said_without_doubt_becomes_a_task(
    hearing: Stage, speech: Speech, rows: Database
) -> None:
    boris = await hearing.person("Boris")
    speech.words = "send the invoice tomorrow at 10"
    await hearing.post(f"/sim/chats/{boris.id}/messages", {"user_id": boris.id, "voice": a_file("two.ogg")})
    card = await boris.hears("send the invoice")
    assert card["buttons"]
    await boris.hears("«send the invoice tomorrow at 10»")


async def test_a_picture_with_words_reaches_the_model(hearing: Stage, model: ModelServer) -> None:
    clara = await hearing.person("Clara")
    body = {"user_id": clara.id, "photo": a_file("cat.jpg"), "caption": "what is on it?"}
    await hearing.post(f"/sim/chats/{clara.id}/messages", body)
    await clara.hears("Point 2")
    assert base64.b64encode(b"bytes").decode() in str(model.asked[-1]["messages"])
