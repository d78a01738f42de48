"""Lists of reminders: what will still come to a person, paused and gone on with, deleted and kept after all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotAllowed, NotFound, Stale
from crm.grammar.dates import Due
from crm.people import Actor, ChatKind
from crm.recurrence import next_due
from crm.reminders import Reminder
from crm.storage import Storage, Unit
from crm.tasks.changes import asked, set_reminders_to
from crm.tasks.reaching import to_change
from crm.tasks.writing import write_change
from crm.undo import KEPT, Back, Undo
from crm.updates import Arrival

PAGE = 8  # reminders of one page


@dataclass(frozen=True, slots=True)
class Listed:
    """A reminder as its list shows it. `next_at` is when it comes next, None while it is paused; `before` is how long
    that is before its task's due, None for one at a moment of its own."""

    reminder: Reminder
    recipient_id: int
    next_at: datetime | None
    is_paused: bool = False
    before: timedelta | None = None
    task_number: int | None = None
    is_deleted: bool = False

    @property
    def id(self) -> int:
        return self.reminder.id

    @property
    def hangs_on_task(self) -> bool:
        """Whether it moves with its task's due."""
        return self.reminder.task_id is not None and self.before is not None


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a page begins: after the place of a reminder that came next at that moment (None while it was paused), or
    `back`wards before it."""

    next_at: datetime | None
    reminder_id: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class ReminderPage:
    """One page, what comes next at the top. How many there are in all nobody counts."""

    items: Sequence[Listed]
    has_before: bool = False
    has_after: bool = False

    @property
    def after(self) -> Turn | None:
        """Where the next page begins; None on the last one."""
        last = self.items[-1] if self.has_after and self.items else None
        return None if last is None else Turn(last.next_at, last.id)


class ReminderListStore(Protocol):
    async def page(
        self, member_id: int, turn: Turn | None, *, only_chat_id: int | None, limit: int
    ) -> Sequence[Listed]:
        """What is still to come to a member or is paused, the next first, and backwards in reverse; `only_chat_id`
        leaves what was asked for in that chat."""

    async def one(self, reminder_id: int, *, to_change: bool = False) -> Listed | None:
        """Deleted or not, as far as the actor may see it; `to_change` locks it until the commit."""

    async def pause(self, reminder_id: int, at: datetime) -> bool:
        """Nothing of it is sent; False when it is out of reach or paused already."""

    async def resume(self, reminder_id: int, now: datetime, next_at: datetime | None) -> bool:
        """It comes again, then and whenever it was put off to; False when it is not paused, or nothing is to come."""

    async def retext(self, reminder_id: int, text: str) -> None: ...

    async def set_nag(self, reminder_id: int, minutes: int | None, limit: int) -> None: ...


class ReminderLists:
    """The rules of /reminders. Each raises NotFound for what is no longer there, NotAllowed for somebody else's."""

    def __init__(self, storage: Storage, undo: Undo) -> None:
        self._storage = storage
        self._undo = undo

    async def page(self, actor: Actor, turn: Turn | None = None) -> ReminderPage:
        """In a group only what was asked for there; where a button's page has emptied, the first one."""
        here = None if actor.chat_kind is ChatKind.PRIVATE else actor.chat_id
        async with self._storage.transaction(actor) as unit:
            found = await unit.reminder_lists.page(actor.member_id, turn, only_chat_id=here, limit=PAGE + 1)
            if turn is not None and not found:
                turn = None
                found = await unit.reminder_lists.page(
                    actor.member_id, turn, only_chat_id=here, limit=PAGE + 1
                )
        more = len(found) > PAGE
        if turn is not None and turn.back:
            return ReminderPage(found[:PAGE][::-1], has_before=more, has_after=True)
        return ReminderPage(found[:PAGE], has_before=turn is not None, has_after=more)

    async def show(self, actor: Actor, reminder_id: int) -> Listed:
        async with self._storage.transaction(actor) as unit:
            return await own_reminder(unit, actor, reminder_id)

    async def of_delivery(self, actor: Actor, delivery_id: int) -> Listed:
        async with self._storage.transaction(actor) as unit:
            message = await unit.presses.message(delivery_id)
            return await own_reminder(unit, actor, message.reminder_id if message else 0)

    async def pause(
        self, actor: Actor, arrival: Arrival, reminder_id: int, now: datetime, reply: Reply[Listed]
    ) -> Answer:
        async with self._storage.transaction(actor) as unit:
            before = await own_reminder(unit, actor, reminder_id, to_change=True)
            if await unit.reminder_lists.pause(reminder_id, now):
                await _write_down(unit, actor, "paused", reminder_id)
            answer = reply(replace(before, is_paused=True, next_at=None))
            await unit.updates.finish(arrival, answer)
        return answer

    async def resume(
        self, actor: Actor, arrival: Arrival, reminder_id: int, now: datetime, reply: Reply[Listed]
    ) -> Answer:
        """One that repeats goes on from now. Raises BadInput for one whose moment passed meanwhile."""
        async with self._storage.transaction(actor) as unit:
            before = await own_reminder(unit, actor, reminder_id, to_change=True)
            if before.is_paused:
                if not await go_on_with(unit, before, now):
                    raise BadInput(
                        N_("Its time passed while it was paused. Give it another with the button Time.")
                    )
                await _write_down(unit, actor, "resumed", reminder_id)
            answer = reply(await own_reminder(unit, actor, reminder_id))
            await unit.updates.finish(arrival, answer)
        return answer

    async def delete(
        self, actor: Actor, arrival: Arrival, reminder_id: int, now: datetime, reply: Reply[Listed]
    ) -> Answer:
        """One that hangs on a task's due is taken out of those the task has."""
        async with self._storage.transaction(actor) as unit:
            before = await own_reminder(unit, actor, reminder_id, to_change=True)
            if before.hangs_on_task:
                task = await to_change(unit, before.reminder.task_id or 0)
                leads = {*asked(task)} - {before.before}
                await write_change(unit, actor, arrival, task, set_reminders_to(leads)(task))
            else:
                await unit.reminders.delete(reminder_id, now)
                await _write_down(unit, actor, "deleted", reminder_id)
            answer = reply(before)
            await unit.updates.finish(arrival, answer)
        return answer

    async def bring_back(
        self, actor: Actor, arrival: Arrival, reminder_id: int, now: datetime, reply: Reply[Listed]
    ) -> Answer:
        """Take a deletion back. Raises Stale for what was not deleted, or was kept already; BadInput where its task
        was changed again since."""
        async with self._storage.transaction(actor) as unit:
            gone = await unit.reminder_lists.one(reminder_id, to_change=True)
            if gone is None or not gone.is_deleted:
                raise Stale(N_("That was taken back already."))
            _check_theirs(gone, actor)
            of = ("task", gone.reminder.task_id or 0) if gone.hangs_on_task else ("reminder", reminder_id)
            line = await unit.activity.last_of(actor.member_id, *of, now - KEPT)
            if line is None:
                raise Stale(N_("That was taken back already."))
            await self._undo.take(unit, line, Back(actor, arrival, now))
            answer = reply(replace(gone, is_deleted=False))
            await unit.updates.finish(arrival, answer)
        return answer


async def own_reminder(unit: Unit, actor: Actor, reminder_id: int, *, to_change: bool = False) -> Listed:
    """Raises NotFound, NotAllowed."""
    found = await unit.reminder_lists.one(reminder_id, to_change=to_change)
    if found is None or found.is_deleted:
        raise NotFound(N_("That reminder is no longer here. See the list: /reminders"))
    _check_theirs(found, actor)
    return found


async def go_on_with(unit: Unit, paused: Listed, now: datetime) -> bool:
    """A paused reminder comes again; False when there is no moment left at which it could."""
    reminder = paused.reminder
    due: Due | None = reminder.due
    if reminder.rrule is not None:
        here = now.astimezone(reminder.due.zone).date()
        if reminder.due.at is None or reminder.due.at <= now:
            start = Due(max(reminder.due.date, here - timedelta(days=1)), reminder.due.time, reminder.due.tz)
            due = next_due(reminder.rrule, start, reminder.due, now=now)
    ahead = due.at if due is not None and due.at is not None and due.at > now else None
    return await unit.reminder_lists.resume(reminder.id, now, ahead)


def _check_theirs(listed: Listed, actor: Actor) -> None:
    if listed.recipient_id != actor.member_id:
        raise NotAllowed(N_("That is somebody else's reminder. Yours: /reminders"))


async def _write_down(unit: Unit, actor: Actor, action: str, reminder_id: int) -> None:
    await unit.activity.add(Activity(action, "reminder", reminder_id, actor_member_id=actor.member_id))
