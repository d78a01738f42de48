"""The unit of work: one transaction, entered as a member, with all stores on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from crm.errors import Outdated
from crm.people import Actor
from crm.storage import Unit
from db.activity import SqlActivity
from db.agents import SqlAgents
from db.albums import SqlAlbums
from db.calls import SqlCalls
from db.contacts import SqlContactLooks, SqlContacts
from db.conversations import SqlConversations
from db.deliveries import SqlDeliveries
from db.digests import SqlDigests
from db.exports import SqlExports
from db.feeds import SqlFeeds
from db.groups import SqlGroups
from db.hours import SqlHours
from db.imports import SqlImports
from db.invites import SqlInvites
from db.lookups import SqlLookups
from db.memory import SqlMemory
from db.notes import SqlNotes
from db.people import SqlPeople
from db.people_cache import tag_of_user
from db.picking import SqlPicking
from db.privacy import SqlPrivacy
from db.proposals import SqlProposals
from db.remembered import (
    Remembered,
    RememberedConversations,
    RememberedPeople,
    RememberedPrivacy,
    RememberedTeams,
)
from db.reminder_lists import SqlReminderLists
from db.reminder_presses import SqlPresses
from db.reminders import SqlReminders
from db.requests import SqlRequests
from db.rests import ask_after_a_rest
from db.stats import SqlStats
from db.task_details import SqlTaskDetails
from db.task_lists import SqlTaskLists
from db.tasks import SqlTasks
from db.teams import SqlTeams
from db.touches import note_touches, tell
from db.transactions import entered
from db.updates import SqlUpdates
from db.urls import Connection
from db.usage import SqlUsage
from db.visibility import SqlVisibility


def create_engine(connection: Connection, *, pool_size: int = 10) -> AsyncEngine:
    """The bot's pool; nothing in it depends on the session, so a transaction-mode pooler may be in between."""
    engine = create_async_engine(
        connection.url,
        connect_args=connection.arguments,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=20,
        execution_options={"pooled": connection.pooled},
    )
    ask_after_a_rest(engine)
    note_touches(engine)
    return engine


class SqlStorage:
    """See crm.storage.Storage."""

    def __init__(self, engine: AsyncEngine, memory: Remembered | None = None) -> None:
        self._engine = engine
        self._memory = memory

    @asynccontextmanager
    async def transaction(self, actor: Actor, *, patience: float | None = None) -> AsyncIterator[Unit]:
        """Commits on clean exit, rolls back on a raise. An actor who is only remembered is forgotten when they are
        no longer what they were."""
        try:
            async with entered(
                self._engine,
                actor.workspace_id,
                actor.member_id,
                actor.chat_id,
                patience=patience,
                reads_along=actor.reads_along,
                role=actor.role.value if actor.is_remembered else None,
            ) as link:
                yield SqlUnit(link, actor.workspace_id, actor, self._memory)
        except Outdated:
            await tell(self._engine, frozenset({tag_of_user(actor.telegram_user_id)}))
            raise


class SqlUnit:
    """The stores of one transaction, each on its connection and within its workspace."""

    def __init__(
        self, link: AsyncConnection, workspace_id: int, actor: Actor, memory: Remembered | None = None
    ) -> None:
        self.activity = SqlActivity(link, workspace_id)
        self.agents = SqlAgents(link, workspace_id)
        self.albums = SqlAlbums(link, workspace_id)
        self.calls = SqlCalls(link, workspace_id)
        self.contact_looks = SqlContactLooks(link)
        self.contacts = SqlContacts(link, workspace_id)
        self.conversations = SqlConversations(link, workspace_id)
        self.deliveries = SqlDeliveries(link, workspace_id)
        self.digests = SqlDigests(link)
        self.exports = SqlExports(link)
        self.feeds = SqlFeeds(link, workspace_id)
        self.hours = SqlHours(link)
        self.imports = SqlImports(link, workspace_id)
        self.invites = SqlInvites(link, workspace_id)
        self.groups = SqlGroups(link, workspace_id)
        self.memory = SqlMemory(link, workspace_id)
        self.notes = SqlNotes(link, workspace_id)
        self.lookups = SqlLookups(link)
        self.people = SqlPeople(link)
        self.picking = SqlPicking(link, workspace_id)
        self.presses = SqlPresses(link, workspace_id)
        self.reminder_lists = SqlReminderLists(link, workspace_id)
        self.privacy = SqlPrivacy(link, workspace_id)
        self.proposals = SqlProposals(link, workspace_id)
        self.reminders = SqlReminders(link, workspace_id)
        self.requests = SqlRequests(link, workspace_id)
        self.stats = SqlStats(link)
        self.task_lists = SqlTaskLists(link, workspace_id)
        self.task_details = SqlTaskDetails(link, workspace_id)
        self.tasks = SqlTasks(link, workspace_id)
        self.teams = SqlTeams(link, workspace_id)
        self.updates = SqlUpdates(link)
        self.usage = SqlUsage(link, workspace_id)
        self.visibility = SqlVisibility(link, workspace_id)
        if memory is not None:
            self.conversations = RememberedConversations(link, actor, memory)
            self.people = RememberedPeople(link, actor, memory)
            self.privacy = RememberedPrivacy(link, actor, memory)
            self.teams = RememberedTeams(link, actor, memory)
