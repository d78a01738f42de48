"""Storage: one transaction over all stores, as the use cases see it."""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # each feature imports this page; the names below are only for the type checker
    from crm.activity import ActivityStore
    from crm.agents import AgentStore
    from crm.albums import AlbumStore
    from crm.calls import CallStore
    from crm.contacts import ContactLooks, ContactStore
    from crm.deliveries import DeliveryStore
    from crm.digests import DigestStore
    from crm.exports import ExportStore
    from crm.feeds import FeedStore
    from crm.groups import GroupStore
    from crm.hours import HourStore
    from crm.imports import ImportStore
    from crm.invites import InviteStore
    from crm.lookups import LookupStore
    from crm.memory import MemoryStore
    from crm.people import Actor, PeopleStore
    from crm.picking import PickingStore
    from crm.privacy import PrivacyStore
    from crm.proposals import ProposalStore
    from crm.reminder_lists import ReminderListStore
    from crm.reminder_presses import PressStore
    from crm.reminders import ReminderStore
    from crm.requests import RequestStore
    from crm.stats import StatsStore
    from crm.tasks import TaskListStore, TaskStore
    from crm.tasks.details import NoteStore, TaskDetailStore
    from crm.teams import TeamStore
    from crm.turns import ConversationStore
    from crm.updates import UpdateStore
    from crm.usage import UsageStore
    from crm.visibility import VisibilityStore


class Unit(Protocol):
    """The stores of one transaction. None of them commits."""

    @property
    def activity(self) -> "ActivityStore": ...
    @property
    def agents(self) -> "AgentStore": ...
    @property
    def albums(self) -> "AlbumStore": ...
    @property
    def calls(self) -> "CallStore": ...
    @property
    def contact_looks(self) -> "ContactLooks": ...
    @property
    def contacts(self) -> "ContactStore": ...
    @property
    def conversations(self) -> "ConversationStore": ...
    @property
    def deliveries(self) -> "DeliveryStore": ...
    @property
    def digests(self) -> "DigestStore": ...
    @property
    def exports(self) -> "ExportStore": ...
    @property
    def feeds(self) -> "FeedStore": ...
    @property
    def groups(self) -> "GroupStore": ...
    @property
    def hours(self) -> "HourStore": ...
    @property
    def imports(self) -> "ImportStore": ...
    @property
    def invites(self) -> "InviteStore": ...
    @property
    def lookups(self) -> "LookupStore": ...
    @property
    def memory(self) -> "MemoryStore": ...
    @property
    def notes(self) -> "NoteStore": ...
    @property
    def people(self) -> "PeopleStore": ...
    @property
    def picking(self) -> "PickingStore": ...
    @property
    def presses(self) -> "PressStore": ...
    @property
    def reminder_lists(self) -> "ReminderListStore": ...
    @property
    def privacy(self) -> "PrivacyStore": ...
    @property
    def proposals(self) -> "ProposalStore": ...
    @property
    def reminders(self) -> "ReminderStore": ...
    @property
    def requests(self) -> "RequestStore": ...
    @property
    def stats(self) -> "StatsStore": ...
    @property
    def task_details(self) -> "TaskDetailStore": ...
    @property
    def task_lists(self) -> "TaskListStore": ...
    @property
    def tasks(self) -> "TaskStore": ...
    @property
    def teams(self) -> "TeamStore": ...
    @property
    def updates(self) -> "UpdateStore": ...
    @property
    def usage(self) -> "UsageStore": ...
    @property
    def visibility(self) -> "VisibilityStore": ...


MUCH = 300.0  # seconds


class Storage(Protocol):
    def transaction(
        self, actor: "Actor", *, patience: float | None = None
    ) -> AbstractAsyncContextManager[Unit]:
        """Open a transaction and `enter` the actor's workspace as the actor's member. `patience` is how many seconds
        it may take; None for the few of a usual one, MUCH for work on thousands of rows.

        Commits on clean exit, rolls back on a raise. Raises Removed when the member is no longer of the
        workspace, StorageAway when PostgreSQL can't be reached.
        """
