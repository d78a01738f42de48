"""Teams: who is in one, with which role, and which of one's teams one goes on in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotAllowed, NotFound, Removed
from crm.grammar.letters import storable
from crm.people import Actor, Role
from crm.storage import Storage, Unit
from crm.updates import Arrival, Telling, nobody

NAME_LIMIT = 64  # characters of a team's name
RANKS = (Role.GUEST, Role.MEMBER, Role.MANAGER, Role.OWNER)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where somebody can be written to, and in which language."""

    chat_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team; `reach` is None for whoever never opened a private chat with the bot."""

    id: int
    name: str
    role: Role
    joined_at: datetime
    username: str | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """One of a person's teams, with their role in it and how many are in it."""

    workspace_id: int
    name: str
    role: Role
    size: int


@dataclass(frozen=True, slots=True)
class TeamView:
    """The team the actor is in, as it is right now: members by role, then by name."""

    name: str
    me: Member
    members: Sequence[Member]
    assistants_off: bool = False


@dataclass(frozen=True, slots=True)
class Holdings:
    """What hangs on a member: open tasks (repeating ones apart), contacts, pending reminders, tasks they watch."""

    tasks: int = 0
    series: int = 0
    contacts: int = 0
    reminders: int = 0
    watched: int = 0

    def __bool__(self) -> bool:
        return any((self.tasks, self.series, self.contacts, self.reminders, self.watched))


class TeamStore(Protocol):
    """The entered team, and the teams of whoever entered."""

    async def lock(self) -> None:
        """Nobody else changes who is in this team, or as what, until the transaction ends."""

    async def name(self) -> str: ...

    async def rename(self, name: str) -> None: ...

    async def region(self, *, to_change: bool = False) -> str | None:
        """Two letters of the country whose phones are typed without its code."""

    async def set_region(self, region: str | None) -> None: ...

    async def members(self) -> Sequence[Member]:
        """All but guests and those who left, owners first; nothing for a guest."""

    async def mine(self) -> Sequence[Team]: ...

    async def found(self, name: str) -> Team:
        """A new team, with the person as owner and going on in it."""

    async def switch(self, workspace_id: int) -> bool:
        """Go on in another team; False when it is not one's own."""

    async def set_role(self, member_id: int, role: Role) -> None: ...

    async def holdings(self, member_id: int) -> Holdings: ...

    async def hand_over(self, member_id: int, heir_id: int) -> Holdings:
        """Give all of it to another member; what was given. For oneself, or by a manager."""

    async def end(self, member_id: int) -> None:
        """End the membership: no access, no links, nothing more to be sent; the person goes on in a team of theirs."""


class Teams:
    """The rules of teams and roles."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def show(self, actor: Actor) -> TeamView:
        async with self._storage.transaction(actor) as unit:
            return await view_of(unit, actor)

    async def mine(self, actor: Actor) -> Sequence[Team]:
        async with self._storage.transaction(actor) as unit:
            return await unit.teams.mine()

    async def rename(self, actor: Actor, arrival: Arrival, name: str, reply: Reply[str]) -> Answer:
        """Raises NotAllowed for members, BadInput for no name or a long one."""
        name = checked_name(name)
        async with self._storage.transaction(actor) as unit:
            team = await view_of(unit, actor)
            demand(team.me, Role.MANAGER)
            if name != team.name:
                await unit.teams.rename(name)
                await unit.activity.add(
                    Activity(
                        "renamed",
                        "workspace",
                        actor.workspace_id,
                        actor_member_id=actor.member_id,
                        changes={"name": [team.name, name]},
                    )
                )
            answer = reply(name)
            await unit.updates.finish(arrival, answer)
        return answer

    async def found(self, actor: Actor, arrival: Arrival, name: str, reply: Reply[Team]) -> Answer:
        """Make a team and go on in it; its history begins in the team itself."""
        name = checked_name(name)
        async with self._storage.transaction(actor) as unit:
            answer = reply(await unit.teams.found(name))
            await unit.updates.finish(arrival, answer)
        return answer

    async def switch(self, actor: Actor, arrival: Arrival, workspace_id: int, reply: Reply[Team]) -> Answer:
        """Raises NotFound for a team the person is not in."""
        async with self._storage.transaction(actor) as unit:
            team = next((one for one in await unit.teams.mine() if one.workspace_id == workspace_id), None)
            if team is None or not await unit.teams.switch(workspace_id):
                raise NotFound(N_("You are not in that team any more. See your teams: /team"))
            answer = reply(team)
            await unit.updates.finish(arrival, answer)
        return answer

    async def appoint(
        self,
        actor: Actor,
        arrival: Arrival,
        member_id: int,
        role: Role,
        reply: Reply[Member],
        tell: Telling[Member] = nobody,
    ) -> tuple[Answer, Member]:
        """Give a member another role; the member as they are now. The last owner stays one.

        Raises NotAllowed for anyone but an owner, NotFound for somebody not in the team.
        """
        if role is Role.GUEST:
            raise BadInput(N_("Choose owner, manager or member."))
        async with self._storage.transaction(actor) as unit:
            await unit.teams.lock()
            team = await view_of(unit, actor)
            demand(team.me, Role.OWNER)
            member = named(team, member_id)
            if member.role is Role.OWNER and role is not Role.OWNER and len(owners(team)) == 1:
                raise NotAllowed(N_("A team needs an owner. Make somebody else the owner first."))
            after = await self._set_role(unit, actor, member, role)
            answer = reply(after)
            await unit.updates.finish(arrival, answer, tell(after))
        return answer, after

    async def hand_on(
        self,
        actor: Actor,
        arrival: Arrival,
        member_id: int,
        reply: Reply[Member],
        tell: Telling[Member] = nobody,
    ) -> tuple[Answer, Member]:
        """Transfer the ownership: they become the owner, the actor a manager. Raises as `appoint` does."""
        async with self._storage.transaction(actor) as unit:
            await unit.teams.lock()
            team = await view_of(unit, actor)
            demand(team.me, Role.OWNER)
            member = named(team, member_id)
            if member.id == team.me.id:
                raise BadInput(N_("The team is yours already."))
            after = await self._set_role(unit, actor, member, Role.OWNER)
            await self._set_role(unit, actor, team.me, Role.MANAGER)
            answer = reply(after)
            await unit.updates.finish(arrival, answer, tell(after))
        return answer, after

    async def _set_role(self, unit: Unit, actor: Actor, member: Member, role: Role) -> Member:
        if member.role is not role:
            await unit.teams.set_role(member.id, role)
            await unit.activity.add(
                Activity(
                    "role_changed",
                    "member",
                    member.id,
                    actor_member_id=actor.member_id,
                    changes={"role": [member.role.value, role.value]},
                )
            )
        return replace(member, role=role)


async def view_of(unit: Unit, actor: Actor) -> TeamView:
    """The team right now, not as it was when the update arrived. Raises Removed, NotAllowed for a guest."""
    if actor.role is Role.GUEST:
        raise NotAllowed(N_("You are a guest here. Ask a manager of the team for an invitation."))
    members = await unit.teams.members()
    me = next((member for member in members if member.id == actor.member_id), None)
    if me is None:
        raise Removed(N_("You are no longer in this team. Send /start to go on in your own."))
    return TeamView(await unit.teams.name(), me, members, await unit.privacy.is_off())


def owners(team: TeamView) -> list[Member]:
    return [member for member in team.members if member.role is Role.OWNER]


def outranks(one: Role, other: Role) -> bool:
    return RANKS.index(one) > RANKS.index(other)


def demand(me: Member, role: Role) -> None:
    """Raises NotAllowed for whoever has less than `role`: manager or owner."""
    if outranks(role, me.role):
        raise NotAllowed(
            N_("Only an owner of the team can do this.")
            if role is Role.OWNER
            else N_("Only a manager of the team can do this.")
        )


def named(team: TeamView, member_id: int) -> Member:
    """Raises NotFound for somebody who is not in the team, or not any more."""
    member = next((one for one in team.members if one.id == member_id), None)
    if member is None:
        raise NotFound(N_("That person is no longer in the team."))
    return member


def checked_name(name: str) -> str:
    name = " ".join(storable(name).split())
    if not name:
        raise BadInput(N_("Type the name of the team."))
    if len(name) > NAME_LIMIT:
        raise BadInput(
            N_("That is {length} characters. A name fits in {limit}: type it shorter."),
            length=len(name),
            limit=NAME_LIMIT,
        )
    return name
