"""Fakes: the house's storage in memory, and builders of who speaks and what arrived; one file a feature."""

from tests.fakes.activity import FakeActivity
from tests.fakes.agents import FakeAgents, FakeDirectory, an_agent
from tests.fakes.calls import CallRow, FakeCalls
from tests.fakes.contacts import ContactRow, FakeContacts
from tests.fakes.conversations import FakeConversations, FakeListener, FakeTurnDoors, TurnRow
from tests.fakes.deliveries import FakeDeliveries, FakeDeliveryDoors, is_ready
from tests.fakes.digests import FakeDigestDoors, FakeDigests
from tests.fakes.files import FakeExports, FakeFeedDoors, FakeFeeds, FakeImports
from tests.fakes.groups import FakeGroupDoors, FakeGroups, FakeRequestDoors, FakeRequests, everybody_stays
from tests.fakes.hours import FakeHours
from tests.fakes.people import (
    MONDAY,
    FakeClock,
    FakePeople,
    FakePeopleDoors,
    an_actor,
    an_arrival,
    folded,
    is_same_person,
    is_seen,
)
from tests.fakes.proposals import FakeProposals, ProposalRow
from tests.fakes.reminders import FakeReminders, ReminderRow
from tests.fakes.stats import FakeStats
from tests.fakes.storage import FakeStorage, FakeUnit, State
from tests.fakes.task_lists import FakeTaskLists, due_order
from tests.fakes.tasks import FakeTasks, TaskRow
from tests.fakes.updates import FakeDialogs, FakeJournal, FakeUpdates, refuse_second_source
from tests.fakes.visibility import FakeVisibility

__all__ = [
    "MONDAY",
    "CallRow",
    "ContactRow",
    "FakeActivity",
    "FakeAgents",
    "FakeCalls",
    "FakeClock",
    "FakeContacts",
    "FakeConversations",
    "FakeDeliveries",
    "FakeDeliveryDoors",
    "FakeDialogs",
    "FakeDigestDoors",
    "FakeDigests",
    "FakeDirectory",
    "FakeExports",
    "FakeFeedDoors",
    "FakeFeeds",
    "FakeGroupDoors",
    "FakeGroups",
    "FakeHours",
    "FakeImports",
    "FakeJournal",
    "FakeListener",
    "FakePeople",
    "FakePeopleDoors",
    "FakeProposals",
    "FakeReminders",
    "FakeRequestDoors",
    "FakeRequests",
    "FakeStats",
    "FakeStorage",
    "FakeTaskLists",
    "FakeTasks",
    "FakeTurnDoors",
    "FakeUnit",
    "FakeUpdates",
    "FakeVisibility",
    "ProposalRow",
    "ReminderRow",
    "State",
    "TaskRow",
    "TurnRow",
    "an_actor",
    "an_agent",
    "an_arrival",
    "due_order",
    "everybody_stays",
    "folded",
    "is_ready",
    "is_same_person",
    "is_seen",
    "refuse_second_source",
]
