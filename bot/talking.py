"""Talking: the parts by which people are answered by a model, made by plain constructors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from aiogram import Bot
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.attending import Attending
from bot.departures import Announcing
from bot.disclosing import Disclosing
from bot.faults import new_reference
from bot.handing import Handing
from bot.hearing import Hearing
from bot.metrics import Metrics
from bot.reports import Reports
from bot.retries import model_pause
from bot.trials import ModelTrials
from bot.turns import TurnWorker
from crm.agents.departures import Departures
from crm.calls import CallLists, Calls
from crm.contacts import Contacts
from crm.conversations import Conversations
from crm.handoffs import Handoffs
from crm.memory import Memory
from crm.preparing import Preparing
from crm.presence import Presence
from crm.privacy import Privacy
from crm.proposals import Proposals
from crm.quick_adds import QuickAdds
from crm.reminder_lists import ReminderLists
from crm.routing import LocalClassifier
from crm.stats import Stats
from crm.tasks import TaskLists, Tasks
from crm.tasks.agenda import Agenda
from crm.turns import Turn
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from crm.usage import Usage
from db.agent_cache import CachedAgents
from db.breaker import Breaker
from db.dialogs import SqlDialogs
from db.stops import Stops
from db.storage import SqlStorage
from db.turns import SqlTurnDoors
from db.updates import SqlUpdateJournal
from handlers.imports.downloads import download
from handlers.notices import Notices
from handlers.offers import offer_heard
from handlers.proposals import send_cards
from handlers.usage import warn_operators
from llm.assistants import Assistants
from llm.fallbacks import Patience
from llm.models import ModelConfig
from llm.transcripts import TranscriptConfig, Transcripts
from llm.work import Desk


@dataclass(frozen=True, slots=True)
class Ground:
    """What these parts stand on. `clock` gives aware UTC times."""

    bot: Bot
    engine: AsyncEngine
    storage: SqlStorage
    journal: SqlUpdateJournal
    dialogs: SqlDialogs
    directory: CachedAgents
    presence: Presence
    notices: Notices
    reports: Reports
    metrics: Metrics
    redis: Breaker | None
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Talking:
    """`wake` says that there may be a turn to claim; `worker` claims and answers them."""

    wake: Callable[[], None]
    conversations: Conversations
    usage: Usage
    memory: Memory
    privacy: Privacy
    proposals: Proposals
    assistants: Assistants
    attending: Attending
    transcripts: Transcripts
    trials: ModelTrials
    stops: Stops
    worker: TurnWorker


def build_talking(
    ground: Ground, models: ModelConfig, transcripts: TranscriptConfig, *, bot_micros: int
) -> Talking:
    """`bot_micros`: what all models may cost in a month, in millionths of a dollar."""
    bot, storage, directory, clock, reports = (
        ground.bot,
        ground.storage,
        ground.directory,
        ground.clock,
        ground.reports,
    )
    workers: list[TurnWorker] = []  # made last, since it needs the conversations that wake it

    def wake() -> None:
        workers[0].wake()

    def cancel(turn_id: int) -> None:
        workers[0].cancel(turn_id)

    def take(turn: Turn) -> None:
        workers[0].take(turn)

    conversations = Conversations(
        storage,
        SqlTurnDoors(ground.engine),
        directory,
        wake=wake,
        cancel=cancel,
        classifier=LocalClassifier(),
        lease=lambda: workers[0].lease() if workers else None,
        take=take,
    )
    usage = Usage(storage, clock, bot_micros=bot_micros, warn=ground.notices.about(warn_operators))
    memory, privacy, preparing = Memory(storage, directory), Privacy(storage), Preparing(storage)
    proposals = Proposals(storage, resumes=not models.is_offline, wake=wake)
    handing = Handing(Handoffs(storage, directory, wake=wake))
    desk = Desk(
        tasks=Tasks(storage),
        task_lists=TaskLists(storage),
        agenda=Agenda(storage),
        calls=Calls(storage),
        call_lists=CallLists(storage),
        contacts=Contacts(storage),
        reminder_lists=ReminderLists(storage, Undo(storage, UNDOABLE)),
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
    )
    heard = Transcripts(transcripts, model_pause)
    hearing = Hearing(
        bot, heard, partial(download, bot), conversations, QuickAdds(storage), usage, assistants.reads, memory,
        partial(offer_heard, bot_id=bot.id, dialogs=ground.dialogs, clock=clock),
    )  # fmt: skip
    disclosing = Disclosing(bot, privacy)
    attending = Attending(assistants, preparing, memory, disclosing, ground.notices, hearing)
    trials = ModelTrials(
        bot, assistants, privacy, disclosing, clock, new_reference, reports, ground.journal, storage
    )
    stops = Stops(ground.redis, bot.id)
    workers.append(
        TurnWorker(
            bot,
            conversations,
            handing.over(Announcing(attending, preparing, Departures(storage, directory), directory)),
            ground.presence,
            clock,
            new_reference,
            reports,
            ground.metrics,
            tell=stops.tell,
            send_cards=partial(send_cards, bot, proposals=proposals, clock=clock),
        )
    )
    return Talking(
        wake=wake,
        conversations=conversations,
        usage=usage,
        memory=memory,
        privacy=privacy,
        proposals=proposals,
        assistants=assistants,
        attending=attending,
        transcripts=heard,
        trials=trials,
        stops=stops,
        worker=workers[0],
    )
