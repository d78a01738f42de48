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

from bot.attending import Attending
from bot.departures import Announcing
from bot.faults import new_reference
from bot.feeds import FeedPages
from bot.gate import Gate
from bot.gate.rooms import Rooms
from bot.handing import Handing
from bot.hearing import Hearing
from bot.intake import Intake
from bot.metrics import Metrics
from bot.outages import Outage
from bot.polling import Polling
from bot.postponed import PostponedAnswers
from bot.reports import Reports
from bot.retries import model_pause
from bot.scheduler import ReminderClock
from bot.session import Session
from bot.trials import ModelTrials
from bot.turns import TurnWorker
from bot.typed import Typed
from bot.vitals import Looks
from bot.webhook import Webhook
from bot.webhook_secrets import Secrets
from crm.agents.departures import Departures
from crm.agents.files import AgentFiles
from crm.agents.registry import Registry
from crm.attachments import Senses
from crm.away import Away
from crm.calls import CallCards, CallLists, Calls
from crm.contact_tasks import ContactTasks
from crm.contacts import ContactEdits, ContactFiles, Contacts, Merging
from crm.conversations import Conversations
from crm.deliveries import Deliveries
from crm.digests import Digests
from crm.exports import Exports
from crm.feeds import Feeds
from crm.groups import Groups
from crm.handoffs import Handoffs
from crm.health import Health
from crm.history import History
from crm.imports import Imports
from crm.inline import Inline
from crm.invites import Invites
from crm.limits import Limits
from crm.links import Links
from crm.memory import Memory
from crm.people import People
from crm.picking import Picking
from crm.preparing import Preparing
from crm.presence import Presence
from crm.privacy import Privacy
from crm.proposals import Proposals
from crm.quick_adds import QuickAdds
from crm.regions import Regions
from crm.reminder_edits import ReminderEdits
from crm.reminder_lists import ReminderLists
from crm.reminder_presses import ReminderPresses
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
from crm.turns import Turn
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from crm.usage import Usage
from crm.visibility import Visibility
from crm.zone_changes import ZoneChanges
from db.agent_cache import CachedAgents
from db.agents import SqlAgentDoors
from db.breaker import Breaker
from db.changes import Changes
from db.conversations import SqlTurnDoors
from db.deliveries import SqlDeliveryDoors
from db.dialogs import SqlDialogs
from db.digests import SqlDigestDoors
from db.faults import SqlFaultDoors
from db.feeds import SqlFeedDoors
from db.groups import SqlGroupDoors
from db.health import SqlHealth
from db.lanes import SqlLanes
from db.people import SqlPeopleDoors
from db.people_cache import CachedPeopleDoors
from db.remembered import Remembered
from db.requests import SqlRequestDoors
from db.sends import SharedSends
from db.stops import Stops
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
from handlers.proposals import send_cards
from llm.assistants import Assistants
from llm.choices import offer_of
from llm.fallbacks import Patience
from llm.models import ModelConfig
from llm.registry import dump, read_registry
from llm.transcripts import TranscriptConfig, Transcripts
from llm.work import Desk


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
    trials: ModelTrials
    stops: Stops
    people_doors: SqlPeopleDoors
    agent_doors: SqlAgentDoors
    directory: CachedAgents
    changes: Changes
    assistants: Assistants
    attending: Attending
    transcripts: Transcripts
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
    storage = SqlStorage(engine, Remembered(changes))
    journal, dialogs, people_doors = SqlUpdateJournal(engine), SqlDialogs(engine), SqlPeopleDoors(engine)
    people = People(storage, CachedPeopleDoors(people_doors, changes), open_to_all=open_to_all)
    group_doors = SqlGroupDoors(engine)
    gate.chats = group_doors
    gate.shared = SharedSends(redis, bot.id, sends_per_second) if redis is not None else None
    metrics, typed = Metrics(), Typed()
    notices = Notices(bot, journal, clock)
    reports = Reports(notices, SqlFaultDoors(engine), metrics, clock)
    groups, requests = Groups(storage, group_doors), Requests(storage, SqlRequestDoors(engine))
    presence = Presence(people, group_doors, partial(is_there, bot), clock)
    tasks, calls, contacts = Tasks(storage), Calls(storage), Contacts(storage)
    deliveries, reminders = Deliveries(storage, SqlDeliveryDoors(engine)), Reminders(storage)
    digests = Digests(storage, SqlDigestDoors(engine))
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

    def take(turn: Turn) -> None:
        workers[0].take(turn)

    conversations = Conversations(
        storage,
        SqlTurnDoors(engine),
        directory,
        wake=wake,
        cancel=cancel,
        classifier=LocalClassifier(),
        lease=lambda: workers[0].lease() if workers else None,
        take=take,
    )
    usage = Usage(storage, clock, bot_micros=bot_micros)
    memory, privacy, preparing = Memory(storage, directory), Privacy(storage), Preparing(storage)
    proposals = Proposals(storage, resumes=not models.is_offline, wake=wake)
    handing = Handing(Handoffs(storage, directory, wake=wake))
    desk = Desk(
        tasks=tasks,
        task_lists=TaskLists(storage),
        agenda=Agenda(storage),
        calls=calls,
        call_lists=CallLists(storage),
        contacts=contacts,
        stats=Stats(storage),
        proposals=proposals,
        hand_over=handing.hand_over,
    )
    assistants = Assistants(
        directory,
        desk,
        models,
        clock,
        usage,
        Patience(pause=model_pause),
        partial(download, bot),
        typed.is_waited_for,
    )
    quick_adds, heard = QuickAdds(storage), Transcripts(transcripts, model_pause)
    hearing = Hearing(bot, heard, partial(download, bot), conversations, quick_adds, usage, assistants.reads)
    attending = Attending(bot, assistants, preparing, memory, privacy, SqlFaultDoors(engine), hearing)
    trials, offer = ModelTrials(bot, assistants, clock, new_reference, reports), offer_of(models)
    stops = Stops(redis)
    workers.append(
        TurnWorker(
            bot,
            conversations,
            handing.over(Announcing(attending, preparing, Departures(storage, directory), directory)),
            presence,
            clock,
            new_reference,
            reports,
            metrics,
            tell=stops.tell,
            send_cards=partial(send_cards, bot, proposals=proposals, clock=clock),
        )
    )
    provided: dict[str, Any] = {
        "people": people,
        "groups": groups,
        "presence": presence,
        "requests": requests,
        "tasks": tasks,
        "task_lists": TaskLists(storage),
        "agenda": Agenda(storage),
        "digests": digests,
        "away": Away(storage),
        "zone_changes": ZoneChanges(storage),
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
        "proposals": proposals,
        "quick_adds": quick_adds,
        "senses": Senses(transcripts.is_there, frozenset(() if models.is_offline else models.reads)),
        "reminders": reminders,
        "reminder_edits": ReminderEdits(storage),
        "reminder_lists": ReminderLists(storage, Undo(storage, UNDOABLE)),
        "reminder_presses": ReminderPresses(storage, Undo(storage, UNDOABLE)),
        "settings": Settings(storage),
        "teams": Teams(storage),
        "regions": Regions(storage),
        "invites": Invites(storage, partial(token_urlsafe, 18)),
        "removals": Removals(storage),
        "conversations": conversations,
        "picking": Picking(storage, directory, wake=wake),
        "dialogs": dialogs,
        "health": Health(looks.look, SqlHealth(engine), storage),
        "history": History(storage),
        "inline": Inline(storage),
        "links": Links(storage),
        "limits": limits,
        "undo": Undo(storage, UNDOABLE, {"agent": directory.invalidate}),
        "registry": Registry(storage, offer, directory.invalidate),
        "agent_files": AgentFiles(storage, offer, directory.invalidate),
        "read_registry": read_registry,
        "write_registry": dump,
        "trials": trials,
        "memory": memory,
        "privacy": privacy,
        "usage": usage,
        "visibility": Visibility(storage),
        "exports": Exports(storage),
        "imports": Imports(storage),
        "feeds": feeds,
        "download": partial(download, bot),
        "clock": clock,
        "new_reference": new_reference,
        "notices": notices,
        "report": reports,
    }
    dispatcher = Dispatcher(
        storage=DialogStorage(dialogs, clock), fsm_strategy=FSMStrategy.USER_IN_TOPIC, **provided
    )
    connect(dispatcher, people, presence, groups, requests, defaults, limits, clock)
    outage, webhooks = Outage(redis), SqlWebhooks(engine)
    secrets = Secrets(webhooks, bot.token, webhook_secret)
    intake = partial(
        Intake, bot, dispatcher, journal, outage, report=reports, metrics=metrics, clock=clock, typed=typed
    )
    reminder_clock = ReminderClock(
        bot,
        deliveries,
        presence,
        journal,
        clock,
        reports=reports,
        metrics=metrics,
        postponed=PostponedAnswers(bot, journal, clock),
        digests=digests,
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
        turn_worker=workers[0],
        trials=trials,
        stops=stops,
        people_doors=people_doors,
        agent_doors=SqlAgentDoors(engine),
        directory=directory,
        changes=changes,
        assistants=assistants,
        attending=attending,
        transcripts=heard,
        engine=engine,
        metrics=metrics,
        reports=reports,
        looks=looks,
        feed_pages=FeedPages(feeds, clock),
    )
