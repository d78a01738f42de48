"""How fast assistants answer: beside pydantic-ai alone, with two hundred at once, and how soon a Stop is heard.

All of it against a provider of this machine's own, in a process of its own, that streams at once; PostgreSQL is real,
Telegram answers at once. Figures: our added time to the first draft (p50), our share of pydantic-ai's turns per
second, a command's p95 while two hundred conversations stream (the bot's limit of thirty messages a second holds), and
the time from a Stop to the closed connection. CONVERSATIONS_TURNS and CONVERSATIONS_WORDS measure less.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

import asyncpg
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import GetMe, SendMessage, SendMessageDraft, TelegramMethod
from aiogram.types import Chat, Message, Update, User
from pydantic_ai import Agent
from sqlalchemy.engine import make_url

from bot.app import App, build, utc_now
from bot.gate import Gate
from bot.gate.rooms import Rooms
from bot.intake import Intake
from bot.logs import start_logs
from bot.outages import Outage
from bot.startup import AGENTS_FILE
from crm.sends import PER_SECOND
from db.migrate import upgrade
from db.server import start_server
from db.storage import create_engine
from db.updates import SqlUpdateJournal
from handlers.access import Defaults
from llm.models import ModelConfig, build_model
from llm.registry import load

TURNS = int(os.environ.get("CONVERSATIONS_TURNS", "40"))
WORDS = int(os.environ.get("CONVERSATIONS_WORDS", "300"))
CROWD = 200
COMMANDS = 40
ME = User(id=42, is_bot=True, first_name="Switchboard", username="switchboard_bot")
say = sys.stdout.write


class Telegram(BaseSession):
    """Takes everything at once, and notes when which chat was told what."""

    def __init__(self) -> None:
        super().__init__()
        self.drafted: dict[int, float] = {}  # the first draft with words, by chat
        self.told: dict[int, asyncio.Event] = {}
        self._number = 0

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if isinstance(method, GetMe):
            return ME
        if isinstance(method, SendMessageDraft):
            if method.text:
                self.drafted.setdefault(method.chat_id, perf_counter())
            return True
        if isinstance(method, SendMessage):
            chat_id = int(method.chat_id)
            self._number += 1
            self.event(chat_id).set()
            return Message(
                message_id=self._number, date=datetime.now(UTC), chat=Chat(id=chat_id, type="private")
            )
        return True

    def event(self, chat_id: int) -> asyncio.Event:
        return self.told.setdefault(chat_id, asyncio.Event())

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *_given: Any, **_more: Any) -> AsyncGenerator[bytes, None]:
        yield b""


class House:
    """The bot as it runs, fed with updates by hand."""

    def __init__(self, app: App, telegram: Telegram) -> None:
        self.app = app
        self._intake = Intake(
            app.bot, app.dispatcher, SqlUpdateJournal(app.engine), Outage(None),
            report=app.reports, metrics=app.metrics, clock=utc_now,
        )  # fmt: skip
        self.telegram = telegram
        self._update_id = 0

    async def says(self, user_id: int, text: str) -> float:
        """A message in somebody's private chat, handled; when it began."""
        self._update_id += 1
        began = perf_counter()
        update = Update.model_validate(
            {
                "update_id": self._update_id,
                "message": {
                    "message_id": self._update_id,
                    "date": int(datetime.now(UTC).timestamp()),
                    "chat": {"id": user_id, "type": "private", "first_name": "A"},
                    "from": {"id": user_id, "is_bot": False, "first_name": "A", "language_code": "en"},
                    "text": text,
                },
            }
        )
        await self._intake.handle(update)
        return began

    async def answered(self, user_id: int, text: str) -> tuple[float, float]:
        """Seconds to the first draft (or the answer, where none came before it) and to the answer."""
        self.telegram.drafted.pop(user_id, None)
        self.telegram.event(user_id).clear()
        began = await self.says(user_id, text)
        await self.telegram.event(user_id).wait()
        ended = perf_counter()
        return self.telegram.drafted.get(user_id, ended) - began, ended - began


def main() -> None:
    start_logs("CRITICAL", "text")
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as nobody
        server = start_server(Path(folder), say=lambda _line: None, durable=False)
        try:
            asyncio.run(_measure(server.owner_url("postgres")))
        finally:
            server.stop()


async def _measure(owner_url: str) -> None:
    link = await asyncpg.connect(owner_url)
    await link.execute("CREATE DATABASE switchboard")
    await link.close()
    url = make_url(owner_url).set(database="switchboard").render_as_string(hide_password=False)
    application = await upgrade(url, say=lambda _line: None)
    async with _provider(WORDS) as url, _house(application, url, 1000) as house:
        for user in range(10):
            await house.says(1 + user, "/start")
        await house.answered(1, "warm up")
        alone = await _raw(url)
        ours = [await house.answered(1 + turn % 10, f"question {turn}") for turn in range(TURNS)]
        raw, own = median(first for first, _all in alone), median(first for first, _all in ours)
        say(
            f"first words: pydantic-ai {_ms(raw)}, ours {_ms(own)}, added {_ms(own - raw)} p50 (wanted: 30 ms)\n"
        )
        began = process_time()
        raw_rate = await _raw_rate(url)
        raw_work, began = process_time() - began, process_time()
        our_rate = await _our_rate(house)
        our_work = process_time() - began
        say(
            f"turns per second, {WORDS} words each, eight at once: pydantic-ai {raw_rate:.1f}, ours {our_rate:.1f},"
        )
        say(
            f" {our_rate / raw_rate:.2f} of it (wanted: 0.70); by this process's own work {raw_work / our_work:.2f}\n"
        )
    async with _provider(WORDS) as url, _house(application, url, 30) as house:
        await _crowd(house)


async def _raw(url: str) -> list[tuple[float, float]]:
    agent = _agent(url)
    return [await _asked(agent, f"question {turn}") for turn in range(TURNS)]


async def _asked(agent: Agent[None, str], text: str) -> tuple[float, float]:
    began, first = perf_counter(), 0.0
    async with agent.run_stream(text) as result:
        async for _words in result.stream_text(delta=True, debounce_by=None):
            first = first or perf_counter() - began
    return first, perf_counter() - began


async def _raw_rate(url: str) -> float:
    agent, began = _agent(url), perf_counter()
    room = asyncio.Semaphore(8)

    async def one(turn: int) -> None:
        async with room:
            await _asked(agent, f"question {turn}")

    await asyncio.gather(*(one(turn) for turn in range(TURNS)))
    return TURNS / (perf_counter() - began)


async def _our_rate(house: House) -> float:
    for user in range(8):
        await house.says(100 + user, "/start")
    began = perf_counter()

    async def one(user: int) -> None:
        for turn in range(TURNS // 8):
            await house.answered(100 + user, f"question {turn}")

    await asyncio.gather(*(one(user) for user in range(8)))
    return TURNS // 8 * 8 / (perf_counter() - began)


async def _crowd(house: House) -> None:
    """Two hundred people ask at once; meanwhile somebody else types commands."""
    people = range(1000, 1000 + CROWD)
    for user in (*people, 999):
        await house.says(user, "/start")
    await asyncio.sleep(1.5)
    asking = [asyncio.create_task(house.answered(user, "tell me all of it")) for user in people]
    took = []
    for number in range(COMMANDS):
        house.telegram.event(999).clear()
        began = await house.says(999, "/help" if number % 2 else "/tasks")
        await house.telegram.event(999).wait()
        took.append(perf_counter() - began)
        if all(task.done() for task in asking):
            break
        await asyncio.sleep(0.1)
    firsts = [first for first, _all in await asyncio.gather(*asking)]
    p95 = quantiles(took, n=20)[-1]
    say(f"{CROWD} conversations at once, {WORDS} words each: {len(took)} commands meanwhile, ")
    say(
        f"{_ms(median(took))} p50, {_ms(p95)} p95 (wanted: 300 ms); first words after {_ms(median(firsts))} p50\n"
    )


def _agent(url: str) -> Agent[None, str]:
    return Agent(build_model(ModelConfig(model="openai:stub", base_url=url)), instructions="Be brief.")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


@asynccontextmanager
async def _provider(words: int) -> AsyncIterator[str]:
    process = subprocess.Popen(  # noqa: ASYNC220, S603 - our own program, started once
        [sys.executable, "-m", "tests.model_server", "0", str(words)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        yield (await asyncio.to_thread(process.stdout.readline)).strip()
    finally:
        process.terminate()
        process.wait(10)


@asynccontextmanager
async def _house(application: Any, url: str, per_second: int) -> AsyncIterator[House]:
    telegram, engine = Telegram(), create_engine(application)
    gate = Gate(rooms=Rooms(per_second))
    if per_second <= PER_SECOND:  # else only our own work is measured, and no limit of Telegram's
        telegram.middleware(gate)
    bot = Bot(f"42:{'A' * 35}", session=telegram)
    app = build(
        bot, gate, engine, open_to_all=True, defaults=Defaults("en", "UTC"),
        models=ModelConfig(model="openai:stub", base_url=url), sends_per_second=per_second,
    )  # fmt: skip
    await app.agent_doors.import_global(load(AGENTS_FILE.read_text(encoding="utf-8")), only_if_empty=True)
    app.assistants.prepare()
    worker = asyncio.create_task(app.turn_worker.run())
    try:
        yield House(app, telegram)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        await app.assistants.close()
        await engine.dispose()


if __name__ == "__main__":
    main()
