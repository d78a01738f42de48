"""Telling: who else hears in private of what was done with a task, by messages owed like reminders."""

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from crm.people import Actor, ChatKind
from crm.storage import Unit
from crm.tasks.changed import plain
from crm.tasks.entities import Task
from crm.updates import Arrival


class News(StrEnum):
    """What a message tells; the name under which it is owed."""

    ASSIGNED = "task_assigned"
    COMMENTED = "task_commented"
    COMPLETED = "task_completed"


async def tell_assignee(unit: Unit, actor: Actor, arrival: Arrival, task: Task) -> Task:
    """Tell a task's assignee that it is theirs. The task, with their name when they are to be told here, in the
    group, how to open a chat with the bot, once for each person and group; and with their absence."""
    if task.assignee_id in (None, actor.member_id):
        return task
    member = next((one for one in await unit.teams.members() if one.id == task.assignee_id), None)
    if member is None:
        return task
    absences = await unit.hours.absences(arrival.sent_at)
    task = replace(task, absence=next((one for one in absences if one.member_id == member.id), None))
    if member.reach is not None:
        await _owe(unit, actor, arrival, task, News.ASSIGNED, {member.id}, str(plain(task.due) or ""))
    elif actor.chat_kind is ChatKind.GROUP and await unit.task_details.hint(actor.chat_id, member.id):
        return replace(task, unmet=member.name)
    return task


async def tell_concerned(
    unit: Unit, actor: Actor, arrival: Arrival, task: Task, news: News, text: str = ""
) -> None:
    """Tell whoever made the task, shall do it or watches it; not the one who acted, and nobody out of reach."""
    watching = {one.member_id for one in await unit.task_details.watchers(task.id)}
    concerned = {task.created_by_id or 0, task.assignee_id or 0, *watching} - {0, actor.member_id}
    if concerned:
        within_reach = {one.id for one in await unit.teams.members() if one.reach is not None}
        await _owe(unit, actor, arrival, task, news, concerned & within_reach, text)


async def _owe(
    unit: Unit, actor: Actor, arrival: Arrival, task: Task, news: News, whom: Collection[int], text: str
) -> None:
    """The message carries who did it, the title, and what was written or when it is due; the words are made when it
    is sent."""
    who = " ".join(actor.display_name.split())
    await unit.reminders.owe(news, task.id, sorted(whom), f"{who}\n{task.title}\n{text}", arrival.sent_at)
