"""Saving: from what a line said to a task with its reminders and history, within the caller's transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from pydantic import TypeAdapter

from crm.activity import Activity
from crm.errors import N_, BadInput, NoTitle, ToConfirm
from crm.grammar.fields import Draft
from crm.grammar.letters import storable
from crm.people import Actor, Role
from crm.storage import Unit
from crm.tasks.changed import first_values, reading
from crm.tasks.entities import TEXT_LIMIT, TITLE_LIMIT, NewTask, Priority, Reading, RepeatFrom, Task
from crm.tasks.meetings import is_meeting
from crm.tasks.naming import folded, member_called
from crm.tasks.reminding import set_reminders
from crm.tasks.sources import NOWHERE, Source
from crm.tasks.telling import tell_assignee
from crm.updates import Arrival

LABELS = 20  # labels of one task
NOBODY_MEANT: Mapping[str, int] = {}
_iso = TypeAdapter(timedelta)


async def save_task(
    unit: Unit,
    actor: Actor,
    arrival: Arrival,
    draft: Draft,
    text: str,
    *,
    source: Source = NOWHERE,
    meant: Mapping[str, int] = NOBODY_MEANT,
) -> Task:
    """Save a checked draft with what it came from, and tell whose it is. Raises WhichMember."""
    new = await new_task(unit, actor, draft, text, meant=meant)
    new = replace(new, source_url=source.url, description=storable(source.quote)[:TEXT_LIMIT])
    task = await unit.tasks.add(new, arrival, actor)
    task = await set_reminders(unit, task, actor, arrival)
    if source.attachments and actor.role is not Role.GUEST:
        await unit.notes.add(actor, task_id=task.id, attachments=source.attachments)
        task = replace(task, counts=replace(task.counts, files=len(source.attachments)))
    await unit.activity.add(
        Activity("created", "task", task.id, actor_member_id=actor.member_id, changes=first_values(task))
    )
    return await tell_assignee(unit, actor, arrival, task)


async def new_task(
    unit: Unit, actor: Actor, draft: Draft, text: str, *, meant: Mapping[str, int] = NOBODY_MEANT
) -> NewTask:
    """What a draft says, with whom it is for and the other ways to read it. Raises WhichMember."""
    assignee_id = actor.member_id
    if draft.assignee is not None:
        assignee_id = meant.get(folded(draft.assignee)) or await member_called(unit, draft.assignee)
    said = replace(_said(draft), assignee_id=assignee_id, raw_input=storable(text))
    return replace(said, readings=tuple(_reading(said, other.of(draft)) for other in draft.alternatives))


def _said(draft: Draft) -> NewTask:
    title = checked_title(draft)
    return NewTask(
        title=title,
        due=draft.due,
        priority=Priority(draft.priority or Priority.NORMAL),
        task_type=draft.task_type or ("meeting" if is_meeting(title) else "todo"),
        contact_id=draft.contact.id if draft.contact else None,
        phone=draft.phone,
        labels=tuple(dict.fromkeys(draft.labels))[:LABELS],
        rrule=draft.rrule,
        repeat_from=RepeatFrom(draft.repeat_from or RepeatFrom.SCHEDULE),
        start_date=draft.start_date,
        duration_minutes=draft.duration_minutes,
        nag_minutes=draft.nag_minutes,
        reminders=tuple(-_iso.validate_python(said) for said in draft.reminders),
    )


def _reading(default: NewTask, other: Draft) -> Reading:
    """Another reading, as it is kept with the task to become a button."""
    meant = replace(_said(other), assignee_id=default.assignee_id)
    return reading(default, meant, {"contact": other.contact.name if other.contact else None})


def checked_title(draft: Draft, *, confirmed: bool = True) -> str:
    """The title of a draft that may be saved. Raises BadInput, NoTitle or, unless `confirmed`, ToConfirm."""
    if draft.bad_phone is not None:
        raise BadInput(
            N_("{phone} doesn't look like a phone number. Type it in full, for example: +7 999 123-45-67"),
            phone=draft.bad_phone,
        )
    if not draft.title:
        raise NoTitle(N_("What is to be done? For example: /task tomorrow 10:00 send the invoice"))
    fits(draft.title)
    if repeats_within_a_day(draft):
        raise BadInput(
            N_("A task repeats by the day at most. Ask for a reminder: /remind every hour drink water")
        )
    if draft.confirm == "past" and not confirmed:
        raise ToConfirm(N_("That time has already passed. Save it all the same?"))
    if draft.confirm == "far_future" and not confirmed:
        raise ToConfirm(N_("That is more than a year away. Save it?"))
    return draft.title


def fits(title: str) -> str:
    """The title. Raises BadInput for one that is too long."""
    if len(title) > TITLE_LIMIT:
        raise BadInput(
            N_("That is {length} characters. A task fits in {limit}: type it shorter."),
            length=len(title),
            limit=TITLE_LIMIT,
        )
    return title


def repeats_within_a_day(draft: Draft) -> bool:
    """A series of tasks has one for a day at most; a reminder may come every hour."""
    return (draft.rrule or "").startswith(("FREQ=HOURLY", "FREQ=MINUTELY"))


def without_readings(task: Task) -> Task:
    """Once a person has chosen, the other readings are no longer offered."""
    return replace(task, readings=())
