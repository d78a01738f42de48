"""Reaching a task: to see it, to change it, and to change it from a card that may be older than it is."""

from crm.errors import N_, NotAllowed, NotFound, Stale
from crm.people import Actor, Role
from crm.storage import Unit
from crm.tasks.entities import Task


async def found(unit: Unit, task_id: int) -> Task:
    """Raises NotFound."""
    task = await unit.tasks.by_id(task_id)
    if task is None:
        raise NotFound(
            N_("That task is no longer here, or it is of another team of yours. See /tasks and /team")
        )
    return task


async def to_change(unit: Unit, task_id: int, version: int | None = None) -> Task:
    """The task, held until the commit. `version` is the card's it is changed from, None where there is none.

    Raises NotFound for a task that is not theirs to see, NotAllowed for one that is not theirs to change, Stale
    when it has changed since the card was drawn.
    """
    task = await unit.tasks.by_id(task_id, to_change=True)
    if task is None:
        seen = await found(unit, task_id)
        raise NotAllowed(
            N_("Task {number} is somebody else's. Ask them, or a member of the team."), number=seen.number
        )
    if version is not None and version != task.version:
        raise Stale(N_("Changed since, here it is now"))
    return task


def no_guest(actor: Actor) -> None:
    """Raises NotAllowed for a guest."""
    if actor.role is Role.GUEST:
        raise NotAllowed(N_("You are a guest here. Ask a manager of the team for an invitation."))
