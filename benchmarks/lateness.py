"""How late reminders go out through a playground of another process, and what people notice meanwhile."""

import asyncio
import contextlib
import gc
import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any

import aiohttp
import asyncpg

from benchmarks.owed import Town, make_town
from benchmarks.stalls import Stalls, memory, watched
from bot.app import App, build, make_bot
from crm.sends import PER_SECOND
from handlers.access import Defaults
from llm.models import ModelConfig

TOKEN = f"4200000001:{'A' * 35}"
FREE = 1000  # a second: no limit that binds
_LATE = """
SELECT extract(epoch FROM sent_at - due_at)::float8 FROM reminder_deliveries WHERE state = 'sent' ORDER BY 1
"""
_SENT = "SELECT count(*) FROM reminder_deliveries WHERE state = 'sent'"
say = sys.stdout.write
_names = itertools.count()


@dataclass(frozen=True, slots=True)
class Scene:
    """A bot at work in this process, a playground in another, and people of both."""

    url: str
    town: Town
    app: App
    client: aiohttp.ClientSession

    async def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        async with self.client.post(self.url + path, json=body) as response:
            response.raise_for_status()
            found: dict[str, object] = await response.json()
            return found

    async def sent(self, count: int, *, patience: float) -> None:
        """Until so many are; asked seldom and on one connection, as asking is work of this process too."""
        link = await asyncpg.connect(self.town.url, ssl=False)
        try:
            async with asyncio.timeout(patience):
                while await link.fetchval(_SENT) < count:  # noqa: ASYNC110 - what is measured knows no event of ours
                    await asyncio.sleep(1)
        finally:
            await link.close()

    async def late(self) -> list[float]:
        """Seconds from the moment to the mark, sorted."""
        return [row[0] for row in await self.town.run(_LATE)]

    async def calls(self) -> list[dict[str, object]]:
        async with self.client.get(f"{self.url}/sim/calls", params={"method": "sendMessage"}) as response:
            found: list[dict[str, object]] = await response.json()
            return found

    async def answer_time(self, user: int) -> float:
        """Seconds from a message of theirs to the bot's answer."""
        started = perf_counter()
        sent = await self.post(f"/sim/chats/{user}/messages", {"user_id": user, "text": "/health"})
        after = sent["message_id"]
        while True:
            query = {"after": str(after), "wait": "10"}
            async with self.client.get(f"{self.url}/sim/chats/{user}/messages", params=query) as response:
                if any("⏰" not in str(one.get("text")) for one in await response.json()):
                    return perf_counter() - started


@contextlib.asynccontextmanager
async def scene_of(server_url: str, people: int, *, per_second: int = PER_SECOND) -> AsyncIterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        told = os.environ | {"DATA_DIR": folder, "PLAYGROUND_PORT": "0"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "playground", env=told, stdout=subprocess.PIPE
        )
        assert_stream = process.stdout
        line = await assert_stream.readline() if assert_stream is not None else b""
        url = line.decode().split()[-1]
        async with aiohttp.ClientSession() as client:
            await client.get(f"{url}/bot{TOKEN}/getMe")  # so that people have somebody to write to
            users = [await _person(client, url, number) for number in range(people)]
            await _forget_updates(client, url)
            town = await make_town(server_url, f"town_{next(_names)}", users)
            bot, gate = make_bot(TOKEN, url, None, per_second)
            defaults = Defaults("en", "UTC")
            app = build(
                bot, gate, town.engine,
                open_to_all=True, defaults=defaults, models=ModelConfig(), sends_per_second=per_second,
            )  # fmt: skip
            scene = Scene(url, town, app, client)
            polling = asyncio.create_task(app.polling.run())
            gc.collect()
            gc.freeze()  # as the bot's start does
            try:
                yield scene
            finally:
                app.polling.stop()
                await app.reminder_clock.stop()
                polling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await polling
                await bot.session.close()
                await town.engine.dispose()
                process.terminate()
                await process.wait()


async def _person(client: aiohttp.ClientSession, url: str, number: int) -> int:
    async with client.post(f"{url}/sim/users", json={"first_name": f"Person {number}"}) as response:
        user = int((await response.json())["id"])
    async with client.post(f"{url}/sim/chats", json={"type": "private", "user_ids": [user]}) as response:
        response.raise_for_status()
    hello = {"user_id": user, "text": "hello"}  # whoever never wrote can't be written to
    async with client.post(f"{url}/sim/chats/{user}/messages", json=hello) as response:
        response.raise_for_status()
    return user


async def _forget_updates(client: aiohttp.ClientSession, url: str) -> None:
    offset = 0
    while True:
        query = {"offset": str(offset), "timeout": "0"}
        async with client.get(f"{url}/bot{TOKEN}/getUpdates", params=query) as response:
            updates = (await response.json())["result"]
        if not updates:
            return
        offset = updates[-1]["update_id"] + 1


async def steadily(server_url: str, pending: int, seconds: int) -> None:
    """100 due each second beside many that are pending."""
    async with scene_of(server_url, 300, per_second=FREE) as scene:
        now = datetime.now(UTC)
        await scene.town.owe(pending, now + timedelta(days=1), 86400.0, word="later")
        scene.app.reminder_clock.start()
        await scene.town.owe(100 * seconds, datetime.now(UTC) + timedelta(seconds=5), float(seconds))
        async with watched() as stalls:
            await scene.sent(100 * seconds, patience=seconds + 120)
        tell(f"100 due a second for {seconds} s beside {pending:,} pending", await scene.late(), stalls)


async def at_once(server_url: str, count: int) -> None:
    async with scene_of(server_url, min(count, 1000), per_second=FREE) as scene:
        scene.app.reminder_clock.start()
        await scene.town.owe(count, datetime.now(UTC) + timedelta(seconds=5), 0.0)
        async with watched() as stalls:
            await scene.sent(count, patience=180)
        tell(f"{count:,} due at once, no limits", await scene.late(), stalls)


async def made_elsewhere(server_url: str, count: int) -> None:
    """Made less than a second ahead by another replica: this one learns of them at its next look."""
    async with scene_of(server_url, count, per_second=FREE) as scene:
        town = scene.town
        scene.app.reminder_clock.start()
        async with watched() as stalls:
            for first in range(0, count, 10):
                some = Town(town.url, town.engine, town.actors[first : first + 10])
                await some.owe(len(some.actors), datetime.now(UTC), 1.0, tidy=False)
                await asyncio.sleep(0.37)  # at another part of the second each time
            await scene.sent(count, patience=60)
        tell(f"{count} made less than a second ahead by another replica", await scene.late(), stalls)


async def within_limits(server_url: str, count: int) -> None:
    """With Telegram's limits on, all due at once, while one person goes on asking."""
    async with scene_of(server_url, count + 1) as scene:
        asker = scene.town.actors[-1].telegram_user_id
        await scene.post("/sim/settings", {"rate_limits": True})
        scene.app.reminder_clock.start()
        due_at = datetime.now(UTC) + timedelta(seconds=5)
        await Town(scene.town.url, scene.town.engine, scene.town.actors[:-1]).owe(count, due_at, 0.0)
        async with watched() as stalls:
            answers = await _asking(scene, asker, scene.sent(count, patience=count / 10 + 60), until=due_at)
        late, allowed = await scene.late(), 1.05 * count / 30
        tell(f"{count:,} due at once, within Telegram's limits", late, stalls)
        refused = sum(not dict(call["answer"]).get("ok") for call in await scene.calls())  # type: ignore[call-overload]  # JSON
        say(
            f"the last went out after {late[-1]:.1f} s (1.05 × B/30 is {allowed:.1f}); 429 earned: {refused}\n"
        )
        _tell_answers(answers)


async def missed(server_url: str, count: int, seconds: int) -> None:
    """What a long downtime left behind, for so long; memory and answers meanwhile."""
    async with scene_of(server_url, min(count, 1000) + 1) as scene:
        asker = scene.town.actors[-1].telegram_user_id
        others = Town(scene.town.url, scene.town.engine, scene.town.actors[:-1])
        await scene.answer_time(asker)
        await asyncio.sleep(5)
        idle = memory()
        await others.owe(count, datetime.now(UTC) - timedelta(hours=20), 3600 * 19.0)
        most = idle

        async def look() -> None:
            nonlocal most
            until = perf_counter() + seconds
            while perf_counter() < until:
                most = max(most, memory())
                await asyncio.sleep(0.1)

        scene.app.reminder_clock.start()
        async with watched() as stalls:
            answers = await _asking(scene, asker, look())
        rows = await scene.town.run("SELECT count(*) FROM reminder_deliveries WHERE state = 'sent'")
        say(
            f"{count:,} missed: {most - idle:.1f} MB over idle ({idle:.0f} MB), {rows[0][0]:,} told of"
            f" in {seconds} s; {stalls.words}\n"
        )
        _tell_answers(answers)


async def _asking(
    scene: Scene, user: int, work: Coroutine[Any, Any, None], *, until: datetime | None = None
) -> list[float]:
    """How long answers took from the moment until the work was done; one person asks every two seconds."""
    answers: list[float] = []
    working = asyncio.ensure_future(work)
    while not working.done():
        if until is None or datetime.now(UTC) >= until:
            answers.append(await scene.answer_time(user))
        await asyncio.wait({working}, timeout=2 if answers else 0.05)
    await working
    return answers


def _tell_answers(answers: Sequence[float]) -> None:
    say(
        f"answers meanwhile: median {median(answers) * 1000:.0f} ms, worst {max(answers) * 1000:.0f} ms"
        f" of {len(answers)}\n"
    )


def tell(what: str, late: Sequence[float], stalls: Stalls) -> None:
    at = [late[len(late) * part // 100] * 1000 for part in (50, 99)]
    say(
        f"{what}: late by p50 {at[0]:.0f} ms, p99 {at[1]:.0f} ms, worst {late[-1] * 1000:.0f} ms,"
        f" first {late[0] * 1000:.0f} ms; {stalls.words}\n"
    )
