"""The stage of the flow tests: a playground, a bot process in front of it, and people who type."""

import asyncio
import os
import re
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import aiohttp

from db.migrate import upgrade
from db.server import Server, start_server
from playground.server import start_playground
from tests.databases import Database, run, url_of
from tests.nursery import Process, start_bot

ROOT = Path(__file__).parent.parent.parent
TOKEN = f"4200000001:{'A' * 35}"
PATIENCE = 20.0  # seconds until something that should have come counts as missing
Message = dict[str, Any]


@dataclass(slots=True)
class Person:
    """A user of the playground in their private chat with the bot; `seen` is the last message read in each chat."""

    stage: "Stage"
    id: int
    seen: dict[int, int] = field(default_factory=dict)

    async def say(self, text: str, *, chat_id: int | None = None, **more: Any) -> int:
        body = {"user_id": self.id, "text": text, **more}
        sent = await self.stage.post(f"/sim/chats/{chat_id or self.id}/messages", body)
        return int(sent["message_id"])

    async def hears(self, pattern: str, *, chat_id: int | None = None, patience: float = PATIENCE) -> Message:
        """The next message of the bot that matches; those before it are passed. Fails when none comes in time."""
        deadline = time.monotonic() + patience
        heard: list[str] = []
        where = chat_id or self.id
        while (left := deadline - time.monotonic()) > 0:
            for message in await self.stage.messages(where, after=self.seen.get(where, 0), wait=min(left, 2)):
                self.seen[where] = max(self.seen.get(where, 0), message["message_id"])
                if message["from"] != self.stage.bot_id:
                    continue
                heard.append(str(message.get("text")))
                if re.search(pattern, heard[-1], re.IGNORECASE | re.DOTALL):
                    return message
        raise AssertionError(f"{pattern!r} was not said; heard: {heard}\n{self.stage.log()[-3000:]}")

    async def asks(self, text: str, pattern: str, **more: Any) -> Message:
        await self.say(text, **more)
        return await self.hears(pattern, chat_id=more.get("chat_id"))

    async def press(self, message: Message, button: str, *, chat_id: int | None = None) -> str | None:
        path = f"/sim/chats/{chat_id or self.id}/messages/{message['message_id']}/press"
        pressed = await self.stage.post(path, {"user_id": self.id, "button": button})
        answer = pressed["answer"]
        return None if answer is None else str(answer)


@dataclass(slots=True)
class Stage:
    """`url` is the playground's; the bot is a real process that can be killed and started again."""

    url: str
    client: aiohttp.ClientSession
    data_dir: Path
    environment: dict[str, str]
    process: Process | None = None
    bot_id: int = int(TOKEN.split(":", maxsplit=1)[0])
    people: list[Person] = field(default_factory=list)
    fresh: bool = False  # reads its libraries itself, as outside of tests

    async def start(self) -> None:
        """Start the bot and wait until it says that it answers."""
        logs = (self.data_dir / "bot.log").open("ab")
        started_at = logs.tell()
        self.process = self._spawn(logs)
        logs.close()
        deadline = time.monotonic() + 120
        while "is answering" not in self.log()[started_at:]:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the bot did not start:\n{self.log()}")
            await asyncio.sleep(0.1)

    def _spawn(self, logs: IO[bytes]) -> Process:
        return start_bot("run", environment=self.environment, stdout=logs, stderr=logs, fresh=self.fresh)

    def kill(self) -> None:
        """End the bot as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """Ask the bot to end, as a service manager would; its exit code."""
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()  # whoever does not end when asked must not outlive the test

    async def until(self, look: Callable[[], Awaitable[int]], wanted: int) -> None:
        """Look until the count is what is wanted. Fails when it takes too long."""
        for _ in range(int(PATIENCE / 0.05)):
            if await look() == wanted:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"not {wanted} within {PATIENCE} s\n{self.log()[-3000:]}")

    async def held(self) -> None:
        """Wait until each fault that was asked for has met its call: only then is an answer really held back."""

        async def waiting() -> int:
            return len(await self.get("/sim/faults"))

        await self.until(waiting, 0)

    def log(self) -> str:
        return (self.data_dir / "bot.log").read_text(errors="replace")

    async def person(self, first_name: str, language_code: str = "en", **more: Any) -> Person:
        made = await self.post(
            "/sim/users", {"first_name": first_name, "language_code": language_code, **more}
        )
        await self.post("/sim/chats", {"type": "private", "user_ids": [made["id"]]})
        person = Person(self, int(made["id"]))
        self.people.append(person)
        return person

    async def group(self, title: str, members: Sequence[Person], **more: Any) -> int:
        body = {"type": "group", "title": title, "user_ids": [person.id for person in members], **more}
        return int((await self.post("/sim/chats", body))["id"])

    async def messages(self, chat_id: int, *, after: int = 0, wait: float = 0) -> list[Message]:
        query = {"after": str(after), "wait": str(wait)}
        async with self.client.get(f"{self.url}/sim/chats/{chat_id}/messages", params=query) as response:
            response.raise_for_status()
            found: list[Message] = await response.json()
            return found

    async def calls(self, method: str, *, after: int = 0) -> list[dict[str, Any]]:
        query = {"method": method, "after": str(after)}
        async with self.client.get(f"{self.url}/sim/calls", params=query) as response:
            response.raise_for_status()
            found: list[dict[str, Any]] = await response.json()
            return found

    async def get(self, path: str) -> Any:
        async with self.client.get(self.url + path) as response:
            response.raise_for_status()
            return await response.json()

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        async with self.client.post(self.url + path, json=body) as response:
            assert response.status == 200, f"{path}: {response.status} {await response.text()}"
            return await response.json()


def environment(
    *, data_dir: Path, api_url: str, database_url: str, http_port: int, **more: str
) -> dict[str, str]:
    """What the bot process is told; nothing of the caller's own settings leaks in."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {
        "BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api_url,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(data_dir),
        "HTTP_PORT": str(http_port),
        "ACCESS": "open",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@asynccontextmanager
async def staged(folder: Path, database_url: str, **more: str) -> AsyncIterator[Stage]:
    """A playground in this process and a bot process in front of it, ended afterwards."""
    async with AsyncExitStack() as ends:
        playground = await start_playground(folder, 0)
        ends.push_async_callback(playground.close)
        client = await ends.enter_async_context(aiohttp.ClientSession())
        told = environment(
            data_dir=folder, api_url=playground.url, database_url=database_url, http_port=free_port(), **more
        )
        stage = Stage(playground.url, client, folder, told)
        try:
            await stage.start()
            yield stage
        finally:
            # the bot says goodbye to the playground, which must still answer
            await asyncio.to_thread(stage.stop)


async def made(server_url: str, name: str) -> Database:
    """A migrated database."""
    await run(server_url, f"CREATE DATABASE {name}")
    url = url_of(server_url, name)
    return Database(name, url, await upgrade(url, say=lambda _line: None))


@dataclass(slots=True)
class StoppableDatabase:
    """A database whose server can be stopped, and started again on the same port."""

    database: Database
    folder: Path
    server: Server

    def stop(self) -> None:
        self.server.stop()

    def start(self) -> None:
        self.server = start_server(self.folder, say=print, durable=False, port=self.server.port)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
