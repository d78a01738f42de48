"""Transcripts and pictures over HTTP: what a server is sent, what it costs, and what is kept of a picture."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web
from pydantic_ai import models

from crm.attachments import Attachment
from crm.turns import Progress, Turn
from crm.usage import Usage
from llm.assistants import Assistants
from llm.models import ModelConfig, host_of, names_of, providers_of
from llm.transcripts import NotHeard, TranscriptConfig, Transcripts
from tests.fakes import MONDAY, FakeClock, FakeDirectory, FakeStorage, an_actor, an_agent
from tests.llm.desks import a_desk
from tests.model_server import Reply, model_server


class SpeechServer:
    """OpenAI's /audio/transcriptions; `statuses` are given once each before it hears."""

    def __init__(self) -> None:
        self.url, self.statuses = "", list[int]()
        self.heard: list[tuple[str, str, bytes, str]] = []  # model, file name, content, key

    async def transcribe(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        key = request.headers.get("Authorization", "")
        self.heard.append((str(form["model"]), file.filename, file.file.read(), key))
        if self.statuses:
            return web.json_response({"error": {"message": "no"}}, status=self.statuses.pop(0))
        return web.json_response({"text": " Позвонить Анне. "})


@pytest.fixture
async def server() -> AsyncIterator[SpeechServer]:
    one, app = SpeechServer(), web.Application()
    app.router.add_post("/v1/audio/transcriptions", one.transcribe)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield one
    await runner.cleanup()


@pytest.fixture
async def ears(server: SpeechServer) -> AsyncIterator[Callable[[str], Transcripts]]:
    made: list[Transcripts] = []

    def one(model: str) -> Transcripts:
        config = TranscriptConfig(model, server.url, "sk-x")
        made.append(Transcripts(config, lambda failed: None if failed >= 3 else 0.0))
        return made[-1]

    yield one
    for transcripts in made:
        await transcripts.close()


@pytest.mark.parametrize(("model", "micros"), [("whisper-1", 3000), ("own", 5)])
async def test_a_recording_becomes_text_and_is_paid_for_by_the_minute_or_by_its_words(
    server: SpeechServer, ears: Callable[[str], Transcripts], model: str, micros: int
) -> None:
    storage = FakeStorage()
    meter = Usage(storage, FakeClock(), bot_micros=5_000_000).meter(an_actor())
    assert await ears(model).hear(b"ogg", "voice.ogg", 30, meter) == "Позвонить Анне."
    assert server.heard == [(model, "voice.ogg", b"ogg", "Bearer sk-x")]
    [spend] = storage.state.spends.values()
    assert spend.used is not None
    assert spend.used.micros == micros


async def test_a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    server: SpeechServer, ears: Callable[[str], Transcripts]
) -> None:
    storage = FakeStorage()
    meter = Usage(storage, FakeClock(), bot_micros=5_000_000).meter(an_actor())
    server.statuses = [500, 429]
    assert await ears("own").hear(b"ogg", "voice.ogg", 30, meter) == "Позвонить Анне."
    server.statuses = [400]
    with pytest.raises(NotHeard):
        await ears("own").hear(b"ogg", "voice.ogg", 30, meter)
    assert len(server.heard) == 4
    assert [spend.micros for spend in storage.state.spends.values()][-1] == 0


class Watcher:
    """crm.turns.Listener, for whom nothing has to be shown."""

    wants_text, is_stopped = True, False

    def follow(self, said: Callable[[], str]) -> None:
        """Nobody looks."""

    def heard(self) -> None:
        """Nobody looks."""

    async def step_done(self, progress: Progress) -> None:
        """Nothing is kept here."""


async def test_a_picture_is_shown_to_the_model_and_a_word_of_it_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)
    storage, fetched = FakeStorage(), list[str]()
    agent = an_agent("assistant")
    storage.state.agents.append(agent)

    async def download(file_id: str) -> bytes:
        fetched.append(file_id)
        return b"jpeg"

    photo = Attachment("photo", "p", "image/jpeg")
    turn = Turn(1, 1, "lease", 1, agent.id, an_actor(), None, 5, "what is it?", MONDAY, attachments=(photo,))
    async with model_server() as server:
        server.replies.append(Reply("A cat."))
        own = Assistants(
            FakeDirectory(storage), a_desk(storage),
            ModelConfig(model="openai:one", base_url=server.url, reads=("images",)), FakeClock(), download=download,
        )  # fmt: skip
        assert await own.reads(turn)
        answer = await own.answer(turn, [], Watcher())
        await own.close()
        asked = str(server.asked[0]["messages"])
    assert answer.text == "A cat."
    assert fetched == ["p"]
    assert base64.b64encode(b"jpeg").decode() in asked
    assert "what is it?" in asked
    assert "what is it?\\n<data>\\n[picture]\\n</data>" in repr(answer.messages)
    assert "binary" not in str(answer.messages)


@pytest.mark.parametrize(
    ("reads", "vision", "kind", "sees"),
    [
        ((), None, "photo", False),
        (("images",), None, "photo", True),
        (("images",), None, "pdf", False),
        ((), True, "pdf", True),
        (("images",), False, "photo", False),
    ],
)
async def test_what_a_model_reads_is_set_for_the_bot_and_for_an_agent(
    reads: tuple[str, ...], vision: bool | None, kind: str, sees: bool
) -> None:
    storage = FakeStorage()
    agent = an_agent("assistant", settings={} if vision is None else {"vision": vision})
    storage.state.agents.append(agent)
    own = Assistants(
        FakeDirectory(storage),
        a_desk(storage),
        ModelConfig(model="openai:one", reads=reads),
        FakeClock(),
    )
    turn = Turn(1, 1, "l", 1, agent.id, an_actor(), None, 5, "", MONDAY, attachments=(Attachment(kind, "p"),))
    assert await own.reads(turn) is sees
    with suppress(asyncio.CancelledError):
        await own.close()


@pytest.mark.parametrize(
    ("model", "url", "name"),
    [
        ("openai:gpt-5-mini", None, "OpenAI"),
        ("anthropic:claude", None, "Anthropic"),
        ("google-gla:gemini", None, "Google"),
        ("openai:llama", "https://llm.example.org/v1", "llm.example.org"),
        ("openai:llama", "http://127.0.0.1:11434/v1", None),
        ("openai:llama", "http://10.0.0.7/v1", None),
        ("openai:llama", "http://ollama:11434/v1", None),
        ("ollama:llama", None, None),
        ("test", None, None),
        ("offline", None, None),
    ],
)
def test_a_provider_is_named_as_people_know_it_and_what_stays_here_is_none(
    model: str, url: str | None, name: str | None
) -> None:
    config = ModelConfig(model=model, base_url=url)
    assert providers_of(config, an_agent("assistant")) == (() if name is None else (name,))


def test_an_address_that_only_looks_private_is_somebody_elses() -> None:
    assert host_of("https://10.example.org/v1") == "10.example.org"
    assert host_of("https://172.32.0.1/v1") == "172.32.0.1"


def test_an_agents_models_come_each_once() -> None:
    config = ModelConfig(model="a:1", fallbacks=("b:2", "c:3"))
    agent: Any = an_agent("assistant", model="c:3", fallback_models=("d:4",))
    assert names_of(config, agent) == ("c:3", "d:4", "b:2")
