"""Links: `t.me/bot?start=task_<team>_42` opens a card in private, for whoever may see it."""

import re
from dataclasses import dataclass

from crm.errors import N_, NotFound
from crm.people import Actor
from crm.storage import Storage
from crm.tasks import Task
from crm.teams import Team

TASK, CONTACT, CALL = "task", "contact", "call"
MISSING = {
    TASK: N_("That task is no longer here, or it is of another team of yours. See /tasks and /team"),
    CONTACT: N_("That contact is no longer here, or it is of another team of yours. See /contacts and /team"),
    CALL: N_("That call is no longer here. See the list: /calls"),
}
"""Said of what is gone, out of sight and of a team one is not in alike, so that a guessed link tells nothing."""
PLAIN = ("help", "start", "inline")  # what the bot's own buttons put after ?start=
_LINK = re.compile(r"(?:(task)_(\d{1,18})_(\d{1,9})|(contact|call)_(\d{1,18})_(\d{1,18}))")


@dataclass(frozen=True, slots=True)
class Link:
    """What a link names. `id` is a task's number, the id of anything else."""

    kind: str
    workspace_id: int
    id: int

    @property
    def payload(self) -> str:
        """What follows ?start= (at most 64 of A-Z a-z 0-9 _ -, Bot API)."""
        return f"{self.kind}_{self.workspace_id}_{self.id}"


def read_link(payload: str) -> Link | None:
    """None for anything that is no link to a card."""
    found = _LINK.fullmatch(payload)
    if found is None:
        return None
    kind, workspace_id, id_ = (part for part in found.groups() if part is not None)
    return Link(kind, int(workspace_id), int(id_))


def is_code(payload: str) -> bool:
    """Whether what follows /start may let somebody in; the rest must not count as a wrong guess."""
    return payload not in PLAIN and not payload.startswith((f"{TASK}_", f"{CONTACT}_", f"{CALL}_"))


class Links:
    """What a link leads to."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def elsewhere(self, actor: Actor, link: Link) -> Team | None:
        """The other team of theirs that it leads to, None for the one they are in. Raises NotFound for anybody else's.

        Whether there is such a thing in the other team isn't looked at: that is decided once they are in it.
        """
        if link.workspace_id == actor.workspace_id:
            return None
        async with self._storage.transaction(actor) as unit:
            mine = {team.workspace_id: team for team in await unit.teams.mine()}
        if link.workspace_id not in mine:
            raise NotFound(MISSING[link.kind])
        return mine[link.workspace_id]

    async def task(self, actor: Actor, number: int) -> Task:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            task = await unit.tasks.by_number(number)
        if task is None:
            raise NotFound(MISSING[TASK])
        return task
