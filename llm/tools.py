"""Tools: what an assistant may look up, through the same use cases and rights as the person's own commands."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic_ai import RunContext

from crm.calls import Calls
from crm.people import Actor
from crm.tasks import Tasks, is_overdue
from llm.masking import Mask


@dataclass(frozen=True, slots=True)
class Work:
    """What a tool works with: on whose behalf, over which use cases. `mask` hides phones and e-mails."""

    actor: Actor
    tasks: Tasks
    calls: Calls
    clock: Callable[[], datetime]
    mask: Mask


async def my_tasks(context: RunContext[Work]) -> str:
    """The person's open tasks, what is due first at the top: number, title, due, overdue or not."""
    work = context.deps
    lines = []
    for task in await work.tasks.list(work.actor):
        due = f" · {task.due.date:%Y-%m-%d}" if task.due else ""
        due += f" {task.due.time:%H:%M}" if task.due and task.due.time else ""
        late = " · overdue" if is_overdue(task, work.clock()) else ""
        lines.append(f"#{task.number} {task.title}{due}{late}")
    return work.mask.hide("\n".join(lines)) or "none"


async def latest_calls(context: RunContext[Work]) -> str:
    """The last calls: when, with whom, direction, outcome, notes."""
    work = context.deps
    calls = await work.calls.latest(work.actor)
    lines = [
        f"{call.started_at.astimezone(work.actor.zone):%Y-%m-%d %H:%M} {call.contact.full_name}"
        f" · {call.direction.value} · {call.outcome.value}: {call.notes}".rstrip(" :")
        for call in calls
    ]
    return work.mask.hide("\n".join(lines)) or "none"


TOOLS: Mapping[str, Callable[[RunContext[Work]], Awaitable[str]]] = {
    "my_tasks": my_tasks,
    "latest_calls": latest_calls,
}
