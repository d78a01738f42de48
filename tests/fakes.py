"""Fakes: the house's storage in memory, with real transactions, and builders of who speaks and what arrived."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from crm.activity import Activity
from crm.agents import Agent, Choice, Here, Reason
from crm.answers import Answer
from crm.calls import Call, NewCall
from crm.contacts import Contact
from crm.conversations import ModelAnswer, Turn
from crm.dialogs import LIFETIME, Dialog, DialogKey
from crm.errors import N_, AlreadyHandled, NotFound, NotInvited, Removed, StorageAway
from crm.grammar.dates import Due
from crm.people import Actor, ChatKind, Role, Visitor
from crm.reminders import Delivery, NewReminder, Reminder
from crm.tasks import NewTask, Status, Task
from crm.updates import Arrival, Beginning

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # noon in Moscow; the moment tests begin at unless they say


class FakeClock:
    """A clock that moves when told: `clock()` is now, `clock.move(minutes=5)` lets time pass."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **passed: float) -> datetime:
        self.now += timedelta(**passed)
        return self.now


def an_actor(**changes: Any) -> Actor:
    """Anna, the owner of her team, in her private chat, in Moscow, in English; `changes` name what differs."""
    anna = Actor(
        person_id=1,
        telegram_user_id=1001,
        display_name="Anna",
        language="en",
        timezone="Europe/Moscow",
        workspace_id=1,
        member_id=1,
        role=Role.OWNER,
        chat_id=1,
        telegram_chat_id=1001,
        chat_kind=ChatKind.PRIVATE,
        is_operator=False,
        is_new=False,
    )
    return replace(anna, **changes)


def an_arrival(update_id: int = 1, **changes: Any) -> Arrival:
    """Update `update_id`: a message of the same number in Anna's private chat, sent on MONDAY."""
    arrival = Arrival(
        bot_id=42, update_id=update_id, telegram_chat_id=1001, sent_at=MONDAY, message_id=update_id
    )
    return replace(arrival, **changes)


def an_agent(slug: str, **changes: Any) -> Agent:
    """A global agent whose id follows from its slug, with no rules."""
    agent = Agent(
        id=int.from_bytes(sha256(slug.encode()).digest()[:4]),
        slug=slug,
        version=1,
        names={"en": slug.title()},
        descriptions={"en": f"{slug} helps"},
        instructions={"en": "Be brief."},
    )
    return replace(agent, **changes)


@dataclass(frozen=True, slots=True)
class TaskRow:
    task: Task
    new: NewTask
    arrival: Arrival
    actor: Actor


@dataclass(frozen=True, slots=True)
class ContactRow:
    contact: Contact
    workspace_id: int


@dataclass(frozen=True, slots=True)
class CallRow:
    call: Call
    arrival: Arrival
    actor: Actor


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """A reminder with its one delivery; `state` is pending, leased, sent, skipped or failed."""

    reminder: Reminder
    delivery: Delivery
    state: str = "pending"
    look_at: datetime = MONDAY  # pending: when to try (next); leased: until when it is held
    telegram_message_id: int | None = None
    late_seconds: int | None = None
    reason: str | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TurnRow:
    """`state` is queued, answered (the model has spoken), sent, failed or canceled."""

    turn: Turn
    reason: Reason
    state: str = "queued"
    held_until: datetime | None = None
    answer: ModelAnswer | None = None
    telegram_message_id: int | None = None
    reference: str | None = None


@dataclass
class State:
    """All that is stored. Rows are never changed in place, so that a copy of the containers is a snapshot."""

    last_id: int = 100
    activity: list[Activity] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    bound: dict[tuple[int, int | None], int] = field(default_factory=dict)  # (chat_id, thread_id): agent id
    calls: dict[int, CallRow] = field(default_factory=dict)
    chats: dict[int, tuple[int, int]] = field(default_factory=dict)  # telegram's id: ours, its workspace
    codes: dict[bytes, str] = field(default_factory=dict)  # hash of a link's code: "claim" or "invite"
    contacts: dict[int, ContactRow] = field(default_factory=dict)
    conversations: dict[tuple[int, int | None, int], int] = field(default_factory=dict)
    handled: dict[tuple[int, int], Answer | None] = field(default_factory=dict)  # the answer still owed
    languages: dict[int, str] = field(default_factory=dict)  # by person_id, chosen
    members: dict[tuple[int, int], Actor] = field(default_factory=dict)  # (workspace_id, telegram_user_id)
    reminders: dict[int, ReminderRow] = field(default_factory=dict)  # by delivery id
    removed: set[tuple[int, int]] = field(default_factory=set)  # (workspace_id, member_id)
    tasks: dict[int, TaskRow] = field(default_factory=dict)
    timezones: dict[int, str] = field(default_factory=dict)  # by person_id, chosen
    turns: dict[int, TurnRow] = field(default_factory=dict)

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
    async def transaction(self, actor: Actor) -> AsyncIterator["FakeUnit"]:
        self.must_be_there()
        async with self._one_at_a_time:
            if (actor.workspace_id, actor.member_id) in self.state.removed:
                raise Removed(N_("You are no longer in this team."))
            unit = FakeUnit(self.state.copied(), actor)
            yield unit
            self.must_be_there()
            self.state = unit.state

    def remove_member(self, actor: Actor) -> None:
        self.state.removed.add((actor.workspace_id, actor.member_id))


class FakeUnit:
    """The stores of one transaction, as seen by one actor's workspace."""

    def __init__(self, state: State, actor: Actor) -> None:
        self.state = state
        self.activity = FakeActivity(state)
        self.agents = FakeAgents(state, actor)
        self.calls = FakeCalls(state, actor)
        self.contacts = FakeContacts(state, actor)
        self.conversations = FakeConversations(state)
        self.people = FakePeople(state)
        self.reminders = FakeReminders(state, actor)
        self.tasks = FakeTasks(state, actor)
        self.updates = FakeUpdates(state)


class FakeActivity:
    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, activity: Activity) -> None:
        self._state.activity.append(activity)


class FakeAgents:
    def __init__(self, state: State, actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def active(self) -> Sequence[Agent]:
        ours = (None, self._actor.workspace_id)
        return [agent for agent in self._state.agents if agent.workspace_id in ours]


class FakeCalls:
    def __init__(self, state: State, actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def add(self, call: NewCall, arrival: Arrival, actor: Actor) -> Call:
        refuse_second_source(arrival, [row.arrival for row in self._state.calls.values()])
        saved = Call(
            id=self._state.next_id(),
            direction=call.direction,
            outcome=call.outcome,
            started_at=call.started_at,
            duration_seconds=call.duration_seconds,
            contact=self._state.contacts[call.contact_id].contact,
            phone=call.phone,
            notes=call.notes,
        )
        self._state.calls[saved.id] = CallRow(saved, arrival, actor)
        return saved

    async def latest(self, limit: int, *, only_chat_id: int | None = None) -> Sequence[Call]:
        rows = [row for row in self._state.calls.values() if is_seen(row.actor, self._actor, only_chat_id)]
        return sorted((row.call for row in rows), key=lambda call: (call.started_at, call.id), reverse=True)[
            :limit
        ]


class FakeContacts:
    def __init__(self, state: State, actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def by_phone(self, phone: str) -> Contact | None:
        return next((contact for contact in self._ours() if phone in contact.phones), None)

    async def by_name(self, name: str) -> Contact | None:
        found = [contact for contact in self._ours() if folded(contact.full_name) == folded(name)]
        return found[0] if len(found) == 1 else None

    async def add(self, full_name: str, phone: str | None, actor: Actor) -> Contact:
        contact = Contact(self._state.next_id(), full_name, (phone,) if phone else ())
        self._state.contacts[contact.id] = ContactRow(contact, actor.workspace_id)
        return contact

    async def add_phone(self, contact_id: int, phone: str) -> Contact:
        return self._change(contact_id, phones=(*self._state.contacts[contact_id].contact.phones, phone))

    async def rename(self, contact_id: int, full_name: str) -> Contact:
        return self._change(contact_id, full_name=full_name)

    def _change(self, contact_id: int, **changes: Any) -> Contact:
        row = self._state.contacts[contact_id]
        contact = replace(row.contact, **changes)
        self._state.contacts[contact_id] = replace(row, contact=contact)
        return contact

    def _ours(self) -> list[Contact]:
        rows = self._state.contacts.values()
        return [row.contact for row in rows if row.workspace_id == self._actor.workspace_id]


class FakeTasks:
    def __init__(self, state: State, actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def add(self, task: NewTask, arrival: Arrival, actor: Actor) -> Task:
        refuse_second_source(arrival, [row.arrival for row in self._state.tasks.values()])
        numbers = [row.task.number for row in self._state.tasks.values() if is_seen(row.actor, actor, None)]
        saved = Task(
            id=self._state.next_id(),
            number=max(numbers, default=0) + 1,
            title=task.title,
            status=Status.NOT_STARTED,
            priority=task.priority,
            due=task.due,
            assignee_id=task.assignee_id,
            created_at=arrival.sent_at,
        )
        self._state.tasks[saved.id] = TaskRow(saved, task, arrival, actor)
        return saved

    async def by_number(self, number: int, *, only_chat_id: int | None = None) -> Task | None:
        return next((task for task in self._seen(only_chat_id) if task.number == number), None)

    async def complete(self, task_id: int, at: datetime) -> Task:
        row = self._state.tasks[task_id]
        done = replace(row.task, status=Status.COMPLETED, completed_at=at)
        self._state.tasks[task_id] = replace(row, task=done)
        return done

    async def open_tasks(
        self, *, limit: int, offset: int, only_chat_id: int | None = None
    ) -> tuple[Sequence[Task], int]:
        closed = (Status.COMPLETED, Status.CANCELED)
        tasks = [task for task in self._seen(only_chat_id) if task.status not in closed]
        tasks.sort(key=lambda task: (due_order(task.due), task.number))
        return tasks[offset : offset + limit], len(tasks)

    def _seen(self, only_chat_id: int | None) -> list[Task]:
        rows = self._state.tasks.values()
        return [row.task for row in rows if is_seen(row.actor, self._actor, only_chat_id)]


class FakeReminders:
    def __init__(self, state: State, actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def add(self, reminder: NewReminder, actor: Actor, arrival: Arrival) -> Reminder:
        due_at = reminder.due.at
        assert due_at is not None, "a reminder needs a time"
        saved = Reminder(self._state.next_id(), reminder.text, reminder.due, reminder.task_id)
        task = self._state.tasks[reminder.task_id].task if reminder.task_id else None
        delivery = Delivery(
            id=self._state.next_id(),
            lease="",
            attempts=0,
            due_at=due_at,
            text=reminder.text,
            actor=actor,
            thread_id=arrival.thread_id,
            task_number=task.number if task else None,
        )
        self._state.reminders[delivery.id] = ReminderRow(saved, delivery, look_at=due_at)
        return saved

    async def skip_for_task(self, task_id: int, reason: str) -> None:
        for row in list(self._state.reminders.values()):
            if row.reminder.task_id == task_id and row.state in ("pending", "leased"):
                self._state.reminders[row.delivery.id] = replace(row, state="skipped", reason=reason)

    async def holds(self, delivery: Delivery) -> bool:
        return self._held(delivery) is not None

    async def mark_sent(self, delivery: Delivery, telegram_message_id: int, late_seconds: int) -> bool:
        return self._mark(
            delivery, state="sent", telegram_message_id=telegram_message_id, late_seconds=late_seconds
        )

    async def mark_skipped(self, delivery: Delivery, reason: str) -> None:
        self._mark(delivery, state="skipped", reason=reason)

    async def mark_failed(self, delivery: Delivery, reason: str, retry_at: datetime | None) -> None:
        if retry_at is None:
            self._mark(delivery, state="failed", reason=reason)
        else:
            self._mark(delivery, state="pending", reason=reason, look_at=retry_at)

    async def acknowledge(self, delivery_id: int, at: datetime) -> bool:
        row = self._state.reminders.get(delivery_id)
        if row is None or row.delivery.actor.workspace_id != self._actor.workspace_id:
            return False
        self._state.reminders[delivery_id] = replace(row, acknowledged_at=at)
        return True

    def _held(self, delivery: Delivery) -> ReminderRow | None:
        row = self._state.reminders.get(delivery.id)
        held = row is not None and row.state == "leased" and row.delivery.lease == delivery.lease
        return row if held else None

    def _mark(self, delivery: Delivery, **changes: Any) -> bool:
        row = self._held(delivery)
        if row is not None:
            self._state.reminders[delivery.id] = replace(row, **changes)
        return row is not None


class FakeConversations:
    def __init__(self, state: State) -> None:
        self._state = state

    async def here(self, actor: Actor, thread_id: int | None, since: datetime) -> Here:
        bound, topic = self._state.bound, (actor.chat_id, thread_id)
        lately = [
            row.turn
            for row in self._state.turns.values()
            if (row.turn.actor.chat_id, row.turn.thread_id) == topic
            and row.turn.actor.person_id == actor.person_id
            and row.turn.asked_at >= since
        ]
        return Here(
            bound_agent_id=bound.get(topic, bound.get((actor.chat_id, None))),
            recent_agent_id=lately[-1].agent_id if lately else None,
        )

    async def add_turn(self, actor: Actor, arrival: Arrival, choice: Choice) -> int:
        talks = self._state.conversations
        key = (actor.chat_id, arrival.thread_id, choice.agent.id)
        turn = Turn(
            id=self._state.next_id(),
            conversation_id=talks[key] if key in talks else talks.setdefault(key, self._state.next_id()),
            lease="",
            attempts=0,
            agent_id=choice.agent.id,
            actor=actor,
            thread_id=arrival.thread_id,
            message_id=arrival.message_id,
            text=choice.text,
            asked_at=arrival.sent_at,
        )
        self._state.turns[turn.id] = TurnRow(turn, choice.reason)
        return turn.id

    async def history(
        self, conversation_id: int, *, before_turn_id: int, limit: int
    ) -> Sequence[Sequence[Any]]:
        said = [
            row.answer.messages
            for row in self._state.turns.values()
            if row.turn.conversation_id == conversation_id
            and row.turn.id < before_turn_id
            and row.state == "sent"
            and row.answer is not None
        ]
        return said[-limit:]

    async def renew(self, turn: Turn, until: datetime) -> bool:
        return self._mark(turn, held_until=until)

    async def keep_answer(self, turn: Turn, answer: ModelAnswer) -> bool:
        return self._mark(turn, state="answered", answer=answer)

    async def mark_sent(self, turn: Turn, telegram_message_id: int) -> bool:
        return self._mark(turn, state="sent", telegram_message_id=telegram_message_id)

    async def mark_failed(self, turn: Turn, reference: str) -> bool:
        return self._mark(turn, state="failed", reference=reference)

    async def cancel(self, turn_id: int, actor: Actor) -> bool:
        row = self._state.turns.get(turn_id)
        if row is None or row.turn.actor.chat_id != actor.chat_id or row.state not in ("queued", "answered"):
            return False
        self._state.turns[turn_id] = replace(row, state="canceled")
        return True

    def _mark(self, turn: Turn, **changes: Any) -> bool:
        row = self._state.turns[turn.id]
        if row.state not in ("queued", "answered") or row.turn.lease != turn.lease:
            return False
        self._state.turns[turn.id] = replace(row, **changes)
        return True


class FakePeople:
    def __init__(self, state: State) -> None:
        self._state = state

    async def set_language(self, person_id: int, language: str) -> None:
        self._state.languages[person_id] = language

    async def set_timezone(self, person_id: int, timezone: str) -> None:
        self._state.timezones[person_id] = timezone


class FakeUpdates:
    def __init__(self, state: State) -> None:
        self._state = state

    async def finish(self, arrival: Arrival, answer: Answer | None) -> None:
        key = (arrival.bot_id, arrival.update_id)
        if key in self._state.handled:
            raise AlreadyHandled
        self._state.handled[key] = answer


class FakeJournal:
    """crm.updates.UpdateJournal: what stands outside of transactions."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage
        self.attempts: dict[tuple[int, int], int] = {}

    async def begin(self, bot_id: int, update_id: int) -> Beginning:
        self._storage.must_be_there()
        key, handled = (bot_id, update_id), self._storage.state.handled
        self.attempts[key] = self.attempts.get(key, 0) + 1
        return Beginning(self.attempts[key], key in handled, handled.get(key))

    async def answered(self, bot_id: int, update_id: int) -> None:
        self._storage.must_be_there()
        self._storage.state.handled[bot_id, update_id] = None

    async def give_up(self, bot_id: int, update_id: int) -> None:
        self._storage.must_be_there()
        self._storage.state.handled[bot_id, update_id] = None


class FakePeopleDoors:
    """crm.people.PeopleDoors. A stranger enters by ACCESS=open, a link or ADMIN_IDS, or is a guest of a known group."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage

    async def arrive(self, visitor: Visitor, *, open_to_all: bool) -> Actor:
        self._storage.must_be_there()
        state = self._storage.state
        known = next((one for one in state.members.values() if is_same_person(one, visitor)), None)
        redeemed = self._redeem(visitor.link_code) if visitor.link_code else None
        chat = state.chats.get(visitor.telegram_chat_id)
        if known is None and chat is None and not (open_to_all or redeemed or visitor.is_operator):
            raise NotInvited(N_("This bot is by invitation. Ask its owner for a link."))
        own_workspace = known.workspace_id if known else state.next_id()
        chat_id, workspace_id = state.chats.setdefault(
            visitor.telegram_chat_id, chat or (state.next_id(), own_workspace)
        )
        member = state.members.get((workspace_id, visitor.telegram_user_id))
        if member and (workspace_id, member.member_id) in state.removed:
            raise Removed(N_("You are no longer in this team."))
        person_id = known.person_id if known else state.next_id()
        actor = Actor(
            person_id=person_id,
            telegram_user_id=visitor.telegram_user_id,
            display_name=visitor.display_name,
            language=state.languages.get(person_id, visitor.language),
            timezone=state.timezones.get(person_id, visitor.timezone),
            workspace_id=workspace_id,
            member_id=member.member_id if member else state.next_id(),
            role=member.role if member else Role.OWNER if workspace_id == own_workspace else Role.GUEST,
            chat_id=chat_id,
            telegram_chat_id=visitor.telegram_chat_id,
            chat_kind=visitor.chat_kind,
            is_operator=visitor.is_operator or redeemed == "claim" or bool(known and known.is_operator),
            is_new=known is None,
        )
        state.members[workspace_id, visitor.telegram_user_id] = actor
        return actor

    async def has_operator(self) -> bool:
        return any(member.is_operator for member in self._storage.state.members.values())

    async def issue_claim(self, code_hash: bytes, lifetime_seconds: int) -> None:
        self._storage.state.codes = {code_hash: "claim"}

    def _redeem(self, code: str) -> str:
        kind = self._storage.state.codes.pop(sha256(code.encode()).digest(), None)
        if kind is None:
            raise NotFound(N_("This link was used already or is too old. Ask for a new one."))
        return kind


class FakeReminderDoors:
    """crm.reminders.ReminderDoors."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage

    async def claim(
        self, now: datetime, *, ahead: timedelta, limit: int, lease: timedelta
    ) -> Sequence[Delivery]:
        self._storage.must_be_there()
        state = self._storage.state
        due = [
            row
            for row in state.reminders.values()
            if (row.state == "pending" and row.look_at <= now + ahead)
            or (row.state == "leased" and row.look_at <= now)
        ]
        due.sort(key=lambda row: row.look_at)
        claimed = []
        for row in due[:limit]:
            delivery = replace(
                row.delivery, attempts=row.delivery.attempts + 1, lease=f"lease {state.next_id()}"
            )
            state.reminders[delivery.id] = replace(
                row, delivery=delivery, state="leased", look_at=now + lease
            )
            claimed.append(delivery)
        return claimed


class FakeTurnDoors:
    """crm.conversations.TurnDoors."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage

    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Turn]:
        self._storage.must_be_there()
        state = self._storage.state
        oldest: dict[int, TurnRow] = {}
        for row in state.turns.values():
            if row.state in ("queued", "answered"):
                oldest.setdefault(row.turn.conversation_id, row)
        claimed = []
        for row in [row for row in oldest.values() if row.held_until is None or row.held_until <= now][
            :limit
        ]:
            turn = replace(
                row.turn,
                attempts=row.turn.attempts + 1,
                lease=f"lease {state.next_id()}",
                answer=row.answer.text if row.answer else None,
            )
            state.turns[turn.id] = replace(row, turn=turn, held_until=now + lease)
            claimed.append(turn)
        return claimed


class FakeDirectory:
    """crm.agents.AgentDirectory, without any cache."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage

    async def roster(self, actor: Actor) -> Sequence[Agent]:
        async with self._storage.transaction(actor) as unit:
            return await unit.agents.active()


class FakeDialogs:
    """crm.dialogs.DialogStore."""

    def __init__(self) -> None:
        self.rows: dict[DialogKey, tuple[Dialog, datetime]] = {}

    async def get(self, key: DialogKey, now: datetime) -> Dialog:
        dialog, expires_at = self.rows.get(key, (Dialog(), now))
        return dialog if now < expires_at else Dialog()

    async def put(self, key: DialogKey, dialog: Dialog, now: datetime) -> None:
        if dialog == Dialog():
            self.rows.pop(key, None)
        else:
            self.rows[key] = (dialog, now + LIFETIME)


def refuse_second_source(arrival: Arrival, others: Sequence[Arrival]) -> None:
    """A row's source chat, message and line are unique; one message must not make the same row twice."""
    source = (arrival.telegram_chat_id, arrival.message_id, arrival.line)
    taken = [(other.telegram_chat_id, other.message_id, other.line) for other in others]
    if arrival.message_id is not None and source in taken:
        raise AlreadyHandled


def is_seen(of: Actor, by: Actor, only_chat_id: int | None) -> bool:
    return of.workspace_id == by.workspace_id and only_chat_id in (None, of.chat_id)


def is_same_person(member: Actor, visitor: Visitor) -> bool:
    return member.telegram_user_id == visitor.telegram_user_id


def due_order(due: Due | None) -> datetime:
    """By moment; a date-only one after the timed ones of its day, none at all last."""
    if due is None:
        return datetime.max.replace(tzinfo=UTC)
    return due.at or datetime.combine(due.date, time.max, due.zone).astimezone(UTC)


def folded(name: str) -> str:
    return name.casefold().replace("ё", "е")
