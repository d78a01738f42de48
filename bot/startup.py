"""From nothing to a bot that answers, saying what happens on the way, and back down again."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.backups import keep_nightly
from bot.database import Database, DatabaseError, open_database, prepare_database
from bot.logs import start_logs
from bot.model_settings import model_config, transcript_config
from bot.refusals import StartError, met, unheard
from bot.settings import Settings

if TYPE_CHECKING:
    from aiogram import Bot

    from bot.app import App
    from bot.polling import Polling
    from bot.webhook import Webhook
    from db.urls import Connection

PLAYGROUND_OPERATOR = 1001  # the playground's first user
AGENTS_FILE = Path(__file__).parent.parent / "agents.yaml"
PARTING = 14.0  # seconds for what is under way, after which it is left to its leases
UNWINDING = 5.0  # seconds for closing what was opened; both together stay within the 20 that a stop may take


def say(line: str) -> None:
    print(f"· {line}", flush=True)


def run(settings: Settings, *, take_over: bool = False) -> int:
    """Start, serve until a signal, stop; the exit code."""
    start_logs(settings.log_level, settings.log_format)
    try:
        database = open_database(settings, say=say)
    except DatabaseError as fault:
        return _stop_with(fault)
    try:
        asyncio.run(_serve(settings, database, take_over=take_over))
    except (DatabaseError, StartError) as fault:
        return _stop_with(fault)
    finally:
        database.close()
    return 0


def _stop_with(fault: Exception) -> int:
    sys.stderr.write(f"{fault}\n")
    return 1


async def _serve(settings: Settings, database: Database, *, take_over: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":  # no signals of the loop's there
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopping.set))
        else:
            loop.add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        application = await prepare_database(database, say=say)
        say("bot: loading")
        from bot.app import utc_now

        app = await _assemble(settings, application, stack)
        name = await _introduce(app.bot, settings, take_over=take_over)
        await _settle_in(settings, app)
        await _start_work(settings, app, stack)
        if database.backups is not None:
            nights = keep_nightly(database.backups, database.owner_url, utc_now)
            stack.push_async_callback(_end, asyncio.create_task(nights))
        source = _source(settings, app)
        if settings.webhook_url is not None:
            await _receive(app, settings.webhook_url, stack, take_over=take_over)
        gc.collect()
        gc.freeze()
        serving = asyncio.create_task(source.run())
        say(f"bot: @{name} is answering")
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        say("bot: stopping")
        try:
            await _hand_over(app, source, serving)
        finally:
            with contextlib.suppress(TimeoutError):  # whatever hangs is left: all that lasts stands in rows
                async with asyncio.timeout(UNWINDING):
                    await stack.aclose()


def _source(settings: Settings, app: "App") -> "Polling | Webhook":
    """Where updates come from."""
    return app.polling if settings.webhook_url is None else app.webhook


async def _hand_over(app: "App", source: "Polling | Webhook", serving: asyncio.Task[None]) -> None:
    """No new work; what is under way is finished or given back, all of it side by side. Raises StartError."""
    from bot.polling import PollingStopped

    source.stop()
    parting = [asyncio.create_task(one) for one in (app.talking.worker.stop(), app.reminder_clock.stop())]
    await asyncio.wait({serving, *parting}, timeout=PARTING)
    for one in parting:
        if not one.done():
            one.cancel()
        elif not one.cancelled():
            one.exception()  # its turns and reminders are left to their leases
    if not serving.done():
        serving.cancel()
        return
    try:
        serving.result()
    except PollingStopped as stopped:
        raise StartError(str(stopped)) from None


async def _assemble(settings: Settings, application: "Connection", stack: AsyncExitStack) -> "App":
    """The parts, and in the stack what ends them. aiogram costs seconds, so it comes after the first lines."""
    from bot.app import build, make_bot
    from crm.grammar import names
    from db.breaker import Breaker, connect
    from db.storage import create_engine
    from handlers.access import Defaults
    from llm.models import ModelConfigError

    names.load()  # here and not with the first contact, whose author would wait for it
    token, api_url = await stack.enter_async_context(_telegram(settings))
    proxy = settings.telegram_proxy.get_secret_value() if settings.telegram_proxy else None
    bot, gate = make_bot(token, api_url, proxy, settings.sends_per_second)
    stack.push_async_callback(bot.session.close)
    engine = create_engine(application)
    stack.push_async_callback(engine.dispose)
    redis = Breaker(connect(settings.redis_url.get_secret_value())) if settings.redis_url else None
    if redis is not None:
        stack.push_async_callback(redis.close)
    admins = set(settings.admin_ids) | ({PLAYGROUND_OPERATOR} if settings.with_playground else set())
    app = build(
        bot,
        gate,
        engine,
        open_to_all=settings.open_to_all,
        defaults=Defaults(settings.default_language, settings.default_timezone, frozenset(admins)),
        models=model_config(settings),
        redis=redis,
        sends_per_second=settings.sends_per_second,
        webhook_secret=settings.webhook_secret.get_secret_value() if settings.webhook_secret else None,
        public_url=settings.public_url,
        transcripts=transcript_config(settings),
        bot_micros=int(settings.model_budget_month * 1_000_000),
    )
    try:
        app.talking.assistants.prepare()
    except ModelConfigError as fault:
        raise StartError(str(fault)) from None
    return app


async def _settle_in(settings: Settings, app: "App") -> None:
    """The database is this bot's, the shipped assistants are there, and somebody runs it. Raises StartError."""
    from llm.registry import load

    if (owner := await app.people_doors.claim_database(app.bot.id)) != app.bot.id:
        raise StartError(
            f"DATABASE_URL: this database belongs to bot {owner}, and BOT_TOKEN is of bot {app.bot.id}"
        )
    shipped = load(AGENTS_FILE.read_text(encoding="utf-8"))
    if await app.agent_doors.import_global(shipped, only_if_empty=True):
        await app.directory.invalidate()  # a Redis may remember an earlier database
    named = settings.with_playground or bool(settings.admin_ids)
    if not named and not await app.people_doors.has_operator():
        say("nobody runs this bot yet: python -m bot claim prints the link that makes you its operator")


async def _start_work(settings: Settings, app: "App", stack: AsyncExitStack) -> None:
    """HTTP, reminders, turns and the ear for changed agents. Raises StartError."""
    from bot.http import Endpoints, serve

    pages = [*app.webhook.routes(settings.webhook_url), *app.feed_pages.routes()]
    endpoints = Endpoints(app.looks.look, app.metrics, app.reports)
    try:
        stop_http = await serve(endpoints, settings.http_host, settings.http_port, pages)
    except OSError as fault:
        raise StartError(unheard(fault, "HTTP_PORT", settings.http_port, settings.http_host)) from None
    stack.push_async_callback(stop_http)
    app.reminder_clock.start(hears=settings.webhook_url is not None)
    stack.push_async_callback(app.reminder_clock.stop)
    stack.push_async_callback(app.talking.assistants.close)
    stack.push_async_callback(app.talking.trials.stop)
    stack.push_async_callback(app.talking.transcripts.close)
    stack.push_async_callback(app.talking.attending.close)
    stack.push_async_callback(_end, asyncio.create_task(app.talking.worker.run()))
    stack.push_async_callback(_end, asyncio.create_task(app.changes.listen()))
    stack.push_async_callback(
        _end, asyncio.create_task(app.talking.stops.listen(app.talking.worker.heard_stop))
    )


async def _receive(app: "App", url: str, stack: AsyncExitStack, *, take_over: bool) -> None:
    """Have Telegram post here; by now this process listens. Raises StartError."""
    from aiogram.exceptions import TelegramAPIError

    from bot.webhook_setting import WebhookRefused, look_after, set_webhook

    try:
        if await set_webhook(app.bot, url, app.webhooks, app.secrets, take_over=take_over):
            say("webhook: set")
    except WebhookRefused as fault:
        raise StartError(str(fault)) from None
    except TelegramAPIError as fault:
        raise StartError(f"WEBHOOK_URL: Telegram can't set it now: {type(fault).__name__}") from None
    stack.push_async_callback(_end, asyncio.create_task(look_after(app.bot, url, app.webhook)))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _telegram(settings: Settings) -> AsyncIterator[tuple[str, str]]:
    """The token and the API's address; without a token, of the playground, which runs inside."""
    if settings.bot_token is not None:
        yield settings.bot_token.get_secret_value(), settings.telegram_api_url
        return
    from playground.server import PLAYGROUND_TOKEN, start_playground

    try:
        playground = await start_playground(settings.data_dir, settings.playground_port)
    except OSError as fault:
        if fault.filename is not None:  # a file of its state, not the port
            raise StartError(
                f"DATA_DIR: {settings.data_dir} can't be written ({fault.strerror}); name another folder."
                " Example: DATA_DIR=/var/lib/switchboard"
            ) from None
        raise StartError(unheard(fault, "PLAYGROUND_PORT", settings.playground_port)) from None
    say(f"playground: open {playground.url}")
    try:
        yield PLAYGROUND_TOKEN, playground.url
    finally:
        await playground.close()


async def _introduce(bot: "Bot", settings: Settings, *, take_over: bool) -> str:
    """Meet Telegram: the bot's name, no webhook where we poll, the menu. Raises StartError."""
    from bot.menu import set_menu

    async with met(settings):
        me = await bot.me()
        if settings.webhook_url is None and (await bot.get_webhook_info()).url:
            if not take_over:
                from bot.webhook_setting import ELSEWHERE

                raise StartError(ELSEWHERE)
            await bot.delete_webhook()
        await set_menu(bot)
    return me.username or str(me.id)
