"""The same work by others: so many jobs put down one by one, then all of them due, each of which does nothing.

Ours is a reminder that is read under the walls, asked for once more before it is sent and written down after, with a
Telegram that answers at once. Theirs is one row, taken, run and finished. All on one server.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any, cast

import asyncpg
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import TelegramMethod
from aiogram.types import Chat, Message
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode
from procrastinate import App, PsycopgConnector
from sqlalchemy.engine import make_url

from benchmarks.owed import make_town
from benchmarks.stalls import Stalls, watched
from bot.scheduler import ReminderClock
from crm.deliveries import Deliveries
from crm.grammar.dates import Due
from crm.people import People
from crm.presence import Presence
from crm.reminders import NewReminder
from crm.updates import Arrival
from db.deliveries import SqlDeliveryDoors
from db.groups import SqlGroupDoors
from db.people import SqlPeopleDoors
from db.storage import SqlStorage

say = sys.stdout.write
SIDE_BY_SIDE = 10  # as many connections as ours has
done: list[float] = []


async def measure(server_url: str, count: int) -> None:
    say(f"{count:,} jobs    put down one by one    run and finished\n")
    for name, rival in RIVALS.items():
        done.clear()
        link = await asyncpg.connect(server_url)
        await link.execute(f"CREATE DATABASE {name}")
        await link.close()
        url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
        put, stalls, took = await rival(url if name != "ours" else server_url, count)
        say(f"{name:14}{count / put:12,.0f}/s {count / took:18,.0f}/s   {stalls.words}\n")


async def nothing(_number: int = 0) -> None:
    done.append(perf_counter())


async def all_done(count: int) -> None:
    while len(done) < count:  # noqa: ASYNC110 - what is measured knows no event of ours
        await asyncio.sleep(0.01)


class Instant(BaseSession):
    """A Telegram that takes everything at once."""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        await nothing()
        chat = Chat(id=int(getattr(method, "chat_id", 0)), type="private")
        return Message(message_id=len(done), date=datetime.now(UTC), chat=chat)

    async def stream_content(self, *_about: Any, **_more: Any) -> AsyncGenerator[bytes]:
        yield b""

    async def close(self) -> None:
        return


async def ours(server_url: str, count: int) -> tuple[float, Stalls, float]:
    town = await make_town(server_url, "ours_in_town", range(101, 301))
    storage, due_at = SqlStorage(town.engine), datetime.now(UTC) + timedelta(days=1)
    due, started = Due(due_at.date(), due_at.time(), "UTC"), perf_counter()
    for number in range(count):
        actor = town.actors[number % len(town.actors)]
        arrival = Arrival(1, number + 1, actor.telegram_chat_id, due_at)
        async with storage.transaction(actor) as unit:
            await unit.reminders.add(NewReminder(f"water {number}", due), actor, arrival)
    put = perf_counter() - started
    await town.run(
        "UPDATE reminder_deliveries SET due_at = now() - interval '5 seconds' + id * interval '1 us'"
    )
    people, groups = (
        People(storage, SqlPeopleDoors(town.engine), open_to_all=True),
        SqlGroupDoors(town.engine),
    )

    async def is_there(_chat: int, _user: int) -> bool:
        return True

    def now() -> datetime:
        return datetime.now(UTC)

    clock = ReminderClock(
        Bot(f"1:{'a' * 35}", session=Instant()),
        Deliveries(storage, SqlDeliveryDoors(town.engine)),
        Presence(people, groups, is_there, now),
        now,
    )
    Message(
        message_id=1, date=now(), chat=Chat(id=1, type="private")
    )  # the first one builds the model, once a process
    async with watched() as stalls:
        started = perf_counter()
        clock.start()
        clock.wake()
        while await storage_count(town.url) < count:  # noqa: ASYNC110 - what is measured knows no event of ours
            await asyncio.sleep(0.2)
        took = perf_counter() - started
    await clock.stop()
    await town.engine.dispose()
    return put, stalls, took


async def storage_count(url: str) -> int:
    link = await asyncpg.connect(url)
    found = await link.fetchval("SELECT count(*) FROM reminder_deliveries WHERE state = 'sent'")
    await link.close()
    return int(found)


async def apscheduler(url: str, count: int) -> tuple[float, Stalls, float]:
    store = SQLAlchemyJobStore(url=make_url(url).set(drivername="postgresql+psycopg"))
    scheduler = AsyncIOScheduler(jobstores={"default": store}, timezone=UTC)
    scheduler.start(paused=True)
    started = perf_counter()
    for number in range(count):
        scheduler.add_job(nothing, "date", run_date=datetime.now(UTC), args=[number], misfire_grace_time=None)
    put = perf_counter() - started
    async with watched() as stalls:
        started = perf_counter()
        scheduler.resume()
        await all_done(count)
        took = perf_counter() - started
    scheduler.shutdown()
    return put, stalls, took


async def procrastinate(url: str, count: int) -> tuple[float, Stalls, float]:
    app = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=SIDE_BY_SIDE))
    job = app.task(name="nothing")(nothing)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        started = perf_counter()
        for number in range(count):
            await job.defer_async(_number=number)
        put = perf_counter() - started
        async with watched() as stalls:
            started = perf_counter()
            await app.run_worker_async(
                wait=False, concurrency=SIDE_BY_SIDE, install_signal_handlers=False, listen_notify=False
            )
            took = perf_counter() - started
    return put, stalls, took


async def pgqueuer(url: str, count: int) -> tuple[float, Stalls, float]:
    async with asyncpg.create_pool(url, min_size=2, max_size=SIDE_BY_SIDE) as pool:
        queries = Queries(AsyncpgPoolDriver(pool))
        await queries.install()
        manager = QueueManager(cast(Any, queries))

        @manager.entrypoint("nothing")
        async def job(_job: Any) -> None:
            await nothing()

        started = perf_counter()
        for _number in range(count):
            await queries.enqueue("nothing", None)
        put = perf_counter() - started
        async with watched() as stalls:
            started = perf_counter()
            await manager.run(batch_size=100, mode=QueueExecutionMode.drain)
            took = perf_counter() - started
    return put, stalls, took


RIVALS: dict[str, Callable[[str, int], Awaitable[tuple[float, Stalls, float]]]] = {
    "ours": ours,
    "apscheduler": apscheduler,
    "procrastinate": procrastinate,
    "pgqueuer": pgqueuer,
}
