"""The composition root: every part is made here, by plain constructors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from secrets import token_urlsafe
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.strategy import FSMStrategy
from sqlalchemy.ext.asyncio import AsyncEngine

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
from bot.turns import TurnWorker
from bot.vitals import Looks
from bot.webhook import Webhook
from bot.webhook_secrets import Secrets
from crm.calls import CallCards, CallLists, Calls
from crm.contact_tasks import ContactTasks
from crm.contacts import ContactEdits, ContactFiles, Contacts, Merging
from crm.conversations import Conversations
from crm.exports import Exports
from crm.feeds import Feeds
from crm.groups import Groups
from crm.health import Health
from crm.history import History
from crm.imports import Imports
from crm.inline import Inline
from crm.invites import Invites
from crm.limits import Limits
from crm.links import Links
from crm.people import People
from crm.picking import Picking
from crm.presence import Presence
from crm.quick_adds import QuickAdds
from crm.regions import Regions
from crm.reminder_edits import ReminderEdits
from crm.reminders import Reminders
from crm.removals import Removals
from crm.requests import Requests
from crm.routing import LocalClassifier
from crm.sends import PER_SECOND
from crm.settings import Settings
from crm.stats import Stats
from crm.tasks import TaskLists, Tasks
from crm.tasks.agenda import Agenda
from crm.tasks.checklists import Checklists
from crm.tasks.moves import TaskMoves
from crm.tasks.talk import TaskTalk
from crm.teams import Teams
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from crm.visibility import Visibility
from db.agent_cache import CachedAgents
from db.agents import SqlAgentDoors
from db.breaker import Breaker
from db.changes import Changes
from db.conversations import SqlTurnDoors
from db.dialogs import SqlDialogs
from db.faults import SqlFaultDoors
from db.feeds import SqlFeedDoors
from db.groups import SqlGroupDoors
from db.health import SqlHealth
from db.lanes import SqlLanes
from db.people import SqlPeopleDoors
from db.people_cache import CachedPeopleDoors
from db.remembered import Memory
from db.reminders import SqlReminderDoors
from db.requests import SqlRequestDoors
from db.sends import SharedSends
from db.storage import SqlStorage
from db.touches import tell_touches
from db.updates import SqlUpdateJournal
from db.webhooks import SqlWebhooks
from handlers import connect
from handlers.access import Defaults
from handlers.dialogs import DialogStorage
from handlers.groups import is_there
from handlers.imports.downloads import download
from llm.assistants import Assistants
from llm.models import ModelConfig


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
    turn_worker: TurnWorker
    people_doors: SqlPeopleDoors
    agent_doors: SqlAgentDoors
    directory: CachedAgents
    changes: Changes
    assistants: Assistants
    engine: AsyncEngine
    metrics: Metrics
    reports: Reports
    looks: Looks
    feed_pages: FeedPages


def make_bot(token: str, api_url: str, proxy: str | None, per_second: int = PER_SECOND) -> tuple[Bot, Gate]:
    """A bot whose every call goes through the gate."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url), proxy=proxy)
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
    clock: Callable[[], datetime] = utc_now,
) -> App:
    """Everything on one engine. `clock` gives aware UTC times."""
    changes = Changes(redis)
    tell_touches(engine, changes.tell)
    storage = SqlStorage(engine, Memory(changes))
    journal, dialogs, people_doors = SqlUpdateJournal(engine), SqlDialogs(engine), SqlPeopleDoors(engine)
    people = People(storage, CachedPeopleDoors(people_doors, changes), open_to_all=open_to_all)
    group_doors = SqlGroupDoors(engine)
    gate.chats = group_doors
    gate.shared = SharedSends(redis, bot.id, sends_per_second) if redis is not None else None
    metrics = Metrics()
    reports = Reports(bot, SqlFaultDoors(engine), metrics, clock)
    groups, requests = Groups(storage, group_doors), Requests(storage, SqlRequestDoors(engine))
    presence = Presence(people, group_doors, partial(is_there, bot), clock)
    tasks, calls, contacts = Tasks(storage), Calls(storage), Contacts(storage)
    reminders = Reminders(storage, SqlReminderDoors(engine))
    directory = CachedAgents(storage, changes)
    metrics.watch(gate, directory, lambda: directory.degraded)
    looks = Looks(SqlHealth(engine), gate, redis, metrics, partial(bot.get_me, request_timeout=3))
    limits = Limits()
    feeds = Feeds(storage, SqlFeedDoors(engine), partial(token_urlsafe, 32), public_url)
    workers: list[TurnWorker] = []  # made last, since it needs the conversations that wake it

    def wake() -> None:
        workers[0].wake()

    def cancel(turn_id: int) -> None:
        workers[0].cancel(turn_id)

    conversations = Conversations(
        storage,
        SqlTurnDoors(engine),
        directory,
        wake=wake,
        cancel=cancel,
        classifier=LocalClassifier(),
    )
    assistants = Assistants(directory, tasks, calls, models, clock)
    workers.append(
        TurnWorker(bot, conversations, assistants, presence, clock, new_reference, reports, metrics)
    )
    provided: dict[str, Any] = {
        "people": people,
        "groups": groups,
        "presence": presence,
        "requests": requests,
        "tasks": tasks,
        "task_lists": TaskLists(storage),
        "agenda": Agenda(storage),
        "stats": Stats(storage),
        "task_moves": TaskMoves(storage),
        "task_talk": TaskTalk(storage),
        "checklists": Checklists(storage),
        "calls": calls,
        "call_cards": CallCards(storage),
        "call_lists": CallLists(storage),
        "contacts": contacts,
        "contact_edits": ContactEdits(storage),
        "contact_files": ContactFiles(storage),
        "contact_merging": Merging(storage),
        "contact_tasks": ContactTasks(storage),
        "quick_adds": QuickAdds(storage),
        "reminders": reminders,
        "reminder_edits": ReminderEdits(storage),
        "settings": Settings(storage),
        "teams": Teams(storage),
        "regions": Regions(storage),
        "invites": Invites(storage, partial(token_urlsafe, 18)),
        "removals": Removals(storage),
        "conversations": conversations,
        "picking": Picking(storage, directory, wake=wake),
        "dialogs": dialogs,
        "health": Health(looks.look),
        "history": History(storage),
        "inline": Inline(storage),
        "links": Links(storage),
        "limits": limits,
        "undo": Undo(storage, UNDOABLE),
        "visibility": Visibility(storage),
        "exports": Exports(storage),
        "imports": Imports(storage),
        "feeds": feeds,
        "download": partial(download, bot),
        "clock": clock,
        "new_reference": new_reference,
        "report": reports,
    }
    dispatcher = Dispatcher(
        storage=DialogStorage(dialogs, clock), fsm_strategy=FSMStrategy.USER_IN_TOPIC, **provided
    )
    connect(dispatcher, people, presence, groups, requests, defaults, limits, clock)
    outage, webhooks = Outage(redis), SqlWebhooks(engine)
    secrets = Secrets(webhooks, bot.token, webhook_secret)
    intake = partial(Intake, bot, dispatcher, journal, outage, report=reports, metrics=metrics, clock=clock)
    return App(
        bot=bot,
        dispatcher=dispatcher,
        gate=gate,
        polling=Polling(bot, intake().handle),
        webhook=Webhook(bot, intake(waits=False), SqlLanes(engine), secrets),
        webhooks=webhooks,
        secrets=secrets,
        reminder_clock=ReminderClock(
            bot,
            reminders,
            presence,
            journal,
            clock,
            reports=reports,
            metrics=metrics,
            postponed=PostponedAnswers(bot, journal, clock),
        ),
        turn_worker=workers[0],
        people_doors=people_doors,
        agent_doors=SqlAgentDoors(engine),
        directory=directory,
        changes=changes,
        assistants=assistants,
        engine=engine,
        metrics=metrics,
        reports=reports,
        looks=looks,
        feed_pages=FeedPages(feeds, clock),
    )
