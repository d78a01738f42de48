"""Presses on a reminder's message: seen, done, put off, and each of these taken back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.calls.entities import Ask, Call
from crm.calls.use_cases import start_call
from crm.deliveries import Delivery, go_on
from crm.errors import N_, BadInput, NotAllowed, NotFound, Stale
from crm.grammar.dates import Due
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.tasks import Completed
from crm.tasks.changes import snoozed
from crm.tasks.lines import typed_moment
from crm.tasks.reaching import to_change
from crm.tasks.writing import complete_task
from crm.undo import KEPT, Back, Undo
from crm.updates import Arrival

SEEN = "seen"  # why what would be said again is not
UNKNOWN_OF_OURS = tuple(one for one in Ask if one is not Ask.DIRECTION)  # whoever was to call did so
OPEN = ("sent", "pending", "leased")  # a press may come before the sending could be written down


@dataclass(frozen=True, slots=True)
class Message:
    """A reminder's message as it stands. `due` is when it was due, on its own clock; `put_off_to` where it was put off.

    `contact_id` is whom a task of calling is about; `is_closed` says that its task is done or canceled.
    """

    delivery_id: int
    reminder_id: int
    recipient_id: int
    recipient: str
    state: str
    due: Due
    text: str
    task_id: int | None = None
    task_number: int | None = None
    contact_id: int | None = None
    is_closed: bool = False
    put_off_to: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN and not self.is_closed


class PressStore(Protocol):
    async def message(self, delivery_id: int, *, to_change: bool = False) -> Message | None:
        """As far as the actor may see it; `to_change` locks it until the commit. None for what is no reminder, and for
        one that was deleted."""

    async def see(self, delivery_id: int, at: datetime) -> None:
        """It was seen, with all that said the same before; what would say it again is not sent."""

    async def hush(self, delivery_id: int) -> None:
        """It is not said again; its message stays as it is."""

    async def put_off(self, delivery_id: int, to: datetime) -> None:
        """It is sent again then; what would say it again before is not sent. The series stays as it is."""

    async def call_back(self, delivery_id: int) -> bool:
        """Take a putting off back; False when it is out of reach."""

    async def nag(self, delivery_id: int, now: datetime) -> None:
        """What was just sent is said again later, where its reminder asks for that and until it did so often enough.
        Nothing for what was seen meanwhile."""


class ReminderPresses:
    """The rules of a reminder's buttons. Each raises NotFound for one that is no longer there, NotAllowed for somebody
    else's, Stale for one that was pressed before."""

    def __init__(self, storage: Storage, undo: Undo) -> None:
        self._storage = storage
        self._undo = undo

    async def show(self, actor: Actor, delivery_id: int) -> Message:
        async with self._storage.transaction(actor) as unit:
            return await _theirs(unit, actor, delivery_id)

    async def evening(self, actor: Actor) -> time:
        """When the actor's evening begins: the end of the working day."""
        async with self._storage.transaction(actor) as unit:
            return (await reader_of(unit, actor)).workday_ends

    async def see(
        self, actor: Actor, arrival: Arrival, delivery_id: int, now: datetime, reply: Reply[Message]
    ) -> Answer:
        async with self._storage.transaction(actor) as unit:
            before = await _open(unit, actor, delivery_id)
            await unit.presses.see(delivery_id, now)
            await _series_goes_on(unit, actor, before, now)
            await unit.activity.add(
                Activity("acknowledged", "delivery", delivery_id, actor_member_id=actor.member_id)
            )
            answer = reply(replace(before, state="acknowledged"))
            await unit.updates.finish(arrival, answer)
        return answer

    async def complete(
        self,
        actor: Actor,
        arrival: Arrival,
        delivery_id: int,
        now: datetime,
        reply: Callable[[Completed, Message], Answer],
    ) -> Answer:
        """The task of a reminder is done."""
        async with self._storage.transaction(actor) as unit:
            before = await _open(unit, actor, delivery_id)
            done = await complete_task(unit, actor, arrival, await to_change(unit, before.task_id or 0), now)
            await unit.presses.see(delivery_id, now)
            answer = reply(done, replace(before, state="acknowledged", is_closed=True))
            await unit.updates.finish(arrival, answer)
        return answer

    async def log_call(self, actor: Actor, arrival: Arrival, delivery_id: int, reply: Reply[Call]) -> Answer:
        """A call was made: logged, and the reminder of it is not said again. How it ended decides about the task, which
        stays open. Raises BadInput for what is no call with a contact."""
        async with self._storage.transaction(actor) as unit:
            message = await _theirs(unit, actor, delivery_id, to_change=True)
            if message.contact_id is None:
                raise BadInput(
                    N_("This task has no contact to have called. Log the call like this: /call Anna")
                )
            await unit.presses.hush(delivery_id)
            call = await start_call(unit, actor, arrival, message.contact_id, UNKNOWN_OF_OURS)
            answer = reply(call)
            await unit.updates.finish(arrival, answer)
        return answer

    async def put_off(
        self,
        actor: Actor,
        arrival: Arrival,
        delivery_id: int,
        to: Callable[[Message], Due],
        now: datetime,
        reply: Reply[Message],
    ) -> Answer:
        """The message comes again at another moment; neither its task nor its series moves. Raises BadInput for a
        moment that has passed."""
        async with self._storage.transaction(actor) as unit:
            before = await _open(unit, actor, delivery_id)
            answer = reply(await _put_off(unit, actor, before, to(before), now))
            await unit.updates.finish(arrival, answer)
        return answer

    async def put_off_as_typed(
        self, actor: Actor, arrival: Arrival, delivery_id: int, text: str, reply: Reply[Message]
    ) -> Answer:
        """As put_off, to the moment that a text says. Raises BadInput for one that says none."""
        async with self._storage.transaction(actor) as unit:
            before = await _open(unit, actor, delivery_id)
            due = typed_moment(text, arrival.sent_at, await reader_of(unit, actor)).due
            if due is None:
                raise BadInput(N_("I can't read a date or a time in that. Type it like this: tomorrow 15:00"))
            then = due if due.time is not None else Due(due.date, before.due.time, due.tz)
            answer = reply(await _put_off(unit, actor, before, then, arrival.sent_at))
            await unit.updates.finish(arrival, answer)
        return answer

    async def take_back(
        self, actor: Actor, arrival: Arrival, delivery_id: int, now: datetime, reply: Reply[Message]
    ) -> Answer:
        """As if seen, done or put off had not been pressed. Raises BadInput where something newer stands on it."""
        async with self._storage.transaction(actor) as unit:
            before = await _theirs(unit, actor, delivery_id, to_change=True)
            back, since = Back(actor, arrival, now), now - KEPT
            line = await unit.activity.last_of(actor.member_id, "delivery", delivery_id, since)
            if before.is_closed and before.task_id is not None:
                line = await unit.activity.last_of(actor.member_id, "task", before.task_id, since)
                if line is not None and line.action != "completed":
                    line = None
                await unit.reminders.forget_acknowledgement(delivery_id)
            if line is None:
                raise Stale(N_("That was taken back already."))
            await self._undo.take(unit, line, back)
            answer = reply(await _theirs(unit, actor, delivery_id))
            await unit.updates.finish(arrival, answer)
        return answer


async def _put_off(unit: Unit, actor: Actor, before: Message, to: Due, now: datetime) -> Message:
    if to.at is None or to.at <= now:
        raise BadInput(N_("That time has already passed. Choose a later one."))
    await unit.presses.put_off(before.delivery_id, to.at)
    await _series_goes_on(unit, actor, before, now)
    await unit.activity.add(
        Activity(
            "snoozed",
            "delivery",
            before.delivery_id,
            actor_member_id=actor.member_id,
            changes={"due": f"{to.date} {to.time:%H:%M} {to.tz}"},
        )
    )
    return replace(before, state="snoozed", put_off_to=to.at)


async def _theirs(unit: Unit, actor: Actor, delivery_id: int, *, to_change: bool = False) -> Message:
    message = await unit.presses.message(delivery_id, to_change=to_change)
    if message is None:
        raise NotFound(N_("That reminder is no longer here. See the list: /reminders"))
    if message.recipient_id != actor.member_id:
        raise NotAllowed(N_("This reminder is for {name}."), name=message.recipient)
    return message


async def _open(unit: Unit, actor: Actor, delivery_id: int) -> Message:
    message = await _theirs(unit, actor, delivery_id, to_change=True)
    if not message.is_open:
        raise Stale(N_("Changed since, here it is now"))
    return message


async def _series_goes_on(unit: Unit, actor: Actor, message: Message, now: datetime) -> None:
    """Whoever presses before the sending was written down: it no longer will be, and so the next one is made here."""
    if message.state == "sent" or message.due.at is None:
        return
    sent = Delivery(
        message.delivery_id, "", 0, message.due.at, message.text, actor, None, message.task_number
    )
    if (series := await unit.deliveries.series(sent)) is not None:
        await go_on(unit, sent, *series, now)


def put_off_by(how: str, now: datetime, evening: time) -> Callable[[Message], Due]:
    """The choices of a button: see crm.tasks.changes.snoozed. `now` is in the person's zone."""
    return lambda message: snoozed(message.due, how, now, evening)
