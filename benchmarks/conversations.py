"""How fast assistants answer: beside pydantic-ai alone, and with two hundred conversations at once.

Against a provider of this machine's own that streams at once. The bot runs in this process as it does always: it polls
a playground over HTTP, PostgreSQL is real; pydantic-ai runs in this process too, by turns with the bot. The provider,
the playground and PostgreSQL are processes of their own on the same cores, of which pydantic-ai needs only the first,
so the share of this process's own work is told beside the share of turns per second. Figures: our added time to the
first draft, from the message in the playground to the draft there (p50); our share of pydantic-ai's turns per second;
a command's p95 while two hundred conversations stream, all of them, from a provider that says twenty words a second,
within the bot's limit of thirty messages a second; and the same from the moment on at which two hundred people ask at
once, of the provider that says all at once. pydantic-ai is as whoever takes it out of its box has it, and its figure
over the bot's own connections (llm/bundling.py) is told too.
CONVERSATIONS_TURNS, CONVERSATIONS_WORDS and CONVERSATIONS_CROWD measure less.
"""

import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

import aiohttp
import asyncpg
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from sqlalchemy.engine import make_url

from bot.app import App, build, make_bot
from bot.logs import start_logs
from bot.startup import AGENTS_FILE
from crm.sends import PER_SECOND
from db.migrate import upgrade
from db.server import start_server
from db.storage import create_engine
from db.urls import Connection
from handlers.access import Defaults
from llm.models import BUNDLING, ModelConfig, build_model
from llm.registry import load

TURNS = int(os.environ.get("CONVERSATIONS_TURNS", "40"))
WORDS = int(os.environ.get("CONVERSATIONS_WORDS", "300"))
TOKEN = f"4200000001:{'A' * 35}"
FREE = 1000  # a second: no limit that binds
CROWD = int(os.environ.get("CONVERSATIONS_CROWD", "200"))
SLOWLY = (str(2 * WORDS), "0.05")  # words, and seconds between two of them: half a minute of a quick model
COMMANDS = 40
OTHERS = 10  # who type them
AT_ONCE = 8
EACH = 4  # questions of one person, who may ask only so many in a minute
QUESTION = "how do I handle the objection"  # one that no assistant need be asked about
say = sys.stdout.write


class House:
    """The bot, and people who write to it in a playground of another process."""

    def __init__(self, app: App, url: str, client: aiohttp.ClientSession) -> None:
        self.app = app
        self._url = url
        self._client = client

    def streaming(self) -> int:
        """Answers that have begun to come."""
        return BUNDLING.streams

    async def people(self, count: int) -> list[int]:
        """So many, who have begun to talk to the bot."""
        users = []
        for number in range(count):
            user = int((await self._post("/sim/users", {"first_name": f"Person {number}"}))["id"])
            await self._post("/sim/chats", {"type": "private", "user_ids": [user]})
            await self.answered(user, "/start")
            users.append(user)
        return users

    async def answered(self, user: int, text: str) -> tuple[float, float]:
        """A message of theirs until its answer is there: when both were, seconds of the wall clock."""
        began = time.time()
        body = {"user_id": user, "text": text}
        after = (await self._post(f"/sim/chats/{user}/messages", body))["message_id"]
        query = {"after": str(after), "wait": "20"}
        async with asyncio.timeout(120):
            while True:
                async with self._client.get(
                    f"{self._url}/sim/chats/{user}/messages", params=query
                ) as response:
                    if await response.json():
                        return began, time.time()

    async def first_drafts(self, asked: Sequence[tuple[int, float]]) -> list[float]:
        """Seconds until the first words were there, for each who asked at a moment and had a draft at all: the gate
        drops what there is no room for."""
        async with self._client.get(
            f"{self._url}/sim/calls", params={"method": "sendMessageDraft"}
        ) as response:
            drafts = [call for call in await response.json() if call["parameters"].get("text")]
        at: dict[int, list[float]] = {}
        for call in drafts:
            at.setdefault(int(call["parameters"]["chat_id"]), []).append(call["at"])
        waited = ([one - began for one in at.get(user, ()) if one >= began] for user, began in asked)
        return [min(one) for one in waited if one]

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._client.post(self._url + path, json=body) as response:
            response.raise_for_status()
            found: dict[str, Any] = await response.json()
            return found


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
    async with _process("tests.model_server", "0", str(WORDS)) as provider:
        async with _house(await _database(owner_url, "beside"), provider, FREE) as house:
            await _one_by_one(house, provider)
            await _side_by_side(house, provider)
        async with _house(await _database(owner_url, "crowded"), provider, PER_SECOND) as house:
            await _at_once(house)
    async with (
        _process("tests.model_server", "0", *SLOWLY) as provider,
        _house(await _database(owner_url, "streaming"), provider, PER_SECOND) as house,
    ):
        await _while_all_stream(house)


async def _database(owner_url: str, name: str) -> Connection:
    """One for each playground, whose updates are numbered from the first on."""
    link = await asyncpg.connect(owner_url)
    await link.execute(f"CREATE DATABASE {name}")
    await link.close()
    url = make_url(owner_url).set(database=name).render_as_string(hide_password=False)
    return await upgrade(url, say=lambda _line: None)


async def _one_by_one(house: House, provider: str) -> None:
    """pydantic-ai and the bot by turns, so that both meet the same machine."""
    agent, people = _agent(provider), await house.people(-(-TURNS // EACH) + 1)
    for _ in range(EACH):
        await house.answered(people[-1], QUESTION)
        await _asked(agent)
    alone: list[float] = []
    asked: list[tuple[int, float]] = []
    for turn in range(TURNS):
        alone.append(await _asked(agent))
        user = people[turn // EACH]
        asked.append((user, (await house.answered(user, QUESTION))[0]))
    raw, own = median(alone), median(await house.first_drafts(asked))
    say(f"first words: pydantic-ai {_ms(raw)}, ours {_ms(own)}, added {_ms(own - raw)} p50 (wanted: 30 ms)\n")


async def _side_by_side(house: House, provider: str) -> None:
    turns = TURNS // AT_ONCE * AT_ONCE
    people = await house.people(-(-turns // EACH // AT_ONCE) * AT_ONCE)

    async def ours(place: int) -> None:
        for turn in range(turns // AT_ONCE):
            await house.answered(people[place + turn // EACH * AT_ONCE], QUESTION)

    async def raw(agent: Agent[None, str]) -> None:
        for _ in range(turns // AT_ONCE):
            await _asked(agent)

    async def measured(one: Callable[[int], Awaitable[None]]) -> tuple[float, str]:
        began, worked = perf_counter(), process_time()
        await asyncio.gather(*(one(place) for place in range(AT_ONCE)))
        took, work = perf_counter() - began, process_time() - worked
        return turns / took, f"{turns / took:.1f} ({_ms(work / turns)} of this process for each)"

    boxed, connected = _agent(provider), _agent_with_our_connections(provider)
    raw_rate, raw_told = await measured(lambda _place: raw(boxed))
    our_rate, our_told = await measured(ours)
    _rate, connected_told = await measured(lambda _place: raw(connected))
    say(f"turns per second, {WORDS} words each, {AT_ONCE} at once: pydantic-ai {raw_told}, ours {our_told}, ")
    say(
        f"{our_rate / raw_rate:.2f} of it (wanted: 0.70); pydantic-ai over our connections {connected_told}\n"
    )


async def _at_once(house: House) -> None:
    """Two hundred people ask at once; meanwhile a few others type commands."""
    people = await house.people(CROWD + OTHERS)
    others, people = people[:OTHERS], people[OTHERS:]
    await asyncio.sleep(1.5)
    began = time.time()
    asking = [asyncio.create_task(house.answered(user, QUESTION)) for user in people]
    took = await _commands(house, others, lambda: not all(task.done() for task in asking))
    ended = max([answered for _asked, answered in await asyncio.gather(*asking)])
    firsts = await house.first_drafts([(user, began) for user in people])
    say(f"{CROWD} ask at once, {WORDS} words each, done in {ended - began:.1f} s: {_told(took)}; ")
    say(f"first words after {_ms(median(firsts))} p50, of {len(firsts)} who saw drafts\n")


async def _while_all_stream(house: House) -> None:
    """A few others type commands while two hundred answers grow."""
    people = await house.people(CROWD + OTHERS)
    others, people = people[:OTHERS], people[OTHERS:]
    alone = await _commands(house, others, lambda: True)
    asking = [asyncio.create_task(house.answered(user, QUESTION)) for user in people]
    while (streaming := house.streaming()) < CROWD:
        if any(task.done() for task in asking):
            break  # the first has ended before the last began: then less of them is measured, and said
        await asyncio.sleep(0.1)
    worked, began = process_time(), perf_counter()
    took = await _commands(house, others, lambda: not any(task.done() for task in asking))
    share = (process_time() - worked) / (perf_counter() - began)
    say(
        f"while {streaming} of {CROWD} stream, this process {share:.0%} busy: {_told(took)} (wanted: 300 ms p95); "
    )
    say(f"with nobody else: {_told(alone)}\n")
    await asyncio.gather(*asking)


async def _commands(house: House, users: Sequence[int], goes_on: Callable[[], bool]) -> list[float]:
    """How long each took, in seconds. They take turns: one chat is sent no more than a message a second."""
    took: list[float] = []
    while len(took) < COMMANDS and (goes_on() or not took):
        user = users[len(took) % len(users)]
        asked, answered = await house.answered(user, "/help" if len(took) % 2 else "/tasks")
        took.append(answered - asked)
        await asyncio.sleep(0.25)
    return took


def _told(took: Sequence[float]) -> str:
    late = quantiles(took, n=20, method="inclusive")[-1] if len(took) > 1 else took[0]
    return f"{len(took)} commands, {_ms(median(took))} p50, {_ms(late)} p95"


async def _asked(agent: Agent[None, str]) -> float:
    """Seconds to the first words; it is heard to its end."""
    began, first = perf_counter(), 0.0
    async with agent.run_stream(QUESTION) as result:
        async for _words in result.stream_text(delta=True, debounce_by=None):
            first = first or perf_counter() - began
    return first


def _agent(url: str) -> Agent[None, str]:
    """As pydantic-ai's own documentation makes one."""
    provider = OpenAIProvider(base_url=url, api_key="unused")
    return Agent(OpenAIChatModel("stub", provider=provider), instructions="Be brief.")


def _agent_with_our_connections(url: str) -> Agent[None, str]:
    return Agent(build_model(ModelConfig(model="openai:stub", base_url=url)), instructions="Be brief.")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


@asynccontextmanager
async def _process(module: str, *arguments: str, **told: str) -> AsyncIterator[str]:
    """Our own program beside this one; the last word of its first line, an address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdout=subprocess.PIPE, env=os.environ | told
    )
    try:
        line = await process.stdout.readline() if process.stdout is not None else b""
        yield line.decode().split()[-1]
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _house(application: Connection, provider: str, per_second: int) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="switchboard-bench-"))
        url = await stack.enter_async_context(_process("playground", DATA_DIR=folder, PLAYGROUND_PORT="0"))
        client = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        )
        await client.get(f"{url}/bot{TOKEN}/getMe")  # so that people have somebody to write to
        engine = create_engine(application)
        stack.push_async_callback(engine.dispose)
        bot, gate = make_bot(TOKEN, url, None, per_second)
        stack.push_async_callback(bot.session.close)
        app = build(
            bot, gate, engine, open_to_all=True, defaults=Defaults("en", "UTC"),
            models=ModelConfig(model="openai:stub", base_url=provider), sends_per_second=per_second,
        )  # fmt: skip
        await app.agent_doors.import_global(load(AGENTS_FILE.read_text(encoding="utf-8")), only_if_empty=True)
        app.talking.assistants.prepare()
        stack.push_async_callback(app.talking.assistants.close)
        gc.collect()
        gc.freeze()  # as the bot's start does
        for work in (app.talking.worker.run(), app.polling.run()):
            stack.push_async_callback(_end, asyncio.create_task(work))
        yield House(app, url, client)


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


if __name__ == "__main__":
    main()
