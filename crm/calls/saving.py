"""Saving: from what a line said to a call with its contact, next task and history, in the caller's transaction."""

from dataclasses import dataclass, replace
from typing import Any

from crm.activity import Activity
from crm.calls.checks import checked_call, unsaid
from crm.calls.clauses import task_offers
from crm.calls.entities import Call, NewCall, Offer
from crm.calls.outcomes import Direction, Outcome
from crm.calls.people import whose
from crm.contacts import Contact, find_or_add, write_down
from crm.grammar.contacts import KnownContact
from crm.grammar.fields import Draft
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Unit
from crm.tasks import REMINDING, TAKEN_BACK, Status, Task, save_task, set_reminders
from crm.tasks.changed import difference as task_difference
from crm.tasks.saving import new_task
from crm.updates import Arrival

OPEN = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.DEFERRED)
_REREAD = (
    "title", "due", "priority", "task_type", "assignee_id", "phone", "labels", "rrule", "repeat_from",
    "start_date", "duration_minutes", "reminders", "chosen_reminders", "nag_minutes", "readings", "raw_input",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """The contact of a call, and whether the call has just made it."""

    contact: Contact
    is_new: bool


async def save_call(unit: Unit, actor: Actor, arrival: Arrival, draft: Draft) -> Call:
    """Save what a line tells of a call, its contact and its next task. Raises BadInput, Unclear."""
    checked_call(draft)
    whose(draft)
    party = await party_of(unit, actor, draft)
    follow_up = await save_follow_up(unit, actor, arrival, draft, party.contact)
    new = NewCall(
        **await said(unit, actor, arrival, draft),
        contact_id=party.contact.id,
        next_task_id=follow_up.id if follow_up else None,
        made_contact=party.is_new,
        asks=unsaid(draft),
    )
    return await write_call(unit, actor, arrival, new, follow_up)


async def write_call(
    unit: Unit, actor: Actor, arrival: Arrival, new: NewCall, follow_up: Task | None = None
) -> Call:
    """The row and its history."""
    call = replace(await unit.calls.add(new, arrival, actor), follow_up=follow_up)
    told: dict[str, object] = {"direction": call.direction.value, "outcome": call.outcome.value}
    await unit.activity.add(
        Activity("created", "call", call.id, actor_member_id=actor.member_id, changes=told)
    )
    return call


async def said(unit: Unit, actor: Actor, arrival: Arrival, draft: Draft) -> dict[str, Any]:
    """What a draft says of a call itself, with the usual where it says nothing."""
    others = [other.changes["started_at"] for other in draft.alternatives if "started_at" in other.changes]
    times: list[Offer] = [{"at": moment.isoformat()} for moment in others]
    notes = draft.notes or ""
    return {
        "direction": Direction(draft.direction or Direction.OUTBOUND),
        "outcome": Outcome(draft.outcome or Outcome.CONNECTED),
        "started_at": draft.started_at or arrival.sent_at,
        "duration_seconds": draft.duration_seconds,
        "phone": draft.phone,
        "notes": notes,
        "offers": (*times, *task_offers(notes, arrival.sent_at, await reader_of(unit, actor))),
    }


async def party_of(unit: Unit, actor: Actor, draft: Draft) -> Party:
    """The contact a draft names; one that nobody knew is made, and a number that was missing is added."""
    if draft.contact is None:
        saved = await find_or_add(unit.contacts, checked_call(draft), draft.phone, actor)
        await write_down(unit, saved, actor)
        return Party(saved.contact, saved.is_new)
    contact = await unit.contacts.by_id(draft.contact.id)
    is_missing = draft.phone and draft.phone not in contact.phones
    if draft.phone and is_missing and await unit.contacts.by_phone(draft.phone) is None:
        contact = await unit.contacts.add_phone(contact.id, draft.phone)
    return Party(contact, is_new=False)


async def save_follow_up(
    unit: Unit, actor: Actor, arrival: Arrival, draft: Draft, contact: Contact
) -> Task | None:
    """The task a line says is next, about the contact of the call."""
    if draft.follow_up is None or not draft.follow_up.title:
        return None
    return await save_task(unit, actor, arrival, about(draft.follow_up, contact), draft.follow_up.title)


async def reread_follow_up(
    unit: Unit, actor: Actor, arrival: Arrival, task: Task, draft: Draft, contact: Contact
) -> Task:
    """The task becomes what the edited line says is next; with reminders and history, if anything changed."""
    new = await new_task(unit, actor, about(draft, contact), draft.title or task.title)
    meant = replace(task, contact_id=contact.id, **{name: getattr(new, name) for name in _REREAD})
    if meant == task:
        return task
    return await write_task(unit, actor, arrival, task, meant)


async def write_task(unit: Unit, actor: Actor, arrival: Arrival, before: Task, after: Task) -> Task:
    """A change of a task that a call brings about."""
    written = await unit.tasks.change(after)
    changes = task_difference(before, written)
    if changes.keys() & REMINDING:
        written = await set_reminders(unit, written, actor, arrival)
    if changes:
        await unit.activity.add(
            Activity("changed", "task", before.id, actor_member_id=actor.member_id, changes=changes)
        )
    return written


async def forget_follow_up(unit: Unit, actor: Actor, task: Task, arrival: Arrival) -> None:
    """Take the next task back along with what it followed from, unless somebody has dealt with it."""
    if task.status not in OPEN or await unit.tasks.by_id(task.id, to_change=True) is None:
        return
    await unit.tasks.delete(task.id, arrival.sent_at)
    await unit.reminders.skip_for_task(task.id, TAKEN_BACK)
    await unit.activity.add(Activity("deleted", "task", task.id, actor_member_id=actor.member_id))


def about(draft: Draft, contact: Contact) -> Draft:
    """A task's draft, about this contact."""
    return replace(draft, contact=KnownContact(contact.id, contact.full_name))


async def with_follow_up(unit: Unit, call: Call) -> Call:
    """The call with its next task, as a card shows it."""
    task = await unit.tasks.by_id(call.next_task_id) if call.next_task_id else None
    return replace(call, follow_up=task)
