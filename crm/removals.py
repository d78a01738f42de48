"""Leaving a team and being removed from it: who inherits what, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotAllowed
from crm.people import Actor, Role
from crm.storage import Storage
from crm.teams import Holdings, Member, TeamView, named, outranks, owners, view_of
from crm.updates import Arrival, Telling, nobody


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before a membership ends. `heirs` begins with whom to propose. `must_hand_on`: the last owner
    has to make somebody else the owner first."""

    member: Member
    is_oneself: bool
    holdings: Holdings
    heirs: Sequence[Member]
    must_hand_on: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """What was done: `given` went to `heir`, who is None when there was nothing to give."""

    team: str
    member: Member
    is_oneself: bool
    heir: Member | None
    given: Holdings


class Removals:
    """The rules of leaving and removing."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def ask(self, actor: Actor, member_id: int) -> Question:
        """`member_id` is the actor's own when they wish to leave. Raises NotAllowed, NotFound, BadInput."""
        async with self._storage.transaction(actor) as unit:
            team = await view_of(unit, actor)
            member = named(team, member_id)
            must_hand_on = _is_last_owner(team, member)
            if not must_hand_on:
                _check(team, member)
            holdings = await unit.teams.holdings(member.id)
        return Question(member, member.id == team.me.id, holdings, heirs(team, member), must_hand_on)

    async def remove(
        self,
        actor: Actor,
        arrival: Arrival,
        member_id: int,
        heir_id: int | None,
        reply: Reply[Removal],
        tell: Telling[Removal] = nobody,
    ) -> tuple[Answer, Removal]:
        """End a membership and hand everything over. Without an heir an owner inherits.

        Of two owners who remove each other at once one wins: the team is locked, and looked at anew.
        Raises NotAllowed, NotFound, BadInput; Removed when the actor was removed meanwhile.
        """
        async with self._storage.transaction(actor) as unit:
            await unit.teams.lock()
            team = await view_of(unit, actor)
            member = named(team, member_id)
            _check(team, member)
            heir = heirs(team, member)[0] if heir_id is None else named(team, heir_id)
            if heir.id == member.id:
                raise BadInput(N_("Somebody else has to take it over."))
            given = Holdings()
            if await unit.teams.holdings(member.id):
                given = await unit.teams.hand_over(member.id, heir.id)
            await unit.teams.end(member.id)
            removal = Removal(team.name, member, member.id == team.me.id, heir if given else None, given)
            await unit.activity.add(
                Activity(
                    "left" if removal.is_oneself else "removed",
                    "member",
                    member.id,
                    actor_member_id=actor.member_id,
                    changes={"heir": heir.name} if given else {},
                )
            )
            answer = reply(removal)
            await unit.updates.finish(arrival, answer, tell(removal))
        return answer, removal


def heirs(team: TeamView, member: Member) -> list[Member]:
    """Everyone else: whoever asks first when they remove somebody, then owners, managers, members."""
    others = [one for one in team.members if one.id != member.id]
    return sorted(others, key=lambda one: one.id != team.me.id)


def _check(team: TeamView, member: Member) -> None:
    """Raises NotAllowed or BadInput when this membership may not end so."""
    if member.id == team.me.id:
        if len(team.members) == 1:
            raise BadInput(N_("You are alone in this team, so it stays with you."))
        if _is_last_owner(team, member):
            raise NotAllowed(N_("You are the last owner. Hand the team over first, then leave."))
    elif team.me.role is not Role.OWNER and not (
        team.me.role is Role.MANAGER and outranks(team.me.role, member.role)
    ):
        raise NotAllowed(N_("Managers remove members; owners remove anyone."))


def _is_last_owner(team: TeamView, member: Member) -> bool:
    """Whether they leave a team of others without an owner. Somebody who removes an owner is one."""
    return member.id == team.me.id and owners(team) == [member] and len(team.members) > 1
