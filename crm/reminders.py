"""Reminders: a row that becomes a message at its time, once (DESIGN §2.3)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotFound, NoTitle, ToConfirm
from crm.grammar.contacts import words_of
from crm.grammar.dates import Due, elapsed
from crm.grammar.drafts import parse
from crm.grammar.fields import Draft
from crm.grammar.letters import on_one_line, says_nothing, storable
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.updates import Arrival

if TYPE_CHECKING:
    from crm.tasks.reminding import Habits

TEXT_LIMIT = 500  # characters
NOTHING: Mapping[timedelta, Due] = {}
NAGS = 5  # how often a reminder is said again, unless its card says otherwise


@dataclass(frozen=True, slots=True)
class NewReminder:
    """`due` is when to remind; `before` is how long that is before a task's due, None for a task's reminder that stays
    at its own moment. `recipient_id` None is the actor. `urgent` passes quiet hours. `nag_minutes` is how often it is
    said again until it is seen, at most `nag_limit` times."""

    text: str
    due: Due
    task_id: int | None = None
    recipient_id: int | None = None
    before: timedelta | None = timedelta(0)
    rrule: str | None = None
    urgent: bool = False
    nag_minutes: int | None = None
    nag_limit: int = NAGS
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    id: int
    text: str
    due: Due
    task_id: int | None
    rrule: str | None = None
    urgent: bool = False
    nag_minutes: int | None = None
    nag_limit: int = NAGS


@dataclass(frozen=True, slots=True)
class Heard:
    """What the reminders of a task say, and to whom."""

    text: str
    recipient_id: int
    urgent: bool = False


URGENT = frozenset({"urgent", "срочно"})


class ReminderStore(Protocol):
    async def add(self, reminder: NewReminder, actor: Actor, arrival: Arrival) -> Reminder:
        """Save a reminder to the actor and its pending delivery. `due.at` must not be None."""

    async def owe(
        self, notice: str, task_id: int, recipient_ids: Sequence[int], text: str, at: datetime
    ) -> None:
        """Messages of the bot's own about a task, to be sent in private at once, and whatever becomes of the task
        but its deletion. `notice` says which message it is."""

    async def by_id(self, reminder_id: int) -> Reminder | None:
        """One that stands alone, if the actor may see it, locked until the commit."""

    async def by_message(self, actor: Actor, message_id: int) -> Reminder | None:
        """The one that a message of the actor's chat made, locked until the commit; None for none or several."""

    async def change(self, reminder_id: int, new: NewReminder, *, pending: bool = True) -> Reminder:
        """Another text, time and rule; what was waiting to be sent at another time is skipped, and what is to be
        sent now is `pending`."""

    async def skip_for_task(self, task_id: int, reason: str) -> None: ...

    async def drop_for_task(
        self,
        task_id: int,
        reason: str,
        *,
        passed: Mapping[timedelta, Due] = NOTHING,
        heard: Heard | None = None,
        now: datetime | None = None,
    ) -> Collection[timedelta]:
        """End a task's reminders that hang on its due; what is pending or under way is skipped, but what was put off
        stays where it was put. So do those of `passed` (how long before the due, and when that was) that are owed
        still or are being said again: they become what is `heard` now. How long before the due those were that were
        paused."""

    async def follow_task(self, task_id: int, heard: Heard) -> None:
        """Give the reminders that stay at their own moment what a task says now, and to whom."""

    async def habits(self, member_id: int) -> "Habits":
        """When tasks of theirs remind unless they say otherwise."""

    async def restore_for_task(self, task_id: int, reason: str, now: datetime) -> None:
        """Take a skip for that reason back, of what is still to come."""

    async def delete(self, reminder_id: int, at: datetime) -> bool:
        """Softly, its deliveries skipped; False when it is out of reach."""

    async def restore(self, reminder_id: int, now: datetime) -> bool:
        """Take a deletion back, with what of it is still to come; False when it is out of reach."""

    async def forget_acknowledgement(self, delivery_id: int) -> bool: ...


class Reminders:
    """Asking for reminders, taking them back, and having read them."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def create(
        self, actor: Actor, arrival: Arrival, text: str, reply: Reply[Reminder], *, confirmed: bool = False
    ) -> Answer:
        """`text` as after /remind; once confirmed, a moment that has passed means at once.

        Raises BadInput without a time, without or with too much text, NoTitle when only a time was said,
        ToConfirm for a moment that has passed or is far away, unless `confirmed`.
        """
        async with self._storage.transaction(actor) as unit:
            draft = await read_reminder(unit, actor, arrival, text)
            reminder = await save_reminder(unit, actor, arrival, draft, confirmed=confirmed)
            answer = reply(reminder)
            await unit.updates.finish(arrival, answer)
        return answer

    async def take_back(
        self, actor: Actor, arrival: Arrival, reminder_id: int, now: datetime, reply: Reply[None]
    ) -> Answer:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            if not await unit.reminders.delete(reminder_id, now):
                raise NotFound(N_("That reminder is no longer here."))
            await unit.activity.add(
                Activity("deleted", "reminder", reminder_id, actor_member_id=actor.member_id)
            )
            answer = reply(None)
            await unit.updates.finish(arrival, answer)
        return answer


async def read_reminder(unit: Unit, actor: Actor, arrival: Arrival, text: str) -> Draft:
    """What a line says after /remind."""
    known = await unit.contacts.called(words_of(text))
    reader = await reader_of(unit, actor)
    return parse(_as_said(text), now=arrival.sent_at, reader=reader, contacts=known)


def _as_said(text: str) -> str:
    """/remind me to call reads as "remind me to call" does."""
    first = text.split(maxsplit=1)[0].casefold() if text.strip() else ""
    return {"me": "remind ", "мне": "напомни "}.get(first, "") + text


async def save_reminder(
    unit: Unit, actor: Actor, arrival: Arrival, draft: Draft, *, confirmed: bool = False
) -> Reminder:
    """Save what a line says as a message to its author. Raises as Reminders.create does."""
    new = at_once(new_reminder(draft, confirmed=confirmed), draft, arrival)
    reminder = await unit.reminders.add(new, actor, arrival)
    await unit.activity.add(
        Activity(
            "created",
            "reminder",
            reminder.id,
            actor_member_id=actor.member_id,
            changes={"text": new.text, "due": f"{new.due.date} {new.due.time:%H:%M}"} | _nagging(new),
        )
    )
    return reminder


def _nagging(new: NewReminder) -> dict[str, object]:
    return {} if new.nag_minutes is None else {"nag_minutes": new.nag_minutes}


def new_reminder(draft: Draft, *, confirmed: bool) -> NewReminder:
    """A date alone means the start of the working day; a phone in the line stays in the text."""
    if draft.due is None:
        raise BadInput(N_("When shall I remind you? For example: /remind in 20 minutes call Anna"))
    about = " ".join(part for part in (draft.title, draft.phone) if part)
    if not about:
        raise NoTitle(N_("What shall I remind you of? For example: /remind in 20 minutes call Anna"))
    fits(about)
    if draft.confirm == "past" and not confirmed:
        raise ToConfirm(N_("That time has already passed. Remind you at once?"))
    if draft.confirm == "far_future" and not confirmed:
        raise ToConfirm(N_("That is more than a year away. Remind you then?"))
    due = draft.due if draft.due.time is not None else draft.due.at_start_of_workday()
    return NewReminder(
        text=about, due=due, rrule=draft.rrule, urgent=is_urgent(draft), nag_minutes=draft.nag_minutes
    )


def checked_text(words: str) -> str:
    """What a reminder shall say. Raises BadInput for nothing, or for too much."""
    text = " ".join(on_one_line(storable(words)).split())
    if says_nothing(text):
        raise BadInput(N_("A reminder needs words to say."))
    fits(text)
    return text


def fits(text: str) -> None:
    """Raises BadInput."""
    if len(text) > TEXT_LIMIT:
        raise BadInput(
            N_("That is {length} characters. A reminder fits in {limit}: type it shorter."),
            length=len(text),
            limit=TEXT_LIMIT,
        )


def is_urgent(draft: Draft) -> bool:
    """By its mark, or by a word that opens or ends the text; the word stays in it."""
    ends = (draft.title or "").casefold().split()
    said = {word.strip(",.:!") for word in (*ends[:1], *ends[-1:])}
    return draft.priority == "urgent" or not said.isdisjoint(URGENT)


def at_once(new: NewReminder, draft: Draft, arrival: Arrival) -> NewReminder:
    """A moment that has passed and was meant all the same is now."""
    if draft.confirm != "past":
        return new
    return replace(new, due=elapsed(timedelta(0), arrival.sent_at, new.due.zone))
