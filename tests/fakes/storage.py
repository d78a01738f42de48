"""The house's storage in memory, with real transactions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import datetime

from crm.activity import Activity
from crm.agents import Agent
from crm.answers import Answer
from crm.budgets import Period, Scope
from crm.dialogs import Dialog, DialogKey
from crm.errors import N_, Removed, StorageAway
from crm.grammar.dates import Due
from crm.groups import Place
from crm.invites import Opened, OwnerToAsk, TakeOver
from crm.people import Actor
from crm.requests import Card
from crm.settings import PersonSettings
from crm.stats import MemberWork
from crm.teams import Holdings
from crm.updates import Postponed
from crm.visibility import Sight
from tests.fakes.activity import FakeActivity
from tests.fakes.agents import FakeAgents, VersionRow
from tests.fakes.albums import FakeAlbums
from tests.fakes.calls import CallRow, FakeCalls
from tests.fakes.contacts import ContactRow, FakeContactLooks, FakeContacts, NoteRow
from tests.fakes.conversations import FakeConversations, TurnRow
from tests.fakes.deliveries import FakeDeliveries
from tests.fakes.digests import FakeDigests
from tests.fakes.files import FakeExports, FakeFeeds, FakeImports, ImportRow
from tests.fakes.groups import FakeGroups, FakeRequests
from tests.fakes.hours import FakeHours
from tests.fakes.invites import FakeInvites, InviteRow
from tests.fakes.lookups import FakeLookups
from tests.fakes.memory import FactRow, FakeMemory, FakePrivacy, TalkRow
from tests.fakes.people import FakePeople
from tests.fakes.picking import FakePicking, HeldRow
from tests.fakes.proposals import FakeProposals, ProposalRow
from tests.fakes.reminder_presses import FakePresses, FakeReminderLists
from tests.fakes.reminders import FakeReminders, ReminderRow
from tests.fakes.stats import FakeStats
from tests.fakes.task_details import CommentRow, FakeNotes, FakeTaskDetails, FileRow, ItemRow
from tests.fakes.task_lists import FakeTaskLists
from tests.fakes.tasks import FakeTasks, TaskRow
from tests.fakes.teams import FakeTeams
from tests.fakes.updates import FakeUpdates
from tests.fakes.usage import FakeUsage, SpendRow
from tests.fakes.visibility import FakeVisibility


@dataclass
class State:
    """All that is stored. Rows are never changed in place, so that a copy of the containers is a snapshot."""

    last_id: int = 100
    absences: dict[int, tuple[datetime, datetime, int | None]] = field(
        default_factory=dict
    )  # by person_id: since, until, and the member who stands in
    alive_at: datetime | None = None  # when a process last said that it runs
    activity: list[Activity] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    albums: dict[int, str] = field(default_factory=dict)  # by turn id
    agent_versions: list[VersionRow] = field(default_factory=list)
    bound: dict[tuple[int, int | None], int] = field(default_factory=dict)  # (chat_id, thread_id): agent id
    calls: dict[int, CallRow] = field(default_factory=dict)
    cards: dict[int, Card] = field(default_factory=dict)  # of those who ask, by chat_id
    chats: dict[int, tuple[int, int]] = field(default_factory=dict)  # telegram's id: ours, its workspace
    codes: dict[bytes, str] = field(default_factory=dict)  # hash of a link's code: "claim" or "invite"
    contact_zones: dict[int, str] = field(default_factory=dict)  # by contact id
    contacts: dict[int, ContactRow] = field(default_factory=dict)
    conversations: dict[tuple[int, int | None, int], int] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)  # ids of tasks, calls and contacts
    current: dict[int, int] = field(default_factory=dict)  # person_id: the workspace they go on in
    dialogs: dict[DialogKey, tuple[Dialog, datetime]] = field(default_factory=dict)  # until when
    decided: dict[int, TakeOver] = field(default_factory=dict)  # by invite id: what an owner's word will do
    faded: set[int] = field(default_factory=set)  # proposals drawn as expired
    feeds: dict[int, bytes] = field(default_factory=dict)  # by member_id
    handled: dict[tuple[int, int], Answer | None] = field(default_factory=dict)  # the answer still owed
    holdings: dict[int, Holdings] = field(default_factory=dict)  # by member_id
    imports: dict[int, ImportRow] = field(default_factory=dict)
    invites: dict[int, InviteRow] = field(default_factory=dict)
    languages: dict[int, str] = field(default_factory=dict)  # by person_id, chosen
    live: set[int] = field(default_factory=set)  # chats that see answers grow
    locked: list[int] = field(default_factory=list)  # workspaces, as often as they were locked
    members: dict[tuple[int, int], Actor] = field(default_factory=dict)  # (workspace_id, telegram_user_id)
    news: dict[str, Opened] = field(default_factory=dict)  # by code: what the link just opened did
    notes: dict[int, NoteRow] = field(default_factory=dict)  # on contacts
    not_to_call: set[int] = field(default_factory=set)  # contacts who asked not to be called
    owners_to_ask: list[OwnerToAsk] = field(default_factory=list)
    items: dict[int, ItemRow] = field(default_factory=dict)
    comments: dict[int, CommentRow] = field(default_factory=dict)
    hidden_agents: dict[int, frozenset[str]] = field(default_factory=dict)  # slugs by workspace_id
    hints: set[tuple[int, int]] = field(default_factory=set)  # (chat_id, member_id) told how to start
    files: dict[int, FileRow] = field(default_factory=dict)  # on tasks
    watching: set[tuple[int, int]] = field(default_factory=set)  # (task_id, member_id)
    unreached: set[int] = field(default_factory=set)  # members without a private chat
    default_agents: dict[int, int] = field(default_factory=dict)  # by chat_id
    held: dict[int, HeldRow] = field(default_factory=dict)  # questions in doubt
    # (chat_id, thread_id, member_id): agent id, and whether another agent passed it on
    picks: dict[tuple[int, int | None, int], tuple[int, bool]] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)  # by chat_id
    # by update id: what is to be sent, and from when on by anybody
    postponed: dict[int, tuple[Postponed, datetime]] = field(default_factory=dict)
    proposals: dict[int, ProposalRow] = field(default_factory=dict)
    regions: dict[int, str | None] = field(default_factory=dict)  # of phones, by workspace_id
    reminders: dict[int, ReminderRow] = field(default_factory=dict)  # by delivery id
    rules: dict[int, tuple[str, Due]] = field(
        default_factory=dict
    )  # of reminders that repeat, by reminder id
    removed: set[tuple[int, int]] = field(default_factory=set)  # (workspace_id, member_id)
    sight: Sight = Sight.EVERYONE
    talks: dict[int, TalkRow] = field(default_factory=dict)  # by conversation id
    facts: dict[int, FactRow] = field(default_factory=dict)
    keep_days: dict[int, int | None] = field(default_factory=dict)  # by chat_id
    assistants_off: set[int] = field(default_factory=set)  # workspaces
    told_providers: set[tuple[int, str]] = field(default_factory=set)  # (person_id, provider)
    spends: dict[int, SpendRow] = field(default_factory=dict)
    budgets: dict[tuple[int, Scope, int | None, Period], int] = field(default_factory=dict)  # micros
    told_budgets: set[tuple[object, ...]] = field(default_factory=set)
    settings: dict[int, PersonSettings] = field(default_factory=dict)  # by person_id
    tasks: dict[int, TaskRow] = field(default_factory=dict)
    team_names: dict[int, str] = field(default_factory=dict)  # by workspace_id; Sales without one
    timezones: dict[int, str] = field(default_factory=dict)  # by person_id, chosen
    turns: dict[int, TurnRow] = field(default_factory=dict)
    work: list[MemberWork] = field(default_factory=list)  # what /stats tells of
    watched: dict[int, bool] = field(default_factory=dict)  # by Telegram's id: the bot is an admin there

    def copied(self) -> "State":
        return State(**{each.name: copy(getattr(self, each.name)) for each in fields(self)})

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id


class FakeStorage:
    """crm.storage.Storage: a transaction works on a copy that becomes the state on clean exit. `away` = no server."""

    def __init__(self) -> None:
        self.state = State()
        self.away = False
        self._one_at_a_time = asyncio.Lock()

    def must_be_there(self) -> None:
        if self.away:
            raise StorageAway

    @asynccontextmanager
    async def transaction(self, actor: Actor, *, patience: float | None = None) -> AsyncIterator["FakeUnit"]:
        self.must_be_there()
        async with self._one_at_a_time:
            if (actor.workspace_id, actor.member_id) in self.state.removed:
                raise Removed(N_("You are no longer in this team."))
            unit = FakeUnit(self.state.copied(), actor)
            yield unit
            self.must_be_there()
            self.state = unit.state

    def seat(self, *actors: Actor) -> None:
        """Make them members of their teams."""
        for actor in actors:
            self.state.members[actor.workspace_id, actor.telegram_user_id] = actor

    def task_id(self, number: int) -> int:
        """The id of a task, which its buttons carry; of the first team that has one of that number."""
        return next(row.task.id for row in self.state.tasks.values() if row.task.number == number)

    def remove_member(self, actor: Actor) -> None:
        self.state.removed.add((actor.workspace_id, actor.member_id))


class FakeUnit:
    """The stores of one transaction, as seen by one actor's workspace."""

    def __init__(self, state: State, actor: Actor) -> None:
        self.state = state
        self.activity = FakeActivity(state)
        self.agents = FakeAgents(state, actor)
        self.albums = FakeAlbums(state)
        self.calls = FakeCalls(state, actor)
        self.contact_looks = FakeContactLooks(state, actor)
        self.contacts = FakeContacts(state, actor)
        self.conversations = FakeConversations(state)
        self.deliveries = FakeDeliveries(state)
        self.digests = FakeDigests(state, actor)
        self.exports = FakeExports(state, actor)
        self.feeds = FakeFeeds(state)
        self.hours = FakeHours(state, actor)
        self.imports = FakeImports(state, actor)
        self.invites = FakeInvites(state, actor)
        self.groups = FakeGroups(state, actor)
        self.memory = FakeMemory(state, actor)
        self.notes = FakeNotes(state, actor)
        self.lookups = FakeLookups(state, actor)
        self.people = FakePeople(state)
        self.picking = FakePicking(state)
        self.presses = FakePresses(state, actor)
        self.reminder_lists = FakeReminderLists(state, actor)
        self.privacy = FakePrivacy(state, actor)
        self.proposals = FakeProposals(state, actor)
        self.reminders = FakeReminders(state, actor)
        self.requests = FakeRequests(state, actor)
        self.stats = FakeStats(state)
        self.task_lists = FakeTaskLists(state, actor)
        self.task_details = FakeTaskDetails(state, actor)
        self.tasks = FakeTasks(state, actor)
        self.teams = FakeTeams(state, actor)
        self.updates = FakeUpdates(state)
        self.usage = FakeUsage(state, actor)
        self.visibility = FakeVisibility(state)
