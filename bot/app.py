"""The composition root: every part is made here, by plain constructors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from secrets import token_urlsafe
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.strategy import FSMStrategy
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fading import FadingRounds
from bot.faults import new_reference
from bot.feeds import FeedPages
from bot.gate import Gate
from bot.gate.rooms import Rooms
from bot.intake import Intake
from bot.metrics import Metrics
from bot.outages import Outage
from bot.polling import Polling
from bot.postponed import PostponedAnswers
from bot.reports import Reports
from bot.scheduler import ReminderClock
from bot.session import Session
from bot.talking import Ground, Talking, build_talking
from bot.upkeep import Upkeep
from bot.use_cases import over_rows
from bot.vitals import Looks
from bot.webhook import Webhook
from bot.webhook_secrets import Secrets
from crm.agents.files import AgentFiles
from crm.agents.registry import Registry
from crm.attachments import Senses
from crm.deliveries import Deliveries
from crm.digests import Digests
from crm.feeds import Feeds
from crm.groups import Groups
from crm.health import Health
from crm.invites import Invites
from crm.limits import Limits
from crm.people import People
from crm.picking import Picking
from crm.presence import Presence
from crm.requests import Requests
from crm.sends import PER_SECOND
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from db.agent_cache import CachedAgents
from db.agents import SqlAgentDoors
from db.breaker import Breaker
from db.changes import Changes
from db.deliveries import SqlDeliveryDoors
from db.dialogs import SqlDialogs
from db.digests import SqlDigestDoors
from db.faults import SqlFaultDoors
from db.feeds import SqlFeedDoors
from db.groups import SqlGroupDoors
from db.health import SqlHealth
from db.lanes import SqlLanes
from db.memory import SqlMemoryDoors
from db.people import SqlPeopleDoors
from db.people_cache import CachedPeopleDoors
from db.proposals import SqlProposalDoors
from db.remembered import Remembered
from db.requests import SqlRequestDoors
from db.rosters import SqlRosters
from db.sends import SharedSends
from db.storage import SqlStorage
from db.touches import tell_touches
from db.updates import SqlUpdateJournal
from db.wakes import on_made_due
from db.webhooks import SqlWebhooks
from handlers import connect
from handlers.access import Defaults
from handlers.dialogs import DialogStorage
from handlers.groups import is_there
from handlers.imports.downloads import download
from handlers.notices import Notices
from llm.choices import offer_of
from llm.models import ModelConfig
from llm.registry import dump, read_registry
from llm.transcripts import TranscriptConfig


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class App:
    """The parts that live as long as the process."""

    bot: Bot
    dispatcher: Dispatcher
    gate: Gate
    polling: Polling
    webhook: Webhook
    webhooks: SqlWebhooks
    secrets: Secrets
    reminder_clock: ReminderClock
    talking: Talking
    people_doors: SqlPeopleDoors
    agent_doors: SqlAgentDoors
    directory: CachedAgents
    changes: Changes
    engine: AsyncEngine
    metrics: Metrics
    reports: Reports
    looks: Looks
    feed_pages: FeedPages


def make_bot(token: str, api_url: str, proxy: str | None, per_second: int = PER_SECOND) -> tuple[Bot, Gate]:
    """A bot whose every call goes through the gate."""
    session = Session(api=TelegramAPIServer.from_base(api_url), proxy=proxy)
    gate = Gate(rooms=Rooms(per_second))
    session.middleware(gate)
    return Bot(token, session=session), gate


def build(
    bot: Bot,
    gate: Gate,
    engine: AsyncEngine,
    *,
    open_to_all: bool,
    defaults: Defaults,
    models: ModelConfig,
    redis: Breaker | None = None,
    sends_per_second: int = PER_SECOND,
    webhook_secret: str | None = None,
    public_url: str | None = None,
    bot_micros: int = 5_000_000,
    transcripts: TranscriptConfig = TranscriptConfig(),  # noqa: B008 - frozen
    clock: Callable[[], datetime] = utc_now,
) -> App:
    """Everything on one engine. `clock` gives aware UTC times."""
    changes = Changes(redis)
    tell_touches(engine, changes.tell)
    remembered = Remembered(changes)
    storage = SqlStorage(engine, remembered)
    journal, dialogs, people_doors = SqlUpdateJournal(engine), SqlDialogs(engine), SqlPeopleDoors(engine)
    arrivals = CachedPeopleDoors(people_doors, changes)
    people = People(storage, arrivals, open_to_all=open_to_all)
    group_doors = SqlGroupDoors(engine)
    gate.chats = group_doors
    gate.admission.shared = SharedSends(redis, bot.id, sends_per_second) if redis is not None else None
    metrics = Metrics()
    notices = Notices(bot, journal, clock)
    reports = Reports(notices, SqlFaultDoors(engine), metrics, clock)
    groups, requests = Groups(storage, group_doors), Requests(storage, SqlRequestDoors(engine))
    presence = Presence(people, group_doors, partial(is_there, bot), clock)
    deliveries = Deliveries(storage, SqlDeliveryDoors(engine))
    digests = Digests(storage, SqlDigestDoors(engine))
    directory = CachedAgents(SqlRosters(engine), changes, bot_id=bot.id)
    metrics.watch(gate, directory, lambda: directory.degraded, {"actor": arrivals, **remembered.caches()})
    looks = Looks(SqlHealth(engine), gate, redis, metrics, partial(bot.get_me, request_timeout=3))
    limits = Limits()
    feeds = Feeds(storage, SqlFeedDoors(engine), partial(token_urlsafe, 32), public_url)
    ground = Ground(
        bot,
        engine,
        storage,
        journal,
        dialogs,
        directory,
        presence,
        notices,
        reports,
        metrics,
        redis,
        clock,
    )
    talking, offer = build_talking(ground, models, transcripts, bot_micros=bot_micros), offer_of(models)
    provided: dict[str, Any] = {
        **over_rows(storage),
        "people": people,
        "groups": groups,
        "presence": presence,
        "requests": requests,
        "digests": digests,
        "proposals": talking.proposals,
        "senses": Senses(
            transcripts.is_there,
            frozenset(() if models.is_offline else models.reads),
            is_offline=models.is_offline,
        ),
        "invites": Invites(storage, partial(token_urlsafe, 18)),
        "conversations": talking.conversations,
        "picking": Picking(storage, directory, wake=talking.wake),
        "dialogs": dialogs,
        "health": Health(looks.look, SqlHealth(engine), storage),
        "limits": limits,
        "undo": Undo(storage, UNDOABLE, {"agent": directory.invalidate}),
        "registry": Registry(storage, offer, directory.invalidate),
        "agent_files": AgentFiles(storage, offer, directory.invalidate),
        "read_registry": read_registry,
        "write_registry": dump,
        "trials": talking.trials,
        "memory": talking.memory,
        "privacy": talking.privacy,
        "usage": talking.usage,
        "feeds": feeds,
        "download": partial(download, bot),
        "clock": clock,
        "new_reference": new_reference,
        "notices": notices,
        "journal": journal,
        "report": reports,
    }
    dispatcher = Dispatcher(
        storage=DialogStorage(dialogs, clock), fsm_strategy=FSMStrategy.USER_IN_TOPIC, **provided
    )
    connect(dispatcher, people, presence, groups, requests, defaults, limits, clock)
    outage, webhooks, agent_doors = Outage(redis), SqlWebhooks(engine), SqlAgentDoors(engine)
    secrets = Secrets(webhooks, bot.token, webhook_secret)
    intake = partial(Intake, bot, dispatcher, journal, outage, report=reports, metrics=metrics, clock=clock)
    reminder_clock = ReminderClock(
        bot,
        deliveries,
        presence,
        clock,
        reports=reports,
        metrics=metrics,
        postponed=PostponedAnswers(bot, journal, clock),
        digests=digests,
        upkeep=Upkeep(journal, SqlMemoryDoors(engine), agent_doors, clock),
        fading=FadingRounds(bot, talking.proposals, SqlProposalDoors(engine), clock),
    )
    on_made_due(engine, reminder_clock.wake, clock)
    return App(
        bot=bot,
        dispatcher=dispatcher,
        gate=gate,
        polling=Polling(bot, intake().handle, heard=reminder_clock.heard),
        webhook=Webhook(bot, intake(waits=False), SqlLanes(engine), secrets),
        webhooks=webhooks,
        secrets=secrets,
        reminder_clock=reminder_clock,
        talking=talking,
        people_doors=people_doors,
        agent_doors=agent_doors,
        directory=directory,
        changes=changes,
        engine=engine,
        metrics=metrics,
        reports=reports,
        looks=looks,
        feed_pages=FeedPages(feeds, clock),
    )
