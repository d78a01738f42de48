"""Privacy: what leaves for a model's provider is told once, and a team may do without assistants."""

from collections.abc import Sequence
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, NotAllowed, NotFound
from crm.people import Actor, Role
from crm.storage import Storage
from crm.updates import Arrival

OFF = N_(
    "Assistants are switched off in this team. Tasks, calls, contacts and reminders work as always: /help"
)


class PrivacyStore(Protocol):
    """The entered team's switch, and which providers the entered person was told of."""

    async def is_off(self) -> bool: ...

    async def set_off(self, *, off: bool) -> None: ...

    async def told(self) -> Sequence[str]: ...

    async def tell(self, providers: Sequence[str]) -> None: ...


class Privacy:
    """The rules of what leaves. A provider is a name as people know it (OpenAI, or a host)."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def is_off(self, actor: Actor) -> bool:
        async with self._storage.transaction(actor) as unit:
            return await unit.privacy.is_off()

    async def told(self, actor: Actor) -> Sequence[str]:
        """Providers that the person was told of, in any team."""
        async with self._storage.transaction(actor) as unit:
            return await unit.privacy.told()

    async def tell(self, actor: Actor, providers: Sequence[str]) -> None:
        """They were told; written after it, so that a crash in between tells them twice rather than never."""
        async with self._storage.transaction(actor) as unit:
            await unit.privacy.tell(providers)

    async def switch(
        self, actor: Actor, arrival: Arrival, workspace_id: int, *, off: bool, reply: Reply[bool]
    ) -> Answer:
        """Switch the team's assistants; `reply` is given whether they are off. `workspace_id` is the button's team.

        Raises NotAllowed for who doesn't manage the team, NotFound when the actor is in another team by now.
        """
        if workspace_id != actor.workspace_id:
            raise NotFound(N_("That is about another team of yours. Switch to it first: /team"))
        if actor.role not in (Role.OWNER, Role.MANAGER):
            raise NotAllowed(N_("Only owners and managers of the team switch assistants on or off."))
        async with self._storage.transaction(actor) as unit:
            before = await unit.privacy.is_off()
            if before is not off:
                await unit.privacy.set_off(off=off)
                await unit.activity.add(
                    Activity(
                        "assistants",
                        "workspace",
                        actor.workspace_id,
                        actor_member_id=actor.member_id,
                        changes={"assistants_off": [before, off]},
                    )
                )
            answer = reply(off)
            await unit.updates.finish(arrival, answer)
        return answer
