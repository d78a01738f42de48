"""Visibility: whether members of a team see all of its work or their own."""

from enum import StrEnum
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, NotAllowed, NotFound
from crm.people import Actor, Role
from crm.storage import Storage
from crm.updates import Arrival


class Sight(StrEnum):
    """What members see; owners and managers see everything either way (DESIGN §2.4)."""

    EVERYONE = "everyone"  # everyone sees everything
    OWN = "own"  # what they created, are assigned, watch or own


class VisibilityStore(Protocol):
    """The setting of the entered team. A team that grows to eleven is asked about it by the database itself."""

    async def get(self) -> Sight: ...

    async def set(self, sight: Sight) -> bool:
        """False when it is not the actor's to set."""


class Visibility:
    """The rules of the setting."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def choose(
        self, actor: Actor, arrival: Arrival, workspace_id: int, sight: Sight, reply: Reply[Sight]
    ) -> Answer:
        """Set what members see. `workspace_id` is the team the button was made for.

        Raises NotAllowed for anyone but an owner, NotFound when the actor is in another team by now.
        """
        if workspace_id != actor.workspace_id:
            raise NotFound(N_("That is about another team of yours. Switch to it first: /team"))
        if actor.role is not Role.OWNER:
            raise NotAllowed(N_("Only the owner of the team decides who sees what."))
        answer = reply(sight)
        async with self._storage.transaction(actor) as unit:
            before = await unit.visibility.get()
            if before is not sight:
                await unit.visibility.set(sight)
                await unit.activity.add(
                    Activity(
                        "visibility",
                        "workspace",
                        actor.workspace_id,
                        actor_member_id=actor.member_id,
                        changes={"visibility": [before.value, sight.value]},
                    )
                )
            await unit.updates.finish(arrival, answer)
        return answer
