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
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.faults import new_reference, report
from bot.gate import Gate
from bot.intake import Intake
from bot.polling import Polling
from bot.scheduler import ReminderClock
from bot.turns import TurnWorker
from crm.calls import Calls
from crm.contacts import Contacts
from crm.conversations import Conversations
from crm.groups import Groups
from crm.history import History
from crm.inline import Inline
from crm.invites import Invites
from crm.limits import Limits
from crm.links import Links
from crm.people import People
from crm.presence import Presence
from crm.quick_adds import QuickAdds
from crm.reminder_edits import ReminderEdits
from crm.reminders import Reminders
from crm.removals import Removals
from crm.requests import Requests
from crm.settings import Settings
from crm.tasks import Tasks
from crm.teams import Teams
from crm.undo import UNDOABLE, Undo
from crm.visibility import Visibility
from db.agent_cache import CachedAgents
from db.agents import SqlAgentDoors
from db.conversations import SqlTurnDoors
from db.dialogs import SqlDialogs
from db.groups import SqlGroupDoors
from db.people import SqlPeopleDoors
from db.reminders import SqlReminderDoors
from db.requests import SqlRequestDoors
from db.storage import SqlStorage
from db.updates import SqlUpdateJournal
from handlers import connect
from handlers.access import Defaults
from handlers.dialogs import DialogStorage
from handlers.groups import is_there
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
    reminder_clock: ReminderClock
    turn_worker: TurnWorker
    people_doors: SqlPeopleDoors
    agent_doors: SqlAgentDoors
    directory: CachedAgents
    assistants: Assistants
    engine: AsyncEngine


def make_bot(token: str, api_url: str, proxy: str | None) -> tuple[Bot, Gate]:
    """A bot whose every call goes through the gate."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url), proxy=proxy)
    gate = Gate()
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
    redis: Redis | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> App:
    """Everything on one engine. `clock` gives aware UTC times."""
    storage, journal, dialogs = SqlStorage(engine), SqlUpdateJournal(engine), SqlDialogs(engine)
    people_doors = SqlPeopleDoors(engine)
    people = People(storage, people_doors, open_to_all=open_to_all)
    group_doors = SqlGroupDoors(engine)
    gate.chats = group_doors
    groups, requests = Groups(storage, group_doors), Requests(storage, SqlRequestDoors(engine))
    presence = Presence(people, group_doors, partial(is_there, bot), clock)
    tasks, calls, contacts = Tasks(storage), Calls(storage), Contacts(storage)
    reminders = Reminders(storage, SqlReminderDoors(engine))
    directory = CachedAgents(storage, redis)
    limits = Limits()
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
    )
    assistants = Assistants(directory, tasks, calls, models, clock)
    workers.append(TurnWorker(bot, conversations, assistants, presence, clock, new_reference, report))
    provided: dict[str, Any] = {
        "people": people,
        "groups": groups,
        "presence": presence,
        "requests": requests,
        "tasks": tasks,
        "calls": calls,
        "contacts": contacts,
        "quick_adds": QuickAdds(storage),
        "reminders": reminders,
        "reminder_edits": ReminderEdits(storage),
        "settings": Settings(storage),
        "teams": Teams(storage),
        "invites": Invites(storage, partial(token_urlsafe, 18)),
        "removals": Removals(storage),
        "conversations": conversations,
        "dialogs": dialogs,
        "history": History(storage),
        "inline": Inline(storage),
        "links": Links(storage),
        "limits": limits,
        "undo": Undo(storage, UNDOABLE),
        "visibility": Visibility(storage),
        "clock": clock,
        "new_reference": new_reference,
        "report": report,
    }
    dispatcher = Dispatcher(
        storage=DialogStorage(dialogs, clock), fsm_strategy=FSMStrategy.USER_IN_TOPIC, **provided
    )
    connect(dispatcher, people, presence, groups, requests, defaults, limits, clock)
    intake = Intake(bot, dispatcher, journal)
    return App(
        bot=bot,
        dispatcher=dispatcher,
        gate=gate,
        polling=Polling(bot, intake.handle),
        reminder_clock=ReminderClock(bot, reminders, presence, journal, clock),
        turn_worker=workers[0],
        people_doors=people_doors,
        agent_doors=SqlAgentDoors(engine),
        directory=directory,
        assistants=assistants,
        engine=engine,
    )
